"""summary.png: how a run went on one page, its first and last sheet, its curves and its alarms, from its folder alone.

Notable choices
- Made from files, never from a run in memory: the same page can be made again at any time, also of a run that was
  stopped, and of logs that lack what later versions write. A panel without numbers is left out.
- Curves are smoothed over a thirtieth of the run, with the raw numbers in pale behind them.

    python -m gan.story runs/digits
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from gan.errors import Refusal
from gan.store.atomic import write_atomically
from gan.training.film import make_film, read_sheets
from gan.training.log import flatten_check, read_rows
from gan.training.run_folder import ALARMS, CHECKS, LOG, SHEETS, SUMMARY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

INK, SOFT, GRID = "#22262b", "#6b7280", "#e5e7eb"
BLUE, RED, GREEN, VIOLET, AMBER = "#2563ab", "#c2513f", "#2f8f5b", "#7a5bb5", "#b7791f"
MAX_ALARMS = 6  # sentences under the curves; all have their marks


class StoryError(Refusal):
    """There is nothing to tell, or nothing to tell it with; the message is one sentence."""


def draw_run(out: Path) -> list[Path]:
    """Make the film and the summary of the run in `out`; the files written.

    StoryError when there is no such folder or no run in it; OSError when it cannot be written to.
    """
    if not out.is_dir():
        raise StoryError(f"{out} is not a folder; name the folder of a run, such as runs/digits.")
    summary = make_summary(out)
    film = make_film(out)
    return [summary] if film is None else [film, summary]


@dataclass(frozen=True)
class Curve:
    """Numbers over images seen: x (N,) and y (N,), NaN left out."""

    name: str
    x: np.ndarray
    y: np.ndarray
    color: str


def read_curve(rows: Sequence[dict[str, Any]], field: str, name: str, color: str) -> Curve:
    """A field of a log's rows as a curve; rows that lack it, or hold no finite number there, are left out."""
    pairs = [(row.get("images"), row.get(field)) for row in rows]
    kept = [(x, y) for x, y in pairs if isinstance(x, int | float) and isinstance(y, int | float) and np.isfinite(y)]
    x, y = np.array(kept, float).reshape(-1, 2).T
    return Curve(name, x, y, color)


def smooth(y: np.ndarray, width: int) -> np.ndarray:
    """Centred moving mean over `width` numbers (made odd), over fewer at the ends; (N,) -> (N,)."""
    half = min(width, len(y)) // 2
    sums = np.concatenate([[0.0], np.cumsum(y)])
    at = np.arange(len(y))
    # As many numbers on either side, so that the ends are not pulled inward
    reach = np.minimum(half, np.minimum(at, len(y) - 1 - at))
    return (sums[at + reach + 1] - sums[at - reach]) / (2 * reach + 1)


@dataclass(frozen=True)
class Panel:
    """One small diagram: curves that share an axis of values."""

    title: str
    unit: str
    curves: Sequence[Curve]
    log: bool = False
    low: float | None = None
    high: float | None = None
    level: float | None = None  # a dashed line, the value that means balance
    level_name: str = ""
    steady: bool = False  # drawn as it is: few points, or no noise


def plan_panels(log: Sequence[dict[str, Any]], checks: Sequence[dict[str, Any]]) -> list[Panel]:
    """The panels that these rows have numbers for, in reading order."""

    def of(field: str, name: str, color: str) -> Curve:
        return read_curve(log, field, name, color)

    probable = Panel(
        "What D says",
        'probability "real"',
        [of("prob_real", "of real", BLUE), of("prob_fake", "of generated", RED)],
        low=0,
        high=1,
        level=0.5,
        level_name="cannot tell",
    )
    logits = Panel("What D says", "logit", [of("logit_real", "of real", BLUE), of("logit_fake", "of generated", RED)])
    flat = [{"images": row.get("images"), **dict(flatten_check(row))} for row in checks]
    panels = [
        Panel("Losses", "loss", [of("loss_d", "D", BLUE), of("loss_g", "G", RED)]),
        probable if any(len(curve.x) for curve in probable.curves) else logits,
        Panel(
            "Skill: pairs that D ranks right",
            "share",
            [of("won", "won by D", VIOLET)],
            high=1.0,
            level=0.5,
            level_name="fooled",
        ),
        Panel("Gradients", "L2 norm", [of("grad_d", "D", BLUE), of("grad_g", "G", RED)], log=True),
        _plan_check(flat, "accuracy", "Class accuracy", "share read as the class asked for", BLUE),
        _plan_check(flat, "diversity", "Diversity within a class", "diversity", GREEN),
        Panel("Gradient penalty", "before its weight", [of("penalty", "gradient penalty", AMBER)], low=0),
        Panel("Style: two classes of one z", "1 - correlation", [of("style", "style", GREEN)], low=0),
        Panel("Penalty's weight", "gamma", [of("gamma", "gamma", AMBER)], steady=True),
        Panel("Learning rate", "learning rate", [of("lr", "lr", AMBER)], low=0, steady=True),
        Panel("Speed", "images a second", [of("images_per_second", "speed", SOFT)], low=0, steady=True),
    ]
    full = []
    for panel in panels:
        curves = [curve for curve in panel.curves if curve.y.any()]  # only zeros: not part of this run
        if curves:
            full.append(Panel(**{**vars(panel), "curves": curves}))
    return full


