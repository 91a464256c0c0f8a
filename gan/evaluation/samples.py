"""Digits to be judged: drawn from a generator, or read from an .npz that any other project can write."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan.data import DIGITS, to_uint8
from gan.drawing.batches import draw_images
from gan.drawing.generator import Generator
from gan.errors import Refusal

__all__ = ["SampleError", "Samples", "check_samples", "draw_samples", "read_samples"]

FORM = "an .npz with `images`, uint8 (N, 28, 28), ink 255 on paper 0, and `labels`, integers 0..{last} (N,)"


class SampleError(Refusal):
    """The samples cannot be judged; str() is a sentence for people."""


@dataclass(frozen=True)
class Samples:
    """Labelled digits as they would be saved.

    Attributes:
        images: uint8, (N, 1, 28, 28).
        labels: int64, (N,), 0..C - 1: the class asked for; all 0 where none could be.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Samples:
        """The first `count` of them."""
        return Samples(self.images[:count], self.labels[:count])

    def shuffled(self, seed: int) -> Samples:
        """The same digits in an order that `seed` decides, so that the first n are a fair draw."""
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))
        return Samples(self.images[order], self.labels[order])


def read_samples(path: Path, least: int, class_names: Sequence[str] = DIGITS) -> Samples:
    """Read and check an .npz of samples of these classes. Nothing is unpickled.

    Raises:
        SampleError: see `check_samples`; or the file is missing, damaged, or lacks an array.
    """
    if not path.is_file():
        raise SampleError(f"There is no file {path}.")
    form = FORM.format(last=len(class_names) - 1)
    try:
        with path.open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise SampleError(f"the file {path} holds a single array; wanted is {form}.")
            missing = [name for name in ("images", "labels") if name not in file]
            if missing:
                there = ", ".join(sorted(file)) or "none"
                raise SampleError(
                    f"the file {path} has no {' and no '.join(missing)} (arrays: {there}); wanted is {form}."
                )
            return check_samples(file["images"], file["labels"], least, str(path), class_names)
    except SampleError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise SampleError(f"the file {path} cannot be read ({error}); wanted is {form}.") from None


def check_samples(
    images: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    least: int,
    name: str,
    class_names: Sequence[str] = DIGITS,
) -> Samples:
    """Arrays of anyone's making -> Samples.

    Args:
        images: (N, 28, 28) or (N, 1, 28, 28); uint8 0..255, or floats in [-1, 1]; ink is the high end.
        labels: integers 0..C - 1, (N,).
        least: the fewest samples that the metrics can do with.
        name: for the sentence when something is wrong.
        class_names: what the C classes are called.

    Raises:
        SampleError: another shape, type or range, NaN, labels that do not fit, too few, or a class with none.
    """
    count = len(class_names)
    if not (images.ndim in (3, 4) and images.shape[-2:] == (28, 28) and images.shape[1:-2] in ((), (1,))):
        raise SampleError(f"{name}: images have the shape {images.shape}; wanted is (N, 28, 28) or (N, 1, 28, 28).")
    if labels.shape != (len(images),):
        raise SampleError(
            f"{name}: labels have the shape {labels.shape} beside {len(images)} images; wanted is one each."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise SampleError(f"{name}: labels are {labels.dtype}; wanted are integers 0..{count - 1}.")
    if len(images) < least:
        raise SampleError(f"{name}: {len(images)} samples are too few for these metrics; {least} are the least.")
    if labels.min() < 0 or labels.max() >= count:
        raise SampleError(f"{name}: labels run from {labels.min()} to {labels.max()}; wanted are 0..{count - 1}.")
    missing = [class_names[label] for label in sorted(set(range(count)) - set(np.unique(labels).tolist()))]
    if missing:
        raise SampleError(f"{name}: no sample of class {', '.join(missing)}; each of 0..{count - 1} is needed.")
    pixels = torch.from_numpy(_to_bytes(images, name)).reshape(-1, 1, 28, 28)
    return Samples(pixels, torch.from_numpy(labels.astype(np.int64)))


def _to_bytes(images: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    if images.dtype == np.uint8:
        if images.max() <= 1:
            raise SampleError(f"{name}: no pixel is above 1; wanted is uint8 with ink 255 on paper 0.")
        pixels = images
    elif np.issubdtype(images.dtype, np.floating):
        if not np.isfinite(images).all():
            bad = int((~np.isfinite(images)).any(axis=tuple(range(1, images.ndim))).sum())
            raise SampleError(f"{name}: {bad} images hold NaN or infinite pixels.")
        low, high = float(images.min()), float(images.max())
        if low < -1.001 or high > 1.001:
            raise SampleError(f"{name}: pixels run from {low:g} to {high:g}; floats are wanted in [-1, 1].")
        if low >= 0:
            raise SampleError(
                f"{name}: floats are wanted in [-1, 1] with paper at -1, and none of these is below 0; "
                f"if they are in [0, 1], save 2 * images - 1, or uint8."
            )
        pixels = to_uint8(torch.from_numpy(images.astype(np.float32))).numpy()
    else:
        raise SampleError(f"{name}: images are {images.dtype}; wanted is uint8 0..255, or floats in [-1, 1].")
    if pixels.mean() > 127.5:
        raise SampleError(f"{name}: more ink than paper (mean {pixels.mean():.0f}); wanted is ink 255 on paper 0.")
    return np.ascontiguousarray(pixels)


def draw_samples(
    generator: Generator, labels: Tensor, *, seed: int, truncation: float = 1.0, title: str = "drawing"
) -> Samples:
    """One image for each of labels (N,); sample i is the one that (seed, i) names all over this project."""
    return Samples(draw_images(generator, labels, seed=seed, truncation=truncation, title=title), labels)
