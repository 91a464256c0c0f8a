"""Weights by USER/REPO, from a stand-in Hub on this machine; nothing leaves it, and nothing is unpickled."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

import gan
from gan.recipes.read import load_named
from gan.sample import main
from gan.store.names import is_pinned, is_source
from gan.store.released import CheckpointError, read_released
from tests.hub_stand_in import Hub, Repo, serve_hub
from tests.served import ROOT
from tests.tiny_checkpoint import write_tiny

FIRST, SECOND, THIRD = "1" * 40, "2" * 40, "3" * 40

# Loads each name in turn and tells what came of it, as a line of JSON; in a process that knows that Hub from its start
LOAD = """
import json, sys
import gan
for name in sys.argv[1:]:
    try:
        found = gan.load(name)
        print(json.dumps({"name": found.name, "sha256": found.sha256, "shape": list(found.sample("20", seed=7).shape)}))
    except gan.store.released.CheckpointError as error:
        print(json.dumps({"said": str(error)}))
"""


class Evil:
    """What runs when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch unpickled",)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> bytes:
    return write_tiny(tmp_path_factory.mktemp("pushed") / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def hub(weights) -> Iterator[Hub]:
    with serve_hub() as hub:
        good = {"model.safetensors": weights, "README.md": b"# digits"}
        hub.repos = {
            "ann/digits": Repo(good, {"main": FIRST, "v1": SECOND}),
            "ann/old.style_1": Repo(good, {"main": THIRD}),
            "ann/pickled": Repo({"pytorch_model.bin": pickle.dumps(Evil()), "model.pt": b"", ".gitattributes": b""}),
            "ann/empty": Repo({}),
            "ann/gated": Repo(good, error="GatedRepo"),
            "ann/broken": Repo({"model.safetensors": weights[: len(weights) // 2]}),
            "ann/foreign": Repo({"model.safetensors": b"\x02\x00\x00\x00\x00\x00\x00\x00{}"}),
            "ann/huge": Repo(good, says={"model.safetensors": 40 << 30}),
            "ann/down": Repo(good, error="500"),
        }
        yield hub


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(hub: Hub, cache: Path, code: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    env |= {"HF_ENDPOINT": hub.address, "HF_HOME": str(cache), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}
    command = [sys.executable, "-W", "error::DeprecationWarning:gan", *code]
    return subprocess.run(command, cwd=cache, env=env, capture_output=True, text=True, timeout=240)


SAID = {
    "ann/pickled": "it has pytorch_model.bin, model.pt; weights are read from safetensors alone, as other files can",
    "ann/empty": "has no model.safetensors: it has other files or none",
    "ann/gated": "the model ann/gated is gated: ask for access at its page on the Hub",
    "ann/unknown": "there is no file ann/unknown here, and no such model on the Hugging Face Hub",
    "ann/digits@v9": "the model ann/digits has no revision 'v9'",
    "ann/broken": "the file model.safetensors is damaged or not a safetensors file",
    "ann/foreign": "is a safetensors file, but not a generator of this project",
    "ann/huge": "model.safetensors of ann/huge is larger than 256 MB",
    "ann/down": "no file ann/down here, it was not fetched before, and the Hugging Face Hub does not give it out (S",
}
GOOD = {"ann/digits": FIRST, "ann/digits@v1": SECOND, f"ann/digits@{SECOND}": SECOND, "ann/old.style_1": THIRD}


@pytest.fixture(scope="module")
def told(hub, cache) -> dict[str, dict[str, Any]]:
    """What came of each name."""
    names = [*GOOD, *SAID]
    done = run(hub, cache, ["-c", LOAD, *names])
    assert done.returncode == 0, done.stderr
    return dict(zip(names, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("name", GOOD)
def test_a_pushed_model_is_loaded_and_pinned_to_its_commit(told, name, tmp_path):
    sha256 = read_released(write_tiny(tmp_path / "tiny.safetensors")).sha256
    pinned = f"{name.partition('@')[0]}@{GOOD[name]}"
    assert told[name] == {"name": pinned, "sha256": sha256, "shape": [2, 1, 28, 28]}


@pytest.mark.parametrize("name", SAID)
def test_what_the_hub_does_not_give_is_a_sentence(told, name):
    said = told[name]["said"]
    assert SAID[name] in said
    assert "\n" not in said


def test_nothing_but_safetensors_was_fetched_and_nothing_ran(told, hub, cache):
    assert not (cache / "unpickled").exists()
    fetched = {path.rpartition("/")[2] for path in hub.asked if path.startswith("GET ") and "/resolve/" in path}
    assert fetched == {"model.safetensors"}
    assert not [path for path in hub.asked if path.startswith("GET ") and "ann/huge" in path]


def test_the_recipe_in_a_picture_has_the_commit_and_replays(told, hub, cache):
    draw = ["-m", "gan.sample"]
    sheet = run(hub, cache, [*draw, "ann/digits@v1", "--digits", "20", "--count", "4", "--out", "sheet.png"])
    assert sheet.returncode == 0, sheet.stderr
    assert "from ann/digits@2222" in sheet.stdout
    asked = len(hub.asked)
    again = run(hub, cache, [*draw, "--recipe", "sheet.png", "--out", "again.png"], HF_HUB_OFFLINE="1")
    assert again.returncode == 0, again.stderr
    assert (cache / "again.png").read_bytes() == (cache / "sheet.png").read_bytes()
    assert len(hub.asked) == asked
    refused = run(hub, cache, [*draw, "ann/pickled", "--out", "none.png"])
    assert refused.returncode == 2
    assert refused.stderr.startswith("gan.sample: The model ann/pickled has no model.safetensors")
    assert len(refused.stderr.splitlines()) == 1
    assert not (cache / "none.png").exists()


def test_offline_what_was_fetched_is_there_and_the_rest_is_a_sentence(told, cache, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache / "hub"))
    assert gan.load("ann/digits").name == f"ann/digits@{FIRST}"
    assert load_named({"model": f"ann/digits@{SECOND}"}).name == f"ann/digits@{SECOND}"
    with pytest.raises(CheckpointError, match=r"no file ann/never here, .* \(HF_HUB_OFFLINE is set\)"):
        gan.load("ann/never")
    with pytest.raises(ValueError, match="must be a name in checkpoints/, or USER/REPO@COMMIT of the Hub"):
        load_named({"model": "ann/digits"})  # not the same on another day


def test_a_hub_that_is_not_there_is_a_sentence(told, hub, cache):
    nobody = Hub(address="http://127.0.0.1:9")
    done = run(nobody, cache, ["-c", LOAD, "ann/digits", "bob/digits"])
    kept, never = map(json.loads, done.stdout.splitlines())
    assert kept["name"] == f"ann/digits@{FIRST}"
    assert (
        "no file bob/digits here, it was not fetched before, and the Hugging Face Hub does not give it out ("
        in never["said"]
    )
    assert "\n" not in never["said"]


def test_a_file_or_a_folder_here_comes_before_the_hub(tmp_path, monkeypatch):
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    write_tiny(tmp_path / "runs" / "weights")
    monkeypatch.chdir(tmp_path)
    assert gan.load("runs/weights").name == "weights"
    with pytest.raises(CheckpointError, match=r"'runs/mine' is a folder; name the file .* runs/mine/model.safetensors"):
        gan.load("runs/mine")
    for path in (
        "runs/none.safetensors",
        "runs/none.png",
        "../mine",
        "/runs/mine",
        "runs/mine/model",
        "a/b@",
        "a/b@../c",
    ):
        with pytest.raises(CheckpointError, match="there is no checkpoint"):
            gan.load(path)
    assert main(["runs/mine", "--out", "x.png"]) == 2


def test_names_of_repositories_and_commits():
    assert is_source("ann/digits") and is_source("ann/digits@main") and is_source("a_1/b.c-d@refs/pr/1")  # noqa: PT018
    for text in (
        "digits",
        "a/b/c",
        "-a/b",
        "a/b-",
        "a/b--c",
        "a/b.git",
        "a/b@",
        "a/b@-x",
        "ann/x.npz",
        f"a/{'b' * 96}",
    ):
        assert not is_source(text), text
    assert is_pinned(f"ann/digits@{FIRST}")
    assert not is_pinned("ann/digits@main")
    assert not is_pinned(f"ann/digits@{FIRST[1:]}")
