"""What programs call of the "Your hand" tab: /invert, a picture of one digit in, all ten in its hand out.

From Python:

    import base64
    from pathlib import Path
    from gradio_client import Client
    picture = base64.b64encode(Path("seven.png").read_bytes()).decode()
    ten, line, found = Client("http://127.0.0.1:7860").predict(picture, write="2026", api_name="/invert")
"""

from collections.abc import Callable

from gradio.events import api

from gan.ui.downloads import answer_call, make_file, read_argument
from gan.ui.tabs.hand.desk import HandDesk


def read_place(text: str) -> list[float] | str | None:
    """A place as a program gives it, "0.3, 0.5"; what is none comes back as it is, and is said to be none."""
    if not text:
        return None
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        return text


def add_invert(desk: HandDesk, folder: Callable[[], str]) -> None:
    """Add /invert to the surrounding Blocks; `folder()` is its cache."""

    def invert(
        picture: str = "", digit: str = "", write: str = "0123456789", model: str = "digits", at: str = ""
    ) -> tuple[dict, dict, dict]:
        answer = answer_call(lambda: desk.invert(model, read_argument(picture, folder()), digit, read_place(at)))
        ten = answer_call(desk.draw_ten_png, model, answer.hand)
        line = answer_call(desk.write, model, answer.hand, write)
        found = {
            **line.recipe,
            "read": [round(share, 4) for share in answer.read],
            "digit": answer.digit,
            "redrawn_as": answer.redrawn_as[0],
            "pixel_error": round(answer.error, 4),
            "slant_degrees": round(answer.style[0][0], 1),
            "thickness_pixels": round(answer.style[0][1], 2),
            "note": answer.note,
            "doubt": round(answer.doubt, 4),
            "box": answer.box,
            "others": answer.others,
        }
        files = [(ten, "hand.png"), (line.to_png(8), "written.png")]
        one, two = (make_file(data, name, "image/png", folder()) for data, name in files)
        return one, two, found

    api(
        invert,
        api_name="invert",
        api_description="Find the hand that wrote one digit, and write in it. picture: an image file (PNG, JPEG, WebP, "
        "GIF, BMP, AVIF, TIFF or JPEG 2000, to 12 MB and 32 megapixels) as base64 text; digit: 0 to 9, or nothing to "
        "have it read; write: a number or date, up to 32 digits; model: a name from /models; at: 'x, y', from 0 to 1, "
        "where the digit is that is meant among several. Returns all ten digits as a PNG, the number as a "
        "PNG, and what was found: the reading, the pixel error, and the hand, which draws the same again.",
        queue=False,
    )
