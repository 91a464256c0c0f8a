"""A batch of images -> one picture: a sheet, and the bytes of its PNG.

Notable choices
- Enlarged by repeating pixels, never by smoothing: what is seen is what the network drew.
- White ink on black, as MNIST has it; `invert` gives ink on paper.
- A PNG carries its recipe in a tEXt chunk, so that it can be drawn again.

    >>> make_sheet(gan.load().sample("2026"), columns=4).save("2026.png")
"""

import io
import json
from typing import Any

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
