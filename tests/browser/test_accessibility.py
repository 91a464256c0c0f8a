"""Every tab for everybody: axe-core's rules of WCAG 2.2 AA, the keyboard, and a focus that can be seen.

The tabs come from the page's own table: a new one is tested as soon as it stands there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from gan.ui.tabs import NAMES
from tests.browser.conftest import SIZES
from tests.browser.rest import new_context
from tests.browser.tabs import open_by_id

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=list(SIZES))
def visit(request: pytest.FixtureRequest, browser: Browser, address: str, theme: str) -> Iterator[Page]:
    """One visit for all tabs, of that size and in that theme."""
    context = new_context(browser, viewport=SIZES[request.param], reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}?__theme={theme}")
    yield page
    context.close()


def describe(violation: dict[str, Any]) -> str:
    """One line a rule that was broken: which, where, and why."""
    where = "; ".join(
        f"{' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for node in violation["nodes"][:4]
    )
    return f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])} times): {where}"


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_serious(visit: Page, name: str):
    open_by_id(visit, name)
    found = Axe().run(visit, options=RULES).response
    version = found["testEngine"]["version"].split(".")
    assert (int(version[0]), int(version[1])) >= (4, 5)  # the first that knows WCAG 2.2
    assert [describe(one) for one in found["violations"] if one["impact"] in GRAVE] == []


def test_axe_itself_finds_what_is_wrong(visit: Page):
    """The net has no hole: a button without a name and grey letters on grey are found."""
    visit.evaluate(
        """() => { const one = document.createElement("div"); one.id = "faulty";
        one.innerHTML = '<button></button><p style="color: #888; background: #777">grey on grey</p>';
        document.body.append(one); }"""
    )
    found = Axe().run(visit, context="#faulty", options=RULES).response["violations"]
    visit.evaluate("() => document.getElementById('faulty').remove()")
    assert {one["id"] for one in found if one["impact"] in GRAVE} == {"button-name", "color-contrast"}


# What Tab has to reach in the open tab: everything that can be operated and is shown. Of a group of radio buttons the
# browser's Tab reaches one, and arrows the others.
REACHABLE = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const inside = "button, input, select, textarea, a[href], summary, [tabindex='0']";
  return [...document.querySelectorAll(inside)]
    .filter((one) => shown(one) && !one.disabled && one.tabIndex >= 0 && one.type !== "radio" && one.type !== "file")
    .filter((one) => !one.closest("footer, [aria-hidden='true'], [inert]"))
    .map((one, place) => { one.dataset.reach = place; return one.outerHTML.slice(0, 120); });
}"""

# The focused element, and whether anything shows the focus on it or on what holds it
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  let seen = false;
  for (let at = one, depth = 0; at && depth < 4; at = at.parentElement, depth++) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) seen = true;
    if (style.boxShadow !== "none") seen = true;
    if (at.matches(":focus-visible, :focus-within") && at.dataset.rest !== undefined &&
        at.dataset.rest !== style.borderColor) seen = true;
  }
  return [one.dataset.reach ?? null, seen, one.outerHTML.slice(0, 120)];
}"""

REST = """() => { document.activeElement?.blur();
  for (const one of document.querySelectorAll("input, textarea, select, button, label, .wrap, .container"))
    one.dataset.rest = getComputedStyle(one).borderColor; }"""


@pytest.mark.parametrize("name", NAMES)
def test_keyboard_reaches_every_control_and_the_focus_is_seen(visit: Page, name: str):
    open_by_id(visit, name)
    visit.evaluate("scrollTo(0, 0)")
    wanted = visit.evaluate(REACHABLE)
    visit.evaluate(REST)
    reached: set[int] = set()
    unseen: list[str] = []
    visit.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex') }"
    )
    for _ in range(3 * len(wanted) + 20):
        visit.keyboard.press("Tab")
        found = visit.evaluate(FOCUSED)
        if found is None:
            break
        place, seen, html = found
        if place is not None:
            if int(place) in reached and len(reached) == len(wanted):
                break
            reached.add(int(place))
            if not seen:
                unseen.append(html)
    missed = [html for place, html in enumerate(wanted) if place not in reached]
    assert missed == []
    assert unseen == []
