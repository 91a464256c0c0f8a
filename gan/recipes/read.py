"""The table of kinds of recipes, and where recipes come from: JSON, and pictures and films that carry one.

The page, `gan.sample --recipe`, `gan.replay` and the files that they write all mean the same by a recipe. It names
the weights it was made with: for others it is refused, since another picture would come of it. What a recipe says is
checked wherever it comes from.

    python -m gan.sample --recipe sheet.png --out again.png       # a recipe as JSON, or the picture that carries one
    >>> gan.replay(recipe)                                        # float32 (N, 1, 28, 28) in [-1, 1]
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from PIL import Image
from torch import Tensor

from gan.drawing.arguments import InputError, quote
from gan.drawing.films import DESCRIPTION
from gan.drawing.generator import Generator, load
from gan.drawing.sheets import RECIPE_KEY
from gan.errors import say
from gan.recipes.hand import Hand
from gan.recipes.recipe import Recipe, check_weights
from gan.recipes.sheet import Sheet
from gan.recipes.way import Way
from gan.store.names import is_name, is_pinned
from gan.store.released import CheckpointError

MAX_BYTES = 2 << 20  # of a recipe's JSON
KINDS: tuple[type[Recipe], ...] = (Hand, Sheet, Way)  # the first whose sign a recipe has
COMMON_KEYS = ("model", "weights")
EXTRA_KEYS = ("milliseconds", "measures")  # what the API adds and no picture depends on


def check_recipe(recipe: Any, generator: Generator) -> Recipe:
    """Check a recipe against the generator that is to draw it; InputError, one sentence, for what is wrong."""
    if not isinstance(recipe, Mapping):
        raise InputError(say("a recipe is a JSON object of named values."))
    if "weights" in recipe:
        check_weights(recipe["weights"], generator)
    for kind in KINDS:
        if any(sign in recipe for sign in kind.signs):
            strange = next((key for key in recipe if key not in (*COMMON_KEYS, *kind.keys, *EXTRA_KEYS)), None)
            if strange is not None:
                raise InputError(say("the recipe has {value}, which means nothing in it.", value=quote(strange)))
            return kind.parse(recipe, generator)
    raise InputError(say("the recipe has neither digits (a sheet), nor ends (a way between digits), nor a hand."))


def parse_json(text: str | bytes) -> dict[str, Any]:
    """A recipe's JSON; InputError, one sentence, when it is none. NaN and Infinity are no numbers of a recipe."""

    def refuse(word: str) -> float:
        raise ValueError(word)

    if len(text) > MAX_BYTES:
        raise InputError(
            say("the recipe has {count:,} letters; the most is {most:,}.", count=len(text), most=MAX_BYTES)
        )
    try:
        found = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(say("the recipe is not JSON.")) from error
    if not isinstance(found, dict):
        raise InputError(say("a recipe is a JSON object of named values."))
    return found


def read_recipe(file: str | Path | IO[bytes]) -> dict[str, Any] | None:
    """The recipe that a PNG, GIF, WebP or MP4 of ours carries, or None where there is none.

    Raises OSError when the file cannot be read or is none of these.
    """
    data = file.read() if hasattr(file, "read") else Path(file).read_bytes()
    text = _read_comment(data) if data[4:8] == b"ftyp" else _read_note(data)
    try:
        found = json.loads(text) if text else None
    except ValueError:  # somebody else's comment
        return None
    return found if isinstance(found, dict) else None


def _read_note(data: bytes) -> str | bytes | None:
    with Image.open(io.BytesIO(data)) as image:
        return image.info.get(RECIPE_KEY) or image.info.get("comment") or image.getexif().get(DESCRIPTION)


def _read_comment(data: bytes) -> str | None:
    import av

    with av.open(io.BytesIO(data)) as film:
        return film.metadata.get("comment")


def read_file(path: Path) -> dict[str, Any]:
    """The recipe in a file: JSON, or a PNG, GIF, WebP or MP4 that carries one. InputError when there is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            say("{path} could not be read: {reason}.", path=str(path), reason=str(error.strerror))
        ) from error
    if data.lstrip()[:1] in (b"{", b"["):
        return parse_json(data)
    try:
        found = read_recipe(path)
    except (OSError, ValueError) as error:
        raise InputError(
            say("{path} is neither a recipe's JSON nor a picture that carries one.", path=str(path))
        ) from error
    if found is None:
        raise InputError(say("{path} carries no recipe.", path=str(path)))
    return found


def load_named(recipe: Mapping[str, Any]) -> Generator:
    """The generator that the recipe names, in checkpoints/ or on the Hub; InputError when it names none there is."""
    name = recipe.get("model", "digits")
    if not isinstance(name, str) or not (is_name(name) or is_pinned(name)):
        raise InputError(
            say(
                "the recipe's model is {value}; it must be a name in checkpoints/, or USER/REPO@COMMIT of the Hub.",
                value=quote(name),
            )
        )
    try:
        return load(name)
    except CheckpointError as error:
        raise InputError(say("the recipe's model cannot be used: {why}.", why=error.sentence)) from error


def replay(recipe: Mapping[str, Any] | str | Path, generator: Generator | None = None) -> Tensor:
    """Draw a recipe's pictures once more -> float32 (N, 1, 28, 28) in [-1, 1], on the CPU.

    recipe: an object, or a path to a file that holds or carries one. generator: else the one in checkpoints/ that the
    recipe names. Raises InputError, in one sentence, for a recipe that is wrong or was made with other weights.
    """
    if isinstance(recipe, str | Path):
        recipe = read_file(Path(recipe))
    if not isinstance(recipe, Mapping):
        raise InputError(say("a recipe is a JSON object of named values."))
    generator = generator or load_named(recipe)
    return check_recipe(recipe, generator).draw(generator)
