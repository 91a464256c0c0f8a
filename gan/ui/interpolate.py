"""The Interpolate tab: two ends (digit, seed) and the way between them; the slider scrubs in the page alone.

What a program or a test may rely on: `input#interpolate-slider` moves `canvas#interpolate-picture`, whose data-version
grows by one when new pixels are in place; so does that of `canvas#interpolate-strip` when other frames have come.
`figure#interpolate-figure` has the recipe in data-recipe; the controls are #interpolate-start-digit, -start-seed,
-end-digit, -end-seed, -method and -psi.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr
from gradio.components.base import Component

from gan.ui.bridge import ask, make_picture, make_psi, make_randomize
from gan.ui.service import Service

FIRST: dict[str, Any] = {
    "start_digit": "3",
    "start_seed": 4,
    "end_digit": "8",
    "end_seed": 7,
    "method": "slerp",
    "psi": 0.7,
}
ARGUMENTS = ("model", "start_digit", "start_seed", "end_digit", "end_seed", "method", "psi")

FIGURE = """
<figure id="interpolate-figure" class="df-figure df-empty">
  <div class="df-stage df-single">
    <canvas id="interpolate-picture" width="28" height="28" role="img"
      aria-label="The digits are being drawn" data-version="0"></canvas>
  </div>
  <div class="df-scrub">
    <canvas id="interpolate-start" class="df-end" width="28" height="28" role="img" aria-label="Start"></canvas>
    <div class="df-slide">
      <label for="interpolate-slider"><i>t</i> = <span id="interpolate-t">0.50</span></label>
      <input id="interpolate-slider" type="range" min="0" max="60" value="30" step="1" disabled>
    </div>
    <canvas id="interpolate-end" class="df-end" width="28" height="28" role="img" aria-label="End"></canvas>
  </div>
  <div class="df-stage df-strip" tabindex="0" role="group" aria-label="Strip of frames">
    <canvas id="interpolate-strip" width="328" height="28" role="img" aria-label="Strip" data-version="0"></canvas>
    <div id="interpolate-mark" aria-hidden="true"></div>
  </div>
  <p class="df-problem" role="alert"></p>
  <figcaption>
    <span class="df-note" role="status"></span>
    <span class="df-actions">
      <button type="button" id="interpolate-play" class="df-button" aria-pressed="false" disabled>Play</button>
      <button type="button" id="interpolate-gif" class="df-button" disabled>Save GIF</button>
      <button type="button" id="interpolate-strip-png" class="df-button" disabled>Save strip</button>
    </span>
  </figcaption>
</figure>
"""

MOUNT = "DigitForge.mountInterpolate(element, DigitForge.serverSource(server), props.first);"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "frames", "frames.gif" or "strip.png"} and the controls."""
    frames = service.draw_frames(*(request.get(name) for name in ARGUMENTS))
    want = request.get("want")
    if want in ("frames.gif", "strip.png"):
        data, kind = (frames.to_gif(), "gif") if want == "frames.gif" else (frames.to_strip_png(), "png")
        start, end = frames.recipe["start"], frames.recipe["end"]
        name = f"digit-{start['digit']}-seed-{start['seed']}-to-{end['digit']}-seed-{end['seed']}.{kind}"
        return {"data": base64.b64encode(data).decode("ascii"), "type": f"image/{kind}", "name": name}
    return {
        "pixels": base64.b64encode(frames.images.numpy().tobytes()).decode("ascii"),
        "count": len(frames.images),
        "strip": frames.strip(),
        "alt": frames.alt,
        "note": f"{len(frames.images)} frames in {frames.milliseconds:.0f} ms, by {frames.recipe['model']}",
        "recipe": frames.recipe,
    }


def build_interpolate(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's picture and controls into the surrounding layout."""
    with gr.Row(elem_classes="df-tab"):
        with gr.Column(scale=3, min_width=320, elem_classes="df-picture"):
            first = {"model": model.value, **FIRST}
            make_picture(partial(answer, service), FIGURE, MOUNT, first, "interpolate-panel")
        with gr.Column(scale=2, min_width=320, elem_classes="df-controls"):
            ends: dict[str, Component] = {}
            for side in ("start", "end"):
                ends[f"{side}_digit"] = gr.Radio(
                    list("0123456789"),
                    value=FIRST[f"{side}_digit"],
                    label=f"{side.capitalize()}: digit",
                    elem_id=f"interpolate-{side}-digit",
                    elem_classes="df-keys",
                )
                with gr.Row(elem_classes="df-seed"):
                    seed = ends[f"{side}_seed"] = gr.Number(
                        FIRST[f"{side}_seed"],
                        label=f"{side.capitalize()}: seed",
                        precision=0,
                        elem_id=f"interpolate-{side}-seed",
                    )
                    make_randomize(seed, f"interpolate-{side}-randomize")
            method = gr.Radio(
                [("Spherical (slerp)", "slerp"), ("Linear (lerp)", "lerp")],
                value=FIRST["method"],
                label="How z travels",
                info="Spherical keeps its length, as typical noise has it. The class is blended in w by t.",
                elem_id="interpolate-method",
            )
            psi = make_psi("interpolate-psi", FIRST["psi"])
    ask("interpolate", model=model, **ends, method=method, psi=psi)
