"""A NumPy archive: `mnist.npz` as Keras has it, MedMNIST's names, or images and labels as `gan.sample` writes them."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan.data.dataset import SPLITS, DataError, first_line
from gan.data.layout import TEST_NAMES, TRAIN_NAMES, Layout, Raw, pair_up, shape_images
from gan.errors import Sentence, say

IMAGE_NAMES = ("x", "images", "image", "data", "imgs")
ARRAY_LABELS = ("y", "labels", "label", "targets", "target")


def _list_names(split: str, words: tuple[str, ...]) -> list[str]:
    prefixes = TRAIN_NAMES if split == "train" else TEST_NAMES
    both = [name for word in words for prefix in prefixes for name in (f"{word}_{prefix}", f"{prefix}_{word}")]
    return [*both, *words] if split == "train" else both


def list_arrays(path: Path) -> tuple[str, ...]:
    """The names of an archive's arrays; none where it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy"))
    except zipfile.BadZipFile:
        return ()


@dataclass(frozen=True)
class Archive(Layout):
    """One .npz; `arrays` are the names of each split's images and labels."""

    arrays: dict[str, tuple[str, str]]

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        return say("a NumPy archive")

    def read(self, split: str) -> Raw:
        """Both arrays: images (N, 28, 28), labels (N,)."""
        path, (image_name, label_name) = self.files[split][0], self.arrays[split]
        source, told = f"{path} ({image_name})", f"{path} ({label_name})"
        images = shape_images(load_array(path, image_name), source)
        labels, _ = self.read_labels(split)
        pair_up(images, labels, source, told)
        return Raw(images, labels, source, told)

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """Labels (N,), (N, 1), or one row of zeros and a one for each."""
        path, name = self.files[split][0], self.arrays[split][1]
        told = f"{path} ({name})"
        labels = load_array(path, name)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        elif labels.ndim == 2 and len(labels) and bool((np.sort(labels, 1)[:, -2:] == (0, 1)).all()):
            labels = labels.argmax(1)
        if labels.ndim != 1:
            raise DataError(
                say(
                    "{file} holds labels of shape {shape}; there must be one number for each picture.",
                    file=told,
                    shape=" x ".join(map(str, labels.shape)) or "0",
                )
            )
        return labels, told


def load_array(path: Path, name: str) -> np.ndarray:
    """An array of an archive; nothing is unpickled. DataError when it cannot be read or holds no numbers."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = np.asarray(archive[name])
    except (ValueError, EOFError, KeyError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(
            say("the array {name} in {file} cannot be read: {reason}.", name=name, file=path, reason=first_line(error))
        ) from error
    if found.dtype.kind not in "biuf":
        raise DataError(
            say("the array {name} in {file} holds {kind}; numbers are wanted.", name=name, file=path, kind=found.dtype)
        )
    return found


def find_archives(paths: list[Path]) -> Iterator[Archive]:
    """Those of the files that hold a dataset."""
    for path in paths:
        if path.suffix.lower() != ".npz":
            continue
        names = {name.lower(): name for name in list_arrays(path)}
        arrays = {}
        for split in SPLITS:
            pair = [
                next((names[n] for n in _list_names(split, w) if n in names), None) for w in (IMAGE_NAMES, ARRAY_LABELS)
            ]
            if pair[0] and pair[1]:
                arrays[split] = (pair[0], pair[1])
        if arrays:
            files = {split: (path,) if split in arrays else () for split in SPLITS}
            yield Archive(files, path, path.parent, arrays=arrays)