def _plan_check(rows: Sequence[dict[str, Any]], name: str, title: str, unit: str, color: str) -> Panel:
    """The classes in grey, the lowest of them now in red, the whole in colour."""
    tags = dict.fromkeys(tag for row in rows for tag in row if tag.startswith(f"watch/{name}/"))
    classes = [read_curve(rows, tag, tag.rpartition("/")[2], "#c3c9d2") for tag in tags]
    whole = read_curve(rows, f"watch/{name}", "all classes", color)
    if classes:
        worst = min(classes, key=lambda curve: curve.y[-1])
        marked = Curve(f"lowest now: {worst.name}", worst.x, worst.y, RED)
        classes = [Curve("", c.x, c.y, c.color) for c in classes if c is not worst] + [marked]
    return Panel(title, unit, [*classes, whole], high=1.0, steady=True)


def draw_panel(axes: "Axes", panel: Panel, alarms: Sequence[float], end: float) -> None:
    """Draw a panel over 0 to `end` images, with a thin line at each alarm."""
    from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter

    for x in alarms:
        axes.axvline(x, color=AMBER, linewidth=0.9, alpha=0.7, zorder=1)
    if panel.level is not None:
        axes.axhline(panel.level, color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)), label=panel.level_name, zorder=1)
    for curve in panel.curves:
        single = "o" if len(curve.x) == 1 else ""
        if panel.steady:
            label = curve.name if len(panel.curves) > 1 else ""
            wide = 1.0 if not curve.name else 1.8
            axes.plot(curve.x, curve.y, color=curve.color, linewidth=wide, label=label, marker=single, markersize=4)
        else:
            calm = smooth(curve.y, max(1, len(curve.y) // 30))
            axes.plot(curve.x, curve.y, color=curve.color, linewidth=0.6, alpha=0.25, zorder=2)
            label = curve.name if len(panel.curves) > 1 else ""
            axes.plot(
                curve.x, calm, color=curve.color, linewidth=1.6, label=label, marker=single, markersize=4, zorder=3
            )
    values = np.concatenate([curve.y for curve in panel.curves])
    if panel.log and values.min() > 0:
        axes.set_yscale("log")
        few = values.max() / values.min() < 200
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=12))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        # The first steps may leap out of the picture: the rest is what there is to read
        low, high = (values.min(), values.max()) if panel.steady else np.percentile(values, (0.5, 99.5))
        room = 0.08 * (high - low) or 0.05 * abs(high) or 0.05
        top = high + room if panel.high is None else panel.high + 0.02
        axes.set_ylim(low - room if panel.low is None else min(panel.low, low), max(top, high))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlim(0, end)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(EngFormatter(sep=" "))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.set_title(panel.title, loc="left", fontsize=11, color=INK, fontweight="bold", pad=8)
    axes.set_xlabel("images seen", fontsize=9, color=SOFT)
    axes.set_ylabel(panel.unit, fontsize=9, color=SOFT)
    axes.tick_params(which="both", labelsize=8.5, labelcolor=SOFT, length=0)
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    if axes.get_legend_handles_labels()[1]:
        place: Any = {"loc": "lower right", "bbox_to_anchor": (1.01, 0.985), "borderaxespad": 0.3}
        axes.legend(**place, ncols=3, fontsize=8.5, frameon=False, labelcolor=SOFT, handlelength=1.4, columnspacing=1.2)


