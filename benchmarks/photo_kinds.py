"""Pictures of digits as people take them: kinds of paper, ink, light and files, made from MNIST's digits.

A kind is a function (random numbers, ink uint8 (28, 28)) -> an image file's bytes; `KINDS` names them all. What is
random is the place, the size, the colours and the noise; the same numbers make the same file.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator as Random
from PIL import Image, ImageDraw, ImageFilter

Kind = Callable[[Random, np.ndarray], bytes]
Colour = tuple[float, float, float]
TALL, WIDE = (600, 800), (800, 600)
BLACK: Colour = (0.12, 0.12, 0.14)
PAPER: Colour = (0.9, 0.89, 0.86)


def encode(picture: np.ndarray, kind: str = "JPEG", **options: Any) -> bytes:
    """Levels in [0, 1], (H, W, 3) or (H, W), as a file."""
    file = io.BytesIO()
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))
    image.save(file, kind, **({"quality": 88} if kind == "JPEG" else {}), **options)
    return file.getvalue()


def cover(
    rng: Random,
    ink: np.ndarray,
    size: tuple[int, int],
    share: float | None = None,
    place: Any = None,
    turn: float = 8.0,
) -> np.ndarray:
    """How much of each pixel (H, W) ink covers: the digit at about `share` of the shorter side, near `place`."""
    width, height = size
    side = round(min(size) * (share or rng.uniform(0.35, 0.6)))
    one = Image.fromarray(ink).resize((side, side), Image.Resampling.BICUBIC)
    one = one.rotate(float(rng.uniform(-turn, turn)), Image.Resampling.BICUBIC)
    x, y = place or (rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.6))
    field = Image.new("L", size)
    field.paste(one, (round(x * width - side / 2), round(y * height - side / 2)))
    # A pen's edge is sharp: the blur of 28 pixels brought to hundreds is not
    soft = np.asarray(field, dtype=np.float64) / 255
    return np.clip((soft - 0.35) * max(1.0, side / 60) + 0.5, 0, 1)


def light(rng: Random, size: tuple[int, int], strength: float = 0.15) -> np.ndarray:
    """Uneven light (H, W, 1) about 1."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    a, b, c = rng.uniform(-strength, strength, 3)
    return (1 + a * x + b * y + c * x * y)[..., None]


def ink_on(paper: np.ndarray, covered: np.ndarray, colour: Colour) -> np.ndarray:
    """Paper (H, W, 3) with ink of that colour."""
    return paper * (1 - covered[..., None]) + np.array(colour) * covered[..., None]


def plain(size: tuple[int, int], colour: Colour = PAPER) -> np.ndarray:
    """Paper of one colour (H, W, 3)."""
    return np.ones((size[1], size[0], 1)) * np.array(colour)


def shoot(rng: Random, picture: np.ndarray, noise: float = 0.012, blur: float = 0.8) -> np.ndarray:
    """As a camera takes it: a little blur, and noise."""
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float64) / 255
    return soft + rng.normal(0, noise, soft.shape)


def on_paper(rng: Random, ink: np.ndarray) -> bytes:
    """Black on white paper, in uneven light."""
    return encode(shoot(rng, ink_on(plain(TALL), cover(rng, ink, TALL), BLACK) * light(rng, TALL)))


def in_shadow(rng: Random, ink: np.ndarray) -> bytes:
    """The edge of a shadow across the page."""
    picture = ink_on(plain(TALL), cover(rng, ink, TALL), BLACK)
    x, y = np.meshgrid(np.linspace(-1, 1, TALL[0]), np.linspace(-1, 1, TALL[1]))
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(-0.4, 0.4)
    edge = 1 / (1 + np.exp(-(np.cos(angle) * x + np.sin(angle) * y - far) * 50))
    return encode(shoot(rng, picture * (1 - rng.uniform(0.25, 0.45) * edge[..., None])))


def dim(rng: Random, ink: np.ndarray) -> bytes:
    """In the evening: dark, and noisy."""
    picture = ink_on(plain(TALL), cover(rng, ink, TALL), BLACK) * light(rng, TALL, 0.25)
    return encode(shoot(rng, picture * 0.4, noise=0.02))


def blurred(rng: Random, ink: np.ndarray) -> bytes:
    """Out of focus."""
    return encode(shoot(rng, ink_on(plain(TALL), cover(rng, ink, TALL), BLACK), blur=rng.uniform(4, 6)))


