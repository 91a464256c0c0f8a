"""Recipes: small JSON that says how a picture was drawn, and draws the same again.

    {"model": "digits", "weights": SHA-256, "seed": 7, "digits": [2, 0, 2, 6], "indices": [0, 0, 0, 0],
     "truncation": 0.8, "columns": 4}
        a sheet: picture i shows digits[i], its z is number indices[i] (else i) of the seed, or of seeds[i]; with
        "edits": {"plane": "pca", "pair": 1, "x": 0.5, "y": -1, "slant": 20} its hand is moved (see gan.directions)
    {"model": "digits", "weights": SHA-256, "ends": [{"digit": 3, "seed": 4}, {"digit": 8, "seed": 7}],
     "method": "slerp", "travels": "both", "loop": "back", "truncation": 0.7, "frames": 61}
        frames of a way; "start" and "end" may stand for two ends
    {"model": "digits", "weights": SHA-256, "hand": "AwoF...", "digits": [0, 1, 2], "columns": 5}
        digits in a hand that was found from a drawing (gan.handwriting.invert); with "text": "20.11.2026" for columns
        they stand on one line, the text's marks between them

The page, `gan.sample --recipe`, `gan.replay` and the files that they write all mean the same by it. A recipe names
the weights it was made with: for others it is refused, since another picture would come of it. What a recipe says is
checked here, wherever it comes from.

    python -m gan.sample --recipe sheet.png --out again.png       # a recipe as JSON, or the picture that carries one
    >>> gan.replay(recipe)                                        # float32 (N, 1, 28, 28) in [-1, 1]
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.drawing.generator import (
    BATCH,
    Generator,
    InputError,
    check_count,
    check_indices,
    check_psi,
    check_seed,
    load,
    parse_digits,
)
from gan.drawing.interpolation import End, check_end, check_method, check_travels, walk
from gan.drawing.number_line import parse_number
from gan.drawing.sheets import read_recipe
from gan.handwriting.invert import draw_hand, hear_hand
from gan.handwriting.measures import MEASURES
from gan.handwriting.planes import check_edits, edit, find
from gan.store.released import CheckpointError

MAX_BYTES = 2 << 20  # of a recipe's JSON
MAX_ENDS = 12
MAX_FRAMES = 241
HAND_COLUMNS = 5  # of a hand's digits
ALL = slice(None)
LOOPS = ("back", "round")  # forth and back; or on from the last end to the first


@dataclass(frozen=True)
class Sheet:
    """A checked recipe of a sheet: picture i shows digits[i] in the hand z(seeds[i], indices[i])."""

    digits: tuple[int, ...]
    seeds: tuple[int, ...]
    indices: tuple[int, ...]
    truncation: float
    columns: int
    edits: Mapping[str, Any] = field(default_factory=dict)

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
            z, y = generator.draw_z(seeds[here], indices[here]), labels[here]
            drawn.append(generator.synthesize(generator.truncate(generator.map(z, y), y, self.truncation)))
        return torch.cat(drawn)


@dataclass(frozen=True)
class Way:
    """A checked recipe of frames along two or more ends; `loop` says how they are played (see LOOPS)."""

    ends: tuple[End, ...]
    method: str
    travels: str
    loop: str
    truncation: float
    frames: int

    @property
    def stops(self) -> tuple[End, ...]:
        """The ends that are passed: the first once more where the way goes round."""
        return (*self.ends, self.ends[0]) if self.loop == "round" else self.ends

    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The frames from t = 0 to t = 1 in even steps, or a part of them, float32 (N, 1, 28, 28)."""
        t = torch.linspace(0, 1, self.frames, dtype=torch.float64)[part]
        return walk(generator, self.stops, t, method=self.method, travels=self.travels, truncation=self.truncation)


@dataclass(frozen=True)
class Hand:
    """A checked recipe of digits in one told hand; `text` (or "") is the line that they stand on."""

    hand: str
    digits: tuple[int, ...]
    columns: int
    text: str

    def draw(self, generator: Generator, part: slice = ALL) -> Tensor:
        """The digits, or a part of them, float32 (N, 1, 28, 28)."""
        z, digits = hear_hand(self.hand, generator), self.digits[part]
        parts = [digits[at : at + BATCH] for at in range(0, len(digits), BATCH)]
        return torch.cat([draw_hand(generator, z, some) for some in parts])


def describe_weights(made: str, here: str) -> str:
    """The sentence for a recipe of other weights: names the first 12 letters of both hashes."""
    return (
        f"this was made with other weights ({made[:12]}, and the model here has {here[:12]}), "
        "so that another picture would come of it; nothing was drawn."
    )


