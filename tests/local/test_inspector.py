"""The Forger and inspector tab in the page: D's view as Python has it, real digits from files, a game of two models."""

import base64
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from gan.drawing.datasets import encode_idx
from gan.ui.service import Service
from gan.ui.tabs.inspector.tab import InspectorTab
from tests.local.conftest import list_differences
from tests.local.requests import NUMBERS, PSIS

VIEW = {"want": "view", "model": "digits", "digit": "any", "count": 30, "seed": 5, "psi": 0.9}
GAME = {"model": "digits", "digit": "any", "seed": 5, "psi": 1.0}
PICK = """
async ([model, files]) => {
  const read = ([name, text]) => ({ name, bytes: Uint8Array.from(atob(text), (one) => one.charCodeAt(0)) });
  const near = DigitForge.nearest("inspector", { answer: async () => ({ elsewhere: true }) });
  return near.answer({ want: "pick", model, files: files.map(read) });
}
"""
ALONE = "There are no real digits in this page: pick MNIST's test files, which are read here and sent nowhere."
NONE = "these files hold no digits with their classes"

Ask = Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]]
Pick = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def inspector(service: Service, data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InspectorTab]:
    assert data_root.is_dir()  # found before Python's side is told of none
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_DATA", str(tmp_path_factory.mktemp("nothing")))
        yield InspectorTab(service)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Two of each class, whose pixels say which: uint8 (20, 28, 28), and their labels."""
    labels = np.arange(20, dtype=np.uint8) % 10
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 10:18] = (100 + 10 * labels + np.arange(20) // 10)[:, None, None]
    return images, labels


@pytest.fixture
def pick(ask: Ask, page: Page) -> Pick:
    """Give the tab files, each a name and its bytes, as a visitor does -> the answer."""

    def pick(*files: tuple[str, bytes], model: str = "digits") -> dict[str, Any]:
        ask("inspector", [{"want": "classes", "model": "digits"}])
        sent = [[name, base64.b64encode(data).decode()] for name, data in files]
        found: dict[str, Any] = page.evaluate(PICK, [model, sent])
        return found

    return pick


def zip_of(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def npz_of(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, **arrays)
    return made.getvalue()


def test_view_without_real_digits_is_pythons(answer_both, inspector: InspectorTab) -> None:
    models = ["digits", "ten", "free", "three", "letters", "none", "", 7]
    requests = [VIEW, *({**VIEW, "model": model} for model in models)]
    requests += [{**VIEW, "digit": digit} for digit in ("7", 3, "12", "x", "", True, None, [1], "1" * 70)]
    requests += [{**VIEW, "count": count} for count in (1, 0, 401, "20", "x", 1.5)]
    requests += [{**VIEW, "seed": seed} for seed in NUMBERS[:12]] + [{**VIEW, "psi": psi} for psi in PSIS[:12]]
    drawn = 0
    for request, (ours, theirs) in zip(requests, answer_both(inspector, requests), strict=True):
        assert ("problem" in ours) == ("problem" in theirs), (request, ours.get("problem"), theirs.get("problem"))
        if "problem" not in ours:
            drawn += 1
            assert ours.pop("missing") == {
                "said": ours_said(ALONE), "source": "MNIST", "download": 0, "pick": True,
            } or request["model"] != "digits"  # fmt: skip
            theirs.pop("missing")
            assert ours.pop("note")["template"] == theirs.pop("note")["template"]
            for side in ("real", "forged"):
                mine, its = ours[side].pop("shares"), theirs[side].pop("shares")
                np.testing.assert_allclose(mine, its, atol=5e-3)
        assert not list_differences(ours, theirs), request
    assert drawn > 10


def ours_said(text: str) -> dict[str, Any]:
    template = text.replace("MNIST", "{source}")
    return {"text": text, "template": template, "values": {"source": "MNIST"}}


def test_game_without_real_digits_is_between_two_models_and_says_which(ask: Ask) -> None:
    rounds = ask("inspector", [{"want": "round", **GAME, "round": number} for number in range(10)])
    assert {one["rival"] for one in rounds} == {"ten"}  # the first other model of the same classes
    assert sorted(one["name"] for one in rounds) == list("0123456789")
    again = ask("inspector", [{"want": "round", **GAME, "round": 3}])[0]
    assert again["pixels"] == rounds[3]["pixels"]
    outcome, other = ask("inspector", [{"want": "choice", **GAME, "round": 3, "choice": choice} for choice in (0, 1)])
    assert outcome["forged"] == other["forged"]
    assert (outcome["choice"], other["choice"]) == (0, 1)
    assert len(outcome["shares"]) == 2
    places = ask("inspector", [{"want": "choice", **GAME, "round": number, "choice": 0} for number in range(10)])
    assert {one["forged"] for one in places} == {0, 1}
    refused = ask("inspector", [
        {"want": "round", **GAME, "round": 10}, {"want": "round", **GAME, "round": "1"},
        {"want": "choice", **GAME, "round": 1, "choice": 2}, {"want": "round", **GAME, "model": "free", "round": 1},
    ])  # fmt: skip
    assert "the round is '10'" in refused[0]["problem"]["text"].lower()
    assert all("problem" in one for one in refused)


def test_real_digits_are_read_from_files_as_people_have_them(ask: Ask, pick: Pick, digits: Any) -> None:
    images, labels = digits
    idx = {"t10k-images-idx3-ubyte": encode_idx(images), "t10k-labels-idx1-ubyte": encode_idx(labels)}
    wrong = {"train-images-idx3-ubyte": encode_idx(images[:5]), "train-labels-idx1-ubyte": encode_idx(labels[:5])}
    kinds = [
        list(idx.items()),
        [(f"{name}.gz", gzip.compress(data)) for name, data in idx.items()],
        [("made.zip", zip_of(**{f"MNIST__raw__{name}": data for name, data in (wrong | idx).items()}))],
        [("mnist.zip", zip_of(**{f"{name}.gz": gzip.compress(data) for name, data in idx.items()}))],
        [("made.npz", npz_of(images=images, labels=labels.astype(np.int64)))],
        [("mnist.npz", npz_of(x_train=images[:3], y_train=labels[:3], x_test=images, y_test=labels))],
        [("four.npz", npz_of(images=images[:, None], labels=labels.astype(np.int32)))],
        list((wrong | idx).items()),
    ]
    for files in kinds:
        found = pick(*files)
        assert found.get("count") == 20, (files[0][0], found)
    view = ask("inspector", [{**VIEW, "count": 20}])[0]
    assert view["missing"] is None
    assert view["source"] == "MNIST"
    assert view["real"]["labels"] == [i % 10 for i in range(20)]
    pixels = np.frombuffer(base64.b64decode(view["real"]["pixels"]["base64"]), np.uint8).reshape(-1, 28, 28)
    assert ((pixels[:, 10, 12] - 100) // 10 == np.arange(20) % 10).all()  # each of its own class, none twice
    assert len({tuple(one.ravel()) for one in pixels}) == 20
    assert 0 <= view["ranked"] <= 1
    assert view["note"]["template"].startswith("{count} real test digits of {source}")
    played = ask("inspector", [{"want": "round", **GAME, "digit": "4", "round": 2}])[0]
    assert "rival" not in played
    both = np.frombuffer(base64.b64decode(played["pixels"]["base64"]), np.uint8).reshape(2, 28, 28)
    assert any(one[10, 12] in (140, 141) for one in both)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("text.txt", lambda images, labels: b"hello", NONE),
        ("nothing", lambda images, labels: b"", NONE),
        ("images alone", lambda images, labels: encode_idx(images), NONE),
        ("labels alone", lambda images, labels: encode_idx(labels), NONE),
        ("cut", lambda images, labels: encode_idx(images)[:-7], "cut is damaged or cut off."),
        ("cut.gz", lambda images, labels: gzip.compress(encode_idx(images))[:-20], "cut.gz is damaged or cut off."),
        ("cut.zip", lambda images, labels: zip_of(a=b"1" * 500)[:60], "cut.zip is damaged or cut off."),
        (
            "small.npz",
            lambda images, labels: npz_of(images=images[:, :14, :14], labels=labels),
            "14 x 14; they",
        ),
        (
            "few.npz",
            lambda images, labels: npz_of(images=images, labels=labels[:3]),
            "has 20 images and labels 3",
        ),
        ("no.npz", lambda images, labels: npz_of(images=images[:0], labels=labels[:0]), "images has no images."),
        ("far.npz", lambda images, labels: npz_of(images=images, labels=labels + 7), "labels has the label 10;"),
        ("complex.npz", lambda images, labels: npz_of(images=images * 1j, labels=labels), NONE),
        ("other.zip", lambda images, labels: zip_of(readme=b"no digits here"), NONE),
    ],
)
def test_files_that_are_no_digits_are_said_to_be_that_in_a_sentence(
    pick: Pick, digits: Any, name: str, make: Callable[..., bytes], said: str
) -> None:
    found = pick((name, make(*digits)))
    assert said.lower() in found["problem"]["text"].lower()


def test_data_as_they_lie_in_a_root_are_read(pick: Pick, ask: Ask, data_root: Path) -> None:
    raw = data_root / "MNIST" / "raw"
    files = [(path.name, path.read_bytes()) for path in raw.iterdir() if "t10k" in path.name]
    count = pick(*files)["count"]
    view = ask("inspector", [{**VIEW, "count": 200, "psi": 1.0}])[0]
    assert view["source"] == "MNIST"
    if count == 10_000:  # the real ones, which D tells apart
        assert np.mean(view["real"]["shares"]) > np.mean(view["forged"]["shares"]) + 0.2
        assert view["ranked"] > 0.8
