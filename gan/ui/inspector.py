"""The Forger and inspector tab: what D makes of real and forged digits, and a game of telling them apart.

Its controls are native ones inside the picture's own HTML: the two halves of the tab share them, and no event of
theirs passes through Gradio. What a program or a test may rely on: `svg#inspector-plot`, whose data-version grows by
one when new pictures and their histogram are in place; `figure#inspector-figure` has the recipe of the forged ones in
data-recipe; `#inspector-game` has the number of the round in data-round; the controls are #inspector-digit, -count,
-seed, -psi and -order.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr
from torch import Tensor

from gan.drawing.arguments import MAX_PSI
from gan.ui.bridge import ask, make_picture
from gan.ui.service import FieldError, Service
from gan.ui.service_inspector import ANY, MAX_OF_EACH, ROUNDS, Inspector, Seen

FIRST: dict[str, Any] = {"digit": ANY, "count": 200, "seed": 1, "psi": 1.0, "order": "sides", "part": "view"}
SHOWN = 20  # pictures of each side; the histogram holds all

PAGE = f"""
<div class="di-tab">
<div class="di-parts" role="group" data-word-label="inspector.parts">
  <button type="button" class="df-button" id="inspector-part-view" aria-pressed="true"
    data-word="inspector.view"></button>
  <button type="button" class="df-button" id="inspector-part-game" aria-pressed="false"
    data-word="inspector.game"></button>
</div>
<div class="di-columns">
<div class="di-main">
  <div id="inspector-missing" class="di-missing" hidden>
    <p class="di-missing-why"></p>
    <div class="di-missing-row">
      <button type="button" id="inspector-download" class="df-button df-primary"></button>
      <progress id="inspector-progress" max="1" value="0" data-word-label="inspector.downloading" hidden></progress>
      <span class="di-missing-note" role="status"></span>
    </div>
  </div>
  <figure id="inspector-figure" class="df-figure df-empty">
    <div id="inspector-cards" class="di-cards"></div>
    <p class="df-problem" role="alert"></p>
    <div class="di-plot">
      <p class="di-legend" aria-hidden="true"><span class="di-real"><i></i><b data-word="inspector.real"></b></span>
        <span class="di-forged"><i></i><b data-word="inspector.forged"></b></span></p>
      <svg id="inspector-plot" role="img" data-word-label="inspector.axis" data-version="0"></svg>
    </div>
    <p id="inspector-summary" class="di-summary"></p>
    <details class="di-table"><summary data-word="inspector.table"></summary>
      <table><thead><tr><th scope="col"></th><th scope="col" data-word="inspector.real"></th>
        <th scope="col" data-word="inspector.forged"></th></tr></thead><tbody></tbody></table></details>
    <figcaption>
      <span class="df-note" role="status"></span>
      <span class="df-actions">
        <button type="button" id="inspector-shuffle" class="df-button df-primary" data-word="inspector.others"></button>
        <button type="button" id="inspector-link" class="df-button" data-word="link.copy"></button>
      </span>
    </figcaption>
  </figure>
  <figure id="inspector-game" class="df-figure di-game df-empty" hidden>
    <h2 id="inspector-question" data-word="inspector.question"></h2>
    <p class="di-round"></p>
    <div class="di-choices">
      <button type="button" class="di-choice"><canvas width="28" height="28" aria-hidden="true"></canvas>
        <span class="di-key">1</span><span class="di-truth"></span><span class="di-says"></span></button>
      <button type="button" class="di-choice"><canvas width="28" height="28" aria-hidden="true"></canvas>
        <span class="di-key">2</span><span class="di-truth"></span><span class="di-says"></span></button>
    </div>
    <p class="df-problem" role="alert"></p>
    <div class="di-turn">
      <p class="di-answer" role="status"></p>
      <button type="button" id="inspector-next" class="df-button df-primary" disabled></button>
    </div>
    <table class="di-score"><caption data-word="inspector.score"></caption>
      <thead></thead><tbody></tbody></table>
    <figcaption>
      <span class="df-note"></span>
      <span class="df-actions">
        <button type="button" id="inspector-game-link" class="df-button" data-word="link.copy"></button>
      </span>
    </figcaption>
  </figure>
