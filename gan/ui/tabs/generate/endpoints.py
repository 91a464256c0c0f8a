"""What programs call of the Generate tab: /generate, a sheet as a PNG.

From Python:

    from gradio_client import Client
    picture, recipe = Client("http://127.0.0.1:7860").predict("2026", rows=4, seed=7, api_name="/generate")
"""

from collections.abc import Callable

from gradio.events import api

from gan.ui.downloads import answer_call, make_file
from gan.ui.inputs import ALL
from gan.ui.service import Service
from gan.ui.tabs.generate.sheet import draw_sheet


def add_generate(service: Service, folder: Callable[[], str]) -> None:
    """Add /generate to the surrounding Blocks; `folder()` is its cache."""

    def generate(
        digits: str | list[int | str] = ALL,
        rows: int = 8,
        seed: int = 0,
        truncation: float = 1.0,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        sheet = answer_call(draw_sheet, service, model, digits, rows, seed, truncation)
        recipe = {**sheet.recipe, "milliseconds": round(sheet.milliseconds, 1)}
        return make_file(sheet.to_png(), "sheet.png", "image/png", folder()), recipe

    api(
        generate,
        api_name="generate",
        api_description=(
            "Draw a sheet of handwritten digits as a PNG, one column a digit and one style a row. digits: text such as "
            "2026, a list of classes by number or name, or all, up to 64; rows: 1 to 20, up to 400 digits in all; "
            "seed: 0 to 4294967295; truncation: psi, 0 to 1.5; "
            "model: a name from /models. Returns the file and the recipe that draws it again."
        ),
        queue=False,
    )
