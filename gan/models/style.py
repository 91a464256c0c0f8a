"""The style generator: a mapping network (z, y) -> w, and a small convolutional synthesis modulated by w.

Notable choices
- Convolutions at 28 x 28 are what costs on a CPU, so all of them run at 7 x 7 and 14 x 14; pixels are shuffled up.
- A linear layer paints the 7 x 7 canvas: one multiply-add a weight, the cheapest place for capacity there is.
- Modulation scales a convolution's input channels and demodulation its output channels (StyleGAN2, Karras et al. 2020,
  arXiv:1912.04958, eqs. 1-3), written on activations instead of on weights, so that the batch stays one convolution.
- No batch statistics anywhere: a digit never depends on its neighbours in the batch.
- w of every class's mean is kept in the network (`w_mean`), the point that truncation pulls to.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.config import Config
from gan.models.registry import GENERATORS, GeneratorNetwork, Pull, register

LEAK = 0.2
GAIN = 2**0.5  # keeps the variance of a leaky ReLU's output near that of its input


def activate(x: Tensor) -> Tensor:
    """Leaky ReLU, slope 0.2, scaled by sqrt(2)."""
    return F.leaky_relu(x, LEAK) * GAIN


def _pull_activation(rows: Tensor, x: Tensor) -> Tensor:
    """Gradients (N, K, F) by activate(x) -> by x (N, F)."""
    return rows * torch.where(x > 0, GAIN, GAIN * LEAK)[:, None]


class Mapping(nn.Module):
    """(z, y) -> w: z normalized to the sphere, the class embedded, both through a three-layer MLP."""

    def __init__(self, z_dim: int, w_dim: int, num_classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(num_classes, w_dim)
        self.style = nn.Linear(z_dim, w_dim)
        self.mix = nn.Linear(2 * w_dim, w_dim)
        self.out = nn.Linear(w_dim, w_dim)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,) -> w (N, w_dim)."""
        z = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)  # (N, z_dim), length sqrt(z_dim)
        h = torch.cat([activate(self.style(z)), self.embed(y)], dim=1)  # (N, 2 w_dim)
        return self.out(activate(self.mix(h)))  # (N, w_dim)

    def forward_with_pull(self, z: Tensor, y: Tensor) -> tuple[Tensor, Pull]:
        """As `GeneratorNetwork.map_with_pull`, backwards by hand: a tenth of the time that autograd takes here."""
        inverse = torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)  # (N, 1), of z's root mean square
        style = self.style(z * inverse)
        mixed = self.mix(torch.cat([activate(style), self.embed(y)], dim=1))

        def pull(rows: Tensor) -> Tensor:
            rows = _pull_activation(rows @ self.out.weight, mixed)
            rows = _pull_activation(rows @ self.mix.weight[:, : style.shape[1]], style)
            rows = (rows @ self.style.weight) * inverse[:, :, None]
            along = (rows @ z[:, :, None]) * (inverse.square() / z.shape[1])[:, :, None]  # what normalizing takes off
            return rows - along * z[:, None]

        return self.out(activate(mixed)), pull


