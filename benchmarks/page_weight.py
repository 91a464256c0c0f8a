"""What opening the page costs: bytes, requests, and the time until a visitor can do something.

Every row is a visit by a new browser profile to a server on this machine, so that the network takes no time: bytes and
requests are what a slower line has to carry. Interactive: the first sheet of digits is drawn, and the Generate button
answers. Bytes are those that travel, compressed where the server compresses.

    python -m benchmarks.page_weight [--visits 5]
"""

import argparse
import os
import statistics
import time

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from playwright.sync_api import Browser, Page, sync_playwright

import app
from benchmarks.machine import describe_machine
from gan.ui.page import end_process, serve
from gan.ui.tabs import NAMES
from tests import chromium
from tests.browser.pictures import wait_until_drawn
from tests.browser.rest import new_context
from tests.browser.tabs import open_by_id
from tests.served import free_port


def measure(browser: Browser, address: str) -> dict[str, float]:
    """One visit -> bytes, requests, and seconds to the first picture and to an answer of the first button."""
    context = new_context(browser, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    carried = Carried(page)
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    sheet = page.locator("#generate-sheet")
    sheet.wait_for(state="attached")
    page.wait_for_function("Number(document.querySelector('#generate-sheet')?.dataset.version) > 0")
    first = time.perf_counter() - begun
    version = wait_until_drawn(sheet)
    clicked = time.perf_counter()
    page.locator("#generate-draw").click()
    page.wait_for_function(
        "(before) => Number(document.querySelector('#generate-sheet').dataset.version) > before", arg=version
    )
    answered = time.perf_counter() - clicked
    page.wait_for_load_state("networkidle")
    opened = carried.bytes, carried.requests
    for name in NAMES:
        open_by_id(page, name)
    found = {
        "requests": opened[1],
        "kilobytes": opened[0] / 1000,
        "interactive": first,
        "answer": answered,
        "all_requests": carried.requests,
        "all_kilobytes": carried.bytes / 1000,
    }
    context.close()
    return found


class Carried:
    """Counts what a page fetches: requests, and bytes as they travel (headers aside)."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0.0
        self.requests = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self.count)

    def count(self, event: dict[str, float]) -> None:
        """One answer is there."""
        self.requests += 1
        self.bytes += event["encodedDataLength"]


def main() -> None:
    """Serve the page, visit it several times, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=5)
    visits = parser.parse_args().visits
    address = serve(app.demo, app.service, host="127.0.0.1", port=free_port(), block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGS))
        measure(browser, address)  # the server's first visitor waits for the weights
        rows = [measure(browser, address) for _ in range(visits)]
        browser.close()
    middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    print(describe_machine())
    print(f"medians of {visits} visits, each by a new browser profile\n")
    print("| | requests | kB | seconds |\n|---|---|---|---|")
    print(f"| page open, first sheet drawn | {middle['requests']:.0f} | {middle['kilobytes']:,.0f} |", end=" ")
    print(f"{middle['interactive']:.2f} |")
    print(f"| the first button's answer | | | {middle['answer']:.3f} |")
    print(f"| all {len(NAMES)} tabs opened | {middle['all_requests']:.0f} | {middle['all_kilobytes']:,.0f} | |")
    end_process()


if __name__ == "__main__":
    main()
