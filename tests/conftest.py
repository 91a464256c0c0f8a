"""What every test stands on: data, a browser, and an environment in which nothing calls home.

``GAN_DATA=ROOT make test`` runs the tests that take data on the real MNIST found there; without it they run
on made digits (tests/made_digits.py).
"""

import os
from collections.abc import Iterator
from pathlib import Path

# Before anything imports gradio or huggingface_hub: both read these once.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch
from playwright.sync_api import Browser, sync_playwright

from tests import chromium, served
from tests.made_digits import write_mnist

# Several of us run at once: threads that wait for each other on busy cores made these tests take three times as long.
torch.set_num_threads(1)


def pytest_configure(config: pytest.Config) -> None:
    """Keep one demo for all processes of this run, from the one that starts the others."""
    if not hasattr(config, "workerinput"):
        shared = served.one_for_all()
        shared.__enter__()

        def end() -> None:
            shared.__exit__(None, None, None)

        config.add_cleanup(end)


# What takes longest, in this order, begins first where several processes share the files: none works alone at the end
LONGEST = (
    *("browser/test_training", "browser/test_hand", "browser/test_links", "browser/test_page", "browser"),
    *("test_package", "test_space", "test_hosting", "training", "ui", "evaluation", "handwriting", "judges"),
)


def rank(item: pytest.Item) -> int:
    """The place of an item's file among the LONGEST."""
    return next((place for place, name in enumerate(LONGEST) if f"tests/{name}" in item.nodeid), len(LONGEST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first for many; for one alone the browser's last: Playwright keeps its loop in the thread."""
    if hasattr(config, "workerinput"):
        items.sort(key=rank)
    else:
        items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def made_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A torchvision root with 600 made training digits and 200 made test digits, the same in every run."""
    return write_mnist(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def data_root(request: pytest.FixtureRequest) -> Path:
    """The root that ``GAN_DATA`` names, with the real MNIST; else that of the made digits."""
    named = os.environ.get("GAN_DATA")
    if not named:
        return request.getfixturevalue("made_root")
    root = Path(named).expanduser().resolve()
    if not (root / "MNIST" / "raw").is_dir():
        pytest.fail(f"GAN_DATA={named} holds no MNIST/raw folder; name a torchvision root or leave it unset.", False)
    return root


@pytest.fixture(scope="session")
def demo(data_root: Path) -> str:
    """The address of the demo, in a process of its own that all tests share, whichever process they run in."""
    return served.serve_once(data_root)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the session; open a context of your own in it: ``browser.new_context()``."""
    try:
        path = chromium.find()
    except chromium.MissingBrowserError as error:
        pytest.fail(str(error), pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=chromium.ARGS)
        yield launched
        launched.close()
