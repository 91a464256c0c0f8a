"""What a dataset is once it is read, the errors of reading one, and grey levels as numbers.

This file alone turns uint8 0..255 into float32 [-1, 1] (ink = +1) and back.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gan.errors import Refusal

SIDE = 28
SPLITS = ("train", "test")
DIGITS = tuple("0123456789")


class DataError(Refusal):
    """The data is missing or damaged; the message says which file, what is wrong, and what would be right."""


class MissingDataError(DataError):
    """Nothing that can be read, or not that split, lies there. `fetch`: torchvision may bring what is missing."""

    def __init__(self, message: str, *, fetch: bool = False) -> None:
        super().__init__(message)
        self.fetch = fetch


class MixedDataError(DataError):
    """Several datasets lie there, and nobody said which is meant."""


@dataclass(frozen=True)
class Dataset:
    """images uint8 (N, 1, 28, 28), 0 = paper, 255 = ink; labels int64 (N,); class_names one for each label value.

    Attributes:
        layout: what was found, in words; "" for one that was not read from files.
        files: where its pictures lie.
        notices: what had to be changed or is strange about them, a sentence each.
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    layout: str = ""
    files: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def to_float(images: Tensor) -> Tensor:
    """uint8 0..255 -> float32 [-1, 1]."""
    return images.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: Tensor) -> Tensor:
    """Float [-1, 1] -> uint8 0..255, rounded to the nearest grey level; values outside are clamped."""
    return images.detach().float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def first_line(error: Exception) -> str:
    """What an error says, in one line without its full stop."""
    text = getattr(error, "strerror", None) or str(error)
    lines = text.strip().splitlines()
    return lines[0].rstrip(" .:") if lines else type(error).__name__