class ModulatedConv(nn.Module):
    """A k x k convolution whose input channels are scaled by an affine of w, then demodulated to unit variance."""

    def __init__(self, w_dim: int, c_in: int, c_out: int, size: int = 3) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c_out, c_in, size, size) / (c_in * size * size) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.scale = nn.Linear(w_dim, c_in)
        nn.init.ones_(self.scale.bias)

    def find_power(self) -> Tensor:
        """The squared length of each kernel, (c_out, c_in)."""
        return self.weight.square().sum((2, 3))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x (N, c_in, H, W), w (N, w_dim) -> (N, c_out, H, W)."""
        s = self.scale(w)  # (N, c_in)
        demod = torch.rsqrt(s.square() @ self.find_power().T + 1e-8)  # (N, c_out)
        x = F.conv2d(x * s[:, :, None, None], self.weight, padding=self.weight.shape[2] // 2)
        return x * demod[:, :, None, None] + self.bias[:, None, None]


class StyleGenerator(GeneratorNetwork):
    """Mapping, a linear canvas at 7 x 7, two modulated stages at 7 x 7 and 14 x 14, pixels shuffled up to 28 x 28."""

    def __init__(self, z_dim: int, w_dim: int, num_classes: int, width: int) -> None:
        super().__init__()
        self.z_dim, self.w_dim, self.num_classes = z_dim, w_dim, num_classes
        half, third = width // 2, width // 3  # channels of the canvas, and at 14 x 14
        self.c_canvas = half
        self.mapping = Mapping(z_dim, w_dim, num_classes)
        self.canvas = nn.Linear(w_dim, half * 49)
        self.conv1 = ModulatedConv(w_dim, half, width, size=1)
        self.conv2 = ModulatedConv(w_dim, width, width)
        self.up = ModulatedConv(w_dim, width, 4 * third, size=1)
        self.conv3 = ModulatedConv(w_dim, third, third)
        self.paint = nn.Conv2d(third, 4, 3, padding=1)
        self.register_buffer("w_mean", torch.zeros(num_classes, w_dim))

    def map(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,) -> w (N, w_dim)."""
        return self.mapping(z, y)

    @torch.no_grad()
    def map_with_pull(self, z: Tensor, y: Tensor) -> tuple[Tensor, Pull]:
        """w and the vector-Jacobian product of the map, without autograd."""
        return self.mapping.forward_with_pull(z, y)

    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
        x = activate(self.canvas(w)).view(-1, self.c_canvas, 7, 7)
        x = x.contiguous(memory_format=torch.channels_last)
        x = activate(self.conv1(x, w))  # (N, C, 7, 7)
        x = x + activate(self.conv2(x, w))
        x = activate(F.pixel_shuffle(self.up(x, w), 2))  # (N, C/3, 14, 14)
        x = x + activate(self.conv3(x, w))
        x = F.pixel_shuffle(self.paint(x), 2)  # (N, 1, 28, 28)
        return torch.tanh(x)

    @torch.no_grad()
    def freeze(self) -> Callable[[Tensor], Tensor]:
        """`synthesize`, to the last bit, with what follows from the weights alone computed once, and in place."""
        powers = {conv: conv.find_power().T for conv in (self.conv1, self.conv2, self.up, self.conv3)}

        def activate_in_place(x: Tensor) -> Tensor:
            return F.leaky_relu_(x, LEAK).mul_(GAIN)

        def convolve(conv: ModulatedConv, x: Tensor, w: Tensor) -> Tensor:
            s = conv.scale(w)
            demod = torch.rsqrt(s.square() @ powers[conv] + 1e-8)
            x = F.conv2d(x * s[:, :, None, None], conv.weight, padding=conv.weight.shape[2] // 2)
            return x.mul_(demod[:, :, None, None]).add_(conv.bias[:, None, None])

        def synthesize(w: Tensor) -> Tensor:
            x = activate_in_place(self.canvas(w)).view(-1, self.c_canvas, 7, 7)
            x = x.contiguous(memory_format=torch.channels_last)
            x = activate_in_place(convolve(self.conv1, x, w))
            x = x + activate_in_place(convolve(self.conv2, x, w))
            x = activate_in_place(F.pixel_shuffle(convolve(self.up, x, w), 2))
            x = x + activate_in_place(convolve(self.conv3, x, w))
            return F.pixel_shuffle(self.paint(x), 2).tanh_()

        return synthesize


@register(GENERATORS, "style")
def build(config: Config) -> GeneratorNetwork:
    """Build a StyleGenerator from the config's z_dim, w_dim, num_classes and g_width."""
    return StyleGenerator(config.z_dim, config.w_dim, config.num_classes, config.g_width)
