"""The Interpolate tab: two or more ends (digit, seed) and the way along them; the slider scrubs in the page alone.

Every control is the page's own (interpolate.js): ends come and go, which Gradio's components cannot.

What a program or a test may rely on: `input#interpolate-slider` moves `canvas#interpolate-picture`, whose data-version
grows by one when new pixels are in place; so does that of `canvas#interpolate-strip` when other frames have come.
`figure#interpolate-figure` has the recipe in data-recipe; the ends are the items of #interpolate-ends, each with a
select for the digit, a number for the seed, and buttons; the other controls are #interpolate-method, -travels, -loop
and #interpolate-psi (an input in each).
"""

from collections.abc import Callable
from typing import Any, ClassVar

from gan.drawing.arguments import MAX_SEED, quote
from gan.drawing.films import FILMS
from gan.errors import say
from gan.recipes.way import MAX_ENDS
from gan.ui.inputs import FieldError
from gan.ui.tab import Tab
from gan.ui.tabs.interpolate.endpoints import add_interpolate
from gan.ui.tabs.interpolate.way import Frames, check_link, draw_way

FIRST: dict[str, Any] = {"ends": "3.4,8.7", "method": "slerp", "travels": "both", "loop": "back", "psi": 0.7}
ARGUMENTS = ("model", "ends", "method", "psi", "travels", "loop")


class Interpolate(Tab):
    """The tab of one page."""

    name = "interpolate"
    first: ClassVar[dict[str, Any]] = {**FIRST, "most": MAX_ENDS, "maxSeed": MAX_SEED}
    picture = "interpolate-panel"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "frames", "link" or a file's name} and the controls."""
        want = request.get("want")
        if want == "link":
            return {"controls": check_link(self.service, request.get("link") or {})}
        films = {f"frames.{kind}": kind for kind in FILMS}
        if want not in ("frames", "strip.png", *films):
            raise FieldError(say("there is no {value} to ask for here.", value=quote(want)))
        frames = draw_way(self.service, *(request.get(name, FIRST.get(name)) for name in ARGUMENTS))
        if want != "frames":
            kind = films.get(want, "png")
            data = frames.to_strip_png() if want == "strip.png" else frames.to_film(kind)
            return {"data": data, "type": FILMS.get(kind, "image/png"), "name": _name_file(frames, kind)}
        return {
            "pixels": frames.images,
            "count": len(frames.images),
            "strip": frames.strip(),
            "ends": [{"digit": stop.digit, "seed": stop.seed} for stop in frames.drawn.ends],
            "alt": frames.alt,
            "milliseconds": round(frames.milliseconds),
            "recipe": frames.recipe,
        }

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/interpolate and /interpolate_gif."""
        add_interpolate(self.service, folder)


def _name_file(frames: Frames, kind: str) -> str:
    ends = frames.drawn.ends
    start, end = ends[0], ends[-1]
    if len(ends) == 2:
        return f"digit-{start.digit}-seed-{start.seed}-to-{end.digit}-seed-{end.seed}.{kind}"
    return f"digits-{'-'.join(str(end.digit) for end in ends)}-seed-{start.seed}.{kind}"


TAB = Interpolate
