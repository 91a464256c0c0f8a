"""The inspector's tab without the page: the view, a game that keeps its secret, a dataset that has to be fetched."""

import json
import math
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan.config import Config
from gan.data import DataError, load_dataset, to_float, to_uint8
from gan.drawing.generator import load
from gan.judges.verdict import get_verdict, score
from gan.models import build_generator
from gan.store import released as checkpoint
from gan.store.released import write_released
from gan.ui.inputs import FieldError
from gan.ui.service import Service, trusts_visitors
from gan.ui.tabs.inspector import real
from gan.ui.tabs.inspector.game import MAX_OF_EACH, ROUNDS, Inspector, Outcome, Round, View, rank_pairs
from gan.ui.tabs.inspector.tab import InspectorTab
from gan.ui.wire import pack, respond
from tests.judges.test_verdict import store, write_model
from tests.made_digits import write_files, write_mnist


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_root: Path) -> Path:
    """A folder of checkpoints of its own with an untrained model, and made digits as the data."""
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    monkeypatch.setenv("GAN_DATA", str(made_root))
    for name in ("SYSTEM", "SPACE_ID", "GAN_ALLOW_TRAINING"):
        monkeypatch.delenv(name, raising=False)
    write_model(tmp_path, "bce")
    return tmp_path


@pytest.fixture
def tab(folder: Path) -> InspectorTab:
    return InspectorTab(Service())


@pytest.fixture
def inspector(tab: InspectorTab) -> Inspector:
    return tab.inspector


def ask_view(inspector: Inspector, **change: object) -> View:
    asked: dict[str, object] = {"model": "tiny", "digit": "any", "count": 30, "seed": 7, "psi": 1.0}
    return inspector.view(**(asked | change))


def ask_round(inspector: Inspector, number: object = 0, **change: object) -> Round:
    asked: dict[str, object] = {"model": "tiny", "digit": "any", "seed": 7, "psi": 1.0}
    return inspector.make_round(**(asked | change), number=number)


def ask_choice(inspector: Inspector, number: object = 0, choice: object = 0, **change: object) -> Outcome:
    asked: dict[str, object] = {"model": "tiny", "digit": "any", "seed": 7, "psi": 1.0}
    return inspector.choose(**(asked | change), number=number, choice=choice)


def is_real(image: torch.Tensor, root: Path, label: int | None = None) -> bool:
    test = load_dataset(root, "test")
    images = test.images if label is None else test.images[test.labels == label]
    return bool((images == image).flatten(1).all(1).any())


def test_view_shows_real_test_digits_beside_forged_ones_of_the_same_classes(inspector, made_root, folder):
    view = ask_view(inspector)
    assert view.source == "MNIST"
    assert view.real.labels.tolist() == view.forged.labels.tolist() == [*range(10)] * 3
    for image, label in zip(view.real.images, view.real.labels.tolist(), strict=True):
        assert is_real(image, made_root, label)
    assert len(view.real.images.flatten(1).unique(dim=0)) == 30
    generator = load(str(folder / "tiny.safetensors"))
    assert view.recipe["weights"] == generator.sha256
    again = to_uint8(generator.sample(view.recipe["digits"], seed=view.recipe["seed"]))
    assert (again.int() - view.forged.images.int()).abs().max() <= 1
    verdict = get_verdict(generator)
    for side in (view.real, view.forged):
        torch.testing.assert_close(verdict.judge(to_float(side.images), side.labels), side.shares)


def test_view_of_one_class_and_of_more_than_there_are(inspector, made_root):
    view = ask_view(inspector, digit="7", count=50)
    assert set(view.real.labels.tolist()) == set(view.forged.labels.tolist()) == {7}
    assert len(view.forged.labels) == 50
    assert len(view.real.labels) == int((load_dataset(made_root, "test").labels == 7).sum())
    assert ask_view(inspector, count=MAX_OF_EACH).forged.images.shape == (MAX_OF_EACH, 1, 28, 28)
    assert ask_view(inspector, count=1).ranked in (0.0, 0.5, 1.0)


def test_same_seed_shows_the_same_and_another_others(inspector):
    first, again, other = ask_view(inspector), ask_view(inspector, seed=7.0), ask_view(inspector, seed=8)
    for side in ("real", "forged"):
        assert torch.equal(getattr(first, side).images, getattr(again, side).images)
        assert not torch.equal(getattr(first, side).images, getattr(other, side).images)


def test_rank_of_pairs_counts_ties_half():
    assert rank_pairs(torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0])) == 1.0
    assert rank_pairs(torch.tensor([1.0]), torch.tensor([1.0, 2.0])) == 0.25
    assert rank_pairs(torch.tensor([0.0, 2.0]), torch.tensor([1.0])) == 0.5


