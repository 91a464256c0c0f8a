"""The Training tab: a time machine over the run that made the chosen model, and a run of one's own, live.

Its controls are native ones inside the picture's own HTML, as on the inspector's tab. What a program or a test may
rely on: `input#machine-slider` moves `canvas#machine-picture`, whose data-version grows by one when new pixels are in
place; `figure#machine-figure` has the recipe in data-recipe and the moment's images in data-images. Of the run:
`img#training-sheet` with data-version and data-images, `#training-part` with the state in data-state, the buttons
#training-start, -pause, -step-d, -step-g and -stop, and #training-keep. A result that was kept calls
/refresh_after_training, which brings the model chooser up to date.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr

from gan.config import LOSSES
from gan.store.snapshots import HistoryError, get_paths
from gan.ui.service import FieldError, Service
from gan.ui.tabs.training.service import BATCHES, MINUTES, RATES, TimeMachine, Workshop, list_presets
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"part": "machine", "seed": 1, "minutes": 10, "preset": "tutorial-mlp"}

MACHINE = """
<div id="machine-part" class="dt-columns">
<div class="dt-main">
  <p id="machine-none" class="dt-missing" hidden></p>
  <figure id="machine-figure" class="df-figure df-empty">
    <div class="df-stage dt-stage" tabindex="0" role="group" data-word-label="training.sheet">
      <canvas id="machine-picture" width="302" height="122" role="img" data-version="0"></canvas>
    </div>
    <div class="dt-scrub">
      <button type="button" id="machine-play" class="df-button" aria-pressed="false" disabled></button>
      <div class="df-slide">
        <label for="machine-slider"><span data-word="training.moment"></span> <b id="machine-readout"></b></label>
        <input id="machine-slider" type="range" min="0" max="1" value="0" step="1" disabled>
      </div>
    </div>
    <p id="machine-words" class="dt-words"></p>
    <p class="df-problem" role="alert"></p>
    <figcaption>
      <span class="df-note" role="status"></span>
      <span class="df-actions">
        <button type="button" id="machine-link" class="df-button" data-word="link.copy"></button>
      </span>
    </figcaption>
  </figure>
</div>
<div class="dt-side">
  <div id="machine-seed" class="dt-control"><label for="machine-seed-input" data-word="training.seed"></label>
    <span class="dt-row"><input id="machine-seed-input" type="number" min="0" max="4294967295" step="1">
    <button type="button" id="machine-randomize" class="df-button" data-word="training.randomize"></button></span>
    <small data-word="training.seed.info"></small></div>
  <p class="dt-words" data-word="training.charts"></p>
</div>
<div class="dt-charts">
  <svg id="machine-losses" class="dt-chart" role="img"></svg>
  <svg id="machine-verdict" class="dt-chart" role="img"></svg>
  <svg id="machine-quality" class="dt-chart" role="img"></svg>
</div>
</div>
"""

TRAIN = f"""
<div id="training-part" class="dt-columns" data-state="idle" hidden>
<div class="dt-main">
  <div id="training-missing" class="dt-missing" hidden>
    <p></p><button type="button" id="training-download" class="df-button df-primary"></button>
  </div>
  <figure id="training-figure" class="df-figure">
    <div class="df-stage dt-stage" tabindex="0" role="group" data-word-label="training.live">
      <img id="training-sheet" alt="" data-version="0" hidden>
      <p id="training-nothing" class="dt-nothing" data-word="training.nothing"></p>
    </div>
    <div class="dt-balance">
      <svg id="training-balance" viewBox="0 0 360 124" role="img"></svg>
      <div>
        <p id="training-says" class="dt-says"></p>
        <p id="training-skill" class="dt-words"></p>
        <p id="training-step" class="dt-words" role="status"></p>
      </div>
    </div>
    <p class="df-problem" role="alert"></p>
    <ul id="training-alarms" class="dt-alarms" role="status"></ul>
    <figcaption><span class="df-note" role="status"></span></figcaption>
    <div id="training-result" class="dt-result" hidden>
      <p></p>
      <div id="training-name" class="dt-control">
        <label for="training-name-input" data-word="training.name"></label>
        <span class="dt-row"><input id="training-name-input" type="text" maxlength="40" autocomplete="off"
          spellcheck="false">
        <button type="button" id="training-keep" class="df-button df-primary" data-word="training.keep"></button>
        <button type="button" id="training-file" class="df-button" data-word="training.file"></button></span></div>
      <p id="training-kept" role="status"></p>
    </div>
  </figure>
