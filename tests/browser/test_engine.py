"""Generate, Interpolate and Explore drawn by the page itself as soon as its engine is there, and by the server else."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.pictures import is_same, read_picture, wait_until_drawn
from tests.browser.rest import new_context
from tests.browser.tabs import on_desktop, open_by_id

HERE, THERE = "in the browser", "on the server"
READY = "() => window.DigitForge?.local?.generate"
# Each tab, a control that draws anew, and its picture
TABS = {
    "generate": ("#generate-randomize", "#generate-sheet"),
    "interpolate": ("#interpolate-randomize-0", "#interpolate-strip"),
    "explore": ("#explore-randomize", "#explore-digits"),
}


def draw(page: Page, tab: str) -> str:
    """Draw anew -> the line below the picture."""
    button, picture = TABS[tab]
    before = wait_until_drawn(page.locator(picture))
    page.locator(button).click()
    wait_until_drawn(page.locator(picture), before)
    return page.locator(f"#{tab}-figure .df-note").inner_text()


def read_recipe(page: Page, tab: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.locator(f"#{tab}-figure").get_attribute("data-recipe") or "")
    return found


@on_desktop
@pytest.mark.parametrize("tab", TABS)
def test_tab_is_drawn_in_the_page_as_the_server_draws_it_and_asks_nothing(page: Page, tab: str) -> None:
    page.wait_for_function(READY)
    open_by_id(page, tab)
    draw(page, tab)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    assert draw(page, tab).endswith(HERE)
    assert not [one for one in asked if "component_server" in one]
    picture = page.locator(TABS[tab][1])
    shown = picture if tab != "explore" else picture.locator("canvas").nth(3)
    own, recipe = read_picture(shown), read_recipe(page, tab)
    page.evaluate("() => (DigitForge.local = {})")  # the server's turn, with the same seed
    before = wait_until_drawn(picture)
    slider = page.locator(f"#{tab}-psi-input")
    value = slider.input_value()
    slider.press("ArrowLeft")
    before = wait_until_drawn(picture, before)
    slider.press("ArrowRight")
    wait_until_drawn(picture, before)
    assert slider.input_value() == value
    assert page.locator(f"#{tab}-figure .df-note").inner_text().endswith(THERE)
    assert read_recipe(page, tab) == recipe
    assert is_same(own, read_picture(shown))


def answer_with(status: int, body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, content_type="text/javascript")


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A page of its own, whose browser is to lack something: what it logs of that is no fault of the page's."""
    context = new_context(browser, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("**/page/*/models/*/manifest.json", answer_with(404, "{}")),
        ("**/page/*/models/*/manifest.json", answer_with(200, "{")),
        ("**/page/*/models/*/manifest.json", answer_with(200, '{"format": "digit-forge-page/99"}')),
        ("**/page/*/models/*/*.safetensors", answer_with(200, "short")),
        ("**/page/*/models/*/*.safetensors", lambda route: route.abort()),
        ("**/page/*/local/open.js", answer_with(404, "")),
        ("**/page/*/local/open.js", answer_with(200, "this is no script")),
        ("**/page/*/engine/worker.js", answer_with(200, "throw new Error('no worker today');")),
        ("**/page/*/tabs/explore/local/answers.js", lambda route: route.abort()),
    ],
    ids=[
        "no files", "no JSON", "newer version", "cut off", "network lost", "no module", "no script", "dead worker",
        "part lost",
    ],
)  # fmt: skip
def test_server_draws_where_the_engine_is_not_to_be_had(
    stranger: Page, address: str, where: str, fault: Callable[[Route], None]
) -> None:
    page = stranger
    page.route(where, fault)
    page.goto(address)
    draw(page, "generate")
    assert THERE in draw(page, "generate")
    expect(page.locator(".df-problem:not(:empty)")).to_have_count(0)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("WebAssembly.validate = () => false;", "this browser has no WebAssembly SIMD"),
        ("delete window.WebAssembly;", "this browser has no WebAssembly SIMD"),
        ("window.Worker = class { constructor() { throw new Error('none'); } };", "the engine's Worker did not start"),
        (
            "window.Worker = class { constructor() { setTimeout(() => this.onerror({ message: 'syntax' })); }"
            " postMessage() {} terminate() {} };",
            "the engine's Worker did not start",
        ),
    ],
    ids=["no SIMD", "no WebAssembly", "no Worker", "no module Worker"],
)
def test_browser_that_cannot_run_it_is_told_why_and_the_server_draws(
    stranger: Page, address: str, script: str, why: str
) -> None:
    page = stranger
    page.add_init_script(script)
    page.goto(address)
    page.wait_for_function(READY)
    draw(page, "generate")
    assert re.search(f"{THERE}: .*{why}", draw(page, "generate"))


@on_desktop
def test_worker_that_dies_gives_way_to_the_server_and_then_to_another(page: Page) -> None:
    page.wait_for_function(READY)
    draw(page, "generate")
    assert draw(page, "generate").endswith(HERE)
    page.evaluate("() => DigitForge.here.engine.then((engine) => engine.end('died'))")
    assert THERE in draw(page, "generate")
    draw(page, "generate")  # which begins another
    page.wait_for_function("() => DigitForge.here.models.get('digits')?.model")
    assert draw(page, "generate").endswith(HERE)


@on_desktop
def test_page_goes_on_drawing_when_the_server_is_gone(page: Page) -> None:
    page.wait_for_function(READY)
    open_by_id(page, "explore")
    draw(page, "explore")
    page.route("**/component_server/**", lambda route: route.abort())
    assert draw(page, "explore").endswith(HERE)


@on_desktop
def test_what_is_wrong_is_said_in_the_servers_words(page: Page) -> None:
    page.wait_for_function(READY)
    draw(page, "generate")
    said = []
    for script in ("() => {}", "() => (DigitForge.local = {})"):
        page.evaluate(script)
        page.get_by_label("Or type a number").fill("12x")
        alert = page.locator("#generate-digits").get_by_role("alert")
        said.append(alert.inner_text())
        page.get_by_label("Or type a number").fill("12")
        expect(alert).to_have_count(0)
    assert said[0] == said[1] == "'x' is not a digit; write digits from 0 to 9 only."
