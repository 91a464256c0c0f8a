"""Take the README's pictures: a sheet, and both tabs of the page, wide and narrow, light and dark, into docs/.

python -m benchmarks.take_screenshots [--out docs]
"""

import argparse
import os
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from playwright.sync_api import sync_playwright

import app
from gan.ui.page import serve
from tests import chromium
from tests.served import free_port

SEED = 1
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


def main() -> None:
    """Serve the page, open it in every way, and save what it shows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out: Path = parser.parse_args().out
    sheet = app.service.draw_sheet("digits", "0123456789", rows=10, seed=SEED, psi=1.0)
    (out / "sheet.png").write_bytes(sheet.to_png(2))
    address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        for name, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
                page.goto(f"{address}?__theme={theme}")
                for tab in ("generate", "interpolate"):
                    page.get_by_role("tab", name=tab.capitalize()).click()
                    page.wait_for_selector(f"#{tab}-figure:not(.df-empty)")
                    page.wait_for_timeout(500)
                    page.screenshot(path=out / f"{tab}-{name}-{theme}.png", full_page=name == "narrow")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
