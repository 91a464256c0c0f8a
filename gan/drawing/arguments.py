"""The checks of what a person may ask for: digits, seeds, counts, indices, truncation; a value or one sentence each.

>>> parse_digits("20.11.2026")    # [2, 0, 1, 1, 2, 0, 2, 6]
>>> check_seed("7")               # 7
"""

import math
import operator
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from gan.errors import InputError as InputError
from gan.errors import Sentence, say

MAX_SEED = 2**32 - 1
MAX_PSI = 1.5
MAX_COUNT = 100_000  # digits in one call
SEPARATORS = ".-/:"  # of dates and numbers: 20.11.2026, 12:45
# What stands between the digits of dates, times and numbers in Chinese and Japanese, as we read it
MARKS = dict.fromkeys("年月日号號时時分秒・", " ") | dict(zip("．。－／：，、", "..-/:,,", strict=True))

DigitsLike = str | int | Iterable[int | str] | Tensor


def read_digits_of_any_script(text: str) -> str:
    """Text with its decimal digits as 0 to 9 (full width, Arabic-Indic, Devanagari, ...) and its marks as . - / : ,

    The marks of Chinese and Japanese dates become spaces: 2026年11月20日 is 2026 11 20.
    """
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else MARKS.get(c, c) for c in text)


def parse_digits(digits: DigitsLike, num_classes: int = 10, names: Sequence[str] = ()) -> list[int]:
    """Read "2026", 2026, [2, 0, 2, 6] or a tensor as [2, 0, 2, 6]; InputError unless there is at least one, all 0-9.

    Spaces in text are skipped, and so is what stands between digits in dates and times: 20.11.2026, 12:45. Digits may
    be of any script. A non-negative int is read as the number that it is, digit by digit. Text with a comma, and each
    item of a list, is a class by its number or by its name in `names`: "0,25", "Coat,Bag".
    """
    if isinstance(digits, bool):
        raise InputError(say("digits must be text such as 2026, or numbers from 0 to 9, not a yes or no."))
    if isinstance(digits, (int, np.integer)):
        digits = str(int(digits))
    if isinstance(digits, str):
        values = _parse_text(read_digits_of_any_script(digits), num_classes, names)
    elif isinstance(digits, Iterable):
        values = [_as_class(item, num_classes, names) for item in digits]
    else:
        raise InputError(
            say(
                "{value} is not digits; give text such as 2026, or a list of numbers from 0 to 9.",
                value=show_value(digits),
            )
        )
    if not values:
        raise InputError(say("no digit was given; choose at least one, from 0 to 9."))
    worst = next((v for v in values if not 0 <= v < num_classes), None)
    if worst is not None and num_classes == 1:
        raise InputError(
            say("this model was trained without classes and draws whichever digit it likes; ask for 0s only.")
        )
    if worst is not None:
        raise InputError(
            say(
                "{value} is not a digit of this model; it draws 0 to {high}.",
                value=show_value(worst),
                high=num_classes - 1,
            )
        )
    if len(values) > MAX_COUNT:
        raise InputError(
            say("{count:,} digits are too many at once; the most is {most:,}.", count=len(values), most=MAX_COUNT)
        )
    return values


def _parse_text(digits: str, num_classes: int, names: Sequence[str]) -> list[int]:
    words = [word.strip() for word in digits.split(",") if word.strip()]
    if "," in digits and words:
        return [_as_class(word, num_classes, names) for word in words]
    text = "".join(digits.split())
    kept = text[:1] + text[1:].translate(str.maketrans("", "", SEPARATORS))  # a minus in front is a mistake
    bad = next((c for c in kept if c not in "0123456789"), None)
    if bad is not None:
        raise InputError(say("{value} is not a digit; write digits from 0 to 9 only.", value=repr(bad)))
    return [int(c) for c in kept]


def _as_class(item: Any, num_classes: int, names: Sequence[str]) -> int:
    try:
        if isinstance(item, bool):
            raise TypeError
        if isinstance(item, str):
            item = read_digits_of_any_script(item)
            return int(item) if item.isdecimal() and len(item) < 10 else list(names).index(item)
        return operator.index(item.item() if hasattr(item, "item") else item)
    except (TypeError, ValueError):
        raise InputError(
            say(
                "{value} is not a digit; give whole numbers from 0 to {high}.",
                value=show_value(item),
                high=num_classes - 1,
            )
        ) from None


def check_whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number in [low, high], also when it comes as 7.0 or "7"; InputError names `what` otherwise."""

    def refuse(shown: Any) -> Sentence:
        return say(
            "the {what} is {value}; it must be a whole number from {low:,} to {high:,}.",
            what=what,
            value=show_value(shown),
            low=low,
            high=high,
        )

    try:
        if isinstance(value, bool):
            raise TypeError
        number = int(value, 10) if isinstance(value, str) else value
        if isinstance(number, float):
            if not number.is_integer():  # NaN and infinity are not integers either
                raise ValueError
            number = int(number)
        number = operator.index(number)
    except (TypeError, ValueError):
        raise InputError(refuse(value)) from None
    if not low <= number <= high:
        raise InputError(refuse(number))
    return number


def show_value(value: Any) -> str:
    """A value as a sentence quotes it: never longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**30:
        return say("a number of more than 30 digits")
    if value is None or value == "":
        return say("empty")
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]}..."


def quote(value: Any) -> str:
    """A word that is none of those known, as a sentence quotes it: its first 40 letters."""
    return repr(str(value)[:40])


def check_seed(value: Any) -> int:
    """A seed: a whole number from 0 to 2**32 - 1; InputError otherwise."""
    return check_whole(value, "seed", 0, MAX_SEED)


def check_count(value: Any, most: int = MAX_COUNT, what: str = "count") -> int:
    """How many: a whole number from 1 to `most`; InputError, which names `what`, otherwise."""
    return check_whole(value, what, 1, most)


def check_indices(values: Any, count: int) -> list[int]:
    """The z index of each of `count` samples: whole numbers from 0 to 2**32 - 1; InputError otherwise."""
    if isinstance(values, Tensor | np.ndarray):
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(say("indices must be a list of whole numbers, one for each digit."))
    if len(values) != count:
        raise InputError(
            say("there are {own:,} indices for {count:,} digits; give one for each.", own=len(values), count=count)
        )
    return [check_whole(value, "index", 0, MAX_SEED) for value in values]


def check_psi(value: Any) -> float:
    """Truncation psi: a number from 0 to 1.5; InputError otherwise."""

    def refuse(shown: str) -> Sentence:
        return say(
            "truncation psi is {value}; it must be a number from {low} to {high}.", value=shown, low=0, high=MAX_PSI
        )

    try:
        if isinstance(value, bool):
            raise TypeError
        psi = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(refuse(show_value(value))) from None
    if not (math.isfinite(psi) and 0.0 <= psi <= MAX_PSI):
        raise InputError(refuse(str(psi)))
    return psi
