"""The Explore tab: one hand, moved over a plane of w and by sliders in measured units; all ten digits answer at once.

Every control is the page's own (explore.js), as each must answer within a frame or two.

What a program or a test may rely on: `#explore-digits` holds a canvas a class, and its data-version grows by one when
new pixels are in place; `figure#explore-figure` has the recipe in data-recipe and data-settled="true" once the
pictures are as exact as they become; the controls are #explore-slant, -thickness, -width, -height, -x, -y, -seed
and -psi (an input in each), the pad #explore-pad, #explore-plane, #explore-pair and #explore-number.
"""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.routing import WebSocketRoute

from gan.handwriting.edits import EDITS, REACH
from gan.handwriting.measures import MEASURES
from gan.ui.moves import make_route
from gan.ui.service import Service
from gan.ui.tabs.explore.service import find_explorer
from gan.ui.wire import ask, make_picture

MOVES = "/gradio_api/explore"  # below the one prefix that every proxy in front of Gradio lets through
FIRST: dict[str, Any] = {"seed": 7, "psi": 0.8, "plane": "pca", "pair": 1, "x": 0, "y": 0}


PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountExplore(element, DigitForge.serverSource(server), props.first);"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab.

    {"want": "hand"}: the model's ranges and notes. {"want": "map"}: the pad's digits. {"want": "edit"}: every class,
    in the hand that the controls say, drawn once where "quick". {"want": "explore.png"}: a file, of `digits` if any.
    """
    explorer, want = find_explorer(service), request.get("want")
    model, seed, psi = (request.get(name) for name in ("model", "seed", "psi"))
    if want == "hand":
        return explorer.describe(model, request.get("weights"))
    edits = {name: request.get(name) for name in (*EDITS, *MEASURES)}
    if want == "map":
        images = explorer.draw_map(model, request.get("digit"), seed, psi, edits)
        return {"pixels": images, "count": len(images)}
    digits = request.get("digits") if want == "explore.png" else None
    explored = explorer.draw(model, digits, seed, psi, edits, quick=request.get("quick") is True)
    if want == "explore.png":
        data = explored.to_png()
        return {"data": data, "type": "image/png", "name": f"hand-seed-{explored.recipe['seed']}.png"}
    return {
        "pixels": explored.images,
        "count": len(explored.images),
        "measures": explored.list_measures(),
        "alt": explored.alt,
        "milliseconds": round(explored.milliseconds, 1),
        "recipe": explored.recipe,
    }


def build_explore(service: Service, model: gr.Dropdown) -> None:
    """Put the tab into the surrounding layout."""
    first = {**FIRST, "model": model.value, "names": list(MEASURES), "units": list(MEASURES.values()), "reach": REACH}
    make_picture(partial(answer, service), PAGE, MOUNT, first, "explore-panel", moves=(MOVES, "edit"))
    ask("explore", model=model)


def make_explore_route(service: Service) -> WebSocketRoute:
    """The socket by which the tab's moves come."""
    return make_route(MOVES, partial(answer, service))
