"""A Report as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from gan.evaluation.classes import ClassRow, ShareRow
from gan.evaluation.run import Figure, Report

__all__ = ["format_report"]

ARROWS = {"up": "higher is better", "down": "lower is better", "one": "best at 1", "": ""}


def _number(figure: Figure, value: float | None, spread: float | None) -> str:
    if value is None:
        return "–"
    scale = 100 if figure.unit == "%" else 1
    if figure.unit == "%":
        text = f"{scale * value:.2f}"
    elif figure.unit == "ms":
        text = f"{value:.2f}"
    elif value == int(value) and abs(value) >= 1000:
        text = f"{int(value):,}"
    else:
        text = f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"
    more = "" if spread is None else f" ± {scale * spread:.2f}"
    return text + more + (f" {figure.unit}" if figure.unit else "")


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


def _class_table(rows: Sequence[ClassRow]) -> str:
    cells = [["class", "count", "read as asked", "recall", "coverage", "diversity", "verdict"]]
    cells += [
        [
            _name(row),
            str(row.count),
            f"{100 * row.accuracy:.2f} % ({100 * row.accuracy_real:.2f})",
            f"{row.recall:.3f} ({row.recall_real:.3f})",
            f"{row.coverage:.3f} ({row.coverage_real:.3f})",
            f"{row.diversity:.3f} ({row.diversity_real:.3f})",
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
            _number(figure, figure.value, figure.spread),
            _number(figure, figure.real, figure.real_spread),
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
