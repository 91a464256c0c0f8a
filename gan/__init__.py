"""Digit Forge: a conditional GAN of handwritten digits.

    import gan
    images = gan.load("digits").sample("2026", seed=7, truncation=0.8)  # float32 (4, 1, 28, 28) in [-1, 1]

Importing this package imports nothing heavy; torch comes with the first `load`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from torch import Tensor

    from gan.drawing.generator import Generator

__version__ = "0.1.0"
__all__ = ["__version__", "load", "replay"]


def load(name_or_path: str = "digits", *, device: str = "cpu") -> "Generator":
    """Load a checkpoint by its name in checkpoints/ or by a path, ready to sample.

    Raises gan.store.released.CheckpointError, in one sentence, when there is none of that name or the file is damaged.
    """
    from gan.drawing.generator import load

    return load(name_or_path, device=device)


def replay(recipe: "Mapping[str, Any] | str | Path", generator: "Generator | None" = None) -> "Tensor":
    """Draw what a recipe says once more -> float32 (N, 1, 28, 28) in [-1, 1]; see gan.recipes.

    recipe: the object, or a path to its JSON or to a PNG, GIF, WebP or MP4 that carries it. Raises
    gan.drawing.arguments.InputError, in one sentence, for a recipe that is wrong or was made with other weights.
    """
    from gan.recipes.read import replay

    return replay(recipe, generator)
