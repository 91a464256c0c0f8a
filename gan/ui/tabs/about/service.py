"""What the About tab shows: how a GAN works in five pictures of the chosen model's own, and its card. No Gradio here.

Notable choices
- The pictures are drawn on demand by the model that was chosen, so a badly trained one shows what is wrong with it.
- The card is read, never written by hand: what index.json holds of these very weights (`gan.evaluate` measured it),
  and what the checkpoint's own header says of how it was made.

    from gan.ui.service import Service
    from gan.ui.tabs.about.service import read_card, teach
    read_card(Service(), "digits").figures
    teach(Service(), "digits", seed=4, digit="3").steps["truncation"].images    # uint8 (32, 1, 28, 28)
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import MAX_SEED, check_seed
from gan.drawing.generator import Generator
from gan.drawing.interpolation import End, walk
from gan.judges.verdict import get_verdict
from gan.store.index import read_index
from gan.store.released import CheckpointError
from gan.training.moments import History, HistoryError, choose_evenly, get_paths, read_history
from gan.ui.service import Service, article, checked, make_recipe, parse_typed

PICTURES = Path(__file__).resolve().parents[4] / "docs"
HANDS = 8  # styles in a row
STYLES = 3  # rows of one style each
JUDGED = 10
PSIS = (0.0, 0.5, 1.0, 1.5)
MOMENTS = 4  # of the training history
LEAPS = (1, 3, 5, 7)  # how far apart the two digits of a way are

# What is known of each figure that `gan.evaluate` measures, in the order in which people read them: its unit, and
# which way is better ("up", "down", "one": best at 1, "": a plain fact). Names end in the count of samples.
FIGURES: dict[str, tuple[str, str]] = {
    "class_accuracy": ("%", "up"),
    "cas": ("%", "up"),
    "fid": ("", "down"),
    "kid": ("", "down"),
    "inception_score": ("", "up"),
    "precision": ("%", "up"),
    "recall": ("%", "up"),
    "density": ("", "one"),
    "coverage": ("%", "up"),
    "nearest_ratio": ("", "one"),
    "suspiciously_close": ("%", "down"),
    "style_slant": ("", "up"),
    "style_thickness": ("", "up"),
    "parameters": ("", ""),
    "multiply_adds": ("", ""),
    "ms_1": ("ms", ""),
    "ms_10": ("ms", ""),
}


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


@dataclass(frozen=True)
class Card:
    """What is known of a model.

    Attributes:
        facts: plain values: sha256, dataset, images, seconds, command, ...; those that are unknown are left out.
        figures: rows of {"name", "stem", "count", "value", "real", "better"}, values as text; none if not evaluated.
        problem: why there are no figures, or "".
        pictures: name -> PNG, of those there are.
    """

    facts: dict[str, Any]
    figures: list[dict[str, str]]
    problem: str
    pictures: dict[str, bytes]


def format_figure(value: float | None, unit: str) -> str:
    """A measured value as people read it: 0.9985 in "%" -> 99.85 %; 508068 -> 508,068; None -> –."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{100 * value:.2f} %"
    if value == int(value) and abs(value) >= 1000:
        return f"{int(value):,}"
    text = f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"
    return f"{text} {unit}" if unit else text


def split_name(name: str) -> tuple[str, str]:
    """A figure's stem and its count of samples: fid_60k -> ("fid", "60k"); "ms_1" stays whole -> ("ms_1", "")."""
    stem, _, count = name.rpartition("_")
    return (stem, count) if name not in FIGURES and stem and re.fullmatch(r"\d+k?", count) else (name, "")


def list_figures(metrics: dict[str, dict[str, float | None]]) -> list[dict[str, str]]:
    """The rows of the card's table, in the order of FIGURES; what FIGURES does not know comes last, as it is."""
    order = {stem: place for place, stem in enumerate(FIGURES)}
    rows = []
    for name in sorted(metrics, key=lambda name: (order.get(split_name(name)[0], len(order)), name)):
        stem, count = split_name(name)
        unit, better = FIGURES.get(stem, ("", ""))
        value, real = (format_figure(metrics[name].get(key), unit) for key in ("value", "real"))
        rows.append({"name": name, "stem": stem, "count": count, "value": value, "real": real, "better": better})
    return rows


def read_card(service: Service, model: object) -> Card:
    """The card of a model; FieldError when there is none of that name."""
    generator = service.get(model)
    row = read_index().get(generator.name, {})
    ours = row.get("sha256") == generator.sha256
    metrics = row.get("metrics") or {} if ours else {}
    problem = ""
    if not metrics:
        why = "has other weights than checkpoints/index.json tells of" if row and not ours else "was not evaluated yet"
        problem = (
            f"This model {why}; python -m gan.evaluate {generator.name} --data ROOT --json FILE measures it, and "
            f"python -m gan.checkpoint add puts the figures here."
        )
    config = generator.config
    trained = generator.meta.get("trained") or {}
    facts = {
        "name": generator.name,
        "about": row.get("about", "") if ours else "",
        "sha256": generator.sha256,
        "bytes": row.get("bytes") if ours else None,
        "dataset": config.dataset,
        "classes": generator.num_classes if generator.conditional else 0,
        "z_dim": generator.z_dim,
        "w_dim": generator.w_dim,
        "generator": config.generator,
        "discriminator": config.discriminator if generator.has_discriminator else None,
        "loss": config.loss,
        **{key: trained.get(key) for key in ("images", "seconds", "device", "threads", "torch", "command")},
    }
    pictures = {}
    path = PICTURES / "truncation.png"  # measured on the released weights alone
    if ours and generator.name == "digits" and path.is_file():
        pictures["truncation"] = path.read_bytes()
    known = {key: value for key, value in facts.items() if value not in (None, "")}
    return Card(known, list_figures(metrics), problem, pictures)


