"""What visitors may send, good and bad: values of every control of the tabs, and requests made of them."""

from typing import Any

# fmt: off
SHEET: dict[str, Any] = {
    "model": "digits", "digits": "07", "rows": 2, "seed": 7, "psi": 0.8, "hands": "one", "locks": "",
}
WAY: dict[str, Any] = {
    "model": "digits", "ends": "3.4,8.7", "method": "slerp", "travels": "both", "loop": "back", "psi": 0.7,
}
HAND: dict[str, Any] = {
    "model": "digits", "seed": 7, "psi": 0.8, "plane": "pca", "pair": 1, "x": 0, "y": 0, "digits": "17",
}
LARGE = 10**21  # in JavaScript and in JSON a number with an exponent
NUMBERS: list[Any] = [
    "7", 7.0, -1, 2**32, "", None, "abc", True, False, 1.5, "1.5", " 12 ", "+3", "1_000", "1__0", "٣", "７", "९",
    "0x10", "1e3", "9" * 25, "9" * 40, "-" + "9" * 31, LARGE, 1e30, 1e300, 1e-7, [], [1], {}, {"a": None}, "it's",
    'a "b"', "it's \"so\"", "\u200b", "a\x00\x1f\x7f", "\ufeff7", "\x1c7", "7\u2003", "x" * 70, "😀" * 50, "a\\b\n\t",
    [True, None, 1.5, "it's", {"k": [1e-7]}], "\u00a0", "\U000e0001", "𝟗", "႑",
]
PSIS: list[Any] = [
    "0.7", "nan", 1.6, -0.1, 0, 1.5, "inf", "-Infinity", "1e400", "", None, True, "abc", "1_0e-1", " .5 ", "5.", "١.٥",
    2, 1e16, 1e21, 1e-7, -1e-5, 123456789.25, [0.5], {}, "0x1", "1e", "--1", "-0.0", "\u20030.5", "1,5", "1._5", "∞",
]
DIGITS: list[Any] = [
    "20.11.2026", "２０２６", "٢٠٢٦", "२०२६", "", "12a", "-12", "1" * 65, "1" * 1001, "2 0-2/6", "all", "ALL", [0, 1],
    ["0", 7], [1.5], [True], [None], ["x"], [[1]], [], [-1], [10], [1e30], 2026, 0, -5, 1.5, 1e21, True, None, {},
    {"a": 1}, "2026年11月20日", "0,25", "1,,2", ",", ", ,", "0,a", "๔๕", "١٢:٤٥", "12:45", "１，２", "½", "²",
    "1" * 400, "😀", "\u3000", "7\ufeff", "𝟜𝟡", ["７", "٣"], ["1234567890"], "1,1234567890", ["四"], "20。11、20", [""],
]
ROWS: list[Any] = [0, 21, "3", 1.5, 20, "20", None, "", -1, 1e21, [1], True, "twenty"]
HANDS: list[Any] = ["many", "both", None, "", ["one"], 1, True]
LOCKS: list[Any] = [
    "0:7.0", "0:7.0,1:4294967295.19", "1:3.2", "x", "0:7", "20:1.0", "0:1.20", "0:4294967296.0", "٣:1.0", 7, True, None,
    [], "0:7.0,", "1" * 1001, " 0:7.0", "0:7.0,0:8.1", {},
]
NAMES: list[Any] = [
    None, 7, "", "none", "../digits", "x" * 120, ["digits"], {}, True, 1.5, "DIGITS", "digits ", "it's", "constructor",
]
WEIGHTS: list[Any] = ["", "0" * 12, "a" * 11, "g" * 12, "A" * 12, "0" * 64, "0" * 65, None, 7, [], "0" * 12 + "\n"]
ENDS: list[Any] = [
    "3.4", "3.4,8", "3.4,8.x", "3.4,.7", "12.4,8.7", "a.4,8.7", "3.-1,8.7", "3.4294967296,1.1", ",", "", None, 7, [],
    "1.1," * 11 + "1.1", "1.1," * 12 + "1.1", "1.1" * 400, "３.４,٨.٧", "3.4, 8.7", " 3.4 ,8.7", "3.4.5,8.7", "3,4.8,7",
    [{"digit": 3, "seed": 4}], True, "-3.4,8.7", "3.4;8.7", "8.1_0,1.1", "eight.7,3.4", "3.4,8.7,",
    "3.4,😀.7", "1.1,1.1",
]
BLANKS: list[Any] = ["", None, "x", 7, []]
WORDS: list[Any] = ["", None, "x", True, [], "slerp ", 7]
COORDINATES: list[Any] = [
    "1.5", -3, 3, 3.01, "-3.5", "nan", "inf", "", None, True, [], [1], {}, "x" * 60, 1e-7, 1e21,
    "١", "0.30000000000000004",
]
MEASURED: list[Any] = [
    0, 5, "5", 0.25, 1e7, -1e7, 123456.75, "nan", "inf", "-inf", "abc", "", None, True, [], [2], "x" * 60, 1e-7,
    "1_0", 1e300,
]
# fmt: on


def vary(first: dict[str, Any], **many: list[Any]) -> list[dict[str, Any]]:
    """`first` with one value changed, for each of many."""
    return [{**first, name: value} for name, values in many.items() for value in values]


def lacking(first: dict[str, Any]) -> list[dict[str, Any]]:
    """`first` without one value, for each but what is wanted."""
    return [{name: value for name, value in first.items() if name != gone} for gone in first if gone != "want"]