def check_weights(weights: Any, generator: Generator) -> None:
    """InputError unless `weights` begins the generator's SHA-256, with 12 letters of it or more."""
    if not isinstance(weights, str) or not re.fullmatch(r"[0-9a-f]{12,64}", weights):
        raise InputError("the weights must be a SHA-256: 12 to 64 letters 0 to 9 and a to f.")
    if not generator.sha256.startswith(weights):
        raise InputError(describe_weights(weights, generator.sha256))


SHEET_KEYS = ("seed", "seeds", "digits", "indices", "truncation", "columns", "edits")
WAY_KEYS = ("start", "end", "ends", "method", "travels", "loop", "truncation", "frames")
HAND_KEYS = ("hand", "digits", "columns", "text")
COMMON_KEYS = ("model", "weights")
# What the API adds and no picture depends on
EXTRA_KEYS = ("milliseconds", "measures")
FOUND_KEYS = ("read", "digit", "redrawn_as", "pixel_error", "slant_degrees", "thickness_pixels", "note")


def parse_classes(recipe: Mapping[str, Any], generator: Generator) -> list[int]:
    """The digits that a recipe lists; InputError, one sentence, where there are none or it is no list."""
    if "digits" not in recipe:
        raise InputError("the recipe has no digits.")
    if not isinstance(recipe["digits"], list | str):
        raise InputError("the recipe's digits must be a list of whole numbers.")
    return parse_digits(recipe["digits"], generator.num_classes)


def parse_sheet(recipe: Mapping[str, Any], generator: Generator) -> Sheet:
    """Check a sheet's recipe; InputError, one sentence, for what is wrong."""
    digits = parse_classes(recipe, generator)
    count = len(digits)
    if "seeds" in recipe:
        seeds = recipe["seeds"]
        if not isinstance(seeds, list) or len(seeds) != count:
            raise InputError(f"the recipe's seeds must be a list of {count} numbers, one for each digit.")
        seeds = [check_seed(seed) for seed in seeds]
    else:
        seeds = [check_seed(recipe.get("seed", 0))] * count
    indices = check_indices(recipe.get("indices", list(range(count))), count)
    columns = check_count(recipe.get("columns", min(count, 10)))
    psi = check_psi(recipe.get("truncation", 1.0))
    edits = recipe.get("edits", {})
    if not isinstance(edits, Mapping):
        raise InputError("the recipe's edits must be an object of named values.")
    return Sheet(tuple(digits), tuple(seeds), tuple(indices), psi, min(columns, count), dict(edits))


def parse_hand(recipe: Mapping[str, Any], generator: Generator) -> Hand:
    """Check the recipe of a hand; InputError, one sentence, for what is wrong."""
    hear_hand(recipe["hand"], generator)
    text = ""
    if "text" in recipe:
        text = parse_number(recipe["text"])
        listed = [int(sign) for sign in text if sign.isdigit()]
        recipe = {"digits": listed, **recipe}
    digits = parse_classes(recipe, generator)
    if text and digits != listed:
        raise InputError(f"the recipe's digits are not those of its text {text!r}; leave one of the two out.")
    columns = check_count(recipe.get("columns", HAND_COLUMNS))
    return Hand(recipe["hand"], tuple(digits), min(columns, len(digits)), text)


def parse_ends(ends: Any, num_classes: int) -> tuple[End, ...]:
    """Check a list of {"digit": d, "seed": s}, two to MAX_ENDS; InputError for what is wrong."""
    if not isinstance(ends, list) or not all(isinstance(end, dict) for end in ends):
        raise InputError("the ends must be a list of objects, each with a digit and a seed.")
    if not 2 <= len(ends) <= MAX_ENDS:
        raise InputError(f"the way has {len(ends)} ends; it can have from 2 to {MAX_ENDS}.")
    for end in ends:
        if set(end) != {"digit", "seed"}:
            raise InputError("each end has a digit and a seed, and nothing else.")
    return tuple(check_end(End(end["digit"], end["seed"]), num_classes) for end in ends)


def check_loop(loop: Any) -> str:
    """How frames are played, one of LOOPS; InputError otherwise."""
    if loop not in LOOPS:
        raise InputError(f"the loop is {str(loop)[:40]!r}; it can be {' or '.join(LOOPS)}.")
    return str(loop)


