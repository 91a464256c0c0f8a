"""A layout: a way in which a dataset lies on disk. Each way of LAYOUTS in `finding.py` is one of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan.data.dataset import SIDE, DataError
from gan.errors import Sentence, say

# What columns, arrays and folders are called by those who make them
LABEL_NAMES = ("label", "labels", "class", "target", "targets", "digit", "y")
TRAIN_NAMES = ("train", "training", "trainset")
TEST_NAMES = ("test", "testing", "testset", "t10k", "val", "valid", "validation")


@dataclass(frozen=True)
class Raw:
    """A split as it lies in its files, before anybody looked at what it shows.

    Attributes:
        images: (N, 28, 28), any kind of number.
        labels: (N,), any kind of number.
        source: of the images, as a sentence names it.
        told: what names the labels, as a sentence names it.
        notices: what had to be left out or changed.
    """

    images: np.ndarray
    labels: np.ndarray
    source: str
    told: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Files that hold a dataset, found but not read.

    Attributes:
        files: of each split; none where it is not there, or its pictures have no labels.
        name: what --data calls it.
        place: the folder that it lies in.
        unlabelled: a file of pictures without labels, which no split can use.
    """

    files: Mapping[str, tuple[Path, ...]]
    name: Path
    place: Path
    unlabelled: Path | None = field(default=None, kw_only=True)

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        raise NotImplementedError

    @property
    def shares(self) -> bool:
        """Whether the training pictures are to be parted in two, as there are no others for a test."""
        return bool(self.files["train"]) and not self.files["test"]

    def read(self, split: str) -> Raw:
        """The split's pictures and labels; DataError names the file and, in it, the row."""
        raise NotImplementedError

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """Its labels alone, and what names them."""
        raw = self.read(split)
        return raw.labels, raw.told

    def read_names(self) -> tuple[str, ...]:
        """What the layout itself calls its classes, by label; empty where it does not say."""
        return ()


def shape_images(images: np.ndarray, source: str) -> np.ndarray:
    """(N, 784), (N, 28, 28), (N, 28, 28, 1) or (N, 1, 28, 28) -> (N, 28, 28); DataError for anything else."""
    if images.ndim == 2 and images.shape[1] == SIDE * SIDE:
        return images.reshape(-1, SIDE, SIDE)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    elif images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise DataError(
            say(
                "{file} holds pictures of shape {shape}; they must be 28 x 28, in one grey.",
                file=source,
                shape=" x ".join(map(str, images.shape[1:])) or "0",
            )
        )
    return images


def pair_up(images: np.ndarray, labels: np.ndarray, source: str, told: str) -> None:
    """DataError unless there are as many images as labels, and some."""
    if len(images) != len(labels) or not len(images):
        raise DataError(
            say(
                "the file {file} holds {count} images but {labels} {other} labels; there must be as many, and some.",
                file=source,
                count=len(images),
                labels=told,
                other=len(labels),
            )
        )


def sort_split(word: str) -> str:
    """Which split such a name is of, "train" or "test"; "" where it does not say."""
    parts = [part for part in "".join(c if c.isalnum() else " " for c in word.lower()).split() if part]
    if any(part in TRAIN_NAMES for part in parts):
        return "train"
    return "test" if any(part in TEST_NAMES for part in parts) else ""
