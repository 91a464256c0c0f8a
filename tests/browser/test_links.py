"""Links: what is copied opens exactly that picture, also after a restart; a wrong one is said and the page goes on."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, WebSocket, expect

from gan.drawing.generator import load
from gan.ui.tabs import NAMES
from tests import served
from tests.browser.conftest import SIZES
from tests.browser.pictures import is_same, open_tab, read_picture, read_version, wait_until_drawn
from tests.browser.rest import new_context
from tests.browser.tabs import on_desktop, open_by_id, opens_a_link


def read_json(page: Page, tab: str) -> dict:
    """The recipe of what a tab shows."""
    return json.loads(page.locator(f"#{tab}-figure").get_attribute("data-recipe") or "null")


def list_asked(page: Page) -> list[str]:
    """What the page asks of the server from now on, in requests and by sockets; it grows."""
    asked: list[str] = []

    def note(text: str | bytes) -> None:
        asked.append(f'{{"data": {text!s}}}')

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", note)

    page.on("request", lambda one: asked.append(one.post_data or "") if "component_server" in one.url else None)
    page.on("websocket", listen)
    return asked


def copy(page: Page, tab: str) -> str:
    """Press Copy link -> the address that it gave."""
    page.locator(f"#{tab}-copy").click()
    page.wait_for_function("(tab) => new URLSearchParams(window.location.search).get('tab') === tab", arg=tab)
    return page.url


def test_link_of_a_sheet_opens_exactly_that_sheet_and_sets_the_controls(page):
    sheet = page.locator("#generate-sheet")
    version = wait_until_drawn(sheet)
    page.get_by_label("Or type a number").fill("2026")
    version = wait_until_drawn(sheet, version)
    page.get_by_role("button", name="Lock the style of row 2", exact=True).click()
    version = wait_until_drawn(sheet, version)
    page.get_by_role("button", name="Randomize").click()
    version = wait_until_drawn(sheet, version)
    page.get_by_label("Many hands").check()
    wait_until_drawn(sheet, version)
    pixels, recipe, seed = read_picture(sheet), read_json(page, "generate"), page.locator("#generate-seed input")
    typed = seed.input_value()
    link = copy(page, "generate")
    assert parse_qs(urlsplit(link).query)["locks"] == ["1:1.1"]
    page.goto("about:blank")
    page.goto(link)
    wait_until_drawn(sheet)
    assert is_same(read_picture(sheet), pixels)
    assert read_json(page, "generate") == recipe
    expect(seed).to_have_value(typed)
    expect(page.get_by_label("Or type a number")).to_have_value("2026")
    expect(page.get_by_label("Many hands")).to_be_checked()
    expect(page.get_by_role("button", name="Lock the style of row 2", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


@on_desktop
def test_link_of_a_way_opens_its_tab_and_exactly_those_frames(page):
    open_tab(page, "Interpolate")
    strip = page.locator("#interpolate-strip")
    version = wait_until_drawn(strip)
    page.get_by_role("button", name="Same digit, new hands").click()
    version = wait_until_drawn(strip, version)
    page.get_by_role("radio", name="Linear (lerp)").check()
    wait_until_drawn(strip, version)
    pixels, recipe = read_picture(strip), read_json(page, "interpolate")
    link = copy(page, "interpolate")
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("tab", name="Interpolate")).to_have_attribute("aria-selected", "true")
    wait_until_drawn(strip)
    assert is_same(read_picture(strip), pixels)
    assert read_json(page, "interpolate") == recipe
    expect(page.get_by_role("radio", name="Linear (lerp)")).to_be_checked()
    expect(page.locator("#interpolate-ends li")).to_have_count(6)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"weights": "0123456789ab"}, "other weights (0123456789ab"),
        ({"digits": "20x6"}, "'x' is not a digit"),
        ({"digits": "1" * 200}, "200 digits are too many"),
        ({"rows": "1e9"}, "The number of rows is '1e9'"),
        ({"seed": "NaN"}, "The seed is 'NaN'"),
        ({"seed": "9" * 400}, "The seed is"),
        ({"psi": "NaN"}, "psi is nan"),
        ({"locks": "<img src=x onerror=alert(1)>"}, "is not row:seed.style"),
        ({"hat": "1"}, "'hat', which means nothing here"),
        ({"model": "../../etc/passwd"}, "those there are: digits"),
    ],
)
@on_desktop
@opens_a_link
def test_wrong_link_to_a_sheet_is_a_sentence_and_the_page_goes_on(page, address, query, said):
    page.goto(f"{address}?{urlencode({'tab': 'generate', 'seed': '5', **query})}")
    sheet = page.locator("#generate-sheet")
    wait_until_drawn(sheet)
    note = page.locator("#tab-generate .df-linked")
    expect(note).to_contain_text("This link was not opened.")
    expect(note).to_contain_text(said)
    expect(sheet).to_have_attribute("alt", "Sheet of 80 handwritten digits, 8 rows of 0 1 2 3 4 5 6 7 8 9")
    assert read_json(page, "generate")["seed"] == 1
    version = read_version(sheet)
    page.get_by_label("Or type a number").fill("7")
    wait_until_drawn(sheet, version)
    expect(note).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"weights": "0123456789ab"}, "other weights"),
        ({"ends": "3.4"}, "it can have from 2 to 12"),
        ({"ends": "3.4,x.1"}, "End 2: 'x' is not a digit"),
        ({"psi": "Infinity"}, "psi is inf"),
        ({"loop": "spiral"}, "back or round"),
    ],
)
@on_desktop
@opens_a_link
def test_wrong_link_to_a_way_is_a_sentence_and_the_page_goes_on(page, address, query, said):
    page.goto(f"{address}?{urlencode({'tab': 'interpolate', **query})}")
    wait_until_drawn(page.locator("#interpolate-strip"))
    expect(page.locator("#tab-interpolate .df-linked")).to_contain_text(said)
    assert read_json(page, "interpolate")["start"] == {"digit": 3, "seed": 4}


def open_link(page: Page, address: str, name: str, **query: str) -> None:
    """Open a link to a tab and wait until the tab shows what it draws by itself."""
    page.goto(f"{address}?{urlencode({'tab': name, **query})}")
    open_by_id(page, name)


@pytest.mark.parametrize("name", NAMES)
@on_desktop
@opens_a_link
def test_link_to_a_model_or_weights_that_are_not_here_is_said_above_the_tab_which_begins_as_usual(page, address, name):
    for query, said in (
        ({"model": "nobody"}, "There is no model 'nobody'; those there are: digits"),
        ({"model": "digits", "weights": "0123456789ab", "hand": "AAAA"}, "other weights (0123456789ab"),
    ):
        if name != "hand":
            query.pop("hand", None)
        open_link(page, address, name, **query)
        note = page.locator(f"#tab-{name} .df-linked")
        expect(note).to_contain_text("This link was not opened.")
        expect(note).to_contain_text(said)
        expect(note).to_have_attribute("role", "alert")
        expect(page.locator(f"#tab-{name} .df-problem:not(:empty)")).to_have_count(0)
        expect(page.get_by_label("Model", exact=True)).to_have_value("digits")
        if name == "hand":
            expect(page.locator("#hand-figure")).to_have_attribute("data-step", "60")  # the example, to its end


# What the tab that is in front at first asks for before the link's own is
FIRST_OF_ALL = ("sheet", "classes")


@pytest.mark.parametrize("name", NAMES)
@on_desktop
@opens_a_link
def test_model_of_a_link_is_shown_by_the_chooser_and_used_by_the_tab(page, address, name):
    asked = list_asked(page)
    open_link(page, address, name, model="tutorial-mlp")
    chooser = page.get_by_label("Model", exact=True)
    expect(chooser).to_have_value("tutorial-mlp")
    mine = [json.loads(one)["data"] for one in asked]
    drawn = [one for one in mine if one.get("want") != "link" and "model" in one]
    expect(page.locator(f"#tab-{name} .df-linked:not(:empty)")).to_have_count(0)
    if name not in ("generate", "training"):
        assert [one["model"] for one in drawn if one.get("want") not in FIRST_OF_ALL].count("digits") == 0


@on_desktop
@opens_a_link
def test_every_tab_follows_the_model_of_a_link(page, address):
    open_link(page, address, "about", model="tutorial-mlp")
    asked = list_asked(page)
    for name in NAMES:
        asked.clear()
        open_by_id(page, name)
        models = {json.loads(one)["data"].get("model", "tutorial-mlp") for one in asked}
        assert models <= {"tutorial-mlp"}, name
    expect(page.get_by_label("Model", exact=True)).to_have_value("tutorial-mlp")


@on_desktop
@opens_a_link
def test_unknown_tab_opens_the_page_as_usual(page, address):
    page.goto(f"{address}?tab=nowhere&seed=3")
    wait_until_drawn(page.locator("#generate-sheet"))
    expect(page.get_by_role("tab", name="Generate")).to_have_attribute("aria-selected", "true")


def test_link_survives_a_restart(browser):
    context = new_context(browser, viewport=SIZES["desktop"])
    page = context.new_page()
    weights = load("digits").sha256[:12]
    query = urlencode({"tab": "generate", "weights": weights, "digits": "31", "rows": "2", "seed": "77", "psi": "0.6"})
    sheet, shown = page.locator("#generate-sheet"), []
    for _ in range(2):
        port = served.free_port()
        process = served.start(port)
        try:
            served.wait_until_up(process, f"http://127.0.0.1:{port}")
            page.goto(f"http://127.0.0.1:{port}?{query}")
            wait_until_drawn(sheet)
            shown.append(read_picture(sheet))
            assert read_json(page, "generate")["digits"] == [3, 1, 3, 1]
        finally:
            process.terminate()
            process.wait(30)
    context.close()
    assert is_same(shown[0], shown[1])
