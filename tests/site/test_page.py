"""The site in Chromium: it draws, its frame works as the app's does, and nothing leaves it."""

import itertools
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from gan.ui.tabs import NAMES
from tests.browser.test_accessibility import GRAVE, RULES, describe
from tests.commands import ROOT
from tests.site.conftest import Host, Visit, open_tab, serve

LOST = "A file of this page did not come"


def get_selected(page: Page) -> list[str]:
    """The tabs that are selected, those whose panel is shown, and those that Tab reaches."""
    return page.evaluate(
        """() => { const all = [...document.querySelectorAll('[role="tab"]')];
        const name = (one) => one.id.split("-")[1];
        return [all.filter((one) => one.getAttribute("aria-selected") === "true").map(name),
          all.filter((one) => document.getElementById(one.getAttribute("aria-controls")).checkVisibility()).map(name),
          all.filter((one) => one.tabIndex === 0).map(name)].map(String); }"""
    )


def test_first_picture_comes_from_the_site_alone_and_within_the_budget(visit: Visit, host: Host):
    visitor = visit()
    host.sent.clear()
    page = visitor.come()
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value("digits")
    # What comes once the picture is there begins with the next tab's files
    sent = list(itertools.takewhile(lambda one: not one[0].startswith(f"tabs/{NAMES[1]}/"), host.sent))
    assert sum(count for _, count in sent) <= 1_400_000
    weights = [path for path, _ in sent if path.startswith("models/digits/generator.")]
    assert len(weights) == 1  # fetched early by the page, and found by the Worker in the browser's cache
    assert [path for path, _ in sent if path.startswith("models/digits-tiny/")] == []
    expect(page.locator("#generate-figure .df-note")).to_contain_text("80 digits in")
    expect(page.locator("#generate-figure .df-note")).to_contain_text("in the browser")
    page.wait_for_function("() => DigitForge.mountAbout")  # what is left comes by itself

    before = page.locator("#generate-sheet").get_attribute("src")
    page.get_by_role("button", name="Randomize").first.click()
    expect(page.locator("#generate-sheet")).not_to_have_attribute("src", before or "")
    page.locator("#model").select_option("digits-tiny")
    expect(page.locator("#generate-figure .df-note")).to_contain_text("by digits-tiny")
    page.locator("#generate-copy").click()
    assert page.url.startswith(f"{host.address}?tab=generate&model=digits-tiny&")
    assert visitor.complaints == []


def test_all_tabs_together_are_within_the_budget(visit: Visit, host: Host):
    visitor = visit()
    host.sent.clear()
    page = visitor.come()
    for name in NAMES:
        open_tab(page, name)
    assert sum(count for _, count in host.sent) <= 6_000_000
    assert visitor.complaints == []


