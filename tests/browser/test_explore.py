"""The Explore tab in a real browser: pad, handwriting sliders, a number written, links and files."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, WebSocketRoute, expect

import gan
from gan.data import to_float, to_uint8
from gan.handwriting.measures import measure_hand
from gan.recipes.read import read_recipe
from gan.ui.tabs.explore.tab import MOVES
from tests.browser.conftest import SIZES
from tests.browser.pictures import is_same, open_tab, read_picture, read_version, wait_until_drawn, wait_until_newer
from tests.browser.rest import new_context, wait_for_a_frame, wait_until_rest
from tests.browser.tabs import let_the_server_draw, on_desktop, opens_a_link


def open_explore(page: Page) -> None:
    """Open the tab."""
    open_tab(page, "Explore")
    expect(page.locator("#explore-figure")).to_be_visible()


@pytest.fixture
def digits(page: Page) -> Locator:
    """The ten digits, drawn for the first time, with the sliders ready."""
    open_explore(page)
    shown = page.locator("#explore-digits")
    wait_until_drawn(shown)
    expect(page.locator("#explore-slant-input")).to_be_enabled()
    return shown


def read_digits(digits: Locator) -> np.ndarray:
    """The ten digits' own pixels, uint8 (10, 28, 28)."""
    return np.stack([read_picture(one) for one in digits.locator("canvas").all()])


def move(page: Page, name: str, value: float) -> None:
    """Move a slider as a hand does, and wait until its hand rests."""
    digits = page.locator("#explore-digits")
    before = read_version(digits)
    page.locator(f"#explore-{name}-input").fill(str(value))
    wait_until_drawn(digits, before)
    rest(page)


def rest(page: Page) -> None:
    wait_until_rest(page)
    expect(page.locator("#explore-figure")).to_have_attribute("data-settled", "true")


