"""The Interpolate tab: two or more ends (digit, seed) and the way along them; the slider scrubs in the page alone.

Every control is the page's own (interpolate.js): ends come and go, which Gradio's components cannot.

What a program or a test may rely on: `input#interpolate-slider` moves `canvas#interpolate-picture`, whose data-version
grows by one when new pixels are in place; so does that of `canvas#interpolate-strip` when other frames have come.
`figure#interpolate-figure` has the recipe in data-recipe; the ends are the items of #interpolate-ends, each with a
select for the digit, a number for the seed, and buttons; the other controls are #interpolate-method, -travels, -loop
and #interpolate-psi (an input in each).
"""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.drawing.generator import MAX_SEED
from gan.drawing.sheets import FILMS
from gan.recipes.read import MAX_ENDS
from gan.ui.service import FieldError, Frames, Service
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"ends": "3.4,8.7", "method": "slerp", "travels": "both", "loop": "back", "psi": 0.7}
ARGUMENTS = ("model", "ends", "method", "psi", "travels", "loop")


PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountInterpolate(element, DigitForge.serverSource(server), props.first);"


def _name_file(frames: Frames, kind: str) -> str:
    start, end = frames.stops[0], frames.stops[-1]
    if len(frames.stops) == 2:
        return f"digit-{start.digit}-seed-{start.seed}-to-{end.digit}-seed-{end.seed}.{kind}"
    return f"digits-{'-'.join(str(stop.digit) for stop in frames.stops)}-seed-{start.seed}.{kind}"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "frames", "link" or a file's name} and the controls."""
    want = request.get("want")
    if want == "link":
        return {"controls": service.check_way_link(request.get("link") or {})}
    films = {f"frames.{kind}": kind for kind in FILMS}
    if want not in ("frames", "strip.png", *films):
        raise FieldError(f"there is no {str(want)[:40]!r} to ask for here.")
    frames = service.draw_way(*(request.get(name, FIRST.get(name)) for name in ARGUMENTS))
    if want != "frames":
        kind = films.get(want, "png")
        data = frames.to_strip_png() if want == "strip.png" else frames.to_film(kind)
        media = FILMS.get(kind, "image/png")
        return {"data": data, "type": media, "name": _name_file(frames, kind)}
    return {
        "pixels": frames.images,
        "count": len(frames.images),
        "strip": frames.strip(),
        "ends": [{"digit": stop.digit, "seed": stop.seed} for stop in frames.stops],
        "alt": frames.alt,
        "milliseconds": round(frames.milliseconds),
        "recipe": frames.recipe,
    }


def build_interpolate(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's picture and controls into the surrounding layout."""
    first = {"model": model.value, **FIRST, "most": MAX_ENDS, "maxSeed": MAX_SEED}
    make_picture(partial(answer, service), PAGE, MOUNT, first, "interpolate-panel")
    ask("interpolate", model=model)
