"""The About tab in a real browser: pictures that are drawn on the spot, a card, endpoints that are really there."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gan.data import to_uint8
from gan.drawing.generator import load
from gan.store.index import read_index
from gan.ui.tabs.about.tab import FIRST
from tests.browser.pictures import open_tab, read_picture, wait_until_drawn
from tests.browser.tabs import on_desktop, opens_a_link


@pytest.fixture
def lesson(page: Page) -> Locator:
    """The five pictures, drawn for the first time."""
    open_tab(page, "About")
    figure = page.locator("#about-lesson")
    wait_until_drawn(figure)
    wait_until_drawn(page.locator("#about-card"))
    return figure


def test_five_pictures_have_ink_and_say_what_they_show(page, lesson):
    for name, count in (("draw", 2), ("styles", 3), ("truncation", 4), ("judge", 10), ("learn", 4)):
        picture = page.locator(f"#about-{name} .da-rows")
        canvases = picture.locator("canvas").all()
        assert len(canvases) == count
        assert all(read_picture(canvas).max() > 128 for canvas in canvases)
        assert len(picture.get_attribute("aria-label") or "") > 20
    expect(lesson.locator(".df-note")).to_contain_text("digits in")


@on_desktop
def test_pictures_are_the_models_own(page, lesson):
    recipe = json.loads(lesson.get_attribute("data-recipe") or "")
    drawn = to_uint8(load("digits").sample([recipe["digit"]], seed=recipe["seed"]))[0, 0].numpy()
    np.testing.assert_array_equal(read_picture(page.locator("#about-draw canvas").last), drawn)


def test_digits_are_drawn_at_a_whole_multiple_of_their_own_pixels(page, lesson):
    for canvas in page.locator("#about-lesson .da-row canvas").all():
        own, shown = canvas.evaluate("(one) => [one.width, one.getBoundingClientRect().width]")
        assert shown % own == 0
        assert canvas.evaluate("(one) => getComputedStyle(one).imageRendering") == "pixelated"


def test_other_numbers_and_another_digit_draw_other_pictures(page, lesson):
    first = read_picture(page.locator("#about-draw canvas").last)
    version = int(lesson.get_attribute("data-version") or 0)
    page.get_by_role("button", name="Other numbers").click()
    version = wait_until_drawn(lesson, version)
    second = read_picture(page.locator("#about-draw canvas").last)
    assert not np.array_equal(first, second)
    page.locator("#about-digit select").select_option("8")
    wait_until_drawn(lesson, version)
    assert json.loads(lesson.get_attribute("data-recipe") or "")["digit"] == 8
    expect(page.locator("#about-draw .da-rows")).to_have_attribute("aria-label", re.compile("^an 8 that G drew"))


@on_desktop
def test_link_brings_the_same_pictures_back(page, lesson, address):
    page.get_by_role("button", name="Other numbers").click()
    wait_until_drawn(lesson, 1)
    mine = read_picture(page.locator("#about-draw canvas").last)
    recipe = lesson.get_attribute("data-recipe")
    page.locator("#about-link").click()
    expect(page).to_have_url(re.compile(r"\?tab=about&.*seed="))
    page.goto(page.url)
    again = page.locator("#about-lesson")
    wait_until_drawn(again)
    assert again.get_attribute("data-recipe") == recipe
    np.testing.assert_array_equal(read_picture(page.locator("#about-draw canvas").last), mine)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("seed=-4", "The seed is -4; it must be a whole number from 0 to 4,294,967,295."),
        ("digit=x", "'x' is not a digit"),
        ("model=nobody", "There is no model 'nobody'; those there are:"),
    ],
)
@on_desktop
@opens_a_link
def test_tampered_link_is_a_sentence_and_the_page_goes_on(page, address, query, said):
    page.goto(f"{address}?tab=about&{query}")
    problem = page.locator("#tab-about [role=alert]", has_text=said)
    expect(problem).to_be_visible()
    lesson = page.locator("#about-lesson")
    version = wait_until_drawn(lesson)  # what the page shows without a link
    assert json.loads(lesson.get_attribute("data-recipe") or "")["seed"] == FIRST["seed"]
    page.get_by_role("button", name="Other numbers").click()
    wait_until_drawn(lesson, version)
    expect(problem).to_have_count(0)


def test_card_shows_what_was_measured_of_these_weights(page, lesson):
    row = read_index()["digits"]
    expect(page.locator("#about-card")).to_have_attribute("data-sha256", row["sha256"])
    expect(page.locator("#about-facts")).to_contain_text(row["sha256"])
    expect(page.locator("#about-facts")).to_contain_text(row["trained"]["command"])
    rows = page.locator("#about-figures tbody tr")
    expect(rows).to_have_count(len(row["metrics"]))
    accuracy = page.get_by_role("row", name=re.compile("class_accuracy"))
    metric = row["metrics"]["class_accuracy_10k"]
    expect(accuracy).to_contain_text(f"{100 * metric['value']:.2f} %")
    expect(accuracy).to_contain_text(f"{100 * metric['real']:.2f} %")
    picture = page.locator("#about-truncation-picture svg")
    expect(picture).to_be_visible()
    assert picture.evaluate("(one) => one.getBoundingClientRect().width") > 300
    expect(picture.locator("polyline")).to_have_count(3)
    expect(picture).to_contain_text("class accuracy")
    assert len(picture.get_attribute("aria-label") or "") > 30


@on_desktop
def test_endpoints_are_those_that_the_server_has(page, lesson, address):
    info = page.request.get(f"{address}/gradio_api/info").json()["named_endpoints"]
    expect(page.locator("#about-endpoints dt")).to_have_text(sorted(info))
    expect(page.locator("#about-curl")).to_contain_text(f"{address}/gradio_api/run/generate")
    page.get_by_role("link", name="Every argument is documented").click()
    expect(page).to_have_url(re.compile("view=api"))
