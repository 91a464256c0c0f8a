"""A sheet: picture i shows digits[i], its z is number indices[i] of seeds[i]; its hand may be moved.

{"model": "digits", "weights": SHA-256, "seed": 7, "digits": [2, 0, 2, 6], "indices": [0, 0, 0, 0],
"truncation": 0.8, "columns": 4, "edits": {"plane": "pca", "pair": 1, "x": 0.5, "y": -1, "slant": 20}}
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from gan.drawing.arguments import InputError, check_count, check_indices, check_psi, check_seed
from gan.drawing.datasets import write_idx, write_npz, write_zip
from gan.drawing.films import FILMS
from gan.drawing.generator import BATCH, Generator
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Listing, say
from gan.handwriting.edits import check_edits, edit
from gan.handwriting.measures import MEASURES
from gan.handwriting.planes_file import find
from gan.recipes.recipe import ALL, IDX, NPZ, SUFFIXES, ZIP, Recipe, make_recipe, parse_classes
from gan.store.atomic import write_atomically


@dataclass(frozen=True)
class Sheet(Recipe):
    """A checked recipe of a sheet: picture i shows digits[i] in the hand z(seeds[i], indices[i])."""

    signs: ClassVar[tuple[str, ...]] = ("digits",)
    keys: ClassVar[tuple[str, ...]] = ("seed", "seeds", "digits", "indices", "truncation", "columns", "edits")
    formats: ClassVar[tuple[str, ...]] = ("png", "zip")

    digits: tuple[int, ...]
    seeds: tuple[int, ...]
    indices: tuple[int, ...]
    truncation: float
    columns: int
    edits: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, recipe: Mapping[str, Any], generator: Generator) -> Self:
        """Check a sheet's recipe; InputError, one sentence, for what is wrong."""
        digits = parse_classes(recipe, generator)
        count = len(digits)
        if "seeds" in recipe:
            seeds = recipe["seeds"]
            if not isinstance(seeds, list) or len(seeds) != count:
                raise InputError(
                    say("the recipe's seeds must be a list of {count} numbers, one for each digit.", count=count)
                )
            seeds = [check_seed(seed) for seed in seeds]
        else:
            seeds = [check_seed(recipe.get("seed", 0))] * count
        indices = check_indices(recipe.get("indices", list(range(count))), count)
        columns = check_count(recipe.get("columns", min(count, 10)))
        psi = check_psi(recipe.get("truncation", 1.0))
        edits = recipe.get("edits", {})
        if not isinstance(edits, Mapping):
            raise InputError(say("the recipe's edits must be an object of named values."))
        return cls(tuple(digits), tuple(seeds), tuple(indices), psi, min(columns, count), dict(edits))

    def describe(self, generator: Generator) -> dict[str, Any]:
        """The recipe as JSON; one seed where all are the same."""
        same = all(a == b for a, b in pairwise(self.seeds))
        return make_recipe(
            generator,
            **({"seed": self.seeds[0]} if same else {"seeds": list(self.seeds)}),
            digits=list(self.digits),
            indices=list(self.indices),
            truncation=self.truncation,
            columns=self.columns,
            **({"edits": dict(self.edits)} if self.edits else {}),
        )

    def __len__(self) -> int:
        return len(self.digits)

    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The pictures, or a part of them, float32 (N, 1, 28, 28)."""
        labels, seeds, indices = torch.tensor(self.digits[part]), self.seeds[part], self.indices[part]
        if self.edits:
            found = find(generator, measure=any(name in self.edits for name in MEASURES))
            edits, z = check_edits(found, self.edits), generator.draw_z(seeds, indices)
            return edit(generator, found, z, labels, edits, truncation=self.truncation).images
        drawn = []
        for at in range(0, len(labels), BATCH):
            here = slice(at, at + BATCH)
            z = generator.draw_z(seeds[here], indices[here])
            drawn.append(generator.draw(z, labels[here], self.truncation))
        return torch.cat(drawn)

    def encode(self, images: Tensor, kind: str, scale: int, recipe: Mapping[str, Any]) -> bytes:
        """A PNG of the sheet, or a ZIP with a PNG for each digit and a table that says which z of which seed it is."""
        if kind == "zip":
            file = io.BytesIO()
            write_zip(file, images, self.digits, seed=self.seeds, indices=self.indices)
            return file.getvalue()
        return encode_png(make_sheet(images, self.columns, scale=scale), dict(recipe))

    def check_ending(self, out: Path, ending: str) -> None:
        """InputError for a film's ending."""
        if ending.removeprefix(".") in FILMS:
            raise InputError(
                say("--out {out}: a sheet does not move; end it in {list}.", out=str(out), list=Listing(SUFFIXES))
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
        """Write the sheet, or its digits: .png, .npz, .zip or .idx.zip."""

        def write(part: Path) -> None:
            if ending == NPZ:
                write_npz(part, images, self.digits)
            elif ending == IDX:
                write_idx(part, images, self.digits)
            elif ending == ZIP:
                write_zip(part, images, self.digits, seed=self.seeds, indices=self.indices)
            else:
                part.write_bytes(encode_png(make_sheet(images, columns or self.columns, scale=scale), dict(recipe)))

        write_atomically(out, write)
