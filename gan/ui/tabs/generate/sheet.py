"""The Generate tab's sheet: checked arguments in, pictures and their recipe out. No Gradio here.

Notable choices
- One style a row: row r is drawn from z(seed, r) in every column, so that a digit does not change when its neighbours
  are switched off; in many hands, column c from z(seed, 64 r + c). A locked row keeps the (seed, row) that it was
  locked with. The recipe lists each picture's digit and z index, and replays anywhere.
- A link holds the controls' values as text. It is checked as a whole before anything is drawn from it.

    from gan.ui.service import Service
    from gan.ui.tabs.generate.sheet import draw_sheet
    sheet = draw_sheet(Service(), "digits", "2026", rows=4, seed=7, psi=1.0)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import InputError, check_count, check_psi, check_seed, quote
from gan.drawing.generator import Generator
from gan.drawing.sheets import make_sheet
from gan.errors import Listing, say
from gan.recipes.sheet import Sheet as Recipe
from gan.ui.captions import describe_sheet
from gan.ui.inputs import ALL, MAX_TYPED, FieldError, checked, parse_typed
from gan.ui.service import MAX_DIGITS, MAX_SCALE, Service

MAX_ROWS = 20
MAX_SIDE = 4096  # pixels of a downloaded sheet's longer side, unless it is larger at 1 x
HANDS = ("one", "many")  # one z a row, or one z a digit


@dataclass(frozen=True)
class Sheet:
    """images uint8 (rows * columns, 1, 28, 28), row by row; alt says what they show; milliseconds to draw them."""

    images: Tensor
    drawn: Recipe
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    @property
    def columns(self) -> int:
        """How many digits stand in a row."""
        return self.drawn.columns

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.images) // self.columns

    @property
    def labels(self) -> list[int]:
        """The class of each picture."""
        return list(self.drawn.digits)

    def to_zip(self) -> bytes:
        """A PNG for each digit, and a CSV that says which z of which seed it is."""
        return self.drawn.encode(self.images, "zip", 1, self.recipe)

    def to_png(self, scale: int | None = None) -> bytes:
        """The sheet as a PNG that carries its recipe; without a scale, as large as MAX_SIDE allows, to MAX_SCALE."""
        if scale is None:
            own = make_sheet(self.images, self.columns)
            scale = max(1, min(MAX_SCALE, MAX_SIDE // max(own.size)))
        return self.drawn.encode(self.images, "png", scale, self.recipe)


def draw_sheet(
    service: Service,
    model: object,
    digits: object,
    rows: object,
    seed: object,
    psi: object,
    hands: object = "one",
    locks: object = "",
) -> Sheet:
    """Draw a sheet: the digits as columns, one style a row.

    model: a name in `service.models()`. digits: text, numbers or names, to MAX_TYPED, order and repeats
    kept, or "all": as many classes as fit. rows: 1 to MAX_ROWS; rows x digits to MAX_DIGITS. seed: 0 to 2**32 - 1.
    psi: 0 to 1.5. hands: "one" z for a row, or "many", one for each digit. locks: "0:7.0,5:1.3": row 0 keeps style 0
    of seed 7, row 5 style 3 of seed 1. Raises FieldError.
    """
    generator = service.get(model)
    columns, count = _check_columns(generator, digits, rows)
    number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
    kind, kept = checked("hands", check_hands, hands), checked("locks", parse_locks, locks)
    labels = columns * count
    seeds, indices = [], []
    for row in range(count):
        own, style = kept.get(row, (number, row))
        seeds += [own] * len(columns)
        first = style if kind == "one" else style * MAX_TYPED
        indices += [first + (0 if kind == "one" else column) for column in range(len(columns))]
    drawn = Recipe(tuple(labels), tuple(seeds), tuple(indices), truncation, len(columns))
    with service.draws() as clock:
        images = service.share(lambda part: to_uint8(drawn.draw(generator, part)), len(labels))
    alt = describe_sheet(generator, columns, count)
    return Sheet(images, drawn, drawn.describe(generator), alt, clock())


def _check_columns(generator: Generator, digits: object, rows: object) -> tuple[list[int], int]:
    count = checked("rows", check_count, rows, MAX_ROWS, "number of rows")
    if digits == ALL:
        return list(range(min(generator.num_classes, MAX_TYPED, MAX_DIGITS // count))), count
    columns = checked("digits", parse_typed, digits, generator)
    if len(columns) > MAX_TYPED:
        raise FieldError(
            say(
                "{count} digits are too many; a sheet holds up to {most} in a row.", count=len(columns), most=MAX_TYPED
            ),
            "digits",
        )
    if count * len(columns) > MAX_DIGITS:
        said = say(
            "{count} digits in {rows} rows are {all}; a sheet holds up to {most}, here up to {fit} rows.",
            count=len(columns),
            rows=count,
            all=count * len(columns),
            most=MAX_DIGITS,
            fit=MAX_DIGITS // len(columns),
        )
        raise FieldError(said, "rows")
    return columns, count


def check_link(service: Service, link: Mapping[str, Any]) -> dict[str, Any]:
    """The controls of a sheet that a link names, checked -> their values; FieldError for what is wrong.

    link: text by name: model, weights, digits, rows, seed, psi, hands, locks. What is not named is left out.
    """
    generator = service.check_linked(link, ("digits", "rows", "seed", "psi", "hands", "locks"))
    found: dict[str, Any] = {"model": generator.name}
    columns, count = _check_columns(generator, link.get("digits", "0"), link.get("rows", "1"))
    if "digits" in link:
        found["digits"] = "".join(map(str, columns)) if generator.num_classes <= 10 else link["digits"]
    if "rows" in link:
        found["rows"] = count
    for name, check in (("seed", check_seed), ("psi", check_psi), ("hands", check_hands)):
        if name in link:
            found[name] = checked(name, check, link[name])
    if "locks" in link:
        checked("locks", parse_locks, link["locks"])
        found["locks"] = str(link["locks"])
    return found


def check_hands(hands: object) -> str:
    """Whose hand a row is in, "one" or "many"; InputError otherwise."""
    if hands not in HANDS:
        raise InputError(
            say("the hands are {value}; they can be {list}.", value=quote(hands), list=Listing(HANDS, "or"))
        )
    return str(hands)


def parse_locks(text: object) -> dict[int, tuple[int, int]]:
    """Read "0:7.0,5:1.3" as {row: (seed, style)}; rows and styles 0 to MAX_ROWS - 1. InputError otherwise."""
    if text is None or text == "":
        return {}
    if not isinstance(text, str) or len(text) > 1000:
        raise InputError(say("the locked rows must be text such as 0:7.0,5:1.3 (row:seed.style)."))
    kept = {}
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,2}):(\d{1,10})\.(\d{1,2})", part, re.ASCII)
        if not match or int(match[1]) >= MAX_ROWS or int(match[3]) >= MAX_ROWS:
            raise InputError(
                say(
                    "the locked row {value} is not row:seed.style, with rows and styles from 0 to {high}.",
                    value=quote(part),
                    high=MAX_ROWS - 1,
                )
            )
        kept[int(match[1])] = (check_seed(match[2]), int(match[3]))
    return kept