def on_table(rng: Random, ink: np.ndarray) -> bytes:
    """A sheet that lies on a brown table, all of it in the picture, and turned a little."""
    table = plain(TALL, (0.42, 0.27, 0.16)) * (1 + 0.1 * np.sin(np.arange(TALL[1]) / rng.uniform(3, 9)))[:, None, None]
    sheet = Image.new("L", TALL)
    box = [rng.uniform(0.06, 0.16), rng.uniform(0.05, 0.14), rng.uniform(0.84, 0.94), rng.uniform(0.86, 0.95)]
    corners = np.array([(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]) * TALL
    corners += rng.uniform(-14, 14, corners.shape)
    ImageDraw.Draw(sheet).polygon([tuple(one) for one in corners], fill=255)
    on = np.asarray(sheet)[..., None] / 255
    picture = ink_on(plain(TALL) * on + table * (1 - on), cover(rng, ink, TALL, rng.uniform(0.3, 0.45)), BLACK)
    return encode(shoot(rng, picture * light(rng, TALL)))


def at_edge_of_table(rng: Random, ink: np.ndarray) -> bytes:
    """Paper with one brown side of the table below it, as a screenshot has it: without any noise."""
    size = (900, 1330)
    picture = plain(size, (0.85, 0.85, 0.85))
    picture[1330 - round(rng.uniform(100, 200)) :] = (0.45, 0.3, 0.18)
    return encode(ink_on(picture, cover(rng, ink, size, place=(0.5, 0.45)), BLACK), "PNG")


def in_hand(rng: Random, ink: np.ndarray) -> bytes:
    """A note held up: a thumb at the edge, and the dark room around it."""
    picture, draw = plain(TALL), Image.new("L", TALL)
    side = rng.uniform(60, 110)
    ImageDraw.Draw(draw).rectangle((0, 0, side, TALL[1]), fill=255)
    picture = np.where(np.asarray(draw)[..., None] > 0, (0.15, 0.16, 0.18), picture)
    thumb = Image.new("L", TALL)
    y = rng.uniform(300, 650)
    ImageDraw.Draw(thumb).ellipse((-60, y - 55, side + rng.uniform(50, 90), y + 55), fill=255)
    picture = np.where(np.asarray(thumb)[..., None] > 0, (0.78, 0.56, 0.46), picture)
    return encode(shoot(rng, ink_on(picture, cover(rng, ink, TALL, 0.4, (0.58, 0.5)), BLACK) * light(rng, TALL)))


def rule(rng: Random, size: tuple[int, int], gap: float, colour: Colour, both: bool) -> np.ndarray:
    """Paper with lines of 2 pixels, or squares; turned by up to 3 degrees."""
    big = (round(size[0] * 1.2), round(size[1] * 1.2))
    sheet = Image.new("RGB", big, tuple(round(255 * one) for one in PAPER))
    draw, fill = ImageDraw.Draw(sheet), tuple(round(255 * one) for one in colour)
    for y in np.arange(rng.uniform(0, gap), big[1], gap):
        draw.line([(0, y), (big[0], y)], fill=fill, width=2)
    for x in np.arange(rng.uniform(0, gap), big[0], gap) if both else ():
        draw.line([(x, 0), (x, big[1])], fill=fill, width=2)
    turned = sheet.rotate(float(rng.uniform(-3, 3)), Image.Resampling.BICUBIC)
    left, top = (big[0] - size[0]) // 2, (big[1] - size[1]) // 2
    return np.asarray(turned.crop((left, top, left + size[0], top + size[1])), dtype=np.float64) / 255


def on_rules(rng: Random, ink: np.ndarray) -> bytes:
    """Black on paper with dark blue lines."""
    picture = rule(rng, TALL, rng.uniform(60, 90), (105 / 255, 130 / 255, 175 / 255), False)
    return encode(shoot(rng, ink_on(picture, cover(rng, ink, TALL), BLACK), blur=0.6))


def pencil_on_rules(rng: Random, ink: np.ndarray) -> bytes:
    """Faint pencil on light blue lines."""
    picture = rule(rng, TALL, rng.uniform(60, 90), (150 / 255, 180 / 255, 215 / 255), False)
    return encode(shoot(rng, ink_on(picture, cover(rng, ink, TALL), (0.47, 0.47, 0.47)), blur=0.6))


def on_squares(rng: Random, ink: np.ndarray) -> bytes:
    """Blue pen on squared paper."""
    picture = rule(rng, TALL, rng.uniform(36, 50), (0.62, 0.72, 0.82), True)
    return encode(shoot(rng, ink_on(picture, cover(rng, ink, TALL), (0.12, 0.16, 0.5)), blur=0.6))


def in_box(rng: Random, ink: np.ndarray) -> bytes:
    """In the box of a form."""
    picture = Image.new("RGB", WIDE, (236, 234, 228))
    draw, half = ImageDraw.Draw(picture), rng.uniform(190, 230)
    draw.rectangle((400 - half, 300 - half, 400 + half, 300 + half), outline=(60, 60, 66), width=3)
    paper = np.asarray(picture, dtype=np.float64) / 255
    return encode(shoot(rng, ink_on(paper, cover(rng, ink, WIDE, 0.45, (0.5, 0.5)), (0.1, 0.12, 0.4))))


def chalk(rng: Random, ink: np.ndarray) -> bytes:
    """White chalk on a dark green board."""
    board = plain(WIDE, (0.13, 0.22, 0.18)) * light(rng, WIDE, 0.2)
    return encode(shoot(rng, ink_on(board, cover(rng, ink, WIDE) * 0.9, (0.88, 0.88, 0.85)), noise=0.03))


def coloured(rng: Random, ink: np.ndarray) -> bytes:
    """A red, green, orange or blue pen on coloured paper."""
    pens: list[Colour] = [(0.75, 0.1, 0.12), (0.1, 0.45, 0.2), (0.85, 0.4, 0.1), (0.1, 0.2, 0.7)]
    papers: list[Colour] = [(0.97, 0.93, 0.6), (0.8, 0.92, 0.97), (0.95, 0.84, 0.88)]
    paper = plain(TALL, papers[rng.integers(3)]) * light(rng, TALL)
    return encode(shoot(rng, ink_on(paper, cover(rng, ink, TALL), pens[rng.integers(4)])))


def small(rng: Random, ink: np.ndarray) -> bytes:
    """A small digit on a large page: 6 to 10 % of its width."""
    size, place = (1200, 1600), (rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7))
    picture = ink_on(plain(size), cover(rng, ink, size, rng.uniform(0.06, 0.1), place), BLACK)
    return encode(shoot(rng, picture * light(rng, size)))


