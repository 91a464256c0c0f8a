"""Fetching a dataset that torchvision knows; one that fails leaves nothing behind."""

import shutil
from pathlib import Path

from gan.data.dataset import DataError, first_line
from gan.data.sources import Source
from gan.errors import Sentence, say


def fetch(root: Path, split: str, source: Source, missing: Sentence) -> None:
    """Bring what is missing into root/NAME/raw; DataError when it fails, with what is `missing` then."""
    # Slow to import, and needed only here
    from torchvision import datasets

    folder = root / source.torchvision / "raw"
    made = [path for path in (folder, folder.parent, root, *root.parents) if not path.exists()]
    before = set(folder.iterdir()) if folder.is_dir() else set()
    try:
        getattr(datasets, source.torchvision)(root, train=split == "train", download=True, **source.options)
    except BaseException as error:  # Ctrl-C too leaves nothing behind
        _remove(folder, before, made)
        if not isinstance(error, Exception):
            raise
        # torchvision raises whatever the network, the archive or its own parser gave
        raise DataError(
            say(
                "fetching {source} failed: {reason}; {why}.",
                source=source.torchvision,
                reason=first_line(error),
                why=missing,
            )
        ) from error


def _remove(folder: Path, before: set[Path], made: list[Path]) -> None:
    """What was not in the folder before, and the folders that were made for it."""
    for path in set(folder.iterdir()) - before if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for one in made:
        if one.is_dir() and not any(one.iterdir()):
            one.rmdir()
