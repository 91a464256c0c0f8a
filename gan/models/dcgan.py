"""DCGAN: transposed convolutions in G, strided ones in D, BatchNorm in both.

Radford et al. 2016, arXiv:1511.06434, section 3, brought from 64 x 64 to 28 x 28: G paints 7 -> 14 -> 28.

Notable choices
- As in the paper: no BatchNorm on G's output and D's input, ReLU in G and LeakyReLU(0.2) in D, weights from N(0, 0.02).
- A convolution before BatchNorm has no bias: BatchNorm would subtract it.
- The class joins z in G, and is a second plane of the image in D (Mirza & Osindero 2014).
- D's BatchNorm ties a batch together: real and fake must come in batches of their own, and the gradient of one image's
  logit is not its own (`batch_statistics`).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.config import Config
from gan.models.conditioning import PIXELS, ConcatenatingGenerator, FlatteningDiscriminator
from gan.models.folded import convolve_planes, fold_up, unproject
from gan.models.norm import BatchNorm2d
from gan.models.registry import DISCRIMINATORS, GENERATORS, DiscriminatorNetwork, GeneratorNetwork, register

LEAK = 0.2


def init_weights(network: nn.Module) -> None:
    """Weights of all convolutions from N(0, 0.02), biases zero. Radford et al. 2016, section 4."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class DCGANGenerator(ConcatenatingGenerator):
    """Three transposed convolutions, to 256 channels at 7 x 7, 128 at 14 x 14 and the image."""

    def __init__(self, z_dim: int, num_classes: int) -> None:
        super().__init__(z_dim, num_classes)
        self.conv1 = nn.ConvTranspose2d(self.w_dim, 256, 7, bias=False)
        self.norm1 = BatchNorm2d(256)
        self.conv2 = nn.ConvTranspose2d(256, 128, 4, stride=2, padding=1, bias=False)
        self.norm2 = BatchNorm2d(128)
        self.paint = nn.ConvTranspose2d(128, 1, 4, stride=2, padding=1)
        init_weights(self)

    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
        x = F.relu(self.norm1(unproject(self.conv1, w)))  # (N, 256, 7, 7)
        x = F.relu(self.norm2(self.conv2(x)))  # (N, 128, 14, 14)
        return torch.tanh(fold_up(self.paint, x))  # (N, 1, 28, 28)


class DCGANDiscriminator(FlatteningDiscriminator):
    """Images, and classes as a plane, -> logits, through convolutions of 64, 128, 256 and 1 channels."""

    batch_statistics = True

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(num_classes, PIXELS)
        self.conv1 = nn.Conv2d(2, 64, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(64, 128, 4, stride=2, padding=1, bias=False)
        self.norm2 = BatchNorm2d(128)
        self.conv3 = nn.Conv2d(128, 256, 4, stride=2, padding=1, bias=False)
        self.norm3 = BatchNorm2d(256)
        self.out = nn.Conv2d(256, 1, 3, stride=2)
        init_weights(self)

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h pixels (N, 784), y int64 (N,) -> logits (N,)."""
        x = convolve_planes(self.conv1, h.view(-1, 1, 28, 28), self.embed.weight, y)
        x = F.leaky_relu(x, LEAK)  # (N, 64, 14, 14)
        x = F.leaky_relu(self.norm2(self.conv2(x)), LEAK)  # (N, 128, 7, 7)
        x = F.leaky_relu(self.norm3(self.conv3(x)), LEAK)  # (N, 256, 3, 3)
        with torch.autocast(x.device.type, enabled=False):  # a logit needs more than bf16's 8 bits
            return self.out(x.float()).flatten()


@register(GENERATORS, "dcgan")
def build(config: Config) -> GeneratorNetwork:
    """Build a DCGANGenerator from the config's z_dim and num_classes."""
    return DCGANGenerator(config.z_dim, config.num_classes)


@register(DISCRIMINATORS, "dcgan")
def build_discriminator(config: Config) -> DiscriminatorNetwork:
    """Build a DCGANDiscriminator from the config's num_classes."""
    return DCGANDiscriminator(config.num_classes)
