"""The Generate tab in a real browser: what a visitor does, and what is then on screen."""

import csv
import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from torchvision.datasets import MNIST

from gan.recipes.read import read_recipe
from gan.sample import main
from gan.ui.judge import judge
from gan.ui.service import Service
from gan.ui.tabs.generate.sheet import draw_sheet
from tests.browser.pictures import is_same, read_picture, read_version, wait_until_drawn, wait_until_newer
from tests.browser.tabs import let_the_server_draw, on_desktop


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


@on_desktop
def test_randomize_changes_the_sheet_and_the_old_seed_brings_it_back(page, sheet):
    seed = page.locator("#generate-seed input")
    first, old = read_picture(sheet), seed.input_value()
    second = change(sheet, page.get_by_role("button", name="Randomize").click)
    assert seed.input_value() != old
    assert not is_same(first, second)
    third = change(sheet, lambda: seed.fill(old))
    assert is_same(first, third)


def test_typed_number_gives_its_digits_as_columns(page, sheet):
    page.get_by_label("Or type a number").fill("2026")
    expect(sheet).to_have_attribute("alt", "Sheet of 32 handwritten digits, 8 rows of 2 0 2 6")
    pixels = read_picture(sheet)
    assert ink_of_cells(pixels, rows=8, columns=4).min() > 128
    assert is_same(pixels[2:, 2:30], pixels[2:, 62:90])  # the two twos of each row
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


@on_desktop
def test_generate_draws_the_same_again(page, sheet):
    before = read_picture(sheet)
    after = change(sheet, page.get_by_role("button", name="Generate").click)
    assert is_same(before, after)


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
    assert not is_same(before, mean)
    assert is_same(mean[2:30], mean[32:60])  # psi 0: every row is the mean


