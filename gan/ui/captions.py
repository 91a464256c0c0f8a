"""Words and sentences that several tabs share."""

from collections import Counter

from gan.errors import Sentence, say


def plural(count: int) -> str:
    """What a noun ends in for that many."""
    return "" if count == 1 else "s"


def article(name: str) -> str:
    """The article of a class's name."""
    return "an" if name in ("8", "eight") else "a"


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
