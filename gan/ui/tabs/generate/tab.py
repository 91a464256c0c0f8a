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
    MAX_SCALE,
    FieldError,
    Service,
    checked,
)
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"digits": "0123456789", "rows": 8, "seed": 1, "psi": 1.0, "hands": "one"}
ARGUMENTS = ("model", "digits", "rows", "seed", "psi", "hands", "locks")

PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountGenerate(element, DigitForge.serverSource(server), props.first);"


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
    """Put the tab into the surrounding layout."""
    make_picture(partial(answer, service), PAGE, MOUNT, {"model": model.value, **FIRST}, "generate-picture")
    ask("generate", model=model)
