"""The Interpolate tab in a real browser: scrubbing, ends, films to keep."""

import io
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Locator, Page, expect

from gan.data import to_uint8
from gan.drawing.generator import load
from gan.recipes.read import read_recipe
from tests.browser.pictures import is_same, open_tab, read_picture, read_version, wait_until_drawn
from tests.browser.rest import count_to_come, wait_until_rest
from tests.browser.tabs import on_desktop


@pytest.fixture
def picture(page: Page) -> Locator:
    """The large picture, drawn for the first time."""
    open_tab(page, "Interpolate")
    canvas = page.locator("#interpolate-picture")
    wait_until_drawn(canvas)
    return canvas


def scrub(page: Page, value: int) -> None:
    """Move the slider as a hand does: the value changes, then the event of an input."""
    page.locator("#interpolate-slider").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", value
    )


def test_slider_scrubs_from_the_start_to_the_end(page, picture):
    scrub(page, 0)
    assert is_same(read_picture(picture), read_picture(page.locator("#interpolate-start")))
    scrub(page, 60)
    assert is_same(read_picture(picture), read_picture(page.locator("#interpolate-end")))
    seen = []
    for value in range(0, 61, 15):
        scrub(page, value)
        seen.append(read_picture(picture))
        assert seen[-1].max() > 128
    assert all(not is_same(a, b) for a, b in itertools.pairwise(seen))
    expect(page.locator("#interpolate-slider")).to_have_attribute("aria-valuetext", "t = 1.00")


@on_desktop
def test_ends_are_what_the_python_api_draws(page, picture):
    recipe = json.loads(page.locator("#interpolate-figure").get_attribute("data-recipe") or "")
    generator = load(recipe["model"])
    assert generator.sha256 == recipe["weights"]
    for name in ("start", "end"):
        end = recipe[name]
        image = generator.sample([end["digit"]], seed=end["seed"], truncation=recipe["truncation"])
        shown = read_picture(page.locator(f"#interpolate-{name}")).astype(int)
        assert np.abs(to_uint8(image)[0, 0].numpy() - shown).max() <= 1


def test_scrubbing_draws_at_once_and_asks_nothing_of_the_server(page, picture):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for value in (10, 20, 30, 40):
        before = read_version(picture)
        scrub(page, value)
        assert read_version(picture) == before + 1
    assert asked == []


def test_slider_is_dragged_by_mouse_and_moved_by_keyboard(page, picture):
    slider = page.locator("#interpolate-slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    before = read_version(picture)
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=6)
    while_dragged = read_version(picture)
    page.mouse.up()
    assert while_dragged > before
    assert 35 < int(slider.input_value()) < 55
    page.keyboard.press("Home")
    expect(page.locator("#interpolate-t")).to_have_text("0.00")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#interpolate-t")).to_have_text("0.02")


def test_strip_shows_the_frames_and_a_click_goes_there(page, picture):
    strip = page.locator("#interpolate-strip")
    pixels = read_picture(strip)
    assert pixels.shape == (28, 11 * 29 - 1)
    for place in (0, 4, 10):
        scrub(page, place * 6)
        assert is_same(pixels[:, place * 29 : place * 29 + 28], read_picture(picture))
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] * 2.5 / 11, "y": box["height"] / 2})
    expect(page.locator("#interpolate-t")).to_have_text("0.20")


def choose(page: Page, name: str) -> None:
    """Choose a radio as a hand does."""
    page.get_by_role("radio", name=name).check()


@on_desktop
def test_randomize_and_digits_change_an_end_and_the_old_seed_brings_it_back(page, picture):
    strip, seed = page.locator("#interpolate-strip"), page.get_by_label("End 1: seed")
    first, old = read_picture(strip), seed.input_value()
    version = read_version(strip)
    page.get_by_role("button", name="Randomize end 1").click()
    version = wait_until_drawn(strip, version)
    assert not is_same(read_picture(strip), first)
    seed.fill(old)
    version = wait_until_drawn(strip, version)
    assert is_same(read_picture(strip), first)
    page.get_by_label("End 2: digit").select_option("3")  # the same class at both ends
    wait_until_drawn(strip, version)
    expect(page.locator("#interpolate-end")).to_have_attribute("aria-label", "End: digit 3, seed 7")
    expect(strip).to_have_attribute("aria-label", "Strip of 11 frames from a 3, seed 4, to a 3, seed 7")


@on_desktop
def test_linear_differs_from_spherical_between_the_ends_alone(page, picture):
    strip = page.locator("#interpolate-strip")
    spherical, version = read_picture(strip), read_version(strip)
    choose(page, "Linear (lerp)")
    wait_until_drawn(strip, version)
    linear = read_picture(strip)
    assert is_same(spherical[:, :28], linear[:, :28])
    assert is_same(spherical[:, -28:], linear[:, -28:])
    assert not is_same(spherical, linear)


@on_desktop
def test_noise_or_class_travels_alone(page, picture):
    end, strip = page.locator("#interpolate-end"), page.locator("#interpolate-strip")
    for name, label in (("Noise only", "End: digit 8, seed 7"), ("Class only", "End: digit 8, seed 7")):
        version = read_version(strip)
        choose(page, name)
        wait_until_drawn(strip, version)
        expect(end).to_have_attribute("aria-label", label)
    recipe = json.loads(page.locator("#interpolate-figure").get_attribute("data-recipe") or "")
    assert recipe["travels"] == "class"
    want = to_uint8(load("digits").sample([8], seed=4, truncation=recipe["truncation"]))
    assert np.abs(want[0, 0].numpy().astype(int) - read_picture(end)).max() <= 1


