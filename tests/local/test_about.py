"""The About tab's answers, given by the page: the same as Python's, for a released model and for three without much."""

import base64
import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from gan.store import released as checkpoint
from gan.ui.engine.parts import write_model
from gan.ui.service import Service
from gan.ui.tabs.about.tab import About
from gan.ui.wire import respond
from tests.engine.conftest import address, page  # noqa: F401 - fixtures
from tests.local.folder import UI, write_folder
from tests.many_classes import MODELS, write_models

CHECKPOINTS = UI.parents[1] / "checkpoints"
NAMES = ("digits", "free", "letters", "words")
SAID: dict[str, dict[str, Any]] = {
    "released": {"want": "lesson", "model": "digits", "seed": 4, "digit": "3"},
    "an eight, a seed as text": {"want": "lesson", "model": "digits", "seed": "2026", "digit": 8},
    "the last seed": {"want": "lesson", "model": "digits", "seed": 2**32 - 1, "digit": "9"},
    "other script": {"want": "lesson", "model": "digits", "seed": 0, "digit": "٧"},
    "no classes": {"want": "lesson", "model": "free", "seed": 1, "digit": "3"},
    "no classes, no digit": {"want": "lesson", "model": "free", "seed": 7},
    "by its name": {"want": "lesson", "model": "letters", "seed": 3, "digit": "E"},
    "by its number": {"want": "lesson", "model": "letters", "seed": 3, "digit": "25"},
    "a hundred classes": {"want": "lesson", "model": "words", "seed": 5, "digit": "word 8"},
    "card": {"want": "card", "model": "digits"},
    "card of what nobody measured": {"want": "card", "model": "letters"},
    "classes": {"want": "classes", "model": "letters"},
    "classes of none": {"want": "classes", "model": "free"},
}
REFUSED: dict[str, dict[str, Any]] = {
    "no such model": {"want": "lesson", "model": "nobody", "seed": 1, "digit": "3"},
    "no such card": {"want": "card", "model": "nobody"},
    "a name that every object has": {"want": "card", "model": "toString"},
    "no classes of it": {"want": "classes", "model": "nobody"},
    "negative seed": {"want": "lesson", "model": "digits", "seed": -1, "digit": "3"},
    "large seed": {"want": "lesson", "model": "digits", "seed": 2**32, "digit": "3"},
    "no seed": {"want": "lesson", "model": "digits", "digit": "3"},
    "half a seed": {"want": "lesson", "model": "digits", "seed": 1.5, "digit": "3"},
    "a word for a seed": {"want": "lesson", "model": "free", "seed": "one"},
    "a list for a seed": {"want": "lesson", "model": "free", "seed": [1]},
    "letter": {"want": "lesson", "model": "digits", "seed": 1, "digit": "x"},
    "no digit": {"want": "lesson", "model": "digits", "seed": 1, "digit": ""},
    "nothing": {"want": "lesson", "model": "digits", "seed": 1, "digit": None},
    "two digits": {"want": "lesson", "model": "digits", "seed": 1, "digit": "42"},
    "a minus": {"want": "lesson", "model": "digits", "seed": 1, "digit": "-3"},
    "no such class": {"want": "lesson", "model": "letters", "seed": 1, "digit": "26"},
    "no such name": {"want": "lesson", "model": "letters", "seed": 1, "digit": "é"},
    "other weights": {"want": "lesson", "model": "digits", "seed": 1, "digit": "3", "weights": "0" * 64},
    "no weights": {"want": "lesson", "model": "digits", "seed": 1, "digit": "3", "weights": "none"},
}

