"""The Generate tab in a real browser: what a visitor does, and what is then on screen."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from gan.render import read_recipe
from tests.browser.pictures import read_picture, read_version, wait_until_drawn


@pytest.fixture
def sheet(page: Page) -> Locator:
    """The sheet, drawn for the first time."""
    picture = page.locator("#generate-sheet")
    wait_until_drawn(picture)
    return picture


def change(sheet: Locator, act: object) -> np.ndarray:
    """Do something that changes the sheet, and return its new pixels."""
    before = read_version(sheet)
    assert callable(act)
    act()
    wait_until_drawn(sheet, before)
    return read_picture(sheet)


def ink_of_cells(pixels: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The brightest pixel of each digit on the sheet, (rows, columns)."""
    assert pixels.shape == (30 * rows + 2, 30 * columns + 2)
    cells = pixels[1:-1, 1:-1].reshape(rows, 30, columns, 30)
    return cells.max(axis=(1, 3))


def test_first_sheet_has_ink_in_every_place_and_says_what_it_is(page, sheet):
    pixels = read_picture(sheet)
    assert ink_of_cells(pixels, rows=8, columns=10).min() > 128
    assert 0.05 < (pixels > 128).mean() < 0.35
    expect(sheet).to_have_attribute("alt", "Sheet of 80 handwritten digits, 8 rows of 0 1 2 3 4 5 6 7 8 9")
    expect(page.locator("#generate-figure .df-note")).to_contain_text("80 digits in")
    assert page.title() == "Digit Forge"


def test_digits_are_drawn_at_a_whole_multiple_of_their_own_pixels(sheet):
    natural, shown = sheet.evaluate("(img) => [img.naturalWidth, img.getBoundingClientRect().width]")
    assert shown >= natural
    assert shown % natural == 0
    assert sheet.evaluate("(img) => getComputedStyle(img).imageRendering") == "pixelated"


def test_randomize_changes_the_sheet_and_the_old_seed_brings_it_back(page, sheet):
    seed = page.locator("#generate-seed input")
    first, old = read_picture(sheet), seed.input_value()
    second = change(sheet, page.get_by_role("button", name="Randomize").click)
    assert seed.input_value() != old
    assert not np.array_equal(first, second)
    third = change(sheet, lambda: seed.fill(old))
    np.testing.assert_array_equal(first, third)


def test_typed_number_gives_its_digits_as_columns(page, sheet):
    page.get_by_label("Or type a number").fill("2026")
    expect(sheet).to_have_attribute("alt", "Sheet of 32 handwritten digits, 8 rows of 2 0 2 6")
    pixels = read_picture(sheet)
    assert ink_of_cells(pixels, rows=8, columns=4).min() > 128
    np.testing.assert_array_equal(pixels[2:, 2:30], pixels[2:, 62:90])  # the two twos of each row
    pressed = page.locator("#generate-toggles input:checked")
    expect(pressed).to_have_count(3)


def test_toggles_all_and_none(page, sheet):
    toggles = page.locator("#generate-toggles")
    toggles.get_by_label("7", exact=True).uncheck()
    expect(sheet).to_have_attribute("alt", "Sheet of 72 handwritten digits, 8 rows of 0 1 2 3 4 5 6 8 9")
    page.get_by_role("button", name="None").click()
    problem = page.locator("#generate-digits").get_by_role("alert")
    expect(problem).to_have_text("No digit was given; choose at least one, from 0 to 9.")
    toggles.get_by_label("4", exact=True).check()
    expect(sheet).to_have_attribute("alt", "Sheet of 8 handwritten digits, 8 rows of 4")
    expect(problem).to_have_count(0)
    page.get_by_role("button", name="All").click()
    expect(sheet).to_have_attribute("alt", "Sheet of 80 handwritten digits, 8 rows of 0 1 2 3 4 5 6 7 8 9")


def test_generate_draws_the_same_again(page, sheet):
    before = read_picture(sheet)
    after = change(sheet, page.get_by_role("button", name="Generate").click)
    np.testing.assert_array_equal(before, after)


def test_sheet_stays_in_sight_while_the_last_control_is_moved(page, sheet):
    psi = page.get_by_label("range slider for Truncation")
    psi.focus()
    page.keyboard.press("ArrowLeft")
    expect(psi).to_be_in_viewport(ratio=1)
    expect(sheet).to_be_in_viewport(ratio=1)


