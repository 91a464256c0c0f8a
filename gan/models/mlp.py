"""The lessons' dense networks: pixels as one long vector, with BatchNorm in G (`mlp-batchnorm`) and without (`mlp`).

Notable choices
- G ends in a tanh, for images in [-1, 1] as everywhere in this project; lessons with images in [0, 1] end in a sigmoid,
  which is the same curve on that scale: (tanh(a / 2) + 1) / 2 = sigmoid(a).
- A Linear layer before BatchNorm has no bias: BatchNorm would subtract it.
- D gives a logit; the sigmoid of the lessons is in the loss.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from gan.config import Config
from gan.models.conditioning import (
    CLASS_DIM,
    PIXELS,
    ConcatenatingGenerator,
    FlatteningDiscriminator,
    make_embedding,
)
from gan.models.norm import BatchNorm1d
from gan.models.registry import DISCRIMINATORS, GENERATORS, DiscriminatorNetwork, GeneratorNetwork, register

LEAK = 0.2


def make_layers(widths: Sequence[int], *, batch_norm: bool) -> nn.Sequential:
    """Blocks Linear, BatchNorm, ReLU, or Linear, LeakyReLU(0.2): x (N, widths[0]) -> (N, widths[-1])."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        if batch_norm:
            layers += [nn.Linear(before, after, bias=False), BatchNorm1d(after), nn.ReLU(inplace=True)]
        else:
            layers += [nn.Linear(before, after), nn.LeakyReLU(LEAK, inplace=True)]
    return nn.Sequential(*layers)


class MLPGenerator(ConcatenatingGenerator):
    """Dense layers of the given widths, then one to 784 pixels."""

    def __init__(self, z_dim: int, num_classes: int, widths: Sequence[int], *, batch_norm: bool) -> None:
        super().__init__(z_dim, num_classes)
        self.layers = make_layers([self.w_dim, *widths], batch_norm=batch_norm)
        self.paint = nn.Linear(widths[-1], PIXELS)

    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
        return torch.tanh(self.paint(self.layers(w))).view(-1, 1, 28, 28)


class MLPDiscriminator(FlatteningDiscriminator):
    """Dense layers of the given widths over the pixels and the class's embedding, then one to a logit."""

    def __init__(self, num_classes: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.embed = make_embedding(num_classes, CLASS_DIM, norm=PIXELS**0.5)
        self.layers = make_layers([PIXELS + CLASS_DIM, *widths], batch_norm=False)
        self.out = nn.Linear(widths[-1], 1)

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h pixels (N, 784), y int64 (N,) -> logits (N,)."""
        h = self.layers(torch.cat([h, self.embed(y)], dim=1))
        with torch.autocast(h.device.type, enabled=False):  # a logit needs more than bf16's 8 bits
            return self.out(h.float())[:, 0]


@register(GENERATORS, "mlp-batchnorm")
def build_with_batch_norm(config: Config) -> GeneratorNetwork:
    """Four blocks Linear, BatchNorm, ReLU of widths 128-256-512-1024, from the config's z_dim and num_classes."""
    return MLPGenerator(config.z_dim, config.num_classes, (128, 256, 512, 1024), batch_norm=True)


@register(GENERATORS, "mlp")
def build(config: Config) -> GeneratorNetwork:
    """Three blocks Linear, LeakyReLU(0.2) of widths 256-512-1024, from the config's z_dim and num_classes."""
    return MLPGenerator(config.z_dim, config.num_classes, (256, 512, 1024), batch_norm=False)


@register(DISCRIMINATORS, "mlp")
def build_discriminator(config: Config) -> DiscriminatorNetwork:
    """Three blocks Linear, LeakyReLU(0.2) of widths 512-256-128, from the config's num_classes."""
    return MLPDiscriminator(config.num_classes, (512, 256, 128))
