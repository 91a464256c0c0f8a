"""How the lessons' networks are told the class: an embedding of y joined to what they read.

Mirza & Osindero 2014, arXiv:1411.1784, section 3.2, eq. 2: G reads (z, y) and D reads (x, y). The embedding is learned
rather than a one-hot code, and how loud it begins decides much (docs/recipe.md): for G as long as a one-hot code, or G
learns to answer the class and not z; for D as long as an image, or D does not hear it among 784 pixels.

Of a single class (an unconditional run) it is one constant vector, which a first layer turns into part of its bias:
such a run needs no network of its own.
"""

import torch
from torch import Tensor, nn

from gan.models.registry import DiscriminatorNetwork, GeneratorNetwork

CLASS_DIM = 16  # numbers in a class's embedding
PIXELS = 28 * 28


def make_embedding(num_classes: int, size: int, *, norm: float) -> nn.Embedding:
    """An embedding of `size` numbers a class, random, of about the given Euclidean norm."""
    embed = nn.Embedding(num_classes, size)
    nn.init.normal_(embed.weight, std=norm / size**0.5)
    return embed


class ConcatenatingGenerator(GeneratorNetwork):
    """G whose w is z, as given, beside the class's embedding: w_dim = z_dim + 16. Subclasses `synthesize` from it.

    Truncation by w_mean then shortens z and leaves the class alone.
    """

    def __init__(self, z_dim: int, num_classes: int) -> None:
        super().__init__()
        self.z_dim, self.w_dim, self.num_classes = z_dim, z_dim + CLASS_DIM, num_classes
        self.embed = make_embedding(num_classes, CLASS_DIM, norm=1.0)
        self.register_buffer("w_mean", torch.zeros(num_classes, self.w_dim))

    def map(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,) -> w (N, z_dim + 16)."""
        return torch.cat([z, self.embed(y)], dim=1)


class FlatteningDiscriminator(DiscriminatorNetwork):
    """D that is told the class at its very input: to look is to copy the pixels, and all work is in `judge`."""

    def look(self, x: Tensor) -> Tensor:
        """x (N, 1, 28, 28) in [-1, 1] -> the same pixels (N, 784)."""
        return x.reshape(len(x), PIXELS)
