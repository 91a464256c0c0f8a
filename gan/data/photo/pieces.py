"""Pieces of a mask: what hangs together, where each lies, and which of them are one digit."""

from dataclasses import dataclass

import numpy as np

Box = tuple[int, int, int, int]  # top, bottom, left, right; bottom and right are not inside
SPECK = 0.03  # of the largest piece's ink: less is no part of a digit
SMALL, TALL = 0.5, 0.35  # of a digit's size: what is smaller is a part of it; what is taller may be another digit
NEAR = 0.35  # of its size: how far a part may lie from a digit in a photo
HEAVY = 0.12  # of the largest piece's ink, which another digit has at least


def label_pieces(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Pieces of a mask (H, W), joined across sides and corners -> labels int (H, W), 0 for none, and their number.

    Runs of each row are joined with those they touch in the row above, by union-find.
    """
    parent = [0]

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    labels = np.zeros(mask.shape, dtype=np.int64)
    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]]).astype(np.int8)))
        here, first = [], 0
        for start, end in edges.reshape(-1, 2).tolist():
            while first < len(above) and above[first][1] < start:
                first += 1
            own = 0
            at = first
            while at < len(above) and above[at][0] <= end:
                other = find(above[at][2])
                if own and other != own:
                    parent[max(own, other)] = min(own, other)
                own = min(own, other) if own else other
                at += 1
            if not own:
                own = len(parent)
                parent.append(own)
            labels[row, start:end] = own
            here.append((start, end, own))
        above = here
    roots = np.array([find(one) for one in range(len(parent))])
    names, numbers = np.unique(roots, return_inverse=True)
    return numbers[labels], len(names) - 1


def measure_boxes(labels: np.ndarray, count: int) -> np.ndarray:
    """The box of each label, int (count + 1, 4): top, bottom, left, right; of label 0 and of none, an empty one."""
    height, width = labels.shape
    boxes = np.zeros((count + 1, 4), dtype=np.int64)
    boxes[:, 0], boxes[:, 2] = height, width
    rows, columns = np.nonzero(labels)
    names = labels[rows, columns]
    np.minimum.at(boxes[:, 0], names, rows)
    np.maximum.at(boxes[:, 1], names, rows + 1)
    np.minimum.at(boxes[:, 2], names, columns)
    np.maximum.at(boxes[:, 3], names, columns + 1)
    return boxes


def drop_frames(labels: np.ndarray, sizes: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The ink of each label, 0 for what surrounds a large part of the rest, as the box of a form does."""
    sizes = sizes.copy()
    large = np.flatnonzero(sizes >= 0.05 * sizes.max(initial=0.0))
    for outer in large[sizes[large] > 0]:
        top, bottom, left, right = boxes[outer]
        area = (bottom - top) * (right - left)
        if (labels == outer).sum() >= 0.25 * area:
            continue
        for inner in large:
            y0, y1, x0, x1 = boxes[inner]
            inside = y0 >= top and y1 <= bottom and x0 >= left and x1 <= right and inner != outer
            if inside and sizes[inner] > HEAVY * sizes[outer] and area > 1.5 * (y1 - y0) * (x1 - x0):
                sizes[outer] = 0
    return sizes


@dataclass(frozen=True)
class Group:
    """Labels of one digit, its box; labels of other digits' size, the largest first, and the ink of what is neither."""

    kept: list[int]
    box: Box
    others: list[int]
    rest: float


def group_pieces(sizes: np.ndarray, boxes: np.ndarray, main: int, *, clean: bool) -> Group:
    """What belongs to the digit whose largest piece is `main`.

    A low piece does when it is near, on a clean drawing anywhere; one as tall as a digit only where it stands above or
    below, or all but touches: beside it, it is another digit.
    """
    kept, others, rest = [main], [], 0.0
    top, bottom, left, right = (int(one) for one in boxes[main])
    large = boxes[sizes >= SPECK * sizes[main]]
    whole = int(large[:, 1].max() - large[:, 0].min()) if clean else 0  # a drawing may be of dots
    for piece in np.argsort(-sizes, kind="stable").tolist():
        if piece == main or not sizes[piece]:
            continue
        y0, y1, x0, x1 = (int(one) for one in boxes[piece])
        size, tall = max(bottom - top, right - left), max(bottom - top, 0.6 * (right - left))
        down, along = max(y0 - bottom, top - y1, 0), max(x0 - right, left - x1, 0)
        low = y1 - y0 < SMALL * max(tall, whole)
        if sizes[piece] < SPECK * sizes[main]:
            belongs = False
        elif low:
            belongs = clean or max(down, along) <= NEAR * size
        else:
            above = min(right, x1) - max(left, x0) > 0.3 * min(right - left, x1 - x0) and down <= 0.2 * size
            belongs = above or max(down, along) <= 0.05 * size
        if belongs:
            kept.append(piece)
            top, bottom, left, right = min(top, y0), max(bottom, y1), min(left, x0), max(right, x1)
        elif sizes[piece] > HEAVY * sizes[main] and y1 - y0 > TALL * tall:
            others.append(piece)
        else:
            rest += float(sizes[piece])
    return Group(kept, (top, bottom, left, right), others, rest)


def find_box(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The rows and columns of a mask (H, W) that are used, and a margin."""
    places = [np.flatnonzero(np.any(mask, axis=axis)) for axis in (1, 0)]
    down, along = (
        slice(max(0, int(one[0]) - margin), min(size, int(one[-1]) + 1 + margin))
        for one, size in zip(places, mask.shape, strict=True)
    )
    return down, along
