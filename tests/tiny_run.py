"""A finished run of a very small GAN on made digits, as train.py leaves it, in a few seconds."""

from pathlib import Path

import torch

from gan.store import index
from gan.train import main

SIZES = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "16", "--precision", "fp32"]


def make_run(root: Path, out: Path, *more: str, images: int = 1600) -> Path:
    """Train on the digits below `root` into `out`, and return `out`; `more` are options of train.py."""
    before = torch.get_num_threads()
    length = ["--images", str(images), "--watch-every", "400", "--history-mb", "0.15"]
    words = ["--data", str(root), "--out", str(out), "--device", "cpu", "--threads", "1", "--no-tensorboard"]
    try:
        assert main([*words, *SIZES, *length, *more]) == 0
    finally:
        torch.set_num_threads(before)
    return out


def release(run: Path, name: str) -> None:
    """Take the run's weights into checkpoints/ under that name."""
    index.add(run / "model.safetensors", name, "a run of a test")
