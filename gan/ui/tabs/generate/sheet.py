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

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.generator import Generator, InputError, check_count, check_psi, check_seed
from gan.drawing.sheets import encode_png, make_sheet, write_zip
from gan.recipes.read import describe_seeds, make_recipe
from gan.ui.captions import list_digits, plural
from gan.ui.inputs import MAX_TYPED, FieldError, checked, parse_typed
from gan.ui.service import MAX_DIGITS, Service

MAX_ROWS = 20
MAX_SCALE = 10  # screen pixels for each of a digit's own, of a downloaded sheet
MAX_SIDE = 4096  # pixels of a downloaded sheet's longer side, unless it is larger at 1 x
HANDS = ("one", "many")  # one z a row, or one z a digit


@dataclass(frozen=True)
class Sheet:
    """images uint8 (rows * columns, 1, 28, 28), row by row; alt says what they show; milliseconds to draw them."""

    images: Tensor
    columns: int
    rows: int
    recipe: dict[str, Any]
    alt: str
    milliseconds: float
    labels: list[int]
    seeds: list[int]
    indices: list[int]

    def to_zip(self) -> bytes:
        """A PNG for each digit, and a CSV that says which z of which seed it is."""
        file = io.BytesIO()
        write_zip(file, self.images, self.labels, seed=self.seeds, indices=self.indices)
        return file.getvalue()

    def to_png(self, scale: int | None = None) -> bytes:
        """The sheet as a PNG that carries its recipe; without a scale, as large as MAX_SIDE allows, to 10 x."""
        if scale is None:
            own = make_sheet(self.images, self.columns)
            scale = max(1, min(10, MAX_SIDE // max(own.size)))
        return encode_png(make_sheet(self.images, self.columns, scale=scale), self.recipe)


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

    model: a name in `service.models()`. digits: text or numbers, to MAX_TYPED, order and repeats kept. rows: 1 to
    MAX_ROWS; rows x digits to MAX_DIGITS. seed: 0 to 2**32 - 1. psi: 0 to 1.5. hands: "one" z for a row, or "many",
    one for each digit. locks: "0:7.0,5:1.3": row 0 keeps style 0 of seed 7, row 5 style 3 of seed 1. Raises
    FieldError.
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
    z, y = generator.draw_z(seeds, indices), torch.tensor(labels)

    def draw(part: slice) -> Tensor:
        w = generator.truncate(generator.map(z[part], y[part]), y[part], truncation)
        return to_uint8(generator.synthesize(w))

    with service.draws() as clock:
        images = service.share(draw, len(labels))
    recipe = make_recipe(
        generator,
        **describe_seeds(seeds),
        digits=labels,
        indices=indices,
        truncation=truncation,
        columns=len(columns),
    )
    shown = list_digits([generator.class_names[digit] for digit in columns])
    noun = plural(len(labels), "digit")
    alt = f"Sheet of {len(labels)} handwritten {noun}, {count} {plural(count, 'row')} of {shown}"
    return Sheet(images, len(columns), count, recipe, alt, clock(), labels, seeds, indices)


def _check_columns(generator: Generator, digits: object, rows: object) -> tuple[list[int], int]:
    columns = checked("digits", parse_typed, digits, generator.num_classes)
    if len(columns) > MAX_TYPED:
        raise FieldError(f"{len(columns)} digits are too many; a sheet holds up to {MAX_TYPED} in a row.", "digits")
    count = checked("rows", check_count, rows, MAX_ROWS)
    if count * len(columns) > MAX_DIGITS:
        raise FieldError(
            f"{len(columns)} digits in {count} rows are {count * len(columns)}; a sheet holds up to {MAX_DIGITS}, "
            f"here up to {MAX_DIGITS // len(columns)} rows.",
            "rows",
        )
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
        raise InputError(f"the hands are {str(hands)[:40]!r}; they can be {' or '.join(HANDS)}.")
    return str(hands)


def parse_locks(text: object) -> dict[int, tuple[int, int]]:
    """Read "0:7.0,5:1.3" as {row: (seed, style)}; rows and styles 0 to MAX_ROWS - 1. InputError otherwise."""
    if text is None or text == "":
        return {}
    if not isinstance(text, str) or len(text) > 1000:
        raise InputError("the locked rows must be text such as 0:7.0,5:1.3 (row:seed.style).")
    kept = {}
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,2}):(\d{1,10})\.(\d{1,2})", part, re.ASCII)
        if not match or int(match[1]) >= MAX_ROWS or int(match[3]) >= MAX_ROWS:
            raise InputError(
                f"the locked row {part[:40]!r} is not row:seed.style, with rows and styles from 0 to {MAX_ROWS - 1}."
            )
        kept[int(match[1])] = (check_seed(match[2]), int(match[3]))
    return kept
