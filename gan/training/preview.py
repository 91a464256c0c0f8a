"""What a run learns from, told before it begins: the layout, how many, which classes, and one of each to look at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from gan.config import Config
from gan.data import SOURCES, DataError, Dataset, MissingDataError, find_doubles, load_splits
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Sentence, complete, say
from gan.store.atomic import write_atomically

COLUMNS, SCALE = 10, 3
MOST_NAMES, MOST_FILES = 30, 4


def load_train(root: Path, config: Config) -> Dataset:
    """The training split, fetched when it is missing; its notices tell of pictures that the test split has too."""
    train, test = load_splits(root, name=config.dataset, download=("train",), invert=config.invert)
    if isinstance(test, DataError):  # it is for the evaluation to complain of
        return train
    return replace(train, notices=(*train.notices, *find_doubles(train, test)))


def describe_data(root: Path, config: Config, out: Path) -> Iterator[str]:
    """Lines of text about what lies at `root`, read and checked; writes one picture of each class beside the run `out`.

    Raises DataError where the run would: data that is there and cannot be used, or that nobody can fetch.
    """
    name = config.dataset
    try:
        train, test = load_splits(root, name=name, invert=config.invert)
    except MissingDataError as error:
        if not error.fetch:
            raise
        yield complete(_say_fetch(root, name))
        return
    yield f"{'layout':14} {train.layout}: {_list_some([str(path) for path in train.files], MOST_FILES)}"
    yield f"{'train':14} {_count(train)}"
    notices = list(train.notices)
    if isinstance(test, DataError):
        yield f"{'test':14} none: {test.sentence}"
    else:
        yield f"{'test':14} {_count(test)}"
        notices += [one for one in test.notices if one not in notices] + list(find_doubles(train, test))
    yield f"{'classes':14} {len(train.class_names)}: {_list_some(train.class_names, MOST_NAMES)}"
    yield from notices
    path = draw_each(train, out.with_name(f"{out.name}-data.png"))
    yield f"{'one of each':14} {path}"


def _say_fetch(root: Path, name: str) -> Sentence:
    source = SOURCES[name]
    if not source.megabytes:
        return say("{source} is not at {root}; the run would fetch it.", source=source.torchvision, root=str(root))
    return say(
        "{source} is not at {root}; the run would fetch it ({size} MB).",
        source=source.torchvision,
        root=str(root),
        size=source.megabytes,
    )


def _count(data: Dataset) -> str:
    counts = data.labels.bincount(minlength=len(data.class_names))
    return f"{len(data):,} pictures, {int(counts.min()):,} to {int(counts.max()):,} a class"


def _list_some(names: list[str] | tuple[str, ...], most: int) -> str:
    return ", ".join([*names[:most], *(["..."] if len(names) > most else [])])


def draw_each(data: Dataset, path: Path) -> Path:
    """Write the first picture of each class, ten a row, to `path` as a PNG, and return it."""
    first = [(data.labels == label).nonzero()[0, 0] for label in range(len(data.class_names))]
    sheet = make_sheet(data.images[torch.stack(first)], min(COLUMNS, len(first)), scale=SCALE)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda part: part.write_bytes(encode_png(sheet)))
    return path
