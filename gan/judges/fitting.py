"""How a DigitNet is trained: the shipped one (`gan.fit_classifier`), and those of `gan.evaluation.cas`.

AdamW, one cycle of the learning rate, optional small random shifts, turns, scalings, and the moving average
of the weights as the result. Nothing looks at a test set and nothing stops early. Same seed, same machine,
same number of threads: same weights. bfloat16 is used where the processor multiplies in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from gan.data import to_float
from gan.judges.classifier import Classifier, DigitNet

__all__ = ["Schedule", "accuracy", "fit"]


@dataclass(frozen=True)
class Schedule:
    """One training of the reader, from first to last step.

    Attributes:
        epochs: passes over the digits.
        batch: digits a step.
        peak_lr: AdamW's learning rate at the top of its cycle (Smith & Topin 2017, arXiv:1708.07120).
        weight_decay: AdamW's.
        dropout: share of the features dropped.
        ema: decay of the moving average of the weights, a step; less in a run so short that it would span more
            than a tenth of it.
        shift: largest random shift, px.
        turn: largest random rotation, degrees.
        scale: largest random change of size, a share.
        shear: largest random shear, a share.
    """

    epochs: int = 20
    batch: int = 128
    peak_lr: float = 3e-3
    weight_decay: float = 0.02
    dropout: float = 0.3
    ema: float = 0.995
    shift: float = 2.0
    turn: float = 10.0
    scale: float = 0.1
    shear: float = 0.1


def _fast_dtype(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the hardware multiplies in it; elsewhere on a CPU it would be slower than float32."""
    if device.type == "cuda":
        return torch.bfloat16
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else None


def _jitter(images: Tensor, schedule: Schedule, rng: torch.Generator) -> Tensor:
    """Each of (N, 1, 28, 28) moved, turned, scaled and sheared by its own small random amount."""

    def spread(limit: float) -> Tensor:
        return (torch.rand(len(images), generator=rng) * 2 - 1) * limit

    angle, size, shear = (
        spread(math.radians(schedule.turn)),
        1 + spread(schedule.scale),
        spread(schedule.shear),
    )
    right, down = spread(schedule.shift / 14), spread(schedule.shift / 14)  # affine_grid: 28 px span [-1, 1]
    cos, sin = size * angle.cos(), size * angle.sin()
    rows = [torch.stack([cos, shear - sin, right], dim=1), torch.stack([sin, cos, down], dim=1)]
    grid = F.affine_grid(torch.stack(rows, dim=1).to(images.device), list(images.shape), align_corners=False)
    # Outside is paper, which is -1: shifted by one so that grid_sample's zeros are paper.
    return F.grid_sample(images + 1, grid, align_corners=False) - 1


def fit(
    images: Tensor,
    labels: Tensor,
    schedule: Schedule,
    *,
    seed: int,
    classes: int = 10,
    device: torch.device | str = "cpu",
    title: str = "training",
    quiet: bool = False,
) -> Classifier:
    """Train a fresh DigitNet.

    Args:
        images: uint8, (N, 1, 28, 28), N at least one batch.
        labels: int64, (N,), 0..C - 1.
        schedule: how.
        seed: decides initial weights, order, jitter and dropout.
        classes: C.
        device: where.
        title: of the progress bar.
        quiet: no progress bar.

    Returns:
        The classifier with averaged weights; meta is empty.

    Raises:
        ValueError: fewer images than one batch.
    """
    steps = len(images) // schedule.batch
    if steps == 0:
        raise ValueError(f"Training needs at least one batch of {schedule.batch} images; there are {len(images)}.")
    device = torch.device(device)
    dtype = _fast_dtype(device)
    rng = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        # Channels last: the layout in which CPU and GPU convolutions run without reordering.
        network = DigitNet(schedule.dropout, classes).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        decay = min(schedule.ema, 1 - 10 / max(10, steps * schedule.epochs))
        average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
        optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.peak_lr, weight_decay=schedule.weight_decay)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, schedule.peak_lr, total_steps=steps * schedule.epochs, pct_start=0.2
        )
        jitters = max(schedule.shift, schedule.turn, schedule.scale, schedule.shear) > 0
        with tqdm(total=steps * schedule.epochs, desc=title, unit="step", leave=False, disable=quiet) as bar:
            for _ in range(schedule.epochs):
                order = torch.randperm(len(images), generator=rng)
                for chosen in order[: steps * schedule.batch].split(schedule.batch):
                    batch = to_float(images[chosen].to(device))
                    if jitters:
                        batch = _jitter(batch, schedule, rng)
                    batch = batch.contiguous(memory_format=torch.channels_last)
                    with torch.autocast(device.type, dtype, enabled=dtype is not None):
                        logits = network(batch)
                    loss = F.cross_entropy(logits.float(), labels[chosen].to(device))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    cycle.step()
                    average.update_parameters(network)
                    bar.update()
    trained: nn.Module = average.module
    assert isinstance(trained, DigitNet)
    trained.eval().requires_grad_(False)
    return Classifier(network=trained.to(memory_format=torch.contiguous_format), meta={})  # type: ignore[call-overload]


def accuracy(classifier: Classifier, images: Tensor, labels: Tensor) -> float:
    """Share of uint8 images (N, 1, 28, 28) read as labelled, 0..1."""
    _, logits = classifier.observe(to_float(images))
    return (logits.argmax(dim=1) == labels).double().mean().item()