def test_toggles_work_by_keyboard(page, sheet):
    page.locator("#generate-toggles").get_by_label("0", exact=True).focus()
    page.keyboard.press("Space")
    expect(sheet).to_have_attribute("alt", "Sheet of 72 handwritten digits, 8 rows of 1 2 3 4 5 6 7 8 9")


def test_sliders_change_the_sheet(page, sheet):
    rows = page.get_by_label("range slider for How many of each")
    rows.focus()
    page.keyboard.press("ArrowRight")
    expect(sheet).to_have_attribute("alt", "Sheet of 90 handwritten digits, 9 rows of 0 1 2 3 4 5 6 7 8 9")
    before = read_picture(sheet)
    psi = page.get_by_label("range slider for Truncation")
    psi.focus()
    mean = change(sheet, lambda: page.keyboard.press("Home"))
    assert not np.array_equal(before, mean)
    np.testing.assert_array_equal(mean[2:30], mean[32:60])  # psi 0: every row is the mean


@pytest.mark.parametrize(
    ("control", "typed", "said"),
    [
        ("digits", "20x6", "'x' is not a digit; write digits from 0 to 9 only."),
        ("digits", "7" * 65, "65 digits are too many; a sheet holds up to 64 in a row."),
        ("digits", "<b>1</b>", "'<' is not a digit; write digits from 0 to 9 only."),
        ("seed", "", "The seed is empty; it must be a whole number from 0 to 4,294,967,295."),
        ("seed", "-4", "The seed is -4; it must be a whole number from 0 to 4,294,967,295."),
        ("seed", "99999999999", "The seed is 99999999999; it must be a whole number from 0 to 4,294,967,295."),
    ],
)
def test_bad_input_is_a_sentence_at_its_control_and_the_page_recovers(page, sheet, control, typed, said):
    box = page.locator(f"#generate-{control}").locator("input, textarea")
    before, good = read_picture(sheet), box.input_value()
    box.fill(typed)
    problem = page.locator(f"#generate-{control}").get_by_role("alert")
    expect(problem).to_have_text(said)
    expect(box).to_have_attribute("aria-invalid", "true")
    np.testing.assert_array_equal(read_picture(sheet), before)
    after = change(sheet, lambda: box.fill(good))
    expect(problem).to_have_count(0)
    np.testing.assert_array_equal(after, before)


def test_server_that_does_not_answer_is_said_and_generate_tries_again(page, sheet):
    before = read_picture(sheet)
    page.route("**/component_server**", lambda route: route.fulfill(json={}))
    page.get_by_label("Or type a number").fill("7")
    problem = page.locator("#generate-figure .df-problem")
    expect(problem).to_have_text(
        "The server did not answer. Is it still running? The page tries again at the next change."
    )
    np.testing.assert_array_equal(read_picture(sheet), before)
    page.unroute("**/component_server**")
    page.get_by_role("button", name="Generate").click()
    expect(sheet).to_have_attribute("alt", "Sheet of 8 handwritten digits, 8 rows of 7")
    expect(problem).to_have_text("")


def test_saved_png_is_the_sheet_and_carries_its_recipe(page, sheet):
    page.get_by_label("Or type a number").fill("314")
    expect(sheet).to_have_attribute("alt", "Sheet of 24 handwritten digits, 8 rows of 3 1 4")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "digits-seed-1.png"
    data = Path(download.value.path()).read_bytes()
    shown = json.loads(page.locator("#generate-figure").get_attribute("data-recipe") or "")
    assert read_recipe(io.BytesIO(data)) == shown
    with Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(np.asarray(image)[::10, ::10], read_picture(sheet))


def test_picture_comes_first_and_does_not_move_when_the_sheet_changes(page, sheet):
    def place(selector: str) -> list[float]:
        box = "(e) => { const r = e.getBoundingClientRect(); return [r.left, r.top + scrollY, r.width, r.height]; }"
        page.evaluate("scrollTo(0, 0)")
        return page.locator(selector).evaluate(box)

    before = place("#generate-figure .df-stage")
    assert before[1] <= place("#generate-toggles")[1]
    page.get_by_label("Or type a number").fill("1" * 40)
    expect(sheet).to_have_attribute("alt", "Sheet of 320 handwritten digits, 8 rows of 40 x 1")
    assert place("#generate-figure .df-stage") == before