ASK = """
async ({ names, requests }) => {
  const { open } = await import("/local/open.js");
  const base = new URL("/", location), forge = window.DigitForge;
  const { table } = await open({ base, tabs: { about: null }, names, waits: true });
  Object.assign(forge.local, table);
  const asked = []; // what the page cannot answer
  forge.leaveToServer = (error) => asked.push(`${error.name}: ${error.message} ${error.reason} ${error.detail}`);
  const nearest = forge.nearest("about", { answer: async (request) => ({ server: asked.splice(0) }) });
  const pack = (value) => {
    const write = (bytes) => btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
    if (ArrayBuffer.isView(value)) return { base64: write(value) };
    if (Array.isArray(value)) return value.map(pack);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pack(one)]));
  };
  const found = {};
  for (const [name, request] of Object.entries(requests)) found[name] = pack(await nearest.answer(request));
  return found;
}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service of the released model and of untrained ones, three of them without a discriminator or a history."""
    folder = write_models(tmp_path_factory.mktemp("models"))
    for name in set(MODELS) - set(NAMES):
        (folder / f"{name}.safetensors").unlink()
    for file in (*CHECKPOINTS.glob("digits.*"), CHECKPOINTS / "index.json"):
        (folder / file.name).symlink_to(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        yield Service()


@pytest.fixture(scope="module")
def site(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's modules, the models, and their cards as a site has them."""
    folder = write_folder(tmp_path_factory.mktemp("about"))
    for name in NAMES:
        write_model(name, folder / "models" / name, only=("discriminator", "history"))
    answer = About(service).answer
    cards = {name: respond(answer, {"want": "card", "model": name}) for name in NAMES}
    (folder / "cards.json").write_text(json.dumps(cards), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def answers(page: Page) -> dict[str, Any]:  # noqa: F811
    found = page.evaluate(ASK, {"names": list(NAMES), "requests": SAID | REFUSED})
    assert list(found) == [*SAID, *REFUSED]
    return found


def read(packed: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["base64"]), np.uint8).astype(int)


def compare_pictures(ours: np.ndarray, theirs: np.ndarray) -> None:
    apart = np.abs(ours - theirs)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 0.02


def compare_opinions(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """D's numbers, but for two percent that halves make of them; pictures that are about as real may change places."""
    mine, told = ([int(label.removesuffix(" %")) for label in step["labels"]] for step in (ours, theirs))
    assert mine == sorted(mine, reverse=True)
    assert np.abs(np.subtract(mine, told)).max() <= 2
    drawn, wanted = (read(step["pixels"]).reshape(-1, 784) for step in (ours, theirs))
    place = [int(np.abs(wanted - one).max(axis=1).argmin()) for one in drawn]
    assert sorted(place) == list(range(len(wanted)))
    compare_pictures(drawn, wanted[place])
    assert max(abs(told[here] - mine[i]) for i, here in enumerate(place)) <= 2
    said, meant = ours["alt"], theirs["alt"]
    assert said["template"] == meant["template"]
    assert {**said["values"], "most": "", "least": ""} == {**meant["values"], "most": "", "least": ""}


@pytest.mark.parametrize("name", SAID)
def test_answers_are_pythons(service, answers, name):
    ours, theirs = copy.deepcopy(answers[name]), respond(About(service).reply, SAID[name])
    assert theirs["ok"]
    assert ours.pop("where", None) == "page", ours
    if "steps" in theirs:
        assert list(ours["steps"]) == list(theirs["steps"])
        assert np.array_equal(read(ours.pop("noise")), read(theirs.pop("noise")))
        assert ours.pop("milliseconds") >= 0
        theirs.pop("milliseconds")
        mine, wanted = ours.pop("steps"), theirs.pop("steps")
        if "judge" in wanted:
            compare_opinions(mine.pop("judge"), wanted.pop("judge"))
        for step in wanted:
            compare_pictures(read(mine[step].pop("pixels")), read(wanted[step].pop("pixels")))
        assert mine == wanted
    assert ours == theirs


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said_as_python_says_it(service, answers, name):
    theirs = respond(About(service).reply, REFUSED[name])
    assert "problem" in theirs
    assert answers[name] == theirs


def test_both_last_pictures_are_shown(answers):
    assert answers["released"]["learned"]
    assert "judge" in answers["released"]["steps"]
    assert not answers["no classes"]["learned"]
    assert "judge" not in answers["no classes"]["steps"]


def test_opinions_are_rounded_as_python_rounds(page):  # noqa: F811
    """Where two whole percents are as near, to the even one."""
    shares = [0.875, 0.625, 0.375, 0.125, 0.995, 0.005, 0.5, 0.0, 1.0, 0.0625]
    told = page.evaluate(
        """async (shares) => {
          const { showOpinions } = await import("/tabs/about/local/lesson.js");
          const ask = async (want) => ({ pixels: new Uint8Array(7840), shares, explain: "", ms: 0 });
          const { step } = await showOpinions({ model: { manifest: { verdict: {} }, ask }, label: 3, kind: "3" });
          return step.labels;
        }""",
        shares,
    )
    assert told == [f"{100 * share:.0f} %" for share in sorted(shares, reverse=True)]


def test_a_page_without_a_server_asks_for_no_endpoints(page):  # noqa: F811
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told = page.evaluate(
        """async () => {
          const forge = window.DigitForge, table = await (await fetch("/words/en.json")).json();
          const words = forge.word;
          forge.word = (key, values = {}) => table.words[key].replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
          forge.makeElement = (tag, text = "") => Object.assign(document.createElement(tag), { textContent: text });
          forge.alone = true;
          const html = await (await fetch("/tabs/about/page.html")).text();
          document.body.innerHTML = html;
          const load = (src) => new Promise((done) => {
            document.body.append(Object.assign(document.createElement("script"), { src, onload: done }));
          });
          await load("/tabs/about/programs.js");
          const find = (name) => document.querySelector(`#about-${name}`);
          forge.fillPrograms(find, { sample: "SAMPLE", serve: "SERVE" });
          await new Promise((done) => setTimeout(done));
          forge.word = words;
          const texts = ["none", "python", "curl", "mcp", "local"].map((name) => find(name).textContent);
          return { texts, hidden: find("api-link").hidden };
        }"""
    )
    none, *examples = told["texts"]
    assert none == "These are a server's: make demo starts one on your own machine, with this page on it."
    assert all("http://127.0.0.1:7860" in text for text in examples[:3])
    assert told["hidden"]
    assert not [url for url in asked if "gradio_api" in url]
