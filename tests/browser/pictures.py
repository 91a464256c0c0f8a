"""What a visitor sees, as arrays: the pixels that the page really has on screen."""

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.rest import PATIENCE, wait_until_rest


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


def is_same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures show the same: the page and the server may round to neighbouring grey levels."""
    if one.shape != other.shape:
        return False
    apart = np.abs(one.astype(int) - other.astype(int))
    return bool(apart.max() <= 1 and (apart > 0).mean() <= 0.04)  # 2 %, of pictures as small as a digit twice that


def read_version(locator: Locator) -> int:
    """How many times something was drawn there."""
    return int(locator.get_attribute("data-version") or 0)


def wait_until_newer(locator: Locator, after: int = 0) -> int:
    """Wait for newer pixels than version `after` -> their version; more may be on their way."""
    newer = "([one, after]) => !one.isConnected || Number(one.dataset.version || 0) > after"
    while read_version(locator) <= after:  # looked for anew: a refused link's content gives way to another
        locator.page.wait_for_function(newer, arg=[locator.element_handle(), after], timeout=PATIENCE)
    return read_version(locator)


def wait_until_drawn(locator: Locator, after: int = 0) -> int:
    """Wait for newer pixels than version `after`, and until the page is at rest -> the version shown."""
    wait_until_newer(locator, after)
    wait_until_rest(locator.page)
    return read_version(locator)


def open_tab(page: Page, name: str) -> None:
    """Open a tab by its name."""
    tab = page.get_by_role("tab", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