def cropped(rng: Random, ink: np.ndarray) -> bytes:
    """Cut out close around the ink, as a form's reader or a screenshot gives it."""
    side = 300
    covered = cover(rng, ink, (side, side), 0.9, (0.5, 0.5), turn=0.0)
    rows, columns = (np.flatnonzero((covered > 0.5).any(axis)) for axis in (1, 0))
    margin = int(rng.integers(2, 9))
    down = slice(max(0, rows[0] - margin), rows[-1] + margin + 1)
    along = slice(max(0, columns[0] - margin), columns[-1] + margin + 1)
    picture = ink_on(plain((side, side)), covered, BLACK)[down, along]
    return encode(shoot(rng, picture, noise=0.008))


def slanting(rng: Random, ink: np.ndarray) -> bytes:
    """Taken from the side: what is far is smaller."""
    picture = ink_on(plain(TALL), cover(rng, ink, TALL), BLACK)
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))
    dx, dy = rng.uniform(20, 90, 2)
    if rng.integers(2):
        quad = (dx, dy, 0, TALL[1], TALL[0], TALL[1] - dy, TALL[0] - dx / 2, 0)
    else:
        quad = (0, 0, dx, TALL[1] - dy, TALL[0] - dx / 2, TALL[1], TALL[0], dy)
    bent = image.transform(TALL, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    return encode(shoot(rng, np.asarray(bent, dtype=np.float64) / 255 * light(rng, TALL)))


def scanned(rng: Random, ink: np.ndarray) -> bytes:
    """A scanner's PNG of 16 bits, its paper far from white."""
    covered = cover(rng, ink, TALL)
    levels = 40000 * (1 - covered) + 9000 * covered + rng.normal(0, 300, covered.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(levels, 0, 65535).round().astype(np.uint16)).save(file, "PNG")
    return file.getvalue()


def measured(rng: Random, ink: np.ndarray) -> bytes:
    """A microscope's TIFF of floating numbers, in a range of its own."""
    covered = cover(rng, ink, (300, 300))
    levels = (3.0 + covered * rng.uniform(20, 900)).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "TIFF")
    return file.getvalue()


def turned_28(rng: Random, ink: np.ndarray) -> bytes:
    """28 x 28 grey pixels, black on white."""
    return encode(1 - ink / 255, "PNG")


def on_nothing(rng: Random, ink: np.ndarray) -> bytes:
    """Dark or light ink on transparent paper, as drawing programs save it."""
    covered = cover(rng, ink, (400, 400))
    level = np.full(covered.shape, 0.1 if rng.integers(2) else 0.92)
    return encode(np.dstack([level, level, level, covered]), "PNG")


def beside_another(rng: Random, ink: np.ndarray) -> bytes:
    """A smaller mark of the same pen beside it: a person still sees which digit is meant, and a note is due."""
    covered = cover(rng, ink, WIDE, 0.55, (0.38, 0.5))
    other = cover(rng, np.roll(ink[::-1, ::-1], 1, 0), WIDE, 0.34, (0.82, 0.5))
    return encode(shoot(rng, ink_on(plain(WIDE), np.maximum(covered, other), BLACK) * light(rng, WIDE)))


KINDS: dict[str, Kind] = {
    "on paper": on_paper,
    "a shadow's edge": in_shadow,
    "dim": dim,
    "out of focus": blurred,
    "from the side": slanting,
    "sheet on a table": on_table,
    "table below": at_edge_of_table,
    "in a hand": in_hand,
    "dark blue lines": on_rules,
    "pencil on lines": pencil_on_rules,
    "squared paper": on_squares,
    "in a form's box": in_box,
    "chalk": chalk,
    "coloured": coloured,
    "small": small,
    "cut close": cropped,
    "scanned, 16 bits": scanned,
    "floating numbers": measured,
    "28 x 28, dark on light": turned_28,
    "on nothing": on_nothing,
    "beside another": beside_another,
}
