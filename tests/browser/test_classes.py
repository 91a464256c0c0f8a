"""Models of other classes than ten digits in a real browser: every tab goes on, and asks for what is there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gan.ui.tabs import NAMES
from tests import served
from tests.browser.conftest import SIZES
from tests.browser.rest import new_context, wait_until_rest
from tests.many_classes import write_models


@pytest.fixture(scope="module")
def address(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = write_models(tmp_path_factory.mktemp("models"))
    port = served.free_port()
    process = served.start(port, GAN_CHECKPOINTS=str(folder), GAN_DATA=str(data_root))
    try:
        served.wait_until_up(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module", params=list(SIZES))
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[tuple[Page, list[str]]]:
    """One page for all models; afterwards nothing scrolls sideways. And what it has logged as an error."""
    context = new_context(browser, viewport=SIZES[request.param])
    page = context.new_page()
    logged: list[str] = []
    page.on("console", lambda one: logged.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.goto(address)
    yield page, logged
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide == SIZES[request.param]["width"]


def choose(page: Page, model: str) -> None:
    if page.locator("#model input").input_value() != model:
        page.locator("#model input").click()
        page.get_by_role("option", name=model, exact=True).click()
    wait_until_rest(page)


def open_tab(page: Page, name: str) -> None:
    page.locator(f"#tab-{name}-button").click()
    expect(page.locator(f"#tab-{name}-button")).to_have_attribute("aria-selected", "true")
    wait_until_rest(page)


def read_recipe(page: Page, tab: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator(f"#{tab}-figure").get_attribute("data-recipe") or "{}")
    return found


# The model, the digits of its first row on Generate, how many keys there are, the ends on Interpolate, and how many
# classes Explore, the inspector's list and About's have. From one to the next, what was chosen and is there stays.
CASES = [
    ("ten", list(range(10)), 10, [3, 8], 10),
    ("free", [0], 0, [0, 0], 0),
    ("three", [0, 1, 2], 3, [0, 2], 3),
    ("letters", list(range(10)), 26, [3, 8], 26),
    ("words", list(range(10)), 100, [3, 8], 100),
]


@pytest.mark.parametrize(("model", "digits", "keys", "ends", "count"), CASES, ids=[case[0] for case in CASES])
def test_every_tab_asks_for_the_classes_that_there_are(visit, model, digits, keys, ends, count):
    page, logged = visit
    choose(page, model)
    for name in NAMES:
        open_tab(page, name)
        said = [text for text in page.locator(f"#tab-{name} .df-problem:visible").all_inner_texts() if text]
        assert said == [], name
    open_tab(page, "generate")
    recipe = read_recipe(page, "generate")
    assert recipe["model"] == model
    assert recipe["digits"] == digits * 8
    assert page.locator("#generate-toggles .df-keys label:visible").count() == keys
    assert page.locator("#generate-toggles input:checked").count() == (len(digits) if keys else keys)
    open_tab(page, "interpolate")
    told = read_recipe(page, "interpolate")
    assert [told[end]["digit"] for end in ("start", "end")] == ends
    open_tab(page, "explore")
    assert page.locator("#explore-digits canvas").count() == min(max(count, 1), 64)
    assert page.locator("#inspector-digit-input option").count() == count + 1
    assert page.locator("#about-digit-input option").count() == count
    assert logged == []


def test_letters_are_found_pressed_typed_and_written(visit):
    page, logged = visit
    choose(page, "letters")
    open_tab(page, "generate")
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_label("Find a name").first.fill("z")
    page.locator("#generate-toggles label:visible").click()
    wait_until_rest(page)
    assert read_recipe(page, "generate")["digits"] == [25] * 8
    typed = page.locator("#generate-digits input")
    expect(typed).to_have_value("Z,")
    typed.fill("C, A, T")
    wait_until_rest(page)
    assert read_recipe(page, "generate")["digits"] == [2, 0, 19] * 8
    expect(page.locator("#generate-toggles input:checked")).to_have_count(3)
    page.get_by_label("Find a name").first.fill("")
    open_tab(page, "explore")
    page.locator("#explore-number-input").fill("cat")
    wait_until_rest(page)
    expect(page.locator("#explore-written")).to_have_attribute("aria-label", "cat, in this hand")
    page.locator("#explore-classes summary").click()
    page.locator("#explore-classes label", has_text="B").click()
    wait_until_rest(page)
    expect(page.locator("#explore-digits canvas")).to_have_count(25)
    page.locator("#explore-number-input").fill("")
    assert logged == []
