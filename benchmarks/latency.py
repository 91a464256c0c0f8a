"""From a control to new pixels through the server, in a real Chromium: our page beside a Gradio app's constant.

Each figure starts when the page's own script sets the control and fires its event, and ends in the first animation
frame after the new pixels are in place. The floors are two smallest possible Gradio apps, measured in the same run:
an event that returns a constant picture to gr.Image, and a server function whose constant PNG a gr.HTML shows (the
fastest path through the server there is). Two constants take turns, or the browser would have nothing to draw.

Your hand is timed from an example's last stroke, as from a pen that is lifted: to the first redrawn digit, and to the
last step of its refinement, with all ten digits and the number drawn anew on the way.

    python -m benchmarks.latency [--count 100] [--drawings 30]
"""

import argparse
import base64
import io
import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import app
from benchmarks.machine import describe_machine, take_percentiles
from gan.handwriting.invert import STEPS
from gan.ui.page import end_process, serve
from tests import chromium
from tests.served import free_port

SIDE = 280
WARMUP = 10

# Sets a control, fires its event, and waits until the picture's attribute is another; milliseconds
MEASURE = """
async ([control, event, values, picture, attribute]) => {
  const input = document.querySelector(control), times = [];
  const read = () => document.querySelector(picture)?.getAttribute(attribute);
  for (const value of values) {
    const before = read();
    const drawn = new Promise((resolve) => {
      const watch = new MutationObserver(async () => {
        if (!read() || read() === before) return;
        watch.disconnect();
        const shown = document.querySelector(picture);
        if (shown.decode) await shown.decode();
        requestAnimationFrame(() => resolve(performance.now()));
      });
      watch.observe(document.body, { attributes: true, attributeFilter: [attribute], childList: true, subtree: true });
    });
    const begun = performance.now();
    if (event === "click") input.click();
    else {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
      input.dispatchEvent(new Event(event, { bubbles: true }));
    }
    const late = new Promise((_, no) => setTimeout(() => no(new Error(`${control}: no new pixels in 20 s`)), 20000));
    times.push((await Promise.race([drawn, late])) - begun);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return times;
}
"""

# Has an example drawn and waits for its first answer and for the refinement's end; [[milliseconds, milliseconds], ...]
DRAW = """
async ([count, steps]) => {
  const find = (name) => document.getElementById(`hand-${name}`);
  const [button, figure, redrawn] = ["example", "figure", "redrawn"].map(find);
  const until = (ready) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no answer in 20 s")), 20000);
    const look = () => {
      if (!ready()) return;
      clearTimeout(late);
      watch.disconnect();
      requestAnimationFrame(() => resolve(performance.now()));
    };
    const watch = new MutationObserver(look);
    watch.observe(figure, { attributes: true, attributeFilter: ["data-version", "data-step"], subtree: true });
  });
  const times = [];
  for (let i = 0; i < count; i++) {
    const before = redrawn.dataset.version;
    const first = until(() => redrawn.dataset.version !== before);
    const begun = performance.now();
    button.click();
    const answered = await first;
    const last = figure.dataset.step === steps ? answered : await until(() => figure.dataset.step === steps);
    times.push([answered - begun, last - begun]);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return times;
}
"""


def make_constants() -> list[Image.Image]:
    """Two pictures that differ."""
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)) for _ in range(2)]


def build_image_floor() -> gr.Blocks:
    """A slider whose event returns one of two constants to gr.Image, outside the queue."""
    pictures = make_constants()
    with gr.Blocks(analytics_enabled=False) as page:
        slider = gr.Slider(0, 1000, step=1, elem_id="slider")
        image = gr.Image(pictures[0], elem_id="picture", format="png")
        slider.input(
            lambda value: pictures[int(value) % 2], slider, image, queue=False, show_progress="hidden",
            trigger_mode="always_last",
        )  # fmt: skip
    return page


def build_function_floor() -> gr.Blocks:
    """A range whose server function returns one of two constant PNGs, shown by the page's script."""
    encoded = []
    for picture in make_constants():
        data = io.BytesIO()
        picture.save(data, "PNG")
        encoded.append(base64.b64encode(data.getvalue()).decode())

    def answer(value: int) -> str:
        return encoded[int(value) % 2]

    with gr.Blocks(analytics_enabled=False) as page:
        gr.HTML(
            html_template='<input id="slider" type="range" min="0" max="1000"><img id="picture" data-version="0">',
            js_on_load="""
              const [slider, picture] = element.querySelectorAll("input, img");
              slider.addEventListener("input", async () => {
                picture.src = "data:image/png;base64," + await server.answer(Number(slider.value));
                await picture.decode();
                picture.dataset.version = Number(picture.dataset.version) + 1;
              });""",
            server_functions=[answer],
        )
    return page


def measure(
    page: Page, control: str, event: str, values: list[str], picture: str, attribute: str
) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds from the control to new pixels."""
    times = page.evaluate(MEASURE, [control, event, values, picture, attribute])
    return take_percentiles(times[WARMUP:])


def open_page(browser: Browser, address: str) -> Page:
    """The page in a new window of 1280 x 900."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    return page


