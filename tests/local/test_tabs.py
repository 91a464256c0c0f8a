"""Generate, Interpolate and Explore answer in the page as they do in Python: sentences, recipes and pictures."""

from typing import Any

import pytest

from gan.ui.service import Service
from gan.ui.tabs.explore.tab import Explore
from gan.ui.tabs.generate.tab import Generate
from gan.ui.tabs.interpolate.tab import Interpolate
from tests.local.requests import (
    BLANKS,
    COORDINATES,
    DIGITS,
    ENDS,
    HAND,
    HANDS,
    LOCKS,
    MEASURED,
    NAMES,
    NUMBERS,
    PSIS,
    ROWS,
    SHEET,
    WAY,
    WEIGHTS,
    WORDS,
    lacking,
    vary,
)


@pytest.fixture(scope="module")
def generate(service: Service) -> Generate:
    return Generate(service)


def test_sheets(check, generate: Generate):
    first = {"want": "sheet", **SHEET}
    answers = check(
        generate,
        [
            first,
            *lacking(first),
            *vary(first, seed=NUMBERS, psi=PSIS, digits=DIGITS, rows=ROWS, locks=LOCKS, hands=HANDS, model=NAMES),
            first | {"digits": "0123456789", "rows": 20, "hands": "many"},
            first | {"digits": "1" * 50, "rows": 9},
            first | {"weights": "0" * 12},
        ],
    )
    assert answers[0]["recipe"]["digits"] == [0, 7, 0, 7]
    assert sum("problem" in one for one in answers) > 80


@pytest.mark.parametrize("model", ["ten", "free", "three", "letters", "words"])
def test_sheets_of_other_classes(check, generate: Generate, model: str):
    first = {"want": "sheet", **SHEET, "model": model}
    digits = ["0", "all", "25", "0,25", "A,Z", ["A", 25, "Z"], "word 7,word 99", "0,a", "3", [2], ["word 100"], "0,100"]
    answers = check(
        generate, [*vary(first, digits=[*digits, "B", 7, "", None, "2,", "００"]), {"want": "classes", "model": model}]
    )
    assert any("problem" in one for one in answers)
    assert any("png" in one for one in answers)


def test_files_of_sheets_and_slices_of_datasets(check, generate: Generate):
    png = {"want": "sheet.png", **SHEET}
    part = {"want": "slice", "model": "digits", "digits": "012", "count": 6, "seed": 3, "psi": 1, "at": 0}
    counts = [0, 1, 60_000, 60_001, "7", "1e3", None, "", 1.5, True]
    places = [4, 5, 6, -1, "0", None, 1.5, True, 1e30, [], "x" * 60]
    answers = check(
        generate,
        [
            png,
            *lacking(png),
            *vary(png, scale=[1, "2", 10, 11, 0, None, "", 1.5, True], seed=["7", 7.0, -1]),
            png | {"digits": "0123456789" * 4, "rows": 10},
            {"want": "sheet.zip", **SHEET},
            {"want": "sheet.zip", **SHEET, "seed": "x"},
            {"want": "sheet.zip", **SHEET, "seed": "9", "locks": "1:2.3"},
            part,
            *lacking(part),
            *vary(part, count=counts, at=places, digits=DIGITS[:30], seed=["x"], psi=["x"]),
            part | {"count": 503, "at": 500},
            part | {"count": 60000, "at": 59990, "digits": "0,9"},
            part | {"model": "free"},
        ],
    )
    assert answers[0]["name"] == "digits-seed-7.png"


def test_verdicts(check, generate: Generate):
    requests = [
        {"want": "judge", **SHEET, "model": model, "digits": "0"} for model in ("digits", "ten", "free", "letters")
    ]
    answers = check(generate, [*requests, {"want": "judge", **SHEET, "seed": "x"}])
    assert len(answers[0]["real"]) == len(answers[0]["read"]) == 2


def test_links_to_sheets(check, generate: Generate, service: Service):
    whole = {"model": "digits", "weights": service.get("digits").sha256, "digits": "2026", "rows": "3", "seed": "5"}
    whole |= {"psi": "0.9", "hands": "many", "locks": "0:7.0"}
    links: list[Any] = [
        whole,
        {},
        None,
        "",
        0,
        False,
        [],
        [1],
        "x",
        7,
        True,
        {"model": "none"},
        {"model": None},
        {"models": "digits"},
    ]
    links += [whole | {name: value} for name in whole for value in (*BLANKS, "digits", "-1", "nan", "２")]
    links += [{"strange": 1}, {"it's": 1}, {"x" * 60: ""}, {"digits": "all"}, {"digits": "all", "rows": "21"}]
    links += [{"model": "words", "digits": "word 7,99"}, {"model": "words", "digits": "all", "rows": "20"}]
    links += [
        {"model": "three", "digits": "012"},
        {"model": "three", "digits": "all"},
        {"digits": "1" * 64, "rows": "20"},
    ]
    links += [{"weights": value} for value in WEIGHTS] + [{"seed": value} for value in NUMBERS[:20]]
    check(generate, [{"want": "link", "link": link} for link in links] + [{"want": "link"}])


