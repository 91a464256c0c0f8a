"""Datasets by name, in MNIST's file format, held whole in memory as one uint8 tensor.

60,000 digits are 47 MB: a batch is an index, not a loader with workers. A split is read and checked in one pass over
its two files, plain or .gz, and nothing is unpacked or cached beside them. torchvision fetches what is not there and
knows where from; it is imported for that alone. This file alone turns uint8 0..255 into float32 [-1, 1] (ink = +1)
and back.

    python -c "from gan.data import load_dataset; print(load_dataset('data', name='kmnist', download=True).class_names)"

Another dataset in this format costs one row of SOURCES; your own files cost none: `--dataset folder`.
"""

import gzip
import math
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gan.errors import Listing, Refusal, Sentence, say

DEFAULT_ROOT = "data"
SPLITS = ("train", "test")
DIGITS = tuple("0123456789")
NAMES_FILE = "classes.txt"

# What an IDX file can hold here: the type's code in its magic number -> numpy's name, big-endian
TYPES = {0x08: ">u1", 0x0C: ">i4"}


class DataError(Refusal):
    """The data is missing or damaged; the message says which file, what is wrong, and what would be right."""


@dataclass(frozen=True)
class Dataset:
    """images uint8 (N, 1, 28, 28), 0 = paper, 255 = ink; labels int64 (N,); class_names one for each label value."""

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


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


def to_float(images: Tensor) -> Tensor:
    """uint8 0..255 -> float32 [-1, 1]."""
    return images.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: Tensor) -> Tensor:
    """Float [-1, 1] -> uint8 0..255, rounded to the nearest grey level; values outside are clamped."""
    return images.detach().float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def get_root(given: str | None = None) -> Path:
    """The data root: the one given, else the environment's GAN_DATA, else ./data."""
    return Path(given or os.environ.get("GAN_DATA") or DEFAULT_ROOT).expanduser()


def check_name(name: str) -> None:
    """DataError, which lists the datasets there are, unless `name` is one."""
    if name not in SOURCES:
        raise DataError(
            say("unknown dataset {value}: there are {list}.", value=repr(name), list=Listing(list(SOURCES)))
        )


def load_dataset(root: str | Path, split: str = "train", *, name: str = "mnist", download: bool = False) -> Dataset:
    """Read a split ("train" or "test") of the dataset `name`, a row of SOURCES, below `root`.

    Files lie as torchvision lays them out (root/MNIST/raw); those of "folder" in root itself or root/raw, in MNIST's
    format, with a name a line in classes.txt (else the classes are called 0, 1, ...). With `download`, what is missing
    is fetched by torchvision. Every class of a training split holds at least one image.

    Raises:
        DataError: in one sentence, when the files are missing, damaged, or do not belong together.
    """
    if split not in SPLITS:
        raise DataError(say("unknown split {value}: there are {list}.", value=repr(split), list=Listing(SPLITS)))
    check_name(name)
    source = SOURCES[name]
    try:
        folder = _find_folder(Path(root), source)
        pair = [_find(folder, file) for file in source.files(split)]
        if download and source.torchvision and None in pair:
            _fetch(Path(root), split, source)
            pair = [_find(folder, file) for file in source.files(split)]
        image_path, label_path = pair
        if image_path is None or label_path is None:
            raise DataError(_missing(folder, split, source))
        images, labels = _read_pair(image_path, label_path, source)
        class_names = source.class_names or _read_names(Path(root), folder, label_path, labels, split, source)
    except OSError as error:
        raise DataError(
            say("{path} cannot be read: {reason}.", path=str(error.filename or root), reason=_first_line(error))
        ) from error
    _check_labels(label_path, labels, len(class_names), need_each=split == "train")
    if source.transposed:
        images = images.transpose(1, 2).contiguous()
    return Dataset(images.unsqueeze(1), labels, class_names)


