"""Batches of images -> files to keep: a PNG sheet, a film (GIF, WebP, MP4), a ZIP of single digits, an IDX dataset.

Notable choices
- Enlarged by repeating pixels, never by smoothing: what is seen is what the network drew.
- White ink on black, as MNIST has it; `invert` gives ink on paper.
- A picture carries its recipe (a PNG in a tEXt chunk, a GIF and an MP4 in their comment, a WebP in its Exif), so that
  it can be drawn again.
- Pillow writes pictures, GIF and WebP; PyAV writes MP4, as H.264 in yuv420p, which every browser and phone plays.

    make_sheet(gan.load().sample("2026"), columns=4).save("2026.png")
"""

import csv
import io
import json
import struct
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from gan.data import to_uint8

RECIPE_KEY = "recipe"
FILMS = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}  # ending -> media type
TEST_SHARE = 7  # of a dataset of ours every seventh digit is for testing, as MNIST has 60,000 and 10,000
_DESCRIPTION = 0x010E  # Exif's ImageDescription
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


def _frames(images: Images, fps: float, scale: int, boomerang: bool, invert: bool) -> np.ndarray:
    """The frames of a film, enlarged: uint8 (N, H, W); with `boomerang` forth and back without doubling the ends."""
    if not 1 <= fps <= 50:
        raise ValueError(f"fps is {fps}; it must be from 1 to 50")
    pixels = as_pixels(images)
    if boomerang:
        pixels = np.concatenate([pixels, pixels[-2:0:-1]])
    return enlarge(255 - pixels if invert else pixels, scale)


def _to_json(recipe: dict[str, Any] | None) -> str:
    return "" if recipe is None else json.dumps(recipe, separators=(",", ":"))


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
    frames = [Image.fromarray(one) for one in _frames(images, fps, scale, boomerang, invert)]
    file = io.BytesIO()
    options: dict[str, Any] = {"loop": 0} if loop else {}
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=round(100 / fps) * 10,  # milliseconds
        comment=_to_json(recipe).encode("ascii"),
        **options,
    )
    return file.getvalue()


def encode_webp(
    images: Images,
    *,
    fps: float = 25.0,
    scale: int = 8,
    loop: bool = True,
    boomerang: bool = False,
    invert: bool = False,
    recipe: dict[str, Any] | None = None,
) -> bytes:
    """Frames -> the bytes of a WebP without loss, a fraction of the GIF's size; arguments as for `encode_gif`."""
    frames = [Image.fromarray(one).convert("RGB") for one in _frames(images, fps, scale, boomerang, invert)]
    exif = Image.Exif()
    if recipe is not None:
        exif[_DESCRIPTION] = _to_json(recipe)
    file = io.BytesIO()
    frames[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / fps),
        loop=0 if loop else 1,
        lossless=True,
        quality=20,  # of the search for a small file; the pixels stay as they are
        method=0,
        exif=exif,
    )
    return file.getvalue()


def encode_mp4(
    images: Images,
    *,
    fps: float = 25.0,
    scale: int = 8,
    boomerang: bool = False,
    invert: bool = False,
    recipe: dict[str, Any] | None = None,
) -> bytes:
    """Frames -> the bytes of an MP4: H.264, yuv420p, sides made even with paper; `boomerang` as for `encode_gif`.

    An MP4 does not say whether it loops: the player does.
    """
    import av  # FFmpeg's libraries: for who makes a film, not at every start

    frames = _frames(images, fps, scale, boomerang, invert)
    odd = [(0, 0), *((0, side % 2) for side in frames.shape[1:])]
    frames = np.pad(frames, odd, constant_values=255 if invert else 0)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as film:
        if recipe is not None:
            film.metadata["comment"] = _to_json(recipe)
        stream = film.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000), options={"crf": "12"})
        stream.height, stream.width, stream.pix_fmt = frames.shape[1], frames.shape[2], "yuv420p"
        stream.thread_count = 1
        for one in frames:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(one), format="gray")))
        film.mux(stream.encode())
    return file.getvalue()


