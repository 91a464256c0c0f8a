"""A drawing or a photo of a digit -> a picture as MNIST holds them: 28 x 28, ink on nothing.

Notable choices
- Size is read from the file's header and checked before a pixel is decoded; a phone's upright flag (EXIF) is followed.
- Paper is not white: a quadratic surface, fitted to the picture without its outliers, then a local mean without ink,
  are taken away, so that a shadow across the page is no stroke. Otsu's threshold (1979) parts what is left. Which side
  is ink, the dark or the light, is told by which side stands out further.
- As MNIST was made (LeCun, Bottou, Bengio & Haffner 1998, section III-A): the ink's box is scaled into 20 x 20, its
  shape kept, and its centre of mass put on the middle of 28 x 28. A line thinner than MNIST's pens is thickened first.

    from gan.data.photo import read_canvas
    canvas = read_canvas(Path("seven.jpg").read_bytes())    # canvas.image: float (1, 1, 28, 28) in [-1, 1]
"""

import io
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps
from torch import Tensor

from gan.errors import InputError, Sentence, say

MAX_BYTES = 12 << 20  # of a file
MAX_PIXELS = 32_000_000  # of a picture; 40-megapixel photos are to be made smaller
MIN_SIDE = 8
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
WORK_SIDE = 400  # the longer side on which ink is looked for
CONTRAST = 0.09  # of the range from black to white: less is no ink, but paper and noise
BOX, SIDE = 20, 28
THIN, PEN = 1.7, 2.2  # pixels of the 28: a line thinner than THIN, as 1 in 25 of MNIST's, is brought to PEN
MANY, GRAINS = 4, 12  # pieces of one digit: more of them read poorly, and in a photo far more are no digit
NOTHING = say("no digit stands out in the picture; write it large, in dark ink on plain light paper.")
SCALED = 160  # the longer side of the ink's box before it is thickened and shrunk


@dataclass(frozen=True)
class Canvas:
    """image float32 (1, 1, 28, 28) in [-1, 1], ink = +1; pieces: how many it has; note: a sentence or ""."""

    image: Tensor
    pieces: int
    note: str


def read_canvas(data: bytes) -> Canvas:
    """Find the digit in an image file (PNG, JPEG, WebP, GIF, BMP; dark ink or light, alpha or not), as MNIST would.

    Raises InputError, in one sentence: no or too much data, no image, a broken one, too many or too few pixels,
    nothing drawn, nothing that stands out, or ink all over.
    """
    return find_digit(decode(data))


