"""What the classes of a dataset are called, and whether they are those of the dataset that is asked for."""

from pathlib import Path

import numpy as np

from gan.data.dataset import DIGITS, DataError
from gan.data.layout import Layout
from gan.data.pictures import Pictures
from gan.data.sources import Source
from gan.errors import Listing, Sentence, say

NAMES_FILE = "classes.txt"


def match_names(layout: Layout, source: Source, name: str) -> tuple[int, ...] | None:
    """The label in the dataset `name` of each class of a layout, None where they are the same; DataError for others."""
    theirs = layout.read_names()
    if not theirs or theirs == source.class_names:
        return None
    if isinstance(layout, Pictures):
        places = {_spell(one): place for place, one in enumerate(source.class_names)}
        digits = {str(place): place for place in range(len(source.class_names))}
        for known in (places, digits):
            if {_spell(one) for one in theirs} == set(known):
                return tuple(known[_spell(one)] for one in theirs)
    elif len(theirs) == len(source.class_names) and (
        source.class_names != DIGITS or theirs[0] in ("0", "zero", "0 - zero")
    ):
        return None
    raise DataError(
        say(
            "{path} has {count} classes ({list}), which are not those of {name}; add --dataset folder to learn them.",
            path=str(layout.name),
            count=len(theirs),
            list=Listing([*theirs[:10], *(["..."] if len(theirs) > 10 else [])]),
            name=name,
        )
    )


def _spell(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def name_own(layout: Layout, root: Path, labels: np.ndarray, told: str) -> tuple[tuple[str, ...], int, list[Sentence]]:
    """The classes of files of one's own, by their training labels: names, the first label, and what is to be said.

    Named by classes.txt beside the files or in the root, by the layout itself, or else by their labels.
    """
    count, first = (int(labels.max()) + 1, int(labels.min())) if len(labels) else (0, 0)
    if isinstance(layout, Pictures):
        return layout.read_names(), 0, []
    places = (layout.place / NAMES_FILE, (root if root.is_dir() else root.parent) / NAMES_FILE)
    path = next((path for path in places if path.is_file()), None)
    named = _read_lines(path) if path else layout.read_names()
    is_named = bool(path or named)
    starts = 1 if first == 1 and (not is_named or len(named) == count - 1) else 0
    said = []
    if starts:
        said.append(
            say(
                "Labels of {file} go from 1 to {high}: they are taken as 0 to {low}.",
                file=told,
                high=count - 1,
                low=count - 2,
            )
        )
    if not is_named:
        return tuple(map(str, range(starts, count))), starts, said
    if path is None and len(named) >= count - starts:
        return named, starts, said
    if len(named) != count - starts:
        raise DataError(
            say(
                "the file {file} holds {own} names but {labels} labels up to {high}; there must be a name on each of "
                "{count} lines.",
                file=str(path or layout.name),
                own=len(named),
                labels=told,
                high=count - 1,
                count=count - starts,
            )
        )
    twice = next((name for at, name in enumerate(named) if name in named[:at]), None)
    if twice is not None:
        raise DataError(
            say(
                "the file {file} holds the name {value} twice; each class needs its own.",
                file=str(path or layout.name),
                value=repr(twice),
            )
        )
    return named, starts, said


def _read_lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip())
    except UnicodeDecodeError as error:
        raise DataError(
            say("the file {file} is not text in UTF-8; it must hold the name of a class on each line.", file=str(path))
        ) from error
