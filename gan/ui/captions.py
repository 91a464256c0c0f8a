"""Words that alternative texts share."""

from collections import Counter


def plural(count: int, noun: str) -> str:
    """The noun for that many."""
    return noun if count == 1 else f"{noun}s"


def article(name: str) -> str:
    """A class's name with its article."""
    return f"an {name}" if name in ("8", "eight") else f"a {name}"


def list_digits(names: list[str]) -> str:
    """Digits as they are read out, 2 0 2 6; a long row is counted instead."""
    if len(names) <= 20:
        return " ".join(names)
    return ", ".join(f"{count} x {name}" for name, count in sorted(Counter(names).items()))
