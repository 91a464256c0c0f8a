"""Films that the page writes by itself, read with Pillow and decoded by the browser: the pixels stay as they are."""

import base64
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Page

from gan.drawing.films import encode_gif, encode_webp
from gan.recipes.read import read_recipe
from tests.engine.conftest import address, page  # noqa: F401 - fixtures
from tests.local.folder import write_folder
from tests.made_digits import make_digits

RECIPE = {"model": "digits", "weights": "0" * 64, "ends": [{"digit": 3, "seed": 4}], "note": "é 数 😀 " + 600 * "x"}
RNG = np.random.default_rng(0)
DIGITS = make_digits(12, 0)[0]
ONE = np.zeros((1, 28, 28), np.uint8)
ONE[0, 27, 27] = 255
FIBONACCI = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 175]  # counts that make the longest codes
STEEP = RNG.permutation(np.repeat(np.arange(14, dtype=np.uint8) * 17, FIBONACCI)).reshape(1, 28, 28)
# name: frames, and their order
FILMS: dict[str, tuple[np.ndarray, list[int]]] = {
    "digits": (DIGITS, [*range(12), *range(10, 0, -1)]),
    "one": (DIGITS[:1], [0]),
    "paper": (np.zeros((2, 28, 28), np.uint8), [0, 1, 0]),
    "ink": (np.full((1, 28, 28), 255, np.uint8), [0]),
    "corner": (np.concatenate([np.zeros((1, 28, 28), np.uint8), ONE]), [0, 1, 0, 0]),
    "noise": (RNG.integers(0, 256, (4, 28, 28), dtype=np.uint8), [0, 1, 2, 3]),
    "two greys": (RNG.integers(0, 2, (3, 28, 28), dtype=np.uint8) * 255, [2, 1, 0]),
    "steep": (STEEP, [0]),
    "lines": (np.tile(np.arange(28, dtype=np.uint8)[:, None] * 9, (1, 1, 28)), [0]),
    "long": (RNG.integers(0, 256, (40, 28, 28), dtype=np.uint8), [i % 40 for i in range(240)]),
}

ENCODE = """
async ({ films, recipe }) => {
  const { encodeFilm } = await import("/local/films.js");
  const read = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const write = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  /* The frames as this browser decodes them: how often a byte is not what it should be. */
  const compare = async (data, type, pixels, order) => {
    const decoder = new ImageDecoder({ data, type });
    await decoder.tracks.ready;
    let wrong = 0;
    for (const [place, index] of order.entries()) {
      const { image } = await decoder.decode({ frameIndex: place });
      const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight), pen = canvas.getContext("2d");
      pen.drawImage(image, 0, 0);
      const found = pen.getImageData(0, 0, 224, 224).data;
      for (let i = 0; i < 224 * 224; i++) {
        const [x, y] = [(i % 224) >> 3, Math.floor(i / 224) >> 3];
        if (found[4 * i] !== pixels[index * 784 + y * 28 + x]) wrong += 1;
      }
      image.close();
    }
    const { frameCount: count, repetitionCount: loops } = decoder.tracks.selectedTrack;
    return { wrong, count, loops };
  };
  const found = {};
  for (const [name, kind, base64, order] of films) {
    const pixels = read(base64);
    let turns = 0; // of the page while the film is made
    const timer = setInterval(() => (turns += 1), 1);
    const { data, type } = await encodeFilm(pixels, order, kind, recipe);
    clearInterval(timer);
    const seen = order.length < 40 && window.ImageDecoder ? await compare(data, type, pixels, order) : null;
    found[`${name}.${kind}`] = { data: write(data), type, turns, seen };
  }
  return found;
}
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def films(page: Page) -> dict[str, dict[str, Any]]:  # noqa: F811
    asked = [
        [name, kind, base64.b64encode(frames.tobytes()).decode(), order]
        for name, (frames, order) in FILMS.items()
        for kind in ("gif", "webp")
    ]
    return page.evaluate(ENCODE, {"films": asked, "recipe": RECIPE})


@pytest.mark.parametrize("kind", ["gif", "webp"])
@pytest.mark.parametrize("name", FILMS)
def test_every_pixel_is_as_it_was(films, name, kind):
    film = films[f"{name}.{kind}"]
    data = base64.b64decode(film["data"])
    frames, order = FILMS[name]
    assert film["type"] == f"image/{kind}"
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (224, 224)
        assert getattr(image, "n_frames", 1) == len(order)
        assert image.info.get("loop", 0) == 0
        for index, frame in zip(order, ImageSequence.Iterator(image), strict=True):
            assert frame.info.get("duration", 40) == 40
            shown = np.asarray(frame.convert("RGB"))
            wanted = frames[index].repeat(8, 0).repeat(8, 1)
            assert np.array_equal(shown, wanted[:, :, None].repeat(3, 2)), (name, index)
    assert read_recipe(io.BytesIO(data)) == RECIPE
    if film["seen"]:  # as the browser itself decodes them
        assert film["seen"]["wrong"] == 0
        assert film["seen"]["count"] == len(order)
        assert film["seen"]["loops"] == math.inf or len(order) == 1


@pytest.mark.parametrize(("kind", "encode"), [("gif", encode_gif), ("webp", encode_webp)])
def test_a_film_is_no_larger_than_pythons(films, kind, encode):
    frames, order = FILMS["digits"]
    ours = len(base64.b64decode(films[f"digits.{kind}"]["data"]))
    theirs = len(encode(frames[order][:, None], recipe=RECIPE))
    assert ours < theirs


def test_the_page_has_its_turn_while_a_film_is_made(films):
    """Counted and not timed: a machine with other work to do makes the turns longer, never fewer."""
    for film in (films["long.gif"], films["long.webp"]):
        assert film["turns"] >= 5, film["turns"]


def test_what_cannot_be_made_is_said(page):  # noqa: F811
    said = page.evaluate(
        """async () => {
          window.DigitForge.word = (key, values) => `${key} ${JSON.stringify(values)}`;
          const { encodeFilm } = await import("/local/films.js");
          const tell = (kind) =>
            encodeFilm(new Uint8Array(784), [0], kind).catch((error) => [error.name, error.message]);
          return Promise.all(["mp4", "webm", "toString", "", null].map(tell));
        }"""
    )
    assert [name for name, _ in said] == ["FieldError"] * 5
    assert [text for _, text in said] == [
        f"interpolate.mp4.none {json.dumps({'command': 'make demo'}, separators=(',', ':'))}",
        *(f"there is no '{kind}' to ask for here." for kind in ("webm", "toString", "", "None")),
    ]


def test_a_film_without_a_recipe_carries_none(page):  # noqa: F811
    made = page.evaluate(
        """async () => {
          const { encodeFilm } = await import("/local/films.js");
          const make = async (kind) => [...(await encodeFilm(new Uint8Array(784), [0], kind)).data];
          return Promise.all(["gif", "webp"].map(make));
        }"""
    )
    assert [read_recipe(io.BytesIO(bytes(data))) for data in made] == [None, None]
