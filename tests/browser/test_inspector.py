"""The Forger and inspector tab in a real browser: D's view, the game, and a machine that has no real digits."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gan.data import load_dataset, to_uint8
from gan.drawing.generator import load
from tests.browser.conftest import SIZES
from tests.browser.pictures import read_picture, wait_until_drawn
from tests.browser.rest import new_context
from tests.browser.tabs import on_desktop, opens_a_link
from tests.served import free_port, start, wait_until_up

NAME = re.compile("Forger and inspector|造假者与鉴定者")


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """The demo with that data root, in a process of its own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_DATA", str(root))
        for name in ("SYSTEM", "SPACE_ID"):
            patch.delenv(name, raising=False)
        process = start(port)
    try:
        wait_until_up(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def bare_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo where no data lies and none can be put: its root is below a file."""
    file = tmp_path_factory.mktemp("bare") / "file"
    file.write_text("")
    with serve(file / "root") as served:
        yield served


def panel(page: Page) -> Locator:
    """The tab's own part of the page: other tabs have a seed too."""
    return page.locator("#inspector-panel")


def open_inspector(page: Page, wanted: str = "#inspector-figure") -> Locator:
    """Open the tab -> its histogram, drawn."""
    page.get_by_role("tab", name=NAME).click()
    expect(page.locator(wanted)).to_be_visible()
    plot = page.locator("#inspector-plot")
    wait_until_drawn(plot)
    return plot


@pytest.fixture
def plot(page: Page) -> Locator:
    return open_inspector(page)


def read_cards(page: Page, kind: str) -> np.ndarray:
    """The small pictures of one side, uint8 (N, 28, 28)."""
    return np.stack([read_picture(one) for one in page.locator(f".di-card.di-{kind} canvas").all()])


def read_recipe_of(page: Page) -> dict[str, Any]:
    recipe: dict[str, Any] = json.loads(page.locator("#inspector-figure").get_attribute("data-recipe") or "")
    return recipe


def share(text: str) -> int:
    return int(text.strip("<> %"))


def test_real_and_forged_digits_stand_side_by_side_with_their_probability(page, plot, data_root):
    real, forged = read_cards(page, "real"), read_cards(page, "forged")
    assert len(real) == len(forged) == 20
    test = load_dataset(data_root, "test").images[:, 0].numpy()
    for image in real[:4]:
        assert (test == image).all((1, 2)).any()
    recipe = read_recipe_of(page)
    drawn = load(recipe["model"]).sample(recipe["digits"][:20], seed=recipe["seed"], truncation=recipe["truncation"])
    assert np.abs(to_uint8(drawn)[:, 0].numpy().astype(int) - forged).max() <= 1
    for card in page.locator(".di-card").all():
        said = card.locator("canvas").get_attribute("aria-label") or ""
        assert f"D says {card.locator('b').inner_text()} real" in said
        assert 0 <= share(card.locator("b").inner_text()) <= 100
    assert "which D has not seen" in page.locator("#inspector-figure .df-note").inner_text()


def test_histogram_has_axes_a_sentence_and_a_table(page, plot):
    words = plot.locator("text").all_text_contents()
    assert {"D says real (%)", "share of the digits", "even odds", "0", "50", "100"} <= set(words)
    assert plot.locator(".di-real-bar").count() > 1
    assert plot.locator(".di-forged-bar").count() > 1
    summary = page.locator("#inspector-summary").inner_text()
    assert "of the time; guessing gives 50 %" in summary
    assert summary in (plot.get_attribute("aria-label") or "")
    page.get_by_text("The same as a table").click()
    rows = page.locator(".di-table tbody tr").all()
    counts = np.array([[int(cell) for cell in row.locator("td").all_inner_texts()] for row in rows])
    assert counts.sum(0).tolist() == [200, 200]
    assert "What the percentage means" in page.locator(".di-words").inner_text()
    assert "50 %" in page.locator("#inspector-explain").inner_text()


def test_controls_change_what_is_seen(page, plot):
    version = wait_until_drawn(plot)
    panel(page).get_by_label("Digit", exact=True).select_option("7")
    version = wait_until_drawn(plot, version)
    recipe = read_recipe_of(page)
    assert recipe["digits"] == [7] * 200
    before = read_cards(page, "forged"), read_cards(page, "real")
    page.get_by_role("button", name="Other digits").click()
    version = wait_until_drawn(plot, version)
    assert read_recipe_of(page)["seed"] != recipe["seed"]
    assert not np.array_equal(before[0], read_cards(page, "forged"))
    assert not np.array_equal(before[1], read_cards(page, "real"))
    for label, key, times in (("How many of each", "ArrowLeft", 3), ("Truncation ψ", "ArrowLeft", 4)):
        slider = panel(page).get_by_label(label)
        slider.focus()
        for _ in range(times):
            page.keyboard.press(key)
        version = wait_until_drawn(plot, version)
    recipe = read_recipe_of(page)
    assert (len(recipe["digits"]), recipe["truncation"]) == (140, 0.8)


@on_desktop
def test_order_is_shuffled_or_sorted_without_asking_again(page, plot):
    order = panel(page).get_by_label("Order")
    order.select_option("mixed")
    kinds = ["di-real" in (one.get_attribute("class") or "") for one in page.locator(".di-card").all()]
    assert sum(kinds) == 20
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))
    order.select_option("sorted")
    shares = [share(text) for text in page.locator(".di-card b").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    order.select_option("sides")
    assert page.locator(".di-group").count() == 2
    assert page.locator("#inspector-plot").get_attribute("data-version") == "1"


def test_wrong_seed_is_said_at_its_control_and_the_next_one_works(page, plot):
    version = wait_until_drawn(plot)
    seed = panel(page).get_by_label("Seed", exact=True)
    seed.fill("-3")
    problem = page.locator("#inspector-seed .df-problem")
    expect(problem).to_have_text("The seed is -3; it must be a whole number from 0 to 4,294,967,295.")
    expect(seed).to_have_attribute("aria-invalid", "true")
    seed.fill("12")
    wait_until_drawn(plot, version)
    expect(problem).to_have_count(0)
    assert read_recipe_of(page)["seed"] == 12


def ask(page: Page, act: Callable[[], None]) -> dict[str, Any]:
    """Do something that asks the server, and return its answer."""
    with page.expect_response(lambda one: "component_server" in one.url) as got:
        act()
    answer: dict[str, Any] = got.value.json()
    return answer


def wait_for_round(page: Page, number: int) -> None:
    expect(page.locator("#inspector-game")).to_have_attribute("data-round", str(number))


def start_game(page: Page) -> dict[str, Any]:
    """Open the game and wait for its first round -> what the server told of it."""
    told = ask(page, page.get_by_role("button", name="The game").click)
    wait_for_round(page, 1)
    return told


def test_game_is_played_by_keyboard_to_its_result(page, plot):
    told = start_game(page)
    choices = page.locator(".di-choice")
    mine = its = 0
    for number in range(1, 11):
        # Before the choice nothing on the page tells one from the other, nor did the server
        assert set(told) == {"ok", "pixels", "name", "rounds"}
        html = [one.evaluate("(one) => one.outerHTML").replace("Picture 2", "Picture 1") for one in choices.all()]
        assert html[0] == html[1].replace(">2<", ">1<")
        assert read_picture(choices.nth(0).locator("canvas")).max() > 128
        answer = ask(page, partial(page.keyboard.press, "12"[number % 2]))
        expect(page.locator("#inspector-next")).to_be_focused()
        assert answer["choice"] == number % 2
        mine += answer["choice"] == answer["forged"]
        its += answer["inspector"] == answer["forged"]
        expect(choices.nth(answer["forged"])).to_contain_text("the machine's")
        expect(choices.nth(1 - answer["forged"])).to_contain_text("a person's")
        expect(choices.nth(0)).to_contain_text("D says")
        expect(page.locator(".di-sum")).to_have_text([str(mine), str(its)])
        if number < 10:
            told = ask(page, partial(page.keyboard.press, "Enter"))
            wait_for_round(page, number + 1)
    page.keyboard.press("Enter")
    expect(page.locator(".di-answer")).to_contain_text(f"You found {mine} of 10 forgeries, D found {its}.")
    expect(page.locator(".di-answer")).to_contain_text("Guessing gets")
    before = read_picture(choices.nth(0).locator("canvas"))
    page.get_by_role("button", name="Play again").click()
    wait_for_round(page, 1)
    expect(page.locator(".di-sum")).to_have_text(["0", "0"])
    assert not np.array_equal(before, read_picture(choices.nth(0).locator("canvas")))


@on_desktop
def test_link_of_a_game_replays_its_rounds(page, plot):
    start_game(page)
    panel(page).get_by_label("Seed", exact=True).fill("77")
    panel(page).get_by_label("Seed", exact=True).press("Tab")
    expect(page.locator("#inspector-game .df-note")).to_contain_text("seed 77")

    def play_two() -> list[np.ndarray]:
        seen = []
        for number in (1, 2):
            wait_for_round(page, number)
            seen += [read_picture(one) for one in page.locator(".di-choice canvas").all()]
            page.locator(".di-choice").nth(number - 1).click()
            page.get_by_role("button", name="Next round").click()
        return seen

    once = play_two()
    page.locator("#inspector-game-link").click()
    page.wait_for_url("**seed=77**")
    page.goto(page.url)
    open_inspector(page, "#inspector-game")
    again = play_two()
    for first, second in zip(once, again, strict=True):
        np.testing.assert_array_equal(first, second)


@on_desktop
def test_digits_typed_into_a_field_are_no_choice(page, plot):
    start_game(page)
    seed = panel(page).get_by_label("Seed", exact=True)
    seed.focus()
    page.keyboard.press("1")
    expect(page.locator("#inspector-next")).to_be_disabled()
    expect(page.locator(".di-yes, .di-no")).to_have_count(0)


@on_desktop
@opens_a_link
def test_link_to_what_there_is_not_is_said_and_the_tab_goes_on(page, address):
    page.goto(f"{address}/?tab=inspector&digit=x&seed=5&model=digits")
    plot = open_inspector(page)
    said = page.locator("#tab-inspector .df-linked")
    expect(said).to_contain_text("This link was not opened. 'x' is not a digit")
    assert read_recipe_of(page)["seed"] == 1
    version = wait_until_drawn(plot)
    panel(page).get_by_label("Digit", exact=True).select_option("4")
    wait_until_drawn(plot, version)
    assert set(read_recipe_of(page)["digits"]) == {4}
    expect(said).to_have_count(0)


@pytest.fixture
def bare(browser: Browser, bare_address: str, size: dict[str, int]) -> Iterator[Page]:
    context = new_context(browser, viewport=size)
    page = context.new_page()
    page.goto(bare_address)
    open_inspector(page)
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    context.close()


def test_without_real_digits_the_forged_ones_are_judged_and_the_rest_is_said(bare):
    assert bare.locator(".di-card").count() == 20
    expect(bare.locator(".di-missing-why")).to_contain_text("MNIST is not under")
    expect(bare.locator("#inspector-summary")).to_contain_text("for forged digits.")
    button = bare.get_by_role("button", name="Download MNIST (11.6 MB)")
    button.click()
    expect(bare.locator(".di-missing-note")).to_contain_text("Fetching MNIST failed")
    expect(bare.locator(".di-missing-note")).to_contain_text("put its four files there")
    expect(button).to_be_enabled()
    bare.get_by_role("button", name="The game").click()
    expect(bare.locator("#inspector-game .df-problem")).to_contain_text("MNIST is not under")
    expect(bare.locator(".di-choice").first).to_be_hidden()
    expect(bare.get_by_role("button", name="Play again")).to_be_enabled()


def test_tab_speaks_chinese_where_the_browser_does(browser, address):
    context = new_context(browser, viewport=SIZES["desktop"], locale="zh-CN")
    page = context.new_page()
    page.goto(address)
    open_inspector(page)
    expect(page.get_by_role("button", name="游戏")).to_be_visible()
    panel(page).get_by_label("数字", exact=True).select_option("3")
    expect(page.locator("#inspector-summary")).to_contain_text("瞎猜是 50 %")
    context.close()
