"""The Forger and inspector tab without the page: real and forged digits with D's opinion, a game of telling them apart.

Notable choices
- Real digits are of the test split, which D has not seen in training; where there are none, the forged ones remain.
- Nothing of a visitor is kept. A round of the game is a function of (model, digit, seed, psi, number) alone: the page
  gets two pictures without a word about which is which, and the truth only in the answer to its choice. That keeps the
  answer out of the page, not from a program that asks for it.

    from gan.ui.tabs.inspector.game import Inspector
    view = Inspector(service).view("digits", "any", count=100, seed=1, psi=1.0)
"""

import random
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan.data import SOURCES, DataError, Dataset, to_float, to_uint8
from gan.drawing.arguments import InputError, check_count, check_psi, check_seed, quote
from gan.drawing.generator import Generator
from gan.errors import say
from gan.judges.verdict import Verdict, get_verdict, score
from gan.recipes.recipe import make_recipe
from gan.store.released import CheckpointError
from gan.ui.inputs import FieldError, checked, field_of, parse_class
from gan.ui.service import Service
from gan.ui.tabs.inspector.real import RealDigits

ANY = "any"
MAX_OF_EACH = 400
ROUNDS = 10
GAME_START = 1 << 24  # the game's forgeries are other ones than those that the same seed shows beside it


@dataclass(frozen=True)
class Seen:
    """Pictures and D's opinion of them: images uint8 (N, 1, 28, 28), labels int64 (N,), shares float32 (N,)."""

    images: Tensor
    labels: Tensor
    shares: Tensor


@dataclass(frozen=True)
class View:
    """What D sees. `ranked` is how often D finds the real one of a pair the more real, None without real digits."""

    real: Seen
    forged: Seen
    verdict: Verdict
    source: str
    ranked: float | None
    recipe: dict[str, Any]
    milliseconds: float


@dataclass(frozen=True)
class Round:
    """Two pictures, uint8 (2, 1, 28, 28), one real and one forged; `forged` (0 or 1) says which. Keep it to oneself."""

    images: Tensor
    forged: int
    label: int | None
    name: str


@dataclass(frozen=True)
class Outcome:
    """A round after the choice: the truth, D's probability "real" of both, and which of them D takes for forged.

    `kind` says what the probabilities are, as Verdict.kind does.
    """

    forged: int
    choice: int
    shares: tuple[float, float]
    inspector: int
    kind: str


def rank_pairs(real: Tensor, forged: Tensor) -> float:
    """How often the real one of a pair has the larger number, a tie counting half: (N,), (M,) -> 0 to 1 (the AUC)."""
    order = forged.sort().values
    below, upto = (torch.searchsorted(order, real.contiguous(), right=right).double() for right in (False, True))
    return float((0.5 * (below + upto)).mean() / len(order))


