"""MNIST-format data through torchvision, held whole in memory as one uint8 tensor.

60,000 digits are 47 MB: a batch is an index, not a loader with workers. This file alone turns uint8 0..255 into
float32 [-1, 1] (ink = +1) and back.

    python -c "from gan.data import load_dataset; print(load_dataset('data', 'train').images.shape)"
"""

import gzip
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
DEFAULT_ROOT = "data"


class DataError(ValueError):
    """The data is missing or damaged; the message says which file, what is wrong, and what would be right."""


@dataclass(frozen=True)
class Dataset:
    """images uint8 (N, 1, 28, 28), 0 = paper, 255 = ink; labels int64 (N,); class_names one for each label value."""

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def to_float(images: Tensor) -> Tensor:
    """uint8 0..255 -> float32 [-1, 1]."""
    return images.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: Tensor) -> Tensor:
    """Float [-1, 1] -> uint8 0..255, rounded to the nearest grey level; values outside are clamped."""
    return images.detach().float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def get_root(given: str | None = None) -> Path:
    """The data root: the one given, else the environment's GAN_DATA, else ./data."""
    return Path(given or os.environ.get("GAN_DATA") or DEFAULT_ROOT).expanduser()


def load_dataset(root: str | Path, split: str = "train", *, download: bool = False) -> Dataset:
    """Read a split ("train" or "test") of MNIST below `root` (torchvision's layout, root/MNIST/raw, plain or .gz).

    With `download`, missing files are fetched by torchvision. Raises DataError, in one sentence, when the files are
    missing, damaged, or do not belong together.
    """
    if split not in FILES:
        raise DataError(f"unknown split {split!r}: there are {', '.join(FILES)}")
    # slow to import, and needed only here
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import extract_archive

    raw = Path(root) / "MNIST" / "raw"
    if all(_find(raw, name) for name in FILES[split]):
        _check_pair(raw, *FILES[split])
    everything = [name for pair in FILES.values() for name in pair]
    try:
        for name in everything:
            packed = raw / f"{name}.gz"
            if packed.is_file() and not (raw / name).is_file():
                extract_archive(str(packed), str(raw))
        here = all((raw / name).is_file() for name in everything)  # torchvision wants all four, for either split
        if not here and not download:
            raise DataError(_missing(raw))
        data = MNIST(str(root), train=split == "train", download=not here)
    except (RuntimeError, OSError, EOFError) as error:
        raise DataError(f"{_missing(raw)} (Fetching or unpacking it failed: {_first_line(error)}.)") from error
    names = tuple(name.split(" ")[0] for name in MNIST.classes)
    return Dataset(data.data.unsqueeze(1), data.targets.to(torch.int64), names)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0].rstrip(" .:") if text else type(error).__name__


def _missing(raw: Path) -> str:
    names = ", ".join(name for pair in FILES.values() for name in pair)
    return (
        f"no MNIST under {raw}: put its four files there ({names}; plain or .gz), or name the folder above with "
        "--data or GAN_DATA."
    )


def _find(raw: Path, name: str) -> Path | None:
    return next((path for path in (raw / name, raw / f"{name}.gz") if path.is_file()), None)


def _read_header(path: Path, dims: int) -> tuple[int, ...]:
    """Check an IDX file's magic number and length, and return its sizes (count first)."""
    opener = gzip.open if path.suffix == ".gz" else open
    size = 4 + 4 * dims
    try:
        with opener(path, "rb") as file:
            head = file.read(size)
            if len(head) < size:
                raise DataError(f"the file {path} is cut short: {len(head)} bytes, fewer than its header's {size}.")
            magic, *sizes = struct.unpack(f">{1 + dims}I", head)
            if magic != 0x800 + dims:
                raise DataError(
                    f"the file {path} is not an IDX file of {dims} dimensions: it begins with {magic:#010x}, "
                    f"not {0x800 + dims:#010x}."
                )
            want = 1
            for one in sizes:
                want *= one
            got = path.stat().st_size - size if path.suffix != ".gz" else len(file.read())
    except (OSError, EOFError) as error:
        raise DataError(f"the file {path} cannot be read: {_first_line(error)}.") from error
    if got != want:
        raise DataError(
            f"the file {path} holds {got} bytes of data where its header promises {want}: it is damaged or cut short."
        )
    return tuple(sizes)


def _check_pair(raw: Path, images: str, labels: str) -> None:
    image_path, label_path = _find(raw, images), _find(raw, labels)
    if image_path is None or label_path is None:
        raise DataError(_missing(raw))
    count, height, width = _read_header(image_path, 3)
    (label_count,) = _read_header(label_path, 1)
    if (height, width) != (28, 28):
        raise DataError(f"the file {image_path} holds images of {height} x {width}; they must be 28 x 28.")
    if count != label_count or not count:
        raise DataError(
            f"the file {image_path} holds {count} images but {label_path} {label_count} labels; "
            "there must be as many, and some."
        )
    opener = gzip.open if label_path.suffix == ".gz" else open
    with opener(label_path, "rb") as file:
        top = max(file.read()[8:])
    if top > 9:
        raise DataError(f"the file {label_path} holds the label {top}; labels must be 0 to 9.")
