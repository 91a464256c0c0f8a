"""Pictures of the documentation: a file is written anew only where a reader would see a difference.

Each version of a picture stays in the repository's history for ever, and a browser's antialiasing or the order of
a palette is worth none. What is written is compressed without loss, as far as Pillow can.

    from benchmarks.pictures import encode, write_picture
    written = write_picture(encode(image), Path("docs/sheet.png"))
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

LEVELS = 32  # of 255: by how much a channel may differ where nobody sees it
SHARE = 1e-4  # of the pixels that may differ by more: about one letter of a page


def looks_same(one: Image.Image, other: Image.Image) -> bool:
    """Whether a reader would see no difference: the same size, and at most SHARE of pixels off by over LEVELS."""
    if one.size != other.size:
        return False
    # As they are seen: colours of a palette looked up, and what is transparent told from what is not
    a, b = (np.asarray(image.convert("RGBA"), dtype=np.int16) for image in (one, other))
    differs = (np.abs(a - b) > LEVELS).any(axis=2)
    return bool(differs.mean() <= SHARE)


def write_picture(data: bytes, path: Path) -> bool:
    """Write `data`, a PNG file, unless the file there looks and says the same -> whether it was written.

    What a file says are its texts: the recipe that a sheet carries.
    """
    with Image.open(io.BytesIO(data)) as new:
        try:
            with Image.open(path) as old:
                if looks_same(old, new) and _get_texts(old) == _get_texts(new):
                    return False
        except (FileNotFoundError, UnidentifiedImageError):
            pass  # none, or none that anybody can see
    path.write_bytes(data)
    return True


def encode(image: Image.Image) -> bytes:
    """`image` as a PNG, as small as Pillow makes it without loss."""
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def _get_texts(image: Image.Image) -> dict[str, str]:
    return {str(name): text for name, text in image.info.items() if isinstance(text, str)}
