"""The Generate tab: digits, rows, seed and psi -> one sheet, drawn anew at every change.

What a program or a test may rely on: the picture is `img#generate-sheet`, whose data-version grows by one when new
pixels are in place; `figure#generate-figure` has the recipe in data-recipe; the button #generate-draw draws the
same again; the controls are #generate-digits, #generate-toggles, #generate-rows, #generate-seed, #generate-psi.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr

from gan.ui.bridge import ask, make_picture, make_psi, make_randomize
from gan.ui.service import MAX_DIGITS, MAX_ROWS, MAX_TYPED, Service

FIRST: dict[str, Any] = {"digits": "0123456789", "rows": 8, "seed": 1, "psi": 1.0}

FIGURE = """
<figure id="generate-figure" class="df-figure df-empty">
  <div class="df-stage df-sheet" tabindex="0" role="group" aria-label="Sheet of digits">
    <img id="generate-sheet" alt="The sheet is being drawn" data-version="0">
  </div>
  <p class="df-problem" role="alert"></p>
  <figcaption>
    <span class="df-note" role="status"></span>
    <span class="df-actions">
      <button type="button" id="generate-draw" class="df-button df-primary">Generate</button>
      <button type="button" id="generate-png" class="df-button" disabled>Save PNG</button>
    </span>
  </figcaption>
</figure>
"""

MOUNT = "DigitForge.mountGenerate(element, DigitForge.serverSource(server), props.first);"

TO_TEXT = "(chosen) => [...chosen].sort().join('')"
# A list that is returned holds one value for each output, hence the list around the one list.
TO_TOGGLES = "(text) => [[...new Set(String(text ?? '').replace(/[^0-9]/g, ''))].sort()]"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "sheet"} or {"want": "sheet.png"}, and the controls."""
    sheet = service.draw_sheet(*(request.get(name) for name in ("model", "digits", "rows", "seed", "psi")))
    if request.get("want") == "sheet.png":
        data = base64.b64encode(sheet.to_png()).decode("ascii")
        return {"data": data, "type": "image/png", "name": f"digits-seed-{sheet.recipe['seed']}.png"}
    count = len(sheet.images)
    noun = "digit" if count == 1 else "digits"
    return {
        "png": base64.b64encode(sheet.to_png(1)).decode("ascii"),
        "alt": sheet.alt,
        "note": f"{count} {noun} in {sheet.milliseconds:.0f} ms, by {sheet.recipe['model']}",
        "recipe": sheet.recipe,
    }


def build_generate(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's picture and controls into the surrounding layout."""
    with gr.Row(elem_classes="df-tab"):
        with gr.Column(scale=3, min_width=320, elem_classes="df-picture"):
            first = {"model": model.value, **FIRST}
            make_picture(partial(answer, service), FIGURE, MOUNT, first, "generate-picture")
        with gr.Column(scale=2, min_width=320, elem_classes="df-controls"):
            toggles = gr.CheckboxGroup(
                list("0123456789"),
                value=list(FIRST["digits"]),
                label="Digits",
                elem_id="generate-toggles",
                elem_classes="df-keys",
            )
            with gr.Row(elem_classes="df-pair"):
                every = gr.Button("All", elem_id="generate-all", size="sm", min_width=0)
                none = gr.Button("None", elem_id="generate-none", size="sm", min_width=0)
            digits = gr.Textbox(
                FIRST["digits"],
                label="Or type a number",
                info=f"Order and repeats are kept: 2026 draws four columns. Up to {MAX_TYPED} digits.",
                elem_id="generate-digits",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
            )
            rows = gr.Slider(
                1,
                MAX_ROWS,
                value=FIRST["rows"],
                step=1,
                label="How many of each",
                info=f"One style (one z) a row, up to {MAX_DIGITS} digits on a sheet.",
                elem_id="generate-rows",
                buttons=[],
            )
            with gr.Row(elem_classes="df-seed"):
                seed = gr.Number(
                    FIRST["seed"],
                    label="Seed",
                    info="The same seed gives the same styles again.",
                    precision=0,
                    elem_id="generate-seed",
                )
                make_randomize(seed, "generate-randomize")
            psi = make_psi("generate-psi", FIRST["psi"])
    toggles.input(fn=None, inputs=toggles, outputs=digits, js=TO_TEXT)
    every.click(fn=None, outputs=digits, js="() => '0123456789'")
    none.click(fn=None, outputs=digits, js="() => ''")
    # The text is the truth; the toggles follow it. (Its own `input` event misses what is pasted.)
    digits.change(fn=None, inputs=digits, outputs=toggles, js=TO_TOGGLES)
    ask("generate", model=model, digits=digits, rows=rows, seed=seed, psi=psi)
