"""A step taken in its halves, D alone or G alone, with D's opinion of one batch before and after."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from gan.training.adversaries import Adversaries

Opinion = dict[str, float | None]


def step_d(adversaries: Adversaries) -> tuple[Opinion, Opinion]:
    """One step of D on the next batch, G standing still -> its opinion of that batch before and after."""
    ours = adversaries
    ours.set_lr()
    rng = ours.make_step_rng()
    real, y = ours.take()
    with torch.no_grad():
        fake = ours.forge(y, rng)
    before = ask(ours, real, fake, y)
    ours.learn_d(real, fake, y, rng)
    ours.images += ours.config.batch
    return before, ask(ours, real, fake, y)


def step_g(adversaries: Adversaries) -> tuple[Opinion, Opinion]:
    """One step of G, D standing still -> D's opinion of what G makes of one batch of z before and after."""
    ours = adversaries
    ours.set_lr()
    rng = ours.make_step_rng()
    real, y = ours.take()
    fake = ours.forge(y, rng)
    before = ask(ours, real, fake.detach(), y)
    of_real, _ = _judge(ours, real, fake.detach(), y)
    ours.learn_g(fake, y, of_real, rng)
    with torch.no_grad(), _leaving_no_trace(ours.g):
        better = ours.forge(y, ours.make_step_rng())  # the same z once more
    after = ask(ours, real, better, y)
    ours.follow()
    return before, after


def ask(adversaries: Adversaries, real: Tensor, fake: Tensor, y: Tensor) -> Opinion:
    """What D thinks of these: mean probabilities "real" (None for a critic), mean logits, share ranked right."""
    of_real, of_fake = _judge(adversaries, real, fake, y)
    p_real, p_fake = adversaries.loss.verdict(real=of_real, fake=of_fake)
    values = {
        "real": p_real.mean(),
        "fake": p_fake.mean(),
        "logit_real": of_real.mean(),
        "logit_fake": of_fake.mean(),
        "won": (of_real > of_fake).float().mean(),
    }
    return {name: round_finite(float(value)) for name, value in values.items()}


@torch.no_grad()
def _judge(adversaries: Adversaries, real: Tensor, fake: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """D's logits of real and forged images, each (B,), in the batches that D learns on."""
    with _leaving_no_trace(adversaries.d):
        logits, _ = adversaries.ask(torch.cat([real, fake]), y)
    of_real, of_fake = logits.chunk(2)
    return of_real, of_fake


@contextmanager
def _leaving_no_trace(network: nn.Module) -> Iterator[None]:
    """Put BatchNorm's running statistics back: to ask is not to learn."""
    kept = [(buffer, buffer.clone()) for buffer in network.buffers()]
    try:
        yield
    finally:
        for buffer, before in kept:
            buffer.copy_(before)


def round_finite(value: float) -> float | None:
    """To 5 places, as the page is told; None for what is no finite number."""
    return round(value, 5) if math.isfinite(value) else None
