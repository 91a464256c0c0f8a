"""A split of a dataset, found, read and checked: load_dataset, what everything else calls.

Held whole in memory as one uint8 tensor: 60,000 digits are 47 MB, and a batch is an index, not a loader with workers.
Nothing is unpacked or cached beside the files.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from gan.data import checks
from gan.data.dataset import SPLITS, DataError, Dataset, MissingDataError, first_line
from gan.data.fetch import fetch
from gan.data.finding import find_layout, say_unfetched
from gan.data.layout import Layout, Raw
from gan.data.names import match_names, name_own
from gan.data.sources import SOURCES, check_name
from gan.errors import Listing, Sentence, say

SHARE = 7  # where there is no test split, one picture in so many of each class is one: MNIST's own proportion


def load_dataset(
    root: str | Path, split: str = "train", *, name: str = "mnist", download: bool = False, invert: str = "auto"
) -> Dataset:
    """Read a split ("train" or "test") of the dataset `name`, a row of SOURCES, from the folder or file `root`.

    Its layout is found by looking (`gan/data/finding.py`); in "folder" it may have any classes, else those of the
    dataset. With `download`, what is missing is fetched by torchvision. invert: "yes", "no", or "auto" for where the
    borders are bright. Every class of a training split holds at least one image; what was changed is in `notices`.

    Raises:
        DataError: in one sentence, when the files are missing, damaged, or do not belong together.
    """
    if split not in SPLITS:
        raise DataError(say("unknown split {value}: there are {list}.", value=repr(split), list=Listing(SPLITS)))
    return _load(Path(root), (split,), name, invert, download=download)[0]


def load_splits(
    root: str | Path, *, name: str = "mnist", download: Sequence[str] = (), invert: str = "auto"
) -> tuple[Dataset, Dataset | DataError]:
    """Both splits as load_dataset reads them, of a layout that parts one set of pictures in one pass over them.

    download: the splits that are fetched where they are missing. Where there is no test split, the error says why;
    DataError is raised for the training split alone.
    """
    root = Path(root)
    found = _load(root, SPLITS, name, invert, download="train" in download)
    if len(found) == len(SPLITS):
        return found[0], found[1]
    try:
        return found[0], load_dataset(root, "test", name=name, download="test" in download, invert=invert)
    except DataError as error:
        return found[0], error


def _load(root: Path, splits: Sequence[str], name: str, invert: str, *, download: bool) -> list[Dataset]:
    """The splits that come with the first of them: that alone, or all from a layout that parts its pictures."""
    check_name(name)
    if invert not in checks.INVERT:
        raise DataError(say("--invert is {value}; it can be {list}.", value=repr(invert), list=Listing(checks.INVERT)))
    try:
        try:
            layout = find_layout(root, splits[0], name)
        except MissingDataError as error:
            if not (download and error.fetch):
                raise
            fetch(root, splits[0], SOURCES[name], say_unfetched(root, SOURCES[name]))
            layout = find_layout(root, splits[0], name)
        return _read(layout, splits, root, name, invert)
    except OSError as error:
        raise DataError(
            say("{path} cannot be read: {reason}.", path=str(error.filename or root), reason=first_line(error))
        ) from error


def _read(layout: Layout, splits: Sequence[str], root: Path, name: str, invert: str) -> list[Dataset]:
    taken = "train" if layout.shares else splits[0]
    raw = layout.read(taken)
    images, ranges = checks.fit_range(raw)

    def ask_training() -> float:
        if taken == "train" or not layout.files["train"]:
            return checks.measure_bright(images)
        return checks.measure_bright(checks.fit_range(layout.read("train"))[0])

    images, papers = checks.fit_paper(images, invert, raw.source, ask_training)
    labels = checks.read_whole(raw.labels, raw.told)
    names, labels, renamed = _name(layout, root, name, labels, raw, taken)
    checks.check_labels(labels, raw.told, names, need_each=taken == "train")
    notices = (*raw.notices, *ranges, *papers, *renamed, *checks.find_flat(images, raw.source))

    def make(chosen: np.ndarray | slice, said: tuple[Sentence, ...] = ()) -> Dataset:
        pictures = torch.from_numpy(np.ascontiguousarray(images[chosen])).unsqueeze(1)
        kept = torch.from_numpy(labels[chosen])
        return Dataset(pictures, kept, names, layout.kind, layout.files[taken], (*notices, *said))

    if not layout.shares:
        return [make(slice(None))]
    parts = {split: share(labels, split) for split in splits}
    if not all(map(len, parts.values())):
        raise DataError(
            say("{path} has too few pictures of each class for a test split of its own.", path=str(layout.name))
        )
    return [make(part, (_say_shared(layout),)) for part in parts.values()]


def _name(
    layout: Layout, root: Path, name: str, labels: np.ndarray, raw: Raw, taken: str
) -> tuple[tuple[str, ...], np.ndarray, list[Sentence]]:
    """The classes' names and the labels that go with them; the training labels tell how many classes there are."""
    source = SOURCES[name]
    if source.class_names:
        places = match_names(layout, source, name)
        if places is not None:
            labels = np.array(places, np.int64)[labels]
        return source.class_names, labels, []
    known, told = labels, raw.told
    if taken != "train" and layout.files["train"]:
        found, told = layout.read_labels("train")
        known = checks.read_whole(found, told)
    names, first, said = name_own(layout, root, known, told)
    return names, labels - first, said


def share(labels: np.ndarray, split: str) -> np.ndarray:
    """Which pictures a split has where both lie together: one in SHARE of each class, always the same, for a test."""
    place = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        of = np.flatnonzero(labels == label)
        place[of] = np.arange(len(of))
    test = place % SHARE == SHARE // 2
    return np.flatnonzero(test if split == "test" else ~test)


def _say_shared(layout: Layout) -> Sentence:
    if layout.unlabelled is not None:
        return say(
            "{file} has no labels: one picture in {share} of each class of {path} is the test split, always the same.",
            file=str(layout.unlabelled),
            share=SHARE,
            path=str(layout.name),
        )
    return say(
        "{path} has no test split: one picture in {share} of each class is one, always the same.",
        path=str(layout.name),
        share=SHARE,
    )
