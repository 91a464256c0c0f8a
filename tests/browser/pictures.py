"""What a visitor sees, as arrays: the pixels that the page really has on screen."""

import base64
import io
import time

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

PATIENCE_SECONDS = 60


def read_picture(locator: Locator) -> np.ndarray:
    """The own pixels of an <img> or <canvas> as uint8 (H, W), read in the page from what is drawn there."""
    data: str = locator.evaluate(
        """(element) => {
            const canvas = document.createElement("canvas");
            canvas.width = element.naturalWidth || element.width;
            canvas.height = element.naturalHeight || element.height;
            canvas.getContext("2d").drawImage(element, 0, 0);
            return canvas.toDataURL("image/png").split(",")[1];
        }"""
    )
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return np.asarray(image.convert("L"))


def read_version(locator: Locator) -> int:
    """How many times something was drawn there."""
    return int(locator.get_attribute("data-version") or 0)


def wait_until_drawn(locator: Locator, after: int = 0) -> int:
    """Wait for newer pixels than version `after`, and until no newer ones come -> their version."""
    end = time.monotonic() + PATIENCE_SECONDS
    while read_version(locator) <= after:  # looked for anew: a refused link's content gives way to another
        assert time.monotonic() < end, f"nothing newer than version {after} was drawn at {locator}"
        locator.page.wait_for_timeout(30)
    while True:
        version = read_version(locator)
        locator.page.wait_for_timeout(150)
        if read_version(locator) == version:
            return version


def open_tab(page: Page, name: str) -> None:
    """Open a tab by its name."""
    tab = page.get_by_role("tab", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
