"""A recipe drawn once more, for /replay: of any kind, whichever tab or file it comes from. No Gradio here."""

from collections.abc import Mapping
from typing import Any

from gan.data import to_uint8
from gan.drawing.arguments import check_count, quote
from gan.errors import Listing, say
from gan.recipes.read import check_recipe
from gan.recipes.recipe import MEDIA
from gan.ui.inputs import FieldError, checked
from gan.ui.service import MAX_DIGITS, MAX_SCALE, Service


def draw_again(
    service: Service, recipe: Mapping[str, Any], kind: object = "png", scale: object = 8
) -> tuple[bytes, str]:
    """Draw a recipe once more -> the bytes of a file and its media type.

    kind: one of the recipe's own formats, "png" among them. Raises FieldError.
    """
    generator = service.get(recipe.get("model", next(iter(service.models()), "")))
    drawn = checked("recipe", check_recipe, recipe, generator)
    size = checked("scale", check_count, scale, MAX_SCALE)
    if kind not in drawn.formats:
        listed = Listing(drawn.formats)
        said = say("the kind is {value}; of this recipe it can be {list}.", value=quote(kind), list=listed)
        raise FieldError(said, "kind")
    if len(drawn) > MAX_DIGITS:
        said = say("the recipe has {count:,} digits; up to {most} are drawn here.", count=len(drawn), most=MAX_DIGITS)
        raise FieldError(said, "recipe")
    with service.draws():
        if drawn.at_once:
            images = service.share(lambda _: to_uint8(drawn.draw(generator)), 1)
        else:
            images = service.share(lambda part: to_uint8(drawn.draw(generator, part)), len(drawn))
    return drawn.encode(images, str(kind), size, recipe), MEDIA[str(kind)]