</div>
<div class="dt-side">
  <div class="dt-buttons" role="group" data-word-label="training.controls">
    <button type="button" id="training-start" class="df-button df-primary"></button>
    <button type="button" id="training-pause" class="df-button" data-word="training.pause"></button>
    <button type="button" id="training-step-d" class="df-button" data-word="training.step.d"></button>
    <button type="button" id="training-step-g" class="df-button" data-word="training.step.g"></button>
    <button type="button" id="training-stop" class="df-button" data-word="training.stop"></button>
  </div>
  <fieldset id="training-form" class="dt-form">
    <legend data-word="training.form"></legend>
    <div id="training-preset" class="dt-control dt-wide"><label for="training-preset-input"
      data-word="training.preset"></label><select id="training-preset-input"></select><small></small></div>
    <div id="training-loss" class="dt-control"><label for="training-loss-input" data-word="training.loss"></label>
      <select id="training-loss-input">{"".join(f"<option>{loss}</option>" for loss in LOSSES)}</select></div>
    <div id="training-lr" class="dt-control"><label for="training-lr-input" data-word="training.lr"></label>
      <input id="training-lr-input" type="number" min="{RATES[0]}" max="{RATES[1]}" step="any"></div>
    <div id="training-batch" class="dt-control"><label for="training-batch-input" data-word="training.batch"></label>
      <select id="training-batch-input">{"".join(f"<option>{size}</option>" for size in BATCHES)}</select></div>
    <div id="training-minutes" class="dt-control"><label for="training-minutes-input"
      data-word="training.minutes"></label>
      <input id="training-minutes-input" type="number" min="{MINUTES[0]}" max="{MINUTES[1]}" step="1"></div>
    <label class="dt-check dt-wide"><input id="training-unconditional" type="checkbox">
      <span data-word="training.unconditional"></span></label>
    <small class="dt-wide" data-word="training.limits"></small>
  </fieldset>
</div>
<div class="dt-charts">
  <svg id="training-losses" class="dt-chart" role="img"></svg>
  <svg id="training-verdict" class="dt-chart" role="img"></svg>
  <svg id="training-quality" class="dt-chart" role="img"></svg>
</div>
</div>
"""

PAGE = f"""
<div class="dt-tab">
<div class="dt-parts" role="group" data-word-label="training.parts">
  <button type="button" class="df-button" id="training-to-machine" aria-pressed="true"
    data-word="training.machine"></button>
  <button type="button" class="df-button" id="training-to-train" aria-pressed="false"
    data-word="training.train"></button>
</div>
{MACHINE}{TRAIN}
</div>
"""

MOUNT = "DigitForge.mountTraining(element, DigitForge.serverSource(server), props.first, trigger);"


def answer_machine(machine: TimeMachine, request: dict[str, Any]) -> dict[str, Any]:
    """The time machine: all sheets of a seed as one picture, and the moments; or {"none": why there is no history}."""
    machine.service.check_made_with(request)
    try:
        film = machine.draw(request.get("model"), request.get("seed"))
    except HistoryError as error:
        text = str(error)
        others = ", ".join(name for name in machine.service.models() if all(path.is_file() for path in get_paths(name)))
        hint = f" There is one of: {others}." * bool(others)
        return {"none": f"{text[:1].upper()}{text[1:]}.{hint}"}
    return {
        "png": base64.b64encode(film.to_png()).decode("ascii"),
        "rows": film.rows,
        "columns": film.columns,
        "moments": film.moments,
        "curves": film.curves,
        "alt": film.alt,
        "recipe": film.recipe,
        "milliseconds": round(film.milliseconds),
    }


def answer(machine: TimeMachine, workshop: Workshop, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab.

    {"want": "history"}; of the run "status", "start", "steer", "keep" and "file", with the page's own word as "owner".
    All of the run's but "file" are answered with its status.
    """
    want, owner = request.get("want"), request.get("owner")
    if want == "history":
        return answer_machine(machine, request)
    if want == "file":
        data, name = workshop.fetch(owner)
        kind = "application/octet-stream"
        return {"data": base64.b64encode(data).decode("ascii"), "type": kind, "name": name}
    if want == "start":
        workshop.start(owner, request)
    elif want == "steer":
        workshop.steer(owner, request.get("do"), request.get("of"))
    elif want == "keep":
        workshop.keep(owner, request.get("name"))
    elif want != "status":
        raise FieldError(f"the Training tab has no {str(want)[:40]!r}.")
    return workshop.tell(owner, request.get("seen"), curves=bool(request.get("curves")))


def build_training(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's pictures and controls into the surrounding layout."""
    machine, workshop = TimeMachine(service), Workshop(service)

    def refresh() -> gr.Dropdown:
        found = service.models()
        return gr.Dropdown(found, visible=len(found) > 1)

    first = {"model": model.value, "presets": list_presets(), **FIRST}
    panel = make_picture(partial(answer, machine, workshop), PAGE, MOUNT, first, "training-panel")
    panel.submit(  # what the page triggers when a result was kept
        refresh,
        outputs=model,
        api_name="refresh_after_training",
        api_visibility="undocumented",
        queue=False,
        show_progress="hidden",
    )
    ask("training", model=model)
