"""What programs call of the Interpolate tab: /interpolate, a strip of frames, and /interpolate_gif, a film."""

from collections.abc import Callable

from gradio.events import api

from gan.ui.downloads import answer_call, make_file
from gan.ui.service import Service
from gan.ui.tabs.interpolate.way import FRAMES, draw_frames

WAY = (
    "start_digit, end_digit: 0 to 9, or the number or name of another class of the model; none for 3 and 8; "
    "start_seed, end_seed: 0 to 4294967295; method: slerp or lerp, how z travels; "
    "truncation: psi, 0 to 1.5; frames: 2 to 241 even steps; model: a name from /models."
)


def add_interpolate(service: Service, folder: Callable[[], str]) -> None:
    """Add /interpolate and /interpolate_gif to the surrounding Blocks; `folder()` is their cache."""

    def interpolate(
        start_digit: int | str | None = None,
        start_seed: int = 1,
        end_digit: int | str | None = None,
        end_seed: int = 2,
        method: str = "slerp",
        truncation: float = 1.0,
        frames: int = FRAMES,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        drawn = answer_call(
            draw_frames, service, model, start_digit, start_seed, end_digit, end_seed, method, truncation, frames
        )
        return make_file(drawn.to_strip_png(), "strip.png", "image/png", folder()), drawn.recipe

    def interpolate_gif(
        start_digit: int | str | None = None,
        start_seed: int = 1,
        end_digit: int | str | None = None,
        end_seed: int = 2,
        method: str = "slerp",
        truncation: float = 1.0,
        frames: int = FRAMES,
        model: str = "digits",
    ) -> tuple[dict, dict]:
        drawn = answer_call(
            draw_frames, service, model, start_digit, start_seed, end_digit, end_seed, method, truncation, frames
        )
        return make_file(drawn.to_gif(), "frames.gif", "image/gif", folder()), drawn.recipe

    api(
        interpolate,
        api_name="interpolate",
        api_description=(
            f"Draw the way between two digits as a PNG strip of 11 frames. {WAY} Returns the file and the recipe."
        ),
        queue=False,
    )
    api(
        interpolate_gif,
        api_name="interpolate_gif",
        api_description=(
            f"Draw the way between two digits, forth and back, as a GIF. {WAY} Returns the file and the recipe."
        ),
        queue=False,
    )
