"""The Interpolate tab: two or more ends (digit, seed) and the way along them; the slider scrubs in the page alone.

Every control is the page's own (static/interpolate.js): ends come and go, which Gradio's components cannot.

What a program or a test may rely on: `input#interpolate-slider` moves `canvas#interpolate-picture`, whose data-version
grows by one when new pixels are in place; so does that of `canvas#interpolate-strip` when other frames have come.
`figure#interpolate-figure` has the recipe in data-recipe; the ends are the items of #interpolate-ends, each with a
select for the digit, a number for the seed, and buttons; the other controls are #interpolate-method, -travels, -loop
and #interpolate-psi (an input in each).
"""

import base64
from functools import partial
from typing import Any

import gradio as gr

from gan.drawing.interpolation import TRAVELS
from gan.recipes.way import LOOPS, MAX_ENDS
from gan.drawing.films import FILMS
from gan.drawing.arguments import MAX_PSI, MAX_SEED
from gan.ui.bridge import ask, make_picture
from gan.ui.service import FieldError, Frames, Service

FIRST: dict[str, Any] = {"ends": "3.4,8.7", "method": "slerp", "travels": "both", "loop": "back", "psi": 0.7}
ARGUMENTS = ("model", "ends", "method", "psi", "travels", "loop")


def _radios(name: str, values: tuple[str, ...]) -> str:
    chosen = FIRST[name]
    marks = "".join(
        f'<label class="dw-choice"><input type="radio" name="interpolate-{name}" value="{value}"'
        f'{" checked" if value == chosen else ""}><span data-word="interpolate.{name}.{value}"></span></label>'
        for value in values
    )
    return (
        f'<fieldset id="interpolate-{name}" class="dw-field"><legend data-word="interpolate.{name}"></legend>'
        f'<div class="dw-choices">{marks}</div>'
        f'<p class="dw-info" data-word="interpolate.{name}Info"></p></fieldset>'
    )


PAGE = f"""
<div class="dw">
<figure id="interpolate-figure" class="df-figure df-empty">
  <div class="df-stage df-single">
    <canvas id="interpolate-picture" width="28" height="28" role="img"
      data-word-label="interpolate.drawing" data-version="0"></canvas>
  </div>
  <div class="df-scrub">
    <canvas id="interpolate-start" class="df-end" width="28" height="28" role="img"
      data-word-label="interpolate.drawing"></canvas>
    <div class="df-slide">
      <label for="interpolate-slider"><i>t</i> = <span id="interpolate-t">0.50</span></label>
      <input id="interpolate-slider" type="range" min="0" max="60" value="30" step="1" disabled>
    </div>
    <canvas id="interpolate-end" class="df-end" width="28" height="28" role="img"
      data-word-label="interpolate.drawing"></canvas>
  </div>
  <div class="df-stage df-strip" tabindex="0" role="group" data-word-label="interpolate.strip">
    <canvas id="interpolate-strip" width="328" height="28" role="img" data-word-label="interpolate.drawing"
      data-version="0"></canvas>
    <div id="interpolate-mark" aria-hidden="true"></div>
  </div>
  <p class="df-problem" role="alert"></p>
  <figcaption>
    <span class="df-note" role="status"></span>
    <span class="df-actions">
      <button type="button" id="interpolate-play" class="df-button df-primary" aria-pressed="false" disabled
        data-word="interpolate.play">Play</button>
      <button type="button" id="interpolate-copy" class="df-button" disabled data-word="link.copy">Copy link</button>
    </span>
  </figcaption>
  <div class="df-actions dw-files">
    <button type="button" id="interpolate-gif" class="df-button dg-small" disabled
      data-word="interpolate.gif">Save GIF</button>
    <button type="button" id="interpolate-webp" class="df-button dg-small" disabled
      data-word="interpolate.webp">Save WebP</button>
    <button type="button" id="interpolate-mp4" class="df-button dg-small" disabled
      data-word="interpolate.mp4">Save MP4</button>
    <button type="button" id="interpolate-strip-png" class="df-button dg-small" disabled
      data-word="interpolate.png">Save strip</button>
  </div>
</figure>
<div class="dw-controls">
  <div id="interpolate-ends" class="dw-field" role="group" data-word-label="interpolate.ends">
    <div class="dw-head"><strong data-word="interpolate.ends"></strong>
      <span class="dw-info" data-word="interpolate.endsInfo"></span></div>
    <ol class="dw-ends"></ol>
    <div class="df-actions">
      <button type="button" id="interpolate-add" class="df-button dg-small" data-word="interpolate.add"></button>
      <button type="button" id="interpolate-zero" class="df-button dg-small" data-word="interpolate.zero"></button>
      <button type="button" id="interpolate-same" class="df-button dg-small" data-word="interpolate.same"></button>
    </div>
  </div>
  {_radios("travels", TRAVELS)}
  {_radios("method", ("slerp", "lerp"))}
  {_radios("loop", LOOPS)}
  <div id="interpolate-psi" class="dw-field">
    <div class="dw-head"><label for="interpolate-psi-input" data-word="interpolate.psi"></label>
      <output id="interpolate-psi-shown" for="interpolate-psi-input"></output></div>
    <input id="interpolate-psi-input" type="range" min="0" max="{MAX_PSI}" step="0.05" value="{FIRST["psi"]}">
  </div>
</div>
</div>
"""

MOUNT = "DigitForge.mountInterpolate(element, DigitForge.serverSource(server), props.first, trigger);"


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
        return {"data": base64.b64encode(data).decode("ascii"), "type": media, "name": _name_file(frames, kind)}
    return {
        "pixels": base64.b64encode(frames.images.numpy().tobytes()).decode("ascii"),
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
    panel = make_picture(partial(answer, service), PAGE, MOUNT, first, "interpolate-panel")
    ask("interpolate", model=model)
    # A link that was opened chooses its model
    panel.submit(fn=None, outputs=model, js="() => DigitForge.getSettled('interpolate', ['model'])")
