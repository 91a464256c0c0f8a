"""A recipe drawn once more, for /replay: any kind, from whichever tab or file. No Gradio here."""

from collections.abc import Mapping
from typing import Any

from gan.data import to_uint8
from gan.drawing.generator import check_count
from gan.drawing.number_line import enlarge, set_line
from gan.drawing.sheets import FILMS, encode_png, make_sheet
from gan.recipes.read import Hand, Way, check_recipe
from gan.recipes.read import Sheet as Recipe
from gan.ui.inputs import FieldError, checked
from gan.ui.service import MAX_DIGITS, Service
from gan.ui.tabs.generate.sheet import MAX_SCALE, Sheet
from gan.ui.tabs.interpolate.way import Frames


def draw_again(
    service: Service, recipe: Mapping[str, Any], kind: object = "png", scale: object = 8
) -> tuple[bytes, str]:
    """Draw a recipe once more -> the bytes of a file and its media type.

    kind: "png" (of a way its strip), of a sheet "zip", of a way one of FILMS; a hand has "png" alone.
    Raises FieldError.
    """
    generator = service.get(recipe.get("model", next(iter(service.models()), "")))
    drawn = checked("recipe", check_recipe, recipe, generator)
    size = checked("scale", check_count, scale, MAX_SCALE)
    kinds = {Way: ("png", *FILMS), Recipe: ("png", "zip"), Hand: ("png",)}[type(drawn)]
    if kind not in kinds:
        raise FieldError(f"the kind is {str(kind)[:40]!r}; of this recipe it can be {', '.join(kinds)}.", "kind")
    count = drawn.frames if isinstance(drawn, Way) else len(drawn.digits)
    if not isinstance(drawn, Way) and count > MAX_DIGITS:
        raise FieldError(f"the recipe has {count:,} digits; up to {MAX_DIGITS} are drawn here.", "recipe")
    with service.draws() as clock:
        if isinstance(drawn, Hand):  # at once, as the page draws it
            images = service.share(lambda _: to_uint8(drawn.draw(generator)), 1)
        else:
            images = service.share(lambda part: to_uint8(drawn.draw(generator, part)), count)
    if isinstance(drawn, Hand):
        pixels = set_line(images[:, 0].numpy(), drawn.text) if drawn.text else None
        picture = make_sheet(images, drawn.columns, scale=size) if pixels is None else enlarge(pixels, size)
        return encode_png(picture, dict(recipe)), "image/png"
    if isinstance(drawn, Way):
        frames = Frames(images, dict(recipe), "", clock(), drawn.stops, drawn.loop)
        return (frames.to_strip_png(size), "image/png") if kind == "png" else (frames.to_film(kind), FILMS[kind])
    lists = (list(drawn.digits), list(drawn.seeds), list(drawn.indices))
    sheet = Sheet(images, drawn.columns, -(-count // drawn.columns), dict(recipe), "", clock(), *lists)
    return (sheet.to_png(size), "image/png") if kind == "png" else (sheet.to_zip(), "application/zip")
