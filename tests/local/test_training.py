"""The Training tab answers in the page as it does in Python: the time machine whole, a run by a refusal."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from gan.store import released as checkpoint
from gan.store.snapshots import get_paths
from gan.ui.engine.parts import write_model
from gan.ui.service import Service
from gan.ui.tabs.training.tab import Training
from gan.ui.wire import respond
from tests.local.requests import NAMES, NUMBERS, WEIGHTS, vary
from tests.tiny_checkpoint import write_tiny

HISTORY = """
async (manifests) => {
  const { answers } = await import("/tabs/training/local/answers.js");
  const open = (manifest) => answers({ find: async () => ({ manifest }), names: null });
  return Promise.all(manifests.map((manifest) => open(manifest).history({ model: manifest.name, seed: 1 })));
}
"""


@pytest.fixture(scope="module")
def training(service: Service) -> Training:
    return Training(service)


def test_time_machine(check, training: Training, service: Service):
    first = {"want": "history", "model": "digits", "seed": 1}
    own = service.get("digits").sha256
    answers = check(
        training,
        [
            first,
            first | {"seed": "4294967295", "weights": own[:12]},
            {"want": "history"},
            {"want": "history", "seed": 1},
        ]
        + [first | {"model": model} for model in ("ten", "free", "three", "letters", "words")]
        + vary(first, model=[*NAMES], weights=[one for one in WEIGHTS if one is not None])
        + [first | {"seed": seed, "model": "ten"} for seed in NUMBERS]
        + [{"want": "classes", "model": model} for model in ("digits", "free", "none")],
    )
    assert len(answers[0]["moments"]) > 3
    assert answers[0]["recipe"]["seed"] == 1
    assert all("none" in one for one in answers[4:9])
    assert answers[4]["none"]["text"].endswith("There is one of: digits.")


def test_run_is_refused_in_one_sentence_with_the_command(ask):
    status, *refused = ask(
        "training", [{"want": want, "owner": "x" * 16} for want in ("status", "start", "steer", "keep", "file")]
    )
    assert (status["state"], status["allowed"], status["mine"]) == ("idle", False, True)
    assert "run" not in status
    for command in ("make demo", "python train.py --preset tutorial-mlp --data data --out runs/mine"):
        assert command in status["why"]["text"]
    for one in refused:
        assert one == {"problem": one["problem"], "field": ""}
        assert one["problem"]["template"] == status["why"]["template"]
        assert one["problem"]["text"].startswith("A run is trained by Python")


def harm_history(harm: str, name: str) -> None:
    """Leave the history of the weights `name` as it may be found."""
    released = checkpoint.CHECKPOINTS
    snapshots, figures = (released / f"{name}{path.name.removeprefix('digits')}" for path in get_paths("digits"))
    if harm != "none":
        shutil.copy(released / "digits.history.safetensors", snapshots)
    if harm not in ("none", "half"):
        shutil.copy(released / "digits.history.json", figures)
    if harm == "cut":
        snapshots.write_bytes(snapshots.read_bytes()[:3000])
    elif harm == "figures cut":
        figures.write_text(figures.read_text()[:300])
    elif harm == "no object":
        figures.write_text("[]")
    elif harm == "another kind":
        shutil.copy(released / f"{name}.safetensors", snapshots)


def test_history_that_cannot_be_shown_is_told_of_as_python_does(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    harms = ("none", "half", "other weights", "cut", "figures cut", "no object", "another kind")
    for file in get_paths("digits"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    training, manifests, wanted = Training(Service()), [], []
    for harm in harms:
        name = f"with-{harm.replace(' ', '-')}"
        write_tiny(tmp_path / f"{name}.safetensors")
        harm_history(harm, name)
        theirs: dict[str, Any] = respond(training.reply, {"want": "history", "model": name, "seed": 1})
        manifests.append(write_model(name, tmp_path / "models" / name, only=("history",)))
        assert str(tmp_path) not in json.dumps(manifests[-1])
        told = theirs["none"]
        wanted.append({"none": told["parts"][0] if "parts" in told else told})  # what follows names other models
    found = page.evaluate(HISTORY, manifests)
    assert found == wanted
    assert len({one["none"]["text"].replace(name["name"], "") for one, name in zip(found, manifests, strict=True)}) > 4


def test_model_whose_history_is_damaged_is_none_of_those_that_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    write_tiny(tmp_path / "tiny.safetensors")
    for path in get_paths("tiny"):
        path.write_text("{}")
    said = respond(Training(Service()).reply, {"want": "history", "model": "tiny", "seed": 1})["none"]
    assert "damaged" in said["text"]
    assert "There is one of" not in said["text"]
