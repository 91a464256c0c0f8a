"""Made digits: a small stand-in for MNIST, drawn with strokes, in MNIST's folders and IDX files.

Ten classes that a small classifier tells apart, each digit with its own slant, size, place and stroke
thickness; the same seed writes the same bytes. Tests use it where the real data is not at hand; nothing in it
is MNIST's.

    from tests.made_digits import write_mnist
    write_mnist(Path("somewhere"))    # then torchvision.datasets.MNIST("somewhere") reads it
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Points of an ellipse's arc, angles in degrees, clockwise from three o'clock (y grows downwards)."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


# The strokes of each digit in a box of x, y in [-1, 1], y downwards.
STROKES: tuple[list[list[Point]], ...] = (
    [_arc(0, 0, 0.55, 1, 0, 360)],
    [[(-0.3, -0.6), (0.1, -1), (0.1, 1)]],
    [[*_arc(0, -0.45, 0.55, 0.55, 180, 390), (-0.6, 1), (0.65, 1)]],
    [[*_arc(-0.05, -0.5, 0.5, 0.5, 200, 450), *_arc(-0.05, 0.5, 0.6, 0.5, 270, 520)]],
    [[(0.25, 1), (0.25, -1), (-0.65, 0.35), (0.65, 0.35)]],
    [[(0.55, -1), (-0.4, -1), (-0.45, -0.1), *_arc(-0.05, 0.4, 0.6, 0.6, 235, 500)]],
    [[(0.35, -1), *_arc(0, 0.45, 0.52, 0.55, 180, 540)]],
    [[(-0.6, -1), (0.6, -1), (-0.1, 1)]],
    [_arc(0, -0.5, 0.45, 0.5, 90, 450), _arc(0, 0.5, 0.55, 0.5, -90, 270)],
    [[*_arc(0, -0.45, 0.52, 0.55, 0, 360), (0.35, 1)]],
)

SIDE = 28
# Drawn this much larger, then averaged down: grey edges as a scanner gives them.
OVERSAMPLE = 4


def draw_digit(digit: int, rng: np.random.Generator) -> np.ndarray:
    """One digit as uint8 (28, 28), ink 255 on 0, in a handwriting drawn from ``rng``."""
    slant = math.tan(math.radians(rng.uniform(-12, 22)))
    height = rng.uniform(8.5, 10)
    width = height * rng.uniform(0.75, 1.05)
    dx, dy = rng.uniform(-1, 1, size=2)
    thickness = rng.uniform(1.8, 3.2)
    canvas = Image.new("L", (SIDE * OVERSAMPLE, SIDE * OVERSAMPLE))
    pen = ImageDraw.Draw(canvas)
    radius = thickness * OVERSAMPLE / 2
    for stroke in STROKES[digit]:
        points = [
            (
                (SIDE / 2 + dx + width * x - slant * height * y) * OVERSAMPLE,
                (SIDE / 2 + dy + height * y) * OVERSAMPLE,
            )
            for x, y in stroke
        ]
        pen.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX))


def make_digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` digits, every class equally often: images uint8 (N, 28, 28) and labels uint8 (N,)."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    return np.stack([draw_digit(int(label), rng) for label in labels]), labels


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an IDX file: two zero bytes, the type (8 uint8, 12 int32), the rank, big-endian sizes, the numbers."""
    kind = {"uint8": 8, "int32": 12}[array.dtype.name]
    header = bytes([0, 0, kind, array.ndim]) + np.asarray(array.shape, ">u4").tobytes()
    path.write_bytes(header + array.astype(array.dtype.newbyteorder(">")).tobytes())


def write_mnist(root: Path, *, train: int = 600, test: int = 200, seed: int = 0) -> Path:
    """Write both splits below ``root`` as torchvision's MNIST expects them, and return ``root``."""
    write_files(root / "MNIST" / "raw", train=train, test=test, seed=seed)
    return root


def write_files(folder: Path, *, train: int = 600, test: int = 200, seed: int = 0, classes: int = 10) -> Path:
    """Write both splits as MNIST's four files into ``folder``, the first ``classes`` digits alone; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for offset, (prefix, count) in enumerate((("train", train), ("t10k", test))):
        images, labels = make_digits(count, seed + offset)
        kept = labels < classes
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images[kept])
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", labels[kept])
    return folder


# Where torchvision wants each dataset: its folder, and what the files of the two splits begin with.
LAYOUTS = {
    "mnist": ("MNIST", "train", "t10k"),
    "fashion-mnist": ("FashionMNIST", "train", "t10k"),
    "kmnist": ("KMNIST", "train", "t10k"),
    "qmnist": ("QMNIST", "qmnist-train", "qmnist-test"),
    "emnist-digits": ("EMNIST", "emnist-digits-train", "emnist-digits-test"),
}


def write_like(root: Path, name: str, *, train: int = 60, test: int = 40, seed: int = 0) -> Path:
    """Write made digits below ``root`` in the files of a dataset of LAYOUTS, quirks included; return ``root``.

    EMNIST's images lie on their side; QMNIST's labels are rows of eight int32, the digit first.
    """
    folder, *prefixes = LAYOUTS[name]
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    for offset, (prefix, count) in enumerate(zip(prefixes, (train, test), strict=True)):
        images, labels = make_digits(count, seed + offset)
        write_idx(raw / f"{prefix}-images-idx3-ubyte", images.swapaxes(1, 2) if folder == "EMNIST" else images)
        if folder == "QMNIST":
            others = np.arange(count)[:, None] * 100 + np.arange(7)
            write_idx(raw / f"{prefix}-labels-idx2-int", np.column_stack([labels, others]).astype(np.int32))
        else:
            write_idx(raw / f"{prefix}-labels-idx1-ubyte", labels)
    return root


def write_csv(path: Path, images: np.ndarray, labels: np.ndarray | None, *, head: str = "kaggle") -> Path:
    """Write a table of pictures: ``head`` is "kaggle" (pixel0...), "grid" (1x1...) or "" for none."""
    names = [f"{y}x{x}" for y in range(1, 29) for x in range(1, 29)] if head == "grid" else []
    names = names or [f"pixel{place}" for place in range(784)]
    rows = images.reshape(len(images), -1)
    if labels is not None:
        names, rows = ["label", *names], np.column_stack([labels, rows])
    lines = [",".join(names)] if head else []
    lines += [",".join(f"{value:g}" for value in row) for row in rows.tolist()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def write_pictures(folder: Path, images: np.ndarray, labels: np.ndarray, names: Sequence[str] = "0123456789") -> Path:
    """Write a folder a class with a PNG a picture, as torchvision's ImageFolder reads them."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        inner = folder / names[int(label)]
        inner.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(inner / f"{number:05d}.png")
    return folder
