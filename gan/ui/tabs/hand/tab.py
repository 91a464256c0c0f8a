"""The "Your hand" tab: draw a digit or upload a photo of one; it is read, redrawn, and its hand writes all ten digits.

Everything on it is native HTML in one gr.HTML: the pad answers the pen itself, and each slice of a refinement is one
call of the server function. What a program or a test may rely on: `canvas#hand-pad`; `canvas#hand-seen`,
`canvas#hand-redrawn` and `canvas#hand-ten`, whose data-version grows by one when new pixels are in place;
`figure#hand-figure` has the steps taken in data-step, the digit in data-digit and the hand in data-hand;
`img#hand-line` is the number written; the controls are #hand-undo, -clear, -example, -file, -pen, -digit, -line-number.
"""

import base64
import binascii
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.drawing.number_line import MAX_WRITTEN
from gan.handwriting.invert import STEPS
from gan.handwriting.photo import MAX_BYTES, MAX_PIXELS
from gan.ui.service import FieldError, Service
from gan.ui.tabs.hand.service import Answer, HandDesk
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"number": "2026", "max_pixels": MAX_PIXELS, "max_bytes": MAX_BYTES}


PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountHand(element, DigitForge.serverSource(server), props.first);"


def decode(text: object, what: str, field: str = "") -> bytes:
    """Base64 text from the page -> bytes; FieldError names `what` when it is none."""
    try:
        text = text.get("base64") if isinstance(text, dict) else text
        if not isinstance(text, str) or len(text) > 2 * MAX_BYTES:
            raise ValueError
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldError(f"{what} did not come as it was sent; try again.", field) from error


def describe(answer: Answer, weights: str) -> dict[str, Any]:
    """An Answer for the page."""
    (slant, thickness), (slant_again, thickness_again) = answer.style
    return {
        "seen": answer.seen,
        "redrawn": answer.redrawn,
        "ten": answer.ten,
        "read": [round(share, 4) for share in answer.read],
        "digit": answer.digit,
        "as": answer.redrawn_as[0],
        "sure": round(answer.redrawn_as[1], 4),
        "error": answer.error,
        "hand": answer.hand,
        "weights": weights,
        "model": answer.model,
        "slant": [round(slant, 1), round(slant_again, 1)],
        "thickness": [round(thickness, 2), round(thickness_again, 2)],
        "state": answer.state,
        "step": answer.step,
        "steps": STEPS,
        "note": answer.note,
        "milliseconds": answer.milliseconds,
    }


def answer(desk: HandDesk, service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page asks for on this tab: {"want": "look", "refine", "ten", "line", "hand.png" or "line.png"}."""
    want, model, hand = (request.get(name) for name in ("want", "model", "hand"))
    if want == "look":
        picture = decode(request.get("picture"), "the picture", "picture")
        found = desk.look(model, picture, request.get("digit"))
        return describe(found, service.get(model).sha256[:12])
    if want == "refine":
        seen, state = (decode(request.get(name), "the refinement") for name in ("seen", "state"))
        found = desk.refine(model, seen, request.get("digit"), state, request.get("step"))
        return describe(found, service.get(model).sha256[:12])
    if want in ("line", "line.png"):
        line = desk.write(model, hand, request.get("number"))
        if want == "line.png":
            return {"data": line.to_png(8), "type": "image/png", "name": "written.png"}
        return {"png": line.to_png(), "alt": line.alt}
    if want == "hand.png":
        return {"data": desk.draw_ten_png(model, hand), "type": "image/png", "name": "hand.png"}
    drawn, recipe = desk.draw_ten(model, hand, request.get("weights"))
    return {"ten": drawn, "recipe": recipe, "hand": hand, "weights": recipe["weights"][:12]}


def build_hand(service: Service, model: gr.Dropdown) -> None:
    """Put the tab into the surrounding layout."""
    first = {"model": model.value, **FIRST, "limit": MAX_WRITTEN}
    make_picture(partial(answer, HandDesk(service), service), PAGE, MOUNT, first, "hand-panel")
    ask("hand", model=model)
