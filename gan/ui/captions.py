"""Words and sentences that several tabs share."""

from collections import Counter

from gan.drawing.generator import Generator
from gan.errors import Sentence, say


def plural(count: int) -> str:
    """What a noun ends in for that many."""
    return "" if count == 1 else "s"


def article(name: str) -> str:
    """The article of a class's name."""
    return "an" if name in ("8", "eight") else "a"


def draws_digits(generator: Generator) -> bool:
    """Whether all classes are named by a digit."""
    return all(name.isdecimal() and len(name) == 1 for name in generator.class_names)


def describe_sheet(generator: Generator, columns: list[int], rows: int) -> Sentence:
    """What a sheet shows: so many rows of these classes."""
    count = len(columns) * rows
    if not generator.conditional:
        return say("Sheet of {count} pictures by a model that knows no classes", count=count)
    shown = list_digits([generator.class_names[label] for label in columns])
    values = {"count": count, "s": plural(count), "rows": rows, "t": plural(rows), "digits": shown}
    if not draws_digits(generator):
        return say("Sheet of {count} picture{s}, {rows} row{t} of {digits}", **values)
    return say("Sheet of {count} handwritten digit{s}, {rows} row{t} of {digits}", **values)


def describe_row(generator: Generator, labels: list[int], seed: int) -> Sentence:
    """What classes in one hand show."""
    if not generator.conditional:
        return say("A picture by a model that knows no classes, in the hand of seed {seed}", seed=seed)
    shown = list_digits([generator.class_names[label] for label in labels])
    values = {"count": len(labels), "s": plural(len(labels)), "digits": shown, "seed": seed}
    if not draws_digits(generator):
        return say("{count} picture{s}, {digits}, in the hand of seed {seed}", **values)
    return say("{count} handwritten digit{s}, {digits}, in the hand of seed {seed}", **values)


def list_digits(names: list[str]) -> str:
    """Digits as they are read out, 2 0 2 6; a long row is counted instead."""
    if len(names) <= 20:
        return " ".join(names)
    return ", ".join(f"{count} x {name}" for name, count in sorted(Counter(names).items()))


def describe_result(preset: str, images: int, seconds: float) -> Sentence:
    """What is told of a model that was trained on the page."""
    return say(
        "Trained on the page: {preset}, {images:,} images in {minutes:.1f} minutes",
        preset=preset,
        images=images,
        minutes=seconds / 60,
    )
