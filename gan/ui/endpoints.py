"""What programs call, over HTTP or with gradio_client: a small set of named and typed endpoints.

    from gradio_client import Client
    picture, recipe = Client("http://127.0.0.1:7860").predict("2026", rows=4, seed=7, api_name="/generate")

A wrong argument is answered with one sentence, as an error. Drawing is bounded by gan/ui/service.py, and so these
events skip Gradio's queue: one POST to /gradio_api/run/NAME answers.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio import FileData
from gradio.events import api
from gradio.processing_utils import save_bytes_to_cache

from gan.recipes.read import parse_json
from gan.store.index import read_index
from gan.ui.service import FRAMES, FieldError, Service, checked

log = logging.getLogger(__name__)

T = TypeVar("T")


def answer_call(draw: Callable[..., T], *args: object) -> T:
    """Call the service; what is wrong with the arguments becomes an error whose message is that sentence."""
    try:
        return draw(*args)
    except FieldError as error:
        raise gr.Error(str(error), print_exception=False) from error
    except Exception as error:
        log.exception("An API call could not be answered")
        raise gr.Error("Something went wrong on the server while drawing.", print_exception=False) from error


def make_file(data: bytes, name: str, kind: str, folder: str) -> dict[str, Any]:
    """A file in Gradio's cache, from where the client fetches it and `delete_cache` removes it."""
    path = save_bytes_to_cache(data, name, folder)
    return FileData(path=path, orig_name=name, mime_type=kind).model_dump()


def add_endpoints(service: Service, folder: Callable[[], str]) -> None:
    """Add the public endpoints to the surrounding Blocks; `folder()` is its cache."""

    def generate(
        digits: str = "0123456789", rows: int = 8, seed: int = 0, truncation: float = 1.0, model: str = "digits"
    ) -> tuple[dict, dict]:
        sheet = answer_call(service.draw_sheet, model, digits, rows, seed, truncation)
        recipe = {**sheet.recipe, "milliseconds": round(sheet.milliseconds, 1)}
        return make_file(sheet.to_png(), "sheet.png", "image/png", folder()), recipe

    def draw_way(
        start_digit: int,
        start_seed: int,
        end_digit: int,
        end_seed: int,
        method: str,
        truncation: float,
        frames: int,
        model: str,
    ) -> Any:
        return answer_call(
            service.draw_frames, model, start_digit, start_seed, end_digit, end_seed, method, truncation, frames
        )

    def interpolate(
        start_digit: int = 3,
        start_seed: int = 1,
        end_digit: int = 8,
        end_seed: int = 2,
        method: str = "slerp",
        truncation: float = 1.0,
        frames: int = FRAMES,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        drawn = draw_way(start_digit, start_seed, end_digit, end_seed, method, truncation, frames, model)
        return make_file(drawn.to_strip_png(), "strip.png", "image/png", folder()), drawn.recipe

    def interpolate_gif(
        start_digit: int = 3,
        start_seed: int = 1,
        end_digit: int = 8,
        end_seed: int = 2,
        method: str = "slerp",
        truncation: float = 1.0,
        frames: int = FRAMES,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        drawn = draw_way(start_digit, start_seed, end_digit, end_seed, method, truncation, frames, model)
        return make_file(drawn.to_gif(), "frames.gif", "image/gif", folder()), drawn.recipe

    def replay(recipe: str = "", kind: str = "png", scale: int = 8) -> tuple[dict, dict]:
        found = answer_call(checked, "recipe", parse_json, recipe)
        data, media = answer_call(service.replay, found, kind, scale)
        return make_file(data, f"replayed.{kind}", media, folder()), found

    def models() -> dict:
        index = read_index()
        return {name: index.get(name, {}) for name in service.models()}

    way = (
        "start_digit, end_digit: 0 to 9; start_seed, end_seed: 0 to 4294967295; method: slerp or lerp, how z travels; "
        "truncation: psi, 0 to 1.5; frames: 2 to 241 even steps; model: a name from /models."
    )
    for function, description in (
        (
            generate,
            "Draw a sheet of handwritten digits as a PNG, one column a digit and one style a row. digits: text such as "
            "2026, up to 64; rows: 1 to 20, up to 400 digits in all; seed: 0 to 4294967295; truncation: psi, 0 to 1.5; "
            "model: a name from /models. Returns the file and the recipe that draws it again.",
        ),
        (
            interpolate,
            f"Draw the way between two digits as a PNG strip of 11 frames. {way} Returns the file and the recipe.",
        ),
        (
            interpolate_gif,
            f"Draw the way between two digits, forth and back, as a GIF. {way} Returns the file and the recipe.",
        ),
        (
            replay,
            "Draw a recipe once more. recipe: JSON as the other endpoints return it, as saved pictures and films carry "
            "it, or written by hand: of a sheet (digits; for each a z index and a seed), of a way (two to 12 ends; "
            "method; travels both, noise or class; loop back or round) or of a hand (as /invert finds it; digits, or a "
            "text); kind: png, or of a sheet zip, or of a way gif, webp or mp4; scale: of a png, 1 to 10. Returns the "
            "file and the recipe.",
        ),
        (models, "The generators that can be named as `model`, with what is known of each."),
    ):
        api(function, api_name=function.__name__, api_description=description, queue=False)
