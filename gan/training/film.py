"""film.gif: the sample sheets of a run in order, the same z at every stage, made from its folder alone.

Made from files, never from a run in memory: the same film can be made again at any time, also of a stopped run. It
thins out its frames and greys until it fits a page: 2 MB.
"""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan.drawing.films import encode_gif
from gan.store.atomic import write_atomically
from gan.training.run_folder import FILM, list_sheets

FILM_BYTES = 2_000_000
FILM_SECONDS = 6.0  # without the last frame's rest
REST_SECONDS = 2.0
# Tried in turn until the film is small enough: at most so many frames, in so many greys
SIZES = ((40, 32), (40, 16), (24, 16), (24, 8), (12, 8), (6, 8))


def read_sheets(out: Path) -> list[tuple[int, Image.Image]]:
    """The sample sheets of a run, (images seen, greyscale picture), in order and of one size: that of the last.

    A file that is no whole picture (the run was killed while it wrote) is left out.
    """
    found = []
    for images, path in list_sheets(out).items():
        try:
            with Image.open(path) as image:
                found.append((images, image.convert("L")))
        except (OSError, SyntaxError):  # SyntaxError is Pillow's word for a broken PNG
            continue
    return [(images, sheet) for images, sheet in found if sheet.size == found[-1][1].size]


def draw_frame(sheet: Image.Image, images: int, fraction: float, greys: int) -> np.ndarray:
    """A sheet in so many greys, and under it a strip that says how many images were seen; uint8 (H + strip, W)."""
    width, height = sheet.size
    strip = 34
    frame = Image.new("L", (width, height + strip), 0)
    frame.paste(sheet, (0, 0))
    pen = ImageDraw.Draw(frame)
    pen.rectangle((0, height, width, height + 2), fill=56)
    pen.rectangle((0, height, round(width * fraction), height + 2), fill=200)
    middle = (width / 2, height + strip / 2 + 1)
    pen.text(middle, f"{images:,} images seen", fill=230, font=_fit_font(width), anchor="mm")
    levels = np.round(np.asarray(frame) / 255 * (greys - 1))
    return np.round(levels * (255 / (greys - 1))).astype(np.uint8)


def _fit_font(width: int) -> Any:
    return ImageFont.load_default(size=max(8, min(17, width // 12)))


def make_film(out: Path) -> Path | None:
    """Write `out`/film.gif, the same z at every stage of the run, its last frame held; None without sheets."""
    sheets = read_sheets(out)
    if not sheets:
        return None
    for most, greys in SIZES:
        film = _encode_film(pick_evenly(sheets, most), greys)
        if len(film) <= FILM_BYTES:
            break
    write_atomically(out / FILM, lambda part: part.write_bytes(film))
    return out / FILM


def _encode_film(sheets: list[tuple[int, Image.Image]], greys: int) -> bytes:
    total = max(1, sheets[-1][0])
    frames = [draw_frame(sheet, images, images / total, greys) for images, sheet in sheets]
    fps = min(8.0, max(1.5, len(frames) / FILM_SECONDS))
    frames += frames[-1:] * round(REST_SECONDS * fps)  # Pillow makes one long frame of these
    return encode_gif(np.stack(frames), fps=fps, scale=1)


def pick_evenly(items: list[Any], most: int) -> list[Any]:
    """At most `most` (2 or more) of the items, evenly spaced, the first and the last among them."""
    if len(items) <= most:
        return items
    return [items[round(place)] for place in np.linspace(0, len(items) - 1, most)]
