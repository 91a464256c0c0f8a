"""Batches of images -> files to keep: a PNG sheet, a GIF, a ZIP of single digits. Pillow writes them all.

Notable choices
- Enlarged by repeating pixels, never by smoothing: what is seen is what the network drew.
- White ink on black, as MNIST has it; `invert` gives ink on paper.
- A picture carries its recipe (a PNG in a tEXt chunk, a GIF in its comment), so that it can be drawn again.

    python -c "import gan; from gan.render import *; make_sheet(gan.load().sample('2026'), columns=4).save('2026.png')"
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from gan.data import to_uint8

RECIPE_KEY = "recipe"
Images = Tensor | np.ndarray


def as_pixels(images: Images) -> np.ndarray:
    """Images (N, 1, H, W) or (N, H, W), uint8 or float in [-1, 1] -> uint8 (N, H, W), 255 = ink.

    Raises ValueError for another shape or an empty batch.
    """
    if isinstance(images, Tensor):
        images = (images if images.dtype == torch.uint8 else to_uint8(images)).cpu().numpy()
    elif images.dtype != np.uint8:
        images = to_uint8(torch.from_numpy(images)).numpy()
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3 or not len(images):
        raise ValueError(f"images of shape {images.shape} are not a batch of (N, 1, H, W)")
    return images


def enlarge(pixels: np.ndarray, scale: int) -> np.ndarray:
    """Each pixel of (..., H, W) as a block of scale x scale."""
    if scale < 1:
        raise ValueError(f"scale is {scale}; it must be at least 1")
    return pixels if scale == 1 else pixels.repeat(scale, axis=-2).repeat(scale, axis=-1)


def make_sheet(images: Images, columns: int, *, scale: int = 1, gap: int = 2, invert: bool = False) -> Image.Image:
    """Lay a batch out row by row -> one greyscale picture ("L").

    images as for `as_pixels`; columns at least 1; gap: empty pixels between digits and around them, before scaling.
    A last row that is not full is filled with paper.
    """
    pixels = as_pixels(images)
    if columns < 1:
        raise ValueError(f"columns is {columns}; it must be at least 1")
    count, height, width = pixels.shape
    rows = -(-count // columns)
    sheet = np.zeros((rows * (height + gap) + gap, columns * (width + gap) + gap), np.uint8)
    for i, one in enumerate(pixels):
        top, left = gap + i // columns * (height + gap), gap + i % columns * (width + gap)
        sheet[top : top + height, left : left + width] = one
    return Image.fromarray(enlarge(255 - sheet if invert else sheet, scale))


def encode_png(image: Image.Image, recipe: dict[str, Any] | None = None) -> bytes:
    """A picture -> the bytes of a PNG, with the recipe as JSON in a tEXt chunk."""
    info = PngInfo()
    if recipe is not None:
        info.add_text(RECIPE_KEY, json.dumps(recipe, separators=(",", ":")))
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=info, compress_level=4)
    return file.getvalue()


def encode_gif(
    images: Images,
    *,
    fps: float = 25.0,
    scale: int = 8,
    loop: bool = True,
    boomerang: bool = False,
    invert: bool = False,
    recipe: dict[str, Any] | None = None,
) -> bytes:
    """Frames -> the bytes of a GIF with its own 256 greys; `boomerang` plays forth and back without doubling the ends.

    fps: frames a second, 1 to 50 (a GIF counts hundredths of a second, and browsers slow down what is faster).
    """
    if not 1 <= fps <= 50:
        raise ValueError(f"fps is {fps}; it must be from 1 to 50")
    pixels = as_pixels(images)
    if boomerang:
        pixels = np.concatenate([pixels, pixels[-2:0:-1]])
    frames = [Image.fromarray(one) for one in enlarge(255 - pixels if invert else pixels, scale)]
    comment = b"" if recipe is None else json.dumps(recipe, separators=(",", ":")).encode("ascii")
    file = io.BytesIO()
    options: dict[str, Any] = {"loop": 0} if loop else {}
    duration = round(100 / fps) * 10  # milliseconds
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=duration, comment=comment, **options)
    return file.getvalue()


def read_recipe(file: str | Path | IO[bytes]) -> dict[str, Any] | None:
    """The recipe that a PNG or GIF of ours carries, or None where there is none."""
    with Image.open(file) as image:
        text = image.info.get(RECIPE_KEY) or image.info.get("comment")
    try:
        found = json.loads(text) if text else None
    except ValueError:  # somebody else's comment
        return None
    return found if isinstance(found, dict) else None


def write_zip(file: str | Path | IO[bytes], images: Images, labels: Sequence[int], *, seed: int) -> None:
    """Write one 28 x 28 PNG a digit, and digits.csv with the columns file, label, seed, index.

    images as for `as_pixels`; labels: as many numbers. `index` is the digit's place in the batch. The same digits
    give the same bytes: no time of day is stored.
    """
    pixels = as_pixels(images)
    if len(labels) != len(pixels):
        raise ValueError(f"{len(pixels)} images but {len(labels)} labels")
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "label", "seed", "index"])
    with zipfile.ZipFile(file, "w") as archive:
        for i, (one, label) in enumerate(zip(pixels, labels, strict=True)):
            name = f"{i:06d}_{label}.png"
            archive.writestr(_entry(name), encode_png(Image.fromarray(one)))  # a PNG is deflated already
            rows.writerow([name, label, seed, i])
        archive.writestr(_entry("digits.csv"), table.getvalue(), zipfile.ZIP_DEFLATED)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry
