"""Whether the page's engine keeps its memory: moves, sheets and inversions in a real Chromium, MB before and after.

python -m benchmarks.page_memory [--moves 2000] [--sheets 300] [--inversions 100]
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.machine import describe_machine
from gan.ui.engine.parts import write_model
from tests import chromium

ENGINE = Path(__file__).resolve().parents[1] / "gan" / "ui" / "engine"
STEPS = 60  # of an inversion
WARMUP = 10  # times at least, before the first look

BEGIN = """
async () => {
  const { start } = await import("/engine/engine.js"), at = (path) => new URL(path, location.href);
  window.engine = await start({ folder: at("/model/") });
  const { pixels } = await engine.ask("draw", { labels: [3], seed: 5 });
  const labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  window.works = {
    moves: (i) => engine.ask("edit", { labels, seed: 7, edits: { slant: i % 20 }, quick: true }),
    sheets: (i) => engine.ask("draw", { labels: Array.from({ length: 80 }, (_, k) => k % 10), seed: i }),
    inversions: async () => {
      let { state } = await engine.ask("look", { pixels, label: 3 });
      while (state.step < STEPS) ({ state } = await engine.ask("refine", { pixels, label: 3, state }));
    },
  };
}
""".replace("STEPS", str(STEPS))
WORK = "async ([name, count]) => { for (let i = 0; i < count; i++) await works[name](i); }"


class Quiet(SimpleHTTPRequestHandler):
    """Files, without a line for each."""

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


def measure(page: Page) -> float:
    """MB that the page and its Worker hold: JavaScript's heaps and what they keep outside, collected first."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    for worker in page.workers:
        worker.evaluate("gc()")  # its heap is its own, and what it left would be counted as growth
    time.sleep(1)
    session.detach()
    mine = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"--type=renderer" in _read(path)]
    return max((_resident(path.parent) for path in mine), default=0.0)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _resident(process: Path) -> float:
    lines = _read(process / "status").decode().splitlines()
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS")), 0.0)


@contextmanager
def open_page(folder: Path) -> Iterator[Page]:
    """An empty page of a real Chromium, with `/engine/` and what lies in the folder, served from there."""
    (folder / "index.html").write_text("<!doctype html><title>engine</title>")
    (folder / "engine").symlink_to(ENGINE)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            args = [*chromium.ARGS, "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=args)
            page = browser.new_page()
            page.set_default_timeout(0)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            yield page
            browser.close()
        server.shutdown()


def main() -> None:
    """Work, and print what it took and what it left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, count in (("moves", 2000), ("sheets", 300), ("inversions", 100)):
        parser.add_argument(f"--{name}", type=int, default=count)
    counts = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as made:
        write_model("digits", Path(made) / "model", tell=lambda _: None)
        print(describe_machine())
        print("\n| | times | ms each | MB before | MB after | |\n|---|---|---|---|---|---|")
        with open_page(Path(made)) as page:
            page.evaluate(BEGIN)
            for name, count in counts.items():
                page.evaluate(WORK, [name, max(WARMUP, count // 10)])
                before, begun = measure(page), time.perf_counter()
                page.evaluate(WORK, [name, count])
                took = (time.perf_counter() - begun) * 1000 / max(1, count)
                after = measure(page)
                growth = (after - before) / max(1.0, before)
                print(f"| {name} | {count} | {took:.1f} | {before:.0f} | {after:.0f} | {growth:+.1%} |", flush=True)


if __name__ == "__main__":
    main()
