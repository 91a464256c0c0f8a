"""Datasets by name: how each is called, what its classes are, and how its files lie.

Another dataset in MNIST's format costs one row here and its name in `gan/config.py`; your own files cost none:
`--dataset folder`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gan.data.dataset import DIGITS, SPLITS, DataError
from gan.errors import Listing, say

DEFAULT_ROOT = "data"


@dataclass(frozen=True)
class Source:
    """Where a dataset lies, and how it is read.

    Attributes:
        torchvision: its class in torchvision.datasets and its folder below the root; "" for files of one's own.
        class_names: one for each label; empty where the files tell.
        prefixes: what the names of the training and of the test files begin with.
        labels: what the names of the label files end with.
        label_dims: 1 for a label an image; 2 for a row an image whose first number is the label.
        transposed: its images lie on their side, columns before rows.
        options: what else torchvision's class wants to be told.
        megabytes: to be downloaded; 0 where that is not known.
        same_digits: handwritten digits, upright, cut and centred in MNIST's way: who reads one of these reads all.
    """

    torchvision: str
    class_names: tuple[str, ...] = DIGITS
    prefixes: tuple[str, str] = ("train", "t10k")
    labels: str = "labels-idx1-ubyte"
    label_dims: int = 1
    transposed: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    megabytes: float = 0.0
    same_digits: bool = False

    def files(self, split: str) -> tuple[str, str]:
        """The names of a split's files, images and labels."""
        prefix = self.prefixes[SPLITS.index(split)]
        return f"{prefix}-images-idx3-ubyte", f"{prefix}-{self.labels}"


# The names are those of gan.config.DATASETS.
SOURCES: dict[str, Source] = {
    "mnist": Source("MNIST", megabytes=11.6, same_digits=True),
    "fashion-mnist": Source(
        "FashionMNIST",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "kmnist": Source("KMNIST", ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")),
    "qmnist": Source(
        "QMNIST",
        prefixes=("qmnist-train", "qmnist-test"),
        labels="labels-idx2-int",
        label_dims=2,
        same_digits=True,
    ),
    "emnist-digits": Source(
        "EMNIST",
        prefixes=("emnist-digits-train", "emnist-digits-test"),
        transposed=True,
        options={"split": "digits"},
        same_digits=True,
    ),
    "folder": Source("", class_names=()),
}


def get_same(name: str) -> tuple[str, ...]:
    """The datasets whose digits a reader of the dataset `name` can read: its own, and those of the same digits."""
    if name in SOURCES and SOURCES[name].same_digits:
        return tuple(other for other, source in SOURCES.items() if source.same_digits)
    return (name,)


def get_root(given: str | None = None) -> Path:
    """The data root: the one given, else the environment's GAN_DATA, else ./data."""
    return Path(given or os.environ.get("GAN_DATA") or DEFAULT_ROOT).expanduser()


def check_name(name: str) -> None:
    """DataError, which lists the datasets there are, unless `name` is one."""
    if name not in SOURCES:
        raise DataError(
            say("unknown dataset {value}: there are {list}.", value=repr(name), list=Listing(list(SOURCES)))
        )
