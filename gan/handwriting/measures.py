"""Handwriting in units: slant in degrees; stroke thickness, width, height and ink in pixels.

All are differentiable torch functions of a batch, so that they can be reported, regressed on and trained with.
Ink is a picture's grey level, 0 for paper to 1 for full ink.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

EPS = 1e-6

# What a hand keeps, as gan.handwriting moves it and the page shows it, and the units
MEASURES = {"slant": "°", "thickness": "px", "width": "px", "height": "px"}


def get_ink(images: Tensor) -> Tensor:
    """Images float [-1, 1] (N, 1, H, W) -> ink [0, 1] (N, H, W), float32."""
    return (images[:, 0].float() + 1) / 2


def _moments(ink: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ink (N, H, W) -> total ink, and the variances in x and y and the covariance of its place, each (N,)."""
    rows = torch.arange(ink.shape[1], dtype=ink.dtype, device=ink.device)
    cols = torch.arange(ink.shape[2], dtype=ink.dtype, device=ink.device)
    total = ink.sum((1, 2)) + EPS
    by_row, by_col = ink.sum(2), ink.sum(1)  # (N, H), (N, W)
    y = (by_row * rows).sum(1) / total
    x = (by_col * cols).sum(1) / total
    dy, dx = rows - y[:, None], cols - x[:, None]
    var_y = (by_row * dy.square()).sum(1) / total
    var_x = (by_col * dx.square()).sum(1) / total
    cov = torch.einsum("nhw,nh,nw->n", ink, dy, dx) / total
    return total, var_x, var_y, cov


def measure_slant(images: Tensor) -> Tensor:
    """Slant from the upright, degrees, positive to the right: atan of the shear that would unslant the ink; (N,).

    The shear is cov(x, y) / var(y), the regression of a point's x on its y (the usual deskewing of MNIST).
    """
    _, _, var_y, cov = _moments(get_ink(images))
    return torch.rad2deg(torch.atan(-cov / (var_y + EPS)))


def measure_thickness(images: Tensor) -> Tensor:
    """Mean stroke thickness, pixels: twice the ink's area over its outline's length; (N,).

    A long stroke of thickness t and length l has area t l and outline 2 l. The outline of a grey picture is the mean
    outline of its level sets, which by the coarea formula is its total variation (Rudin, Osher & Fatemi 1992).
    """
    ink = get_ink(images)
    area = ink.sum((1, 2))
    ink = F.pad(ink, (1, 1, 1, 1))
    # the two diagonals of each 2 x 2 cell: isotropic, and it misses nothing of a stroke one pixel thin
    a = ink[:, 1:, 1:] - ink[:, :-1, :-1]
    b = ink[:, 1:, :-1] - ink[:, :-1, 1:]
    outline = ((a.square() + b.square()) / 2 + 1e-8).sqrt().sum((1, 2))
    return 2 * area / (outline + EPS)


def measure_size(images: Tensor) -> tuple[Tensor, Tensor]:
    """Width and height of the written part, pixels: sqrt(12 var), as of a bar with the ink's spread; (N,), (N,)."""
    _, var_x, var_y, _ = _moments(get_ink(images))
    return (12 * var_x + EPS).sqrt(), (12 * var_y + EPS).sqrt()


def measure_ink(images: Tensor) -> Tensor:
    """Amount of ink, in pixels fully inked; (N,)."""
    return get_ink(images).sum((1, 2))


def measure_style(images: Tensor) -> Tensor:
    """Slant (degrees) and stroke thickness (px), the two that a hand keeps from digit to digit; (N, 2)."""
    return torch.stack([measure_slant(images), measure_thickness(images)], dim=1)


def measure_hand(images: Tensor) -> Tensor:
    """Slant (degrees), stroke thickness, width and height (px), in the order of MEASURES; (N, 4).

    The width is that of the letter set upright: sqrt(12 (var x - cov^2 / var y)), what remains of `measure_size`'s once
    the slant's shear is undone. A hand that leans more is not wider for it, and the four can be moved one by one.
    """
    _, var_x, var_y, cov = _moments(get_ink(images))
    upright = (var_x - cov.square() / (var_y + EPS)).clamp_min(0)
    slant = torch.rad2deg(torch.atan(-cov / (var_y + EPS)))
    width, height = (12 * upright + EPS).sqrt(), (12 * var_y + EPS).sqrt()
    return torch.stack([slant, measure_thickness(images), width, height], dim=1)
