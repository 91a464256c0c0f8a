"""What the "Your hand" tab asks for: a drawing in; what it is read as, its hand, and digits in that hand out.

Notable choices
- Nothing of a visitor is kept: what a refinement needs for its next slice travels to the page and back
  (Found.to_bytes), and is checked like everything that comes from there.
- A slice of a refinement ends after SLICE_SECONDS; the pen is free between two, and others draw meanwhile.
- Digits are drawn from the hand as it is told (a byte a number of z), also while it improves: the link, the saved
  picture and the page show the same pixels.

    from gan.ui.service import Service
    from gan.ui.tabs.hand.desk import HandDesk
    answer = HandDesk(Service()).look("digits", Path("seven.png").read_bytes(), digit=None)
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeGuard, TypeVar

import numpy as np
import torch
from torch import Tensor

from gan.data import DIGITS, to_float, to_uint8
from gan.data.photo import Share, read_canvas
from gan.drawing.arguments import quote
from gan.drawing.generator import Generator
from gan.drawing.number_line import enlarge, parse_number, set_line
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Sentence, say
from gan.handwriting.encoder import EncoderError, load_encoder
from gan.handwriting.invert import STEPS, Found, Inverter, draw_hand, hear_hand, measure_error, tell_hand
from gan.handwriting.measures import measure_slant, measure_thickness
from gan.judges.classifier import ClassifierError
from gan.recipes.hand import HAND_COLUMNS
from gan.recipes.recipe import check_weights, make_recipe
from gan.ui.captions import list_digits
from gan.ui.inputs import FieldError, checked
from gan.ui.judge import load_reader
from gan.ui.service import Recent, Service

SLICE_SECONDS = 0.03  # after which no further steps are begun: the pen is held for about 50 ms
UNSURE = 0.7  # confidence below which the reading is called a guess

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """Where an inversion stands.

    seen uint8 (28, 28): what the model sees, 255 = ink; redrawn uint8 (28, 28); error: mean absolute difference, as a
    share of full ink; read: probabilities of ten digits, the evener the more doubt (0 to 1) the picture leaves; digit:
    the class that is redrawn; redrawn_as: what the redrawn one is read as, with its probability; hand: z as text; ten
    uint8 (10, 1, 28, 28) in that hand; style: (slant degrees, thickness pixels) of the drawing and the redrawn digit;
    note: a sentence or ""; box, others: where the digit, and what else may be one, lie in the picture (Canvas).
    """

    model: str
    seen: Tensor
    read: tuple[float, ...]
    digit: int
    redrawn: Tensor
    redrawn_as: tuple[int, float]
    error: float
    hand: str
    ten: Tensor | None
    style: tuple[tuple[float, float], tuple[float, float]]
    state: bytes
    step: int
    note: str
    milliseconds: float
    doubt: float = 0.0
    box: Share | None = None
    others: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Line:
    """A number written in one hand: uint8 (28, W), 255 = ink; alt says what it shows."""

    pixels: np.ndarray
    recipe: dict[str, Any]
    alt: str

    def to_png(self, scale: int = 1) -> bytes:
        """The line as a PNG that carries its recipe, each pixel scale x scale."""
        return encode_png(enlarge(self.pixels, scale), self.recipe)


class HandDesk:
    """Inverters for the models in use, and the answers to a page that keeps its own state. Safe from any thread."""

    def __init__(self, service: Service, keep: int = 2) -> None:
        """`keep`: how many models' inverters to hold; the one unused for longest goes first."""
        self.service = service
        self._inverters = Recent[tuple[str, int], Inverter](keep)

    def look(self, model: object, picture: object, digit: object = None, at: object = None) -> Answer:
        """The first answer for an image file's bytes; `digit` 0 to 9 says what it is meant to be, None lets it be read.

        at: [x, y], shares of the picture's width and height, chooses among several digits. Raises FieldError: of
        "picture" where it shows no digit, of "digit", or of "model".
        """
        inverter = self._get(model)
        asked = self._check_digit(digit)
        if not isinstance(picture, bytes):
            raise FieldError(say("no picture came; draw a digit, or choose an image file."), "picture")
        canvas = checked("picture", read_canvas, picture, check_place(at))
        seen = to_uint8(canvas.image)

        def begin() -> Answer:
            image = to_float(seen)
            read = tuple(inverter.reader.read(image)[0].tolist())
            chosen = max(range(10), key=lambda one: read[one]) if asked is None else asked
            y = torch.tensor([chosen if inverter.generator.conditional else 0])
            answer = self._tell(inverter, seen, image, soften(read, canvas.doubt), chosen, inverter.start(image, y))
            return replace(answer, doubt=canvas.doubt, box=canvas.box, others=canvas.others)

        return self._draw(begin, canvas.note)

    def refine(
        self, model: object, seen: object, digit: object, state: object, step: object, doubt: object = 0.0
    ) -> Answer:
        """One slice more: what is named as the answer before gave it (seen as 784 bytes)."""
        inverter = self._get(model)
        chosen = self._check_digit(digit)
        if chosen is None or not isinstance(seen, bytes) or len(seen) != 784 or not isinstance(state, bytes):
            raise FieldError(say("the refinement cannot go on from what came; begin anew by drawing."))
        if isinstance(step, bool) or not isinstance(step, int):
            raise FieldError(say("the refinement's step is no whole number; begin anew by drawing."))
        if not _is_share(doubt):
            raise FieldError(say("the refinement cannot go on from what came; begin anew by drawing."))
        lasting = float(doubt)
        found = checked("", inverter.read_bytes, state, step)
        pixels = torch.from_numpy(np.frombuffer(seen, np.uint8).copy()).view(1, 1, 28, 28)

        def improve() -> Answer:
            image, now = to_float(pixels), found
            y = torch.tensor([chosen if inverter.generator.conditional else 0])
            begun = time.perf_counter()
            while now.step < STEPS and time.perf_counter() - begun < SLICE_SECONDS:
                now = inverter.refine(image, y, now, steps=2)
            read = tuple(inverter.reader.read(image)[0].tolist())
            return replace(self._tell(inverter, pixels, image, soften(read, lasting), chosen, now), doubt=lasting)

        return self._draw(improve, "")

    def invert(self, model: object, picture: object, digit: object = None, at: object = None) -> Answer:
        """The first answer and the whole refinement, slice by slice, for a program."""
        answer = self.look(model, picture, digit, at)
        note = answer.note
        while answer.step < STEPS:
            seen = answer.seen.numpy().tobytes()
            answer = replace(
                self.refine(model, seen, answer.digit, answer.state, answer.step, answer.doubt),
                box=answer.box,
                others=answer.others,
            )
        return replace(answer, note=note) if note else answer

    def draw_ten(self, model: object, hand: object, weights: object = None) -> tuple[Tensor, dict[str, Any]]:
        """All ten digits in a told hand, uint8 (10, 1, 28, 28), and the recipe.

        weights: the first figures of the hash of the weights that the hand was found with, if they are to be the same.
        """
        generator = self._get(model).generator
        self._check_classes(generator)
        if weights:
            checked("", check_weights, weights, generator)
        z = checked("hand", hear_hand, hand, generator)
        digits = list(range(generator.num_classes))
        drawn = self._run(lambda: to_uint8(draw_hand(generator, z, digits)))
        return drawn, make_recipe(generator, hand=hand, digits=digits, columns=HAND_COLUMNS)

    def draw_ten_png(self, model: object, hand: object, scale: int = 8) -> bytes:
        """All ten digits in a told hand, HAND_COLUMNS in a row, as a PNG that carries its recipe."""
        drawn, recipe = self.draw_ten(model, hand)
        return encode_png(make_sheet(drawn, HAND_COLUMNS, scale=scale), recipe)

    def write(self, model: object, hand: object, text: object) -> Line:
        """A number, PIN or date in a told hand. text: as gan.drawing.number_line.parse_number takes it.

        Raises FieldError of "number" for letters, for none, or for too many.
        """
        generator = self._get(model).generator
        self._check_classes(generator)
        z = checked("hand", hear_hand, hand, generator)
        signs = checked("number", parse_number, text)
        digits = [int(sign) for sign in signs if sign.isdigit()]
        drawn = self._run(lambda: to_uint8(draw_hand(generator, z, digits)))
        recipe = make_recipe(generator, hand=hand, digits=digits, text=signs)
        shown = list_digits(list(signs.replace(" ", "")))
        alt = say("The number {digits}, written in the hand of the drawing", digits=shown)
        return Line(set_line(drawn[:, 0].numpy(), signs), recipe, alt)

    def _get(self, model: object) -> Inverter:
        """The inverter of that model, made once; FieldError when the model is none of digits."""
        generator = self.service.get(model)
        if generator.conditional and generator.class_names != DIGITS:
            raise FieldError(
                say("the model {model} draws other things than the ten digits; choose another.", model=generator.name),
                "model",
            )

        def make() -> Inverter:
            try:
                reader = load_reader()
            except ClassifierError as error:
                raise FieldError(error.sentence) from error
            try:
                encoder = load_encoder(generator)
            except EncoderError:
                encoder = None  # the nearest of random hands is the first answer instead
            return Inverter(generator, reader, encoder)

        return self._inverters.find((generator.name, id(generator)), make)

    @staticmethod
    def _check_digit(digit: object) -> int | None:
        """A digit 0 to 9, or None for "read it"."""
        if digit is None or digit == "":
            return None
        if isinstance(digit, str) and re.fullmatch("[0-9]", digit):
            return int(digit)
        if isinstance(digit, int) and not isinstance(digit, bool) and 0 <= digit <= 9:
            return digit
        raise FieldError(
            say("{value} is not a digit; choose one from 0 to 9, or let it be read.", value=quote(digit)), "digit"
        )

    @staticmethod
    def _check_classes(generator: Generator) -> None:
        """FieldError when the generator cannot be told which digit to draw."""
        if not generator.conditional:
            raise FieldError(say_without_classes(generator.name), "model")

    def _run(self, work: Callable[[], T]) -> T:
        """Do it with the pen, in a thread of the service's own, whose torch keeps to one thread."""
        done: list[T] = []

        def draw(_: slice) -> Tensor:
            done.append(work())
            return torch.empty(0)

        with self.service.draws():
            self.service.share(draw, 1)
        return done[0]

    def _draw(self, work: Callable[[], Answer], note: str) -> Answer:
        begun = time.perf_counter()
        answer = self._run(work)
        took = (time.perf_counter() - begun) * 1000
        return replace(answer, milliseconds=took, note=note or answer.note)

    def _tell(
        self, inverter: Inverter, seen: Tensor, image: Tensor, read: tuple[float, ...], digit: int, found: Found
    ) -> Answer:
        generator = inverter.generator
        y = torch.tensor([digit if generator.conditional else 0])
        redrawn = to_uint8(inverter.redraw(found, y))
        again = to_float(redrawn)
        said = inverter.reader.read(again)[0]
        hand = tell_hand(found.z)
        ten = None
        if generator.conditional:
            ten = to_uint8(draw_hand(generator, hear_hand(hand, generator), range(10)))
        both = torch.cat([image, again])
        slant, thick = measure_slant(both).tolist(), measure_thickness(both).tolist()
        note = ""
        if not generator.conditional:
            note = say_without_classes(generator.name)
        elif max(read) < UNSURE:
            note = say("The reading is a guess; say which digit is meant, or draw it more plainly.")
        return Answer(
            model=generator.name,
            seen=seen[0, 0],
            read=read,
            digit=digit,
            redrawn=redrawn[0, 0],
            redrawn_as=(int(said.argmax()), float(said.max())),
            error=float(measure_error(again, image)),
            hand=hand,
            ten=ten,
            style=((slant[0], thick[0]), (slant[1], thick[1])),
            state=found.to_bytes(),
            step=found.step,
            note=note,
            milliseconds=0.0,
        )


def check_place(at: object) -> tuple[float, float] | None:
    """A place on a picture, [x, y] as shares of its width and height, or None for none; FieldError of "picture"."""
    if at is None or at == "":
        return None
    places = [one for one in at if _is_share(one)] if isinstance(at, list | tuple) else []
    if len(places) != 2 or not isinstance(at, list | tuple) or len(at) != 2:
        raise FieldError(
            say("{value} is no place on a picture; give [x, y], each from 0 to 1.", value=quote(at)), "picture"
        )
    return float(places[0]), float(places[1])


def _is_share(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def soften(read: tuple[float, ...], doubt: float) -> tuple[float, ...]:
    """Probabilities of ten digits where the picture leaves so much doubt, 0 to 1: of all doubt, a tenth for each."""
    return tuple((1 - doubt) * share + doubt / len(read) for share in read)


def say_without_classes(model: str) -> Sentence:
    """What a model without classes can do here, and what it cannot."""
    return say(
        "The model {model} was trained without classes: it can redraw what you drew, but no other digit in that hand; "
        "choose another model for those.",
        model=model,
    )
