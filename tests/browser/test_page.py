"""The page as a whole: its tabs and their links, visitors who never meet, and nothing asked of anybody else."""

import json
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gan.ui.tabs import NAMES
from tests.browser.conftest import SIZES, is_inside
from tests.browser.pictures import wait_until_drawn
from tests.browser.rest import new_context, wait_until_rest
from tests.browser.tabs import let_the_server_draw, on_desktop, open_by_id, opens_a_link


def visit(browser: Browser, address: str, size: str = "desktop") -> tuple[BrowserContext, Page]:
    context = new_context(browser, viewport=SIZES[size])
    page = context.new_page()
    page.goto(address)
    return context, page


@pytest.mark.parametrize("name", NAMES)
@on_desktop
@opens_a_link
def test_link_opens_its_tab(page, address, name):
    page.goto(f"{address}?tab={name}")
    expect(page.locator(f"#tab-{name}-button")).to_have_attribute("aria-selected", "true")
    expect(page.locator(f"#tab-{name}")).to_be_visible()


@pytest.mark.parametrize("name", ["nowhere", "", "<img src=x onerror=alert(1)>", "generate'] *", "constructor"])
def test_link_to_no_tab_opens_the_first(browser, address, name):
    context, page = visit(browser, address)
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}?tab={name}")
    wait_until_drawn(page.locator("#generate-sheet"))
    expect(page.locator("#tab-generate-button")).to_have_attribute("aria-selected", "true")
    assert said == []
    context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_all_tabs_are_in_sight_and_nothing_scrolls_sideways(browser, address, size):
    context, page = visit(browser, address, size)
    for name in NAMES:
        button = page.locator(f"#tab-{name}-button")
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 24
        open_by_id(page, name)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == SIZES[size]["width"], name
        page.evaluate("scrollTo(0, 0)")
    context.close()


def test_tabs_are_changed_by_keyboard(browser, address):
    context, page = visit(browser, address)
    first = page.locator(f"#tab-{NAMES[0]}-button")
    wait_until_drawn(page.locator("#generate-sheet"))
    first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    selected = page.locator("[role=tab][aria-selected=true]")
    expect(selected).to_have_count(1)
    expect(selected).to_have_attribute("id", f"tab-{NAMES[1]}-button")
    context.close()


def test_page_asks_nothing_of_anybody_else(browser, address):
    context, page = visit(browser, "about:blank")
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("websocket", lambda one: asked.append(one.url.replace("ws", "http", 1)))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    page.goto(address)
    for name in NAMES:
        open_by_id(page, name)
    assert len(asked) > 10
    assert [url for url in asked if not is_inside(url, address)] == []
    assert wrong == []
    context.close()


def test_scripts_come_once(address, browser):
    context, page = visit(browser, address)
    wait_until_drawn(page.locator("#generate-sheet"))
    ours = "(one) => one.text.includes('forge.mountAbout = ') && !one.text.includes('window.gradio_config = ')"
    assert page.evaluate(f"[...document.scripts].filter({ours}).length") == 1
    config = page.request.get(f"{address}/config").text()
    assert config.count("forge.mountAbout = ") == 1
    context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_model_that_went_away_is_said_once_below_the_chooser_and_another_is_drawn(browser, address, size):
    context, page = visit(browser, address, size)
    let_the_server_draw(page)
    for name in ("interpolate", "about", "generate"):
        open_by_id(page, name)
    gone = {"problem": "There is no model 'gone'; those there are: digits.", "field": "model"}
    page.route("**/component_server/", lambda route: route.fulfill(json=gone))
    said = page.get_by_role("alert").filter(has_text="There is no model 'gone'")
    for name, control in (
        ("generate", "generate-draw"),
        ("interpolate", "interpolate-randomize-0"),
        ("about", "about-others"),
    ):
        page.locator(f"#tab-{name}-button").click()
        page.locator(f"#{control}").click()
        expect(said).to_have_count(1)  # that of this tab, and not those of the others
        expect(page.locator("#model input")).to_have_attribute("aria-invalid", "true")
        top, bottom = (page.locator(one).bounding_box() for one in (".df-top", "[role=tablist]"))
        box = said.bounding_box()
        assert top is not None
        assert bottom is not None
        assert box is not None
        assert top["y"] + top["height"] <= box["y"] <= box["y"] + box["height"] <= bottom["y"]
    page.unroute("**/component_server/")
    page.locator("#model input").click()
    page.get_by_role("option", name="tutorial-mlp").click()
    for name in ("about", "interpolate", "generate"):
        open_by_id(page, name)
        expect(said).to_have_count(0)
    context.close()


# What a visitor changed, as far as the page holds it: every control's value and every recipe
STATE = """() => JSON.stringify([
  [...document.querySelectorAll("input, select, textarea")]
    .map((one) => one.type === "checkbox" ? one.checked : one.value),
  [...document.querySelectorAll("[data-recipe]")].map((one) => one.dataset.recipe)])"""


def test_two_browsers_never_see_each_others_state(browser, address):
    mine, me = visit(browser, address)
    yours, you = visit(browser, address)
    for page in (me, you):
        for name in NAMES:
            open_by_id(page, name)
        open_by_id(page, "generate")
    before = you.evaluate(STATE)
    assert len(json.loads(before)[0]) > 30

    # I change every number and every slider of every tab that I can
    for name in NAMES:
        open_by_id(me, name)
        for control in me.locator(f"#tab-{name} input[type=number]:visible:enabled").all():
            control.fill("4")
        for slider in me.locator(f"#tab-{name} input[type=range]:visible:enabled").all():
            slider.focus()
            me.keyboard.press("ArrowLeft")
        wait_until_rest(me)
    me.locator("#tab-generate-button").click()
    me.get_by_label("Or type a number").fill("4711")
    expect(me.locator("#generate-sheet")).to_have_attribute("alt", re.compile("4 7 1 1"))
    assert me.evaluate(STATE) != before

    # You see yours still, and a third who comes now sees what everybody sees first
    wait_until_rest(you)
    assert you.evaluate(STATE) == before
    theirs, they = visit(browser, address)
    wait_until_drawn(they.locator("#generate-sheet"))
    expect(they.locator("#generate-sheet")).to_have_attribute("alt", re.compile("0 1 2 3 4 5 6 7 8 9"))
    for context in (mine, yours, theirs):
        context.close()