def test_tabs_by_pointer_and_by_keys_as_their_role_promises(visit: Visit):
    visitor = visit()
    page = visitor.come()
    assert get_selected(page) == ["generate"] * 3
    page.get_by_role("tab", name="Explore").click()
    assert get_selected(page) == ["explore"] * 3
    for key, name in [
        ("ArrowRight", "hand"),
        ("ArrowLeft", "explore"),
        ("Home", "generate"),
        ("ArrowLeft", "about"),
        ("ArrowRight", "generate"),
        ("End", "about"),
    ]:
        page.keyboard.press(key)
        expect(page.locator(f"#tab-{name}-button")).to_be_focused()
        assert get_selected(page) == [name] * 3, key
    page.keyboard.press("Home")
    page.keyboard.press("Tab")  # from the row into its panel
    assert page.evaluate("document.activeElement.closest('[role=tabpanel]')?.id") == "tab-generate"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wrong_for_anybody(visit: Visit, theme: Any, width: int):
    """Axe's rules, the width of a phone, and light or dark as the system is, also when that changes."""
    visitor = visit(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = visitor.come()
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(246, 247, 251)", "dark": "rgb(14, 18, 32)"}[theme]
    for name in NAMES:
        open_tab(page, name)
        found = Axe().run(page, options=RULES).response["violations"]
        wrong = [describe(one) for one in found if one["impact"] in GRAVE]
        assert not wrong, wrong
        assert page.evaluate("document.documentElement.scrollWidth") == width
    other: Any = "light" if theme == "dark" else "dark"
    page.emulate_media(color_scheme=other)
    page.wait_for_function("(dark) => document.body.classList.contains('dark') === dark", arg=other == "dark")
    assert visitor.complaints == []


def test_chinese_where_the_browser_asks_for_it(visit: Visit):
    visitor = visit(locale="zh-CN")
    page = visitor.come()
    expect(page.locator("#tab-generate-button")).to_have_text("生成")
    expect(page.locator(".ds-model .df-label")).to_have_text("模型")
    expect(page.locator("footer a")).to_contain_text("许可证")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.locator("#tab-interpolate-button").click()
    expect(page.locator("#tab-interpolate")).to_contain_text("播放")
    assert visitor.complaints == []


def test_a_link_opens_its_tab_its_model_and_its_picture(visit: Visit):
    visitor = visit()
    page = visitor.come("?tab=interpolate&model=digits-tiny&method=linear", "")
    expect(page.locator("#tab-interpolate .df-note").first).to_contain_text("by digits-tiny")
    assert get_selected(page) == ["interpolate"] * 3
    expect(page.locator("#model")).to_have_value("digits-tiny")
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?tab=generate&model=none", "There is no model 'none'; those there are: digits, digits-tiny"),
        ("?tab=generate&model=constructor", "There is no model 'constructor'"),
        ("?tab=explore&weights=0123456789ab", "0123456789ab"),
        ("?tab=generate&seed=-1", "-1"),
        ("?tab=generate&digits=%3Cb%3E", "'<' is not a digit"),
    ],
)
def test_a_link_that_cannot_be_opened_is_said_and_the_tab_begins_anew(visit: Visit, query: str, said: str):
    visitor = visit()
    page = visitor.come(query, "")
    tab = re.findall(r"tab=(\w+)", query)[0]
    note = page.locator(f"#tab-{tab} > .df-linked")
    expect(note).to_contain_text("This link was not opened.")
    expect(note).to_contain_text(said)
    page.wait_for_function(f"() => document.querySelector(\"#tab-{tab} [data-version]:not([data-version='0'])\")")
    assert visitor.complaints == []


@pytest.mark.parametrize("query", ["?tab=nothing", "?tab=__proto__", "?model=digits-tiny"])
def test_an_address_that_names_no_tab_opens_the_first(visit: Visit, query: str):
    visitor = visit()
    page = visitor.come(query)
    assert get_selected(page) == ["generate"] * 3
    assert visitor.complaints == []


def test_what_no_tab_answers_by_itself_is_said_with_the_command(visit: Visit):
    visitor = visit()
    page = visitor.come()
    said = page.evaluate(
        """async () => { const server = DigitForge.nearest("training", { answer: async () => ({ problem: "none" }) });
        return server.answer({ want: "no such thing" }); }"""
    )
    assert said == {"problem": "none"}
    for name in NAMES:  # whatever they have, none is left blank
        page.locator(f"#tab-{name}-button").click()
        expect(page.locator(f"#tab-{name} .df-root > *").first).to_be_visible()


def test_it_keeps_to_a_strict_content_security_policy(visit: Visit, site: Path):
    """The one that docs/hosting.md has; and one that forbids WebAssembly, which is said."""
    text = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    rules = re.findall(r"`((?:script|img)-src [^`]+)`", text)
    with serve(site.parent) as host:
        host.policy = "; ".join(["default-src 'self'", *rules])
        visitor = visit(host.address)
        page = visitor.come()
        page.locator("#tab-explore-button").click()
        page.wait_for_function("() => document.querySelector('#tab-explore [data-version]:not([data-version=\"0\"])')")
        page.wait_for_function("() => DigitForge.mountAbout")
        assert visitor.complaints == []

        host.policy = host.policy.replace(" 'wasm-unsafe-eval'", "")
        page = visit(host.address).come("", "")
        expect(page.locator("#tab-generate .df-problem").first).to_contain_text("rules forbid WebAssembly here")