def make_summary(out: Path) -> Path:
    """Write `out`/summary.png, one page: first and last sheet, the curves that there are, the alarms.

    StoryError when the folder has neither log nor sheets, or matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise StoryError("The summary is drawn by matplotlib; pip install -r requirements.txt brings it.") from error
    log, checks, alarms = (read_rows(out / name) for name in (LOG, CHECKS, ALARMS))
    sheets = read_sheets(out)
    panels = plan_panels(log, checks)
    if not sheets and not panels:
        raise StoryError(f"{out} holds no run: there is neither {LOG} nor a sheet in {SHEETS}/.")
    rows = -(-len(panels) // 2)
    told = alarms[:MAX_ALARMS]
    lines = len(told) + (len(alarms) > len(told))
    heights = (1.0, 4.6 if sheets else 0.0, 3.0 * rows, 0.6 + 0.22 * lines if alarms else 0.0)
    parts = [height for height in heights if height]
    figure = Figure(figsize=(12.5, sum(parts)), dpi=110, facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.06)
    places = iter(figure.subfigures(len(parts), 1, height_ratios=parts, squeeze=False).reshape(-1))
    _write_head(next(places), out, log, sheets)
    if sheets:
        _show_sheets(next(places), sheets)
    if panels:
        part = next(places)
        grid = part.subplots(rows, 2, squeeze=False).reshape(-1)
        seen = [row["images"] for row in alarms]
        end = max([1.0, *seen, *(curve.x[-1] for panel in panels for curve in panel.curves)])
        for axes, panel in zip(grid, panels, strict=False):
            draw_panel(axes, panel, seen, end)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
    if alarms:
        _list_alarms(next(places), told, len(alarms))
    write_atomically(out / SUMMARY, _saver(figure))
    return out / SUMMARY


def _saver(figure: "Figure") -> Callable[[Path], None]:
    return lambda part: figure.savefig(part, format="png")


def _write_head(part: "SubFigure", out: Path, log: Sequence[dict[str, Any]], sheets: Sequence[tuple[int, Any]]) -> None:
    part.text(0.015, 0.62, out.resolve().name or str(out), fontsize=19, fontweight="bold", color=INK, va="center")
    last = log[-1] if log else {}
    images = last.get("images", sheets[-1][0] if sheets else 0)
    said = [f"{images:,} images seen"]
    if "seconds" in last:
        said.append(f"{last['seconds'] / 60:,.1f} minutes of training")
        if last["seconds"] > 0:
            said.append(f"{images / last['seconds']:,.0f} images a second")
    if last.get("fraction", 1) < 1:
        said.append(f"{last['fraction']:.0%} of the run")
    part.text(0.015, 0.2, "   ·   ".join(said), fontsize=11, color=SOFT, va="center")


def _show_sheets(part: "SubFigure", sheets: Sequence[tuple[int, Image.Image]]) -> None:
    shown = [sheets[0], sheets[-1]] if len(sheets) > 1 else list(sheets)
    places = part.subplots(1, 2).reshape(-1)
    for axes in places:
        axes.set_axis_off()
    for axes, (images, sheet) in zip(places, shown, strict=False):
        axes.imshow(np.asarray(sheet), cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
        axes.set_title(f"{images:,} images seen", loc="left", fontsize=11, color=INK, fontweight="bold")


def _list_alarms(part: "SubFigure", told: Sequence[dict[str, Any]], count: int) -> None:
    lines = [f"{row['images']:>11,}   {row.get('message', row.get('kind', ''))}" for row in told]
    if count > len(told):
        lines.append(f"and {count - len(told)} more in {ALARMS}")
    cut = [line if len(line) <= 150 else f"{line[:149]}…" for line in lines]
    height = 0.6 + 0.22 * len(cut)  # inches
    title = "Alarms, by images seen (the thin lines above)"
    part.text(0.015, 1 - 0.05 / height, title, fontsize=11, fontweight="bold", color=INK, va="top")
    for at, line in enumerate(cut):
        top = 1 - (0.33 + 0.22 * at) / height
        part.text(0.015, top, line, fontsize=9.5, color=SOFT, va="top", parse_math=False)
