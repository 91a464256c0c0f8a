"""A split of a dataset, found, read and checked: load_dataset, what everything else calls.

Held whole in memory as one uint8 tensor: 60,000 digits are 47 MB, and a batch is an index, not a loader with workers.
Nothing is unpacked or cached beside the files.
"""

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
    check_name(name)
    if invert not in checks.INVERT:
        raise DataError(say("--invert is {value}; it can be {list}.", value=repr(invert), list=Listing(checks.INVERT)))
    root = Path(root)
    try:
        try:
            layout = find_layout(root, split, name)
        except MissingDataError as error:
            if not (download and error.fetch):
                raise
            fetch(root, split, SOURCES[name], say_unfetched(root, SOURCES[name]))
            layout = find_layout(root, split, name)
        return _read(layout, split, root, name, invert)
    except OSError as error:
        raise DataError(
            say("{path} cannot be read: {reason}.", path=str(error.filename or root), reason=first_line(error))
        ) from error


def _read(layout: Layout, split: str, root: Path, name: str, invert: str) -> Dataset:
    taken = "train" if layout.shares else split
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
    shared: list[Sentence] = []
    if layout.shares:
        chosen = share(labels, split)
        images, labels = images[chosen], labels[chosen]
        shared = [_say_shared(layout)]
        if not len(labels):
            raise DataError(
                say("{path} has too few pictures of each class for a test split of its own.", path=str(layout.name))
            )
    notices = (*raw.notices, *ranges, *papers, *renamed, *shared, *checks.find_flat(images, raw.source))
    pictures = torch.from_numpy(np.ascontiguousarray(images)).unsqueeze(1)
    files = layout.files[taken]
    return Dataset(pictures, torch.from_numpy(labels), names, layout.kind, files, notices)


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
