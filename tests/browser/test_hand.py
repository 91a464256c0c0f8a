"""The Your hand tab in a real browser: drawing by mouse, finger and keys, photos, and the digits in that hand."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from gan.handwriting.invert import STEPS
from gan.recipes.read import read_recipe
from tests.browser.pictures import open_tab, read_picture, read_version, wait_until_drawn
from tests.browser.tabs import on_desktop, opens_a_link
from tests.made_digits import draw_digit

DONE = 60_000  # a refinement on a busy machine


@pytest.fixture
def figure(page: Page) -> Locator:
    """The tab, opened, its first example refined to the end."""
    open_tab(page, "Your hand")
    wait_until_done(page)
    return page.locator("#hand-figure")


@pytest.fixture
def quick_figure(page: Page) -> Locator:
    """The same, but what a drawing is redrawn as is good enough at once: its refinement ends with the first slice."""
    firsts: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        request = json.dumps(route.request.post_data_json)
        if '"want": "look"' in request:
            response = route.fetch()
            firsts.append(response.json())
            route.fulfill(response=response)
        elif '"want": "refine"' in request:
            route.fulfill(json={**firsts[-1], "step": STEPS})
        else:
            route.continue_()

    page.route(re.compile("/component_server"), answer)
    open_tab(page, "Your hand")
    wait_until_done(page)
    return page.locator("#hand-figure")


def wait_until_done(page: Page) -> None:
    expect(page.locator("#hand-figure")).to_have_attribute("data-step", str(STEPS), timeout=DONE)


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke by mouse, in shares of the pad."""
    pad = page.locator("#hand-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def redo(page: Page, act: object) -> None:
    """Do something that begins a new answer, and wait until it is refined to the end."""
    before = read_version(page.locator("#hand-seen"))
    assert callable(act)
    act()
    wait_until_drawn(page.locator("#hand-seen"), before)
    wait_until_done(page)


def make_photo(digit: int) -> bytes:
    """Dark ink on light paper, as a JPEG."""
    ink = Image.fromarray(draw_digit(digit, np.random.default_rng(digit))).resize((300, 300), Image.Resampling.BICUBIC)
    page = np.full((500, 700), 205.0)
    page[100:400, 200:500] -= 0.6 * np.asarray(ink)
    page += np.linspace(-25, 25, 700)
    buffer = io.BytesIO()
    Image.fromarray(page.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def choose_file(page: Page, name: str, data: bytes) -> None:
    page.locator("#hand-file").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def encode(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_tab_opens_with_an_example_read_redrawn_and_carried_over(page, figure):
    for name in ("seen", "redrawn", "ten"):
        assert read_picture(page.locator(f"#hand-{name}")).max() > 128
    ten = read_picture(page.locator("#hand-ten"))
    assert ten.shape == (60, 150)
    assert ten.reshape(2, 30, 5, 30).max(axis=(1, 3)).min() > 128
    expect(page.locator("#hand-read")).to_have_text(re.compile(r"^[2-9] · \d+\.\d %$"))
    expect(page.locator("#hand-error")).to_have_text(re.compile(r"^\d+\.\d %$"))
    expect(page.locator("#hand-redrawn")).to_have_attribute(
        "aria-label", re.compile(r"^A \d redrawn by G, pixel error")
    )
    expect(page.locator("#hand-ten")).to_have_attribute("aria-label", "The digits 0 to 9 in the hand of the drawing")
    expect(page.locator("#hand-line")).to_have_attribute("alt", re.compile("^The number 2 0 2 6, written"))


def test_drawing_by_mouse_takes_the_examples_place_and_is_read(page, quick_figure):
    redo(page, lambda: draw(page, [(0.55, 0.2), (0.5, 0.8)]))
    expect(quick_figure).to_have_attribute("data-digit", "1")
    seen = read_picture(page.locator("#hand-seen")) > 128
    assert 18 <= np.ptp(np.flatnonzero(seen.any(1))) + 1 <= 20
    assert np.ptp(np.flatnonzero(seen.any(0))) < 8
    redo(page, lambda: draw(page, [(0.25, 0.2), (0.56, 0.19)]))  # a bar to its top: now a 7
    expect(quick_figure).to_have_attribute("data-digit", "7")
    redo(page, page.get_by_role("button", name="Undo").click)
    expect(quick_figure).to_have_attribute("data-digit", "1")


def test_finger_draws_and_the_page_does_not_scroll(page, quick_figure):
    pad = page.locator("#hand-pad")
    assert pad.evaluate("(element) => getComputedStyle(element).touchAction") == "none"
    finger = """(element) => {
        const box = element.getBoundingClientRect();
        const send = (type, y) => element.dispatchEvent(new PointerEvent(type, {
            pointerId: 1, pointerType: "touch", isPrimary: true, bubbles: true, cancelable: true,
            clientX: box.left + box.width / 2, clientY: box.top + y * box.height }));
        element.setPointerCapture = () => {};  // a made event has no pointer to capture
        send("pointerdown", 0.2);
        for (let y = 0.25; y < 0.8; y += 0.05) send("pointermove", y);
        send("pointerup", 0.8);
    }"""
    redo(page, lambda: pad.evaluate(finger))
    expect(quick_figure).to_have_attribute("data-digit", "1")


def test_drawing_by_keys_alone(page, quick_figure):
    pad = page.get_by_role("application", name="Drawing pad for one digit")
    pad.focus()
    page.keyboard.press("Delete")
    expect(page.locator("#hand-picture").get_by_role("alert")).to_contain_text("The pad is empty")

    def write() -> None:
        page.keyboard.press("Space")
        expect(page.locator(".dh-said")).to_have_text("Pen down")
        for _ in range(22):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")

    redo(page, write)
    expect(page.locator(".dh-said")).to_have_text("Pen up")
    expect(quick_figure).to_have_attribute("data-digit", "1")
    expect(page.locator("#hand-picture").get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(page.locator("#hand-picture").get_by_role("alert")).to_contain_text("The pad is empty")


@on_desktop
def test_wider_pen_gives_thicker_digits(page, quick_figure):
    redo(page, lambda: draw(page, [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]))
    pen, ten = page.get_by_label("Pen width"), page.locator("#hand-ten")
    inks = []
    for width in ("12", "40"):
        redo(page, lambda width=width: pen.fill(width))
        inks.append(read_picture(ten).astype(float).sum())
    assert inks[1] > 1.2 * inks[0]


@on_desktop
def test_meaning_can_be_said_when_the_reading_is_wrong(page, quick_figure):
    redo(page, lambda: draw(page, [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]))
    expect(page.get_by_role("radio", name="7")).to_be_checked()
    redo(page, page.get_by_role("radio", name="1").click)
    expect(quick_figure).to_have_attribute("data-digit", "1")
    expect(page.get_by_role("radio", name="1")).to_be_checked()
    redo(page, lambda: page.keyboard.press("ArrowRight"))
    expect(quick_figure).to_have_attribute("data-digit", "2")


def test_photo_is_read_and_stays_until_something_is_drawn(page, quick_figure):
    redo(page, lambda: choose_file(page, "seven.jpg", make_photo(7)))
    expect(quick_figure).to_have_attribute("data-digit", "7")
    redo(page, lambda: draw(page, [(0.5, 0.2), (0.5, 0.8)]))
    expect(quick_figure).to_have_attribute("data-digit", "1")


def make_pair(left: int, right: int) -> bytes:
    """Two digits side by side on one sheet."""
    both = [Image.open(io.BytesIO(make_photo(digit))).convert("L").crop((150, 50, 550, 450)) for digit in (left, right)]
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([np.asarray(one) for one in both], axis=1)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def test_of_two_digits_in_a_photo_the_other_is_a_button_on_it(page, quick_figure):
    redo(page, lambda: choose_file(page, "two.jpg", make_pair(3, 7)))
    expect(page.locator(".dh-said")).to_contain_text("stand beside this one: 1")
    other = page.locator(".dh-other")
    expect(other).to_have_count(1)
    first = quick_figure.get_attribute("data-digit")
    assert first in ("3", "7")
    redo(page, lambda: other.press("Enter"))
    expect(quick_figure).to_have_attribute("data-digit", "7" if first == "3" else "3")
    expect(other).to_have_count(1)  # and back again
    redo(page, lambda: draw(page, [(0.05, 0.85), (0.05, 0.95)]))
    expect(other).to_have_count(0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no picture at all", "The file cannot be shown as a picture"),
        (b"\0\0\0\x18ftypheic" + bytes(60), "This is a HEIC photo"),
        (make_photo(3)[:200], "The file cannot be shown as a picture"),
        (encode(np.full((300, 300), 200, np.uint8)), "Nothing is drawn there"),
        (
            encode(np.random.default_rng(0).normal(190, 9, (300, 300)).clip(0, 255).astype(np.uint8)),
            "No digit stands out in the picture",
        ),
        (encode(np.zeros((5000, 8000), np.uint8)), "The picture has 40 megapixels; up to 32 are taken"),
    ],
    ids=["text", "HEIC", "cut", "blank", "paper", "huge"],
)
@on_desktop
def test_bad_photo_is_a_sentence_at_the_pad_and_the_page_recovers(page, quick_figure, data, said):
    choose_file(page, "picture.png", data)
    problem = page.locator("#hand-picture").get_by_role("alert")
    expect(problem).to_contain_text(said)
    redo(page, lambda: choose_file(page, "three.jpg", make_photo(3)))
    expect(problem).to_have_count(0)
    expect(quick_figure).to_have_attribute("data-digit", "3")


@on_desktop
def test_number_is_written_and_letters_are_a_sentence(page, quick_figure):
    line, number = page.locator("#hand-line"), page.get_by_label("Any number in this hand")
    before = read_version(line)
    number.fill("20.11.2026")
    wait_until_drawn(line, before)
    expect(line).to_have_attribute("alt", "The number 2 0 . 1 1 . 2 0 2 6, written in the hand of the drawing")
    pixels = read_picture(line)
    assert pixels.shape[0] == 28
    assert pixels.shape[1] > 100
    problem = page.locator("#hand-line-number").get_by_role("alert")
    number.fill("20a6")
    expect(problem).to_have_text("'a' is not a digit; write digits from 0 to 9, with . , : - / or spaces between.")
    number.fill("7" * 200)
    expect(problem).to_contain_text("too many")
    number.fill("42")
    expect(problem).to_have_count(0)
    expect(line).to_have_attribute("alt", "The number 4 2, written in the hand of the drawing")


@on_desktop
def test_link_brings_the_same_digits_back(page, figure):
    redo(page, lambda: draw(page, [(0.7, 0.2), (0.35, 0.55), (0.4, 0.8), (0.65, 0.75), (0.6, 0.55), (0.38, 0.62)]))
    ten = read_picture(page.locator("#hand-ten"))
    page.get_by_label("Any number in this hand").fill("1984")
    page.locator("#hand-link").click()
    page.wait_for_function("() => window.location.search.includes('tab=hand')")
    link = page.url
    assert "tab=hand" in link
    assert len(link) < 300
    page.goto("about:blank")
    page.goto(link)
    open_tab(page, "Your hand")
    wait_until_drawn(page.locator("#hand-ten"))
    np.testing.assert_array_equal(read_picture(page.locator("#hand-ten")), ten)
    expect(page.locator("#hand-line")).to_have_attribute("alt", re.compile("^The number 1 9 8 4"))
    expect(page.locator("#hand-figure .df-note").first).to_contain_text("A hand from a link")


@on_desktop
@opens_a_link
def test_tampered_link_is_a_sentence_and_drawing_goes_on(page, address):
    page.goto(f"{address}?tab=hand&model=digits&hand=AAAA&number=1")
    open_tab(page, "Your hand")
    said = page.locator("#tab-hand .df-linked")
    expect(said).to_contain_text("This link was not opened. The hand is no hand of digits")
    wait_until_done(page)  # the example
    draw(page, [(0.5, 0.2), (0.5, 0.8)])
    wait_until_done(page)
    expect(page.locator("#hand-figure")).to_have_attribute("data-digit", "1")


@on_desktop
def test_saved_pictures_are_what_is_shown_and_carry_the_hand(page, quick_figure):
    hand = quick_figure.get_attribute("data-hand")
    with page.expect_download() as digits:
        page.get_by_role("button", name="Save digits").click()
    data = Path(digits.value.path()).read_bytes()
    recipe = read_recipe(io.BytesIO(data))
    assert recipe is not None
    assert recipe["hand"] == hand
    shown = read_picture(page.locator("#hand-ten"))
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image)[::8, ::8]
    np.testing.assert_array_equal(pixels[2:30, 2:30], shown[1:29, 1:29])
    expect(page.locator("#hand-line")).to_have_attribute("data-hand", str(hand))
    with page.expect_download() as number:
        page.get_by_role("button", name="Save number").click()
    with Image.open(number.value.path()) as image:
        np.testing.assert_array_equal(np.asarray(image)[::8, ::8], read_picture(page.locator("#hand-line")))


def test_nothing_jumps_while_a_drawing_is_refined(page, figure):
    places = "() => ['hand-pad', 'hand-ten', 'hand-line-input'].map((id) => { const box = document.getElementById(id)"
    places += ".getBoundingClientRect(); return [Math.round(box.top + scrollY), Math.round(box.height)]; })"
    before = page.evaluate(places)
    redo(page, lambda: draw(page, [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]))
    assert page.evaluate(places) == before
