"""One rule of names, for whoever looks a checkpoint up, lists them, or takes one in; and where they are kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

import gan
from gan.checkpoint import main
from gan.store import index, places
from gan.store import released as checkpoint
from gan.store.names import explain_name
from gan.store.released import CheckpointError
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tabs.training.workshop import check_name
from tests.served import ROOT
from tests.tiny_checkpoint import write_tiny

GOOD = ("digits", "digits-tiny", "v1.2", "A_b", "0", "x" * 100, "digits.old", "encoder", "my.index")
BAD = {
    "": "has 1 to 100 letters",
    "my model": "has 1 to 100 letters",
    "../escaped": "has 1 to 100 letters",
    "a/b": "has 1 to 100 letters",
    "/etc/passwd": "has 1 to 100 letters",
    ".hidden": "has 1 to 100 letters",
    "-rf": "has 1 to 100 letters",
    "dot.": "has 1 to 100 letters",
    "digits-tiny (1)": "has 1 to 100 letters",
    "x" * 101: "has 1 to 100 letters",
    "x" * 300: "has 1 to 100 letters",
    "line\n": "has 1 to 100 letters",
    "a\0b": "has 1 to 100 letters",
    "模型": "has 1 to 100 letters",
    "mine.safetensors": "stands without .safetensors: 'mine'",
    "classifier": "is kept for what lies beside models",
    "Classifier": "is kept for what lies beside models",
    "digits.encoder": "is kept for what lies beside models",
    "digits.HISTORY": "is kept for what lies beside models",
    "digits.directions": "is kept for what lies beside models",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "trained.safetensors")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "checkpoints"
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", found)
    return found


def list_all(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_is_good_everywhere(name, file, folder):
    assert main(["add", str(file), "--name", name]) == 0
    assert checkpoint.list_names() == [name]
    assert gan.load(name).name == name
    assert Service().get(name).name == name
    assert index.read_index()[name]["bytes"] == file.stat().st_size


@pytest.mark.parametrize("name", BAD)
def test_a_bad_name_is_refused_everywhere_before_anything_is_written(name, file, folder, tmp_path, capsys):
    folder.mkdir()
    before = list_all(tmp_path)
    assert main(["add", str(file), f"--name={name}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert BAD[name] in said.err
    assert len(said.err.splitlines()) == 1
    assert list_all(tmp_path) == before
    with pytest.raises(FieldError, match="odel"):
        check_name(name)
    with pytest.raises(FieldError, match="no model"):
        Service().get(name)
    assert explain_name(name) is not None


def test_what_is_no_name_at_all_is_refused(folder):
    for name in (None, 7, ["digits"], b"digits"):
        assert "has 1 to 100 letters" in str(explain_name(name))
        with pytest.raises(FieldError):
            check_name(name)


def test_a_name_that_differs_by_capitals_is_refused_and_the_same_is_renewed(file, folder, capsys):
    index.add(file, "Mine", "first")
    assert main(["add", str(file), "--name", "mINE"]) == 2
    assert "there is a model 'Mine' already, and many disks take both names for one" in capsys.readouterr().err
    index.add(file, "Mine", "second")
    assert index.read_index()["Mine"]["about"] == "second"


def test_the_list_goes_on_past_what_is_not_offered(file, folder, capsys):
    folder.mkdir()
    write_tiny(folder / "whole.safetensors")
    shutil.copy(file, folder / "digits-tiny (1).safetensors")
    shutil.copy(file, folder / "Kopie von mir.safetensors")
    (folder / "broken.safetensors").write_bytes(file.read_bytes()[:-1000])
    changed = bytearray(file.read_bytes())
    changed[-5] ^= 1
    (folder / "changed.safetensors").write_bytes(changed)
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "folder.safetensors").mkdir()
    (folder / "dangling.safetensors").symlink_to("nowhere")
    save_file({"x": torch.zeros(2)}, folder / "foreign.safetensors")
    # What lies beside weights is none of them, whole or not
    save_file({"x": torch.zeros(2)}, folder / "whole.encoder.safetensors")
    (folder / "classifier.safetensors").write_bytes(b"x")
    assert main([]) == 0
    said = capsys.readouterr()
    rows = dict(line.split("\t", 1) for line in said.out.splitlines())
    assert said.err == ""
    wrong = {
        "Kopie von mir.safetensors": "a model's name has 1 to 100 letters",
        "digits-tiny (1).safetensors": "a model's name has 1 to 100 letters",
        "broken.safetensors": "is damaged",
        "changed.safetensors": "do not have the SHA-256",
        "empty.safetensors": "is damaged",
        "folder.safetensors": "is a folder",
        "dangling.safetensors": "there is no checkpoint",
        "foreign.safetensors": "not a generator of this project",
    }
    assert set(rows) == {"whole", *wrong}
    assert rows["whole"].startswith("0.0 MB\tsha256 ")
    for name, why in wrong.items():
        assert rows[name].startswith("not offered: ")
        assert why in rows[name]
    assert checkpoint.list_names() == ["changed", "whole"]  # whose weights are only looked at when they are asked for
    assert Service().models() == ["changed", "whole"]


@pytest.mark.parametrize("text", ["{", "[]", '{"digits": 7}', "[" * 100_000, "\xff"])
def test_a_damaged_index_is_a_sentence_and_nothing_is_written(text, file, folder, capsys):
    folder.mkdir()
    (folder / "index.json").write_bytes(text.encode("latin-1"))
    before = list_all(folder)
    assert main(["add", str(file), "--name", "mine"]) == 2
    assert "the file index.json is damaged (" in capsys.readouterr().err
    assert list_all(folder) == before


def test_a_folder_that_cannot_be_written_is_a_sentence(file, folder, tmp_path, monkeypatch, capsys):
    folder.write_text("a file in its place")
    assert main(["add", str(file), "--name", "mine"]) == 2
    said = capsys.readouterr().err
    assert f"nothing can be written to {folder} (File exists); name another folder with GAN_CHECKPOINTS" in said
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", Path("/proc/nowhere"))
    assert main(["add", str(file), "--name", "mine"]) == 2
    assert "nothing can be written to /proc/nowhere" in capsys.readouterr().err


def test_without_checkpoints_it_is_said_how_to_get_some(folder, capsys):
    assert main([]) == 0
    assert f"no checkpoints in {folder}: train one with " in capsys.readouterr().out
    with pytest.raises(CheckpointError, match="none of any name: train one with .* GAN_CHECKPOINTS, .* as USER/REPO"):
        gan.load("digits")


def test_the_variable_names_the_folder_and_the_reader_stays(file, tmp_path):
    env = {**os.environ, "GAN_CHECKPOINTS": str(tmp_path / "mine"), "PYTHONPATH": str(ROOT)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *words], cwd=tmp_path, env=env, capture_output=True, text=True)

    assert run("-m", "gan.checkpoint", "add", str(file), "--name", "own").returncode == 0
    assert [line.split("\t")[0] for line in run("-m", "gan.checkpoint").stdout.splitlines()] == ["own"]
    code = "from gan.judges.classifier import load_classifier; print(load_classifier().dataset)"
    assert run("-c", code).stdout == "mnist\n"
    assert json.loads((tmp_path / "mine" / "index.json").read_text())["own"]["about"] == ""


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"GAN_CHECKPOINTS": "/given"}, "/given"),
        ({"XDG_DATA_HOME": "/share"}, "/share/digit-forge/checkpoints"),
        ({"XDG_DATA_HOME": "relative"}, "/home/me/.local/share/digit-forge/checkpoints"),
        ({}, "/home/me/.local/share/digit-forge/checkpoints"),
    ],
)
def test_an_installed_package_writes_where_its_user_may(env, wanted, monkeypatch):
    for name in ("GAN_CHECKPOINTS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **env}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(places, "is_installed", lambda: True)
    monkeypatch.setattr(sys, "platform", "linux")
    assert places.choose_folder() == Path(wanted)
    if not env:
        monkeypatch.setattr(sys, "platform", "darwin")
        assert places.choose_folder() == Path("/home/me/Library/Application Support/digit-forge/checkpoints")


def test_ones_own_come_first_and_then_those_that_came_along(file, folder, tmp_path, monkeypatch):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    write_tiny(shipped / "digits.safetensors")
    write_tiny(shipped / "both.safetensors")
    (shipped / "index.json").write_text(json.dumps({"digits": {"about": "shipped"}, "both": {"about": "shipped"}}))
    monkeypatch.setattr(places, "SHIPPED", shipped)
    monkeypatch.setattr(places, "LAYERED", True)
    before = list_all(shipped)
    index.add(file, "both", "own")
    index.add(file, "more", "own")
    assert checkpoint.list_names() == ["digits", "both", "more"]
    assert {name: row["about"] for name, row in index.read_index().items()} == {
        "digits": "shipped",
        "both": "own",
        "more": "own",
    }
    assert checkpoint.find_file("both.safetensors").parent == folder
    assert checkpoint.find_file("digits.safetensors").parent == shipped
    assert checkpoint.find_file("nowhere.json").parent == folder
    assert Service().get("digits").name == "digits"
    assert list_all(shipped) == before