def read_shown_recipe(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#explore-figure").get_attribute("data-recipe") or "")


def measure(pixels: np.ndarray) -> np.ndarray:
    """Slant, thickness, width, height of uint8 (N, 28, 28); (N, 4)."""
    import torch

    return measure_hand(to_float(torch.from_numpy(pixels.copy())[:, None])).numpy()


def read_captions(digits: Locator, kind: str) -> np.ndarray:
    texts = digits.locator(f".dx-{kind}").all_text_contents()
    return np.array([float(re.sub(r"[^0-9.-]", "", text)) for text in texts])


@on_desktop
def test_ten_digits_in_one_hand_are_what_python_draws(page, digits):
    recipe = read_shown_recipe(page)
    shown = read_digits(digits)
    assert shown.shape == (10, 28, 28)
    assert all(one.max() > 128 for one in shown)
    drawn = to_uint8(gan.replay(recipe))[:, 0].numpy().astype(int)
    assert np.abs(drawn - shown).max() <= 1


@pytest.mark.parametrize(
    ("name", "column", "value", "tolerance"),
    [("slant", 0, 22, 2.0), ("thickness", 1, 3.2, 0.3), ("width", 2, 14, 0.3), ("height", 3, 18, 0.3)],
)
@on_desktop
def test_slider_asks_in_units_and_every_picture_is_measured(page, digits, name, column, value, tolerance):
    before = measure(read_digits(digits))
    page.locator(f"#explore-{name}-input").focus()
    move(page, name, value)
    after = measure(read_digits(digits))
    asked, told = read_captions(digits, "asked"), read_captions(digits, "found")
    assert asked.mean() == pytest.approx(value, abs=0.1)
    assert np.median(np.abs(after[:, column] - asked)) <= tolerance
    assert np.abs(after[:, column] - told).max() <= 0.5  # what is told is what is there
    others = [i for i in range(4) if i != column]
    assert (np.median(np.abs(after - before)[:, others], axis=0) < np.array([6, 0.4, 1.5, 1.5])[others]).all()
    expect(page.locator(f"#explore-{name}-shown")).to_contain_text("asked")
    assert read_shown_recipe(page)["edits"] == {name: pytest.approx(value, abs=0.06)}
    cell = digits.locator("canvas").nth(7)
    expect(cell).to_have_attribute("aria-label", re.compile(r"^7: Slant .*asked .* measured .*"))


@on_desktop
def test_letting_go_gives_the_hand_back(page, digits):
    before = read_digits(digits)
    move(page, "slant", -15)
    assert not is_same(read_digits(digits), before)
    version = read_version(digits)
    page.get_by_role("button", name="Let go of Slant").click()
    wait_until_drawn(digits, version)
    assert is_same(read_digits(digits), before)
    expect(page.locator("#explore-slant-shown")).to_contain_text("free")
    assert "edits" not in read_shown_recipe(page)


def test_pad_is_dragged_and_all_digits_follow(page, digits):
    before, pad = read_digits(digits), page.locator("#explore-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    version = read_version(digits)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.3, steps=8)
    page.mouse.up()
    wait_until_drawn(digits, version)
    edits = read_shown_recipe(page)["edits"]
    assert edits["x"] == pytest.approx(0.6 * 3.75, abs=0.1)
    assert edits["y"] == pytest.approx(0.4 * 3.75, abs=0.1)
    after = read_digits(digits)
    assert all(not is_same(a, b) for a, b in zip(before, after, strict=True))


def test_pad_works_by_keyboard_and_home_returns(page, digits):
    before, version = read_digits(digits), read_version(digits)
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    version = wait_until_drawn(digits, version)
    expect(page.locator("#explore-x-shown")).to_have_text("0.10")
    expect(page.locator("#explore-y-shown")).to_have_text("0.50")
    assert not is_same(read_digits(digits), before)
    page.keyboard.press("Home")
    wait_until_drawn(digits, version)
    assert is_same(read_digits(digits), before)


def test_map_shows_the_plane_with_this_hand_in_its_middle(page, digits):
    plane = page.locator("#explore-map")
    version = wait_until_drawn(plane)
    middle = read_picture(plane)[56:84, 56:84].astype(int)
    assert np.abs(middle - read_digits(digits)[3]).max() <= 1
    page.get_by_label("Directions").select_option("sefa")
    version = wait_until_drawn(plane, version)
    page.get_by_label("Which two").select_option("2")
    wait_until_drawn(plane, version)
    assert is_same(read_picture(plane)[56:84, 56:84], middle)


def test_seed_randomize_truncation_and_reset(page, digits):
    first, old = read_digits(digits), page.locator("#explore-seed-input").input_value()
    version = read_version(digits)
    page.locator("#explore-randomize").click()
    version = wait_until_drawn(digits, version)
    assert not is_same(read_digits(digits), first)
    page.locator("#explore-seed-input").fill(old)
    wait_until_drawn(digits, version)
    assert is_same(read_digits(digits), first)
    move(page, "psi", 0.2)
    move(page, "x", 1.5)
    move(page, "slant", 10)
    assert read_shown_recipe(page)["truncation"] == 0.2
    version = read_version(digits)
    page.locator("#explore-reset").click()
    wait_until_drawn(digits, version)
    assert is_same(read_digits(digits), first)


def test_number_is_written_in_this_hand(page, digits):
    written = page.locator("#explore-written")
    page.get_by_label("Write a number, PIN or date").fill("20.11.2026")
    expect(written).to_be_visible()
    pixels, shown = read_picture(written), read_digits(digits)
    two = shown[2].astype(int)
    assert is_same(pixels[:, 2:26], two[:, 2:26])
    version = read_version(written)
    move(page, "slant", 25)
    assert read_version(written) > version  # it follows the hand
    assert not is_same(read_picture(written), pixels)
    box = page.locator("#explore-number")
    page.locator("#explore-number-input").fill("12a")
    expect(box.get_by_role("alert")).to_contain_text("“a” is not a digit of this model")
    expect(written).to_be_hidden()
    page.locator("#explore-number-input").fill("1" * 17)
    expect(box.get_by_role("alert")).to_contain_text("17 characters are too many")
    page.locator("#explore-number-input").fill("42")
    expect(box.get_by_role("alert")).to_have_count(0)
    expect(written).to_have_attribute("aria-label", "42, in this hand")


@on_desktop
def test_saved_picture_carries_the_recipe_that_draws_it_again(page, digits):
    move(page, "slant", 18)
    page.locator("#explore-number-input").fill("1999")
    with page.expect_download() as saved:
        page.locator("#explore-png").click()
    recipe = read_recipe(io.BytesIO(Path(saved.value.path()).read_bytes()))
    assert recipe is not None
    assert recipe["digits"] == [1, 9, 9, 9]
    again = to_uint8(gan.replay(recipe))[:, 0].numpy().astype(int)
    assert np.abs(again - read_digits(digits)[[1, 9, 9, 9]]).max() <= 1


@on_desktop
def test_link_opens_exactly_this_hand(page, digits, address):
    move(page, "x", 1.2)
    move(page, "thickness", 3)
    page.locator("#explore-number-input").fill("7")
    page.locator("#explore-copy").click()
    page.wait_for_url("**tab=explore**")
    shown, link = read_digits(digits), page.url
    page.goto("about:blank")
    page.goto(link)
    open_explore(page)
    wait_until_drawn(digits)
    rest(page)
    assert is_same(read_digits(digits), shown)
    expect(page.locator("#explore-number-input")).to_have_value("7")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("slant=900", "The slant is 900; this model's hands have slants from"),
        ("x=17", "X is 17; it must be a number from -3 to 3."),
        ("psi=many", "Truncation psi is 'many'"),
        ("plane=%3Cb%3E", "The plane is '<b>'; it can be pca, sefa or random."),
        ("seed=1.5", "The seed is 1.5; it must be a whole number"),
    ],
)
@on_desktop
@opens_a_link
def test_tampered_link_is_a_sentence_and_the_tab_goes_on(page, address, query, said):
    page.goto(f"{address}/?tab=explore&{query}")
    open_explore(page)
    note = page.locator("#tab-explore .df-linked")
    expect(note).to_contain_text(f"This link was not opened. {said}")
    version = wait_until_drawn(page.locator("#explore-digits"))
    page.locator("#explore-seed-input").fill("3")
    wait_until_drawn(page.locator("#explore-digits"), version)
    expect(note).to_have_count(0)
    expect(page.locator("#tab-explore .df-problem:not(:empty)")).to_have_count(0)


