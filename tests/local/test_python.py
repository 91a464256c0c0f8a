"""What local/python.js reads and writes is what Python does: numbers and text of every kind."""

import json
import math
import random
import struct
from typing import Any

from gan.drawing.arguments import quote, read_digits_of_any_script, show_value
from tests.local.conftest import as_sent

TRY = """
async (asked) => {
  const [python, say] = await Promise.all([import("/local/python.js"), import("/local/say.js")]);
  const { values, texts, numbers } = JSON.parse(asked);
  const plain = (said) => said.text ?? said;
  return JSON.stringify({
    shown: values.map((one) => plain(say.show(one))),
    quoted: values.map(say.quote),
    whole: texts.map((one) => python.readInt(one)?.toString() ?? null),
    real: texts.map((one) => (python.readFloat(one) === null ? null : python.tellFloat(python.readFloat(one)))),
    marks: texts.map((one) => window.DigitForge.readMarks(one)),
    float: numbers.map(python.tellFloat),
    short: numbers.map(python.tellShort),
    fixed: numbers.map((one) => [0, 1, 2, 4].map((places) => python.tellFixed(one, places))),
  });
}
"""
MARKS = "0 7 ٣ ९ ７ 𝟗 ႑ ๔ + - _ . e E n a i f ' \" \\ é 😀 ½ ² 四 年 ，。 x"
BLANKS = "\t \x0b \x1c \x85 \xa0 \u2003 \ufeff \u200b \x00 \x7f \ue000"


def make_texts() -> list[str]:
    """Numbers of many shapes, and letters that belong to none."""
    marks, dice = [*MARKS.split(" "), *BLANKS.split(" "), " "], random.Random(1)
    plain = [
        "",
        "nan",
        "-Infinity",
        "1_0.5_0e1_0",
        "1__0",
        "_1",
        "1_",
        "1e400",
        "9" * 4301,
        "9" * 4300,
        "0x1",
        "infinit",
        "+.5",
        ".",
    ]
    return plain + ["".join(dice.choices(marks, k=dice.randint(1, 7))) for _ in range(600)]


def make_numbers() -> list[float]:
    """Halves, powers of ten, and any finite numbers that there are."""
    dice = random.Random(2)
    drawn = [struct.unpack("<d", dice.randbytes(8))[0] for _ in range(300)]
    near = [dice.choice([-1, 1]) * dice.randint(0, 4000) / 2 ** dice.randint(0, 12) for _ in range(300)]
    powers = [10.0**power for power in range(-9, 25)]
    return [
        as_sent(one) for one in [*filter(math.isfinite, drawn), *near, *powers, *(0.999999 * one for one in powers)]
    ]


def try_float(text: str) -> str | None:
    try:
        return repr(float(text))
    except ValueError:
        return None


def try_int(text: str) -> str | None:
    try:
        return str(int(text, 10))
    except ValueError:
        return None


def test_values_are_read_and_written_as_python_does(page):
    texts, numbers = make_texts(), make_numbers()
    values: list[Any] = [
        *texts,
        *numbers,
        None,
        True,
        False,
        [],
        {},
        [[], {"a": [None, True, "it's"]}],
        ["x" * 60],
        "x" * 58,
        "x" * 59,
    ]
    found = json.loads(page.evaluate(TRY, json.dumps({"values": values, "texts": texts, "numbers": numbers})))
    wanted: dict[str, list[Any]] = {
        "shown": [str(show_value(one)) for one in values],
        "quoted": [quote(one) for one in values],
        "whole": [try_int(one) for one in texts],
        "real": [try_float(one) for one in texts],
        "marks": [read_digits_of_any_script(one) for one in texts],
        "float": [repr(float(one)) for one in numbers],
        "short": [f"{one:g}" for one in numbers],
        "fixed": [[f"{one:.{places}f}" for places in (0, 1, 2, 4)] for one in map(float, numbers)],
    }
    for name, answers in wanted.items():
        given: list[Any] = (
            numbers if name in ("float", "short", "fixed") else values if name in ("shown", "quoted") else texts
        )
        wrong = [(a, b, c) for a, b, c in zip(given, found[name], answers, strict=True) if b != c]
        assert wrong == [], f"{name}: {len(wrong)} of {len(given)}"
