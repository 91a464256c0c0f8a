"""The Explore tab: one hand, moved over a plane of w and by sliders in measured units; all ten digits answer at once.

Every control is the page's own (static/explore.js), as each must answer within a frame or two.

What a program or a test may rely on: `#explore-digits` holds a canvas a class, and its data-version grows by one when
new pixels are in place; `figure#explore-figure` has the recipe in data-recipe and data-settled="true" once the
pictures are as exact as they become; the controls are #explore-slant, -thickness, -width, -height, -x, -y, -seed
and -psi (an input in each), the pad #explore-pad, #explore-plane, #explore-pair and #explore-number.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr
from starlette.routing import WebSocketRoute

from gan.handwriting.edits import EDITS, REACH
from gan.handwriting.planes import PAIRS, PLANES
from gan.handwriting.measures import MEASURES
from gan.drawing.arguments import MAX_PSI, MAX_SEED
from gan.ui.bridge import ask, make_picture
from gan.ui.moves import make_route
from gan.ui.service import Service
from gan.ui.service_explore import find_explorer

MOVES = "/gradio_api/explore"  # below the one prefix that every proxy in front of Gradio lets through
FIRST: dict[str, Any] = {"seed": 7, "psi": 0.8, "plane": "pca", "pair": 1, "x": 0, "y": 0}


def _slider(name: str, low: float, high: float, step: float, value: float) -> str:
    return (
        f'<div class="dx-row"><label for="explore-{name}-input" data-word="explore.{name}"></label>'
        f'<output id="explore-{name}-shown" for="explore-{name}-input"></output></div>'
        f'<input id="explore-{name}-input" type="range" min="{low}" max="{high}" step="{step}" value="{value}">'
    )


def _measured(name: str) -> str:
    return (
        f'<div id="explore-{name}" class="dx-slider dx-free" data-measure="{name}">{_slider(name, 0, 1, 0.01, 0.5)}'
        f'<div class="dx-row dx-ends"><span class="dx-low"></span>'
        f'<button type="button" class="dx-drop" id="explore-{name}-free" disabled></button>'
        f'<span class="dx-high"></span></div></div>'
    )


PICTURE = f"""
<div id="explore" class="dx">
<div class="dx-left">
  <figure id="explore-figure" class="df-figure df-empty" data-settled="false">
    <div id="explore-digits" class="df-stage dx-digits" role="group" data-word-label="explore.digits" data-version="0">
    </div>
    <p class="df-problem" role="alert"></p>
    <figcaption>
      <span class="df-note" role="status"></span>
      <span class="df-actions">
        <button type="button" id="explore-reset" class="df-button" data-word="explore.reset"></button>
        <button type="button" id="explore-copy" class="df-button" data-word="link.copy"></button>
        <button type="button" id="explore-png" class="df-button" data-word="generate.png" disabled></button>
      </span>
    </figcaption>
  </figure>
  <section class="dx-hand" aria-labelledby="explore-hand-title">
    <h2 id="explore-hand-title" data-word="explore.hand"></h2>
    <p class="dx-info" data-word="explore.handInfo"></p>
    <p id="explore-state" class="dx-state" role="status"></p>
    <div class="dx-sliders">{"".join(_measured(name) for name in MEASURES)}</div>
    <details class="dx-all"><summary data-word="explore.all"></summary>
      <div class="dx-scroll" tabindex="0" role="group" data-word-label="explore.all"><table></table></div>
    </details>
  </section>
  <section class="dx-more" aria-labelledby="explore-more-title">
    <h2 id="explore-more-title" data-word="explore.more"></h2>
    <div class="dx-seed">
      <div id="explore-seed"><label for="explore-seed-input" data-word="explore.seed"></label>
        <input id="explore-seed-input" type="number" inputmode="numeric" min="0" max="{MAX_SEED}" step="1"></div>
      <button type="button" id="explore-randomize" class="df-button" data-word="explore.randomize"></button>
      <div id="explore-psi" class="dx-slider">{_slider("psi", 0, MAX_PSI, 0.05, 1)}</div>
    </div>
    <div id="explore-number"><label for="explore-number-input" data-word="explore.number"></label>
      <input id="explore-number-input" type="text" maxlength="200" autocomplete="off" spellcheck="false"
        placeholder="20.11.2026"></div>
    <div class="df-stage dx-written" tabindex="0" role="group" data-word-label="explore.written" hidden>
      <canvas id="explore-written" width="28" height="28" role="img" data-version="0"></canvas>
    </div>
  </section>
</div>
<div class="dx-right">
  <section class="dx-plane" aria-labelledby="explore-plane-title">
    <h2 id="explore-plane-title" data-word="explore.planeTitle"></h2>
    <div id="explore-pad" class="dx-pad" role="application" tabindex="0" data-word-label="explore.pad">
      <canvas id="explore-map" width="140" height="140" aria-hidden="true" data-version="0"></canvas>
      <span class="dx-cross" aria-hidden="true"></span>
      <span class="dx-dot" aria-hidden="true"></span>
    </div>
    <p class="dx-info" data-word="explore.padInfo"></p>
    <div id="explore-x" class="dx-slider">{_slider("x", -REACH, REACH, 0.05, 0)}</div>
    <div id="explore-y" class="dx-slider">{_slider("y", -REACH, REACH, 0.05, 0)}</div>
    <div class="dx-pair">
      <div id="explore-plane"><label for="explore-plane-input" data-word="explore.plane"></label>
        <select id="explore-plane-input">
          {"".join(f'<option value="{name}" data-word="explore.plane.{name}"></option>' for name in PLANES)}
        </select></div>
      <div id="explore-pair"><label for="explore-pair-input" data-word="explore.pair"></label>
        <select id="explore-pair-input">
          {"".join(f'<option value="{i}">{2 * i - 1} × {2 * i}</option>' for i in range(1, PAIRS + 1))}
        </select></div>
    </div>
    <p id="explore-plane-note" class="dx-info" role="status"></p>
  </section>
</div>
</div>
"""

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
        return {"pixels": base64.b64encode(images.numpy().tobytes()).decode("ascii"), "count": len(images)}
    digits = request.get("digits") if want == "explore.png" else None
    explored = explorer.draw(model, digits, seed, psi, edits, quick=request.get("quick") is True)
    if want == "explore.png":
        data = base64.b64encode(explored.to_png()).decode("ascii")
        return {"data": data, "type": "image/png", "name": f"hand-seed-{explored.recipe['seed']}.png"}
    return {
        "pixels": base64.b64encode(explored.images.numpy().tobytes()).decode("ascii"),
        "count": len(explored.images),
        "measures": explored.list_measures(),
        "alt": explored.alt,
        "milliseconds": round(explored.milliseconds, 1),
        "recipe": explored.recipe,
    }


def build_explore(service: Service, model: gr.Dropdown) -> None:
    """Put the tab into the surrounding layout."""
    first = {**FIRST, "model": model.value, "names": list(MEASURES), "units": list(MEASURES.values()), "reach": REACH}
    make_picture(partial(answer, service), PICTURE, MOUNT, first, "explore-panel", moves=(MOVES, "edit"))
    ask("explore", model=model)


def make_explore_route(service: Service) -> WebSocketRoute:
    """The socket by which the tab's moves come."""
    return make_route(MOVES, partial(answer, service))
