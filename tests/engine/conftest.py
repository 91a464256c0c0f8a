"""The engine's modules, models written for it and what Python makes of the same numbers, served to one real browser."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

from gan.ui.engine.parts import write_model

ENGINE = Path(__file__).resolve().parents[2] / "gan" / "ui" / "engine"
HERE = Path(__file__).resolve().parent


class Quiet(SimpleHTTPRequestHandler):
    """Files, without a line for each."""

    def log_message(self, *arguments: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Says nothing of a browser that hangs up."""

    def handle_error(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the engine and an empty page; `ref/` is for what Python writes down."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><title>engine</title>")
    (folder / "engine").symlink_to(ENGINE)
    (folder / "tests").symlink_to(HERE)
    (folder / "ref").mkdir()
    return folder


@pytest.fixture(scope="session")
def write(site: Path) -> Callable[..., str]:
    """Write a model into the site, once -> its address from there; name, and full=True for float32."""

    def write(name: str, *, full: bool = False) -> str:
        place = f"{'full' if full else 'half'}/{name}"
        if not (site / place).exists():
            write_model(name, site / place, full=full, tell=lambda _: None)
        return f"/{place}/"

    return write


@pytest.fixture(scope="session")
def keep(site: Path) -> Callable[[str, Any], None]:
    """Write numbers down for the page: float32, or bytes of uint8."""

    def keep(name: str, numbers: Any) -> None:
        array = np.asarray(numbers)
        array = array if array.dtype == np.uint8 else array.astype("<f4")
        (site / "ref" / name).write_bytes(array.tobytes())

    return keep


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with Server(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """One page for a module's tests. Afterwards: nothing was logged as an error."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def ask(page: Page) -> Callable[..., Any]:
    """Run a function body in the page, with `t` (tests/engine/parity.js) and one argument `a` -> what it returns."""

    def ask(body: str, argument: Any = None) -> Any:
        return page.evaluate(f"async (a) => {{ const t = await import('/tests/parity.js'); {body} }}", argument)

    return ask


@pytest.fixture(scope="session")
def labels() -> torch.Tensor:
    """A hundred, each class in turn."""
    return torch.arange(100) % 10
