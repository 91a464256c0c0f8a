"""The projection discriminator: D(x, y) = psi(phi(x)) + <embed(y), phi(x)>.

Miyato & Koyama 2018, arXiv:1802.05637, eq. 4.

Notable choices
- Pixels are unshuffled to 14 x 14 before the first convolution, as the generator shuffles them up after its last.
- `look` and `judge` are apart, so that one look can be judged as several classes.
- No normalization of any kind: gradient penalties (R1, R2) keep D smooth, and need samples to be independent.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.config import Config
from gan.models.registry import DISCRIMINATORS, DiscriminatorNetwork, register
from gan.models.style import activate


class ProjectionDiscriminator(DiscriminatorNetwork):
    """Images and classes -> logits; larger means more real."""

    def __init__(self, num_classes: int, width: int) -> None:
        super().__init__()
        c = width
        self.conv1 = nn.Conv2d(4, c, 3, padding=1)
        self.conv2 = nn.Conv2d(c, 2 * c, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(2 * c, 2 * c, 3, padding=1)
        self.conv4 = nn.Conv2d(2 * c, 4 * c, 3, stride=2, padding=1)
        self.dense = nn.Linear(4 * c * 16, 4 * c)
        self.out = nn.Linear(4 * c, 1)
        self.embed = nn.Embedding(num_classes, 4 * c)
        nn.init.normal_(self.embed.weight, std=(4 * c) ** -0.5)

    def look(self, x: Tensor) -> Tensor:
        """phi(x), what D sees before it is told the class: x (N, 1, 28, 28) in [-1, 1] -> h (N, 4 width)."""
        x = F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last)  # (N, 4, 14, 14)
        x = activate(self.conv1(x))  # (N, C, 14, 14)
        x = activate(self.conv2(x))  # (N, 2C, 7, 7)
        x = (x + activate(self.conv3(x))) * 0.5**0.5
        x = activate(self.conv4(x))  # (N, 4C, 4, 4)
        return activate(self.dense(x.flatten(1)))

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h (N, 4 width), y int64 (N,) -> logits (N,)."""
        with torch.autocast(h.device.type, enabled=False):  # bf16 has 8 bits: a logit of 90 would be known to 0.5
            h = h.float()
            return self.out(h)[:, 0] + (self.embed(y) * h).sum(1)


@register(DISCRIMINATORS, "projection")
def build(config: Config) -> DiscriminatorNetwork:
    """Build a ProjectionDiscriminator from the config's num_classes and d_width."""
    return ProjectionDiscriminator(config.num_classes, config.d_width)
