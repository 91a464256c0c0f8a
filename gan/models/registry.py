"""What every architecture offers, and the table from a name to the function that builds it from a Config."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from gan.config import Config, ConfigError
from gan.errors import Listing, say

# Rows (N, K, w_dim), one more gradient by w each -> the same gradients by z, (N, K, z_dim)
Pull = Callable[[Tensor], Tensor]


class GeneratorNetwork(nn.Module):
    """G in two halves: `map` (z, y) -> w, and `synthesize` w -> images (N, 1, 28, 28) in [-1, 1].

    Buffer w_mean float32 (num_classes, w_dim) holds E[w | y], the point that truncation pulls to; the trainer fills
    it when a run is exported. `w_dim` is the network's own: not every family takes it from the config.
    """

    w_dim: int
    w_mean: Tensor

    def map(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,) -> w (N, w_dim)."""
        raise NotImplementedError

    def map_with_pull(self, z: Tensor, y: Tensor) -> tuple[Tensor, Pull]:
        """w as `map` gives it, without its graph, and the vector-Jacobian product of the map there (see Pull).

        By autograd; a family whose map is known in closed form may say it more cheaply. Not in inference mode.
        """
        with torch.enable_grad():
            z = z.detach().requires_grad_(True)
            w = self.map(z, y)

        def pull(rows: Tensor) -> Tensor:
            parts = [torch.autograd.grad(w, z, row, retain_graph=True)[0] for row in rows.unbind(1)]
            return torch.stack(parts, dim=1)

        return w.detach(), pull

    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
        raise NotImplementedError

    def freeze(self) -> Callable[[Tensor], Tensor]:
        """`synthesize` for weights that change no more, in inference alone: the same images, perhaps sooner."""
        return self.synthesize

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,) -> images (N, 1, 28, 28) in [-1, 1]."""
        return self.synthesize(self.map(z, y))


class DiscriminatorNetwork(nn.Module):
    """D in two halves: `look` at images, and `judge` what was seen as a class, so that one look serves many classes.

    `batch_statistics` says that D in training mode mixes the images of a batch (BatchNorm): then real and fake must
    come in batches of their own, and no gradient penalty can be taken.
    """

    batch_statistics: bool = False

    def look(self, x: Tensor) -> Tensor:
        """x (N, 1, 28, 28) in [-1, 1] -> features h (N, F)."""
        raise NotImplementedError

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h (N, F), y int64 (N,) -> logits (N,); larger means more real."""
        raise NotImplementedError

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """x (N, 1, 28, 28) in [-1, 1], y int64 (N,) -> logits (N,)."""
        return self.judge(self.look(x), y)


Network = TypeVar("Network", bound=nn.Module)
GENERATORS: dict[str, Callable[[Config], GeneratorNetwork]] = {}
DISCRIMINATORS: dict[str, Callable[[Config], DiscriminatorNetwork]] = {}


def register(
    table: dict[str, Callable[[Config], Network]], name: str
) -> Callable[[Callable[[Config], Network]], Callable[[Config], Network]]:
    """Decorate a builder so that `table[name]` is it; a name taken twice is a mistake in the code."""

    def add(builder: Callable[[Config], Network]) -> Callable[[Config], Network]:
        if name in table:
            raise KeyError(f"architecture {name!r} is registered twice")
        table[name] = builder
        return builder

    return add


def _build(table: dict[str, Callable[[Config], Network]], role: str, name: str, config: Config) -> Network:
    if name not in table:
        there = Listing(sorted(table))
        raise ConfigError(say("unknown {role} {name}: there are {list}", role=role, name=repr(name), list=there))
    return table[name](config)


def build_generator(config: Config) -> GeneratorNetwork:
    """Build the generator that `config.generator` names; ConfigError lists the names when it is unknown."""
    return _build(GENERATORS, "generator", config.generator, config)


def build_discriminator(config: Config) -> DiscriminatorNetwork:
    """Build the discriminator that `config.discriminator` names; ConfigError lists the names when it is unknown."""
    return _build(DISCRIMINATORS, "discriminator", config.discriminator, config)
