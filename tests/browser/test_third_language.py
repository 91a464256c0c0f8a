"""A language is one file: with a made-up one, a browser that asks for it gets the whole page in it."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from gan.ui.tabs import NAMES
from gan.ui.words.tables import ENGLISH
from tests.browser.conftest import SIZES
from tests.browser.rest import new_context
from tests.browser.tabs import open_by_id
from tests.made_language import CODE

WORDS = ENGLISH["words"]
# What a person reads on a tab: labels, buttons, headings, summaries; of two letters at least
LABELS = """(name) => [...document.querySelectorAll(`#tab-${name} :is(label, button, h2, h3, legend, summary)`)]
  .filter((one) => one.checkVisibility()).map((one) => one.innerText.trim())
  .filter((text) => /\\p{L}{4}/u.test(text))"""


@pytest.fixture
def made(browser: Browser, address: str) -> Iterator[Page]:
    context = new_context(browser, viewport=SIZES["desktop"], locale=CODE)
    page = context.new_page()
    page.goto(f"{address}?{urlencode({'tab': 'generate', 'seed': 'NaN'})}")
    page.wait_for_function(f"() => window.DigitForge?.language === '{CODE}'")
    yield page
    context.close()


def test_labels_and_scripts_words_and_a_refusal_are_in_the_language_of_the_one_file(made):
    for name in NAMES:
        expect(made.locator(f"#tab-{name}-button")).to_have_text(f"«{WORDS[f'tab.{name}']}»")  # Gradio's own labels
    expect(made.locator(".df-words summary")).to_have_text(f"«{WORDS['page.letters']}»")  # of a page.html
    assert made.evaluate("document.documentElement.lang") == CODE
    expect(made.locator("#tab-generate .df-linked")).to_have_text(  # a sentence with values, in a script's word
        "«This link was not opened. «The ‹seed› is 'NaN'; it must be a whole number from 0 to 4,294,967,295.»»".replace(
            "«The", "«the"
        )
    )


def test_only_names_are_left_in_english_on_any_tab(made):
    for name in NAMES:
        open_by_id(made, name)
        texts = made.evaluate(LABELS, name)
        assert any(text.startswith("«") for text in texts), name
        assert [text for text in texts if "«" not in text and len(re.findall(r"[A-Za-z]{2,}", text)) > 2] == []


def test_others_get_their_own_words_and_english_ones_alone(browser, address):
    asked: list[str] = []
    context = new_context(browser, locale="en-US")
    page = context.new_page()
    page.on("request", lambda one: asked.append(one.url))
    page.goto(address)
    expect(page.locator("#tab-about-button")).to_have_text(WORDS["tab.about"])
    assert [url for url in asked if "/words/" in url] == []
    context.close()
