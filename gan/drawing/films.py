"""Frames -> the bytes of a film: GIF, WebP, MP4.

Notable choices
- A film carries its recipe, so that it can be drawn again: a GIF and an MP4 in their comment, a WebP in its Exif.
- Pillow writes GIF and WebP; PyAV writes MP4, as H.264 in yuv420p, which every browser and phone plays.

    >>> Path("7.gif").write_bytes(encode_gif(gan.load().sample("77")))
"""

import io
import json
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from gan.drawing.sheets import Images, as_pixels, enlarge

FILMS = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}  # ending -> media type
DESCRIPTION = 0x010E  # Exif's ImageDescription


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
        exif[DESCRIPTION] = _to_json(recipe)
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
    encoders = {"gif": encode_gif, "webp": encode_webp, "mp4": encode_mp4}
    if kind not in encoders:
        raise ValueError(f"there is no film of kind {kind!r}; there are {', '.join(FILMS)}")
    return encoders[kind](images, boomerang=boomerang, recipe=recipe)
