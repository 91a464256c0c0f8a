"""What is done to a hand: a place on a plane, and measures asked for by name; checked, and drawn.

>>> edits = check_edits(found, {"plane": "pca", "pair": 1, "x": 0.5, "slant": 20})    # found: see planes_file.find
>>> edit(generator, found, z, labels, edits).images
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from gan.drawing.arguments import InputError, check_count
from gan.drawing.generator import Generator
from gan.errors import Listing, say
from gan.handwriting.hand import check_asked, read_number
from gan.handwriting.measures import MEASURES
from gan.handwriting.planes import PAIRS, Directions, check_plane
from gan.handwriting.write import EXACT, Memo, Written, write

EDITS = ("plane", "pair", "x", "y")  # and the names of MEASURES
REACH = 3.0  # how far a plane goes, in standard deviations


@dataclass(frozen=True)
class Edits:
    """What is done to a hand: a place on a plane, and measures asked for by name (see gan.handwriting)."""

    plane: str = "pca"
    pair: int = 1
    x: float = 0.0
    y: float = 0.0
    asked: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As a recipe keeps it: nothing of the plane at its middle, nothing that was not asked for."""
        place = {"plane": self.plane, "pair": self.pair, "x": self.x, "y": self.y} if self.x or self.y else {}
        return {**place, **self.asked}


def check_edits(found: Directions, edits: Mapping[str, object]) -> Edits:
    """Edits by name (plane, pair, x, y, slant, thickness, width, height), None for none, checked; InputError."""
    strange = next((name for name in edits if name not in (*EDITS, *MEASURES)), None)
    if strange is not None:
        raise InputError(
            say("{value} is no edit; there are {list}.", value=repr(strange[:40]), list=Listing((*EDITS, *MEASURES)))
        )
    given = {name: value for name, value in edits.items() if value is not None and value != ""}
    pair = check_count(given.get("pair", 1), PAIRS)
    x, y = (check_coordinate(given.get(name, 0.0), name) for name in ("x", "y"))
    wanted = {name: given[name] for name in MEASURES if name in given}
    if wanted and found.hand is None:
        raise InputError(
            say("the handwriting of {model} is not measured yet; it takes about a minute.", model=found.model)
        )
    asked = check_asked(found.hand, wanted) if found.hand else {}
    return Edits(check_plane(given.get("plane", "pca")), pair, x, y, asked)


def check_coordinate(value: object, name: str) -> float:
    """A coordinate on a plane, -REACH to REACH; InputError otherwise."""
    number = read_number(value)
    if not -REACH <= number <= REACH:
        raise InputError(
            say(
                "{what} is {value}; it must be a number from {low:g} to {high:g}.",
                what=name,
                value=str(value)[:40],
                low=-REACH,
                high=REACH,
            )
        )
    return number


def edit(
    generator: Generator,
    found: Directions,
    z: Tensor,
    labels: Tensor,
    edits: Edits,
    *,
    truncation: float = 1.0,
    steps: Sequence[int] = EXACT,
    memo: Memo | None = None,
) -> Written:
    """Draw labels (N,) in the hands of z (N, z_dim), edited. steps, memo: see `write` of gan.handwriting."""
    offset = found.find_offset(edits.plane, edits.pair, edits.x, edits.y)
    return write(
        generator, found.hand, z, labels, edits.asked, truncation=truncation, offset=offset, steps=steps, memo=memo
    )
