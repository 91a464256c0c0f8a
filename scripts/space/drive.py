"""A visitor of the Space in Chromium, who draws, moves a slider and copies a link; and all that was wrong meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Frame, Page, WebSocket, expect

from gan.errors import say
from scripts.space.assemble import SpaceError

PATIENCE = 60_000  # milliseconds for one step, on a busy machine
ROOTED = ("/manifest.json", "/favicon.ico")  # looked for at the root, also where the page is below a path
MOVES = 50  # of the slider, of which one must go by the socket


class Visit:
    """One page: its console's errors, its requests and its sockets are on record from the first one on.

    Attributes:
        app: the address of the app, without a slash at its end.
        complaints: errors of the page, and what it asked of anybody but the app.
        sent: what went by the app's socket.
    """

    def __init__(self, page: Page, app: str, around: str = "") -> None:
        self.page, self.app = page, app
        self.complaints: list[str] = []
        self.sent: list[str] = []
        inside = tuple(one for one in (f"{app}/", "data:", f"blob:{app}/", around) if one)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(inside) else self.complaints.append(one.url))
        page.on("websocket", self._listen)
        page.goto(around or f"{app}/")
        page.wait_for_function("() => document.readyState === 'complete'")

    def _note(self, message: ConsoleMessage) -> None:
        where = str(message.location["url"])
        if message.type == "error" and urlsplit(where).path not in ROOTED:
            self.complaints.append(f"{message.text} ({where})")

    def _listen(self, socket: WebSocket) -> None:
        if not socket.url.startswith(self.app.replace("http", "ws", 1) + "/"):
            self.complaints.append(socket.url)
        socket.on("framesent", lambda text: self.sent.append(str(text)))

    def find_app(self) -> Frame:
        """The frame with the app: the page's own, or the one in it."""
        found = [one for one in self.page.frames if one.url.startswith(f"{self.app}/")]
        assert found, [one.url for one in self.page.frames]
        return found[-1]


def draw(app: Frame) -> None:
    """See a first sheet, and another one after *Randomize*."""
    sheet = app.locator("#generate-sheet")
    expect(sheet).not_to_have_attribute("data-version", "0", timeout=PATIENCE)
    before = sheet.get_attribute("alt"), sheet.get_attribute("src")
    app.get_by_role("button", name="Randomize").first.click(timeout=PATIENCE)
    expect(sheet).not_to_have_attribute("src", before[1] or "", timeout=PATIENCE)


def move(visit: Visit, app: Frame) -> None:
    """Open Explore and move a slider until a move went by the socket and the digits follow it."""
    # The server's way is what is tried: the page's own engine, once it is there, would ask it for nothing
    app.wait_for_function("() => window.DigitForge?.local?.explore", timeout=PATIENCE)
    app.evaluate("() => { DigitForge.local = {}; }")
    app.locator("#tab-explore-button").click(timeout=PATIENCE)
    digits = app.locator("#explore-digits")
    for step in range(MOVES):
        before = digits.get_attribute("data-version", timeout=PATIENCE) or "0"
        app.locator("#explore-x-input").fill(str((step % 10 + 1) / 10), timeout=PATIENCE)
        expect(digits).not_to_have_attribute("data-version", before, timeout=PATIENCE)
        if visit.sent:
            return
    visit.complaints.append(f"none of {MOVES} moves went by the socket")


def copy_link(visit: Visit, app: Frame) -> None:
    """Copy the link of what is shown; it must have been copied, and lead to the app."""
    button = app.locator("#explore-copy")
    button.click(timeout=PATIENCE)
    expect(button).to_have_text("Copied", timeout=PATIENCE)
    link = app.evaluate("() => location.href")
    if not link.startswith(f"{visit.app}/?tab=explore"):
        visit.complaints.append(f"the link leads to {link}")


@contextmanager
def visit(browser: Browser, app: str, around: str = "", **options: Any) -> Iterator[Visit]:
    """Open the app, by itself or in the page `around` it; what is wrong by the end of the block is a SpaceError.

    options: those of Playwright's contexts.
    """
    context = browser.new_context(locale="en-US", **options)
    context.grant_permissions(["clipboard-write"])  # as a visitor's Chromium does for a click; its bare shell does not
    try:
        visit = Visit(context.new_page(), app, around)
        yield visit
        wrong = visit.complaints
    except (AssertionError, Error) as error:
        wrong = [*visit.complaints, str(error).strip().splitlines()[0]]
    finally:
        context.close()
    if wrong:
        where = "in a frame" if around else "at its own address"
        raise SpaceError(say("the Space's page {where} went wrong: {wrong}", where=where, wrong=" / ".join(wrong)))


def try_out(browser: Browser, app: str, around: str = "") -> None:
    """All of it in one visit; SpaceError says what was wrong."""
    with visit(browser, app, around) as one:
        frame = one.find_app()
        draw(frame)
        move(one, frame)
        copy_link(one, frame)
