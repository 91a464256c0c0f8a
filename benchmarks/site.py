"""The static site as a stranger meets it, in a real Chromium: how soon it draws, how much comes, how a hand is refined.

A file server of this process stands for a line of 10 Mbit/s with 40 ms there and back: all answers share its bytes,
none is compressed, and a new connection costs as long once more. Then 200 visitors at once fetch what a first visit
needs, from the same server without the line.

    python -m benchmarks.site [--visits 5] [--drawings 20] [--visitors 200] [--models digits]
"""

import argparse
import http.client
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks.latency import DRAW
from benchmarks.machine import describe_machine, take_percentiles
from gan.handwriting.invert import STEPS
from gan.ui.tabs import NAMES
from scripts.site.build import build
from tests import chromium

LATENCY = 0.040  # seconds there and back
RATE = 10e6 / 8  # bytes a second
CHUNK = 16 << 10
FIRST = "() => Number(document.querySelector('#generate-sheet')?.dataset.version) > 0"


class Line:
    """What all answers go through, one after the other; and what went: [seconds since the start, address, bytes]."""

    def __init__(self) -> None:
        self.slow = False
        self.sent: list[tuple[float, str, int]] = []
        self.begun = time.perf_counter()
        self._free = 0.0  # when the line has sent all so far
        self._turn = threading.Lock()

    def begin(self, *, slow: bool) -> None:
        """Forget what went, and be that slow."""
        self.slow, self.sent, self.begun = slow, [], time.perf_counter()

    def pass_on(self, count: int) -> None:
        """Return when so many bytes would be there."""
        if not self.slow:
            return
        with self._turn:
            self._free = max(self._free, time.perf_counter()) + count / RATE
            until = self._free
        time.sleep(max(0.0, until - time.perf_counter()))

    def count(self, until: float) -> int:
        """Bytes that went by then."""
        return sum(size for moment, _, size in self.sent if moment <= until)


class Handler(SimpleHTTPRequestHandler):
    """Files by the line."""

    protocol_version = "HTTP/1.1"
    line: Line

    def setup(self) -> None:
        """A new connection: a handshake goes before it."""
        super().setup()
        if self.line.slow:
            time.sleep(LATENCY)

    def do_GET(self) -> None:
        """A file, as late as the line has it."""
        if self.line.slow:
            time.sleep(LATENCY)
        super().do_GET()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Piece by piece, which others' pieces come between."""
        size = 0
        while piece := source.read(CHUNK):
            self.line.pass_on(len(piece))
            outputfile.write(piece)
            size += len(piece)
        self.line.sent.append((time.perf_counter() - self.line.begun, self.path, size))

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """Many at once; says nothing of those who hang up."""

    request_queue_size = 512
    daemon_threads = True

    def handle_error(self, *arguments: Any) -> None:
        """Nothing."""


@contextmanager
def serve(folder: Path, line: Line) -> Iterator[str]:
    """The folder's address."""
    handler = type("Handled", (Handler,), {"line": line})
    with Server(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def measure_cold(browser: Browser, address: str, line: Line) -> tuple[float, float, int, list[str]]:
    """A first visit: seconds to the first picture, to a picture that a control drew, bytes until then, files."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    page = context.new_page()
    line.begin(slow=True)
    page.goto(address, wait_until="commit")
    page.wait_for_function(FIRST, timeout=60_000)
    first = time.perf_counter() - line.begun
    page.evaluate("() => document.querySelector('#generate-randomize').click()")
    page.wait_for_function("() => Number(document.querySelector('#generate-sheet').dataset.version) > 1")
    live = time.perf_counter() - line.begun
    size, files = line.count(first), [path for moment, path, _ in line.sent if moment <= first]
    context.close()
    return first, live, size, files


def measure_all(browser: Browser, address: str, line: Line) -> int:
    """Bytes of a visit that opens every tab and has a drawing refined."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    page = context.new_page()
    line.begin(slow=False)
    page.goto(address)
    page.wait_for_function(FIRST, timeout=60_000)
    page.get_by_role("button", name="Show verdicts").click()
    page.wait_for_selector("#generate-verdicts [role=listitem]")
    for name in NAMES:
        page.locator(f"#tab-{name}-button").click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)
    context.close()
    return line.count(float("inf"))


def measure_hand(browser: Browser, address: str, line: Line, count: int) -> list[list[float]]:
    """[milliseconds to the first redrawn digit, to the refined one] of so many drawings."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    line.begin(slow=False)
    page.goto(address)
    page.wait_for_function(FIRST, timeout=60_000)
    page.locator("#tab-hand-button").click()
    page.wait_for_selector(f'#hand-figure[data-step="{STEPS}"]', timeout=60_000)
    times: list[list[float]] = page.evaluate(DRAW, [count + 3, str(STEPS)])[3:]
    page.close()
    return times


def measure_crowd(address: str, files: list[str], line: Line, visitors: int) -> float:
    """Seconds in which so many at once have fetched the files of a first visit."""
    place = urlsplit(address)
    line.begin(slow=False)

    def visit(_: int) -> None:
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=120)
        for path in files:
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200, path
            answer.read()
        connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(visitors) as crowd:
        list(crowd.map(visit, range(visitors)))
    return time.perf_counter() - begun


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=5, help="first visits; the slowest counts")
    parser.add_argument("--drawings", type=int, default=20, help="drawings of Your hand")
    parser.add_argument("--visitors", type=int, default=200, help="how many fetch at once")
    parser.add_argument("--models", nargs="*", default=["digits"], help="models of the site")
    args = parser.parse_args()
    line = Line()
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made) / "site"
        build(folder, args.models)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        with serve(folder, line) as address:
            visits = [measure_cold(browser, address, line) for _ in range(args.visits)]
            total = measure_all(browser, address, line)
            drawn = measure_hand(browser, address, line, args.drawings)
            browser.close()
            files = visits[-1][3]
            took = measure_crowd(address, files, line, args.visitors)
    size, rate = visits[-1][2], args.visitors / took
    rows = [
        (f"first picture at 10 Mbit/s, 40 ms; slowest of {args.visits}", f"{max(one[0] for one in visits):.2f} s"),
        ("a control's picture after it", f"{max(one[1] for one in visits):.2f} s"),
        ("bytes before the first picture", f"{max(one[2] for one in visits):,} in {len(files)} files"),
        ("bytes of all tabs together", f"{total:,}"),
    ]
    for place, what in enumerate(("first answer", "refined")):
        p50, p95 = take_percentiles([one[place] for one in drawn])
        rows.append((f"Your hand, {what}, {args.drawings} drawings", f"p50 {p50:.0f}, p95 {p95:.0f} ms"))
    rows += [
        (f"{args.visitors} visitors at once, one Python process", f"{took:.1f} s, {rate:.0f} visitors a second"),
        ("so 1,000 at once", f"{1000 / rate:.0f} s, {1000 * size / 1e9:.2f} GB; nothing after"),
    ]
    print(f"the site with {', '.join(args.models)} on {describe_machine()}, Chromium\n\n| | |\n|---|---|")
    for what, found in rows:
        print(f"| {what} | {found} |")


if __name__ == "__main__":
    main()
