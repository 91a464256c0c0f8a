"""An image file -> grey levels, upright and small enough to look for ink on. Size is read from the file's header and
checked before a pixel is decoded.
"""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from gan.errors import InputError, Sentence, say

MAX_BYTES = 12 << 20  # of a file
MAX_PIXELS = 32_000_000  # of a picture; 40-megapixel photos are to be made smaller
MIN_SIDE = 8
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF", "TIFF", "JPEG2000")
WORK_SIDE = 400  # the longer side on which ink is looked for
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")  # brands of an iPhone's photos


def decode(data: bytes, formats: tuple[str, ...] = FORMATS, side: int = WORK_SIDE) -> np.ndarray:
    """An image file -> grey levels float64 (H, W) in [0, 1], upright, the longer side `side` pixels at most."""
    with _open(data, formats) as image:
        _check_size(*image.size)
        try:
            image.draft(None, (2 * side, 2 * side))  # a large JPEG is decoded at a fraction of its size
            image.load()
            upright = ImageOps.exif_transpose(image)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise InputError(
                say("the picture is broken and cannot be decoded; save it anew, or take another.")
            ) from error
    upright = _to_8_bits(upright)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    upright = upright.convert("RGBA" if clear else "RGB")
    upright.thumbnail((side, side), Image.Resampling.BOX)
    pixels = np.asarray(upright, dtype=np.float64) / 255
    grey = pixels[..., :3] @ (0.299, 0.587, 0.114)
    if not clear:
        return grey
    alpha = pixels[..., 3]
    shown = alpha.sum()
    # What is drawn on nothing is put on black where it is light and on white where it is dark.
    behind = 0.0 if shown and (grey * alpha).sum() / shown > 0.5 else 1.0
    return alpha * grey + (1 - alpha) * behind


def _open(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The picture of a file, none of its pixels decoded; InputError where there is none."""
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
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        raise InputError(
            say(
                "this is a HEIC photo, as iPhones save them, and cannot be read here; choose Settings, Camera, "
                "Formats, Most Compatible on the phone, or send the photo as a JPEG."
            )
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the sentence below is stricter
        try:
            return Image.open(io.BytesIO(data), formats=formats)
        except Image.DecompressionBombError as error:
            raise InputError(_too_large(say("hundreds of"))) from error
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(
                say("the file is no image that can be read; give a PNG, JPEG, WebP, GIF or BMP of one digit.")
            ) from error


def _check_size(width: int, height: int) -> None:
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


def _to_8_bits(image: Image.Image) -> Image.Image:
    """A picture of deeper greys, as scanners and microscopes save them, in 256 of its own range."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    low, high = values.min(), values.max()
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-300))).round().astype(np.uint8))


def _too_large(size: Sentence) -> Sentence:
    return say(
        "the picture has {value} megapixels; up to {most:.0f} are taken: save it smaller.",
        value=size,
        most=MAX_PIXELS / 1e6,
    )