def test_game_has_each_class_once_and_one_real_picture_a_round(inspector, made_root):
    rounds = [ask_round(inspector, number) for number in range(ROUNDS)]
    assert sorted(one.label for one in rounds if one.label is not None) == [*range(10)]
    for one in rounds:
        assert is_real(one.images[1 - one.forged], made_root, one.label)
        assert not is_real(one.images[one.forged], made_root)
    orders = {ask_round(inspector, 0, seed=seed).forged for seed in range(12)}
    assert orders == {0, 1}
    assert [ask_round(inspector, 3, digit="4").label, ask_round(inspector, 9, digit=4).label] == [4, 4]


def test_round_replays_and_its_answer_is_of_the_same_pictures(inspector, folder):
    generator = load(str(folder / "tiny.safetensors"))
    for number in range(4):
        one = ask_round(inspector, number)
        assert torch.equal(ask_round(Inspector(Service()), number).images, one.images)
        outcome = ask_choice(inspector, number, number % 2)
        assert (outcome.forged, outcome.choice) == (one.forged, number % 2)
        assert one.label is not None
        labels = torch.full((2,), one.label)
        logits = score(generator, to_float(one.images), labels)
        torch.testing.assert_close(torch.tensor(outcome.shares), torch.sigmoid(logits))
        assert outcome.inspector == int(logits.argmin())


def test_page_learns_nothing_of_a_round_before_its_choice(inspector, made_root, tab):
    request = {"model": "tiny", "digit": "any", "seed": 7, "psi": 1.0, "round": 2}
    told = tab.answer({**request, "want": "round"})
    assert set(told) == {"pixels", "name", "rounds"}
    chosen = tab.answer({**request, "want": "choice", "choice": 1})
    assert chosen["forged"] == ask_round(inspector, 2).forged
    # Neither place, length nor class of the answer follows the truth: the pictures alone differ
    sizes = {len(json.dumps(pack(tab.answer({**request, "want": "round", "seed": s})))) for s in range(12)}
    assert len(sizes) == 1


def test_view_tells_the_page_what_it_draws(inspector, tab):
    told = tab.answer(
        {"want": "view", "model": "tiny", "digit": "any", "count": 40, "seed": 1, "psi": 1},
    )
    assert len(told["real"]["shares"]) == len(told["forged"]["shares"]) == 40
    assert len(told["real"]["labels"]) == 20
    assert told["classes"] == list("0123456789")
    assert "test digits of MNIST, which D has not seen" in told["note"]
    assert (told["kind"], told["missing"]) == ("absolute", None)
    json.dumps(pack(told), allow_nan=False)


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"digit": "10"}, "digit", "10 is not a digit of this model"),
        ({"digit": "x"}, "digit", "'x' is not a digit"),
        ({"digit": None}, "digit", "can be any, or 0 to 9"),
        ({"digit": [7]}, "digit", "can be any, or 0 to 9"),
        ({"digit": True}, "digit", "can be any, or 0 to 9"),
        ({"digit": "77"}, "digit", "77 is not a digit of this model"),
        ({"digit": "1" * 5000}, "digit", "can be any, or 0 to 9"),
        ({"count": 0}, "count", "The count is 0"),
        ({"count": MAX_OF_EACH + 1}, "count", "from 1 to 400"),
        ({"seed": -1}, "seed", "The seed is -1"),
        ({"seed": ""}, "seed", "The seed is empty"),
        ({"psi": math.nan}, "psi", "psi is nan"),
        ({"psi": "much"}, "psi", "psi is 'much'"),
        ({"model": "nobody"}, "model", "those there are: tiny"),
        ({"model": "../tiny"}, "model", "those there are: tiny"),
    ],
)
def test_bad_input_is_a_sentence_at_its_control(inspector, change, field, said):
    with pytest.raises(FieldError) as error:
        ask_view(inspector, **change)
    assert said in str(error.value)
    assert error.value.field == field
    if "count" not in change:
        with pytest.raises(FieldError) as error:
            ask_round(inspector, **change)
        assert error.value.field == field


@pytest.mark.parametrize("number", [-1, ROUNDS, 1.5, "0", None, True, [0]])
def test_round_that_there_is_not_is_said(inspector, number):
    with pytest.raises(FieldError, match="it must be a whole number from 0 to 9"):
        ask_round(inspector, number)


@pytest.mark.parametrize("choice", [-1, 2, "0", None, True, 0.5])
def test_choice_that_there_is_not_is_said(inspector, choice):
    with pytest.raises(FieldError, match="it must be 0 for the first picture or 1"):
        ask_choice(inspector, 0, choice)


