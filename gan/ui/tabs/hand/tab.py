"""The "Your hand" tab: draw a digit or upload a photo of one; it is read, redrawn, and its hand writes all ten digits.

Everything on it is native HTML in one gr.HTML: the pad answers the pen itself, and each slice of a refinement is one
call of the server function. What a program or a test may rely on: `canvas#hand-pad`; `canvas#hand-seen`,
`canvas#hand-redrawn` and `canvas#hand-ten`, whose data-version grows by one when new pixels are in place;
`figure#hand-figure` has the steps taken in data-step, the digit in data-digit and the hand in data-hand;
`img#hand-line` is the number written; `.dh-other` are the other
digits of a photo; the controls are #hand-undo, -clear, -example, -file, -pen, -digit, -line-number.
"""

from collections.abc import Callable
from typing import Any

from gan.data.photo import MAX_BYTES, MAX_PIXELS
from gan.drawing.number_line import MAX_WRITTEN
from gan.errors import say
from gan.handwriting.invert import STEPS
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs.hand.desk import Answer, HandDesk
from gan.ui.tabs.hand.endpoints import add_invert
from gan.ui.wire import decode

FIRST: dict[str, Any] = {"number": "2026", "max_pixels": MAX_PIXELS, "max_bytes": MAX_BYTES, "limit": MAX_WRITTEN}


class Hand(Tab):
    """The tab of one page, and its desk."""

    name = "hand"
    first = FIRST
    picture = "hand-panel"

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.desk = HandDesk(service)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "look", "refine", "ten", "line", "hand.png" or "line.png"}."""
        want, model, hand = (request.get(name) for name in ("want", "model", "hand"))
        if want == "look":
            picture = read_bytes(request.get("picture"), "the picture", "picture")
            return self._describe(self.desk.look(model, picture, request.get("digit"), request.get("at")))
        if want == "refine":
            seen, state = (read_bytes(request.get(name), "the refinement") for name in ("seen", "state"))
            step, doubt = request.get("step"), request.get("doubt", 0)
            return self._describe(self.desk.refine(model, seen, request.get("digit"), state, step, doubt))
        if want in ("line", "line.png"):
            line = self.desk.write(model, hand, request.get("number"))
            if want == "line.png":
                return {"data": line.to_png(8), "type": "image/png", "name": "written.png"}
            return {"png": line.to_png(), "alt": line.alt}
        if want == "hand.png":
            return {"data": self.desk.draw_ten_png(model, hand), "type": "image/png", "name": "hand.png"}
        drawn, recipe = self.desk.draw_ten(model, hand, request.get("weights"))
        return {"ten": drawn, "recipe": recipe, "hand": hand, "weights": recipe["weights"][:12]}

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/invert."""
        add_invert(self.desk, folder)

    def _describe(self, answer: Answer) -> dict[str, Any]:
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
            "weights": self.service.get(answer.model).sha256[:12],
            "model": answer.model,
            "slant": [round(slant, 1), round(slant_again, 1)],
            "thickness": [round(thickness, 2), round(thickness_again, 2)],
            "state": answer.state,
            "step": answer.step,
            "steps": STEPS,
            "note": answer.note,
            "doubt": answer.doubt,
            "box": answer.box,
            "others": answer.others,
            "milliseconds": answer.milliseconds,
        }


def read_bytes(value: object, what: str, field: str = "") -> bytes:
    """Bytes from the page, which may also come as base64 text; FieldError names `what` when they are none."""
    data = value if isinstance(value, bytes) else decode(value)
    if data is None:
        raise FieldError(say("{what} did not come as it was sent; try again.", what=what), field)
    return data


TAB = Hand
