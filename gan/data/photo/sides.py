"""One reading of a picture: what is darker than its surroundings is ink, or what is lighter; and which it is.

Notable choices
- Paper is what is left when thin things are taken away: a closing (of dark ink) or an opening (of light) by a square of
  REACH of the picture (Serra 1982). Shade, the edge of a shadow and a table beside the sheet are wider, and stay paper.
- What comes in from the edge of a photo is no digit: the table, a thumb, the next sheet.
- Ink has an edge on every side. Paper between strokes, which looks like light ink, ends where the square did.
"""

from dataclasses import dataclass

import numpy as np

from gan.data.photo.levels import blur, grow, slide, take_otsu
from gan.data.photo.pieces import Box, Group, drop_frames, group_pieces, label_pieces, measure_boxes
from gan.data.photo.rules import find_rules

REACH = 1 / 3  # of the longer side: wider than any stroke
CONTRAST = 0.09  # of the range from black to white: less is no ink, but paper and noise
LEAST = 0.02  # of the picture's longer side: what is smaller is no digit
SOLID = 0.22  # what is thicker over its size may be a sheet
STROKE = 0.3  # thickness of a digit's lines as a share of its size, at most


@dataclass(frozen=True)
class Field:
    """One reading. out (H, W): how far each pixel stands out; ink: of that, what is no rule and not from outside.

    floor: from which level it is ink; edge: bool (H, W), what comes from outside; labels, sizes, boxes: the pieces,
    with the ink of each, 0 for what is no digit; clean: a drawing on a screen, whose paper has one level all over.
    """

    out: np.ndarray
    ink: np.ndarray
    floor: float
    edge: np.ndarray
    labels: np.ndarray
    sizes: np.ndarray
    boxes: np.ndarray
    clean: bool


@dataclass(frozen=True)
class Digit:
    """What may be the digit of a field: group, the pieces; mask bool (H, W).

    contrast, noise: against its surroundings, in levels, no noise on clean paper; slim: its lines' thickness over its
    size; rim: its share of the picture's border.
    """

    field: Field
    group: Group
    mask: np.ndarray
    contrast: float
    noise: float
    slim: float
    rim: float

    @property
    def main(self) -> Box:
        """The box of its largest piece."""
        top, bottom, left, right = self.field.boxes[self.group.kept[0]].tolist()
        return top, bottom, left, right


def stand_out(grey: np.ndarray, *, dark: bool, level: float | None) -> np.ndarray:
    """How far each pixel stands out of the paper, (H, W), at least 0. level: of paper that has one level all over."""
    if level is not None:
        return np.clip(level - grey if dark else grey - level, 0, None)
    reach = round(max(grey.shape) * REACH / 2)
    soft = blur(grey, 1)  # or the paper would be as light as its noise
    first, second = (np.maximum, np.minimum) if dark else (np.minimum, np.maximum)
    paper = slide(slide(soft, reach, first), reach, second)
    ink = np.clip(paper - grey if dark else grey - paper, 0, None)
    return np.clip(ink - np.median(ink[ink <= max(take_otsu(ink), 1e-9)]), 0, None)


def find_floor(ink: np.ndarray, *, clean: bool) -> float:
    """The level from which it is ink: Otsu's, and on a photo nothing that is far fainter than the strongest ink."""
    floor = take_otsu(ink)
    if not clean:
        floor = max(floor, 0.3 * float(np.quantile(ink, 0.998)))
    return min(floor, 0.5 * float(ink.max()))


def measure_slim(mask: np.ndarray, size: int) -> float:
    """The thickness of a mask's lines over `size`: twice its area by its outline, as in gan.handwriting.measures."""
    inside = np.pad(mask, 1).astype(np.float64)
    a, b = inside[1:, 1:] - inside[:-1, :-1], inside[1:, :-1] - inside[:-1, 1:]
    return float(2 * mask.sum() / max(np.sqrt((a * a + b * b) / 2).sum(), 1e-9) / size)


@dataclass(frozen=True)
class Parts:
    """edge bool (H, W): what comes in from the edge of a picture; floor, labels, count: the ink that is left."""

    edge: np.ndarray
    floor: float
    labels: np.ndarray
    count: int


def part_edge(ink: np.ndarray, *, clean: bool) -> Parts:
    """Part a digit from what comes in from the edge; on a clean drawing, from what covers a whole side of it."""
    edge = np.zeros(ink.shape, dtype=bool)
    for _ in range(4):  # the table, a thumb before it, and what lies on it
        floor = find_floor(ink[~edge], clean=clean)
        labels, count = label_pieces((ink > floor) & ~edge)
        outer = _find_outer(labels, count, 0.9 if clean else 0.0)
        outer[labels[grow(edge, 1)]] = True
        outer[0] = False
        sizes = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count + 1)
        sizes[0] = 0.0
        if not outer.any() or not _leaves_digit(labels, sizes, outer):
            break
        more = edge | grow(outer[labels], 3)
        if more.mean() > 0.9:
            break
        edge = more
    return Parts(edge, floor, labels, count)


