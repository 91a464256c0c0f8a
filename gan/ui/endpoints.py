"""What programs call, over HTTP or with gradio_client: a small set of named and typed endpoints.

A wrong argument is answered with one sentence, as an error. Drawing is bounded by gan/ui/service.py, and so these
events skip Gradio's queue: one POST to /gradio_api/run/NAME answers. Those of one tab are in its folder; here are
/replay and /models.
"""

from collections.abc import Callable

from gradio.events import api

from gan.recipes.read import parse_json
from gan.store.index import read_index
from gan.ui.downloads import answer_call, make_file
from gan.ui.inputs import checked
from gan.ui.replay import draw_again
from gan.ui.service import Service


def add_endpoints(service: Service, folder: Callable[[], str]) -> None:
    """Add /replay and /models to the surrounding Blocks; `folder()` is their cache."""

    def replay(recipe: str = "", kind: str = "png", scale: int = 8) -> tuple[dict, dict]:
        found = answer_call(checked, "recipe", parse_json, recipe)
        data, media = answer_call(draw_again, service, found, kind, scale)
        return make_file(data, f"replayed.{kind}", media, folder()), found

    def models() -> dict:
        index = read_index()
        return {name: index.get(name, {}) for name in service.models()}

    api(
        replay,
        api_name="replay",
        api_description=(
            "Draw a recipe once more. recipe: JSON as the other endpoints return it, as saved pictures and films carry "
            "it, or written by hand: of a sheet (digits; for each a z index and a seed), of a way (two to 12 ends; "
            "method; travels both, noise or class; loop back or round) or of a hand (as /invert finds it; digits, or a "
            "text); kind: png, or of a sheet zip, or of a way gif, webp or mp4; scale: of a png, 1 to 10. Returns the "
            "file and the recipe."
        ),
        queue=False,
    )
    api(
        models,
        api_name="models",
        api_description="The generators that can be named as `model`, with what is known of each.",
        queue=False,
    )