def encode_film(images: Images, kind: str, *, boomerang: bool = False, recipe: dict[str, Any] | None = None) -> bytes:
    """Frames -> the bytes of a film that goes on for ever, of a kind in FILMS; ValueError for another kind."""
    if kind == "gif":
        return encode_gif(images, boomerang=boomerang, recipe=recipe)
    if kind == "webp":
        return encode_webp(images, boomerang=boomerang, recipe=recipe)
    if kind == "mp4":
        return encode_mp4(images, boomerang=boomerang, recipe=recipe)
    raise ValueError(f"there is no film of kind {kind!r}; there are {', '.join(FILMS)}")


def read_recipe(file: str | Path | IO[bytes]) -> dict[str, Any] | None:
    """The recipe that a PNG, GIF, WebP or MP4 of ours carries, or None where there is none.

    Raises OSError when the file cannot be read or is none of these.
    """
    data = file.read() if hasattr(file, "read") else Path(file).read_bytes()
    text = _read_comment(data) if data[4:8] == b"ftyp" else _read_note(data)
    try:
        found = json.loads(text) if text else None
    except ValueError:  # somebody else's comment
        return None
    return found if isinstance(found, dict) else None


def _read_note(data: bytes) -> str | bytes | None:
    with Image.open(io.BytesIO(data)) as image:
        return image.info.get(RECIPE_KEY) or image.info.get("comment") or image.getexif().get(_DESCRIPTION)


def _read_comment(data: bytes) -> str | None:
    import av

    with av.open(io.BytesIO(data)) as film:
        return film.metadata.get("comment")


def write_zip(
    file: str | Path | IO[bytes],
    images: Images,
    labels: Sequence[int],
    *,
    seed: int | Sequence[int],
    indices: Sequence[int] | None = None,
) -> None:
    """Write one 28 x 28 PNG a digit, and digits.csv with the columns file, label, seed, index.

    images as for `as_pixels`; labels: as many numbers; seed: one for all, or one each. `index` says which z of the seed
    it is: the digit's place in the batch, or its number in `indices`. The same digits give the same bytes: no time of
    day is stored.
    """
    pixels = as_pixels(images)
    if len(labels) != len(pixels):
        raise ValueError(f"{len(pixels)} images but {len(labels)} labels")
    seeds = [seed] * len(pixels) if isinstance(seed, int) else seed
    places = range(len(pixels)) if indices is None else indices
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "label", "seed", "index"])
    with zipfile.ZipFile(file, "w") as archive:
        for i, (one, label, own, place) in enumerate(zip(pixels, labels, seeds, places, strict=True)):
            name = f"{i:06d}_{label}.png"
            archive.writestr(_entry(name), encode_png(Image.fromarray(one)))  # a PNG is deflated already
            rows.writerow([name, label, own, place])
        archive.writestr(_entry("digits.csv"), table.getvalue(), zipfile.ZIP_DEFLATED)


def encode_idx(array: np.ndarray) -> bytes:
    """An array of bytes, uint8 of any shape -> MNIST's own format: a magic number, the sizes, the bytes.

    LeCun, Cortes & Burges, "The MNIST database", section "File formats": all numbers are big-endian.
    """
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_idx(file: str | Path | IO[bytes], images: Images, labels: Sequence[int]) -> None:
    """Write a ZIP that unpacks to what torchvision's MNIST(root) reads: MNIST/raw with the four files by MNIST's names.

    images as for `as_pixels`; labels: as many numbers, 0 to 255. The last seventh is the test split.
    """
    pixels, classes = as_pixels(images), np.asarray(labels, dtype=np.uint8)
    if len(classes) != len(pixels):
        raise ValueError(f"{len(pixels)} images but {len(classes)} labels")
    first = len(pixels) - len(pixels) // TEST_SHARE
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, part in (("train", slice(first)), ("t10k", slice(first, None))):
            for kind, array in (("images-idx3-ubyte", pixels[part]), ("labels-idx1-ubyte", classes[part])):
                archive.writestr(_entry(f"MNIST/raw/{name}-{kind}"), encode_idx(array), zipfile.ZIP_DEFLATED)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry
