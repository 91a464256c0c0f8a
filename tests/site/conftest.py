"""A site built once, a web host that serves it below a path, and a visitor whose console and requests are on record."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.site.build import build
from tests.browser.rest import PATIENCE
from tests.browser.tabs import QUIET, SETTLED

NAMES = ("digits", "digits-tiny")
BELOW = "forge"
DRAWN = "(id) => Number(document.getElementById(id)?.dataset.version) > 0"


class Host(ThreadingHTTPServer):
    """What serves a folder of sites, as `python -m http.server` does.

    Attributes:
        sent: (path below the site, bytes of its body) of each answer.
        policy: the content security policy that goes with each answer, "" for none.
    """

    def __init__(self, folder: Path) -> None:
        sent = self.sent = list[tuple[str, int]]()
        self.policy = ""

        class Handler(SimpleHTTPRequestHandler):
            server: Host

            def end_headers(self) -> None:
                if self.server.policy:
                    self.send_header("content-security-policy", self.server.policy)
                super().end_headers()

            def copyfile(self, source: Any, outputfile: Any) -> None:
                data = source.read()
                sent.append((self.path.removeprefix(f"/{BELOW}/"), len(data)))
                outputfile.write(data)

            def log_message(self, *arguments: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server_port}/{BELOW}/"

    def handle_error(self, *arguments: Any) -> None:
        """Say nothing of a browser that hangs up."""


@contextmanager
def serve(folder: Path) -> Iterator[Host]:
    """Serve it until the block ends."""
    with Host(folder) as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield host
        host.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's folder, below one that is served."""
    folder = tmp_path_factory.mktemp("hosted") / BELOW
    build(folder, NAMES)
    return folder


@pytest.fixture(scope="session")
def host(site: Path) -> Iterator[Host]:
    with serve(site.parent) as host:
        yield host


def open_tab(page: Page, name: str) -> None:
    """Open the tab of that name and wait until what it draws by itself is drawn."""
    page.locator(f"#tab-{name}-button").click()
    if name == "training":
        page.wait_for_function(DRAWN, arg="machine-picture")
    elif name in QUIET:
        page.wait_for_function("(name) => document.querySelectorAll(`#tab-${name} button`).length > 2", arg=name)
    else:
        page.wait_for_function(SETTLED, arg=name)


class Visitor:
    """A page of a browser that knows nothing yet, and all that was wrong there."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address, self.page = context, address, context.new_page()
        self.complaints: list[str] = []
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda one: self.complaints.append(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda one: self.check(one.url))

    def check(self, url: str) -> None:
        """Complain of a request that leaves the site."""
        if not url.startswith((self.address, "data:", f"blob:{self.address.split('/forge')[0]}/")):
            self.complaints.append(url)

    def come(self, query: str = "", picture: str = "generate-sheet") -> Page:
        """Open the site and wait for the picture of that id, "" for none."""
        self.page.goto(f"{self.address}{query}")
        if picture:
            self.page.wait_for_function(DRAWN, arg=picture)
        return self.page


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, host: Host) -> Iterator[Visit]:
    """Come as somebody new, with the options of Playwright's contexts; without a service worker unless asked for."""
    contexts: list[BrowserContext] = []

    def visit(address: str = host.address, **options: Any) -> Visitor:
        known = {"locale": "en-US", "service_workers": "block", "reduced_motion": "reduce", **options}
        contexts.append(browser.new_context(**known))
        return Visitor(contexts[-1], address)

    yield visit
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()
