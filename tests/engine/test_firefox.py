"""The engine in another browser: Debian's Firefox draws, moves and inverts as Python does."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from gan import load
from gan.data import to_uint8
from tests.commands import find_program
from tests.firefox import Firefox, open_firefox

BEGIN = """async () => {
  const { start } = await import("/engine/engine.js");
  window.engine = await start({ folder: new URL("/half/digits/", location.href) });
  return engine.manifest.name;
}"""
DRAW = "async ({ labels, seed }) => [...(await engine.ask('draw', { labels, seed, psi: 0.8 })).pixels]"
MOVE = """async (edits) => {
  const { measured, asked } = await engine.ask("edit", { labels: [0, 1, 2, 3], seed: 7, edits });
  return { measured: [...measured], asked: [...asked] };
}"""
INVERT = """async ([label, picture]) => {
  const pixels = Uint8Array.from(picture);
  let answer = await engine.ask("look", { pixels, label });
  const first = answer.error;
  while (answer.state.step < 60) answer = await engine.ask("refine", { pixels, label, state: answer.state, steps: 20 });
  return [first, answer.error];
}"""


@pytest.fixture(scope="module")
def firefox(address: str, write: Callable[..., str]) -> Iterator[Firefox]:
    find_program("firefox-esr", "apt-get install firefox-esr")
    write("digits")
    with open_firefox() as firefox:
        firefox.open(address)
        assert firefox.evaluate(BEGIN) == "digits"
        yield firefox


def test_firefox_draws_as_python_does(firefox: Firefox) -> None:
    labels = [i % 10 for i in range(40)]
    made = np.array(firefox.evaluate(DRAW, {"labels": labels, "seed": 11})).reshape(-1, 28, 28)
    wanted = to_uint8(load("digits").sample(labels, seed=11, truncation=0.8))[:, 0].numpy().astype(int)
    apart = np.abs(made - wanted)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 0.02


def test_firefox_moves_a_hand_to_what_is_asked_for(firefox: Firefox) -> None:
    found = firefox.evaluate(MOVE, {"slant": 20, "plane": "pca", "pair": 1, "x": 0.5, "y": -0.5})
    measured, asked = (np.array(found[name], dtype=float).reshape(4, 4)[:, 0] for name in ("measured", "asked"))
    assert np.abs(measured - asked).max() < 1.5  # degrees


def test_firefox_finds_a_hand_and_refines_it(firefox: Firefox) -> None:
    digit = to_uint8(load("digits").sample([3], seed=5))[0, 0]
    first, last = firefox.evaluate(INVERT, [3, digit.flatten().tolist()])
    assert last < first
    assert last < 0.02