</div>
<div class="di-controls">
  <div id="inspector-digit" class="di-control"><label for="inspector-digit-input" data-word="inspector.digit"></label>
    <select id="inspector-digit-input"></select></div>
  <div id="inspector-count" class="di-control di-only-view">
    <label for="inspector-count-input" data-word="inspector.count"></label>
    <output for="inspector-count-input"></output>
    <input id="inspector-count-input" type="range" min="20" max="{MAX_OF_EACH}" step="20"></div>
  <div id="inspector-seed" class="di-control"><label for="inspector-seed-input" data-word="inspector.seed"></label>
    <span class="di-seed"><input id="inspector-seed-input" type="number" min="0" max="4294967295" step="1">
    <button type="button" id="inspector-randomize" class="df-button" data-word="inspector.randomize"></button></span>
    <small data-word="inspector.seed.info"></small></div>
  <div id="inspector-psi" class="di-control"><label for="inspector-psi-input" data-word="inspector.psi"></label>
    <output for="inspector-psi-input"></output>
    <input id="inspector-psi-input" type="range" min="0" max="{MAX_PSI}" step="0.05">
    <small data-word="inspector.psi.info"></small></div>
  <div id="inspector-order" class="di-control di-only-view">
    <label for="inspector-order-input" data-word="inspector.order"></label>
    <select id="inspector-order-input">
      <option value="sides" data-word="inspector.order.sides"></option>
      <option value="mixed" data-word="inspector.order.mixed"></option>
      <option value="sorted" data-word="inspector.order.sorted"></option>
    </select></div>
  <div class="di-words">
    <h2 data-word="inspector.who"></h2>
    <p data-word="inspector.who.text"></p>
    <h2 data-word="inspector.half"></h2>
    <p id="inspector-explain"></p>
    <h2 data-word="inspector.close"></h2>
    <p data-word="inspector.close.text"></p>
  </div>
</div>
</div>
</div>
"""

MOUNT = "DigitForge.mountInspector(element, DigitForge.serverSource(server), props.first);"


def encode(images: Tensor) -> str:
    """uint8 pixels as base64 for the page."""
    return base64.b64encode(images.numpy().tobytes()).decode("ascii")


def describe(seen: Seen) -> dict[str, Any]:
    """One side of the view: the first SHOWN pictures and their labels, D's probability of all."""
    return {
        "pixels": encode(seen.images[:SHOWN]),
        "labels": seen.labels[:SHOWN].tolist(),
        "shares": [round(share, 4) for share in seen.shares.tolist()],
    }


def answer(inspector: Inspector, service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "view", "round", "choice", "download" or "progress"}."""
    want = request.get("want")
    if want == "progress":
        return inspector.download.look()
    if want == "download":
        inspector.download.start(service.get(request.get("model")).config.dataset)
        return inspector.download.look()
    service.check_made_with(request)
    model, digit, seed, psi, number = (request.get(name) for name in ("model", "digit", "seed", "psi", "round"))
    if want == "round":
        made = inspector.make_round(model, digit, seed, psi, number)
        return {"pixels": encode(made.images), "name": made.name, "rounds": ROUNDS}
    if want == "choice":
        outcome = inspector.choose(model, digit, seed, psi, number, request.get("choice"))
        return {
            "forged": outcome.forged,
            "choice": outcome.choice,
            "inspector": outcome.inspector,
            "shares": [round(share, 4) for share in outcome.shares],
            "kind": outcome.kind,
        }
    if want != "view":
        raise FieldError("the request does not say what it wants: view, round, choice, download or progress.")
    view = inspector.view(model, digit, request.get("count"), seed, psi)
    generator = view.verdict.generator
    real = f"{len(view.real.labels)} real test digits of {view.source}, which D has not seen, and " * bool(view.source)
    return {
        "real": describe(view.real),
        "forged": describe(view.forged),
        "classes": list(generator.class_names) if generator.conditional else [],
        "source": view.source,
        "kind": view.verdict.kind,
        "explain": view.verdict.explain,
        "ranked": view.ranked,
        "missing": None if view.source else inspector.explain_missing(generator),
        "note": f"{real}{len(view.forged.labels)} forged by the model {generator.name}, in {view.milliseconds:.0f} ms",
        "recipe": view.recipe,
    }


def build_inspector(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's pictures and controls into the surrounding layout."""
    inspector = Inspector(service)
    first = {"model": model.value, **FIRST}
    make_picture(partial(answer, inspector, service), PAGE, MOUNT, first, "inspector-panel")
    ask("inspector", model=model)
