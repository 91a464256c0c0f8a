"""What every kind of recipe can do, and what all of them share: the model, and the weights it was made with.

A new kind is a class like this one in a file of its own, and a row of gan.recipes.read.KINDS.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor

from gan.drawing.arguments import InputError, parse_digits
from gan.drawing.films import FILMS
from gan.drawing.generator import Generator
from gan.errors import Sentence, say

ALL = slice(None)
PNG, NPZ, ZIP, IDX = ".png", ".npz", ".zip", ".idx.zip"
SUFFIXES = (NPZ, PNG, ZIP)
MEDIA = {"png": "image/png", "zip": "application/zip", **FILMS}  # what a page hands out -> media type


class Recipe(ABC):
    """A checked recipe of one kind.

    Attributes:
        signs: what such a recipe has; one is enough.
        keys: all that it may have, the model and its weights aside.
        formats: what `encode` makes of it.
        at_once: whether its pictures are to be drawn in one batch.
    """

    signs: ClassVar[tuple[str, ...]]
    keys: ClassVar[tuple[str, ...]]
    formats: ClassVar[tuple[str, ...]]
    at_once: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def parse(cls, recipe: Mapping[str, Any], generator: Generator) -> Self:
        """Check what such a recipe says; InputError, one sentence, for what is wrong."""

    @abstractmethod
    def __len__(self) -> int:
        """How many pictures it has."""

    @abstractmethod
    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The pictures, or a part of them, float32 (N, 1, 28, 28)."""

    @abstractmethod
    def encode(self, images: Tensor, kind: str, scale: int, recipe: Mapping[str, Any]) -> bytes:
        """The drawn pictures, uint8 (N, 1, 28, 28), as a file of a kind in `formats`, which carries the recipe."""

    @abstractmethod
    def check_ending(self, out: Path, ending: str) -> None:
        """InputError unless `save` can write a file of that ending: one of SUFFIXES, IDX, or a film's."""

    @abstractmethod
    def save(
        self,
        out: Path,
        ending: str,
        images: Tensor,
        recipe: Mapping[str, Any],
        *,
        scale: int = 2,
        columns: int | None = None,
    ) -> None:
        """Write the drawn pictures, uint8 (N, 1, 28, 28), whole or not at all. columns: of a sheet, else its own."""


def describe_weights(made: str, here: str) -> Sentence:
    """The sentence for a recipe of other weights: names the first 12 letters of both hashes."""
    return say(
        "this was made with other weights ({made}, and the model here has {here}), so that another picture would come "
        "of it; nothing was drawn.",
        made=made[:12],
        here=here[:12],
    )


def check_weights(weights: Any, generator: Generator) -> None:
    """InputError unless `weights` begins the generator's SHA-256, with 12 letters of it or more."""
    if not isinstance(weights, str) or not re.fullmatch(r"[0-9a-f]{12,64}", weights):
        raise InputError(say("the weights must be a SHA-256: 12 to 64 letters 0 to 9 and a to f."))
    if not generator.sha256.startswith(weights):
        raise InputError(describe_weights(weights, generator.sha256))


def parse_classes(recipe: Mapping[str, Any], generator: Generator) -> list[int]:
    """The digits that a recipe lists; InputError, one sentence, where there are none or it is no list."""
    if "digits" not in recipe:
        raise InputError(say("the recipe has no digits."))
    if not isinstance(recipe["digits"], list | str):
        raise InputError(say("the recipe's digits must be a list of whole numbers."))
    return parse_digits(recipe["digits"], generator.num_classes, generator.class_names)


def make_recipe(generator: Generator, **rest: Any) -> dict[str, Any]:
    """A recipe: the model and its weights' hash, and what else draws the same again."""
    return {"model": generator.name, "weights": generator.sha256, **rest}
