"""Is the generator copying? Distance to the nearest training digit, against that of test digits.

A generator that has learned to write is as far from the training digits as the test split is: ratio 1. One
that replays them is near 0 (Meehan et al. 2020, arXiv:2004.05675, compare the same distances). A little below
1 is no copying: smooth strokes lie closer to everything than inked ones do.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

__all__ = ["Memory", "nearest_distances", "remember"]

CLOSE = 0.01  # "suspiciously close": nearer than all but this share of the test digits


@dataclass(frozen=True)
class Memory:
    """What `remember` finds.

    Attributes:
        ratio: mean distance of generated digits to their nearest training digit, over that of test digits.
        close: share of generated digits nearer to a training digit than all but 1 % of test digits are; fresh
            digits have 0.01.
    """

    ratio: float
    close: float


def nearest_distances(images: Tensor, training: Tensor, *, title: str, batch_size: int = 500) -> Tensor:
    """Pixel-wise Euclidean distance (ink 0..1) of each image (N, 1, 28, 28) to the nearest of (M, 1, 28, 28).

    Returns:
        float32, (N,).
    """
    known = training.flatten(1).float() / 255
    asked = images.flatten(1).float() / 255
    found = [
        torch.cdist(batch, known, compute_mode="use_mm_for_euclid_dist").amin(dim=1)
        for batch in tqdm(asked.split(batch_size), desc=title, unit="batch", leave=False)
    ]
    return torch.cat(found)


def remember(*, test: Tensor, fake: Tensor) -> Memory:
    """Nearest distances of test digits (N,) and of generated ones (M,) -> Memory."""
    near = test.double().quantile(CLOSE)
    return Memory(
        ratio=(fake.double().mean() / test.double().mean()).item(),
        close=(fake.double() <= near).double().mean().item(),
    )