@pytest.fixture(scope="module")
def interpolate(service: Service) -> Interpolate:
    return Interpolate(service)


def test_ways(check, interpolate: Interpolate):
    first = {"want": "frames", **WAY}
    drawn = [first | {"method": "lerp", "travels": "noise"}, first | {"loop": "round", "travels": "class"}]
    drawn += [first | {"ends": "0.1,8.2,2.3", "loop": "round"}, first | {"ends": "1.1,1.1"}]
    answers = check(
        interpolate,
        [
            first,
            *drawn,
            *lacking(first),
            *vary(first, ends=ENDS, method=WORDS, travels=WORDS, loop=WORDS, psi=PSIS[1:], model=NAMES),
            {"want": "strip.png", **WAY},
            {"want": "strip.png", **WAY, "ends": "0.1,8.2,2.3"},
        ],
    )
    assert answers[0]["count"] == 61
    assert sum("problem" in one for one in answers) > 60


@pytest.mark.parametrize("model", ["ten", "free", "three", "letters", "words"])
def test_ways_of_other_classes(check, interpolate: Interpolate, model: str):
    ends = ["0.1,0.2", "25.1,A.2", "word 7.1,99.2", "3.1,2.2", "0.1,1.2,2.3", "True.1,0.2", ".1,0.2", "０.1,0.1"]
    requests = vary({"want": "frames", **WAY, "model": model}, ends=ends)
    links: list[Any] = [{"want": "link", "link": {"model": model, "ends": one}} for one in ends]
    check(interpolate, [*requests, *links, {"want": "classes", "model": model}])


def test_links_to_ways(check, interpolate: Interpolate, service: Service):
    whole = {"model": "digits", "weights": service.get("digits").sha256[:12], "ends": "3.4,8.7", "method": "lerp"}
    whole |= {"travels": "noise", "loop": "round", "psi": "0.9"}
    links: list[Any] = [
        whole,
        {},
        None,
        "",
        [],
        "x",
        {"model": "none"},
        {"seed": "1"},
        {"ends": ENDS[13]},
        {"ends": ENDS[14]},
    ]
    links += [whole | {name: value} for name in whole for value in BLANKS]
    links += [{"ends": value} for value in ENDS] + [{"psi": value} for value in PSIS]
    check(interpolate, [{"want": "link", "link": link} for link in links])


@pytest.fixture(scope="module")
def explore(service: Service) -> Explore:
    return Explore(service)


def test_hands_moved_and_measured(check, explore: Explore):
    first = {"want": "edit", **HAND, "quick": True}
    planes = ["sefa", "random", "PCA", "", None, 7, ["pca"], True]
    pairs = [2, 4, 5, 0, "3", "x", 1.5, "", None, True]
    exact = [first | {"quick": quick, "slant": 12.25, "thickness": "2.5"} for quick in (False, "yes", 1)]
    answers = check(
        explore,
        [
            first,
            *exact,
            *lacking(first),
            first | {"x": 1, "y": -2, "plane": "random", "pair": 3, "width": 10.125},
            *vary(first, x=COORDINATES, y=[4], slant=MEASURED, thickness=MEASURED, width=["x", 100], height=[1, 21]),
            *vary(first, plane=planes, pair=pairs, seed=NUMBERS, psi=PSIS[:12], digits=DIGITS, model=NAMES[:8]),
            first | {"plane": "x", "pair": 9, "x": 7, "slant": 1000000000.0},
            first | {"pair": 9, "x": 7, "height": "x"},
            first | {"weights": "0" * 12},
            {"want": "explore.png", **HAND, "slant": 5},
            {"want": "explore.png", **HAND, "x": 9},
        ],
    )
    assert len(answers[0]["measures"]) == 2
    assert sum("problem" in one for one in answers) > 90


def test_maps_and_what_is_known_of_a_hand(check, explore: Explore):
    place = {"want": "map", "model": "digits", "digit": "3", "seed": 7, "psi": 0.8, "plane": "sefa", "pair": 2}
    hand = {"want": "hand", "model": "digits"}
    check(
        explore,
        [
            place,
            *lacking(place),
            *vary(place, digit=["12", 7, "x", None, [4], ""], plane=["x"], pair=[5, "2"], seed=["x"]),
            place | {"plane": "x", "seed": "y"},
            hand,
            *vary(hand, weights=WEIGHTS, model=NAMES[:4]),
        ],
    )


@pytest.mark.parametrize("model", ["free", "three"])
def test_hands_of_other_classes(check, explore: Explore, model: str):
    first = {"want": "edit", **HAND, "model": model, "digits": "0", "x": 1}
    moved = vary(first, digits=["0", "all", "2", "3", None], x=["z"], slant=[5, 99], height=["17.5"])
    check(explore, [*moved, {"want": "map", **HAND, "model": model, "digit": 0}, {"want": "hand", "model": model}])


def test_hand_that_nobody_measured_is_left_to_a_server(ask):
    asked = [{"want": want, **HAND, "model": "ten", "digit": 0} for want in ("hand", "edit", "map", "explore.png")]
    assert all("elsewhere" in one for one in ask("explore", asked))
