"""The Explore tab: one hand, moved over a plane of w and by sliders in measured units; all ten digits answer at once.

Every control is the page's own (explore.js), as each must answer within a frame or two.

What a program or a test may rely on: `#explore-digits` holds a canvas a class, and its data-version grows by one when
new pixels are in place; `figure#explore-figure` has the recipe in data-recipe and data-settled="true" once the
pictures are as exact as they become; the controls are #explore-slant, -thickness, -width, -height, -x, -y, -seed
and -psi (an input in each), the pad #explore-pad, #explore-plane, #explore-pair and #explore-number.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from gan.handwriting.edits import EDITS, REACH
from gan.handwriting.measures import MEASURES
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs.explore.endpoints import add_edit
from gan.ui.tabs.explore.explorer import Explorer

MOVES = "/gradio_api/explore"  # below the one prefix that every proxy in front of Gradio lets through
FIRST: dict[str, Any] = {"seed": 7, "psi": 0.8, "plane": "pca", "pair": 1, "x": 0, "y": 0}
KNOWN = {"names": list(MEASURES), "units": list(MEASURES.values()), "reach": REACH}


class Explore(Tab):
    """The tab of one page, and what is known of each model's w."""

    name = "explore"
    first: ClassVar[dict[str, Any]] = {**FIRST, **KNOWN}
    picture = "explore-panel"
    moves = (MOVES, "edit")

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.explorer = Explorer(service)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "hand"}: the model's ranges and notes. {"want": "map"}: the pad's digits.

        {"want": "edit"}: every class, or `digits` if any, in the hand that the controls say, drawn once where "quick".
        {"want": "explore.png"}: the same as a file.
        """
        want = request.get("want")
        model, seed, psi = (request.get(name) for name in ("model", "seed", "psi"))
        if want == "hand":
            return self.explorer.describe(model, request.get("weights"))
        edits = {name: request.get(name) for name in (*EDITS, *MEASURES)}
        if want == "map":
            images = self.explorer.draw_map(model, request.get("digit"), seed, psi, edits)
            return {"pixels": images, "count": len(images)}
        explored = self.explorer.draw(
            model, request.get("digits"), seed, psi, edits, quick=request.get("quick") is True
        )
        if want == "explore.png":
            data = explored.to_png()
            return {"data": data, "type": "image/png", "name": f"hand-seed-{explored.recipe['seed']}.png"}
        return {
            "pixels": explored.images,
            "count": len(explored.images),
            "measures": explored.list_measures(),
            "alt": explored.alt,
            "milliseconds": round(explored.milliseconds, 1),
            "recipe": explored.recipe,
        }

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/edit."""
        add_edit(self.explorer, folder)


TAB = Explore
