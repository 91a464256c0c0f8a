"""A visitor's page: opened at a desktop's and at a phone's size, with its console and its requests on record."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import serve_once

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
# Long enough for a busy machine; nothing waits this long where all is well.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

Open = Callable[[str], Page]


@pytest.fixture(scope="session")
def address() -> str:
    return serve_once()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return SIZES[request.param]


def is_inside(url: str, address: str) -> bool:
    return url.startswith((f"{address}/", "data:", f"blob:{address}/"))


@pytest.fixture
def page(browser: Browser, address: str, size: dict[str, int]) -> Iterator[Page]:
    """The demo's page. Afterwards: nothing was logged as an error, nothing went outside, nothing scrolls sideways."""
    context: BrowserContext = browser.new_context(viewport=size, accept_downloads=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda one: None if is_inside(one.url, address) else complaints.append(one.url))
    inside = address.replace("http", "ws")
    opened.on("websocket", lambda one: None if is_inside(one.url, inside) else complaints.append(one.url))
    opened.goto(address)
    yield opened
    wide: Any = opened.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert complaints == []
    assert wide == size["width"]
