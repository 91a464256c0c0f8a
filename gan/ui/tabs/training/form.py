"""What the Training tab's form says: presets to fill it with, and the run that a visitor asks for. No Gradio here."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gan.config import LOSSES, PRESETS, Config, ConfigError, get_preset, override
from gan.data import SOURCES, DataError, MissingDataError, find_layout, get_root
from gan.drawing.arguments import quote
from gan.errors import Listing, Sentence, capitalize, complete, join, say
from gan.handwriting.hand import read_number
from gan.ui.absence import say_unread, say_where
from gan.ui.inputs import FieldError

BATCHES = (16, 32, 64, 128, 256, 512)
MINUTES = (1, 30)  # of a run
RATES = (1e-6, 0.1)
WATCH_IMAGES = 25_000


def explain_missing(name: str) -> str:
    """Why there is nothing to learn from and what to do, or "" where the dataset's training files are there."""
    root = get_root()
    source = SOURCES[name]
    try:
        find_layout(root, "train", name)
    except MissingDataError as error:
        if not error.fetch:
            return capitalize(error.sentence)
    except DataError as error:
        return say_unread(root, error)
    else:
        return ""
    return join(
        [
            say(
                "{source} is not under {root}, so there is nothing to learn from.",
                source=source.torchvision,
                root=str(root),
            ),
            say_where(source.torchvision, root / source.torchvision / "raw"),
        ]
    )


def list_presets() -> dict[str, dict[str, Any]]:
    """What the form is filled with, by preset."""
    names = ("loss", "lr", "batch", "generator", "discriminator")
    return {preset: {name: getattr(config, name) for name in names} for preset, config in PRESETS.items()}


def read_config(request: dict[str, Any]) -> Config:
    """The run that a visitor asks for: a preset, its loss, lr, batch, unconditional, and minutes; FieldError."""
    preset = request.get("preset")
    if not isinstance(preset, str) or preset not in PRESETS:
        raise FieldError(_say_none("preset", preset, PRESETS), "preset")
    loss = request.get("loss")
    if loss not in LOSSES:
        raise FieldError(_say_none("loss", loss, LOSSES), "loss")
    lr = _read_number(request.get("lr"), "learning rate", *RATES, "lr")
    minutes = _read_number(request.get("minutes"), "length in minutes", *MINUTES, "minutes")
    batch = request.get("batch")
    if not isinstance(batch, int) or batch not in BATCHES:
        raise FieldError(
            say("the {what} is {value}; it can be {list}.", what="batch", value=str(batch)[:40], list=Listing(BATCHES)),
            "batch",
        )
    config = override(get_preset(preset), loss=loss, lr=lr, batch=batch, minutes=minutes)
    config = replace(config, history_mb=0.0, watch_every=WATCH_IMAGES)
    if request.get("unconditional"):
        config = replace(config, unconditional=True, num_classes=1, style_weight=0.0, mismatch=0.0)
    try:
        return config.validate()
    except ConfigError as error:
        raise FieldError(complete(error.sentence)) from error


def _say_none(what: str, value: object, known: Iterable[str]) -> Sentence:
    return say("there is no {what} {value}; there are {list}.", what=what, value=quote(value), list=Listing([*known]))


def _read_number(value: object, what: str, low: float, high: float, field: str) -> float:
    number = read_number(value)
    if not low <= number <= high:
        shown = say("empty") if value is None or value == "" else str(value)[:40]
        said = say(
            "the {what} is {value}; it must be a number from {low:g} to {high:g}.",
            what=what,
            value=shown,
            low=low,
            high=high,
        )
        raise FieldError(said, field)
    return number
