"""Opening any tab of the page's own table, and waiting until it shows its pictures."""

import pytest
from playwright.sync_api import Page, expect

# A test of what is said or saved, whatever the width of the page (see `size` in conftest.py)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)

# A tab is there when its figures are: what is drawn is counted in data-version, an empty figure has df-empty.
SETTLED = """(name) => {
  const tab = document.getElementById(`tab-${name}`);
  if (!tab || !tab.checkVisibility()) return false;
  const shown = (one) => one.checkVisibility();
  const waiting = [...tab.querySelectorAll(".df-empty")].filter(shown);
  const drawn = [...tab.querySelectorAll("[data-version]")].filter(shown);
  return waiting.length === 0 && drawn.some((one) => Number(one.dataset.version) > 0);
}"""
# Nothing is drawn there before the visitor does something, or no history is kept: the tab's words are there.
QUIET = ("hand", "training")


def open_by_id(page: Page, name: str, patience: int = 20_000) -> None:
    """Open the tab of that id (see NAMES in gan/ui/tabs) and wait until what it draws by itself is drawn."""
    button = page.locator(f"#tab-{name}-button")
    button.click()
    expect(button).to_have_attribute("aria-selected", "true")
    if name in QUIET:
        page.wait_for_function(
            "(name) => document.querySelectorAll(`#tab-${name} button`).length > 2", arg=name, timeout=patience
        )
        page.wait_for_timeout(1500)
    else:
        page.wait_for_function(SETTLED, arg=name, timeout=patience)
    page.wait_for_timeout(300)
