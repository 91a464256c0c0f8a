"""Parquet as the Hugging Face Hub keeps datasets: a picture a row, encoded, in `image` {bytes, path}, and its `label`.

pyarrow reads it, and is asked for only here: `pip install -r requirements-data.txt`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.dataset import SIDE, SPLITS, DataError, first_line
from gan.data.layout import LABEL_NAMES, Layout, Raw, sort_split
from gan.data.pictures import bring
from gan.errors import Listing, Refusal, Sentence, say

PICTURE_NAMES = ("image", "img", "picture", "pixels")
BATCH = 4096  # rows in memory as Python's own values


@dataclass(frozen=True)
class Parquet(Layout):
    """The files of each split, in the order of their names."""

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        return say("parquet")

    def read(self, split: str) -> Raw:
        """The rows of all of the split's files: images uint8 (N, 28, 28), labels int64 (N,)."""
        images, labels = [], []
        for path in self.files[split]:
            table = open_table(path)
            picture, label = find_columns(path, table)
            number = 0
            for batch in read_batches(path, table, [picture, label]):
                for row in zip(*(batch.column(name).to_pylist() for name in (picture, label)), strict=True):
                    number += 1
                    image, value = read_row(path, number, *row)
                    images.append(image)
                    labels.append(value)
        where = str(self.files[split][0] if len(self.files[split]) == 1 else self.place)
        if not images:
            raise DataError(say("the file {file} holds no rows; there must be a picture in each.", file=where))
        return Raw(np.stack(images), np.array(labels, np.int64), where, where)

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """The column of labels alone."""
        labels: list[int] = []
        for path in self.files[split]:
            table = open_table(path)
            label = find_columns(path, table)[1]
            for batch in read_batches(path, table, [label]):
                for value in batch.column(label).to_pylist():
                    labels.append(_check_label(path, len(labels) + 1, value))
        return np.array(labels, np.int64), str(self.files[split][0])

    def read_names(self) -> tuple[str, ...]:
        """The classes' names that the Hub's own notes in the file have."""
        path = next(path for split in SPLITS for path in self.files[split])
        table = open_table(path)
        notes = (table.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
        try:
            names = json.loads(notes)["info"]["features"][find_columns(path, table)[1]]["names"]
        except (ValueError, KeyError, TypeError):
            return ()
        return tuple(map(str, names)) if isinstance(names, list) else ()


def open_table(path: Path) -> Any:
    """A parquet file; DataError where it cannot be read, or pyarrow is not there."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise DataError(
            say(
                "{file} is parquet, which pyarrow reads, and that is not installed: pip install -r "
                "requirements-data.txt, or pip install pyarrow.",
                file=str(path),
            )
        ) from error
    try:
        return ParquetFile(path)
    except (ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise DataError(
            say("the file {file} cannot be read as parquet: {reason}.", file=str(path), reason=first_line(error))
        ) from error


def find_columns(path: Path, table: Any) -> tuple[str, str]:
    """The names of the columns of pictures and of labels; DataError lists those there are."""
    names = list(table.schema_arrow.names)
    found = [next((n for n in names if n.lower() in known), None) for known in (PICTURE_NAMES, LABEL_NAMES)]
    if found[0] is None or found[1] is None:
        raise DataError(
            say(
                "the file {file} has the columns {list}; image and label are wanted.",
                file=str(path),
                list=Listing(names, "and"),
            )
        )
    return found[0], found[1]


def read_batches(path: Path, table: Any, columns: list[str]) -> Iterator[Any]:
    """The rows of some columns, BATCH at a time; DataError says after which row no more can be read."""
    from pyarrow import ArrowException

    rows = table.iter_batches(batch_size=BATCH, columns=columns)
    done = 0
    while True:
        try:
            batch = next(rows, None)
        except (ArrowException, OSError, ValueError) as error:
            raise DataError(
                say(
                    "the file {file} cannot be read after row {row}: {reason}.",
                    file=str(path),
                    row=done,
                    reason=first_line(error),
                )
            ) from error
        if batch is None:
            return
        done += batch.num_rows
        yield batch


def read_row(path: Path, number: int, picture: Any, label: Any) -> tuple[np.ndarray, int]:
    """A row's picture, encoded or 784 numbers, as uint8 (28, 28), and its label; DataError names the row."""
    data = picture.get("bytes") if isinstance(picture, dict) else picture
    value = _check_label(path, number, label)
    if isinstance(data, list):
        flat = np.asarray(data, dtype=np.float64).ravel() if _is_grid(data) else np.empty(0)
        if flat.size == SIDE * SIDE and np.isfinite(flat).all() and flat.min() >= 0 and flat.max() <= 255:
            return flat.round().astype(np.uint8).reshape(SIDE, SIDE), value
    elif isinstance(data, bytes):
        try:
            return bring(data)[0], value
        except Refusal as error:
            raise DataError(
                say("row {row} of {file}: {reason}.", row=number, file=str(path), reason=error.sentence)
            ) from error
    raise DataError(
        say(
            "row {row} of {file} holds no picture; its bytes are wanted, or 28 x 28 greys from 0 to 255.",
            row=number,
            file=str(path),
        )
    )


def _is_grid(data: list[Any]) -> bool:
    rows = data if data and isinstance(data[0], list) else [data]
    same = len({len(row) if isinstance(row, list) else -1 for row in rows}) == 1
    return same and all(isinstance(one, int | float) for row in rows if isinstance(row, list) for one in row)


def _check_label(path: Path, number: int, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise DataError(
        say(
            "row {row} of {file} has the label {value}; it must be a whole number.",
            row=number,
            file=str(path),
            value=repr(value)[:40],
        )
    )


def find_parquet(place: Path, paths: list[Path]) -> Iterator[Parquet]:
    """The parquet files of a folder, or of its folders train and test, by split; without a split's name all are one."""
    files = [path for path in paths if path.suffix.lower() == ".parquet"]
    for inner in sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() and not files else ():
        if sort_split(inner.name):
            files += sorted(inner.glob("*.parquet"))
    if not files:
        return
    parts: dict[str, tuple[Path, ...]] = {}
    for split in SPLITS:
        parts[split] = tuple(path for path in files if split == (sort_split(path.stem) or sort_split(path.parent.name)))
    if not any(parts.values()):
        parts["train"] = tuple(files)
    name = place if place.is_dir() and len(files) > 1 else files[0]
    yield Parquet(parts, name, files[0].parent)
