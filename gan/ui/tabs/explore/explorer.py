"""What the Explore tab and its endpoint ask for: one hand, moved over a plane of w and in units. No Gradio here.

Notable choices
- Directions and measured handwriting are read from the file beside the weights (gan/directions.py). Where it is missing
  or of other weights, the planes are found at once and the handwriting is measured behind the page's back, one model
  at a time; until then a sentence says so.
- While a control is dragged a picture is drawn once, at rest up to three times (QUICK and EXACT of
  gan/handwriting/write.py). Either way it comes with what was measured on it.
- One z for all digits: a class is drawn once, however often a number repeats it.

    from gan.ui.service import Service
    from gan.ui.tabs.explore.explorer import Explorer
    explored = Explorer(Service()).draw("digits", "2026", seed=7, edits={"slant": 20})
"""

import logging
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import InputError, check_psi, check_seed
from gan.drawing.generator import Generator
from gan.drawing.noise import draw_noise
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Listing, join, say
from gan.handwriting.edits import REACH, Edits, check_edits, edit
from gan.handwriting.fit_hand import fit_hand
from gan.handwriting.hand import Hand
from gan.handwriting.measures import MEASURES
from gan.handwriting.planes import Directions, find_planes
from gan.handwriting.planes_file import get_path, read_directions
from gan.handwriting.write import EXACT, QUICK, Memo
from gan.recipes.recipe import check_weights, make_recipe
from gan.store.released import CheckpointError
from gan.ui.captions import describe_row
from gan.ui.inputs import ALL, MAX_TYPED, FieldError, checked, parse_typed
from gan.ui.service import Recent, Service

KEEP = 8  # models whose directions are held
MAP_SIDE = 5  # digits along a side of the pad's map
PLAIN = 28 * 28

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explored:
    """images uint8 (N, 1, 28, 28); measured and asked float32 (N, 4), asked NaN where nobody asked; milliseconds."""

    images: Tensor
    measured: Tensor
    asked: Tensor
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def to_png(self, columns: int | None = None, scale: int = 8) -> bytes:
        """The pictures in one row, or in so many columns, as a PNG that carries the recipe."""
        return encode_png(make_sheet(self.images, columns or len(self.images), scale=scale), self.recipe)

    def list_measures(self) -> list[dict[str, dict[str, float | None]]]:
        """What was asked and what was measured, by picture and by name."""
        return [
            {name: {"asked": _round(asked[k]), "measured": _round(found[k])} for k, name in enumerate(MEASURES)}
            for asked, found in zip(self.asked.tolist(), self.measured.tolist(), strict=True)
        ]


def _round(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)