def decode(data: bytes, formats: tuple[str, ...] = FORMATS) -> np.ndarray:
    """An image file -> grey levels float64 (H, W) in [0, 1], upright, the longer side WORK_SIDE at most."""
    if not data:
        raise InputError(say("the picture is empty; draw a digit, or choose an image file."))
    if len(data) > MAX_BYTES:
        raise InputError(
            say(
                "the file has {size:.0f} MB; a picture may have up to {most} MB.",
                size=len(data) / 2**20,
                most=MAX_BYTES >> 20,
            )
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the sentence below is stricter
        try:
            image = Image.open(io.BytesIO(data), formats=formats)
        except Image.DecompressionBombError as error:
            raise InputError(_too_large(say("hundreds of"))) from error
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(
                say("the file is no image that can be read; give a PNG, JPEG, WebP, GIF or BMP of one digit.")
            ) from error
    with image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise InputError(
                say(
                    "the picture has {width} x {height} = {value:.0f} megapixels; up to {most:.0f} are taken: save it "
                    "smaller.",
                    width=width,
                    height=height,
                    value=width * height / 1e6,
                    most=MAX_PIXELS / 1e6,
                )
            )
        if min(width, height) < MIN_SIDE:
            raise InputError(
                say(
                    "the picture has {width} x {height} pixels; each side needs {least} at least.",
                    width=width,
                    height=height,
                    least=MIN_SIDE,
                )
            )
        try:
            image.draft(None, (2 * WORK_SIDE, 2 * WORK_SIDE))  # a large JPEG is decoded at a fraction of its size
            image.load()
            upright = ImageOps.exif_transpose(image)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise InputError(
                say("the picture is broken and cannot be decoded; save it anew, or take another.")
            ) from error
    upright = _to_8_bits(upright)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    upright = upright.convert("RGBA" if clear else "RGB")
    upright.thumbnail((WORK_SIDE, WORK_SIDE), Image.Resampling.BOX)
    pixels = np.asarray(upright, dtype=np.float64) / 255
    grey = pixels[..., :3] @ (0.299, 0.587, 0.114)
    if not clear:
        return grey
    alpha = pixels[..., 3]
    shown = alpha.sum()
    # What is drawn on nothing is put on black where it is light and on white where it is dark.
    behind = 0.0 if shown and (grey * alpha).sum() / shown > 0.5 else 1.0
    return alpha * grey + (1 - alpha) * behind


def _to_8_bits(image: Image.Image) -> Image.Image:
    """A picture of deeper greys, as scanners and microscopes save them, in 256; Pillow itself would cut them off."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = next((top for top in (1.0, 255.0, 65535.0) if values.max() <= top), float(values.max()))
    return Image.fromarray((np.clip(values, 0, top) * (255 / top)).round().astype(np.uint8))


def _too_large(size: Sentence) -> Sentence:
    return say(
        "the picture has {value} megapixels; up to {most:.0f} are taken: save it smaller.",
        value=size,
        most=MAX_PIXELS / 1e6,
    )


def find_digit(grey: np.ndarray) -> Canvas:
    """Grey levels (H, W) in [0, 1] -> the digit on them; InputError when there is none. See read_canvas."""
    ink, floor, clean = find_ink(grey)
    labels, count = label_pieces(ink > floor)
    sizes = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = choose_pieces(labels, sizes, clean)
    chosen = np.isin(labels, kept)
    box = _find_box(chosen, 2)
    # Grey edges belong to the piece they surround, not to a neighbour
    near = _grow(chosen[box], 2)
    level = np.quantile(ink[chosen], 0.8)
    image = normalize(np.where(near, np.clip(ink[box] / level, 0, 1), 0.0))
    note: str = ""
    if len(kept) > MANY:
        note = say(
            "The picture has {count} separate pieces; one digit, drawn in joined strokes, is read better.",
            count=len(kept),
        )
    return Canvas(torch.from_numpy(image.astype(np.float32) * 2 - 1)[None, None], len(kept), note)


def find_ink(grey: np.ndarray) -> tuple[np.ndarray, float, bool]:
    """Grey levels (H, W) -> ink (H, W), at least 0; the level from which it is ink; and whether the paper is clean.

    Paper is clean when a quarter of all pixels have one and the same grey level: a drawing on a screen, not a photo.
    """
    if np.ptp(grey) < CONTRAST:
        raise InputError(
            say("nothing is drawn there; draw or photograph one digit, in dark ink on light or the reverse.")
        )
    levels, counts = np.unique((grey * 255).round(), return_counts=True)
    clean = bool(counts.max() > grey.size / 4)
    rest = grey - (levels[counts.argmax()] / 255 if clean else fit_surface(grey))
    sign = 1.0 if (rest**3).sum() > 0 else -1.0
    ink = np.clip(sign * rest, 0, None)
    if not clean:
        ink = flatten(sign * rest)
    # A small digit weighs less than the edge of a shadow: what is far fainter than the strongest ink is none
    floor = max(take_otsu(ink), 0.0 if clean else 0.3 * float(np.quantile(ink, 0.998)))
    dark = ink > floor
    share = dark.mean()
    contrast = ink[dark].mean() - ink[~dark].mean() if 0 < share < 1 else 0.0
    noise = ink[~dark].std() if share < 1 else np.inf
    if contrast < CONTRAST or (not clean and contrast < 4 * noise):
        raise InputError(NOTHING)
    if share > (0.6 if clean else 0.45):
        raise InputError(say("ink fills nearly the whole picture; leave plain paper around the digit."))
    return ink, min(floor, 0.5 * float(ink.max())), clean


def fit_surface(grey: np.ndarray) -> np.ndarray:
    """The paper's light: a quadratic in (x, y) fitted by least squares, again and again without outliers."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in grey.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    values = grey.ravel()
    good = np.abs(values - np.median(values)) < 2.5 * values.std() + 1e-9
    surface = values
    for _ in range(4):
        surface = terms @ np.linalg.lstsq(terms[good], values[good], rcond=None)[0]
        rest = np.abs(values - surface)
        good = rest <= 2.0 * np.quantile(rest, 0.7) + 1e-9
    return surface.reshape(grey.shape)


def flatten(rest: np.ndarray) -> np.ndarray:
    """Take the local mean of what is no ink away, within a third of the picture: the edge of a shadow; at least 0."""
    reach = max(3, max(rest.shape) // 6)
    paper = rest <= max(take_otsu(np.clip(rest, 0, None)), 1e-9)
    weight = _blur(paper.astype(np.float64), reach)
    mean = _blur(np.where(paper, rest, 0.0), reach) / np.maximum(weight, 1e-6)
    return np.clip(rest - np.where(weight > 0.05, mean, 0.0), 0, None)


def _blur(values: np.ndarray, reach: int) -> np.ndarray:
    """The mean over a square of side 2 reach + 1, as far as it lies inside; by running sums."""
    for axis in (0, 1):
        size = values.shape[axis]
        sums = np.concatenate([np.zeros_like(values.take([0], axis)), values.cumsum(axis)], axis)
        ends = np.minimum(np.arange(size) + reach + 1, size)
        starts = np.maximum(np.arange(size) - reach, 0)
        width = (ends - starts).reshape((-1, 1) if axis == 0 else (1, -1))
        values = (sums.take(ends, axis) - sums.take(starts, axis)) / width
    return values


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


def choose_pieces(labels: np.ndarray, sizes: np.ndarray, clean: bool) -> list[int]:
    """The largest piece, and those near it that are no specks; of a photo, not what comes in from its edge.

    sizes: the ink of each label, 0 for label 0.
    """
    candidates = sizes.copy()
    if not clean:
        edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
        inner = candidates.copy()
        inner[edge] = 0
        if inner.max() > 0.05 * candidates.max():
            candidates = inner
    if not candidates.any():
        raise InputError(NOTHING)
    largest = int(candidates.argmax())
    down, along = _find_box(labels == largest, 0)
    reach = 0.6 * max(down.stop - down.start, along.stop - along.start)
    kept = []
    for piece in np.flatnonzero(candidates >= 0.03 * candidates[largest]).tolist():
        y, x = np.nonzero(labels == piece)
        near = bool(y.max() >= down.start - reach and y.min() <= down.stop + reach)
        near &= bool(x.max() >= along.start - reach and x.min() <= along.stop + reach)
        if clean or near:
            kept.append(piece)
    # print, noise, or a pattern
    if candidates[kept].sum() < 0.4 * candidates.sum() or (len(kept) > GRAINS and not clean):
        raise InputError(NOTHING)
    return kept


def _find_box(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The rows and columns of a mask (H, W) that are used, and a margin."""
    places = [np.flatnonzero(np.any(mask, axis=axis)) for axis in (1, 0)]
    down, along = (
        slice(max(0, int(one[0]) - margin), min(size, int(one[-1]) + 1 + margin))
        for one, size in zip(places, mask.shape, strict=True)
    )
    return down, along


def _grow(mask: np.ndarray, times: int) -> np.ndarray:
    """A mask (H, W) and its neighbours within so many pixels."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.MaxFilter(2 * times + 1))) > 0


def normalize(ink: np.ndarray) -> np.ndarray:
    """Ink (H, W) in [0, 1], cropped to the digit -> ink (28, 28), into 20 x 20 and centred by mass as MNIST's."""
    image = Image.fromarray((ink[_find_box(ink > 0.2, 0)] * 255).round().astype(np.uint8))
    longest = max(image.size)
    if longest > SCALED:
        image = image.resize(_scale(image.size, SCALED / longest), Image.Resampling.BOX)
        longest = max(image.size)
    image = thicken(image, longest)
    image = image.resize(_scale(image.size, BOX / max(image.size)), Image.Resampling.BOX)
    small = np.asarray(image, dtype=np.float64)
    small = small / max(small.max(), 1.0)
    total = small.sum()
    y = (small.sum(1) * np.arange(small.shape[0])).sum() / total
    x = (small.sum(0) * np.arange(small.shape[1])).sum() / total
    # MNIST's own centre of mass lies at (14, 14), counted from the middle of the first pixel; whole pixels are moved
    top, left = round(SIDE / 2 - y), round(SIDE / 2 - x)
    field = np.zeros((3 * SIDE, 3 * SIDE))
    field[SIDE + top : SIDE + top + small.shape[0], SIDE + left : SIDE + left + small.shape[1]] = small
    return field[SIDE : 2 * SIDE, SIDE : 2 * SIDE]


def _scale(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """A size times a factor, a pixel at least."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def thicken(image: Image.Image, longest: int) -> Image.Image:
    """Widen lines that would come out thinner than THIN pixels of the 28, to about PEN, on a wider picture."""
    ink = np.pad(np.asarray(image, dtype=np.float64) / 255, 1)
    a, b = ink[1:, 1:] - ink[:-1, :-1], ink[1:, :-1] - ink[:-1, 1:]
    outline = np.sqrt((a * a + b * b) / 2).sum()
    thickness = 2 * ink.sum() / max(outline, 1e-9)  # as gan.handwriting.measures
    unit = longest / BOX  # source pixels of one of the 28
    if thickness >= THIN * unit:
        return image
    radius = round((PEN * unit - thickness) / 2)
    if radius < 1:
        return image
    wide = ImageOps.expand(image, border=radius, fill=0)
    for _ in range(radius):  # a square, then a cross, and so on: rounder than one large square
        wide = wide.filter(ImageFilter.MaxFilter(3))
    return wide
