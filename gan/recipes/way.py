"""Frames of a way along two or more ends.

    {"model": "digits", "weights": SHA-256, "ends": [{"digit": 3, "seed": 4}, {"digit": 8, "seed": 7}],
     "method": "slerp", "travels": "both", "loop": "back", "truncation": 0.7, "frames": 61}

"start" and "end" may stand for two ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from gan.drawing.arguments import InputError, check_count, check_psi, quote
from gan.drawing.datasets import write_npz
from gan.drawing.films import FILMS, encode_film
from gan.drawing.generator import Generator
from gan.drawing.interpolation import End, check_end, check_method, check_travels, walk
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Listing, say
from gan.recipes.recipe import ALL, IDX, NPZ, PNG, ZIP, Recipe, make_recipe
from gan.store.atomic import write_atomically

MAX_ENDS = 12
MAX_FRAMES = 241
STRIP = 11  # frames shown side by side
LOOPS = ("back", "round")  # forth and back; or on from the last end to the first


@dataclass(frozen=True)
class Way(Recipe):
    """A checked recipe of frames along two or more ends; `loop` says how they are played (see LOOPS)."""

    signs: ClassVar[tuple[str, ...]] = ("ends", "start", "end")
    keys: ClassVar[tuple[str, ...]] = (*("start", "end", "ends", "method", "travels", "loop", "truncation", "frames"),)
    formats: ClassVar[tuple[str, ...]] = ("png", *FILMS)

    ends: tuple[End, ...]
    method: str
    travels: str
    loop: str
    truncation: float
    frames: int

    @classmethod
    def parse(cls, recipe: Mapping[str, Any], generator: Generator) -> Self:
        """Check the recipe of frames; InputError, one sentence, for what is wrong."""
        pair = [recipe[side] for side in ("start", "end") if side in recipe]
        if "ends" in recipe and pair:
            raise InputError(say("the recipe has both ends and a start or end; give one of the two."))
        ends = parse_ends(recipe.get("ends", pair), generator.num_classes)
        loop = check_loop(recipe.get("loop", "back"))
        frames = check_frames(recipe.get("frames"), len(ends), loop)
        method, travels = check_method(recipe.get("method", "slerp")), check_travels(recipe.get("travels", "both"))
        return cls(ends, method, travels, loop, check_psi(recipe.get("truncation", 1.0)), frames)

    def describe(self, generator: Generator) -> dict[str, Any]:
        """The recipe as JSON; start and end for two ends."""
        listed = [{"digit": end.digit, "seed": end.seed} for end in self.ends]
        return make_recipe(
            generator,
            **({"start": listed[0], "end": listed[1]} if len(listed) == 2 else {"ends": listed}),
            method=self.method,
            travels=self.travels,
            loop=self.loop,
            truncation=self.truncation,
            frames=self.frames,
        )

    @property
    def stops(self) -> tuple[End, ...]:
        """The ends that are passed: the first once more where the way goes round."""
        return (*self.ends, self.ends[0]) if self.loop == "round" else self.ends

    def __len__(self) -> int:
        return self.frames

    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The frames from t = 0 to t = 1 in even steps, or a part of them, float32 (N, 1, 28, 28)."""
        t = torch.linspace(0, 1, self.frames, dtype=torch.float64)[part]
        return walk(generator, self.stops, t, method=self.method, travels=self.travels, truncation=self.truncation)

    def encode(self, images: Tensor, kind: str, scale: int, recipe: Mapping[str, Any]) -> bytes:
        """A PNG of the strip, or a film that goes on for ever, forth and back or round."""
        if kind == "png":
            strip = images[choose_strip(len(images))]
            return encode_png(make_sheet(strip, len(strip), scale=scale), dict(recipe))
        played = images[:-1] if self.loop == "round" else images  # the last is the first again
        return encode_film(played, kind, boomerang=self.loop == "back", recipe=dict(recipe))

    def check_ending(self, out: Path, ending: str) -> None:
        """InputError for a dataset's ending."""
        if ending in (ZIP, IDX):
            endings = Listing([PNG, *(f".{kind}" for kind in FILMS)])
            raise InputError(
                say("--out {out}: frames between digits have no labels; end it in {list}.", out=str(out), list=endings)
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
        """Write a strip, a film of all frames, or an .npz whose labels are those of the nearest ends."""

        def write(part: Path) -> None:
            if ending == NPZ:
                legs, last = len(self.stops) - 1, len(images) - 1
                write_npz(part, images, [self.stops[round(i * legs / last)].digit for i in range(len(images))])
            elif ending == PNG:
                part.write_bytes(self.encode(images, "png", scale, recipe))
            else:
                film = encode_film(images, ending[1:], boomerang=self.loop == "back", recipe=dict(recipe))
                part.write_bytes(film)

        write_atomically(out, write)


def choose_strip(count: int) -> list[int]:
    """The indices of STRIP frames of `count`, evenly spread and with both ends (all of them where there are fewer)."""
    shown = min(STRIP, count)
    return [round(i * (count - 1) / (shown - 1)) for i in range(shown)]


def parse_ends(ends: Any, num_classes: int) -> tuple[End, ...]:
    """Check a list of {"digit": d, "seed": s}, two to MAX_ENDS; InputError for what is wrong."""
    if not isinstance(ends, list) or not all(isinstance(end, dict) for end in ends):
        raise InputError(say("the ends must be a list of objects, each with a digit and a seed."))
    if not 2 <= len(ends) <= MAX_ENDS:
        raise InputError(say("the way has {count} ends; it can have from 2 to {most}.", count=len(ends), most=MAX_ENDS))
    for end in ends:
        if set(end) != {"digit", "seed"}:
            raise InputError(say("each end has a digit and a seed, and nothing else."))
    return tuple(check_end(End(end["digit"], end["seed"]), num_classes) for end in ends)


def check_loop(loop: Any) -> str:
    """How frames are played, one of LOOPS; InputError otherwise."""
    if loop not in LOOPS:
        raise InputError(
            say("the {what} is {value}; it can be {list}.", what="loop", value=quote(loop), list=Listing(LOOPS, "or"))
        )
    return str(loop)


def count_steps(ends: int, loop: str) -> int:
    """Frames from one end to the next, so that every end is one of them and all are MAX_FRAMES at most."""
    legs = ends if loop == "round" else ends - 1
    return max(20, 60 // legs)


def check_frames(frames: Any, ends: int, loop: str) -> int:
    """How many frames, 2 to MAX_FRAMES; None for as many as meet every end. InputError otherwise."""
    if frames is None:
        frames = (ends if loop == "round" else ends - 1) * count_steps(ends, loop) + 1
    count = check_count(frames, MAX_FRAMES)
    if count < 2:
        raise InputError(say("the count is 1; an interpolation has from 2 to {most} frames.", most=MAX_FRAMES))
    return count
