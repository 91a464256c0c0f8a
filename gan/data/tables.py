"""CSV: a picture a row, 784 columns of pixels and one of labels, with a head or without one.

Kaggle's `label,pixel0,...,pixel783`, the `label,1x1,...,28x28` of `mnist_train.csv`, OpenML's with `class` at the end,
and tables without a head, whose first column is the label. Commas, semicolons or tabs; gzipped or not.
"""

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from gan.data.dataset import SIDE, SPLITS, DataError, first_line
from gan.data.idx import GZIP
from gan.data.layout import LABEL_NAMES, Layout, Raw, sort_split
from gan.errors import Sentence, say

PIXELS = SIDE * SIDE
PIXEL = re.compile(r"(?:pixel|pix|px|p|x|v|column)?[ _.-]?\d+(?:x\d+)?")
HEAD = 1 << 17  # characters of a first line at most


@dataclass(frozen=True)
class Columns:
    """How a table is to be read: its separator, whether it has a head, where pixels and label are (None for none)."""

    separator: str
    head: bool
    pixels: tuple[int, ...]
    label: int | None


def open_text(path: Path) -> IO[str]:
    """A table's text, unpacked where it is gzip; a byte order mark is no part of it."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline=None)
    return path.open("rt", encoding="utf-8-sig")


def look_at(path: Path) -> Columns | None:
    """A table's columns, from its first line; None where these are no pictures of 28 x 28."""
    try:
        with open_text(path) as file:
            line = file.readline(HEAD)
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile):
        return None
    separator = max(",;\t", key=line.count)
    words = [word.strip().strip("\"'").strip().lower() for word in line.split(separator)]
    if len(words) < PIXELS:
        return None
    try:
        [float(word) for word in words]
    except ValueError:
        return _read_head(words, separator)
    count = len(words)
    if count == PIXELS:
        return Columns(separator, False, tuple(range(PIXELS)), None)
    return Columns(separator, False, tuple(range(1, count)), 0) if count == PIXELS + 1 else None


def _read_head(words: list[str], separator: str) -> Columns | None:
    label = next((place for place, word in enumerate(words) if word in LABEL_NAMES), None)
    pixels = [place for place, word in enumerate(words) if place != label and PIXEL.fullmatch(word)]
    if len(pixels) != PIXELS:
        pixels = [place for place in range(len(words)) if place != label]
    if len(pixels) == PIXELS + 1 and label is None:
        label, *pixels = pixels
    return Columns(separator, True, tuple(pixels), label) if len(pixels) == PIXELS else None


@dataclass(frozen=True)
class Tables(Layout):
    """A table a split, or one for both. on_side: images have their columns first, as EMNIST's."""

    on_side: bool = False

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        return say("CSV")

    def read(self, split: str) -> Raw:
        """The split's table: images (N, 28, 28), labels (N,)."""
        path = self.files[split][0]
        columns = look_at(path)
        assert columns is not None, "found, and so looked at"
        assert columns.label is not None, "without labels it is no split"
        rows = read_rows(path, columns, (columns.label, *columns.pixels))
        images = rows[:, 1:].reshape(-1, SIDE, SIDE)
        images = images.swapaxes(1, 2) if self.on_side else images
        return Raw(images, rows[:, 0], f"the file {path}", str(path))

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """The column of labels alone."""
        path = self.files[split][0]
        columns = look_at(path)
        assert columns is not None, "found, and so looked at"
        assert columns.label is not None, "without labels it is no split"
        return read_rows(path, columns, (columns.label,))[:, 0], str(path)


def read_rows(path: Path, columns: Columns, used: tuple[int, ...]) -> np.ndarray:
    """Those columns of a table as float32 (N, len(used)); DataError names the row that cannot be read."""
    try:
        with open_text(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a table without rows: refused below
            rows = np.loadtxt(
                file,
                np.float32,
                comments=None,
                delimiter=columns.separator,
                skiprows=int(columns.head),
                usecols=used,
                ndmin=2,
                quotechar='"',
            )
    except ValueError as error:  # UnicodeDecodeError is one
        raise DataError(_find_bad(path, columns) or _say_unreadable(path, error)) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(_say_unreadable(path, error)) from error
    if not len(rows):
        raise DataError(say("the file {file} holds no rows; there must be a picture in each.", file=str(path)))
    bad = np.flatnonzero(~np.isfinite(rows).all(1))
    if len(bad):
        raise DataError(_find_bad(path, columns) or _say_unreadable(path, ValueError("not a number")))
    return rows


def _say_unreadable(path: Path, error: Exception) -> Sentence:
    return say("the file {file} cannot be read as CSV: {reason}.", file=str(path), reason=first_line(error))


def _find_bad(path: Path, columns: Columns) -> Sentence | None:
    """Which line of a table is none of numbers; None where all are. Slow, and for a table that is refused."""
    width = max((*columns.pixels, columns.label or 0)) + 1
    number = 0
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, 1):
                if not line.strip() or (number == 1 and columns.head):
                    continue
                words = [word.strip().strip('"') for word in line.rstrip("\n").split(columns.separator)]
                if len(words) < width:
                    return say(
                        "row {row} of {file} has {count} values; it must have {wanted}.",
                        row=number,
                        file=str(path),
                        count=len(words),
                        wanted=width,
                    )
                for place in (*columns.pixels, *([] if columns.label is None else [columns.label])):
                    if not _is_number(words[place]):
                        return say(
                            "row {row} of {file} has {value} in column {column}; it must be a number.",
                            row=number,
                            file=str(path),
                            value=repr(words[place][:40]),
                            column=place + 1,
                        )
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        return say(
            "the file {file} cannot be read after row {row}: {reason}.",
            file=str(path),
            row=number,
            reason=first_line(error),
        )
    return None


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False


def find_tables(paths: list[Path]) -> Iterator[Tables]:
    """The tables among the files, those of two splits together: `mnist_train.csv` and `mnist_test.csv`."""
    groups: dict[str, dict[str, Path]] = {}
    lone: list[Tables] = []
    for path in paths:
        stem = re.sub(r"(\.csv|\.gz)+$", "", path.name.lower())
        if stem == path.name.lower() or ".csv" not in path.name.lower() or (columns := look_at(path)) is None:
            continue
        split = sort_split(stem)
        if not split and columns.label is not None:
            lone.append(Tables({"train": (path,), "test": ()}, path, path.parent, on_side="emnist" in stem))
        elif split:
            key = re.sub(r"(train|test|t10k|val)(ing|set|id|idation)?", "", stem).strip("-_. ")
            groups.setdefault(key, {})[split if columns.label is not None else "unlabelled"] = path
    for key, found in sorted(groups.items()):
        files: dict[str, tuple[Path, ...]] = {split: (found[split],) if split in found else () for split in SPLITS}
        if any(files.values()):
            first = next(path for split in SPLITS for path in files[split])
            yield Tables(files, first, first.parent, "emnist" in key, unlabelled=found.get("unlabelled"))
    yield from lone
