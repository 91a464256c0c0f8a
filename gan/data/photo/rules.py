"""Long straight lines of ruled and squared paper, margins and forms: found, and taken away where no stroke crosses."""

import numpy as np

SHARE = 0.4  # of the picture's side: what is as long and as straight, and not alone, is a rule
WHOLE = 0.9  # a single one is as long as that
FILLED = 0.88  # of a rule is there: strokes and noise interrupt it
ANGLES = np.arange(-7, 7.01, 0.5)  # degrees
THICK = 0.02  # of the picture's longer side: what is thicker is no rule


def find_rules(ink: np.ndarray, floor: float) -> np.ndarray:
    """Ink (H, W) and the level from which it is ink -> where rules are, bool (H, W), strokes that cross them left out.

    Taken away they would leave nothing where a drawing is of straight lines alone; then there are none.
    """
    mask = ink > 0.5 * floor
    found = _find_level(mask) | _find_level(mask.T).T
    dark = ink > floor
    left = ink[dark & ~found].sum()
    return found if left > 0.03 * ink[dark].sum() else np.zeros_like(found)


def _find_level(mask: np.ndarray) -> np.ndarray:
    """The pixels of lines that are level but for a few degrees."""
    heights, thickest = measure_runs(mask), THICK * max(mask.shape)
    thin = mask & (heights <= 1.5 * thickest + 1)
    if thin.any(axis=0).sum() < FILLED * SHARE * mask.shape[1]:
        return np.zeros_like(mask)
    lines = trace_lines(mask)
    # One that does not go all the way may be a stroke
    many = np.count_nonzero(lines & ~np.pad(lines[:-1], ((1, 0), (0, 0))), axis=0)
    if not many.any() or ((many > 0).mean() < WHOLE and np.median(many[many > 0]) < 2):
        return np.zeros_like(mask)
    thickness = float(np.median(heights[lines & mask])) if (lines & mask).any() else np.inf
    if thickness > thickest:
        return np.zeros_like(mask)
    near = lines.copy()
    near[1:] |= lines[:-1]
    near[:-1] |= lines[1:]
    return near & mask & (heights <= 1.5 * thickness + 1)


def trace_lines(mask: np.ndarray) -> np.ndarray:
    """bool (H, W) -> where its rows, sheared by each of ANGLES, are filled over SHARE of the width; at half size."""
    height, width = mask.shape[0] // 2, mask.shape[1] // 2
    small = np.asarray(mask[: 2 * height, : 2 * width].reshape(height, 2, width, 2).any(axis=(1, 3)))
    length = max(8, round(width * SHARE))
    found = np.zeros_like(small)
    columns = np.arange(width)
    for angle in ANGLES if width > length else ():
        offsets = np.round((columns - width / 2) * np.tan(np.radians(angle))).astype(np.int64)
        rows = np.arange(height)[:, None] + offsets
        sheared = np.asarray(small[rows.clip(0, height - 1), columns] & (rows >= 0) & (rows < height))
        above = np.pad(sheared[:-1], ((1, 0), (0, 0)))  # a line between two angles steps from row to row
        sums = np.pad((sheared | above).cumsum(axis=1), ((0, 0), (1, 0)))
        full = sums[:, length:] - sums[:, :-length] >= FILLED * length
        if not full.any():
            continue
        starts = np.pad(full.cumsum(axis=1), ((0, 0), (1, 0)))
        most = full.shape[1]
        covered = starts[:, (columns + 1).clip(0, most)] > starts[:, (columns - length + 1).clip(0, most)]
        y, x = np.nonzero(covered)
        for shift in (0, 1):
            row = y + offsets[x] - shift
            inside = (row >= 0) & (row < height)
            found[row[inside], x[inside]] = True
    whole = np.zeros_like(mask)
    whole[: 2 * height, : 2 * width] = found.repeat(2, axis=0).repeat(2, axis=1)
    return whole


def measure_runs(mask: np.ndarray) -> np.ndarray:
    """bool (H, W) -> how long the upright run is that each of its pixels lies in, int (H, W), 0 outside."""
    runs = np.zeros(mask.shape, dtype=np.int64)
    count = np.zeros(mask.shape[1], dtype=np.int64)
    for row in range(mask.shape[0]):
        count = (count + 1) * mask[row]
        runs[row] = count
    count = np.zeros_like(count)
    for row in range(mask.shape[0] - 1, -1, -1):
        count = np.where(mask[row], np.maximum(count, runs[row]), 0)
        runs[row] = count
    return runs
