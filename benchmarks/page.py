"""The page that draws by itself beside the server's way, in a real Chromium, in one run on one machine.

The same page of the same app, with its engine and without: a move to new pixels in ten digits, 80 digits by psi, 61
frames of another seed. Both take turns in blocks, so that a busy moment of the machine meets both. A figure starts when
the page's own script sets the control, and ends when the pixels are in place, or in the next animation frame.

    python -m benchmarks.page [--count 100] [--seconds 10]
"""

import argparse
import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import numpy as np
from playwright.sync_api import Page, sync_playwright

import app
from benchmarks.latency import WARMUP, leave_engine, open_page
from benchmarks.machine import describe_machine, take_percentiles
from gan.ui.page import end_process, serve
from tests import chromium
from tests.served import free_port

BLOCKS = 4  # turns of each
TAKE = "() => { if (window.kept) window.DigitForge.local = window.kept; }"  # the engine, after leave_engine

# Sets a control, fires its event -> [milliseconds until the pixels are in place, until the next frame shows them]. The
# rests are of any length, or every move would begin at the same moment of a frame
MEASURE = """
async ([control, event, values, picture]) => {
  const input = document.querySelector(control), times = [];
  const read = () => document.querySelector(picture)?.dataset.version;
  for (const value of values) {
    const before = read();
    const drawn = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${control}: no new pixels in 20 s`)), 20000);
      const watch = new MutationObserver(() => {
        if (!read() || read() === before) return;
        watch.disconnect();
        clearTimeout(late);
        const placed = performance.now();
        requestAnimationFrame(() => resolve([placed, performance.now()]));
      });
      watch.observe(document.querySelector(picture), { attributes: true, attributeFilter: ["data-version"] });
    });
    const begun = performance.now();
    if (event === "click") input.click();
    else {
      input.value = value;
      input.dispatchEvent(new Event(event, { bubbles: true }));
    }
    times.push((await drawn).map((moment) => moment - begun));
    await new Promise((resolve) => setTimeout(resolve, 30 + 17 * Math.random()));
  }
  return times;
}
"""

# How many pictures a second of a control that moves in each animation frame
DRAG = """
([control, picture, seconds]) => new Promise((resolve) => {
  const input = document.querySelector(control), digits = document.querySelector(picture);
  const [low, high] = [Number(input.min), Number(input.max)], begun = performance.now();
  const first = Number(digits.dataset.version);
  let frames = 0;
  const move = () => {
    const now = performance.now();
    if (now > begun + 1000 * seconds) {
      resolve({ drawn: (Number(digits.dataset.version) - first) / seconds, shown: frames / seconds });
      return;
    }
    frames += 1;
    input.value = low + (high - low) * Math.abs(((now / 1500) % 2) - 1); // at one speed, so that each frame has a value
    input.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
})
"""


def spread(low: float, high: float, count: int) -> list[str]:
    """So many values between two, the same in every run."""
    return [f"{value:.2f}" for value in np.random.default_rng(0).uniform(low, high, count)]


def open_tab(page: Page, tab: str) -> None:
    """Open a tab and wait for its first picture."""
    page.locator(f"#tab-{tab}-button").click()
    page.wait_for_selector(f"#{tab}-figure:not(.df-empty)", timeout=60_000)
    page.wait_for_timeout(500)


def measure_moves(page: Page, count: int) -> dict[str, dict[str, list[list[float]]]]:
    """Milliseconds of every row: through the server, and in the page."""
    each = 2 * -(-count // (2 * BLOCKS)) + WARMUP  # even: the next turn begins with another value than the last ended
    rows = [
        ("explore", "Explore: pad, ten digits", "#explore-x-input", "input", spread(-2, 2, each), "#explore-digits"),
        ("explore", "Explore: slant, ten digits", "#explore-slant-input", "input", spread(-10, 25, each),
         "#explore-digits"),
        ("generate", "Generate: psi, 80 digits", "#generate-psi-input", "input",
         [f"{0.5 + 0.05 * (i % 2):.2f}" for i in range(each)], "#generate-sheet"),
        ("interpolate", "Interpolate: seed, the frame looked at", "#interpolate-randomize-0", "click", [""] * each,
         "#interpolate-picture"),
        ("interpolate", "Interpolate: seed, all 61 frames", "#interpolate-randomize-0", "click", [""] * each,
         "#interpolate-strip"),
    ]  # fmt: skip
    times: dict[str, dict[str, list[list[float]]]] = {name: {"server": [], "page": []} for _, name, *_ in rows}
    for _ in range(BLOCKS):
        for tab, name, control, event, values, picture in rows:
            open_tab(page, tab)
            for where in ("server", "page"):
                if where == "server":
                    leave_engine(page)
                else:
                    page.evaluate(TAKE)
                found = page.evaluate(MEASURE, [control, event, values, picture])
                times[name][where] += found[WARMUP:]
    return times


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="moves of each control that count")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long a control is dragged")
    args = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
        page = open_page(browser, address)
        times = measure_moves(page, args.count)
        open_tab(page, "explore")
        dragged = page.evaluate(DRAG, ["#explore-x-input", "#explore-digits", args.seconds])
        browser.close()
    print(f"digits on {describe_machine()}, Gradio {gr.__version__}, Chromium, {args.count} moves each\n")
    for k, what in enumerate(("the pixels are in place", "the next frame shows them")):
        print(f"| until {what}, ms | server p50 | p95 | page p50 | p95 | page over server: p50 | p95 |")
        print("|---|---|---|---|---|---|---|")
        for name, found in times.items():
            (a, b), (c, d) = (take_percentiles([one[k] for one in found[where]]) for where in ("server", "page"))
            print(f"| {name} | {a:.1f} | {b:.1f} | {c:.1f} | {d:.1f} | {c / a:.2f} | {d / b:.2f} |")
        print()
    print(f"The pad dragged for {args.seconds:.0f} s: {dragged['drawn']:.1f} pictures of ten digits a second, of")
    print(f"{dragged['shown']:.1f} frames that the browser showed.")
    end_process()


if __name__ == "__main__":
    main()
