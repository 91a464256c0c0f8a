"""Network architectures, one file a family, each registered by name beside its definition.

`build_generator(config)` and `build_discriminator(config)` look the name up; importing this package registers all.
"""

from gan.models import dcgan as _dcgan  # noqa: F401  (imported to register)
from gan.models import mlp as _mlp  # noqa: F401
from gan.models import projection as _projection  # noqa: F401
from gan.models import strided as _strided  # noqa: F401
from gan.models import style as _style  # noqa: F401
from gan.models.registry import (
    DISCRIMINATORS,
    GENERATORS,
    DiscriminatorNetwork,
    GeneratorNetwork,
    build_discriminator,
    build_generator,
)

__all__ = [
    "DISCRIMINATORS",
    "GENERATORS",
    "DiscriminatorNetwork",
    "GeneratorNetwork",
    "build_discriminator",
    "build_generator",
]
