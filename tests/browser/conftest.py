"""A visitor's page: opened at a desktop's and at a phone's size, with its console and its requests on record."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.rest import PATIENCE, new_context

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def address(demo: str) -> str:
    return demo


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return SIZES[request.param]


def is_inside(url: str, address: str) -> bool:
    return url.startswith((f"{address}/", "data:", f"blob:{address}/"))


class Visitor:
    """One page of that size for many tests, which is loaded anew for each: its browser has the demo's files by then."""

    def __init__(self, browser: Browser, size: dict[str, int]) -> None:
        self.context = new_context(browser, viewport=size, accept_downloads=True)
        self.page = self.context.new_page()
        self.address = ""
        self.complaints: list[str] = []
        self.page.on("console", lambda one: self.complaints.append(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda one: self.check(one.url, self.address))
        self.page.on("websocket", self.check_socket)

    def check(self, url: str, address: str) -> None:
        """Complain of a request that goes outside."""
        if not is_inside(url, address):
            self.complaints.append(url)

    def check_socket(self, socket: WebSocket) -> None:
        """The same of a socket."""
        self.check(socket.url, self.address.replace("http", "ws"))

    def come(self, address: str, *, open_it: bool = True) -> Page:
        """Open the demo as one who was never there, or get ready to open a link to it."""
        self.address = address
        self.complaints.clear()
        if open_it:
            self.page.goto(address)
        return self.page

    def leave(self) -> None:
        """Forget what the page knows, and end what it does."""
        self.page.unroute_all()
        if self.page.url.startswith(self.address):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.context.clear_cookies()
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)


@pytest.fixture(scope="session")
def visitors(browser: Browser) -> Iterator[dict[int, Visitor]]:
    """Those who came so far, by the width of their page."""
    come: dict[int, Visitor] = {}
    yield come
    for visitor in come.values():
        visitor.context.close()


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    visitors: dict[int, Visitor],
    address: str,
    size: dict[str, int],
) -> Iterator[Page]:
    """The demo's page; of a test that `opens_a_link` (tabs.py), an empty one for it.

    Afterwards: nothing was logged as an error, nothing went outside, nothing scrolls sideways.
    """
    visitor = visitors.get(size["width"]) or Visitor(browser, size)
    visitors[size["width"]] = visitor
    yield visitor.come(address, open_it=request.node.get_closest_marker("opens_a_link") is None)
    wide: Any = visitor.page.evaluate("document.documentElement.scrollWidth")
    visitor.leave()
    assert visitor.complaints == []
    assert wide == size["width"]
