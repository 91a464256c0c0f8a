"""A Report as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from gan.evaluation.classes import ClassRow, ShareRow
from gan.evaluation.run import Figure, Report

__all__ = ["format_report"]

ARROWS = {"up": "higher is better", "down": "lower is better", "one": "best at 1", "": ""}


def _number(figure: Figure, value: float | None, ends: tuple[float, float] | None = None) -> str:
    """A value as people read it; behind it the least and the most of several seeds, where there are such."""
    if value is None:
        return "–"
    more = "" if ends is None else f" ({' to '.join(_plain(figure, end) for end in ends)})"
    return _plain(figure, value) + more + (f" {figure.unit}" if figure.unit else "")


def _plain(figure: Figure, value: float) -> str:
    """A value without its unit."""
    if figure.unit == "%":
        return f"{100 * value:.2f}"
    if figure.unit == "ms":
        return f"{value:.2f}"
    if value == int(value) and abs(value) >= 1000:
        return f"{int(value):,}"
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


def _table(rows: list[list[str]], left: tuple[int, ...]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _name(row: ClassRow | ShareRow) -> str:
    return row.name if row.name == str(row.label) else f"{row.label} {row.name}"


def _list_pairs(row: ClassRow) -> list[tuple[float | None, float | None]]:
    """Recall, coverage and diversity, each of the generated images and of training ones."""
    return [
        (row.recall, row.recall_real),
        (row.coverage, row.coverage_real),
        (row.diversity, row.diversity_real),
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _class_table(rows: Sequence[ClassRow]) -> str:
    cells = [["class", "count", "read as asked", "recall", "coverage", "diversity", "verdict"]]
    cells += [
        [
            _name(row),
            str(row.count),
            f"{100 * row.accuracy:.2f} % ({100 * row.accuracy_real:.2f})",
            *(f"{_share(made)} ({_share(real)})" if made is not None else "–" for made, real in _list_pairs(row)),
            row.verdict,
        ]
        for row in rows
    ]
    return _table(cells, left=(0, 6)) + "\nIn brackets: real training images."


def _share_table(rows: Sequence[ShareRow]) -> str:
    cells = [["read as", "count", "share", "real share", "verdict"]]
    cells += [
        [_name(row), str(row.count), f"{100 * row.share:.2f} %", f"{100 * row.share_real:.2f} %", row.verdict]
        for row in rows
    ]
    return _table(cells, left=(0, 4))


def format_report(report: Report) -> str:
    """Two tables, figures and classes, and a line for each reason why something could not be measured."""
    figures = [["figure", "generated", "real", ""]]
    figures += [
        [
            figure.name,
            _number(figure, figure.value, figure.range),
            _number(figure, figure.real, figure.real_range),
            ARROWS[figure.better],
        ]
        for figure in report.figures
    ]
    tables = [_table(figures, left=(0, 3))]
    if report.classes:
        tables.append(_class_table(report.classes))
    if report.shares:
        tables.append(_share_table(report.shares))
    reasons: dict[str, list[str]] = {}
    for name, why in report.not_applicable.items():
        reasons.setdefault(why, []).append(name)
    missing = [f"not applicable: {', '.join(names)} ({why})" for why, names in reasons.items()]
    return "\n\n".join([*tables, *missing])