@pytest.mark.parametrize(
    ("control", "typed", "said"),
    [
        ("digits", "20x6", "'x' is not a digit; write digits from 0 to 9 only."),
        ("digits", "7" * 65, "65 digits are too many; a sheet holds up to 64 in a row."),
        ("digits", "7" * 200, "200 digits are too many; a sheet holds up to 64 in a row."),
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
    assert is_same(read_picture(sheet), before)
    after = change(sheet, lambda: box.fill(good))
    expect(problem).to_have_count(0)
    assert is_same(after, before)


@on_desktop
def test_server_that_does_not_answer_is_said_and_generate_tries_again(page, sheet):
    let_the_server_draw(page)
    before = read_picture(sheet)
    page.route("**/component_server**", lambda route: route.fulfill(json={}))
    page.get_by_label("Or type a number").fill("7")
    problem = page.locator("#generate-figure .df-problem")
    expect(problem).to_have_text(
        "The server did not answer. Is it still running? The page tries again at the next change."
    )
    assert is_same(read_picture(sheet), before)
    page.unroute("**/component_server**")
    page.get_by_role("button", name="Generate").click()
    expect(sheet).to_have_attribute("alt", "Sheet of 8 handwritten digits, 8 rows of 7")
    expect(problem).to_have_text("")


@on_desktop
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
        assert is_same(np.asarray(image)[::10, ::10], read_picture(sheet))


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


@on_desktop
def test_date_is_read_as_its_digits(page, sheet):
    page.get_by_label("Or type a number").fill("20.11.2026")
    expect(sheet).to_have_attribute("alt", "Sheet of 64 handwritten digits, 8 rows of 2 0 1 1 2 0 2 6")


def test_locked_row_stays_while_the_others_are_rerolled(page, sheet):
    before = read_picture(sheet)
    lock = page.get_by_role("button", name="Lock the style of row 3", exact=True)
    lock.focus()
    version = read_version(sheet)
    page.keyboard.press("Space")
    expect(lock).to_have_attribute("aria-pressed", "true")
    wait_until_drawn(sheet, version)
    assert is_same(read_picture(sheet), before)
    after = change(sheet, page.get_by_role("button", name="Randomize").click)
    rows = range(2, 242, 30)
    same = [is_same(before[top : top + 28], after[top : top + 28]) for top in rows]
    assert same == [row == 2 for row in range(8)]
    every = change(sheet, page.get_by_role("button", name="Locked style in every row").click)
    for top in rows:
        assert np.abs(every[top : top + 28].astype(int) - before[62:90]).max() <= 1
    loose = change(sheet, page.get_by_role("button", name="Unlock", exact=True).click)
    assert not is_same(loose[62:90], before[62:90])
    expect(lock).to_have_attribute("aria-pressed", "false")


def test_locks_are_large_enough_to_hit_and_stand_by_their_rows(page, sheet):
    locks = page.locator("#generate-locks button")
    expect(locks).to_have_count(8)
    box, picture = locks.nth(7).bounding_box(), sheet.bounding_box()
    assert box is not None
    assert picture is not None
    assert min(box["width"], box["height"]) >= 24
    middle = picture["y"] + picture["height"] * (2 + 7 * 30 + 14) / 242
    assert abs(box["y"] + box["height"] / 2 - middle) < 4


@on_desktop
def test_many_hands_write_equal_digits_differently(page, sheet):
    version = read_version(sheet)
    page.get_by_label("Or type a number").fill("33")
    wait_until_drawn(sheet, version)
    pixels = read_picture(sheet)
    assert is_same(pixels[2:, 2:30], pixels[2:, 32:60])
    pixels = change(sheet, lambda: page.get_by_label("Many hands").check())
    assert not is_same(pixels[2:30, 2:30], pixels[2:30, 32:60])


def test_verdicts_stand_under_each_digit_on_demand(page, sheet):
    page.get_by_label("Or type a number").fill("407")
    expect(sheet).to_have_attribute("alt", "Sheet of 24 handwritten digits, 8 rows of 4 0 7")
    page.get_by_role("button", name="Show verdicts").click()
    cells = page.get_by_role("listitem").filter(has_text="row")
    expect(cells).to_have_count(24)
    recipe = json.loads(page.locator("#generate-figure").get_attribute("data-recipe") or "")
    service = Service()
    drawn = draw_sheet(service, "digits", "407", 8, recipe["seed"], 1.0)
    judged = judge(service, "digits", drawn.images, drawn.labels)
    assert judged.real is not None
    assert judged.read is not None
    for place in (0, 7, 23):
        label, sure = judged.read[place]
        said = (
            f"{'407'[place % 3]}, row {place // 3 + 1}: D says {name(judged.real[place])} real, read as {label} with "
        )
        expect(cells.nth(place)).to_contain_text(f"{said}{name(sure)}")
        expect(cells.nth(place)).to_contain_text(f"{name(judged.real[place])} real")
    expect(page.locator("#generate-figure .dg-explain")).to_contain_text("50 %")
    page.get_by_role("button", name="Hide verdicts").click()
    expect(cells).to_have_count(0)
    expect(sheet).to_be_visible()


def name(share: float) -> str:
    """A share as the page writes it."""
    whole = math.floor(share * 100 + 0.5)
    if whole == 100 and share < 1:
        return ">99 %"
    return "<1 %" if whole == 0 and share > 0 else f"{whole} %"


@pytest.mark.parametrize("scale", [1, 4])
@on_desktop
def test_png_is_saved_at_the_chosen_scale(page, sheet, scale):
    page.get_by_label("Scale").select_option(str(scale))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save PNG").click()
    with Image.open(download.value.path()) as image:
        assert is_same(np.asarray(image)[::scale, ::scale], read_picture(sheet))


@on_desktop
def test_zip_holds_the_sheets_digits(page, sheet):
    with page.expect_download() as download:
        page.get_by_role("button", name="Save ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("digits.csv").decode())))
        with Image.open(io.BytesIO(archive.read(rows[13]["file"]))) as one:
            assert is_same(np.asarray(one), read_picture(sheet)[32:60, 92:120])
    assert len(rows) == 80
    assert (rows[13]["label"], rows[13]["index"]) == ("3", "1")


def make_dataset(page: Page, kind: str, count: str) -> Path:
    page.get_by_text("Make a dataset").click()
    page.locator("#generate-count input").fill(count)
    page.get_by_label("As", exact=True).select_option(kind)
    with page.expect_download() as download:
        page.get_by_role("button", name="Make it").click()
    return Path(download.value.path())


@on_desktop
def test_dataset_as_npz_is_what_the_command_draws(page, sheet, tmp_path):
    made = make_dataset(page, "npz", "1200")
    words = ["digits", "--count", "1200", "--seed", "1", "--out", str(tmp_path / "own.npz")]
    assert main(words) == 0
    with np.load(made) as page_made, np.load(tmp_path / "own.npz") as own:
        assert np.abs(page_made["images"].astype(int) - own["images"]).max() <= 1
        np.testing.assert_array_equal(page_made["labels"], own["labels"])
        assert page_made["labels"].dtype == np.int64
    expect(page.locator("#generate-made")).to_have_text("1200 saved")


@on_desktop
def test_dataset_as_idx_is_read_by_torchvision(page, sheet, tmp_path):
    with zipfile.ZipFile(make_dataset(page, "idx", "700")) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    splits = [MNIST(tmp_path, train=train) for train in (True, False)]
    assert [len(split) for split in splits] == [600, 100]
    assert torch.cat([split.targets for split in splits]).tolist() == [i % 10 for i in range(700)]
    assert splits[1].data.amax(dim=(1, 2)).min() > 100


@on_desktop
def test_dataset_is_cancelled_and_refused_in_a_sentence(page, sheet):
    page.get_by_text("Make a dataset").click()
    box = page.locator("#generate-count input")
    box.fill("60001")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#generate-count").get_by_role("alert")).to_have_text(
        "The count is 60001; it must be a whole number from 1 to 60,000."
    )
    box.fill("60000")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#generate-made")).to_contain_text("of 60000")
    # Others are served meanwhile
    version = read_version(sheet)
    page.get_by_role("button", name="Generate").click()
    wait_until_newer(sheet, version)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#generate-made")).to_contain_text("Cancelled at")
    expect(page.get_by_role("button", name="Make it")).to_be_enabled()
