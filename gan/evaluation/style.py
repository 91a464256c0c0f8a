"""One z, every class: is it one handwriting?

Every z is drawn as each class. Where z is the hand, a z that slants its 3 slants its 7: across many z, the slants of
two classes correlate. The figure is the mean over the pairs of classes (45 for ten digits), of slant in degrees and of
stroke thickness in pixels (`gan.handwriting.measures`).
"""

from __future__ import annotations

import torch
from torch import Tensor
from tqdm import tqdm

from gan.data import to_float, to_uint8
from gan.drawing.generator import Generator
from gan.handwriting.measures import measure_slant, measure_thickness

__all__ = ["MEASURED", "handwriting", "mean_correlation"]

MEASURED = ("slant", "thickness")


def mean_correlation(values: Tensor) -> float:
    """Mean Pearson correlation over the pairs of columns of (N, C); a constant one correlates with none."""
    if len(values) < 2 or values.shape[1] < 2:
        raise ValueError(f"A correlation needs two rows and two columns; there are {tuple(values.shape)}.")
    centred = values.double() - values.double().mean(dim=0)
    lengths = centred.norm(dim=0)
    unit = torch.where(lengths > 1e-9, centred / lengths.clamp_min(1e-9), 0.0)
    first, second = torch.triu_indices(values.shape[1], values.shape[1], offset=1)
    return (unit.T @ unit)[first, second].mean().item()


def handwriting(generator: Generator, count: int, *, seed: int, truncation: float = 1.0) -> dict[str, float]:
    """Mean correlation between classes of `slant` and `thickness`, over `count` draws of z."""
    batch, classes = 50, generator.num_classes
    slants, widths = [], []
    with torch.inference_mode():
        for start in tqdm(range(0, count, batch), desc="one hand, every class", unit="batch", leave=False):
            z = generator.draw_z(seed, range(start, min(start + batch, count)))
            labels = torch.arange(classes).repeat(len(z))
            drawn = generator.draw(z.repeat_interleave(classes, dim=0), labels, truncation)
            images = to_float(to_uint8(drawn))
            slants.append(measure_slant(images).view(-1, classes))
            widths.append(measure_thickness(images).view(-1, classes))
    return {"slant": mean_correlation(torch.cat(slants)), "thickness": mean_correlation(torch.cat(widths))}
