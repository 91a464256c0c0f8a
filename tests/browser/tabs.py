"""Opening any tab of the page's own table, and waiting until it shows its pictures."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import wait_until_rest

# A test of what is said or saved, whatever the width of the page (see `size` in conftest.py)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)
# A test whose first step is a link of its own: the page is not opened before
opens_a_link = pytest.mark.opens_a_link

# A tab is there when its figures are: what is drawn is counted in data-version, an empty figure has df-empty.
SETTLED = """(name) => {
  const tab = document.getElementById(`tab-${name}`);
  if (!tab || !tab.checkVisibility()) return false;
  const shown = (one) => one.checkVisibility();
  const waiting = [...tab.querySelectorAll(".df-empty")].filter(shown);
  const drawn = [...tab.querySelectorAll("[data-version]")].filter(shown);
  return waiting.length === 0 && drawn.some((one) => Number(one.dataset.version) > 0);
}"""
# A page that a busy machine lays out anew between press and release takes no click from them: a person clicks again
SWALLOWED = 10_000  # milliseconds
# Nothing is drawn there before the visitor does something, or no history is kept: the tab's words are there.
QUIET = ("hand", "training")


def let_the_server_draw(page: Page) -> None:
    """Take the page's own engine away, once it is there: the server draws from then on."""
    page.wait_for_function("() => window.DigitForge?.local?.generate")
    page.evaluate("() => (DigitForge.local = {})")


def open_by_id(page: Page, name: str) -> None:
    """Open the tab of that id (see NAMES in gan/ui/tabs) and wait until what it draws by itself is drawn."""
    button = page.locator(f"#tab-{name}-button")
    wait_until_rest(page)
    button.click()
    try:
        expect(button).to_have_attribute("aria-selected", "true", timeout=SWALLOWED)
    except AssertionError:
        button.click()
        expect(button).to_have_attribute("aria-selected", "true")
    if name in QUIET:
        page.wait_for_function("(name) => document.querySelectorAll(`#tab-${name} button`).length > 2", arg=name)
    else:
        page.wait_for_function(SETTLED, arg=name)
    wait_until_rest(page)
