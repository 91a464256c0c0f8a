"""What a run will be, known before any data is read: the config resolved, what it comes to, and what cannot train."""

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from gan.config import Config, get_preset, override
from gan.errors import Refusal, say
from gan.losses import get_loss
from gan.models import DiscriminatorNetwork, build_discriminator, build_generator

MAX_MOMENTS = 24
FIRST_MOMENT = 1 / 2000  # of the run: the first snapshot after that of the untrained G


class TrainingError(Refusal):
    """A run cannot be, or cannot go on; the message is one sentence that says why and what would help."""


def resolve_config(preset: str, given: dict[str, Any]) -> Config:
    """The preset with the settings that were given, checked; ConfigError says what does not fit."""
    config = override(get_preset(preset), **given)
    if config.unconditional:  # there is nothing to compare between classes that nobody is told
        config = replace(
            config,
            num_classes=1,
            style_weight=given.get("style_weight", 0.0),
            mismatch=given.get("mismatch", 0.0),
        )
    return config.validate()


def check_plan(config: Config, d: DiscriminatorNetwork) -> None:
    """Refuse networks and objectives that cannot go together: TrainingError, one sentence."""
    if not d.batch_statistics:
        return
    if get_loss(config.loss).penalised:
        raise TrainingError(
            say(
                "{loss}'s gradient penalty asks for the gradient of each image's own logit, and BatchNorm in the "
                "discriminator {value} mixes the batch; use --discriminator strided, or another --loss.",
                loss=config.loss,
                value=repr(config.discriminator),
            )
        )
    if config.gamma:
        raise TrainingError(
            say(
                "R1 and R2 ask for the gradient of each image's own logit, and BatchNorm in the discriminator {value} "
                "mixes the batch; use --discriminator strided, or --gamma 0.",
                value=repr(config.discriminator),
            )
        )


def describe_plan(config: Config) -> dict[str, str]:
    """What a config comes to, before any data is read: sizes of the networks, length, snapshots. TrainingError."""
    with torch.device("meta"):
        g, d = build_generator(config), build_discriminator(config)
    check_plan(config, d)
    moments = list_moments(config, g)
    length = f"{config.minutes} minutes" if config.images is None else f"{-(-config.images // config.batch):,} batches"
    return {
        "G": f"{config.generator}, {sum(p.numel() for p in g.parameters()):,} parameters",
        "D": f"{config.discriminator}, {sum(p.numel() for p in d.parameters()):,} parameters",
        "length": length,
        "history": f"{len(moments) + 1 if moments else 0} snapshots of G, log-spaced",
    }


def list_moments(config: Config, g: nn.Module) -> list[float]:
    """Fractions of the run, log-spaced to its end, at which a snapshot of G is kept: as many as `history_mb` holds."""
    size = 2 * sum(value.numel() for value in g.state_dict().values()) + 8192  # half precision, and the header
    count = min(MAX_MOMENTS, int(config.history_mb * 1e6) // size) - 1  # one is the untrained G
    if count < 2:
        return [1.0] * max(count, 0)
    return [FIRST_MOMENT ** (1 - k / (count - 1)) for k in range(count)]


def get_fraction(config: Config, *, images: int, seconds: float) -> float:
    """How much of the budget is spent after so many images and seconds, 0 to 1."""
    if config.minutes is not None:
        return min(1.0, seconds / (60 * config.minutes))
    assert config.images is not None  # validated: a run has one budget or the other
    return min(1.0, images / config.images)


def get_gamma(config: Config, fraction: float) -> float:
    """The penalties' weight there: from gamma to gamma_end, geometrically over the run."""
    first, last = config.gamma, config.gamma_end
    return first if last is None else first * (last / first) ** fraction


def get_lr(config: Config, fraction: float) -> float:
    """The learning rate there: lr, and from `decay_from` on falling to zero in a line."""
    first = config.decay_from
    left = 1.0 if first >= 1 else (1 - fraction) / (1 - first)
    return config.lr * min(1.0, left)