def _find_outer(labels: np.ndarray, count: int, share: float) -> np.ndarray:
    """Whether each label has more than `share` of a side of the picture, bool (count + 1,)."""
    outer = np.zeros(count + 1, dtype=bool)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outer |= np.bincount(side, minlength=count + 1) > share * len(side)
    outer[0] = False
    return outer


def _leaves_digit(labels: np.ndarray, sizes: np.ndarray, outer: np.ndarray) -> bool:
    """Whether a digit is left without what comes from outside; what comes may be the digit itself, cut off."""
    boxes = measure_boxes(labels, len(sizes) - 1)
    spans = np.maximum(boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2])
    inner = np.where(outer, 0.0, sizes)
    best, largest = int(inner.argmax()), int(np.where(outer, sizes, 0.0).argmax())
    if not inner[best] or spans[best] < LEAST * max(labels.shape):
        return False
    if inner[best] > 0.3 * sizes[largest] or _find_outer(labels, len(sizes) - 1, 0.3)[largest]:
        return True
    return measure_slim(labels == largest, int(spans[largest])) > STROKE


def read_field(grey: np.ndarray, *, dark: bool, level: float | None) -> Field | None:
    """Read dark things as ink, or light ones; None where nothing stands out. level: of paper that has one all over."""
    clean = level is not None
    out = stand_out(grey, dark=dark, level=level)
    if out.max() < CONTRAST:
        return None
    parts = part_edge(out, clean=clean)
    edge, floor, labels, count = parts.edge, parts.floor, parts.labels, parts.count
    ink = np.where(edge, 0.0, out)
    if ink.max() <= 0:
        return None
    rules = find_rules(ink, floor)
    if rules.any():
        ink = np.where(rules, 0.0, ink)
        floor = find_floor(ink[ink > 0], clean=clean)
        labels, count = label_pieces(ink > floor)
    sizes = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count + 1)
    sizes[0] = 0.0
    boxes = measure_boxes(labels, count)
    sizes = drop_frames(labels, sizes, boxes)
    return Field(out, ink, floor, edge, labels, sizes, boxes, clean) if sizes.any() else None


def take_digit(field: Field, main: int) -> Digit:
    """The digit whose largest piece is `main`."""
    group = group_pieces(field.sizes, field.boxes, main, clean=field.clean)
    mask, ink = np.isin(field.labels, group.kept), field.ink
    around = grow(mask, 6) & ~grow(mask, 3) & (ink <= field.floor)
    contrast = float(ink[mask].mean() - (ink[around].mean() if around.any() else 0.0))
    top, bottom, left, right = group.box
    return Digit(
        field=field,
        group=group,
        mask=mask,
        contrast=contrast,
        noise=0.0 if field.clean else measure_noise(field),
        slim=measure_slim(mask, max(bottom - top, right - left)),
        rim=float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()),
    )


def measure_noise(field: Field) -> float:
    """The standard deviation of what is neither ink nor from outside, in levels."""
    plain = field.ink[~grow(field.ink > field.floor, 3) & ~field.edge]
    return float(plain.std()) if plain.size else 0.0


def measure_edged(digit: Digit, sharp: np.ndarray) -> float:
    """The share of its outline where the picture has an edge. sharp (H, W): how far levels differ near each pixel."""
    outline = grow(digit.mask, 1) & ~digit.mask
    return float((sharp[outline] > 0.5 * digit.contrast).mean()) if outline.any() else 1.0


def choose(sides: list[Digit], grey: np.ndarray) -> Digit:
    """Of two readings, the one that is a digit: the other sees the paper between strokes, or the hole of a 0."""
    if len(sides) == 1:
        return sides[0]
    one, other = sides
    for a, b in ((one, other), (other, one)):
        if a.contrast < 0.5 * b.contrast:
            return b
    if abs(one.rim - other.rim) > 0.4:
        return min(sides, key=lambda side: side.rim)
    soft = blur(grey, 1)
    sharp = slide(soft, 4, np.maximum) - slide(soft, 4, np.minimum)
    edged = measure_edged(one, sharp) - measure_edged(other, sharp)
    if abs(edged) > 0.08:
        return one if edged > 0 else other
    large, small = sorted(sides, key=lambda side: -measure_area(side.main))
    # A sheet with a digit on it, before a wide table; a 0 is slimmer than its hole
    inner, outer = measure_main(small), measure_main(large)
    return small if encloses(large.main, small.main) and inner < 0.75 * outer and outer > SOLID else large


def measure_main(digit: Digit) -> float:
    """The thickness of the lines of its largest piece over that piece's size."""
    top, bottom, left, right = digit.main
    return measure_slim(digit.field.labels == digit.group.kept[0], max(bottom - top, right - left))


def measure_area(box: Box) -> int:
    """Of a box, pixels."""
    top, bottom, left, right = box
    return (bottom - top) * (right - left)


def encloses(outer: Box, inner: Box) -> bool:
    """Whether one box lies in the other, a little of it on every side."""
    (y0, y1, x0, x1), (top, bottom, left, right) = outer, inner
    return y0 + 2 < top and bottom + 2 < y1 and x0 + 2 < left and right + 2 < x1
