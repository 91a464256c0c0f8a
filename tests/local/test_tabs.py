"""Generate, Interpolate and Explore answer in the page as they do in Python: sentences, recipes and pictures."""

import pytest

from gan.ui.service import Service
from gan.ui.tabs.explore.tab import Explore
from gan.ui.tabs.generate.tab import Generate
from gan.ui.tabs.interpolate.tab import Interpolate

SHEET = {"model": "digits", "digits": "07", "rows": 2, "seed": 7, "psi": 0.8, "hands": "one", "locks": ""}
WAY = {"model": "digits", "ends": "3.4,8.7", "method": "slerp", "travels": "both", "loop": "back", "psi": 0.7}
HAND = {"model": "digits", "seed": 7, "psi": 0.8, "plane": "pca", "pair": 1, "x": 0, "y": 0, "digits": "17"}
LARGE = 10**21  # in JavaScript and in JSON a number with an exponent
NUMBERS = ["7", 7.0, -1, 2**32, "", None, "abc", True, False, 1.5, "1.5", " 12 ", "+3", "1_000", "1__0", "٣", "７", "९"]
NUMBERS += ["0x10", "1e3", "9" * 25, "9" * 40, "-" + "9" * 31, LARGE, 1e30, 1e300, 1e-7, [], [1], {}, {"a": None}]
NUMBERS += ["it's", 'a "b"', "it's \"so\"", "\u200b", "a\x00\x1f\x7f", "\ufeff7", "\x1c7", "7\u2003", "x" * 70]
NUMBERS += ["😀" * 50, "a\\b\n\t", [True, None, 1.5, "it's", {"k": [1e-7]}], "\u00a0", "\U000e0001", "𝟗", "႑"]
PSIS = ["0.7", "nan", 1.6, -0.1, 0, 1.5, "inf", "-Infinity", "1e400", "", None, True, "abc", "1_0e-1", " .5 ", "5.", "١.٥"]
PSIS += [2, 1e16, 1e21, 1e-7, -1e-5, 123456789.25, [0.5], {}, "0x1", "1e", "--1", "-0.0", "\u20030.5", "1,5", "1._5", "∞"]
DIGITS = ["20.11.2026", "２０２６", "٢٠٢٦", "२०२६", "", "12a", "-12", "1" * 65, "1" * 1001, "2 0-2/6", "all", "ALL"]
DIGITS += [[0, 1], ["0", 7], [1.5], [True], [None], ["x"], [[1]], [], [-1], [10], [1e30], 2026, 0, -5, 1.5, 1e21, True]
DIGITS += [None, {}, {"a": 1}, "2026年11月20日", "0,25", "1,,2", ",", ", ,", "0,a", "๔๕", "١٢:٤٥", "12:45", "１，２", "½", "²"]
DIGITS += ["1" * 400, "😀", "\u3000", "7\ufeff", "𝟜𝟡", ["７", "٣"], ["1234567890"], "1,1234567890", ["四"], "20。11、20", [""]]
ROWS = [0, 21, "3", 1.5, 20, "20", None, "", -1, 1e21, [1], True, "twenty"]
NAMES = [None, 7, "", "none", "../digits", "x" * 120, ["digits"], {}, True, 1.5, "DIGITS", "digits ", "it's", "constructor"]
WEIGHTS = ["", "0" * 12, "a" * 11, "g" * 12, "A" * 12, "0" * 64, "0" * 65, None, 7, [], "0" * 12 + "\n"]


def vary(first: dict, **many: list) -> list[dict]:
    """`first` with one value changed, for each of many."""
    return [{**first, name: value} for name, values in many.items() for value in values]


def lacking(first: dict) -> list[dict]:
    """`first` without one value, for each."""
    return [{name: value for name, value in first.items() if name not in ("want", gone)} | {"want": first["want"]} for gone in first if gone != "want"]


@pytest.fixture(scope="module")
def generate(service: Service) -> Generate:
    return Generate(service)


def test_sheets(check, generate: Generate):
    first = {"want": "sheet", **SHEET}
    locks = ["0:7.0", "0:7.0,1:4294967295.19", "1:3.2", "x", "0:7", "20:1.0", "0:1.20", "0:4294967296.0", "٣:1.0", 7, True]
    locks += [None, [], "0:7.0,", "1" * 1001, " 0:7.0", "0:7.0,0:8.1", {}]
    hands = ["many", "both", None, "", ["one"], 1, True]
    answers = check(
        generate,
        [first, *lacking(first)]
        + vary(first, seed=NUMBERS, psi=PSIS, digits=DIGITS, rows=ROWS, locks=locks, hands=hands, model=NAMES)
        + [first | {"digits": "0123456789", "rows": 20, "hands": "many"}, first | {"digits": "1" * 50, "rows": 9}]
        + [first | {"weights": "0" * 12}],
    )
    assert answers[0]["recipe"]["digits"] == [0, 7, 0, 7]
    assert sum("problem" in one for one in answers) > 80


