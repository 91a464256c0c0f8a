"""The table of architectures: a name -> the function that builds the network from a Config."""

from collections.abc import Callable

from torch import nn

from gan.config import Config

Builder = Callable[[Config], nn.Module]
GENERATORS: dict[str, Builder] = {}
DISCRIMINATORS: dict[str, Builder] = {}


def register(table: dict[str, Builder], name: str) -> Callable[[Builder], Builder]:
    """Decorate a builder so that `table[name]` is it; a name taken twice is a mistake in the code."""

    def add(builder: Builder) -> Builder:
        if name in table:
            raise KeyError(f"architecture {name!r} is registered twice")
        table[name] = builder
        return builder

    return add


def _build(table: dict[str, Builder], role: str, name: str, config: Config) -> nn.Module:
    if name not in table:
        raise ValueError(f"unknown {role} {name!r}: there are {', '.join(sorted(table))}")
    return table[name](config)


def build_generator(config: Config) -> nn.Module:
    """Build the generator that `config.generator` names; ValueError lists the names when it is unknown."""
    return _build(GENERATORS, "generator", config.generator, config)


def build_discriminator(config: Config) -> nn.Module:
    """Build the discriminator that `config.discriminator` names; ValueError lists the names when it is unknown."""
    return _build(DISCRIMINATORS, "discriminator", config.discriminator, config)
