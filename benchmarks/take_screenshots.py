"""Take the pictures of the README and of docs/app.md, into docs/: a sheet, and each tab in four ways.

Each tab is taken when its pictures are drawn. GAN_DATA, where MNIST lies, gives the inspector its real digits. The
files hold at most 256 colours, which the page does not exceed by much, and stay small. A picture in which a reader
would see no difference is left as it is (benchmarks/pictures.py).

    GAN_DATA=ROOT python -m benchmarks.take_screenshots [--out docs] [--tabs generate,about]
    python -m benchmarks.take_screenshots --site    # of the static site, which asks no server: wide, light
"""

import argparse
import io
import os
import tempfile
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import app
from benchmarks.pictures import encode, write_picture
from benchmarks.site import Line
from benchmarks.site import serve as serve_files
from gan.ui.page import end_process, serve
from gan.ui.tabs import NAMES
from gan.ui.tabs.generate.sheet import draw_sheet
from scripts.site.build import build as build_site
from tests import chromium
from tests.browser.rest import new_context
from tests.browser.tabs import open_by_id
from tests.served import free_port

SEED = 1
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
TALLEST = 2600  # pixels of a narrow page that are kept


def show_example(page: Page) -> None:
    """Have the Your hand tab redraw its own example, so that its pictures show something."""
    page.locator("#hand-example").click()
    page.locator("#hand-figure:not(.df-empty)").wait_for()
    page.wait_for_timeout(4000)  # it goes on refining


def shrink(data: bytes) -> bytes:
    """A screenshot as a small PNG."""
    with Image.open(io.BytesIO(data)) as image:
        cut = image.convert("RGB").crop((0, 0, image.width, min(image.height, TALLEST)))
    return encode(cut.quantize(256, dither=Image.Dither.NONE))


def keep(data: bytes, path: Path) -> None:
    """Write the picture where one sees that it is another, and say what was done."""
    written = write_picture(data, path)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB  {'written' if written else 'as it was'}", flush=True)


def take(page: Page, name: str, path: Path, *, whole: bool) -> None:
    """Open a tab and save what it shows."""
    open_by_id(page, name)
    if name == "hand":
        show_example(page)
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    keep(shrink(page.screenshot(full_page=whole)), path)


def take_site(browser: Browser, tabs: list[str], out: Path) -> None:
    """Build the site, serve its files, and save each tab."""
    width, height = SIZES["wide"]
    with tempfile.TemporaryDirectory() as made:
        build_site(Path(made) / "site")
        with serve_files(Path(made) / "site", Line()) as address:
            page = new_context(browser, viewport={"width": width, "height": height}).new_page()
            page.goto(address)
            for name in tabs:
                take(page, name, out / f"site-{name}.png", whole=False)
            page.close()


def main() -> None:
    """Serve the page, open every tab in every way, and save what it shows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--tabs", default=",".join(NAMES), help="which, by id, with commas between")
    parser.add_argument("--site", action="store_true", help="of the static site")
    args = parser.parse_args()
    out: Path = args.out
    if args.site:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
            take_site(browser, args.tabs.split(","), out)
            browser.close()
        return
    sheet = draw_sheet(app.service, "digits", "0123456789", rows=10, seed=SEED, psi=1.0)
    keep(sheet.to_png(2), out / "sheet.png")
    address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        for size, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                page = new_context(
                    browser, viewport={"width": width, "height": height}, device_scale_factor=1
                ).new_page()
                page.goto(f"{address}?__theme={theme}")
                for name in args.tabs.split(","):
                    take(page, name, out / f"{name}-{size}-{theme}.png", whole=size == "narrow")
                page.close()
        browser.close()
    end_process()


if __name__ == "__main__":
    main()
