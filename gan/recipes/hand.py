"""Digits in a hand that was found from a drawing; with "text", they stand on one line, its marks between them.

    {"model": "digits", "weights": SHA-256, "hand": "AwoF...", "digits": [0, 1, 2], "columns": 5}
    {"model": "digits", "weights": SHA-256, "hand": "AwoF...", "text": "20.11.2026"}

How a hand is told: see gan.handwriting.invert.tell_hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from gan.drawing.arguments import InputError, check_count
from gan.drawing.datasets import write_idx, write_npz
from gan.drawing.films import FILMS
from gan.drawing.generator import BATCH, Generator
from gan.drawing.number_line import enlarge, parse_number, set_line
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Listing, say
from gan.handwriting.invert import draw_hand, hear_hand
from gan.recipes.recipe import ALL, IDX, NPZ, SUFFIXES, ZIP, Recipe, parse_classes
from gan.store.atomic import write_atomically

HAND_COLUMNS = 5  # of a hand's digits
# What is told of a drawing beside its hand, and no picture depends on
FOUND_KEYS = (
    *("read", "digit", "redrawn_as", "pixel_error", "slant_degrees", "thickness_pixels", "note"),
    *("doubt", "box", "others"),
)


@dataclass(frozen=True)
class Hand(Recipe):
    """A checked recipe of digits in one told hand; `text` (or "") is the line that they stand on."""

    signs: ClassVar[tuple[str, ...]] = ("hand",)
    keys: ClassVar[tuple[str, ...]] = ("hand", "digits", "columns", "text", *FOUND_KEYS)
    formats: ClassVar[tuple[str, ...]] = ("png",)
    at_once: ClassVar[bool] = True  # as the page draws it

    hand: str
    digits: tuple[int, ...]
    columns: int
    text: str

    @classmethod
    def parse(cls, recipe: Mapping[str, Any], generator: Generator) -> Self:
        """Check the recipe of a hand; InputError, one sentence, for what is wrong."""
        hear_hand(recipe["hand"], generator)
        text = ""
        if "text" in recipe:
            text = parse_number(recipe["text"])
            listed = [int(sign) for sign in text if sign.isdigit()]
            recipe = {"digits": listed, **recipe}
        digits = parse_classes(recipe, generator)
        if text and digits != listed:
            raise InputError(
                say(
                    "the recipe's digits are not those of its text {value}; leave one of the two out.",
                    value=repr(text),
                )
            )
        columns = check_count(recipe.get("columns", HAND_COLUMNS))
        return cls(recipe["hand"], tuple(digits), min(columns, len(digits)), text)

    def __len__(self) -> int:
        return len(self.digits)

    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The digits, or a part of them, float32 (N, 1, 28, 28)."""
        z, digits = hear_hand(self.hand, generator), self.digits[part]
        parts = [digits[at : at + BATCH] for at in range(0, len(digits), BATCH)]
        return torch.cat([draw_hand(generator, z, some) for some in parts])

    def encode(self, images: Tensor, kind: str, scale: int, recipe: Mapping[str, Any]) -> bytes:
        """A PNG: a sheet, or the line of its text."""
        return self._encode(images, scale, recipe, self.columns)

    def _encode(self, images: Tensor, scale: int, recipe: Mapping[str, Any], columns: int) -> bytes:
        if self.text:
            return encode_png(enlarge(set_line(images[:, 0].numpy(), self.text), scale), dict(recipe))
        return encode_png(make_sheet(images, columns, scale=scale), dict(recipe))

    def check_ending(self, out: Path, ending: str) -> None:
        """InputError for a film's ending, and for a ZIP."""
        if ending.removeprefix(".") in FILMS:
            raise InputError(
                say("--out {out}: a sheet does not move; end it in {list}.", out=str(out), list=Listing(SUFFIXES))
            )
        if ending == ZIP:
            raise InputError(
                say("--out {out}: a hand has no seed for the table; end it in .png, .npz or .idx.zip.", out=str(out))
            )

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
        """Write the digits: .png, .npz or .idx.zip."""

        def write(part: Path) -> None:
            if ending == NPZ:
                write_npz(part, images, self.digits)
            elif ending == IDX:
                write_idx(part, images, self.digits)
            else:
                part.write_bytes(self._encode(images, scale, recipe, columns or self.columns))

        write_atomically(out, write)
