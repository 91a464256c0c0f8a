"""Batches of images -> files that others read: an .npz, a ZIP of single digits with a table, MNIST's own four files.

python -c "import gan; from gan.drawing.datasets import *; write_zip('4.zip', gan.load().sample('4'), [4], seed=0)"
"""

import csv
import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image
from torch import Tensor

from gan.drawing.sheets import Images, as_pixels, encode_png

TEST_SHARE = 7  # of a dataset of ours every seventh digit is for testing, as MNIST has 60,000 and 10,000


def write_npz(file: Path, images: Tensor, labels: Sequence[int]) -> None:
    """Images uint8 (N, 1, 28, 28) and their labels -> a compressed .npz: `images` (N, 28, 28), `labels` int64 (N,)."""
    with file.open("wb") as stream:
        np.savez_compressed(stream, images=images[:, 0].numpy(), labels=np.asarray(labels, dtype=np.int64))


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