class Explorer:
    """Draws for the tab, and holds what is known of each model's w. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._found = Recent[str, Directions](KEEP)
        self._finding = threading.Lock()
        self._measuring: str | None = None  # the weights whose handwriting is being measured
        self._recall = lru_cache(maxsize=32)(lambda *place: Memo())  # of a slider's moves, which all begin at one place

    def find(self, generator: Generator) -> Directions:
        """The model's directions, at once; what it lacks of a hand is being measured when this returns."""

        def look() -> Directions:
            try:
                return read_directions(get_path(generator), generator)
            except CheckpointError:
                return Directions(generator.name, generator.sha256, *find_planes(generator))

        with self._finding:
            known = self._found.find(generator.sha256, look)
            if known.hand is None and self._measuring is None:
                self._measuring = generator.sha256
                threading.Thread(target=self._measure, args=(generator,), name="measure", daemon=True).start()
            return known

    def _measure(self, generator: Generator) -> None:
        torch.set_num_threads(1)  # the other cores belong to visitors
        hand: Hand | None = None
        try:
            hand = fit_hand(generator, say=log.info)
        except Exception:
            log.exception("The handwriting of %s could not be measured", generator.name)
        with self._finding:
            if hand is not None:  # after a failure no other try: it would fail for every visitor
                known = self._found.look(generator.sha256)
                if known is not None:
                    self._found.put(generator.sha256, replace(known, hand=hand))
                self._measuring = None

    def describe(self, model: object, weights: object = None) -> dict[str, Any]:
        """What the tab's controls need to know of a model: classes, ranges (None while measured), notes, a sentence.

        weights: the first figures of a hash, from a link; FieldError when the model has others.
        """
        generator = self._service.get(model)
        if weights:
            checked("", check_weights, weights, generator)
        found = self.find(generator)
        said = []
        if found.hand is None:
            said = [
                say(
                    "The handwriting of {model} is being measured, about a minute; the pad works already.",
                    model=generator.name,
                ),
                say("(`python -m gan.directions {model}` does it once for all.)", model=generator.name),
            ]
        if not generator.conditional:
            said.append(say("This model knows no classes: it draws whichever digit it likes."))
        return {
            "model": generator.name,
            "classes": list(generator.class_names),
            "conditional": generator.conditional,
            "ranges": found.hand.ranges if found.hand else None,
            "notes": found.notes,
            "reach": REACH,
            "sentence": join(said) if said else "",
        }

    def draw(
        self,
        model: object,
        digits: object = None,
        seed: object = 0,
        psi: object = 1.0,
        edits: Mapping[str, object] | None = None,
        quick: bool = False,
    ) -> Explored:
        """Draw digits, all of one hand: z(seed, 0), moved over a plane and to the measures asked for.

        model: a name. digits: text, numbers or names, to MAX_TYPED; None or "all" for every class once. seed: 0
        to 2**32 - 1. psi: 0 to 1.5. edits: plane (pca, sefa, random), pair (1 to 4), x, y (-3 to 3 standard
        deviations), and slant (degrees), thickness, width, height (px), each the mean over the classes; None for what
        is not asked. quick: as while a slider is dragged. Raises FieldError.
        """
        generator = self._service.get(model)
        if digits is None or digits == ALL:
            labels = list(range(min(generator.num_classes, MAX_TYPED)))
        else:
            labels = checked("digits", parse_typed, digits, generator)
        if len(labels) > MAX_TYPED:
            raise FieldError(
                say("{count} digits are too many; a row holds up to {most}.", count=len(labels), most=MAX_TYPED),
                "digits",
            )
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        found = self.find(generator)
        wanted = self._check(found, edits or {})
        place = (wanted.plane, wanted.pair, wanted.x, wanted.y)
        shown, steps = sorted(set(labels)), QUICK if quick else EXACT

        z, y = _draw_z(number, generator.z_dim, generator.config.noise), torch.tensor(shown)

        def draw(part: slice) -> Tensor:
            who = y[part]
            memo = self._recall(generator.sha256, number, *shown[part], truncation, *place)
            written = edit(
                generator, found, z.expand(len(who), -1), who, wanted, truncation=truncation, steps=steps, memo=memo
            )
            return torch.cat([written.images.flatten(1), written.measured, written.asked], 1)

        with self._service.draws() as clock:
            drawn = self._service.share(draw, len(shown))[[shown.index(label) for label in labels]]
        images = to_uint8(drawn[:, :PLAIN]).view(-1, 1, 28, 28)
        measured, asked = drawn[:, PLAIN:].split(len(MEASURES), 1)
        changes = wanted.to_dict()
        recipe = make_recipe(
            generator, seed=number, digits=labels, indices=[0] * len(labels), truncation=truncation,
            **({"edits": changes} if changes else {}),
        )  # fmt: skip
        alt = describe_row(generator, labels, number)
        asking = [
            say("{what} {value:.1f} {unit}", what=name, value=value, unit=MEASURES[name])
            for name, value in wanted.asked.items()
        ]
        if asking:
            alt = say("{shown}, {list}", shown=alt, list=Listing(asking))
        return Explored(images, measured, asked, recipe, alt, clock())

    def draw_map(self, model: object, digit: object, seed: object, psi: object, edits: Mapping[str, object]) -> Tensor:
        """One digit at MAP_SIDE x MAP_SIDE even places of a plane, top row first -> uint8 (25, 1, 28, 28)."""
        generator = self._service.get(model)
        labels = checked("digits", parse_typed, digit, generator)[:1]
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        found = self.find(generator)
        plane = self._check(found, {name: edits.get(name) for name in ("plane", "pair")})
        step = torch.linspace(-REACH, REACH, MAP_SIDE).tolist()
        first, second = found.planes[plane.plane][2 * plane.pair - 2 : 2 * plane.pair]
        y = torch.tensor(labels)

        def draw(part: slice) -> Tensor:
            w = generator.truncate(generator.map(generator.draw_z(number, [0]), y), y, truncation)
            places = [(across, up) for up in reversed(step) for across in step][part]
            return to_uint8(generator.synthesize(torch.cat([w + a * first + b * second for a, b in places])))

        with self._service.draws():
            return self._service.share(draw, MAP_SIDE**2)

    def _check(self, found: Directions, edits: Mapping[str, object]) -> Edits:
        """check_edits; what is wrong is said at its control."""
        try:
            return check_edits(found, edits)
        except InputError:
            for name, value in edits.items():
                checked(name, check_edits, found, {name: value})
            raise


@lru_cache(maxsize=64)
def _draw_z(seed: int, z_dim: int, noise: str) -> Tensor:
    """z(seed, 0), (1, z_dim): the same for every move of a hand."""
    return draw_noise(seed, [0], z_dim, noise)
