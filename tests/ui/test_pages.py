"""The tabs' pages are plain HTML: their limits and choices are those that Python checks."""

from html.parser import HTMLParser

import pytest

from gan.drawing.arguments import MAX_PSI, MAX_SEED
from gan.drawing.interpolation import METHODS, TRAVELS
from gan.handwriting.edits import REACH
from gan.handwriting.planes import PAIRS, PLANES
from gan.recipes.way import LOOPS
from gan.ui.assets import read_page
from gan.ui.inputs import MAX_TYPED
from gan.ui.service import MAX_DIGITS, MAX_SCALE
from gan.ui.tabs import NAMES
from gan.ui.tabs.generate.dataset import MAX_DATASET
from gan.ui.tabs.generate.sheet import HANDS, MAX_ROWS
from gan.ui.tabs.generate.tab import FIRST as SHEET
from gan.ui.tabs.inspector.game import MAX_OF_EACH
from gan.ui.tabs.interpolate.tab import FIRST as WAY
from gan.ui.tabs.training.form import BATCHES, MINUTES, RATES
from gan.ui.words.tables import ENGLISH


class Controls(HTMLParser):
    """The inputs and the options of a page, by the ids of the elements that they stand in."""

    VOID = ("input", "img", "br", "hr", "link", "meta", "source", "path", "circle", "line", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[tuple[str, ...], str, dict[str, str]]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self._open, f"{self._open} is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        ids = tuple(one for _, one in self._open if one)
        if given.get("id"):
            ids = (*ids, given["id"])
        self.found.append((ids, tag, given))
        if tag not in self.VOID:
            self._open.append((tag, given.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "option":
            self.found[-1][2].setdefault("value", data)

    def inside(self, name: str, tag: str, kind: str | None = None) -> list[dict[str, str]]:
        """The elements of a kind inside the one with that id, or that one itself."""
        return [
            given
            for ids, one, given in self.found
            if name in ids and one == tag and (kind is None or given.get("type") == kind)
        ]


PAGES = {name: Controls(read_page(name)) for name in NAMES}


@pytest.mark.parametrize(
    ("control", "low", "high"),
    [
        ("generate-rows", 1, MAX_ROWS),
        ("generate-seed", 0, MAX_SEED),
        ("generate-psi", 0, MAX_PSI),
        ("generate-count", 1, MAX_DATASET),
        ("interpolate-psi", 0, MAX_PSI),
        ("explore-seed", 0, MAX_SEED),
        ("explore-psi", 0, MAX_PSI),
        ("explore-x", -REACH, REACH),
        ("explore-y", -REACH, REACH),
        ("inspector-count", 20, MAX_OF_EACH),
        ("inspector-seed", 0, MAX_SEED),
        ("inspector-psi", 0, MAX_PSI),
        ("machine-seed", 0, MAX_SEED),
        ("training-lr", *RATES),
        ("training-minutes", *MINUTES),
    ],
)
def test_range_of_a_control_is_what_is_checked(control, low, high):
    page = PAGES["training" if control.startswith("machine") else control.partition("-")[0]]
    inputs = [one for one in page.inside(control, "input") if one["type"] in ("range", "number")]
    assert inputs
    assert {(float(one["min"]), float(one["max"])) for one in inputs} == {(low, high)}


@pytest.mark.parametrize(
    ("control", "values"),
    [
        ("generate-scale", range(1, MAX_SCALE + 1)),
        ("explore-plane", PLANES),
        ("explore-pair", range(1, PAIRS + 1)),
        ("training-batch", BATCHES),
    ],
)
def test_choices_of_a_list_are_what_is_checked(control, values):
    options = PAGES[control.partition("-")[0]].inside(control, "option")
    assert [one["value"] for one in options] == [str(value) for value in values]


@pytest.mark.parametrize(
    ("control", "values", "first"),
    [
        ("generate-hands", HANDS, SHEET["hands"]),
        ("interpolate-method", METHODS, WAY["method"]),
        ("interpolate-travels", TRAVELS, WAY["travels"]),
        ("interpolate-loop", LOOPS, WAY["loop"]),
    ],
)
def test_radio_buttons_are_what_is_checked_and_the_first_value_is_chosen(control, values, first):
    buttons = PAGES[control.partition("-")[0]].inside(control, "input", "radio")
    assert sorted(one["value"] for one in buttons) == sorted(values)
    assert [one["value"] for one in buttons if "checked" in one] == [first]


def test_first_values_stand_in_the_page():
    page = PAGES["generate"]
    for control in ("digits", "rows", "seed", "psi"):
        inputs = page.inside(f"generate-{control}", "input")
        assert {one["value"] for one in inputs} == {f"{SHEET[control]:g}" if control != "digits" else SHEET["digits"]}
    assert {float(one["value"]) for one in PAGES["interpolate"].inside("interpolate-psi", "input")} == {WAY["psi"]}


def test_limits_that_words_tell_are_those_that_are_checked():
    words = ENGLISH["words"]
    assert f"Up to {MAX_TYPED} digits" in words["generate.typedInfo"]
    assert f"up to {MAX_DIGITS} digits" in words["generate.rowsInfo"]


def test_ids_are_of_the_tab_and_there_once():
    found = [given["id"] for page in PAGES.values() for _, _, given in page.found if "id" in given]
    assert len(found) == len(set(found)) > 100


@pytest.mark.parametrize("text", ["<div>", "</div>", "<div><p></div>", "<section><div></section></div>"])
def test_page_that_is_not_closed_well_is_found(text):
    with pytest.raises(AssertionError):
        Controls(text)
