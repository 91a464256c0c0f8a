"""From a move on the Explore tab to new pixels through the server, in a real Chromium, beside floors of the same run.

The floors are smallest possible Gradio apps: a server function whose constant PNG a gr.HTML shows (as in
benchmarks.latency), and one whose ten constant digits are put onto ten canvases. A figure starts when the page's
own script sets the control and fires its event, and ends in the first animation frame after the new pixels.
Floors and tab take turns in blocks, so that a busy moment of the machine meets them all. Below stands what of it is the
wire: the same constant digits there and back, by server function and by the socket of gan/ui/moves.py.

    python -m benchmarks.explore [--count 200]
    python -m benchmarks.explore --people 16 [--seconds 20]    # that many visitors at once, each never at rest
    python -m benchmarks.explore --events 5000                 # the server's memory before and after
"""

import argparse
import base64
import functools
import os
import subprocess
import time
import urllib.request
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import app
from benchmarks.latency import MEASURE, WARMUP, build_function_floor, leave_engine, open_demo, open_page
from benchmarks.machine import describe_machine, take_percentiles
from gan.ui.assets import SCRIPTS
from gan.ui.moves import make_route
from gan.ui.page import end_process, serve
from tests import chromium
from tests.served import free_port, start

BLOCKS = 5  # turns of each
COUNT = 10  # digits of the floor
SOCKET = "/gradio_api/constant"  # of the floor, for the wire alone

# One request after another, a rest in between, by a server (see scripts/source.js); milliseconds
ROUND_TRIPS = """
async ([way, count]) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
    const begun = performance.now();
    await window[way].answer({ want: "edit", value: i });
    times.push(performance.now() - begun);
  }
  return times;
}
"""

# One visitor who never rests: the next move as soon as the last one's pixels are there
DRAG = """
([seconds, most]) => {
  const digits = document.querySelector("#explore-digits"), slider = document.querySelector("#explore-slant-input");
  const pad = document.querySelector("#explore-x-input"), said = '#explore .df-problem:not(:empty)';
  const times = [], until = performance.now() + 1000 * seconds;
  let i = 0, faults = 0;
  window.served = new Promise((done) => {
    const move = () => {
      if (performance.now() > until || i >= most) return done({ times, faults });
      const input = i++ % 2 ? slider : pad;
      const before = digits.dataset.version, begun = performance.now();
      input.value = Number(input.min) + Math.random() * (input.max - input.min);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      const look = () => {
        if (document.querySelector(said)) faults += 1;
        else if (digits.dataset.version === before && performance.now() < begun + 30000) return setTimeout(look, 1);
        else if (digits.dataset.version === before) faults += 1;
        times.push(performance.now() - begun);
        setTimeout(move, 0);
      };
      look();
    };
    move();
  });
}
"""


@functools.cache
def make_constants() -> list[str]:
    """Two times ten digits that differ."""
    rng = np.random.default_rng(0)
    return [base64.b64encode(rng.integers(0, 256, COUNT * 784, dtype=np.uint8).tobytes()).decode() for _ in "ab"]


def answer(request: dict[str, Any]) -> dict[str, str]:
    """The one or the other, by the request's value."""
    return {"pixels": make_constants()[int(request["value"]) % 2]}


def build_pixels_floor() -> gr.Blocks:
    """A range whose server function returns one of two constants of ten digits, put onto ten canvases."""
    canvases = '<canvas width="28" height="28"></canvas>' * COUNT
    with gr.Blocks(analytics_enabled=False) as page:
        gr.HTML(
            html_template=f'<input id="slider" type="range" min="0" max="1000"><div id="picture">{canvases}</div>',
            js_on_load="""
              const slider = element.querySelector("input"), picture = element.querySelector("#picture");
              const contexts = [...element.querySelectorAll("canvas")].map((one) => one.getContext("2d"));
              Object.assign(window, { plain: server, quick: DigitForge.hasten(server, "PATH", "edit") });
              slider.addEventListener("input", async () => {
                const { pixels } = await server.answer({ value: Number(slider.value) });
                const bytes = Uint8Array.from(atob(pixels), (one) => one.charCodeAt(0));
                contexts.forEach((context, n) => {
                  const image = context.createImageData(28, 28), words = new Uint32Array(image.data.buffer);
                  for (let i = 0; i < 784; i++) words[i] = 0xff000000 | (bytes[784 * n + i] * 0x010101);
                  context.putImageData(image, 0, 0);
                });
                picture.dataset.version = Number(picture.dataset.version || 0) + 1;
              });""".replace("PATH", SOCKET),
            server_functions=[answer],
        )
    return page


def open_floor(browser: Browser, blocks: gr.Blocks) -> Page:
    """Serve a floor's app, the socket for its wire beside it, and open it."""
    _, address, _ = blocks.launch(
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        run_history=False,
        ssr_mode=False,
        head=f"<script>{(SCRIPTS / 'moves.js').read_text(encoding='utf-8')}</script>",
        app_kwargs={"routes": [make_route(SOCKET, answer)]},
    )
    page = open_page(browser, address)
    page.wait_for_selector("#slider")
    page.wait_for_timeout(1000)
    return page


def open_explore(page: Page) -> Page:
    """The tab, drawn for the first time and its handwriting known."""
    page.get_by_role("tab", name="Explore").click()
    page.wait_for_selector("#explore-figure:not(.df-empty)", timeout=60_000)
    page.wait_for_selector("#explore-slant-input:enabled", timeout=180_000)
    page.wait_for_timeout(1000)
    return page


