"""A live curve that does not grow for ever."""

from collections import deque
from collections.abc import Sequence
from typing import Any

POINTS = 400  # at most


class Curve:
    """Rows of numbers over images, as many as POINTS: when there are more, neighbours become their mean."""

    def __init__(self, names: Sequence[str], most: int = POINTS) -> None:
        self.names, self.most = ("images", *names), most
        self.rows: list[list[float | None]] = []
        self._stride, self._waiting = 1, deque[list[float | None]]()

    def add(self, row: dict[str, Any]) -> None:
        """Take in a row; what it lacks is None."""
        self._waiting.append([row.get(name) for name in self.names])
        if len(self._waiting) < self._stride:
            return
        self.rows.append(_average(list(self._waiting)))
        self._waiting.clear()
        if len(self.rows) > self.most:
            pairs = zip(self.rows[0::2], self.rows[1::2], strict=False)
            self.rows = [_average(list(pair)) for pair in pairs]
            self._stride *= 2

    def to_columns(self) -> dict[str, list[float | None]]:
        """The rows as columns by name."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}


def _average(rows: list[list[float | None]]) -> list[float | None]:
    found: list[float | None] = []
    for values in zip(*rows, strict=True):
        known = [value for value in values if value is not None]
        found.append(float(f"{sum(known) / len(known):.5g}") if known else None)
    return found