def test_link_of_other_weights_says_so(inspector, tab):
    service = inspector._service
    request = {"want": "view", "model": "tiny", "digit": "any", "count": 4, "seed": 1, "psi": 1}
    own = service.get("tiny").sha256[:12]
    assert tab.answer({**request, "weights": own})["recipe"]["weights"].startswith(own)
    for weights in ("0" * 12, "", 7, ["x"]):
        with pytest.raises(FieldError, match="weights") as error:
            tab.answer({**request, "weights": weights})
        assert error.value.field == "model"


@pytest.mark.parametrize("want", [None, "", "truth", 7, ["view"]])
def test_request_for_nothing_known_is_a_sentence(inspector, want, tab):
    told = respond(tab.answer, {"want": want, "model": "tiny"})
    assert told["problem"]["text"].startswith("The request does not say what it wants")


def test_model_without_a_discriminator_is_said(inspector, folder):
    config = Config(minutes=1.0, z_dim=8, w_dim=16, g_width=12)
    write_released(folder / "blind.safetensors", config, build_generator(config), None, {})
    for ask in (ask_view, ask_round, ask_choice):
        with pytest.raises(FieldError, match="'blind' was saved without its discriminator") as error:
            ask(inspector, model="blind")
        assert error.value.field == "model"
    assert len(ask_view(inspector).forged.labels) == 30


def test_model_without_classes_is_compared_with_digits_of_all(inspector, folder, tab):
    write_model(folder, "bce", "free", num_classes=1, unconditional=True)
    view = ask_view(inspector, model="free", digit="3")
    assert set(view.forged.labels.tolist()) == {0}
    assert len(set(view.real.labels.tolist())) > 3
    assert ask_round(inspector, 1, model="free").name == "any"
    assert 0 <= min(ask_choice(inspector, 1, model="free").shares) <= 1
    told = tab.answer(
        {"want": "view", "model": "free", "digit": "any", "count": 4, "seed": 1, "psi": 1},
    )
    assert told["classes"] == []


@pytest.mark.parametrize("loss", ["relativistic", "wgan-gp", "lsgan", "hinge"])
@pytest.mark.parametrize("stored", [False, True])
def test_every_loss_gives_probabilities(inspector, folder, loss, stored):
    generator = write_model(folder, loss, "other")
    if stored:
        store(generator)
    view = ask_view(inspector, model="other")
    for side in (view.real, view.forged):
        assert bool(((side.shares >= 0) & (side.shares <= 1)).all())
    outcome = ask_choice(inspector, 0, model="other")
    assert outcome.inspector in (0, 1)


# ---- Without the dataset


