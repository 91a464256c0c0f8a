"""Histories: what of a run goes beside its weights, and what is refused when it is read."""

import itertools
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from gan import train
from gan.drawing.generator import load
from gan.history import main
from gan.store import released as checkpoint
from gan.store.released import read_released, write_released
from gan.store.snapshots import CURVES, KEY, MAX_BYTES, HistoryError, choose_evenly, get_paths, read_history
from gan.training.moments import add, find_near, thin
from tests.tiny_checkpoint import write_tiny
from tests.tiny_run import make_run, release


@pytest.fixture(scope="module")
def run(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(made_root, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def added(run: Path, made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """checkpoints/ with the run's weights and their history, called tiny."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        release(run, "tiny")
        assert add(run, "tiny", made_root) == get_paths("tiny")
    return folder


@pytest.fixture
def folder(added: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for each test."""
    copied = tmp_path / "checkpoints"
    shutil.copytree(added, copied)
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", copied)
    return copied


@pytest.fixture
def bare(folder: Path) -> Path:
    """The same without the history."""
    for path in get_paths("tiny"):
        path.unlink()
    return folder


def get_sha(folder: Path) -> str:
    return read_released(folder / "tiny.safetensors").sha256


def test_a_history_has_every_snapshot_with_the_figures_of_that_moment(run, folder):
    path, _ = get_paths("tiny")
    assert path.stat().st_size <= MAX_BYTES
    history = read_history("tiny", get_sha(folder))
    stems = sorted(int(one.stem) for one in (run / "history").glob("*.safetensors"))
    assert [row["images"] for row in history.moments] == stems
    assert stems[0] == 0
    assert stems[-1] == 1600
    assert history.moments[0]["loss_d"] is None  # before the first step
    for row in history.moments:
        assert 0 <= row["accuracy"] <= 1
        assert row["diversity"] > 0
        assert set(row["accuracy_by_class"]) == set("0123456789")
    last = history.moments[-1]
    assert all(isinstance(last[name], float) for name in CURVES)
    assert history.curves["run"]["images"][-1] == 1600
    assert len(history.curves["run"]["loss_g"]) == len(history.curves["run"]["images"])
    checks = [images for images in history.curves["checks"]["images"] if images]
    assert {400, 800, 1200, 1600} <= set(checks)
    assert set(stems) - {0} <= set(checks)
    assert checks == sorted(checks)


def test_its_networks_are_the_snapshots_and_the_last_is_nearly_the_weights(run, folder):
    history = read_history("tiny", get_sha(folder))
    generator = load(str(folder / "tiny.safetensors"))
    y = torch.arange(10)
    z = generator.draw_z(3, range(10))
    drawn = []
    for place, row in enumerate(history.moments):
        snapshot = read_released(run / "history" / f"{row['images']:09d}.safetensors").generator
        drawn.append(history.build(place)(z, y))
        assert torch.equal(drawn[-1], snapshot(z, y))
    assert (drawn[-1] - generator.network(z, y)).abs().max() < 0.05  # half precision
    assert (drawn[0] - drawn[-1]).abs().mean() > 0.01


def test_the_command_adds_and_lists(run, bare, made_root, capsys):
    assert main([]) == 0
    assert capsys.readouterr().out == ""
    assert main(["add", str(run), "--name", "tiny", "--data", str(made_root)]) == 0
    count = len(list((run / "history").glob("*.safetensors")))
    assert capsys.readouterr().out.startswith(f"tiny\t{count} moments to 1,600 images\t")
    assert checkpoint.list_names() == ["tiny"]  # the snapshots are no generator of their own
    get_paths("tiny")[1].write_text("{")
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("tiny\tnot shown: the history of tiny is damaged and cannot be shown (")
    for name, said in (("nope", "is no checkpoint 'nope'"), ("../tiny", "has 1 to 100 letters")):
        assert main(["add", str(run), "--name", name, "--data", str(made_root)]) == 2
        assert said in capsys.readouterr().err


def test_a_run_that_made_other_weights_is_refused_and_nothing_is_written(run, bare, made_root, capsys):
    write_tiny(bare / "tiny.safetensors")
    assert main(["add", str(run), "--name", "tiny", "--data", str(made_root)]) == 2
    said = capsys.readouterr().err
    assert "made other weights" in said
    assert "gan.checkpoint add" in said
    assert not any(path.exists() for path in get_paths("tiny"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nowhere", "--name", "tiny"), "there is no checkpoint"),
        (("add", "nowhere", "--name", "other"), "there is no checkpoint"),
    ],
)
def test_a_run_or_weights_that_are_not_there_are_a_sentence(folder, capsys, words, said):
    assert main(list(words)) == 2
    error = capsys.readouterr().err
    assert said in error.lower()
    assert error.count("\n") == 1


def test_a_run_without_data_or_snapshots_is_refused(run, bare, made_root, tmp_path):
    with pytest.raises(ValueError, match="no MNIST under"):
        add(run, "tiny", tmp_path / "nothing")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    with pytest.raises(HistoryError, match="0 snapshots; a history needs at least 2"):
        add(empty, "tiny", made_root)
    assert not any(path.exists() for path in get_paths("tiny"))


def test_a_history_reaches_over_both_stages_of_an_extended_run(run, bare, made_root, tmp_path):
    longer = tmp_path / "longer"
    shutil.copytree(run, longer)
    words = ["--data", str(made_root), "--out", str(longer), "--device", "cpu", "--no-tensorboard"]
    assert train.main([*words, "--resume", "--extend", "--images", "3200", "--gamma", "2"]) == 0
    release(longer, "tiny")
    add(longer, "tiny", made_root)
    history = read_history("tiny", get_sha(bare))
    assert history.moments[0]["images"] == 0
    assert [row["images"] for row in history.moments if row["images"] >= 1600] == [1600, 3200]
    assert max(images for images in history.curves["run"]["images"] if images) > 1600


def test_snapshots_of_a_run_with_another_seed_are_refused(run, bare, made_root, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(run, mixed)
    first = sorted((mixed / "history").glob("*.safetensors"))[0]
    one = read_released(first)
    meta = {"class_names": one.meta["class_names"], "trained": one.meta["trained"]}
    write_released(first, replace(one.config, seed=1), one.generator, None, meta, half=True)
    with pytest.raises(HistoryError, match="made with other settings than the weights"):
        add(mixed, "tiny", made_root)


def test_a_history_that_is_missing_or_of_other_weights_says_which_command_brings_one(folder):
    with pytest.raises(HistoryError, match="belongs to other weights .*gan.history add RUN --name tiny"):
        read_history("tiny", "0" * 64)
    sha256 = get_sha(folder)
    get_paths("tiny")[1].unlink()
    with pytest.raises(HistoryError, match="left no history here; python -m gan.history add RUN --name tiny"):
        read_history("tiny", sha256)


def damage_json(path: Path, told: Path) -> None:
    told.write_text(told.read_text()[:-40])


def damage_tensors(path: Path, told: Path) -> None:
    with safe_open(path, framework="pt") as file:
        metadata, tensors = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}
    next(iter(tensors.values())).view(-1)[:1] += 1
    save_file(tensors, path, metadata)


def cut_short(path: Path, told: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def take_the_mark_away(path: Path, told: Path) -> None:
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
    save_file(tensors, path, {"another": "mark"})


@pytest.mark.parametrize("damage", [damage_json, damage_tensors, cut_short, take_the_mark_away])
def test_a_damaged_history_is_a_sentence(folder, damage):
    damage(*get_paths("tiny"))
    with pytest.raises(HistoryError, match="the history of tiny is damaged and cannot be shown") as error:
        read_history("tiny", get_sha(folder))
    assert "\n" not in str(error.value)


def test_figures_of_another_set_of_snapshots_are_refused(folder):
    _, told = get_paths("tiny")
    figures = json.loads(told.read_text())
    told.write_text(json.dumps(figures | {"snapshots": "0" * 64}))
    with pytest.raises(HistoryError, match="belongs to other weights"):
        read_history("tiny", get_sha(folder))
    assert KEY != checkpoint.KEY


def test_curves_are_thinned_to_log_spaced_means():
    rows: list[dict[str, Any]] = [{"images": 100 * i, "a": float(i), "b": None} for i in range(1, 5001)]
    columns = thin(rows, ("a", "b"), most=50)
    assert 20 <= len(columns["images"]) <= 50
    assert all(value is None for value in columns["b"])
    for images, mean in zip(columns["images"], columns["a"], strict=True):
        assert images is not None
        assert mean == pytest.approx(images / 100, rel=1e-3)  # the line stays the line
    late = [images for images in columns["images"] if images and images > 50_000]
    ratios = [b / a for a, b in itertools.pairwise(late)]
    assert max(ratios) / min(ratios) < 1.02
    assert thin([], ("a",)) == {"images": [], "a": []}
    assert thin(rows[:1], ("a",)) == {"images": [100.0], "a": [1.0]}


def test_a_moment_is_told_of_by_rows_near_it_alone():
    rows = [{"images": images} for images in (1000, 2000, 2100, 2200, 50_000)]
    assert [row["images"] for row in find_near(rows, 2000)] == [2000, 2100, 2200]
    assert find_near(rows, 600) == []
    assert find_near(rows, 0) == []
    assert math.isclose(find_near(rows, 45_000)[0]["images"], 50_000)


@pytest.mark.parametrize(("count", "most"), [(3, 10), (24, 11), (24, 24), (100, 2)])
def test_too_many_snapshots_are_thinned_evenly_with_both_ends(count, most):
    chosen = choose_evenly(count, most)
    assert len(chosen) == min(count, most)
    assert (chosen[0], chosen[-1]) == (0, count - 1)
    steps = [b - a for a, b in itertools.pairwise(chosen)]
    assert max(steps) - min(steps) <= 1


def test_a_generator_without_classes_has_a_history_too(made_root, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    run = make_run(made_root, tmp_path / "run", "--unconditional", images=320)
    release(run, "blind")
    add(run, "blind", made_root)
    history = read_history("blind", read_released(tmp_path / "blind.safetensors").sha256)
    assert history.moments[-1]["accuracy"] is None
    assert history.moments[-1]["diversity"] > 0
