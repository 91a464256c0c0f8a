"""The watch that other tests wait by: at rest is a page that has drawn the answer to the last change."""

import json
import re

from playwright.sync_api import Page, Route, expect

from tests.browser.pictures import wait_until_drawn, wait_until_newer
from tests.browser.rest import wait_for_a_frame, wait_until_rest
from tests.browser.tabs import let_the_server_draw, on_desktop

AT_REST = "() => window.isAtRest(-1)"


def look(page: Page) -> bool:
    """Whether the page is at rest, asked for as many frames as make it sure."""
    seen = []
    for _ in range(6):
        seen.append(bool(page.evaluate(AT_REST)))
        wait_for_a_frame(page)
    return seen[-1]


@on_desktop
def test_page_is_not_at_rest_before_its_last_change_is_drawn(page):
    sheet = page.locator("#generate-sheet")
    held: list[Route] = []
    wait_until_drawn(sheet)
    assert look(page)

    let_the_server_draw(page)

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/component_server/**", hold)
    page.get_by_label("Or type a number").fill("1")
    while not held:
        wait_for_a_frame(page)
    assert not look(page)
    page.get_by_label("Or type a number").fill("23")
    held[0].continue_()
    while len(held) < 2:  # the first answer is passed over: the second is asked for
        wait_for_a_frame(page)
    assert not look(page)
    held[1].continue_()
    wait_until_rest(page)
    expect(sheet).to_have_attribute("alt", re.compile("2 3$"))
    assert look(page)


@on_desktop
def test_hand_that_pauses_is_waited_for(page):
    page.locator("#tab-explore-button").click()
    digits, figure = page.locator("#explore-digits"), page.locator("#explore-figure")
    version = wait_until_drawn(digits)
    slant = page.locator("#explore-slant-input")
    expect(slant).to_be_enabled()
    for value in ("5", "11", "17"):
        slant.fill(value)
    wait_until_newer(digits, version)
    wait_until_rest(page)
    expect(figure).to_have_attribute("data-settled", "true")
    assert abs(json.loads(figure.get_attribute("data-recipe") or "")["edits"]["slant"] - 17) < 0.06
