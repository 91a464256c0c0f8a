"""What programs call to have pictures judged: /score, an image file or a recipe in, D's and the reader's opinion out.

From Python:

    import base64
    from pathlib import Path
    from gradio_client import Client
    picture = base64.b64encode(Path("seven.png").read_bytes()).decode()
    verdict = Client("http://127.0.0.1:7860").predict(picture, digit="7", api_name="/score")
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from gradio.events import api
from PIL import Image
from torch import Tensor

from gan.data import to_float, to_uint8
from gan.data.checks import measure_rings
from gan.data.photo import read_canvas
from gan.drawing.generator import Generator
from gan.errors import say
from gan.recipes.hand import Hand
from gan.recipes.read import check_recipe, parse_json, read_recipe
from gan.recipes.sheet import Sheet
from gan.ui.downloads import answer_call, read_argument
from gan.ui.inputs import FieldError, checked, field_of, parse_class
from gan.ui.judge import judge, load_reader
from gan.ui.service import MAX_DIGITS, Service


def score_recipe(service: Service, model: str, recipe: str) -> dict[str, Any]:
    """Judge each picture that a recipe draws; FieldError for what is wrong."""
    found = checked("recipe", parse_json, recipe)
    generator = service.get(found.get("model", model))
    drawn = checked("recipe", check_recipe, found, generator)
    if not isinstance(drawn, Sheet | Hand):
        raise FieldError(
            say("a way between digits has no classes to be judged as; give the recipe of a sheet or a hand."), "recipe"
        )
    if len(drawn.digits) > MAX_DIGITS:
        raise FieldError(
            say(
                "the recipe has {count} digits; up to {most} are judged at once.",
                count=len(drawn.digits),
                most=MAX_DIGITS,
            ),
            "recipe",
        )
    with service.draws():
        images = to_uint8(drawn.draw(generator))
    return tell(service, generator.name, images, list(drawn.digits))


def score_picture(service: Service, model: str, data: bytes, digit: object) -> dict[str, Any]:
    """Judge one picture, as `digit` or else as the digit that the reader reads; FieldError for what is wrong."""
    generator = service.get(model)
    with field_of("picture"):
        canvas = read_canvas(data)
        image = read_own(data, canvas.image)
    if not generator.conditional:
        labels = [0]
    elif digit not in ("", None):
        labels = [checked("digit", parse_class, digit, generator, "digit")]
    else:
        labels = [read_class(image, generator)]
    return {**tell(service, generator.name, image, labels), "note": canvas.note}


def read_class(image: Tensor, generator: Generator) -> int:
    """The model's class that the reader reads there; FieldError of "digit" where the model has none of that name."""
    reader = load_reader()
    name = reader.class_names[int(reader.read(image).argmax())]
    if name not in generator.class_names:
        raise FieldError(
            say(
                "the picture is read as {value}, which the model {model} does not draw; say which of its classes it "
                "is.",
                value=name,
                model=generator.name,
            ),
            "digit",
        )
    return generator.class_names.index(name)


def read_own(data: bytes, centred: Tensor) -> Tensor:
    """A picture of 28 x 28 greys, light on dark or with a recipe in it, as it is; any other as `centred`."""
    with Image.open(io.BytesIO(data)) as picture:
        if picture.size != (28, 28) or picture.mode != "L":
            return centred
        pixels = np.array(picture)
    if measure_rings(pixels[None])[0] > 127 and read_recipe(io.BytesIO(data)) is None:
        return centred
    return to_float(torch.from_numpy(pixels)[None, None])


def tell(service: Service, model: str, images: Tensor, labels: list[int]) -> dict[str, Any]:
    """What was found of N pictures, as plain values."""
    judged = judge(service, model, images, labels)
    names = service.get(model).class_names
    return {
        "digits": [names[label] for label in labels],
        "real": judged.real,
        "read": None if judged.read is None else [label for label, _ in judged.read],
        "confidence": None if judged.read is None else [sure for _, sure in judged.read],
        "explain": judged.explain,
        "reader": judged.reader,
    }


def add_score(service: Service, folder: Callable[[], str]) -> None:
    """Add /score to the surrounding Blocks; `folder()` is its cache."""

    def score(picture: str = "", digit: str = "", recipe: str = "", model: str = "digits") -> dict:
        if picture and recipe:
            answer_call(refuse_both)
        if recipe:
            return answer_call(score_recipe, service, model, recipe)
        return answer_call(lambda: score_picture(service, model, read_argument(picture, folder()), digit))

    api(
        score,
        api_name="score",
        api_description="Ask the discriminator how real pictures are, and an independent reader what they show. "
        "picture: one digit, an image file (PNG, JPEG, WebP, GIF or BMP) as base64 text, centred as MNIST's digits are "
        "unless it is 28 x 28 greys already; digit: the class that it is judged as, or nothing for the one read; or "
        "recipe: the JSON of a sheet or a hand, as /generate or /invert returns it, of up to 400 digits; model: a name "
        "from /models. Returns for each picture D's probability (real), the reading and its confidence, and what these "
        "mean.",
        queue=False,
    )


def refuse_both() -> None:
    """FieldError: one of the two."""
    raise FieldError(say("give either a picture or a recipe, not both."), "picture")
