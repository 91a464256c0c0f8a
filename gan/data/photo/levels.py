"""Many grey levels at once: the threshold between two heaps; the mean, the least, the greatest around a pixel."""

import numpy as np


def blur(values: np.ndarray, reach: int) -> np.ndarray:
    """The mean over a square of side 2 reach + 1, as far as it lies inside; by running sums."""
    for axis in (0, 1):
        size = values.shape[axis]
        sums = np.concatenate([np.zeros_like(values.take([0], axis)), values.cumsum(axis)], axis)
        ends = np.minimum(np.arange(size) + reach + 1, size)
        starts = np.maximum(np.arange(size) - reach, 0)
        width = (ends - starts).reshape((-1, 1) if axis == 0 else (1, -1))
        values = (sums.take(ends, axis) - sums.take(starts, axis)) / width
    return values


def slide(values: np.ndarray, reach: int, pick: np.ufunc) -> np.ndarray:
    """The greatest (np.maximum) or the least over a square of side 2 reach + 1, as far as it lies inside.

    Windows are doubled until they are wide enough (van Herk 1992 does it with fewer steps, NumPy with more).
    """
    for _ in range(2):
        values = _slide_along(values, reach, pick).T
    return values


def _slide_along(values: np.ndarray, reach: int, pick: np.ufunc) -> np.ndarray:
    outside = -np.inf if pick is np.maximum else np.inf
    wide = np.pad(values, ((0, 0), (reach, reach)), constant_values=outside)
    size, window = 2 * reach + 1, 1
    while window < size:
        step = min(window, size - window)
        wide = pick(wide[:, :-step], wide[:, step:])
        window += step
    return wide


def grow(mask: np.ndarray, reach: int) -> np.ndarray:
    """A mask (H, W) and its neighbours within so many pixels, bool."""
    return slide(mask.astype(np.float32), reach, np.maximum) > 0


def take_otsu(values: np.ndarray) -> float:
    """Otsu's threshold (1979): the level that parts values in two with the greatest variance between them."""
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    sums = (counts * middles).cumsum()
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    between = np.nan_to_num(between, nan=-1.0, posinf=-1.0, neginf=-1.0)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1:][best[len(best) // 2]])