@pytest.fixture
def bare(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root in which nothing lies."""
    root = tmp_path / "empty"
    monkeypatch.setenv("GAN_DATA", str(root))
    return root


def test_forged_digits_are_judged_without_real_ones(inspector, bare, tab):
    view = ask_view(inspector)
    assert len(view.real.labels) == 0
    assert len(view.forged.shares) == 30
    assert (view.source, view.ranked) == ("", None)
    told = tab.answer(
        {"want": "view", "model": "tiny", "digit": "any", "count": 4, "seed": 1, "psi": 1},
    )
    assert told["note"].startswith("4 forged by")
    missing = told["missing"]
    assert missing["download"] == 11.6
    assert f"MNIST is not under {bare}" in missing["said"]
    assert "GAN_DATA=FOLDER" in missing["said"]
    with pytest.raises(FieldError, match="MNIST is not under"):
        ask_round(inspector)


def test_space_offers_no_download_unless_told_to(inspector, bare, monkeypatch):
    generator = inspector._service.get("tiny")
    monkeypatch.setenv("SYSTEM", "spaces")
    assert not trusts_visitors()
    missing = inspector.data.explain_missing(generator)
    assert missing["download"] == 0
    assert str(bare) not in missing["said"]
    with pytest.raises(FieldError, match="Downloads are off on this server"):
        inspector.data.download.start("mnist")
    monkeypatch.setenv("GAN_ALLOW_TRAINING", "1")
    assert trusts_visitors()
    assert inspector.data.explain_missing(generator)["download"] == 11.6


def test_damaged_dataset_is_said_with_what_to_do(inspector, bare, made_root):
    shutil.copytree(made_root, bare)
    path = bare / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-50])
    view = ask_view(inspector)
    assert view.source == ""
    missing = inspector.data.explain_missing(view.verdict.generator)
    assert "t10k-images-idx3-ubyte" in missing["said"]
    assert missing["said"].endswith("Delete that file to have it fetched again.")
    assert missing["download"] == 0


def test_damaged_dataset_on_a_server_is_said_without_its_path(inspector, bare, made_root, monkeypatch):
    shutil.copytree(made_root, bare)
    (bare / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").write_bytes(b"no")
    monkeypatch.setenv("SYSTEM", "spaces")
    said = inspector.data.explain_missing(inspector._service.get("tiny"))["said"]
    assert said.startswith("The data on this server cannot be used")
    assert str(bare) not in said


def test_several_datasets_are_told_of_as_the_app_is_told(inspector, bare):
    write_files(bare)
    np.savez(bare / "a.npz", x_train=np.zeros(1), y_train=np.zeros(1), x_test=np.zeros(1), y_test=np.zeros(1))
    said = inspector.data.explain_missing(inspector._service.get("tiny"))["said"]
    assert said.startswith(f"{bare} holds several datasets; start the app with GAN_DATA=FOLDER")


@pytest.mark.parametrize("space", [False, True])
def test_a_model_of_files_of_its_own_says_where_they_are_wanted(inspector, bare, folder, monkeypatch, space):
    write_model(folder, "bce", "own", dataset="folder")
    if space:
        monkeypatch.setenv("SYSTEM", "spaces")
    missing = inspector.data.explain_missing(inspector._service.get("own"))
    assert missing["said"].startswith("This model learned from files of its own, which are not")
    assert (str(bare) in missing["said"]) != space
    assert missing["download"] == 0


def test_digits_in_any_layout_are_compared_with(inspector, bare):
    write_files(bare / "mine")
    assert ask_view(inspector).source == "MNIST"


@pytest.mark.parametrize("lacking", ["t10k-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
def test_a_lacking_file_is_named_and_no_option_of_commands(inspector, bare, lacking):
    (write_files(bare) / lacking).unlink()
    assert ask_view(inspector).source == ""
    missing = inspector.data.explain_missing(inspector._service.get("tiny"))
    assert f"but no {lacking}: one of the four files is lacking" in missing["said"]
    assert "--data" not in missing["said"]
    assert missing["download"] == 0


def test_dataset_with_other_classes_is_not_compared_with(inspector, bare, folder):
    write_model(folder, "bce", "three", num_classes=3)
    write_mnist(bare)
    assert ask_view(inspector, model="three").source == ""
    assert "10 classes, the model 3" in inspector.data.explain_missing(inspector._service.get("three"))["said"]


def wait(inspector: Inspector) -> dict[str, Any]:
    thread = inspector.data.download._thread
    assert thread is not None
    thread.join(30)
    assert not thread.is_alive()
    return inspector.data.download.look()


def test_download_is_one_at_a_time_and_the_digits_are_there_after_it(inspector, bare, made_root, monkeypatch):
    assert inspector.data.download.look()["state"] == "idle"
    begun, go_on = threading.Event(), threading.Event()
    asked = []

    def fetch(root: Path, split: str, *, name: str, download: bool) -> None:
        asked.append((split, name, download))
        raw = Path(root) / "MNIST" / "raw"
        if not raw.exists():
            raw.mkdir(parents=True)
            (raw / "train-images-idx3-ubyte.gz").write_bytes(b"x" * 5000)
            begun.set()
            assert go_on.wait(30)
            (raw / "train-images-idx3-ubyte.gz").unlink()
            shutil.copytree(made_root / "MNIST" / "raw", raw, dirs_exist_ok=True)

    monkeypatch.setattr(real, "load_dataset", fetch)
    inspector.data.download.start("mnist")
    assert begun.wait(30)
    inspector.data.download.start("mnist")  # a second visitor's
    now = inspector.data.download.look()
    assert (now["state"], now["bytes"], now["said"]) == ("running", 5000, "")
    assert now["of"] > 11_000_000
    inspector.data.download._since -= 25
    assert "Nothing has come for 25 seconds" in inspector.data.download.look()["said"]
    go_on.set()
    assert wait(inspector)["state"] == "done"
    assert asked == [("train", "mnist", True), ("test", "mnist", True)]
    monkeypatch.setattr(real, "load_dataset", load_dataset)
    assert ask_view(inspector).source == "MNIST"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DataError("fetching MNIST failed: no route; put its files there."), "Fetching MNIST failed: no route; put"),
        (MemoryError(), "The download failed (MemoryError); try again."),
    ],
)
def test_failed_download_is_a_sentence_and_may_be_tried_again(inspector, bare, monkeypatch, error, said):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(real, "load_dataset", fail)
    for _ in range(2):
        inspector.data.download.start("mnist")
        now = wait(inspector)
        assert now["state"] == "failed"
        assert now["said"].startswith(said)


def test_folder_of_ones_own_cannot_be_downloaded(inspector):
    with pytest.raises(FieldError, match="nothing can be downloaded"):
        inspector.data.download.start("folder")
