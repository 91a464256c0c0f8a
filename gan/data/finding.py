"""Where, and in which layout, a dataset lies: found by looking, from what --data or GAN_DATA names.

torchvision's own place is looked at first. Then come the folder itself, the usual ones below it, and one folder down;
the nearest that holds anything is taken. Two datasets side by side are not chosen between: the sentence asks which.
"""

from collections.abc import Iterator
from pathlib import Path

from gan.data.dataset import SPLITS, DataError, MissingDataError, MixedDataError
from gan.data.idx import IdxFiles, find_idx
from gan.data.layout import Layout
from gan.data.npz import find_archives
from gan.data.parquet import find_parquet
from gan.data.pictures import find_pictures, list_folders
from gan.data.sources import SOURCES, Source
from gan.data.tables import find_tables
from gan.errors import Listing, Sentence, say

FOLDERS = {source.torchvision for source in SOURCES.values() if source.torchvision}
READABLE = say("MNIST's four files, a folder of pictures a class, CSV, .npz or parquet")


def find_layout(root: Path, split: str, name: str) -> Layout:
    """The one layout of the dataset `name` at a path, a folder or a file, that has the split.

    Raises:
        MissingDataError: nothing is there, or not that split.
        MixedDataError: there are several.
    """
    source = SOURCES[name]
    theirs = _find_torchvision(root, source)
    if theirs is not None and _has(theirs, split):
        return theirs
    found = _choose(list(_list_layouts(root, source)), name)
    if len(found) > 1:
        raise MixedDataError(_say_mixed(root, found))
    layout = found[0] if found else theirs
    if layout is None:
        raise MissingDataError(say_missing(root, source), fetch=bool(source.torchvision) and not root.is_file())
    if not _has(layout, split):
        ours = layout.place == root / source.torchvision / "raw"
        raise MissingDataError(_say_lacking(layout, split, source), fetch=bool(source.torchvision) and ours)
    _check_folder(layout, name)
    return layout


def is_there(root: Path, split: str, name: str) -> bool:
    """Whether a split of the dataset can be found at a path; its files are not read."""
    try:
        return bool(find_layout(root, split, name))
    except (DataError, OSError):
        return False


def _has(layout: Layout, split: str) -> bool:
    return bool(layout.files[split]) or (split == "test" and layout.shares)


def _find_torchvision(root: Path, source: Source) -> Layout | None:
    folder = root / source.torchvision / "raw"
    return next(find_idx(folder, source, look=False), None) if source.torchvision else None


def _list_layouts(root: Path, source: Source) -> Iterator[Layout]:
    """All layouts of the nearest place that holds any."""
    if root.is_file():
        yield from (one for one in _look(root.parent, source, only=root))
        return
    named = [root / part for part in (source.torchvision, f"{source.torchvision}/raw") if source.torchvision]
    others = [root / part for part in ("raw", "gzip")]
    for place in (root, *named, *others):
        if place.is_dir() and (found := list(_look(place, source))):
            yield from found
            return
    for place in list_folders(root) if root.is_dir() else ():
        if place.name not in FOLDERS and place not in others:
            inner = [place, *(place / part for part in ("raw", "gzip", f"{source.torchvision}/raw"))]
            yield from next((found for one in inner if one.is_dir() and (found := list(_look(one, source)))), [])


def _look(place: Path, source: Source, only: Path | None = None) -> Iterator[Layout]:
    """The layouts right in a folder; `only` those that a file of it belongs to."""
    sets = find_idx(place, source, look=True)
    yield from (one for one in sets if only is None or only in {path for files in one.files.values() for path in files})
    files = [only] if only else sorted(path for path in place.iterdir() if path.is_file())
    yield from find_archives(files)
    tables = find_tables(sorted(path for path in place.iterdir() if path.is_file()) if only else files)
    yield from (one for one in tables if only is None or only in {p for paths in one.files.values() for p in paths})
    yield from find_parquet(only or place, files)
    if only is None and (pictures := find_pictures(place)) is not None:
        yield pictures


def _choose(found: list[Layout], name: str) -> list[Layout]:
    """Those of several that are called as the dataset is, if there are any; else all."""
    if len(found) < 2 or name == "folder":
        return found
    wanted = _spell(name)
    called = [one for one in found if _spell(one.name.name).startswith(wanted)]
    return called if len(called) == 1 else found


def _spell(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _check_folder(layout: Layout, name: str) -> None:
    """DataError where the files lie in the folder that torchvision keeps for another dataset."""
    parts = set(layout.place.parts)
    other = next((n for n, source in SOURCES.items() if source.torchvision in parts and n != name), None)
    if name == "folder" or other is None or SOURCES[name].torchvision in parts:
        return
    raise DataError(
        say(
            "{folder} is where {source} lies, and {name} is asked for; add --dataset {other}, or name another folder.",
            folder=str(layout.place),
            source=SOURCES[other].torchvision,
            name=name,
            other=other,
        )
    )


def _say_mixed(root: Path, found: list[Layout]) -> Sentence:
    return say(
        "{path} holds several datasets: {list}; say which is meant with --data or GAN_DATA, as in --data {example}.",
        path=str(root),
        list=Listing([say("{kind} ({file})", kind=one.kind, file=str(one.name)) for one in found], "and"),
        example=str(found[0].name),
    )


def say_missing(root: Path, source: Source) -> Sentence:
    """What is to be put where, as there is nothing of the dataset."""
    if not source.torchvision:
        return say(
            "there is no data at {folder}: name what holds {kinds} with --data or GAN_DATA.",
            folder=str(root),
            kinds=READABLE,
        )
    return say(
        "no {source} under {folder}: put its four files there ({files}; plain or .gz), or name what holds {kinds} with "
        "--data or GAN_DATA.",
        source=source.torchvision,
        folder=str(root / source.torchvision / "raw"),
        files=", ".join(file for one in SPLITS for file in source.files(one)),
        kinds=READABLE,
    )


def say_unfetched(root: Path, source: Source) -> Sentence:
    """The same of a dataset that could not be fetched: of options nothing, as the page asks for this too."""
    return say(
        "no {source} under {folder}: put its four files there ({files}; plain or .gz)",
        source=source.torchvision,
        folder=str(root / source.torchvision / "raw"),
        files=", ".join(file for one in SPLITS for file in source.files(one)),
    )


def _say_lacking(layout: Layout, split: str, source: Source) -> Sentence:
    """What of a layout is not there, as it has something, but not the split that is asked for."""
    if isinstance(layout, IdxFiles):
        there, lacking = layout.find_lacking(split)
        if there:
            return say(
                "{folder} has {there} but no {lacking}: one of the four files is lacking; put it there, plain or .gz.",
                folder=str(layout.place),
                there=there[0],
                lacking=lacking[0],
            )
        return say(
            "no {source} under {folder} for the {split} split: put {files} there, plain or .gz.",
            source=source.torchvision or say("file"),
            folder=str(layout.place),
            split=split,
            files=Listing(lacking, "and"),
        )
    if layout.unlabelled is not None and not layout.files["train"]:
        return say(
            "{file} has no labels, so there is nothing of the {split} split; a column label is wanted.",
            file=str(layout.unlabelled),
            split=split,
        )
    return say(
        "{path} ({kind}) has the test split alone; training needs pictures of its own.",
        path=str(layout.name),
        kind=layout.kind,
    )
