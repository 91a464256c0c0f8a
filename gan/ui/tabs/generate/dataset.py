"""A dataset of made digits, drawn in slices: others draw meanwhile, and to cancel is not to ask on. No Gradio here."""

from typing import Any

from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import check_count, check_psi, check_seed
from gan.errors import say
from gan.recipes.recipe import make_recipe
from gan.recipes.sheet import Sheet
from gan.ui.inputs import FieldError, checked, parse_typed
from gan.ui.service import Service

MAX_DATASET = 60_000
SLICE = 500  # digits of a dataset drawn at once: about as long as a sheet takes


def draw_slice(
    service: Service, model: object, digits: object, count: object, seed: object, psi: object, at: object
) -> tuple[Tensor, list[int], dict[str, Any]]:
    """Pictures `at` to at + SLICE of a dataset of `count` -> uint8 (N, 1, 28, 28), their labels, and its recipe.

    Sample i shows the digits in turn, from z(seed, i): what `gan.sample --count` draws. Raises FieldError.
    """
    generator = service.get(model)
    classes = checked("digits", parse_typed, digits, generator)
    total = checked("count", check_count, count, MAX_DATASET)
    number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < total:
        raise FieldError(say("a dataset of {total} has no digit {at}.", total=total, at=str(at)[:40]), "count")
    labels = [classes[i % len(classes)] for i in range(at, min(total, at + SLICE))]
    indices = tuple(range(at, at + len(labels)))
    drawn = Sheet(tuple(labels), (number,) * len(labels), indices, truncation, len(classes))
    with service.draws():
        images = service.share(lambda part: to_uint8(drawn.draw(generator, part)), len(labels))
    return images, labels, make_recipe(generator, seed=number, digits=classes, count=total, truncation=truncation)