@pytest.mark.parametrize("model", ["ten", "free", "three", "letters", "words"])
def test_sheets_of_other_classes(check, generate: Generate, model: str):
    first = {"want": "sheet", **SHEET, "model": model}
    digits = ["0", "all", "25", "0,25", "A,Z", ["A", 25, "Z"], "word 7,word 99", "0,a", "3", [2], ["word 100"], "0,100"]
    answers = check(generate, [*vary(first, digits=[*digits, "B", 7, "", None, "2,", "００"]), {"want": "classes", "model": model}])
    assert any("problem" in one for one in answers)
    assert any("png" in one for one in answers)


def test_files_of_sheets_and_slices_of_datasets(check, generate: Generate):
    png = {"want": "sheet.png", **SHEET}
    part = {"want": "slice", "model": "digits", "digits": "012", "count": 6, "seed": 3, "psi": 1, "at": 0}
    counts = [0, 1, 60_000, 60_001, "7", "1e3", None, "", 1.5, True]
    places = [4, 5, 6, -1, "0", None, 1.5, True, 1e30, [], "x" * 60]
    answers = check(
        generate,
        [png, *lacking(png), *vary(png, scale=[1, "2", 10, 11, 0, None, "", 1.5, True], seed=["7", 7.0, -1])]
        + [png | {"digits": "0123456789" * 4, "rows": 10}, {"want": "sheet.zip", **SHEET}]
        + [{"want": "sheet.zip", **SHEET, "seed": "x"}, {"want": "sheet.zip", **SHEET, "seed": "9", "locks": "1:2.3"}]
        + [part, *lacking(part), *vary(part, count=counts, at=places, digits=DIGITS[:30], seed=["x"], psi=["x"])]
        + [part | {"count": 503, "at": 500}, part | {"count": 60_000, "at": 59_990, "digits": "0,9"}, part | {"model": "free"}],
    )
    assert answers[0]["name"] == "digits-seed-7.png"


def test_verdicts(check, generate: Generate):
    requests = [{"want": "judge", **SHEET, "model": model, "digits": "0"} for model in ("digits", "ten", "free", "letters")]
    answers = check(generate, [*requests, {"want": "judge", **SHEET, "seed": "x"}])
    assert len(answers[0]["real"]) == len(answers[0]["read"]) == 2


def test_links_to_sheets(check, generate: Generate, service: Service):
    whole = {"model": "digits", "weights": service.get("digits").sha256, "digits": "2026", "rows": "3", "seed": "5"}
    whole |= {"psi": "0.9", "hands": "many", "locks": "0:7.0"}
    links = [whole, {}, None, "", 0, False, [], [1], "x", 7, True, {"model": "none"}, {"model": None}, {"models": "digits"}]
    links += [whole | {name: value} for name in whole for value in ("", None, "x", 7, [], "digits", "-1", "nan", "２")]
    links += [{"strange": 1}, {"it's": 1}, {"x" * 60: ""}, {"digits": "all"}, {"digits": "all", "rows": "21"}]
    links += [{"model": "words", "digits": "word 7,99"}, {"model": "words", "digits": "all", "rows": "20"}]
    links += [{"model": "three", "digits": "012"}, {"model": "three", "digits": "all"}, {"digits": "1" * 64, "rows": "20"}]
    links += [{"weights": value} for value in WEIGHTS] + [{"seed": value} for value in NUMBERS[:20]]
    check(generate, [{"want": "link", "link": link} for link in links] + [{"want": "link"}])


@pytest.fixture(scope="module")
def interpolate(service: Service) -> Interpolate:
    return Interpolate(service)


ENDS = ["3.4", "3.4,8", "3.4,8.x", "3.4,.7", "12.4,8.7", "a.4,8.7", "3.-1,8.7", "3.4294967296,1.1", ",", "", None, 7, []]
ENDS += ["1.1," * 11 + "1.1", "1.1," * 12 + "1.1", "1.1" * 400, "３.４,٨.٧", "3.4, 8.7", " 3.4 ,8.7", "3.4.5,8.7", "3,4.8,7"]
ENDS += [[{"digit": 3, "seed": 4}], True, "-3.4,8.7", "3.4;8.7", "8.1_0,1.1", "eight.7,3.4", "3.4,8.7,", "3.4,😀.7", "1.1,1.1"]


def test_ways(check, interpolate: Interpolate):
    first = {"want": "frames", **WAY}
    words = ["", None, "x", True, [], "slerp ", 7]
    drawn = [first | {"method": "lerp", "travels": "noise"}, first | {"loop": "round", "travels": "class"}]
    drawn += [first | {"ends": "0.1,8.2,2.3", "loop": "round"}, first | {"ends": "1.1,1.1"}]
    answers = check(
        interpolate,
        [first, *drawn, *lacking(first)]
        + vary(first, ends=ENDS, method=words, travels=words, loop=words, psi=PSIS[1:], model=NAMES)
        + [{"want": "strip.png", **WAY}, {"want": "strip.png", **WAY, "ends": "0.1,8.2,2.3"}],
    )
    assert answers[0]["count"] == 61
    assert sum("problem" in one for one in answers) > 60