def draw_moments(generator: Generator, label: int, seed: int) -> tuple[list[Tensor], list[int]]:
    """HANDS pictures of a class at MOMENTS moments of the training run, each uint8, and the images seen by then.

    Raises HistoryError when the model has no history.
    """
    try:
        stamp = get_paths(generator.name)[0].stat().st_mtime_ns
    except OSError:
        stamp = 0
    history = _read_history(generator.name, generator.sha256, stamp)
    z, y = generator.draw_z(seed, range(HANDS)), torch.full((HANDS,), label)
    drawn, seen = [], []
    for place in choose_evenly(len(history.moments), MOMENTS):
        with torch.inference_mode():
            drawn.append(to_uint8(history.build(place)(z, y).float()))
        seen.append(int(history.moments[place]["images"]))
    return drawn, seen


@lru_cache(maxsize=2)
def _read_history(name: str, sha256: str, _: int) -> History:
    return read_history(name, sha256)


def teach(service: Service, model: object, seed: object, digit: object) -> Lesson:
    """Draw the five pictures with a model; seed: 0 to 2**32 - 1; digit: one of its classes. Raises FieldError."""
    generator = service.get(model)
    number = checked("seed", check_seed, seed)
    typed = checked("digit", parse_typed, digit if generator.conditional else "0", generator.num_classes)
    label = typed[0]
    count, names = generator.num_classes, generator.class_names
    kind = article(names[label]) if generator.conditional else "a picture"
    classes = [i % count for i in range(10)]
    one = torch.full((HANDS,), label)
    with service.draws() as clock:
        z = generator.draw_z(number, range(max(HANDS, STYLES, JUDGED)))

        def draw(labels: list[int], indices: list[int], psi: float = 1.0) -> Tensor:
            y = torch.tensor(labels)
            return to_uint8(generator.draw(z[indices], y, psi))

        steps = {
            "draw": Step(draw([label], [0]), [names[label]], f"{kind} that G drew of the numbers on the left"),
        }
        styles = [index if generator.conditional else 10 * index + i for index in range(STYLES) for i in range(10)]
        if not generator.conditional:  # no class to ask for: as many hands as places
            z = generator.draw_z(number, range(10 * STYLES))
        steps["styles"] = Step(
            draw(classes * STYLES, styles),
            [f"z{'₁₂₃'[index]}" for index in range(STYLES)],
            f"{STYLES} rows of digits, each row drawn from one z"
            if generator.conditional
            else f"{10 * STYLES} pictures, each from a z of its own",
        )
        rows = [draw(one.tolist(), list(range(HANDS)), psi) for psi in PSIS]
        steps["truncation"] = Step(
            torch.cat(rows),
            [f"ψ = {psi:g}" for psi in PSIS],
            f"{len(PSIS)} rows of {HANDS} times {kind}, alike at the top, where psi is 0, and ever more varied below",
        )
        problem = explain = ""
        try:
            verdict = get_verdict(generator)
            images = generator.sample([label] * JUDGED, seed=number)
            shares = verdict.judge(images, torch.full((JUDGED,), label))
            explain = verdict.explain
            best = shares.argsort(descending=True)
            said = [f"{100 * share:.0f} %" for share in shares[best].tolist()]
            alt = f"{JUDGED} times {kind}, from the one D finds most real, {said[0]}, to the least, {said[-1]}"
            steps["judge"] = Step(to_uint8(images)[best], said, alt)
        except CheckpointError as error:
            problem = f"{str(error)[:1].upper()}{str(error)[1:]}"
        learned = True
        try:
            drawn, seen = draw_moments(generator, label, number)
            text = [f"{count:,}" for count in seen]
            alt = f"{len(seen)} rows of {HANDS} times {kind}, from scribbles to digits, after {', '.join(text)} images"
            steps["learn"] = Step(torch.cat(drawn), text, alt)
        except HistoryError:
            learned = False
            t = torch.linspace(0, 1, HANDS)
            targets = [(label + leap) % count for leap in LEAPS]
            after = [(number + i + 1) % (MAX_SEED + 1) for i in range(len(LEAPS))]
            ways = [
                to_uint8(walk(generator, [End(label, number), End(target, then)], t))
                for target, then in zip(targets, after, strict=True)
            ]
            known = generator.conditional
            text = [f"{names[label]} → {names[to]}" if known else f"z → z{'₁₂₃₄'[i]}" for i, to in enumerate(targets)]
            alt = (
                f"{len(LEAPS)} rows of {HANDS} pictures, each row on the way from {kind} to another: {', '.join(text)}"
            )
            steps["learn"] = Step(torch.cat(ways), text, alt)
    noise = (128 + 40 * z[0]).round().clamp(0, 255).to(torch.uint8)
    recipe = make_recipe(generator, seed=number, digit=label)
    return Lesson(noise, steps, learned, problem, explain, recipe, clock())
