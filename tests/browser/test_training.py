"""The Training tab in a real browser: the time machine, a run from its first step to a kept model, and watchers."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from gan.data import to_uint8
from gan.drawing.generator import load
from gan.store import released as checkpoint
from gan.store.snapshots import read_history
from gan.training.moments import add
from gan.ui.engine import serve as engine_files
from tests.browser.conftest import SIZES
from tests.browser.pictures import open_tab, read_picture, read_version, wait_until_drawn
from tests.browser.rest import count_to_come, new_context, wait_for_a_frame, wait_until_rest
from tests.browser.tabs import on_desktop
from tests.served import free_port, wait_until_up
from tests.tiny_checkpoint import write_tiny
from tests.tiny_run import make_run, release

ROOT = Path(__file__).resolve().parent.parent.parent
LONG = 60_000  # a training process has torch to import first
SERVE = """
import sys
from pathlib import Path
from gan.store import released as checkpoint
checkpoint.CHECKPOINTS = Path(sys.argv[1])
import app
sys.exit(app.main(["--port", sys.argv[2]]))
"""


@contextmanager
def serve(folder: Path, root: Path, **environment: str) -> Iterator[str]:
    """The demo over checkpoints of our own, with that data root, in a process of its own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    inherited = {name: value for name, value in os.environ.items() if name not in ("SYSTEM", "SPACE_ID")}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={**inherited, "OMP_NUM_THREADS": "2", "GAN_DATA": str(root), "HOST": "127.0.0.1", **environment},
    )
    try:
        wait_until_up(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def folder(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """checkpoints/ with a small released run and its history, called digits, and a model without one."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        run = make_run(made_root, tmp_path_factory.mktemp("run"))
        release(run, "digits")
        add(run, "digits", made_root)
    write_tiny(folder / "bare.safetensors")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, made_root: Path) -> Iterator[str]:
    with serve(folder, made_root) as served:
        yield served


def open_training(page: Page, part: str) -> None:
    """Open the tab, and one of its halves."""
    open_tab(page, "Training")
    page.get_by_role("button", name=part).click()


@pytest.fixture
def machine(page: Page) -> Locator:
    """The time machine's picture, drawn for the first time."""
    open_training(page, "Time machine")
    picture = page.locator("#machine-picture")
    wait_until_drawn(picture)
    return picture


def move(page: Page, value: int) -> None:
    page.locator("#machine-slider").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", value
    )


# ---- the time machine -----------------------------------------------------------------------------------------------


def test_the_slider_shows_the_same_z_at_each_moment_and_asks_nothing_of_the_server(page, machine, folder, monkeypatch):
    recipe = json.loads(page.locator("#machine-figure").get_attribute("data-recipe") or "")
    generator = load(str(folder / "digits.safetensors"))
    assert generator.sha256 == recipe["weights"]
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", folder)
    history = read_history("digits", generator.sha256)
    asked: list[str] = []
    page.on(
        "request", lambda one: None if "/page/" in one.url else asked.append(one.url)
    )  # the engine may be on its way
    seen = []
    for place in (0, len(history.moments) // 2, len(history.moments) - 1):
        before = read_version(machine)
        move(page, place)
        assert read_version(machine) == before + 1
        expect(page.locator("#machine-figure")).to_have_attribute("data-images", str(recipe["moments"][place]))
        pixels = read_picture(machine)
        assert pixels.shape == (122, 302)
        network = history.build(place)
        drawn = to_uint8(network(generator.draw_z(recipe["seed"], [0]), torch.tensor([3])))
        assert np.abs(drawn[0, 0].numpy().astype(int) - pixels[2:30, 92:120]).max() <= 1
        seen.append(pixels)
    assert not np.array_equal(seen[0], seen[2])
    assert asked == []


def test_the_moment_is_told_in_words_and_marked_on_its_curves(page, machine):
    move(page, 0)
    expect(page.locator("#machine-readout")).to_have_text("0 images, 0.0 s")
    expect(page.locator("#machine-words")).to_contain_text("Before the first step: G's weights are random")
    marks = page.locator("#machine-losses circle")
    expect(marks).to_have_count(0)
    at = page.locator("#machine-losses .dt-now").get_attribute("x1")
    page.locator("#machine-slider").press("End")
    expect(page.locator("#machine-readout")).to_contain_text("1,600 images")
    words = page.locator("#machine-words")
    expect(words).to_contain_text(re.compile(r"Loss of D \d\.\d\d, of G \d\.\d\d\."))
    expect(words).to_contain_text(re.compile(r"D says \d+\s% real of real digits, \d+\s% of forged ones"))
    expect(words).to_contain_text(re.compile(r"A reader sees the digit asked for in \d+\s% of the pictures"))
    expect(marks).to_have_count(2)
    later = page.locator("#machine-losses .dt-now").get_attribute("x1")
    assert at is not None
    assert later is not None
    assert float(later) > float(at)
    for chart in ("losses", "verdict", "quality"):
        lines = page.locator(f"#machine-{chart} .dt-line")
        expect(lines).to_have_count(2)
        assert "L" in (lines.first.get_attribute("d") or "")
    expect(page.locator("#machine-losses")).to_contain_text("real images shown to D (log scale)")
    label = page.locator("#machine-slider").get_attribute("aria-valuetext") or ""
    assert label.startswith("1,600 images")
    expect(machine).to_have_attribute("aria-label", re.compile("Digits by G after 1,600 images: 0 1 2 3"))


def test_play_goes_through_the_moments_and_stops_at_the_end(page, machine):
    slider = page.locator("#machine-slider")
    last = slider.get_attribute("max")
    wait_until_rest(page)
    quiet = count_to_come(page)
    page.locator("#machine-play").click()  # from the end it begins anew
    expect(page.locator("#machine-play")).to_have_text("Pause")
    expect(slider).to_have_value("2")
    assert count_to_come(page) > quiet
    page.locator("#machine-play").click()
    wait_until_rest(page)
    assert count_to_come(page) <= quiet  # nothing is left that could move it
    page.locator("#machine-play").click()
    expect(slider).to_have_value(str(last))
    expect(page.locator("#machine-play")).to_have_text("Play")


@on_desktop
def test_another_seed_keeps_the_moment_and_a_bad_one_is_a_sentence_at_its_control(page, machine):
    move(page, 1)
    first, version = read_picture(machine), read_version(machine)
    box = page.locator("#machine-seed-input")
    box.fill("77")
    version = wait_until_drawn(machine, version)
    assert not np.array_equal(read_picture(machine), first)
    assert page.locator("#machine-slider").input_value() == "1"
    box.fill("4294967296")
    problem = page.locator("#machine-seed").get_by_role("alert")
    expect(problem).to_have_text("The seed is 4294967296; it must be a whole number from 0 to 4,294,967,295.")
    box.fill("1")
    expect(problem).to_have_count(0)
    wait_until_drawn(machine, version)
    np.testing.assert_array_equal(read_picture(machine), first)


@on_desktop
def test_a_link_opens_the_same_moment_and_seed(page, machine, browser, address):
    page.locator("#machine-seed-input").fill("5")
    wait_until_drawn(machine, read_version(machine))
    move(page, 1)
    expected = read_picture(machine)
    page.locator("#machine-link").click()
    page.wait_for_function("window.location.search.includes('moment=')")
    link = page.url
    assert "tab=training" in link
    context = new_context(browser, viewport=SIZES["desktop"])
    other = context.new_page()
    other.goto(link)
    open_training(other, "Time machine")
    picture = other.locator("#machine-picture")
    wait_until_drawn(picture)
    np.testing.assert_array_equal(read_picture(picture), expected)
    expect(other.locator("#machine-seed-input")).to_have_value("5")
    context.close()


@on_desktop
def test_a_model_without_a_history_is_a_sentence_and_back_again(page, machine):
    page.locator("#model input").click()
    page.get_by_role("option", name="bare").click()
    expect(page.locator("#machine-none")).to_have_text(
        "The run that made bare left no history here; python -m gan.history add RUN --name bare brings one. "
        "There is one of: digits."
    )
    expect(page.locator("#machine-figure")).to_be_hidden()
    page.locator("#model input").click()
    page.get_by_role("option", name="digits").click()
    expect(page.locator("#machine-figure")).to_be_visible()


# ---- training here --------------------------------------------------------------------------------------------------


@contextmanager
def visit(browser: Browser, address: str, part: str = "Train here", size: str = "desktop") -> Iterator[Page]:
    """Another visitor, on that half of the tab; afterwards nothing was logged as an error."""
    context = new_context(browser, viewport=SIZES[size], accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    open_training(page, part)
    yield page
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert complaints == []
    assert wide == SIZES[size]["width"]


def wait_for_state(page: Page, state: str) -> None:
    expect(page.locator("#training-part")).to_have_attribute("data-state", state, timeout=LONG)


@pytest.fixture
def train(browser: Browser, address: str) -> Iterator[Page]:
    """A visitor who may start a run; whatever runs when the test ends is stopped by its owner."""
    with visit(browser, address) as page:
        expect(page.locator("#training-start")).to_have_attribute("aria-disabled", "false", timeout=150_000)
        yield page
        stop = page.locator("#training-stop")
        if stop.get_attribute("aria-disabled") == "false":
            stop.click()
            wait_for_state(page, "ended")
        if page.locator("#training-result").is_visible() and not page.locator("#training-kept").inner_text():
            page.locator("#training-name-input").fill(f"kept-{time.monotonic_ns()}")  # frees the place for the next
            page.locator("#training-keep").click()
            expect(page.locator("#training-kept")).to_contain_text("Kept as")


def wait_for_an_answer(page: Page) -> None:
    """Return when the page has shown the server's next answer."""
    with page.expect_response(re.compile("/component_server")):
        pass
    wait_for_a_frame(page)


def start_paused(page: Page) -> None:
    page.locator("#training-step-d").click()
    expect(page.locator("#training-step")).to_contain_text("One step of D", timeout=LONG)


def read_shares(page: Page) -> list[float]:
    """The figures of the last step's sentence: of the forged before and after, of the real before and after, ..."""
    text = page.locator("#training-step").inner_text()
    return [float(number) for number in re.findall(r"(\d+(?:\.\d+)?)\s%", text)]


def test_single_steps_move_ds_opinion_the_way_that_theory_says(train):
    start_paused(train)
    wait_for_state(train, "paused")
    for _ in range(3):
        before = train.locator("#training-step").inner_text()
        train.locator("#training-step-d").click()
        expect(train.locator("#training-step")).not_to_have_text(before)
    forged, forged_after, real, real_after, *_ = read_shares(train)
    assert real_after - forged_after > real - forged  # D learnt to tell them apart
    train.locator("#training-step-g").click()
    expect(train.locator("#training-step")).to_contain_text("One step of G")
    forged, forged_after, *_ = read_shares(train)
    assert forged_after > forged  # and G to fool it
    expect(train.locator("#training-says")).to_have_text(re.compile(r"D says \d+\s% real of real digits, \d+\s% of"))
    balance = train.locator("#training-balance")
    expect(balance).to_have_attribute("aria-label", re.compile(r"Balance of skill: D is right in \d+"))
    won = int(re.findall(r"right in (\d+)", balance.get_attribute("aria-label") or "")[0])
    expect(balance.locator("text").first).to_have_text(f"D {won} %")
    heights = [pan.bounding_box() for pan in balance.locator(".dt-pan").all()]
    balance.evaluate("(one) => Promise.all(one.getAnimations({ subtree: true }).map((move) => move.finished))")
    heights = [pan.bounding_box() for pan in balance.locator(".dt-pan").all()]
    assert heights[0] is not None
    assert heights[1] is not None
    assert won > 50
    assert heights[0]["y"] > heights[1]["y"] + 4  # D's side is down


def test_a_run_shows_itself_pauses_goes_on_stops_and_becomes_a_model_of_every_tab(train, browser, address):
    train.locator("#training-start").click()
    sheet = train.locator("#training-sheet")
    wait_for_state(train, "running")
    expect(train.locator("#training-preset-input")).to_be_disabled()
    wait_until_newer(sheet, 0, images=1)
    first = read_picture(sheet)
    assert first.shape == (122, 302)
    expect(train.locator("#training-figure .df-note")).to_contain_text(re.compile(r"Running: [\d,]+ images in"))
    wait_until_newer(sheet, read_version(sheet), images=3000)
    assert not np.array_equal(read_picture(sheet), first)
    assert "L" in (train.locator("#training-losses .dt-line").first.get_attribute("d") or "")
    train.locator("#training-pause").click()
    wait_for_state(train, "paused")
    wait_for_an_answer(train)
    images = sheet.get_attribute("data-images")
    for _ in range(2):  # the page goes on asking, and is told the same
        wait_for_an_answer(train)
    assert sheet.get_attribute("data-images") == images
    expect(train.locator("#training-start")).to_have_text("Go on")
    train.locator("#training-start").click()
    wait_for_state(train, "running")

    with visit(browser, address) as other:
        expect(other.locator("#training-figure .df-note")).to_contain_text("Somebody else is training here")
        wait_until_newer(other.locator("#training-sheet"), 0, images=1)
        for name in ("start", "pause", "step-d", "step-g", "stop"):
            expect(other.locator(f"#training-{name}")).to_have_attribute("aria-disabled", "true")
        train.locator("#training-stop").click()
        wait_for_state(train, "ended")
        wait_for_state(other, "ended")
        expect(other.locator("#training-result")).to_be_hidden()

    name = train.locator("#training-name-input")
    expect(name).to_have_value("my-tutorial-mlp")
    name.fill("bare")
    train.locator("#training-keep").click()
    problem = train.locator("#training-name").get_by_role("alert")
    expect(problem).to_have_text("There is a model 'bare' already; choose another name.")
    name.fill("from-the-page")
    train.locator("#training-keep").click()
    expect(train.locator("#training-kept")).to_contain_text("Kept as from-the-page")
    expect(problem).to_have_count(0)
    with train.expect_download() as download:
        train.locator("#training-file").click()
    assert download.value.suggested_filename.startswith("from-the-page-")
    generator = load(str(download.value.path()))
    assert generator.config.preset == "tutorial-mlp"
    train.locator("#model input").click()
    train.get_by_role("option", name="from-the-page").click()
    train.get_by_role("tab", name="Generate").click()
    expect(train.locator("#generate-figure .df-note")).to_contain_text("from-the-page")


def wait_until_newer(sheet: Locator, after: int, *, images: int) -> None:
    """Wait for newer pixels than version `after` that were drawn after so many images."""
    sheet.page.wait_for_function(
        "([element, after, images]) => Number(element.dataset.version) > after && "
        "Number(element.dataset.images) >= images",
        arg=[sheet.element_handle(), after, images],
        timeout=LONG,
    )


def test_a_plan_that_cannot_train_and_a_bad_number_are_sentences_and_the_page_goes_on(train):
    train.locator("#training-lr-input").fill("5")
    train.locator("#training-start").click()
    problem = train.locator("#training-lr").get_by_role("alert")
    expect(problem).to_have_text("The learning rate is 5; it must be a number from 1e-06 to 0.1.")
    train.locator("#training-preset-input").select_option("dcgan")
    expect(train.locator("#training-lr-input")).to_have_value("0.0002")
    train.locator("#training-loss-input").select_option("wgan-gp")
    train.locator("#training-start").click()
    expect(problem).to_have_count(0)
    said = train.locator("#training-figure .df-problem")
    expect(said).to_contain_text("BatchNorm in the discriminator 'dcgan' mixes the batch", timeout=LONG)
    train.locator("#training-preset-input").select_option("tutorial-mlp")
    start_paused(train)
    expect(said).to_have_text("")


def test_a_run_survives_a_reload_of_its_owners_page(train):
    start_paused(train)
    train.reload()
    open_training(train, "Train here")
    wait_for_state(train, "paused")
    expect(train.locator("#training-stop")).to_have_attribute("aria-disabled", "false")


def test_the_run_is_steered_by_keyboard_and_the_focus_stays(train):
    train.locator("#training-step-d").focus()
    train.keyboard.press("Enter")
    expect(train.locator("#training-step")).to_contain_text("One step of D", timeout=LONG)
    expect(train.locator("#training-step-d")).to_be_focused()
    train.keyboard.press("Tab")
    train.keyboard.press("Enter")
    expect(train.locator("#training-step")).to_contain_text("One step of G")
    train.keyboard.press("Tab")
    train.keyboard.press("Enter")
    wait_for_state(train, "ended")
    expect(train.locator("#training-stop")).to_be_focused()


def test_nothing_is_asked_of_the_server_while_nothing_runs(train):
    asked: list[str] = []
    wait_until_rest(train)
    train.on("request", lambda one: None if "/page/" in one.url else asked.append(one.url))  # as above
    wait_until_rest(train)
    assert asked == []
    assert count_to_come(train) == 1  # the sign of life, which is given only for a run of one's own


def test_without_data_the_page_says_how_to_get_them(browser, folder, tmp_path):
    with serve(folder, tmp_path / "nothing") as address, visit(browser, address) as page:
        missing = page.locator("#training-missing")
        expect(missing).to_contain_text("MNIST is not under", timeout=LONG)
        expect(missing.get_by_role("button", name="Download MNIST (11.6 MB) and start")).to_be_visible()
        expect(page.locator("#training-start")).to_have_attribute("aria-disabled", "true")


def test_on_a_space_training_is_off_and_says_why_while_the_time_machine_works(browser, folder, made_root):
    with serve(folder, made_root, SYSTEM="spaces") as address, visit(browser, address, size="phone") as page:
        expect(page.locator("#training-missing")).to_contain_text("Training is off on this server", timeout=LONG)
        expect(page.locator("#training-start")).to_be_hidden()
        expect(page.locator("#training-download")).to_be_hidden()
        page.get_by_role("button", name="Time machine").click()
        wait_until_drawn(page.locator("#machine-picture"))


MODULE = f"{engine_files.ROOT}/{engine_files.find_version()}/tabs/training/local/answers.js"
ALONE = f"""async () => {{
  const {{ answers }} = await import(DigitForge.locate("{MODULE}"));
  const own = answers({{ names: [] }});
  window.asked = [];
  const count = (want) => (request) => window.asked.push(want) && own[want](request);
  const wants = ["status", "start", "steer", "keep", "file"];
  DigitForge.local.training = Object.fromEntries(wants.map((want) => [want, count(want)]));
}}"""


def test_page_without_a_server_says_how_to_train_and_asks_no_more(browser: Browser, demo: str):
    with new_context(browser, viewport=SIZES["desktop"]) as context:
        page = context.new_page()
        page.clock.install()
        page.goto(demo)
        page.wait_for_function("() => window.DigitForge?.local?.generate")
        page.evaluate(ALONE)
        open_tab(page, "Training")
        page.locator("#training-to-train").click()
        why = page.locator("#training-missing")
        expect(why).to_contain_text(
            "A run is trained by Python, which this page does without: `make demo` opens the app"
        )
        expect(why).to_contain_text("python train.py --preset tutorial-mlp --data data --out runs/mine")
        for name in ("training-download", "training-figure", "training-start", "training-form", "training-losses"):
            expect(page.locator(f"#{name}")).to_be_hidden()
        assert page.locator("#training-start").get_attribute("aria-disabled") == "true"
        page.clock.run_for(60_000)
        assert page.evaluate("window.asked") == ["status"]