def count_steps(ends: int, loop: str) -> int:
    """Frames from one end to the next, so that every end is one of them and all are MAX_FRAMES at most."""
    legs = ends if loop == "round" else ends - 1
    return max(20, 60 // legs)


def parse_way(recipe: Mapping[str, Any], generator: Generator) -> Way:
    """Check the recipe of frames; InputError, one sentence, for what is wrong."""
    pair = [recipe[side] for side in ("start", "end") if side in recipe]
    if "ends" in recipe and pair:
        raise InputError("the recipe has both ends and a start or end; give one of the two.")
    ends = parse_ends(recipe.get("ends", pair), generator.num_classes)
    loop = check_loop(recipe.get("loop", "back"))
    legs = len(ends) if loop == "round" else len(ends) - 1
    frames = check_count(recipe.get("frames", legs * count_steps(len(ends), loop) + 1), MAX_FRAMES)
    if frames < 2:
        raise InputError(f"the count is 1; an interpolation has from 2 to {MAX_FRAMES} frames.")
    return Way(
        ends,
        check_method(recipe.get("method", "slerp")),
        check_travels(recipe.get("travels", "both")),
        loop,
        check_psi(recipe.get("truncation", 1.0)),
        frames,
    )


Drawn = Sheet | Way | Hand
_KINDS: tuple[tuple[tuple[str, ...], tuple[str, ...], Callable[[Mapping[str, Any], Generator], Drawn]], ...] = (
    # what such a recipe has, all it may have, and how it is read; the first row that fits
    (("hand",), (*HAND_KEYS, *FOUND_KEYS), parse_hand),
    (("digits",), SHEET_KEYS, parse_sheet),
    (("ends", "start", "end"), WAY_KEYS, parse_way),
)


def check_recipe(recipe: Any, generator: Generator) -> Drawn:
    """Check a recipe against the generator that is to draw it; InputError, one sentence, for what is wrong."""
    if not isinstance(recipe, Mapping):
        raise InputError("a recipe is a JSON object of named values.")
    if "weights" in recipe:
        check_weights(recipe["weights"], generator)
    for signs, keys, parse in _KINDS:
        if any(sign in recipe for sign in signs):
            strange = next((key for key in recipe if key not in (*COMMON_KEYS, *keys, *EXTRA_KEYS)), None)
            if strange is not None:
                raise InputError(f"the recipe has {str(strange)[:40]!r}, which means nothing in it.")
            return parse(recipe, generator)
    raise InputError("the recipe has neither digits (a sheet), nor ends (a way between digits), nor a hand.")


def parse_json(text: str | bytes) -> dict[str, Any]:
    """A recipe's JSON; InputError, one sentence, when it is none. NaN and Infinity are no numbers of a recipe."""

    def refuse(word: str) -> float:
        raise ValueError(word)

    if len(text) > MAX_BYTES:
        raise InputError(f"the recipe has {len(text):,} letters; the most is {MAX_BYTES:,}.")
    try:
        found = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InputError("the recipe is not JSON.") from error
    if not isinstance(found, dict):
        raise InputError("a recipe is a JSON object of named values.")
    return found


def read_file(path: Path) -> dict[str, Any]:
    """The recipe in a file: JSON, or a PNG, GIF, WebP or MP4 that carries one. InputError when there is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}.") from error
    if data.lstrip()[:1] in (b"{", b"["):
        return parse_json(data)
    try:
        found = read_recipe(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is neither a recipe's JSON nor a picture that carries one.") from error
    if found is None:
        raise InputError(f"{path} carries no recipe.")
    return found


def load_named(recipe: Mapping[str, Any]) -> Generator:
    """The generator that the recipe names, from checkpoints/; InputError when it names none that is there."""
    name = recipe.get("model", "digits")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise InputError(f"the recipe's model is {str(name)[:40]!r}; it must be a name in checkpoints/.")
    try:
        return load(name)
    except CheckpointError as error:
        raise InputError(f"the recipe's model cannot be used: {error}") from error


def replay(recipe: Mapping[str, Any] | str | Path, generator: Generator | None = None) -> Tensor:
    """Draw a recipe's pictures once more -> float32 (N, 1, 28, 28) in [-1, 1], on the CPU.

    recipe: an object, or a path to a file that holds or carries one. generator: else the one in checkpoints/ that the
    recipe names. Raises InputError, in one sentence, for a recipe that is wrong or was made with other weights.
    """
    if isinstance(recipe, str | Path):
        recipe = read_file(Path(recipe))
    if not isinstance(recipe, Mapping):
        raise InputError("a recipe is a JSON object of named values.")
    generator = generator or load_named(recipe)
    return check_recipe(recipe, generator).draw(generator)


def make_recipe(generator: Generator, **rest: Any) -> dict[str, Any]:
    """A recipe: the model and its weights' hash, and what else draws the same again."""
    return {"model": generator.name, "weights": generator.sha256, **rest}


def describe_ends(ends: tuple[End, ...]) -> dict[str, Any]:
    """Ends as a recipe has them: start and end for two, else a list."""
    listed = [{"digit": end.digit, "seed": end.seed} for end in ends]
    return {"start": listed[0], "end": listed[1]} if len(listed) == 2 else {"ends": listed}


def describe_seeds(seeds: list[int]) -> dict[str, Any]:
    """Seeds as a recipe has them: one where all are the same, else a list."""
    same = all(a == b for a, b in pairwise(seeds))
    return {"seed": seeds[0]} if same else {"seeds": seeds}
