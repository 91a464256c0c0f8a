"""The page speaks the browser's language: Chinese where it asks for zh-CN or zh-TW, English to everybody else."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gan.ui.tabs import NAMES
from gan.ui.words.tables import ENGLISH as IN_ENGLISH
from gan.ui.words.tables import read_languages
from tests.browser.conftest import SIZES
from tests.browser.rest import new_context
from tests.browser.tabs import open_by_id

ENGLISH, CHINESE = (
    {name: table["words"][f"tab.{name}"] for name in NAMES} for table in (IN_ENGLISH, read_languages()["zh"])
)
HAN = re.compile(r"[\u4e00-\u9fff]")
# Words that a person reads as the names of things, whatever the language
LABELS = """(name) => [...document.querySelectorAll(`#tab-${name} :is(label, button, h2, h3, legend, summary)`)]
  .filter((one) => one.checkVisibility()).map((one) => one.innerText.trim())
  .filter((text) => /\\p{L}{2}/u.test(text))"""


Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """The page as a browser of that language shows it: opened once for each."""
    pages: dict[str, Page] = {}

    def come(locale: str) -> Page:
        if locale not in pages:
            pages[locale] = open_page(browser, address, locale)
        return pages[locale]

    yield come
    for page in pages.values():
        page.context.close()


def open_page(browser: Browser, address: str, locale: str) -> Page:
    context = new_context(browser, viewport=SIZES["desktop"], locale=locale)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#tab-generate-button")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("locale", "labels", "lead", "lang"),
    [
        ("en-US", ENGLISH, "learnt handwriting from MNIST", "en"),
        ("de-DE", ENGLISH, "learnt handwriting from MNIST", "en"),
        ("zh-CN", CHINESE, "从 MNIST 学会了手写", "zh-CN"),
        ("zh-TW", CHINESE, "从 MNIST 学会了手写", "zh-CN"),
        ("zh", ENGLISH, "learnt handwriting from MNIST", "en"),
    ],
)
def test_frame_of_the_page_follows_the_browser(visit, locale, labels, lead, lang):
    page = visit(locale)
    for name in ENGLISH:
        expect(page.locator(f"#tab-{name}-button")).to_have_text(labels[name])
    expect(page.locator(".df-header p")).to_contain_text(lead)
    expect(page.locator(".df-words summary")).to_have_text(
        "What the letters mean" if lang == "en" else "这些字母是什么意思"
    )
    assert page.evaluate("document.documentElement.lang") == lang


@pytest.mark.parametrize("name", list(ENGLISH))
def test_controls_of_every_tab_are_named_in_the_visitors_language(visit, name):
    english, chinese = visit("en-US"), visit("zh-CN")
    for page in (english, chinese):
        open_by_id(page, name)
    there, here = english.evaluate(LABELS, name), chinese.evaluate(LABELS, name)
    assert [text for text in there if HAN.search(text)] == []
    # What stays as it is in Chinese is a name, and never a sentence: G, curl, a loss, an option that is a number
    kept = [text for text in here if not HAN.search(text) and text in there]
    assert [text for text in kept if len(text.split()) > 2] == []
    assert sum(bool(HAN.search(text)) for text in here) >= 2


def test_no_key_is_shown_in_place_of_its_word(visit):
    page = visit("zh-CN")
    for name in ENGLISH:
        open_by_id(page, name)
        text = page.locator(f"#tab-{name}").inner_text()
        assert re.findall(rf"\b(?:{'|'.join([*ENGLISH, 'page', 'shared', 'link'])})\.[a-z]\w*(?:\.\w+)*\b", text) == []