def _first_line(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    lines = text.strip().splitlines()
    return lines[0].rstrip(" .:") if lines else type(error).__name__


def _find_folder(root: Path, source: Source) -> Path:
    if source.torchvision:
        return root / source.torchvision / "raw"
    files = [file for split in SPLITS for file in source.files(split)]
    return root / "raw" if not any(_find(root, file) for file in files) and (root / "raw").is_dir() else root


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _missing(folder: Path, split: str, source: Source) -> Sentence:
    wanted = ", ".join(file for one in SPLITS for file in source.files(one))
    lacking = [file for file in source.files(split) if _find(folder, file) is None]
    if not source.torchvision:
        return say(
            "the folder {folder} has no {files}: put files in MNIST's format there ({all}; plain or .gz), or name "
            "another folder with --data or GAN_DATA.",
            folder=str(folder),
            files=Listing(lacking, "and no"),
            all=wanted,
        )
    return say(
        "no {source} under {folder}: put its four files there ({files}; plain or .gz), or name the folder that holds "
        "{inner} with --data or GAN_DATA.",
        source=source.torchvision,
        folder=str(folder),
        files=wanted,
        inner=f"{source.torchvision}/raw",
    )


def _fetch(root: Path, split: str, source: Source) -> None:
    # Slow to import, and needed only here
    from torchvision import datasets

    try:
        getattr(datasets, source.torchvision)(root, train=split == "train", download=True, **source.options)
    except Exception as error:  # torchvision raises whatever the network, the archive or its own parser gave
        folder = root / source.torchvision / "raw"
        raise DataError(
            say(
                "fetching {source} failed: {reason}; {why}.",
                source=source.torchvision,
                reason=_first_line(error),
                why=_missing(folder, split, source),
            )
        ) from error


def _read_pair(image_path: Path, label_path: Path, source: Source) -> tuple[Tensor, Tensor]:
    """The files of a split -> uint8 (N, 28, 28), int64 (N,), N at least 1."""
    images = _read_idx(image_path, 0x08, 3)
    if images.shape[1:] != (28, 28):
        height, width = images.shape[1:]
        raise DataError(
            say(
                "the file {file} holds images of {height} x {width}; they must be 28 x 28.",
                file=str(image_path),
                height=height,
                width=width,
            )
        )
    rows = _read_idx(label_path, 0x08 if source.label_dims == 1 else 0x0C, source.label_dims)
    if len(images) != len(rows) or not len(images):
        raise DataError(
            say(
                "the file {file} holds {count} images but {labels} {other} labels; there must be as many, and some.",
                file=str(image_path),
                count=len(images),
                labels=str(label_path),
                other=len(rows),
            )
        )
    if rows[:1].size == 0:
        raise DataError(
            say("the file {file} holds rows of no numbers; the first of each must be the label.", file=str(label_path))
        )
    labels = rows.reshape(len(rows), -1)[:, 0].astype(np.int64)
    return torch.from_numpy(images.astype(np.uint8, copy=False)), torch.from_numpy(labels)


def _read_idx(path: Path, kind: int, dims: int) -> np.ndarray:
    """Read an IDX file of TYPES[kind] with `dims` sizes (the count first), once its header and length are checked."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            data = bytearray(file.read())
    except (OSError, EOFError, zlib.error) as error:
        told = {"file": str(path), "reason": _first_line(error)}
        if path.suffix == ".gz":
            raise DataError(
                say("the file {file} cannot be read: {reason}; it must be a whole, readable IDX file, gzipped.", **told)
            ) from error
        raise DataError(
            say("the file {file} cannot be read: {reason}; it must be a whole, readable IDX file.", **told)
        ) from error
    size, magic = 4 + 4 * dims, (kind << 8) + dims
    if len(data) < size:
        raise DataError(
            say(
                "the file {file} is cut short: {size} bytes, fewer than its header's {least}.",
                file=str(path),
                size=len(data),
                least=size,
            )
        )
    found, *sizes = struct.unpack_from(f">{1 + dims}I", data)
    if found != magic:
        raise DataError(
            say(
                "the file {file} is not an IDX file of {count} dimension{s}: it begins with {found:#010x}, not "
                "{wanted:#010x}.",
                file=str(path),
                count=dims,
                s="s" * (dims > 1),
                found=found,
                wanted=magic,
            )
        )
    want, got = math.prod(sizes) * np.dtype(TYPES[kind]).itemsize, len(data) - size
    if got != want:
        raise DataError(
            say(
                "the file {file} holds {size} bytes of data where its header promises {wanted}: it is damaged or cut "
                "short.",
                file=str(path),
                size=got,
                wanted=want,
            )
        )
    return np.frombuffer(data, TYPES[kind], offset=size).reshape(sizes)


def _check_labels(path: Path, labels: Tensor, classes: int, *, need_each: bool) -> None:
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise DataError(
            say(
                "the file {file} holds the label {label}; labels must be 0 to {high}.",
                file=str(path),
                label=high if high >= classes else low,
                high=classes - 1,
            )
        )
    none = [label for label, count in enumerate(labels.bincount(minlength=classes).tolist()) if not count]
    if need_each and none:
        raise DataError(
            say(
                "the file {file} holds no image of class {classes}; labels must be 0 to {high}, each at least once.",
                file=str(path),
                classes=Listing(none),
                high=classes - 1,
            )
        )


def _read_names(
    root: Path, folder: Path, label_path: Path, labels: Tensor, split: str, source: Source
) -> tuple[str, ...]:
    """The names of a folder's classes; how many there are is for its training labels to say."""
    told_by = label_path
    if split != "train" and (training := _find(folder, source.files("train")[1])):
        told_by, labels = training, torch.from_numpy(_read_idx(training, 0x08, 1).astype(np.int64))
    count = int(labels.max()) + 1 if len(labels) else 0
    path = next((path for path in (folder / NAMES_FILE, root / NAMES_FILE) if path.is_file()), None)
    if path is None:
        return tuple(map(str, range(count)))
    try:
        names = tuple(line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip())
    except UnicodeDecodeError as error:
        raise DataError(
            say("the file {file} is not text in UTF-8; it must hold the name of a class on each line.", file=str(path))
        ) from error
    if len(names) != count:
        raise DataError(
            say(
                "the file {file} holds {own} names but {labels} labels up to {high}; there must be a name on each of "
                "{count} lines.",
                file=str(path),
                own=len(names),
                labels=str(told_by),
                high=count - 1,
                count=count,
            )
        )
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise DataError(
            say(
                "the file {file} holds the name {value} twice; each class needs its own.",
                file=str(path),
                value=repr(twice),
            )
        )
    return names
