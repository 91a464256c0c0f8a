"""A dataset of made digits, drawn in slices: others draw meanwhile, and to cancel is not to ask on. No Gradio here."""

from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.generator import check_count, check_psi, check_seed
from gan.recipes.read import make_recipe
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
    classes = checked("digits", parse_typed, digits, generator.num_classes)
    total = checked("count", check_count, count, MAX_DATASET)
    number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < total:
        raise FieldError(f"a dataset of {total} has no digit {str(at)[:40]}.", "count")
    labels = [classes[i % len(classes)] for i in range(at, min(total, at + SLICE))]
    y = torch.tensor(labels)
    z = generator.draw_z(number, range(at, at + len(labels)))

    def draw(part: slice) -> Tensor:
        w = generator.truncate(generator.map(z[part], y[part]), y[part], truncation)
        return to_uint8(generator.synthesize(w))

    with service.draws():
        images = service.share(draw, len(labels))
    return images, labels, make_recipe(generator, seed=number, digits=classes, count=total, truncation=truncation)