@pytest.mark.parametrize("model", ["ten", "free", "three", "letters", "words"])
def test_ways_of_other_classes(check, interpolate: Interpolate, model: str):
    ends = ["0.1,0.2", "25.1,A.2", "word 7.1,99.2", "3.1,2.2", "0.1,1.2,2.3", "True.1,0.2", ".1,0.2", "０.1,0.1"]
    requests = vary({"want": "frames", **WAY, "model": model}, ends=ends)
    links = [{"want": "link", "link": {"model": model, "ends": one}} for one in ends]
    check(interpolate, [*requests, *links, {"want": "classes", "model": model}])


def test_links_to_ways(check, interpolate: Interpolate, service: Service):
    whole = {"model": "digits", "weights": service.get("digits").sha256[:12], "ends": "3.4,8.7", "method": "lerp"}
    whole |= {"travels": "noise", "loop": "round", "psi": "0.9"}
    links = [whole, {}, None, "", [], "x", {"model": "none"}, {"seed": "1"}, {"ends": ENDS[13]}, {"ends": ENDS[14]}]
    links += [whole | {name: value} for name in whole for value in ("", None, "x", 7, [])]
    links += [{"ends": value} for value in ENDS] + [{"psi": value} for value in PSIS]
    check(interpolate, [{"want": "link", "link": link} for link in links])


@pytest.fixture(scope="module")
def explore(service: Service) -> Explore:
    return Explore(service)


COORDINATES = ["1.5", -3, 3, 3.01, "-3.5", "nan", "inf", "", None, True, [], [1], {}, "x" * 60, 1e-7, 1e21, "١", "0.30000000000000004"]
MEASURED = [0, 5, "5", 0.25, 1e7, -1e7, 123456.75, "nan", "inf", "-inf", "abc", "", None, True, [], [2], "x" * 60, 1e-7, "1_0", 1e300]


def test_hands_moved_and_measured(check, explore: Explore):
    first = {"want": "edit", **HAND, "quick": True}
    planes = ["sefa", "random", "PCA", "", None, 7, ["pca"], True]
    pairs = [2, 4, 5, 0, "3", "x", 1.5, "", None, True]
    exact = [first | {"quick": quick, "slant": 12.25, "thickness": "2.5"} for quick in (False, "yes", 1)]
    answers = check(
        explore,
        [first, *exact, *lacking(first), first | {"x": 1, "y": -2, "plane": "random", "pair": 3, "width": 10.125}]
        + vary(first, x=COORDINATES, y=[4], slant=MEASURED, thickness=MEASURED, width=["x", 100], height=[1, 21])
        + vary(first, plane=planes, pair=pairs, seed=NUMBERS, psi=PSIS[:12], digits=DIGITS, model=NAMES[:8])
        + [first | {"plane": "x", "pair": 9, "x": 7, "slant": 1e9}, first | {"pair": 9, "x": 7, "height": "x"}]
        + [first | {"weights": "0" * 12}, {"want": "explore.png", **HAND, "slant": 5}, {"want": "explore.png", **HAND, "x": 9}],
    )
    assert len(answers[0]["measures"]) == 2
    assert sum("problem" in one for one in answers) > 90


def test_maps_and_what_is_known_of_a_hand(check, explore: Explore):
    place = {"want": "map", "model": "digits", "digit": "3", "seed": 7, "psi": 0.8, "plane": "sefa", "pair": 2}
    hand = {"want": "hand", "model": "digits"}
    check(
        explore,
        [place, *lacking(place), *vary(place, digit=["12", 7, "x", None, [4], ""], plane=["x"], pair=[5, "2"], seed=["x"])]
        + [place | {"plane": "x", "seed": "y"}, hand, *vary(hand, weights=WEIGHTS, model=NAMES[:4])],
    )


@pytest.mark.parametrize("model", ["free", "three"])
def test_hands_of_other_classes(check, explore: Explore, model: str):
    first = {"want": "edit", **HAND, "model": model, "digits": "0", "x": 1}
    moved = vary(first, digits=["0", "all", "2", "3", None], x=["z"], slant=[5, 99], height=["17.5"])
    check(explore, [*moved, {"want": "map", **HAND, "model": model, "digit": 0}, {"want": "hand", "model": model}])


def test_hand_that_nobody_measured_is_left_to_a_server(ask):
    asked = [{"want": want, **HAND, "model": "ten", "digit": 0} for want in ("hand", "edit", "map", "explore.png")]
    assert all("elsewhere" in one for one in ask("explore", asked))
