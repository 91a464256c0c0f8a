"""The About tab's lesson: how a GAN works in five pictures of the chosen model's own. No Gradio here.

The pictures are drawn on demand by the model that was chosen, so a badly trained one shows what is wrong with it.

    from gan.ui.service import Service
    from gan.ui.tabs.about.lesson import teach
    teach(Service(), "digits", seed=4, digit="3").steps["truncation"].images    # uint8 (32, 1, 28, 28)
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import MAX_SEED, check_seed
from gan.drawing.generator import Generator
from gan.drawing.interpolation import End, walk
from gan.errors import Listing, capitalize, say
from gan.judges.verdict import get_verdict
from gan.recipes.recipe import make_recipe
from gan.store.released import CheckpointError
from gan.store.snapshots import History, HistoryError, choose_evenly
from gan.ui.captions import article
from gan.ui.inputs import checked, parse_class
from gan.ui.service import Service

HANDS = 8  # styles in a row
STYLES = 3  # rows of one style each
JUDGED = 10
PSIS = (0.0, 0.5, 1.0, 1.5)
MOMENTS = 4  # of the training history
LEAPS = (1, 3, 5, 7)  # how far apart the two digits of a way are


@dataclass(frozen=True)
class Step:
    """One of the pictures: images uint8 (N, 1, 28, 28), row by row, a label a row (or an image), and what they show."""

    images: Tensor
    labels: list[str]
    alt: str


@dataclass(frozen=True)
class Lesson:
    """The five pictures, and what they were drawn from.

    Attributes:
        noise: z of the first picture, uint8 (z_dim,): 128 is 0, and 40 grey levels are 1.
        steps: by name: "draw", "styles", "truncation", "judge" and "learn".
        learned: whether "learn" shows the training run; else it shows ways from digit to digit.
        problem: why D's opinion is missing, or "".
        explain: what D's percentage means, or "".
        milliseconds: to draw them all.
    """

    noise: Tensor
    steps: dict[str, Step]
    learned: bool
    problem: str
    explain: str
    recipe: dict[str, Any]
    milliseconds: float


def teach(service: Service, model: object, seed: object, digit: object) -> Lesson:
    """Draw the five pictures with a model; seed: 0 to 2**32 - 1; digit: one of its classes. Raises FieldError."""
    generator = service.get(model)
    number = checked("seed", check_seed, seed)
    label = checked("digit", parse_class, digit, generator, "digit") if generator.conditional else 0
    kind = generator.class_names[label] if generator.conditional else "picture"
    with service.draws() as clock:
        steps = {
            "draw": Step(
                _draw(generator, number, [label], [0]),
                [generator.class_names[label]],
                say("{a} {what} that G drew of the numbers on the left", a=article(kind), what=kind),
            ),
            "styles": show_styles(generator, number),
            "truncation": show_truncation(generator, number, label, kind),
        }
        problem = explain = ""
        try:
            steps["judge"], explain = show_opinions(generator, number, label, kind)
        except CheckpointError as error:
            problem = capitalize(error.sentence)
        learned = True
        try:
            _, history = service.get_history(generator)
            steps["learn"] = show_learning(generator, history, number, label, kind)
        except HistoryError:
            learned = False
            steps["learn"] = show_ways(generator, number, label, kind)
    z = generator.draw_z(number, [0])
    noise = (128 + 40 * z[0]).round().clamp(0, 255).to(torch.uint8)
    recipe = make_recipe(generator, seed=number, digit=label)
    return Lesson(noise, steps, learned, problem, explain, recipe, clock())


def _draw(generator: Generator, seed: int, labels: list[int], indices: list[int], psi: float = 1.0) -> Tensor:
    z, y = generator.draw_z(seed, indices), torch.tensor(labels)
    return to_uint8(generator.draw(z, y, psi))


def show_styles(generator: Generator, seed: int) -> Step:
    """STYLES rows of digits, a z each; without classes, where none can be asked for, as many hands as places."""
    classes = [i % generator.num_classes for i in range(10)]
    known = generator.conditional
    indices = [index if known else 10 * index + i for index in range(STYLES) for i in range(10)]
    return Step(
        _draw(generator, seed, classes * STYLES, indices),
        [f"z{'₁₂₃'[index]}" for index in range(STYLES)],
        say("{rows} rows of digits, each row drawn from one z", rows=STYLES)
        if known
        else say("{count} pictures, each from a z of its own", count=10 * STYLES),
    )


def show_truncation(generator: Generator, seed: int, label: int, kind: str) -> Step:
    """HANDS styles of a class, a row for each of PSIS."""
    rows = [_draw(generator, seed, [label] * HANDS, list(range(HANDS)), psi) for psi in PSIS]
    return Step(
        torch.cat(rows),
        [f"ψ = {psi:g}" for psi in PSIS],
        say(
            "{rows} rows of {count} times {a} {what}, alike at the top, where psi is 0, and ever more varied below",
            rows=len(PSIS),
            count=HANDS,
            a=article(kind),
            what=kind,
        ),
    )


def show_opinions(generator: Generator, seed: int, label: int, kind: str) -> tuple[Step, str]:
    """JUDGED pictures of a class, the most real first, and what D's percentage means; CheckpointError without a D."""
    verdict = get_verdict(generator)
    images = generator.sample([label] * JUDGED, seed=seed)
    shares = verdict.judge(images, torch.full((JUDGED,), label))
    best = shares.argsort(descending=True)
    said = [f"{100 * share:.0f} %" for share in shares[best].tolist()]
    alt = say(
        "{count} times {a} {what}, from the one D finds most real, {most}, to the least, {least}",
        count=JUDGED,
        a=article(kind),
        what=kind,
        most=said[0],
        least=said[-1],
    )
    return Step(to_uint8(images)[best], said, alt), verdict.explain


def show_learning(generator: Generator, history: History, seed: int, label: int, kind: str) -> Step:
    """HANDS pictures of a class at MOMENTS moments of the training run."""
    z, y = generator.draw_z(seed, range(HANDS)), torch.full((HANDS,), label)
    drawn, seen = [], []
    for place in choose_evenly(len(history.moments), MOMENTS):
        with torch.inference_mode():
            drawn.append(to_uint8(history.build(place)(z, y).float()))
        seen.append(f"{int(history.moments[place]['images']):,}")
    alt = say(
        "{rows} rows of {count} times {a} {what}, from scribbles to digits, after {images} images",
        rows=len(seen),
        count=HANDS,
        a=article(kind),
        what=kind,
        images=Listing(seen),
    )
    return Step(torch.cat(drawn), seen, alt)


def show_ways(generator: Generator, seed: int, label: int, kind: str) -> Step:
    """HANDS pictures on the way from a class to each of LEAPS others."""
    names, known = generator.class_names, generator.conditional
    targets = [(label + leap) % generator.num_classes for leap in LEAPS]
    after = [(seed + i + 1) % (MAX_SEED + 1) for i in range(len(LEAPS))]
    t = torch.linspace(0, 1, HANDS)
    ways = [
        to_uint8(walk(generator, [End(label, seed), End(target, then)], t))
        for target, then in zip(targets, after, strict=True)
    ]
    text = [f"{names[label]} → {names[to]}" if known else f"z → z{'₁₂₃₄'[i]}" for i, to in enumerate(targets)]
    alt = say(
        "{rows} rows of {count} pictures, each row on the way from {a} {what} to another: {ways}",
        rows=len(LEAPS),
        count=HANDS,
        a=article(kind),
        what=kind,
        ways=Listing(text),
    )
    return Step(torch.cat(ways), text, alt)
