"""Ink of a digit -> 28 x 28 as MNIST was made (LeCun, Bottou, Bengio & Haffner 1998, section III-A): its box is scaled
into 20 x 20, its shape kept, and its centre of mass put on the middle. A line thinner than MNIST's pens is thickened.
"""

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from gan.data.photo.pieces import find_box

BOX, SIDE = 20, 28
THIN, PEN = 1.7, 2.2  # pixels of the 28: a line thinner than THIN, as 1 in 25 of MNIST's, is brought to PEN
SCALED = 160  # the longer side of the ink's box before it is thickened and shrunk


def normalize(ink: np.ndarray) -> np.ndarray:
    """Ink (H, W) in [0, 1], cropped to the digit -> ink (28, 28), into 20 x 20 and centred by mass as MNIST's."""
    image = Image.fromarray((ink[find_box(ink > 0.2, 0)] * 255).round().astype(np.uint8))
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
