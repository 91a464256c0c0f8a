"""The Generate tab: digits, rows, seed and psi -> one sheet, drawn anew at every change.

What a program or a test may rely on: the picture is `img#generate-sheet`, whose data-version grows by one when new
pixels are in place; `figure#generate-figure` has the recipe in data-recipe; the button #generate-draw draws the
same again; the controls are #generate-digits, #generate-toggles, #generate-rows, #generate-seed, #generate-psi and
#generate-hands. `#generate-locks` holds a button a row, pressed where the row's style is locked; `#generate-verdicts`
an item a digit, with what D and the reader say of it, while #generate-judge is pressed.
"""

import zlib
from collections.abc import Callable
from typing import Any, ClassVar

import gradio as gr

from gan.drawing.arguments import MAX_PSI, check_count, quote
from gan.errors import say
from gan.ui.inputs import FieldError, checked
from gan.ui.judge import judge
from gan.ui.tab import Tab
from gan.ui.tabs.generate.dataset import draw_slice
from gan.ui.tabs.generate.endpoints import add_generate
from gan.ui.tabs.generate.sheet import MAX_ROWS, MAX_SCALE, Sheet, check_link, draw_sheet
from gan.ui.words.labels import label

FIRST: dict[str, Any] = {"digits": "0123456789", "rows": 8, "seed": 1, "psi": 1.0, "hands": "one", "locks": ""}
ARGUMENTS = ("model", "digits", "rows", "seed", "psi", "hands", "locks")


TO_TEXT = "(chosen) => [...chosen].sort().join('')"
# A list that is returned holds one value for each output, hence the list around the one list.
TO_TOGGLES = "(text) => [[...new Set(String(text ?? '').replace(/[^0-9]/g, ''))].sort()]"


class Generate(Tab):
    """The tab of one page."""

    name = "generate"
    first: ClassVar[dict[str, Any]] = FIRST
    picture = "generate-picture"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "sheet", "judge", "slice", "link" or a file's name}.

        The rest of the request are the controls; for "sheet.png" `scale`, for "slice" `count` and `at`, for "link"
        `link`.
        """
        want = request.get("want")
        if want == "link":
            return {"controls": check_link(self.service, request.get("link") or {})}
        if want == "slice":
            return self._slice(request)
        sheet = draw_sheet(self.service, *(request.get(name, FIRST.get(name)) for name in ARGUMENTS))
        name = f"digits-seed-{request.get('seed')}"
        if want == "sheet.png":
            scale = None if request.get("scale") is None else checked("scale", check_count, request["scale"], MAX_SCALE)
            return {"data": sheet.to_png(scale), "type": "image/png", "name": f"{name}.png"}
        if want == "sheet.zip":
            return {"data": sheet.to_zip(), "type": "application/zip", "name": f"{name}.zip"}
        if want == "judge":
            judged = judge(self.service, request.get("model"), sheet.images, sheet.labels)
            return {"real": judged.real, "read": judged.read, "explain": judged.explain, "reader": judged.reader}
        if want != "sheet":
            raise FieldError(say("there is no {value} to ask for here.", value=quote(want)))
        return self._describe(sheet, self.service.get(request.get("model")).class_names)

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/generate."""
        add_generate(self.service, folder)

    def _slice(self, request: dict[str, Any]) -> dict[str, Any]:
        arguments = (request.get(name) for name in ("model", "digits", "count", "seed", "psi", "at"))
        images, labels, recipe = draw_slice(self.service, *arguments)
        deflated = zlib.compress(images.numpy().tobytes(), 1)
        name = f"made-{recipe['model']}-{recipe['count']}-seed-{recipe['seed']}"
        return {"deflated": deflated, "labels": labels, "name": name}

    def _describe(self, sheet: Sheet, names: tuple[str, ...]) -> dict[str, Any]:
        return {
            "png": sheet.to_png(1),
            "alt": sheet.alt,
            "count": len(sheet.images),
            "milliseconds": round(sheet.milliseconds),
            "rows": sheet.rows,
            "columns": sheet.columns,
            "labels": [names[label] for label in sheet.labels[: sheet.columns]],
            "recipe": sheet.recipe,
        }

    def build(self, model: gr.Dropdown) -> None:
        """Put the tab's picture and controls into the surrounding layout."""
        with gr.Row(elem_classes="df-tab"):
            with gr.Column(scale=3, min_width=320, elem_classes="df-picture"):
                picture = self.show(model)
            with gr.Column(scale=2, min_width=320, elem_classes="df-controls"):
                toggles = gr.CheckboxGroup(
                    list("0123456789"),
                    value=list(FIRST["digits"]),
                    label=label("generate.digits"),
                    elem_id="generate-toggles",
                    elem_classes="df-keys",
                )
                with gr.Row(elem_classes="df-pair"):
                    every = gr.Button(label("generate.every"), elem_id="generate-all", size="sm", min_width=0)
                    none = gr.Button(label("generate.none"), elem_id="generate-none", size="sm", min_width=0)
                digits = gr.Textbox(
                    FIRST["digits"],
                    label=label("generate.typed"),
                    info=label("generate.typedInfo"),
                    elem_id="generate-digits",
                    html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
                )
                rows = gr.Slider(
                    1,
                    MAX_ROWS,
                    value=FIRST["rows"],
                    step=1,
                    label=label("generate.rows"),
                    info=label("generate.rowsInfo"),
                    elem_id="generate-rows",
                    buttons=[],
                )
                with gr.Row(elem_classes="df-seed"):
                    seed = gr.Number(
                        FIRST["seed"],
                        label=label("generate.seed"),
                        info=label("generate.seedInfo"),
                        precision=0,
                        elem_id="generate-seed",
                    )
                    make_randomize(seed, "generate-randomize")
                hands = gr.Radio(
                    [(label("generate.one"), "one"), (label("generate.many"), "many")],
                    value=FIRST["hands"],
                    label=label("generate.hands"),
                    info=label("generate.handsInfo"),
                    elem_id="generate-hands",
                )
                psi = make_psi("generate-psi", FIRST["psi"])
        toggles.input(fn=None, inputs=toggles, outputs=digits, js=TO_TEXT)
        every.click(fn=None, outputs=digits, js="() => '0123456789'")
        none.click(fn=None, outputs=digits, js="() => ''")
        # The text is the truth; the toggles follow it. (Its own `input` event misses what is pasted.)
        digits.change(fn=None, inputs=digits, outputs=toggles, js=TO_TOGGLES)
        controls = {"model": model, "digits": digits, "rows": rows, "seed": seed, "psi": psi, "hands": hands}
        self.listen(**controls)
        # A link that was opened puts its values into the controls
        names = list(controls)
        picture.submit(fn=None, outputs=list(controls.values()), js=f"() => DigitForge.getSettled('generate', {names})")


def make_psi(elem_id: str, value: float) -> gr.Slider:
    """The slider of truncation psi."""
    return gr.Slider(
        0,
        MAX_PSI,
        value=value,
        step=0.05,
        label=label("shared.psi"),
        info=label("shared.psiInfo"),
        elem_id=elem_id,
        buttons=[],
    )


def make_randomize(seed: gr.Number, elem_id: str) -> gr.Button:
    """A button that puts a new random seed into `seed`, in the page alone."""
    button = gr.Button(
        label("shared.randomize"), elem_id=elem_id, elem_classes="df-randomize", size="sm", min_width=120, scale=0
    )
    button.click(fn=None, outputs=seed, js="() => crypto.getRandomValues(new Uint32Array(1))[0]")
    return button


TAB = Generate
