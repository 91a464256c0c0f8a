"""A drawing or a photo of a digit -> a picture as MNIST holds them, 28 x 28, and how far it is to be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gan.data.photo.decode import decode
from gan.data.photo.levels import grow
from gan.data.photo.normalize import normalize
from gan.data.photo.sides import CONTRAST, Digit, choose, read_field, take_digit
from gan.errors import InputError, say

MANY = 4  # pieces of one digit: more of them read poorly
GRAINS, DOTS = 12, 30  # pieces that are print or a pattern: of a photo, of a drawing
BLOB = 0.42  # lines as thick as that, over the digit's size, are none
NOTHING = say("no digit stands out in the picture; write it large, in dark ink on plain light paper.")
CUT, LONE = 0.5, 0.25  # doubt of what may be cut off, or is no stroke; and of one digit among others

Share = tuple[float, float, float, float]  # left, top, width, height: shares of the picture's width and height


@dataclass(frozen=True)
class Canvas:
    """image float32 (1, 1, 28, 28) in [-1, 1], ink = +1; pieces: how many it has; note: a sentence or "".

    doubt, 0 to 1: how little the picture may be what was meant; box: where it lies, others: what else may be a digit.
    """

    image: Tensor
    pieces: int
    note: str
    doubt: float = 0.0
    box: Share = (0.0, 0.0, 1.0, 1.0)
    others: tuple[Share, ...] = ()


def read_canvas(data: bytes, at: tuple[float, float] | None = None) -> Canvas:
    """Find the digit in an image file (see decode.FORMATS; dark ink or light, alpha or not), as MNIST would have it.

    at: a place, shares of the width and the height; the digit nearest to it is taken, not the largest. Raises
    InputError, in one sentence: no or too much data, no image, a broken one, too many or too few pixels, nothing drawn,
    nothing that stands out, or ink all over.
    """
    return find_digit(decode(data), at)


def find_digit(grey: np.ndarray, at: tuple[float, float] | None = None) -> Canvas:
    """Grey levels (H, W) in [0, 1] -> the digit on them; InputError when there is none. See read_canvas."""
    digit = look(grey, at)
    field, group = digit.field, digit.group
    top, bottom, left, right = group.box
    area = slice(max(0, top - 2), bottom + 2), slice(max(0, left - 2), right + 2)
    # Grey edges belong to the piece they surround, not to a neighbour
    near = grow(digit.mask[area], 2)
    full = np.quantile(field.ink[digit.mask], 0.8)
    image = normalize(np.where(near, np.clip(field.ink[area] / full, 0, 1), 0.0))
    note, doubt = judge(digit)
    boxes = [tell_box(group.box, grey.shape), *(tell_box(field.boxes[one], grey.shape) for one in group.others)]
    tensor = torch.from_numpy(image.astype(np.float32) * 2 - 1)[None, None]
    return Canvas(tensor, len(group.kept), note, doubt, boxes[0], tuple(boxes[1:]))


def find_ink(grey: np.ndarray) -> tuple[np.ndarray, float, bool]:
    """Grey levels (H, W) -> ink (H, W), at least 0; the level from which it is ink; and whether the paper is clean."""
    field = look(grey).field
    return field.ink, field.floor, field.clean


def look(grey: np.ndarray, at: tuple[float, float] | None = None) -> Digit:
    """Grey levels -> the largest digit, or the one nearest to `at`; InputError when there is none.

    Paper is clean when a quarter of all pixels have one and the same level: a drawing on a screen, not a photo.
    """
    if np.ptp(grey) < CONTRAST:
        raise InputError(
            say("nothing is drawn there; draw or photograph one digit, in dark ink on light or the reverse.")
        )
    levels, counts = np.unique((grey * 255).round(), return_counts=True)
    level = float(levels[counts.argmax()]) / 255 if counts.max() > grey.size / 4 else None
    fields = [read_field(grey, dark=dark, level=level) for dark in (True, False)]
    sides = [take_digit(one, int(one.sizes.argmax())) for one in fields if one]
    if not sides:
        raise InputError(NOTHING)
    digit = choose(sides, grey)
    check(digit)
    return digit if at is None else take_digit(digit.field, find_nearest(digit, grey.shape, at))


def check(digit: Digit) -> None:
    """InputError where it is too faint, ink all over, or print, noise or a pattern."""
    field, group = digit.field, digit.group
    dark = field.ink > field.floor
    if digit.contrast < CONTRAST or (not field.clean and digit.contrast < 4 * digit.noise):
        raise InputError(NOTHING)
    if dark.sum() > (0.45 if digit.rim > 0.2 else 0.7) * (~field.edge).sum():
        raise InputError(say("ink fills nearly the whole picture; leave plain paper around the digit."))
    kept = field.sizes[group.kept].sum()
    if len(group.kept) > (DOTS if field.clean else GRAINS) or len(group.others) > GRAINS or group.rest > 1.5 * kept:
        raise InputError(NOTHING)


def find_nearest(digit: Digit, shape: tuple[int, ...], at: tuple[float, float]) -> int:
    """The piece, of a digit's size, whose middle is nearest to a place."""
    pieces = [digit.group.kept[0], *digit.group.others]
    top, bottom, left, right = digit.field.boxes[pieces].T
    y, x = (top + bottom) / 2 - at[1] * shape[0], (left + right) / 2 - at[0] * shape[1]
    return pieces[int((y * y + x * x).argmin())]


def judge(digit: Digit) -> tuple[str, float]:
    """What is to be said of it, a sentence or "", and how doubtful it is, 0 to 1."""
    group, field = digit.group, digit.field
    kept = float(field.sizes[group.kept].sum())
    lost = 0.5 * group.rest / (kept + group.rest)
    if digit.rim or (grow(digit.mask, 2) & field.edge).any():
        return say(
            "The digit reaches the edge of the paper, and part of it may be missing; leave paper around it."
        ), max(CUT, lost)
    if digit.slim > BLOB:
        return say("What stands out is a blob, not a stroke; write one digit in thinner lines."), max(CUT, lost)
    if group.others and field.clean:
        return say(
            "More pieces of a digit's size stand beside this one: {count}. One digit alone is read better.",
            count=len(group.others),
        ), max(LONE, lost)
    if group.others:
        return say(
            "More pieces of a digit's size stand beside this one: {count}. Choose the one that is meant on the "
            "picture, or photograph it alone.",
            count=len(group.others),
        ), max(LONE, lost)
    if len(group.kept) > MANY:
        return say(
            "The picture has {count} separate pieces; one digit, drawn in joined strokes, is read better.",
            count=len(group.kept),
        ), lost
    return "", lost


def tell_box(box: Sequence[int], shape: tuple[int, ...]) -> Share:
    """A box in pixels as shares of the picture."""
    top, bottom, left, right = (int(one) for one in box)
    height, width = shape
    return left / width, top / height, (right - left) / width, (bottom - top) / height
