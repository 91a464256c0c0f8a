"""MNIST's own format: four IDX files, gzipped or not whatever they are called, under each name that they go by.

An IDX file: two zero bytes, the kind of number, how many sizes, the sizes big-endian, then the numbers.
"""

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan.data.dataset import SPLITS, DataError, first_line
from gan.data.layout import Layout, Raw, pair_up
from gan.data.sources import Source
from gan.errors import Sentence, say

IMAGES = "images-idx3-ubyte"
# The kind in an IDX file's magic number -> numpy's name, big-endian
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP = b"\x1f\x8b"


def find_file(folder: Path, name: str) -> Path | None:
    """The file of that name, or of another of its spellings: with .gz, `train-images.idx3-ubyte`, or in a folder so."""
    for spelled in (name, name.replace("-idx", ".idx")):
        for path in (folder / spelled, folder / f"{spelled}.gz"):
            if path.is_file():
                return path
            if path.is_dir() and (inner := find_file(path, name)):
                return inner
    return None


@dataclass(frozen=True)
class IdxFiles(Layout):
    """The four files; `wanted` are their names, `on_side` says that images have their columns first, as EMNIST's."""

    wanted: dict[str, tuple[str, str]]
    label_dims: int = 1
    on_side: bool = False

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        return say("IDX files")

    @property
    def shares(self) -> bool:
        """Never: of these four files, one that is not there is lacking."""
        return False

    def find_lacking(self, split: str) -> tuple[list[str], list[str]]:
        """The names of a split's files that are there, and of those that are not."""
        there = [name for name in self.wanted[split] if find_file(self.place, name)]
        return there, [name for name in self.wanted[split] if name not in there]

    def read(self, split: str) -> Raw:
        """Both files, checked: images (N, 28, 28), labels (N,)."""
        image_path = self.files[split][0]
        images = read_idx(image_path, 3)
        if images.shape[1:] != (28, 28):
            height, width = images.shape[1:]
            raise DataError(
                say(
                    "the file {file} holds images of {height} x {width}; they must be 28 x 28.",
                    file=str(image_path),
                    height=height,
                    width=width,
                )
            )
        labels, told = self.read_labels(split)
        pair_up(images, labels, str(image_path), told)
        return Raw(images.swapaxes(1, 2) if self.on_side else images, labels, f"the file {image_path}", told)

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """The first number of each row of the file of labels."""
        path = self.files[split][1]
        rows = read_idx(path, self.label_dims)
        if self.label_dims > 1 and rows[:1].size == 0 and len(rows):
            raise DataError(
                say("the file {file} holds rows of no numbers; the first of each must be the label.", file=str(path))
            )
        return rows if rows.ndim == 1 else rows[:, 0], str(path)

    def read_names(self) -> tuple[str, ...]:
        """EMNIST's classes, from the mapping beside its files: a label and the code of its letter on each line."""
        stem = self.wanted["train"][0].removesuffix(f"-train-{IMAGES}")
        path = self.place / f"{stem}-mapping.txt"
        if not self.on_side or not path.is_file():
            return ()
        try:
            rows = [[int(word) for word in line.split()] for line in path.read_text("ascii").splitlines() if line]
            names = {label: chr(code) for label, code, *_ in rows}
        except (ValueError, OverflowError) as error:
            raise DataError(
                say(
                    "the file {file} is no mapping; each of its lines must be a label and the code of a letter.",
                    file=str(path),
                )
            ) from error
        return tuple(names[label] for label in sorted(names))


def find_idx(place: Path, source: Source, *, look: bool) -> Iterator[IdxFiles]:
    """The sets of files in a folder that hold a dataset of such a source, whole or not.

    look: for those of other names as well, as EMNIST's own folder has them.
    """
    sets = [([source.prefixes[0]], [source.prefixes[1]], source.labels, source.label_dims, source.transposed)]
    if look:
        sets[0][1].extend(["test"] if source.prefixes[1] == "t10k" else [])
        known = {source.prefixes[0].removesuffix("-train")}
        stems = {path.name.partition("-train-images")[0] for path in place.glob("emnist-*-train-images*")}
        sets += [([f"{stem}-train"], [f"{stem}-test"], "labels-idx1-ubyte", 1, True) for stem in sorted(stems - known)]
    for train, test, ending, dims, on_side in sets:
        files: dict[str, tuple[Path, ...]] = {}
        wanted: dict[str, tuple[str, str]] = {}
        for split, prefixes in zip(SPLITS, (train, test), strict=True):
            for prefix in prefixes:
                names = (f"{prefix}-{IMAGES}", f"{prefix}-{ending}")
                found = [path for name in names if (path := find_file(place, name))]
                if found or split not in wanted:
                    wanted[split], files[split] = names, tuple(found) if len(found) == len(names) else ()
                if found:
                    break
        layout = IdxFiles(files, place, place, wanted, dims, on_side)
        there = [name for split in SPLITS for name in layout.find_lacking(split)[0]]
        if there:
            first = find_file(place, there[0])
            yield IdxFiles(files, first or place, place, wanted, dims, on_side)


def read_bytes(path: Path) -> bytearray:
    """What a file holds, unpacked where it begins as gzip does; DataError when it cannot be."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    try:
        with gzip.open(path, "rb") if packed else open(path, "rb") as file:  # noqa: PTH123
            return bytearray(file.read())
    except (OSError, EOFError, zlib.error) as error:
        told = {"file": str(path), "reason": first_line(error)}
        if packed:
            raise DataError(
                say("the file {file} cannot be read: {reason}; it must be a whole, readable IDX file, gzipped.", **told)
            ) from error
        raise DataError(
            say("the file {file} cannot be read: {reason}; it must be a whole, readable IDX file.", **told)
        ) from error


def read_idx(path: Path, dims: int) -> np.ndarray:
    """Read an IDX file with `dims` sizes (the count first), once its header and length are checked."""
    data = read_bytes(path)
    size = 4 + 4 * dims
    if len(data) < size:
        raise DataError(
            say(
                "the file {file} is cut short: {size} bytes, fewer than its header's {least}.",
                file=str(path),
                size=len(data),
                least=size,
            )
        )
    found, *sizes = struct.unpack_from(f">{1 + dims}I", data)
    kind = found >> 8
    if kind not in TYPES or found & 0xFF != dims:
        raise DataError(
            say(
                "the file {file} is not an IDX file of {count} dimension{s}: it begins with {found:#010x}, not "
                "{wanted:#010x}.",
                file=str(path),
                count=dims,
                s="s" * (dims > 1),
                found=found,
                wanted=(0x08 << 8) + dims,
            )
        )
    want, got = math.prod(sizes) * np.dtype(TYPES[kind]).itemsize, len(data) - size
    if got != want:
        raise DataError(
            say(
                "the file {file} holds {size} bytes of data where its header promises {wanted}: it is damaged or cut "
                "short.",
                file=str(path),
                size=got,
                wanted=want,
            )
        )
    return np.frombuffer(data, TYPES[kind], offset=size).reshape(sizes)
