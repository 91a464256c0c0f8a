"""Controls made from a tab's table of state, and the seam where another source of answers takes the server's place."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import read_version, wait_until_drawn
from tests.browser.tabs import on_desktop

# Answers to "judge" that no server gave
OWN = """DigitForge.local.generate = {
  judge: async (request) => ({ real: Array(80).fill(0.25), read: null, explain: `seed ${request.seed}`, reader: "" }),
};"""


@on_desktop
def test_tab_with_a_table_of_its_own_asks_it_and_not_the_server(page: Page) -> None:
    wait_until_drawn(page.locator("#generate-sheet"))
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.post_data or ""))
    page.evaluate(OWN)
    page.get_by_role("button", name="Show verdicts").click()
    cells = page.get_by_role("listitem").filter(has_text="row")
    expect(cells).to_have_count(80)
    expect(cells.first).to_contain_text("25 % real")
    expect(page.locator("#generate-figure .dg-explain")).to_have_text("seed 1")
    assert not [one for one in asked if '"judge"' in one]


@on_desktop
@pytest.mark.parametrize(
    ("name", "typed", "said", "left"),
    [
        ("rows", "21", "The number of rows is 21; it must be a whole number from 1 to 20.", "20"),
        ("psi", "1.6", "Truncation psi is 1.6; it must be a number from 0 to 1.5.", "1.5"),
    ],
)
def test_number_beside_a_slider_is_said_to_be_wrong_and_is_clamped_once_left(
    page: Page, name: str, typed: str, said: str, left: str
) -> None:
    sheet, control = page.locator("#generate-sheet"), page.locator(f"#generate-{name}")
    before = wait_until_drawn(sheet)
    control.locator("input[type=number]").fill(typed)
    expect(control.get_by_role("alert")).to_have_text(said)
    control.locator("input[type=number]").blur()
    wait_until_drawn(sheet, before)
    expect(control.get_by_role("alert")).to_have_count(0)
    expect(control.locator("input[type=number]")).to_have_value(left)
    expect(control.locator("input[type=range]")).to_have_value(left)


@on_desktop
def test_slider_and_its_number_follow_each_other(page: Page) -> None:
    sheet, control = page.locator("#generate-sheet"), page.locator("#generate-rows")
    before = wait_until_drawn(sheet)
    control.locator("input[type=number]").fill("3")
    before = wait_until_drawn(sheet, before)
    expect(control.locator("input[type=range]")).to_have_value("3")
    control.locator("input[type=range]").press("ArrowRight")
    wait_until_drawn(sheet, before)
    expect(control.locator("input[type=number]")).to_have_value("4")
    expect(sheet).to_have_attribute("alt", "Sheet of 40 handwritten digits, 4 rows of 0 1 2 3 4 5 6 7 8 9")


@on_desktop
def test_keys_follow_what_is_typed_and_draw_nothing_of_their_own(page: Page) -> None:
    sheet, box = page.locator("#generate-sheet"), page.get_by_label("Or type a number")
    before = wait_until_drawn(sheet)
    box.fill("9-1-9")
    wait_until_drawn(sheet, before)
    pressed = "(keys) => keys.filter((key) => key.checked).map((key) => key.name)"
    assert page.locator("#generate-toggles input").evaluate_all(pressed) == ["1", "9"]
    expect(box).to_have_value("9-1-9")
    assert read_version(sheet) == before + 1