def test_ends_are_added_up_to_the_limit_and_removed(page, picture):
    strip, add = page.locator("#interpolate-strip"), page.get_by_role("button", name="Add an end")
    items = page.locator("#interpolate-ends li")
    expect(items).to_have_count(2)
    expect(page.get_by_role("button", name="Remove end 1")).to_be_disabled()
    for count in range(3, 13):
        version = read_version(strip)
        add.click()
        expect(items).to_have_count(count)
        wait_until_drawn(strip, version)
    expect(add).to_be_disabled()
    recipe = json.loads(page.locator("#interpolate-figure").get_attribute("data-recipe") or "")
    assert len(recipe["ends"]) == 12
    version = read_version(strip)
    page.get_by_role("button", name="Remove end 12").click()
    expect(items).to_have_count(11)
    wait_until_drawn(strip, version)
    expect(add).to_be_enabled()
    assert page.evaluate("document.activeElement.id") == "interpolate-digit-10"


def test_presets_go_through_all_digits_and_through_new_hands(page, picture):
    strip, figure = page.locator("#interpolate-strip"), page.locator("#interpolate-figure")
    version = read_version(strip)
    page.get_by_role("button", name="0 to 9 and back").click()
    version = wait_until_drawn(strip, version)
    recipe = json.loads(figure.get_attribute("data-recipe") or "")
    assert [end["digit"] for end in recipe["ends"]] == list(range(10))
    assert {end["seed"] for end in recipe["ends"]} == {4}
    assert recipe["loop"] == "back"
    page.get_by_role("button", name="Same digit, new hands").click()
    wait_until_drawn(strip, version)
    recipe = json.loads(figure.get_attribute("data-recipe") or "")
    assert {end["digit"] for end in recipe["ends"]} == {0}
    assert len({end["seed"] for end in recipe["ends"]}) == 6
    assert recipe["loop"] == "round"
    assert is_same(read_picture(page.locator("#interpolate-start")), read_picture(page.locator("#interpolate-end")))


def test_play_moves_the_picture_and_pause_stops_it(page, picture):
    wait_until_rest(page)
    before, quiet = read_version(picture), count_to_come(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("([e, old]) => Number(e.dataset.version) > old + 5", arg=[picture.element_handle(), before])
    assert count_to_come(page) > quiet
    page.get_by_role("button", name="Pause").click()
    wait_until_rest(page)
    assert count_to_come(page) <= quiet  # nothing is left that could move it


@on_desktop
def test_saved_files_are_what_is_shown(page, picture):
    recipe = json.loads(page.locator("#interpolate-figure").get_attribute("data-recipe") or "")
    with page.expect_download() as film:
        page.get_by_role("button", name="Save GIF").click()
    assert film.value.suggested_filename == "digit-3-seed-4-to-8-seed-7.gif"
    data = Path(film.value.path()).read_bytes()
    assert read_recipe(io.BytesIO(data)) == recipe
    with Image.open(io.BytesIO(data)) as gif:
        first = next(iter(ImageSequence.Iterator(gif))).convert("L")
        assert is_same(np.asarray(first)[::8, ::8], read_picture(page.locator("#interpolate-start")))
    for kind in ("WebP", "MP4"):
        with page.expect_download() as other:
            page.get_by_role("button", name=f"Save {kind}").click()
        assert other.value.suggested_filename == f"digit-3-seed-4-to-8-seed-7.{kind.lower()}"
        assert read_recipe(Path(other.value.path())) == recipe
    with page.expect_download() as strip:
        page.get_by_role("button", name="Save strip").click()
    with Image.open(strip.value.path()) as image:
        cells = np.asarray(image)[::8, ::8]
    assert is_same(cells[2:30, 2:30], read_picture(page.locator("#interpolate-start")))


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4294967296", "the seed is 4294967296; it must be a whole number from 0 to 4,294,967,295."),
        ("", "the seed is empty; it must be a whole number from 0 to 4,294,967,295."),
        ("seven", "the seed is 'seven'; it must be a whole number from 0 to 4,294,967,295."),
    ],
)
def test_bad_seed_is_a_sentence_at_the_ends_and_the_page_recovers(page, picture, place, typed, said):
    strip, box = page.locator("#interpolate-strip"), page.get_by_label(f"End {place}: seed")
    before, version = read_picture(strip), read_version(strip)
    good = box.input_value()
    box.fill(typed)
    problem = page.locator("#interpolate-ends").get_by_role("alert")
    expect(problem).to_have_text(f"End {place}: {said}")
    box.fill(good)
    expect(problem).to_have_count(0)
    wait_until_drawn(strip, version)
    assert is_same(read_picture(strip), before)


def test_the_other_tab_keeps_its_sheet(page, picture):
    open_tab(page, "Generate")
    expect(page.locator("#generate-sheet")).to_be_visible()
    open_tab(page, "Interpolate")
    expect(picture).to_be_visible()
