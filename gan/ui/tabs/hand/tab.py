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
from typing import Any

import gradio as gr
from torch import Tensor

from gan.drawing.number_line import MAX_TEXT, MAX_WRITTEN
from gan.handwriting.invert import STEPS
from gan.handwriting.photo import MAX_BYTES, MAX_PIXELS
from gan.ui.service import FieldError, Service
from gan.ui.tabs.hand.service import Answer, HandDesk
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"number": "2026", "max_pixels": MAX_PIXELS, "max_bytes": MAX_BYTES}

KEYS = "".join(
    f'<button type="button" role="radio" aria-checked="false" class="dh-key" data-digit="{digit}" tabindex="-1">'
    f"<i></i><b>{digit}</b></button>"
    for digit in range(10)
)

PAGE = f"""
<figure id="hand-figure" class="df-figure dh-tab df-empty" data-step="0">
<div class="dh-draw">
  <div id="hand-picture">
    <div class="dh-pad">
      <canvas id="hand-pad" width="560" height="560" tabindex="0" role="application" data-word-label="hand.pad"
        aria-describedby="hand-help"></canvas>
      <p class="dh-hint" data-word="hand.hint"></p>
    </div>
    <div class="dh-tools">
      <button type="button" id="hand-undo" class="df-button" data-word="hand.undo" disabled></button>
      <button type="button" id="hand-clear" class="df-button" data-word="hand.clear" disabled></button>
      <button type="button" id="hand-example" class="df-button" data-word="hand.example"></button>
      <label class="df-button dh-upload" for="hand-file"><span data-word="hand.upload"></span>
        <input type="file" id="hand-file" accept="image/*"></label>
    </div>
    <div class="dh-pen"><label for="hand-pen" data-word="hand.pen"></label>
      <input type="range" id="hand-pen" min="10" max="44" value="24" step="1"></div>
    <p class="dh-help" id="hand-help" data-word="hand.help"></p>
    <p class="dh-said" role="status"></p>
  </div>
</div>
<div class="dh-found">
  <div class="dh-pair">
    <div><canvas id="hand-seen" width="28" height="28" role="img" data-word-label="hand.seen.none"
      data-version="0"></canvas><p data-word="hand.seen"></p></div>
    <div><canvas id="hand-redrawn" width="28" height="28" role="img" data-word-label="hand.redrawn.none"
      data-version="0"></canvas><p data-word="hand.redrawn"></p></div>
    <dl class="dh-facts">
      <div><dt data-word="hand.read"></dt><dd id="hand-read">–</dd></div>
      <div><dt data-word="hand.error"></dt><dd id="hand-error">–</dd></div>
      <div><dt data-word="hand.slant"></dt><dd id="hand-slant">–</dd></div>
      <div><dt data-word="hand.thickness"></dt><dd id="hand-thickness">–</dd></div>
    </dl>
  </div>
  <div id="hand-digit" class="dh-digit">
    <p id="hand-digit-label" data-word="hand.digit"></p>
    <div class="dh-keys" role="radiogroup" aria-labelledby="hand-digit-label">{KEYS}</div>
  </div>
  <div class="dh-progress">
    <progress id="hand-progress" max="{STEPS}" value="0" data-word-label="hand.progress"></progress>
    <span class="df-note" role="status"></span></div>
  <p class="df-problem" role="alert"></p>
  <h3 data-word="hand.ten"></h3>
  <div class="df-stage dh-ten"><canvas id="hand-ten" width="150" height="60" role="img" data-word-label="hand.ten.none"
    data-version="0"></canvas></div>
  <div class="dh-row">
    <button type="button" id="hand-save" class="df-button" data-word="hand.save" disabled></button>
    <button type="button" id="hand-link" class="df-button" data-word="link.copy" disabled></button>
  </div>
</div>
<div id="hand-line-figure" class="df-figure dh-line">
  <div id="hand-line-number" class="dh-number">
    <label for="hand-line-input" data-word="hand.number"></label>
    <small id="hand-line-info" data-word="hand.number.info"></small>
    <input type="text" id="hand-line-input" inputmode="text" autocomplete="off" spellcheck="false"
      aria-describedby="hand-line-info" maxlength="{4 * MAX_TEXT}">
  </div>
  <div class="df-stage df-strip" tabindex="0" role="group" data-word-label="hand.line"><img id="hand-line" alt=""
    data-version="0"></div>
  <p class="df-problem" role="alert"></p>
  <div class="dh-row"><button type="button" id="hand-save-line" class="df-button" data-word="hand.save.line"
    disabled></button></div>
</div>
</figure>
"""

MOUNT = "DigitForge.mountHand(element, DigitForge.serverSource(server), props.first);"


def encode(data: bytes | Tensor) -> str:
    """Bytes or uint8 pixels as base64 for the page."""
    return base64.b64encode(data if isinstance(data, bytes) else data.numpy().tobytes()).decode("ascii")


def decode(text: object, what: str, field: str = "") -> bytes:
    """Base64 text from the page -> bytes; FieldError names `what` when it is none."""
    try:
        if not isinstance(text, str) or len(text) > 2 * MAX_BYTES:
            raise ValueError
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldError(f"{what} did not come as it was sent; try again.", field) from error


def describe(answer: Answer, weights: str) -> dict[str, Any]:
    """An Answer for the page."""
    (slant, thickness), (slant_again, thickness_again) = answer.style
    return {
        "seen": encode(answer.seen),
        "redrawn": encode(answer.redrawn),
        "ten": encode(answer.ten) if answer.ten is not None else None,
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
        "state": encode(answer.state),
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
            return {"data": encode(line.to_png(8)), "type": "image/png", "name": "written.png"}
        return {"png": encode(line.to_png()), "alt": line.alt}
    if want == "hand.png":
        return {"data": encode(desk.draw_ten_png(model, hand)), "type": "image/png", "name": "hand.png"}
    drawn, recipe = desk.draw_ten(model, hand, request.get("weights"))
    return {"ten": encode(drawn), "recipe": recipe, "hand": hand, "weights": recipe["weights"][:12]}


def build_hand(service: Service, model: gr.Dropdown) -> None:
    """Put the tab into the surrounding layout."""
    first = {"model": model.value, **FIRST, "limit": MAX_WRITTEN}
    make_picture(partial(answer, HandDesk(service), service), PAGE, MOUNT, first, "hand-panel")
    ask("hand", model=model)