def open_demo(browser: Browser, address: str) -> Page:
    """The demo, drawn by its server alone: `benchmarks.page` has the page's own engine."""
    page = open_page(browser, address)
    leave_engine(page)
    return page


def leave_engine(page: Page) -> None:
    """Take the page's engine away, once it is there; `window.kept` has it."""
    page.wait_for_function("() => window.DigitForge?.local?.explore", timeout=60_000)
    page.evaluate("() => { window.kept ??= DigitForge.local; DigitForge.local = {}; }")


def measure_floor(
    browser: Browser, blocks: gr.Blocks, values: list[str], control: str, attribute: str
) -> tuple[float, float]:
    """Serve the app, move its slider, stop it."""
    _, address, _ = blocks.launch(
        server_port=free_port(), prevent_thread_lock=True, quiet=True, run_history=False, ssr_mode=False
    )
    page = open_page(browser, address)
    page.wait_for_selector(control)
    page.wait_for_timeout(1000)
    picture = "#picture" if attribute == "data-version" else "#picture img"
    found = measure(page, control, "input", values, picture, attribute)
    page.close()
    blocks.close(verbose=False)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="moves of each control that count")
    parser.add_argument("--drawings", type=int, default=30, help="drawings on Your hand that count")
    args = parser.parse_args()
    turns = range(args.count + args.count % 2 + WARMUP)  # even: the next control's first value is then another
    odd_even = [str((i + 1) % 2 + 2 * (i % 300)) for i in turns]
    rows: list[tuple[str, tuple[float, float]]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        rows.append(
            ("floor: constant picture, gr.Image",
             measure_floor(browser, build_image_floor(), odd_even, "#slider input[type=range]", "src"))
        )  # fmt: skip
        rows.append(
            ("floor: constant PNG, server function",
             measure_floor(browser, build_function_floor(), odd_even, "#slider", "data-version"))
        )  # fmt: skip
        address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
        page = open_demo(browser, address)
        page.wait_for_selector("#generate-figure:not(.df-empty)")
        psi = [f"{0.5 + 0.05 * (i % 2):.2f}" for i in turns]
        slider = "#generate-psi input[type=range]"
        rows.append(
            ("Generate: psi slider, 80 digits", measure(page, slider, "input", psi, "#generate-sheet", "data-version"))
        )
        page.locator("#generate-rows input[type=number]").fill("10")
        page.wait_for_timeout(500)
        rows.append(
            ("Generate: psi slider, 10 x 10", measure(page, slider, "input", psi, "#generate-sheet", "data-version"))
        )
        page.locator("#generate-rows input[type=number]").fill("1")
        page.wait_for_timeout(500)
        rows.append(
            ("Generate: psi slider, 10 digits", measure(page, slider, "input", psi, "#generate-sheet", "data-version"))
        )
        page.locator("#generate-rows input[type=number]").fill("8")
        page.wait_for_timeout(500)
        rows.append(
            ("Generate: Randomize, 80 digits",
             measure(page, "#generate-randomize", "click", psi, "#generate-sheet", "data-version"))
        )  # fmt: skip
        page.get_by_role("tab", name="Interpolate").click()
        page.wait_for_selector("#interpolate-figure:not(.df-empty)")
        scrub = [str(i % 61) for i in turns]
        rows.append(
            ("Interpolate: scrub",
             measure(page, "#interpolate-slider", "input", scrub, "#interpolate-picture", "data-version"))
        )  # fmt: skip
        rows.append(
            ("Interpolate: Randomize, 61 frames",
             measure(page, "#interpolate-randomize-0", "click", psi, "#interpolate-strip", "data-version"))
        )  # fmt: skip
        page.get_by_role("tab", name="Your hand").click()
        page.wait_for_selector(f'#hand-figure[data-step="{STEPS}"]', timeout=60_000)
        drawn = page.evaluate(DRAW, [args.drawings + 3, str(STEPS)])[3:]
        browser.close()
    floor = rows[0][1]
    print(f"digits on {describe_machine()}, Gradio {gr.__version__}, Chromium, {args.count} moves each")
    print(f"{'control to new pixels, ms':40} {'p50':>7} {'p95':>7}   p50 over the gr.Image floor")
    for name, (p50, p95) in rows:
        print(f"{name:40} {p50:>7.1f} {p95:>7.1f}   {p50 / floor[0]:.2f}")
    print(f"\n{f'Your hand, {args.drawings} drawings, ms':40} {'p50':>7} {'p95':>7} {'most':>7}")
    for name, times in zip(("to the first redrawn digit", "to the refined one"), zip(*drawn, strict=True), strict=True):
        p50, p95 = take_percentiles(list(times))
        print(f"{name:40} {p50:>7.0f} {p95:>7.0f} {max(times):>7.0f}")
    end_process()


if __name__ == "__main__":
    main()
