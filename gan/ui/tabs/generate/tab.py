"""The Generate tab: digits, rows, seed and psi -> one sheet, drawn anew at every change.

What a program or a test may rely on: the picture is `img#generate-sheet`, whose data-version grows by one when new
pixels are in place; `figure#generate-figure` has the recipe in data-recipe; the button #generate-draw draws the
same again; the controls are #generate-digits, #generate-toggles, #generate-rows, #generate-seed, #generate-psi and
#generate-hands. `#generate-locks` holds a button a row, pressed where the row's style is locked; `#generate-verdicts`
an item a digit, with what D and the reader say of it, while #generate-judge is pressed.
"""

import zlib
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.drawing.generator import check_count
from gan.ui.service import (
    MAX_ROWS,
    MAX_SCALE,
    FieldError,
    Service,
    checked,
)
from gan.ui.wire import ask, make_picture, make_psi, make_randomize
from gan.ui.words import say

FIRST: dict[str, Any] = {"digits": "0123456789", "rows": 8, "seed": 1, "psi": 1.0, "hands": "one"}
ARGUMENTS = ("model", "digits", "rows", "seed", "psi", "hands", "locks")

PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountGenerate(element, DigitForge.serverSource(server), props.first, trigger);"

TO_TEXT = "(chosen) => [...chosen].sort().join('')"
# A list that is returned holds one value for each output, hence the list around the one list.
TO_TOGGLES = "(text) => [[...new Set(String(text ?? '').replace(/[^0-9]/g, ''))].sort()]"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "sheet", "judge", "slice", "link" or a file's name}.

    The rest of the request are the controls; for "sheet.png" `scale`, for "slice" `count` and `at`, for "link" `link`.
    """
    want = request.get("want")
    if want == "link":
        controls = service.check_link(request.get("link") or {})
        return {"controls": controls}
    if want == "slice":
        arguments = (request.get(name) for name in ("model", "digits", "count", "seed", "psi", "at"))
        images, labels, recipe = service.draw_slice(*arguments)
        deflated = zlib.compress(images.numpy().tobytes(), 1)
        name = f"made-{recipe['model']}-{recipe['count']}-seed-{recipe['seed']}"
        return {"deflated": deflated, "labels": labels, "name": name}
    sheet = service.draw_sheet(*(request.get(name, FIRST.get(name)) for name in ARGUMENTS))
    name = f"digits-seed-{request.get('seed')}"
    if want == "sheet.png":
        scale = None if request.get("scale") is None else checked("scale", check_count, request["scale"], MAX_SCALE)
        data = sheet.to_png(scale)
        return {"data": data, "type": "image/png", "name": f"{name}.png"}
    if want == "sheet.zip":
        data = sheet.to_zip()
        return {"data": data, "type": "application/zip", "name": f"{name}.zip"}
    if want == "judge":
        judged = service.judge(request.get("model"), sheet.images, sheet.labels)
        return {"real": judged.real, "read": judged.read, "explain": judged.explain, "reader": judged.reader}
    if want != "sheet":
        raise FieldError(f"there is no {str(want)[:40]!r} to ask for here.")
    return {
        "png": sheet.to_png(1),
        "alt": sheet.alt,
        "count": len(sheet.images),
        "milliseconds": round(sheet.milliseconds),
        "rows": sheet.rows,
        "columns": sheet.columns,
        "labels": [service.get(request.get("model")).class_names[label] for label in sheet.labels[: sheet.columns]],
        "recipe": sheet.recipe,
    }


def build_generate(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's picture and controls into the surrounding layout."""
    with gr.Row(elem_classes="df-tab"):
        with gr.Column(scale=3, min_width=320, elem_classes="df-picture"):
            first = {"model": model.value, **FIRST, "locks": ""}
            picture = make_picture(partial(answer, service), PAGE, MOUNT, first, "generate-picture")
        with gr.Column(scale=2, min_width=320, elem_classes="df-controls"):
            toggles = gr.CheckboxGroup(
                list("0123456789"),
                value=list(FIRST["digits"]),
                label=say("generate.digits"),
                elem_id="generate-toggles",
                elem_classes="df-keys",
            )
            with gr.Row(elem_classes="df-pair"):
                every = gr.Button(say("generate.every"), elem_id="generate-all", size="sm", min_width=0)
                none = gr.Button(say("generate.none"), elem_id="generate-none", size="sm", min_width=0)
            digits = gr.Textbox(
                FIRST["digits"],
                label=say("generate.typed"),
                info=say("generate.typedInfo"),
                elem_id="generate-digits",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
            )
            rows = gr.Slider(
                1,
                MAX_ROWS,
                value=FIRST["rows"],
                step=1,
                label=say("generate.rows"),
                info=say("generate.rowsInfo"),
                elem_id="generate-rows",
                buttons=[],
            )
            with gr.Row(elem_classes="df-seed"):
                seed = gr.Number(
                    FIRST["seed"],
                    label=say("generate.seed"),
                    info=say("generate.seedInfo"),
                    precision=0,
                    elem_id="generate-seed",
                )
                make_randomize(seed, "generate-randomize")
            hands = gr.Radio(
                [(say("generate.one"), "one"), (say("generate.many"), "many")],
                value=FIRST["hands"],
                label=say("generate.hands"),
                info=say("generate.handsInfo"),
                elem_id="generate-hands",
            )
            psi = make_psi("generate-psi", FIRST["psi"])
    toggles.input(fn=None, inputs=toggles, outputs=digits, js=TO_TEXT)
    every.click(fn=None, outputs=digits, js="() => '0123456789'")
    none.click(fn=None, outputs=digits, js="() => ''")
    # The text is the truth; the toggles follow it. (Its own `input` event misses what is pasted.)
    digits.change(fn=None, inputs=digits, outputs=toggles, js=TO_TOGGLES)
    controls = {"model": model, "digits": digits, "rows": rows, "seed": seed, "psi": psi, "hands": hands}
    ask("generate", **controls)
    # A link that was opened puts its values into the controls
    names = list(controls)
    picture.submit(fn=None, outputs=list(controls.values()), js=f"() => DigitForge.getSettled('generate', {names})")
