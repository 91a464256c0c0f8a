"""The Interpolate tab's way along ends: checked arguments in, frames and their recipe out. No Gradio here.

From Python:

    from gan.ui.service import Service
    from gan.ui.tabs.interpolate.way import draw_way
    frames = draw_way(Service(), "digits", "3.4,8.7", "slerp", psi=0.7)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import InputError, check_psi, check_seed, quote
from gan.drawing.generator import Generator
from gan.drawing.interpolation import End, check_end, check_method, check_travels
from gan.errors import Sentence, say
from gan.recipes.way import MAX_ENDS, Way, check_frames, check_loop, choose_strip
from gan.ui.captions import article, plural
from gan.ui.inputs import checked, parse_class
from gan.ui.service import Service

FRAMES = 61  # of an interpolation in the page: steps of 1/60
USUAL = {"start": 3, "end": 8}  # classes of the ends, where nobody says which; of fewer, what remains of them


@dataclass(frozen=True)
class Frames:
    """images uint8 (N, 1, 28, 28) from the start, t = 0, to the end, t = 1, in even steps."""

    images: Tensor
    drawn: Way
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def strip(self) -> list[int]:
        """The indices of STRIP frames, evenly spread and with both ends (all of them where there are fewer)."""
        return choose_strip(len(self.images))

    def to_strip_png(self, scale: int = 8) -> bytes:
        """The strip as a PNG that carries its recipe."""
        return self.drawn.encode(self.images, "png", scale, self.recipe)

    def to_gif(self) -> bytes:
        """For ever, forth and back or round, as a GIF that carries its recipe."""
        return self.to_film("gif")

    def to_film(self, kind: str) -> bytes:
        """The same as a film of a kind in gan.drawing.films.FILMS, which carries its recipe."""
        return self.drawn.encode(self.images, kind, 1, self.recipe)


def draw_frames(
    service: Service,
    model: object,
    start_digit: object,
    start_seed: object,
    end_digit: object,
    end_seed: object,
    method: object,
    psi: object,
    frames: object = FRAMES,
    travels: object = "both",
    loop: object = "back",
) -> Frames:
    """Draw the way from one (digit, seed) to another in `frames` even steps, 2 to MAX_FRAMES. Raises FieldError.

    A digit may be None: that of USUAL, or of fewer classes another. method: "slerp" or "lerp". The same recipe gives
    the same frames; the first and last equal
    `gan.load(model).sample([digit], seed=seed, truncation=psi)`.
    """
    generator = service.get(model)
    ends = []
    for side, digit, seed in (("start", start_digit, start_seed), ("end", end_digit, end_seed)):
        if digit is None:
            digit = USUAL[side] % generator.num_classes
        label = checked(f"{side}_digit", parse_class, digit, generator, side)
        ends.append(End(label, checked(f"{side}_seed", check_seed, seed)))
    return draw_way(service, model, ends, method, psi, travels, loop, frames)


def draw_way(
    service: Service,
    model: object,
    ends: object,
    method: object,
    psi: object,
    travels: object = "both",
    loop: object = "back",
    frames: object = None,
) -> Frames:
    """Draw the way along ends, two to MAX_ENDS: a list of End, or text such as "3.4,8.7" (digit.seed). FieldError.

    travels: "both", "noise" or "class". loop: "back" (forth and back), or "round", on from the last end to the
    first. frames: 2 to MAX_FRAMES; None for as many as meet every end.
    """
    generator = service.get(model)
    stops = checked("ends", parse_ends, ends, generator)
    kind = checked("loop", check_loop, loop)
    count = checked("frames", check_frames, frames, len(stops), kind)
    moves, way = checked("travels", check_travels, travels), checked("method", check_method, method)
    drawn = Way(stops, way, moves, kind, checked("psi", check_psi, psi), count)
    with service.draws() as clock:
        images = service.share(lambda part: to_uint8(drawn.draw(generator, part)), count)
    return Frames(images, drawn, drawn.describe(generator), describe_way(stops, generator), clock())


def describe_way(stops: Sequence[End], generator: Generator) -> Sentence:
    """What the frames between the stops show."""
    if not generator.conditional:
        return say("from seed {start} to seed {end}", start=stops[0].seed, end=stops[-1].seed)
    first, last = generator.class_names[stops[0].digit], generator.class_names[stops[-1].digit]
    ends = {
        "a": article(first),
        "first": first,
        "start": stops[0].seed,
        "b": article(last),
        "last": last,
        "end": stops[-1].seed,
    }
    if len(stops) == 2:
        return say("from {a} {first}, seed {start}, to {b} {last}, seed {end}", **ends)
    more = len(stops) - 2
    return say("from {a} {first}, seed {start}, by {more} more, to {b} {last}, seed {end}", more=more, **ends)


def check_link(service: Service, link: Mapping[str, Any]) -> dict[str, Any]:
    """The controls of a way that a link names, checked -> their values; FieldError for what is wrong."""
    generator = service.check_linked(link, ("ends", "method", "travels", "loop", "psi"))
    found: dict[str, Any] = {"model": generator.name}
    if "ends" in link:
        ends = checked("ends", parse_ends, link["ends"], generator)
        found["ends"] = ",".join(f"{end.digit}.{end.seed}" for end in ends)
    for name, check in (
        ("method", check_method),
        ("travels", check_travels),
        ("loop", check_loop),
        ("psi", check_psi),
    ):
        if name in link:
            found[name] = checked(name, check, link[name])
    return found


def parse_ends(ends: object, generator: Generator) -> tuple[End, ...]:
    """Ends as a list of End, or as text "3.4,8.7" (digit.seed); InputError, which names the end, otherwise."""
    if isinstance(ends, str):
        if len(ends) > 1000:
            raise InputError(say("the way can have from 2 to {most} ends.", most=MAX_ENDS))
        listed: list[Any] = []
        for place, part in enumerate(ends.split(","), 1):
            digit, dot, seed = part.partition(".")
            if not dot:
                raise InputError(
                    say("end {place} is {value}; it must be digit.seed, as in 3.4,8.7.", place=place, value=quote(part))
                )
            try:
                listed.append(End(parse_class(digit, generator), check_seed(seed)))
            except InputError as error:
                raise InputError(say("end {place}: {why}.", place=place, why=error.sentence)) from error
    elif isinstance(ends, list) and all(isinstance(end, End) for end in ends):
        listed = [check_end(end, generator.num_classes) for end in ends]
    else:
        raise InputError(say("the ends must be text such as 3.4,8.7 (digit.seed)."))
    if not 2 <= len(listed) <= MAX_ENDS:
        raise InputError(
            say(
                "the way has {count} end{s}; it can have from 2 to {most}.",
                count=len(listed),
                s=plural(len(listed)),
                most=MAX_ENDS,
            )
        )
    return tuple(listed)