def break_off(page: Page, pattern: str, spoil: Any) -> None:
    """Have the host send what `spoil(bytes)` makes of a file: bytes, or a status."""

    def answer(route: Route) -> None:
        try:  # past Playwright, whose own fetch ends with the page
            with urllib.request.urlopen(route.request.url) as sent:
                made = spoil(sent.read())
        except urllib.error.HTTPError as error:
            made = error.code
        if isinstance(made, int):
            route.fulfill(status=made, body="")
        elif made is None:
            route.abort()
        else:
            route.fulfill(status=200, body=made)

    page.context.route(re.compile(pattern), answer)


@pytest.mark.parametrize(
    ("pattern", "spoil", "said"),
    [
        (r"/models/digits/generator\.", lambda data: data[:-100], "arrived incomplete"),
        (r"/models/digits/generator\.", lambda data: data[:-1] + b"!", "is not the file that this page was made with"),
        (r"/models/digits/generator\.", lambda data: 404, "is missing; whoever serves this page"),
        (r"/models/digits/manifest\.json", lambda data: 404, "manifest.json is missing"),
        (r"/models/digits/manifest\.json", lambda data: data[:50], "manifest.json cannot be read"),
        (r"/models/digits/manifest\.json", lambda data: b'{"format": "other/2"}', "of another version"),
        (r"/models/digits/generator\.", lambda data: None, "the network is gone"),
    ],
)
def test_a_models_file_that_is_wrong_is_said_and_another_model_draws(visit: Visit, pattern: str, spoil: Any, said: str):
    visitor = visit()
    break_off(visitor.page, pattern, spoil)
    page = visitor.come("", "")
    expect(page.locator("#tab-generate .df-problem").first).to_contain_text(said)
    page.locator("#model").select_option("digits-tiny")
    expect(page.locator("#generate-figure .df-note")).to_contain_text("by digits-tiny")
    expect(page.locator("#tab-generate .df-problem").first).to_have_text("")


def test_a_model_that_was_replaced_meanwhile_is_said_to_be_that(visit: Visit, site: Path):
    """A page of the version before: its manifest names a file that is no longer there."""
    visitor = visit()
    page = visitor.come()
    break_off(page, r"/models/digits/planes\.", lambda data: 404)
    there = (site / "models" / "digits" / "manifest.json").read_bytes()
    other = re.sub(rb"planes\.\w+\.safetensors", b"planes.000000000000.safetensors", there)
    break_off(page, r"/models/digits/manifest\.json", lambda data: other)
    page.locator("#tab-explore-button").click()
    problem = page.locator("#tab-explore .df-problem").first
    expect(problem).to_contain_text("is not the file that this page was made with; reload the page")


@pytest.mark.parametrize(
    "file",
    [
        *("explore/tab.js", "explore/page.html", "explore/tab.css"),
        *("explore/local/answers.js", "explore/local/edits.js", "forge/local/open.js"),
    ],
)
def test_a_script_that_does_not_come_is_said_and_tried_again(visit: Visit, file: str):
    visitor = visit()
    break_off(visitor.page, re.escape(f"/{file}"), lambda data: 404)
    page = visitor.come("?tab=explore", "")
    note = page.locator("#tab-explore > .ds-lacking")
    expect(note).to_contain_text(LOST)
    page.context.unroute_all(behavior="wait")
    if "local" in file:
        page.reload()  # a browser may remember that a module did not come
    page.locator("#tab-explore-button").click()
    page.wait_for_function("() => document.querySelector('#tab-explore [data-version]:not([data-version=\"0\"])')")
    expect(note).to_have_count(0)