def measure_moves(browser: Browser, count: int) -> None:
    """Print the table of floors and controls."""
    address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
    png, pixels = open_floor(browser, build_function_floor()), open_floor(browser, build_pixels_floor())
    explore = open_explore(open_demo(browser, address))
    each = -(-count // BLOCKS) + WARMUP

    def spread(low: float, high: float) -> list[str]:
        rng = np.random.default_rng(0)
        return [f"{value:.2f}" for value in rng.uniform(low, high, each)]

    turns = [str((i + 1) % 2 + 2 * (i % 300)) for i in range(each)]
    rows: list[tuple[str, Page, str, list[str], str]] = [
        ("floor: constant PNG, server function", png, "#slider", turns, "#picture"),
        ("floor: ten constant digits, canvases", pixels, "#slider", turns, "#picture"),
        ("Explore: pad, ten digits", explore, "#explore-x-input", spread(-2, 2), "#explore-digits"),
        ("Explore: psi, ten digits", explore, "#explore-psi-input", spread(0.3, 1.2), "#explore-digits"),
        ("Explore: slant, ten digits", explore, "#explore-slant-input", spread(-10, 25), "#explore-digits"),
        ("Explore: width with slant, ten digits", explore, "#explore-width-input", spread(9, 15), "#explore-digits"),
    ]
    times: dict[str, list[float]] = {name: [] for name, *_ in rows}
    for _ in range(BLOCKS):
        explore.locator("#explore-reset").click()
        explore.wait_for_timeout(500)
        for name, page, control, values, picture in rows:
            page.bring_to_front()
            found = page.evaluate(MEASURE, [control, "input", values, picture, "data-version"])
            times[name] += found[WARMUP:]
    print(f"{'move to new pixels, ms':40} {'p50':>7} {'p95':>7}   p95 over the floors' p95")
    floors = [take_percentiles(times[name])[1] for name, *_ in rows[:2]]
    for name, *_ in rows:
        p50, p95 = take_percentiles(times[name])
        print(f"{name:40} {p50:>7.1f} {p95:>7.1f}   {p95 / floors[0]:.2f} (PNG)  {p95 / floors[1]:.2f} (digits)")
    pixels.bring_to_front()
    for name, way in (("by server function", "plain"), ("by the socket of moves", "quick")):
        p50, p95 = take_percentiles(pixels.evaluate(ROUND_TRIPS, [way, count + WARMUP])[WARMUP:])
        print(f"{f'there and back, {name}':40} {p50:>7.1f} {p95:>7.1f}")


def serve_apart() -> tuple[subprocess.Popen[bytes], str]:
    """The demo in a process of its own, and its address."""
    port = free_port()
    process, address = start(port), f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return process, address
        except OSError:
            time.sleep(0.1)
    raise SystemExit("app.py served no page within a minute")


def measure_people(browser: Browser, people: int, seconds: float) -> None:
    """Print how so many visitors at once are served."""
    process, address = serve_apart()
    try:
        pages = []
        for _ in range(people):
            pages.append(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
            pages[-1].goto(address)
            leave_engine(pages[-1])
            open_explore(pages[-1])
        for page in pages:
            page.evaluate(DRAG, [seconds, 10**9])
        found = [page.evaluate("() => window.served") for page in pages]
    finally:
        process.terminate()
        process.wait(30)
    served = np.array([len(one["times"]) for one in found])
    faults = sum(one["faults"] for one in found)
    p50, p95 = take_percentiles([value for one in found for value in one["times"]])
    print(
        f"{people} visitors at once for {seconds:.0f} s, each moving again as soon as the last move's digits are there"
    )
    print(f"moves served   {served.sum()}, {served.sum() / seconds:.0f} a second; errors {faults}")
    print(f"a visitor      {served.min()} to {served.max()}, standard deviation {served.std() / served.mean():.1%}")
    print(f"a move, ms     p50 {p50:.0f}, p95 {p95:.0f}")


def read_rss(pid: int) -> float:
    """Resident memory of a process, MB."""
    out = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(out) / 1024


def measure_memory(browser: Browser, events: int) -> None:
    """Print the server's resident memory before and after so many moves."""
    process, address = serve_apart()
    try:
        page = open_explore(open_demo(browser, address))

        def move(count: int) -> int:
            page.evaluate(DRAG, [3600, count])
            return int(page.evaluate("() => window.served")["faults"])

        move(500)
        before, begun = read_rss(process.pid), time.monotonic()
        marks, faults = [], 0
        for _ in range(5):
            faults += move(-(-events // 5))
            marks.append(read_rss(process.pid))
        took = time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(30)
    print(f"{events} moves of the pad and a slider in {took:.0f} s, errors {faults}")
    print(f"server's memory, MB   after 500 moves {before:.0f}; then {', '.join(f'{mark:.0f}' for mark in marks)}")
    print(f"grown by {marks[-1] - before:+.1f} MB")


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="moves of each control that count")
    parser.add_argument("--people", type=int, help="visitors at once")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long they move")
    parser.add_argument("--events", type=int, help="moves after which the server's memory is looked at")
    args = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        print(f"{describe_machine()}, Gradio {gr.__version__}, Chromium")
        if args.people:
            measure_people(browser, args.people, args.seconds)
        elif args.events:
            measure_memory(browser, args.events)
        else:
            measure_moves(browser, args.count)
        browser.close()
    end_process()


if __name__ == "__main__":
    main()
