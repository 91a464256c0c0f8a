"""A number, PIN or date on one line: digits set close by their ink, and the marks between them.

A generator draws digits alone; the marks (MARKS) are drawn here, in a pen of about a digit's strength.

    from gan.drawing.number_line import parse_number, set_line
    signs = parse_number("20.11.2026")
    line = set_line(pictures, signs)    # pictures uint8 (8, 28, 28), one for each digit -> (28, W)
"""

import numpy as np
from PIL import Image, ImageDraw

from gan.drawing.arguments import InputError, read_digits_of_any_script
from gan.errors import say

MAX_WRITTEN = 32  # digits of a line
MAX_TEXT = 64  # characters typed for it, marks and spaces too
MARKS = " .,:-/"  # what may stand between digits
LINE_GAP, MARGIN = 3, 4  # pixels between two signs, and around the line


def parse_number(text: object) -> str:
    """Check a number, PIN or date such as 20.11.2026 -> its signs, digits as 0 to 9; InputError for anything else."""
    if not isinstance(text, str):
        raise InputError(say("the number is not text; write digits such as 2026 or 20.11.2026."))
    if len(text) > MAX_TEXT:
        raise InputError(
            say(
                "{count:,} characters are too many; a line takes up to {most} digits.",
                count=len(text),
                most=MAX_WRITTEN,
            )
        )
    text = read_digits_of_any_script(text)
    bad = next((one for one in text if one not in "0123456789" + MARKS), None)
    if bad is not None:
        raise InputError(
            say("{value} is not a digit; write digits from 0 to 9, with . , : - / or spaces between.", value=repr(bad))
        )
    count = sum(one.isdigit() for one in text)
    if not count:
        raise InputError(say("no digit was given; write a number such as 2026."))
    if count > MAX_WRITTEN:
        raise InputError(say("{count} digits are too many; a line takes up to {most}.", count=count, most=MAX_WRITTEN))
    return " ".join(text.split())


def draw_mark(mark: str) -> np.ndarray:
    """One of MARKS as uint8 (28, W), in a pen of about two pixels; a space is empty."""
    fine = Image.new("L", (64, 224))  # 8 x 28 pixels, eight times as large
    pen = ImageDraw.Draw(fine)
    if mark in ".,:":
        for top in (172,) if mark != ":" else (84, 160):
            pen.ellipse((20, top, 44, top + 24), fill=255)
    if mark == ",":
        pen.line((36, 190, 22, 216), fill=255, width=12)
    if mark == "-":
        pen.line((4, 116, 60, 116), fill=255, width=18)
    if mark == "/":
        pen.line((56, 36, 8, 192), fill=255, width=18)
    drawn = np.asarray(fine.resize((8, 28), Image.Resampling.BOX))
    return drawn if mark == " " else drawn[:, drawn.max(0) > 0]


def set_line(pictures: np.ndarray, signs: str) -> np.ndarray:
    """Digits uint8 (N, 28, 28) and the marks of `signs` -> one line (28, W), set close by their ink."""
    rest = iter(pictures)
    parts = []  # a picture, and where its ink begins and ends
    for sign in signs:
        picture = next(rest) if sign.isdigit() else draw_mark(sign)
        inked = np.flatnonzero(picture.max(0) > 40)
        within = (int(inked[0]), int(inked[-1]) + 1) if len(inked) and sign != " " else (0, picture.shape[1])
        parts.append((picture, *within))
    width = sum(right - left for _, left, right in parts) + LINE_GAP * (len(parts) - 1) + 2 * MARGIN
    line = np.zeros((28, width + 56), np.uint8)  # room for faint ink beside the first sign and the last
    at = 28 + MARGIN
    for picture, left, right in parts:
        place = line[:, at - left : at - left + picture.shape[1]]
        np.maximum(place, picture, out=place)
        at += right - left + LINE_GAP
    return line[:, 28 : 28 + width]


def enlarge(line: np.ndarray, scale: int) -> Image.Image:
    """A line (28, W) as a picture, each of its pixels scale x scale."""
    image = Image.fromarray(line)
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
