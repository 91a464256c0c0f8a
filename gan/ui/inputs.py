"""What came over the network is checked: a wrong input is a sentence at its control."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from gan.drawing.arguments import InputError, parse_digits, quote
from gan.drawing.generator import Generator
from gan.errors import capitalize, say
from gan.store.released import CheckpointError

MAX_TYPED = 64  # columns of a sheet
ALL = "all"  # every class once, or as many as fit

T = TypeVar("T")


class FieldError(InputError):
    """A visitor's input is wrong: the message is a sentence, `field` the control it belongs to ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(capitalize(message))
        self.field = field


@contextmanager
def field_of(name: str) -> Iterator[None]:
    """Give the name of a control to the InputError that its value raises."""
    try:
        yield
    except (InputError, CheckpointError) as error:
        raise error if isinstance(error, FieldError) else FieldError(error.sentence, name) from error


def checked(field: str, check: Callable[..., T], *args: Any) -> T:
    """`check(*args)`, its InputError as a FieldError of the control `field`."""
    with field_of(field):
        return check(*args)


def parse_typed(digits: object, generator: Generator) -> list[int]:
    """parse_digits for what may come over the network: text, a whole number or a list, of a bounded length."""
    if isinstance(digits, float) and digits.is_integer():
        digits = int(digits)
    if isinstance(digits, str) and len(digits) > 1000:
        raise InputError(
            say(
                "{count:,} characters are too many; a sheet holds up to {most} digits in a row.",
                count=len(digits),
                most=MAX_TYPED,
            )
        )
    if digits is None:
        digits = ""
    if isinstance(digits, bool) or not isinstance(digits, str | int | list | tuple):
        raise InputError(say("{value} is no number; write digits from 0 to 9 only.", value=quote(digits)))
    return parse_digits(digits, generator.num_classes, generator.class_names)


def parse_class(value: object, generator: Generator, what: str = "") -> int:
    """One class: its digit, its number or its name; InputError, which names `what`, otherwise."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    # Of more than ten classes 25 is one; of ten it is two digits
    alone = generator.num_classes > 10 or text in generator.class_names
    labels = parse_typed([text] if alone and text and isinstance(value, str | int) else value, generator)
    if len(labels) == 1:
        return labels[0]
    if what:
        raise InputError(say("the {what} has {count} digits; it takes one.", what=what, count=len(labels)))
    raise InputError(say("it has {count} digits; it takes one.", count=len(labels)))
