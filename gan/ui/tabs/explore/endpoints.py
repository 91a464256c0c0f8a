"""What programs call of the Explore tab: /edit, a hand asked for in units.

From Python:

    from gradio_client import Client
    picture, recipe = Client("http://127.0.0.1:7860").predict("2026", seed=7, slant=20, api_name="/edit")
    recipe["measures"][0]["slant"]    # {"asked": 19.56, "measured": 19.6}
"""

from collections.abc import Callable

from gradio.events import api

from gan.ui.downloads import answer_call, make_file
from gan.ui.inputs import ALL
from gan.ui.tabs.explore.explorer import Explorer


def add_edit(explorer: Explorer, folder: Callable[[], str]) -> None:
    """Add /edit to the surrounding Blocks; `folder()` is its cache."""

    def edit(
        digits: str | list[int | str] = ALL,
        seed: int = 0,
        slant: float | None = None,
        thickness: float | None = None,
        width: float | None = None,
        height: float | None = None,
        plane: str = "pca",
        pair: int = 1,
        x: float = 0.0,
        y: float = 0.0,
        truncation: float = 1.0,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        edits = {
            "plane": plane, "pair": pair, "x": x, "y": y,
            "slant": slant, "thickness": thickness, "width": width, "height": height,
        }  # fmt: skip
        explored = answer_call(explorer.draw, model, digits, seed, truncation, edits)
        picture = make_file(explored.to_png(scale=4), "hand.png", "image/png", folder())
        found = {"measures": explored.list_measures(), "milliseconds": round(explored.milliseconds, 1)}
        return picture, {**explored.recipe, **found}

    api(
        edit,
        api_name="edit",
        api_description=(
            "Draw digits in one hand, asked for in units, as a PNG of one row. digits: text such as 2026, a "
            "list of classes by number or name, or all, up to 64; "
            "seed: 0 to 4294967295, whose hand it is; slant (degrees), thickness, width, height (px): what the hand is "
            "asked for, each the mean over the digits, none to leave it as it is; plane: pca, sefa or random, pair: 1 "
            "to 4, x, y: -3 to 3 standard deviations, a place on that plane of w; truncation: psi, 0 to 1.5; model: "
            "a name from /models. Returns the file, and the recipe with what was asked and measured for each picture."
        ),
        queue=False,
    )