class Inspector:
    """What the tab asks for. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.data = RealDigits()

    def view(self, model: object, digit: object, count: object, seed: object, psi: object) -> View:
        """`count` forged digits and, where they are at hand, as many real ones, judged by D.

        digit: a class, or "any" for all of them in turn (a model without classes takes "any" alone). count: 1 to
        MAX_OF_EACH; a class may have fewer real ones. seed: of z and of which real digits. psi: 0 to 1.5. FieldError
        for anything else, for a model without D too.
        """
        generator, verdict = self._get(model)
        label = check_digit(digit, generator)
        many = checked("count", check_count, count, MAX_OF_EACH)
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        labels = torch.arange(many) % generator.num_classes if label is None else torch.full((many,), label)
        z = generator.draw_z(number, range(many))
        try:
            real, source = _pick(self.data.find(generator), generator, labels, label, number)
        except DataError:
            real, source = (torch.zeros(0, 1, 28, 28, dtype=torch.uint8), labels[:0]), ""

        def draw(part: slice) -> Tensor:
            return to_uint8(generator.draw(z[part], labels[part], truncation))

        def judge(images: Tensor, labels: Tensor) -> Seen:
            # Judged as shown, in 256 grey levels
            def work(part: slice) -> Tensor:
                return verdict.judge(to_float(images[part]), labels[part])

            return Seen(images, labels, self._service.share(work, len(images)))

        with self._service.draws() as clock:
            forged = judge(self._service.share(draw, many), labels)
            seen = judge(*real)
        recipe = make_recipe(
            generator, seed=number, digits=labels.tolist(), indices=list(range(many)), truncation=truncation
        )
        ranked = rank_pairs(seen.shares, forged.shares) if len(seen.shares) else None
        return View(seen, forged, verdict, source, ranked, recipe, clock())

    def make_round(self, model: object, digit: object, seed: object, psi: object, number: object) -> Round:
        """Round `number`, 0 to 9: a real and a forged digit of one class, in an order drawn from the arguments.

        With digit "any" each class comes once in ten rounds. FieldError for wrong arguments and where no real digits
        are at hand.
        """
        return self._make_round(model, digit, seed, psi, number)[2]

    def choose(
        self, model: object, digit: object, seed: object, psi: object, number: object, choice: object
    ) -> Outcome:
        """The same round, after the visitor took picture `choice` (0 or 1) for the forged one."""
        if isinstance(choice, bool) or choice not in (0, 1):
            raise FieldError(
                say("the choice is {value}; it must be 0 for the first picture or 1.", value=quote(choice))
            )
        generator, verdict, made = self._make_round(model, digit, seed, psi, number)
        labels = torch.full((2,), made.label or 0)
        with self._service.draws():
            logits = score(generator, to_float(made.images), labels)
            shares = verdict.read(logits, labels)
        first, second = shares.tolist()
        # By D's own number: a probability may be at its end for both
        inspector = 0 if bool(logits[0] <= logits[1]) else 1
        return Outcome(made.forged, int(choice), (first, second), inspector, verdict.kind)

    def _make_round(
        self, model: object, digit: object, seed: object, psi: object, number: object
    ) -> tuple[Generator, Verdict, Round]:
        generator, verdict = self._get(model)
        label = check_digit(digit, generator)
        start, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < ROUNDS:
            raise FieldError(
                say(
                    "the {what} is {value}; it must be a whole number from {low:,} to {high:,}.",
                    what="round",
                    value=quote(number),
                    low=0,
                    high=ROUNDS - 1,
                )
            )
        try:
            real = self.data.find(generator)
        except DataError as error:
            raise FieldError(self.data.explain_missing(generator)["said"]) from error
        if label is None and generator.conditional:
            order = list(range(generator.num_classes))
            random.Random(f"classes {start}").shuffle(order)
            label = order[number % len(order)]
        rng = random.Random(f"round {start} {number} {label}")
        picked = _choose_real(real, label, rng)
        with self._service.draws():
            drawn = generator.sample([label or 0], seed=start, truncation=truncation, start=GAME_START + number)
        forged = rng.randrange(2)
        pair = [to_uint8(drawn)[0], real.images[picked]]
        images = torch.stack(pair if forged == 0 else pair[::-1])
        name = generator.class_names[label] if label is not None else ANY
        return generator, verdict, Round(images, forged, label, name)

    def _get(self, model: object) -> tuple[Generator, Verdict]:
        generator = self._service.get(model)
        with field_of("model"):
            if not generator.has_discriminator:
                raise CheckpointError(
                    say(
                        "the model {value} was saved without its discriminator, so nobody inspects it here; "
                        "choose another model.",
                        value=repr(generator.name),
                    )
                )
            return generator, get_verdict(generator)


def check_digit(digit: object, generator: Generator) -> int | None:
    """A class of the model, or None for "any" (and for a model that knows no classes); FieldError otherwise."""
    if digit == ANY or not generator.conditional:
        return None
    with field_of("digit"):
        if isinstance(digit, bool) or not isinstance(digit, str | int) or len(str(digit)) > 64:
            raise InputError(
                say(
                    "the digit is {value}; it can be any, or 0 to {high}.",
                    value=quote(digit),
                    high=generator.num_classes - 1,
                )
            )
        return parse_class([int(digit)] if str(digit).isdecimal() else digit, generator, "digit")


def _pick(
    real: Dataset, generator: Generator, labels: Tensor, label: int | None, seed: int
) -> tuple[tuple[Tensor, Tensor], str]:
    """Real images for `labels`, as many of each class as there are, none twice, drawn by `seed`; and what they are."""
    rng = random.Random(f"real {seed}")
    if not generator.conditional:
        places = rng.sample(range(len(real)), min(len(labels), len(real)))
    else:
        pools = {one: (real.labels == one).nonzero().flatten().tolist() for one in labels.unique().tolist()}
        for pool in pools.values():
            rng.shuffle(pool)
        places = [pools[one].pop() for one in labels.tolist() if pools[one]]
    name = SOURCES[generator.config.dataset].torchvision or generator.config.dataset
    return (real.images[places], real.labels[places]), name


def _choose_real(real: Dataset, label: int | None, rng: random.Random) -> int:
    places = range(len(real)) if label is None else (real.labels == label).nonzero().flatten().tolist()
    if not len(places):
        raise FieldError(
            say("the test split has no {name}; choose another digit.", name=real.class_names[label or 0]), "digit"
        )
    return rng.choice(places)