def test_all_measures_are_a_table(page, digits):
    move(page, "height", 19)
    page.get_by_text("All measures of all digits").click()
    table = page.locator("#explore table")
    expect(table.get_by_role("columnheader")).to_have_count(5)
    text, wide = page.locator(".dx-hand .dx-info").bounding_box(), page.viewport_size
    assert text is not None
    assert wide is not None
    assert text["x"] + text["width"] <= wide["width"]  # the table scrolls in its own box
    expect(table.get_by_role("rowheader")).to_have_count(10)
    assert re.match(r"\d+\.\d+ \(\d+\.\d+\)", table.get_by_role("row").nth(1).get_by_role("cell").nth(3).inner_text())


def test_nothing_jumps_while_a_slider_is_moved(page, digits):
    move(page, "slant", 5)
    tall = page.evaluate("document.documentElement.scrollHeight")
    for value in (-20, 0, 30):
        move(page, "slant", value)
        assert page.evaluate("document.documentElement.scrollHeight") == tall
    sizes = {canvas.bounding_box()["width"] for canvas in digits.locator("canvas").all()}
    assert len(sizes) == 1
    assert sizes.pop() % 28 == 0


def count_requests(page: Page) -> list[str]:
    """The moves that go as requests of their own, from now on."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.url) if '"want":"edit"' in (one.post_data or "") else None)
    return found


def move_until_sent(page: Page, sent: list[str]) -> None:
    """Move until the socket is open and a move went by it."""
    before, y = len(sent), float(page.locator("#explore-y-input").input_value())
    for i in range(1, 51):
        move(page, "y", (round(10 * y) + i) % 10 / 10)  # another than it is: only a change is a move
        if len(sent) > before:
            return
    raise AssertionError("no move went by the socket")


@on_desktop
def test_moves_go_by_the_socket_in_turn(page, address):
    sockets: list[str] = []
    sent: list[str] = []

    def listen(socket: WebSocket) -> None:
        sockets.append(socket.url)
        socket.on("framesent", lambda text: sent.append(str(text)))

    page.on("websocket", listen)
    let_the_server_draw(page)
    open_explore(page)
    digits = page.locator("#explore-digits")
    wait_until_drawn(digits)
    move_until_sent(page, sent)
    sent.clear()
    requests = count_requests(page)
    for value in (0.5, 1.0, -2.0):
        move(page, "x", value)
    assert requests == []
    assert sockets == [address.replace("http", "ws") + MOVES]
    assert [json.loads(one)["x"] for one in sent] == [0.5, 1, -2]
    assert read_shown_recipe(page)["edits"]["x"] == -2
    drawn = to_uint8(gan.replay(read_shown_recipe(page)))[:, 0].numpy().astype(int)
    assert np.abs(drawn - read_digits(digits)).max() <= 1


def test_lost_socket_costs_no_move_and_is_opened_anew(browser: Browser, address):
    context = new_context(browser, viewport=SIZES["desktop"])
    page = context.new_page()
    sent: list[str] = []
    lose = False
    opened = 0

    def stand_between(route: WebSocketRoute) -> None:
        nonlocal opened
        opened += 1
        server = route.connect_to_server()

        def forward(message: str | bytes) -> None:
            if lose:
                route.close()
            else:
                sent.append(str(message))
                server.send(message)

        route.on_message(forward)

    page.route_web_socket(f"**{MOVES}", stand_between)
    page.goto(address)
    let_the_server_draw(page)
    open_explore(page)
    wait_until_drawn(page.locator("#explore-digits"))
    move_until_sent(page, sent)
    requests = count_requests(page)
    lose = True
    move(page, "x", 1.5)
    assert read_shown_recipe(page)["edits"]["x"] == 1.5
    assert len(requests) == 1
    lose = False
    move_until_sent(page, sent)
    assert opened == 2
    expect(page.locator("#tab-explore .df-problem:not(:empty)")).to_have_count(0)
    context.close()


def test_where_no_socket_is_to_be_had_moves_go_as_requests_and_tries_end(browser: Browser, address):
    context = new_context(browser, viewport=SIZES["desktop"])
    page = context.new_page()
    page.clock.install()  # with which the watch of a page at rest does not go
    routes: list[WebSocketRoute] = []

    def refuse(route: WebSocketRoute) -> None:
        routes.append(route)
        route.close()

    page.route_web_socket(f"**{MOVES}", refuse)
    page.goto(address)
    let_the_server_draw(page)
    open_explore(page)
    digits = page.locator("#explore-digits")
    version = wait_until_newer(digits)
    tried = []
    for number, passed in enumerate((0, 5_000, 6_000, 55_000, 6_000, 3_600_000, 3_600_000)):
        page.clock.fast_forward(passed)
        requests = count_requests(page)
        for step in (1, 2):
            page.locator("#explore-x-input").fill(str((2 * number + step) / 10))
            version = wait_until_newer(digits, version)
        assert requests
        assert read_shown_recipe(page)["edits"]["x"] == (2 * number + 2) / 10
        tried.append(len(routes))
    assert tried == [1, 1, 2, 2, 3, 3, 3]  # a try after 10 seconds, one after a minute, and that is all
    context.close()


def test_socket_that_says_nothing_is_given_up(browser: Browser, address):
    context = new_context(browser, viewport=SIZES["desktop"])
    page = context.new_page()
    page.clock.install()  # with which the watch of a page at rest does not go
    heard: list[str] = []
    page.route_web_socket(f"**{MOVES}", lambda route: route.on_message(lambda text: heard.append(str(text))))
    page.goto(address)
    let_the_server_draw(page)
    open_explore(page)
    digits = page.locator("#explore-digits")
    version = wait_until_newer(digits)
    requests = count_requests(page)
    for i in range(50):
        page.locator("#explore-x-input").fill(str(0.1 + i % 10 / 10))
        while not heard and read_version(digits) == version:
            wait_for_a_frame(page)
        if heard:
            break
        version = wait_until_newer(digits, version)
    assert heard
    assert read_version(digits) == version
    before = len(requests)
    page.clock.fast_forward(26_000)
    wait_until_newer(digits, version)
    assert len(requests) == before + 1
    assert read_shown_recipe(page)["edits"]["x"] == json.loads(heard[0])["x"]
    context.close()
