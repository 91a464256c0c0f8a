"""D of four strided convolutions and nothing between them but LeakyReLU(0.2): 28 -> 14 -> 7 -> 3 -> 1.

Springenberg et al. 2015, arXiv:1412.6806: a stride can learn what a pooling layer fixes. The class comes in as a second
plane of the image, one learned number a pixel. `dcgan` is the same D with BatchNorm.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.config import Config
from gan.models.conditioning import PIXELS, FlatteningDiscriminator
from gan.models.folded import convolve_planes
from gan.models.registry import DISCRIMINATORS, DiscriminatorNetwork, register

LEAK = 0.2
WIDTHS = (64, 128, 256)


class StridedDiscriminator(FlatteningDiscriminator):
    """Images, and classes as a plane, -> logits, through convolutions of 64, 128, 256 and 1 channels."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        a, b, c = WIDTHS
        self.embed = nn.Embedding(num_classes, PIXELS)
        self.conv1 = nn.Conv2d(2, a, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(a, b, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(b, c, 4, stride=2, padding=1)
        self.out = nn.Conv2d(c, 1, 3, stride=2)

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h pixels (N, 784), y int64 (N,) -> logits (N,)."""
        x = convolve_planes(self.conv1, h.view(-1, 1, 28, 28), self.embed.weight, y)
        x = F.leaky_relu(x, LEAK)  # (N, 64, 14, 14)
        x = F.leaky_relu(self.conv2(x), LEAK)  # (N, 128, 7, 7)
        x = F.leaky_relu(self.conv3(x), LEAK)  # (N, 256, 3, 3)
        with torch.autocast(x.device.type, enabled=False):  # a logit needs more than bf16's 8 bits
            return self.out(x.float()).flatten()


@register(DISCRIMINATORS, "strided")
def build(config: Config) -> DiscriminatorNetwork:
    """Build a StridedDiscriminator from the config's num_classes."""
    return StridedDiscriminator(config.num_classes)
