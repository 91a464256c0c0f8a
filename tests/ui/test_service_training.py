"""The Training tab without its page: the time machine, and the one run with its owner, its limits and its result."""

import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan.config import PRESETS
from gan.data import to_uint8
from gan.store import index
from gan.store import released as checkpoint
from gan.store.released import read_released
from gan.store.snapshots import HistoryError, get_paths, read_history
from gan.training.moments import add
from gan.ui.inputs import FieldError
from gan.ui.service import Service, trusts_visitors
from gan.ui.tabs.training import workshop as module
from gan.ui.tabs.training.curve import Curve
from gan.ui.tabs.training.form import explain_missing, list_presets, read_config
from gan.ui.tabs.training.tab import Training
from gan.ui.tabs.training.time_machine import TimeMachine
from gan.ui.tabs.training.workshop import ABSENT_SECONDS, CLAIM_SECONDS, PAUSE_SECONDS, STOP_SECONDS, Workshop
from gan.ui.wire import pack
from tests.tiny_checkpoint import write_tiny
from tests.tiny_run import make_run, release

ANN, BOB = "a" * 32, "b" * 32
FORM: dict[str, Any] = {"preset": "tutorial-mlp", "loss": "bce", "lr": "0.0002", "batch": 64, "minutes": 5}


@pytest.fixture(scope="module")
def added(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """checkpoints/ with a released run and its history, called tiny, and a model without one."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        run = make_run(made_root, tmp_path_factory.mktemp("run"), images=640)
        release(run, "tiny")
        add(run, "tiny", made_root)
    write_tiny(folder / "bare.safetensors")
    return folder


@pytest.fixture
def folder(added: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", added)
    return added


@pytest.fixture
def machine(folder: Path) -> TimeMachine:
    return TimeMachine(Service())


# ---- the time machine -----------------------------------------------------------------------------------------------


def test_the_film_has_the_same_z_at_every_moment_and_each_moments_own_weights(machine, folder):
    film = machine.draw("tiny", 7)
    history = read_history("tiny", read_released(folder / "tiny.safetensors").sha256)
    count = len(history.moments)
    assert count >= 3
    assert film.images.shape == (count * 40, 1, 28, 28)
    assert film.recipe["moments"] == [row["images"] for row in film.moments]
    generator = Service().get("tiny")
    for place in (0, count - 1):
        for row in range(4):
            expected = to_uint8(history.build(place)(generator.draw_z(7, [row] * 10), torch.arange(10)))
            shown = film.images[place * 40 + row * 10 : place * 40 + row * 10 + 10]
            assert (expected.int() - shown.int()).abs().max() <= 1
    with Image.open(io.BytesIO(film.to_png())) as picture:
        assert picture.size == (302, 30 * 4 * count + 2)
        last = np.asarray(picture)[(count - 1) * 120 + 2 :, 2:30][:28]
    np.testing.assert_array_equal(last, film.images[(count - 1) * 40, 0])


def test_a_film_is_drawn_once_and_another_seed_is_another(machine):
    film = machine.draw("tiny", 7)
    assert machine.draw("tiny", "7") is film
    assert not torch.equal(machine.draw("tiny", 8).images, film.images)


def test_a_model_without_a_history_is_told_of_in_a_sentence(machine):
    with pytest.raises(HistoryError, match="bare left no history here"):
        machine.draw("bare", 7)
    said = Training(machine.service).answer({"want": "history", "model": "bare", "seed": 7})
    assert said == {
        "none": "The run that made bare left no history here; python -m gan.history add RUN --name bare brings one. "
        "There is one of: tiny."
    }


@pytest.mark.parametrize(("model", "seed", "field"), [("nothing", 7, "model"), ("tiny", "seven", "seed")])
def test_a_bad_model_or_seed_is_a_sentence_at_its_control(machine, model, seed, field):
    with pytest.raises(FieldError) as error:
        machine.draw(model, seed)
    assert error.value.field == field


def test_a_history_that_is_replaced_or_deleted_is_noticed(made_root, tmp_path, monkeypatch, added):
    for path in added.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    machine = TimeMachine(Service())
    assert len(machine.draw("tiny", 1).moments) >= 3
    for path in get_paths("tiny"):
        path.unlink()
    with pytest.raises(HistoryError, match="left no history here"):
        machine.draw("tiny", 1)


def test_a_model_without_classes_has_a_film_of_whatever_it_likes(made_root, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    run = make_run(made_root, tmp_path / "run", "--unconditional", images=160)
    release(run, "blind")
    add(run, "blind", made_root)
    film = TimeMachine(Service()).draw("blind", 1)
    assert film.columns == 10
    last = film.images[-40:]
    assert not torch.equal(last[0], last[1])


# ---- what a visitor asks for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_offered_and_can_be_asked_for(preset):
    form = list_presets()[preset]
    config = read_config({**FORM, "preset": preset, **{name: form[name] for name in ("loss", "lr", "batch")}})
    assert (config.preset, config.minutes, config.images) == (preset, 5.0, None)
    blind = read_config({**FORM, "preset": preset, "unconditional": True})
    assert (blind.unconditional, blind.num_classes, blind.mismatch, blind.style_weight) == (True, 1, 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"preset": "best"}, "preset", "There is no preset 'best'"),
        ({"preset": None}, "preset", "There is no preset"),
        ({"preset": ["digits"]}, "preset", "There is no preset"),
        ({"loss": "cosine"}, "loss", "There is no loss 'cosine'"),
        ({"lr": ""}, "lr", "The learning rate is empty; it must be a number from 1e-06 to 0.1."),
        ({"lr": "nan"}, "lr", "The learning rate is nan"),
        ({"lr": 1}, "lr", "The learning rate is 1; it must be"),
        ({"lr": True}, "lr", "The learning rate is True"),
        ({"lr": 10**400}, "lr", "The learning rate is 1000"),
        ({"batch": 100}, "batch", "The batch is 100; it can be 16, 32"),
        ({"batch": "64"}, "batch", "The batch is 64"),
        ({"batch": 64.5}, "batch", "The batch is 64.5"),
        ({"batch": [64]}, "batch", "The batch is [64]"),
        ({"minutes": 31}, "minutes", "The length in minutes is 31; it must be a number from 1 to 30."),
        ({"minutes": None}, "minutes", "The length in minutes is empty"),
    ],
)
def test_a_bad_setting_is_a_sentence_at_its_control(change, field, said):
    with pytest.raises(FieldError) as error:
        read_config({**FORM, **change})
    assert error.value.field == field
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"SYSTEM": "spaces"}, False),
        ({"SPACE_ID": "user/space"}, False),
        ({"SYSTEM": "spaces", "GAN_ALLOW_TRAINING": "1"}, True),
        ({"SYSTEM": "spaces", "GAN_ALLOW_TRAINING": "0"}, False),
    ],
)
def test_training_is_off_on_spaces_unless_it_is_allowed(monkeypatch, environment, allowed):
    for name in ("SYSTEM", "SPACE_ID", "GAN_ALLOW_TRAINING"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert trusts_visitors() is allowed
    workshop = Workshop(Service())
    status = workshop.tell(ANN)
    assert status["allowed"] is allowed
    if not allowed:
        assert "GAN_ALLOW_TRAINING=1" in status["why"]
        with pytest.raises(FieldError, match="Training is off on this server"):
            workshop.start(ANN, FORM)


def test_missing_data_are_told_of_with_what_to_do(monkeypatch, tmp_path, made_root):
    monkeypatch.setenv("GAN_DATA", str(made_root))
    assert explain_missing("mnist") == ""
    monkeypatch.setenv("GAN_DATA", str(tmp_path))
    said = explain_missing("mnist")
    assert said.startswith(f"MNIST is not under {tmp_path}")
    assert "GAN_DATA=FOLDER" in said
    with pytest.raises(FieldError, match="so there is nothing to learn from"):
        Workshop(Service()).start(ANN, FORM)


def test_a_live_curve_keeps_its_shape_and_its_bound():
    curve = Curve(("a", "b"), most=50)
    for i in range(3000):
        curve.add({"images": 10 * i, "a": float(i), "b": None if i % 2 else 1.0})
        assert len(curve.rows) <= 51
    columns = curve.to_columns()
    assert len(columns["images"]) > 20
    for images, value in zip(columns["images"], columns["a"], strict=True):
        assert images == pytest.approx(10 * value, rel=1e-3)  # type: ignore[operator]
    assert set(columns["b"]) == {1.0}
    assert columns["images"] == sorted(columns["images"])  # type: ignore[type-var]


# ---- the run's life, with a process that only pretends to train -----------------------------------------------------

ACTOR = """
import json, pathlib, sys

def tell(**event):
    print(json.dumps(event), flush=True)

order = json.loads(sys.stdin.readline())
pathlib.Path(order["out"], "order.json").write_text(json.dumps(order))
tell(**{"is": "state", "state": "paused" if order["paused"] else "running"})
tell(**{"is": "sheet", "images": 0, "png": "AAAA", "rows": 4, "columns": 10})
tell(**{"is": "numbers", "images": 64, "loss_d": 1.0, "loss_g": 2.0, "prob_real": 0.6, "prob_fake": 0.4, "won": 0.8})
tell(**{"is": "alarm", "images": 64, "message": "D has won."})
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] in ("pause", "go"):
        tell(**{"is": "state", "state": {"pause": "paused", "go": "running"}[command["do"]]})
    elif command["do"] == "step":
        tell(**{"is": "step", "of": command["of"], "images": 64, "before": {}, "after": {}})
    elif command["do"] == "stop" and "STUBBORN" not in sys.argv:
        path = pathlib.Path(order["out"], "model.safetensors")
        path.write_bytes(pathlib.Path(sys.argv[1]).read_bytes())
        tell(**{"is": "done", "images": 64, "seconds": 1.5, "path": str(path)})
        break
    elif command["do"] == "die":
        sys.exit(1)
"""


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """A workshop with the actor, on a clock of its own."""

    def __init__(self, folder: Path, script: Path, *more: str) -> None:
        self.clock = Clock()
        self.service = Service()
        command = (sys.executable, str(script), str(folder / "bare.safetensors"), *more)
        self.workshop = Workshop(self.service, command=command, clock=self.clock)

    def wait(self, ready: Callable[[dict[str, Any]], bool], owner: str = ANN) -> dict[str, Any]:
        """Ask as `owner` until what is told is `ready`."""
        for _ in range(1000):
            told = self.workshop.tell(owner)
            if ready(told):
                return told
            time.sleep(0.02)
        raise AssertionError(told)

    def wait_for(self, state: str, owner: str = ANN) -> dict[str, Any]:
        return self.wait(lambda told: told["state"] == state, owner)


@pytest.fixture
def act(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_root: Path
) -> Iterator[Callable[..., Stage]]:
    copied = tmp_path / "checkpoints"
    copied.mkdir()
    for path in folder.iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", copied)
    monkeypatch.setenv("GAN_DATA", str(made_root))
    for name in ("SYSTEM", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    script = tmp_path / "actor.py"
    script.write_text(ACTOR)
    stages: list[Stage] = []

    def begin(*more: str) -> Stage:
        stages.append(Stage(copied, script, *more))
        return stages[-1]

    yield begin
    for stage in stages:
        stage.workshop.close()


@pytest.fixture
def stage(act: Callable[..., Stage]) -> Stage:
    return act()


def test_a_run_from_start_to_a_model_that_every_tab_can_use(stage):
    assert stage.workshop.tell(ANN)["state"] == "idle"
    stage.workshop.start(ANN, FORM)
    told = stage.wait(lambda told: bool(told.get("alarms")))
    assert (told["state"], told["mine"]) == ("running", True)
    assert told["run"] == FORM | {"lr": 0.0002, "minutes": 5.0, "unconditional": False}
    assert told["sheet"]["png"] == "AAAA"
    assert told["curves"]["run"]["loss_g"] == [2.0]
    assert "sheet" not in stage.workshop.tell(ANN, told["sheets"])
    assert "curves" not in stage.workshop.tell(ANN, curves=False)
    json.dumps(told)
    stage.workshop.steer(ANN, "pause")
    stage.wait_for("paused")
    stage.workshop.steer(ANN, "step", "G")
    assert stage.wait(lambda told: told["steps"] == 1)["step"]["of"] == "G"
    stage.workshop.steer(ANN, "go")
    stage.wait_for("running")
    stage.workshop.steer(ANN, "stop")
    told = stage.wait_for("ended")
    assert told["result"] == {"there": True, "kept": ""}
    assert stage.workshop.keep(ANN, "mine") == "mine"
    assert "mine" in stage.service.models()
    assert stage.service.get("mine").sha256 == stage.service.get("bare").sha256
    assert "tutorial-mlp, 64 images" in index.read_index()["mine"]["about"]
    data, name = stage.workshop.fetch(ANN)
    assert data == (checkpoint.CHECKPOINTS / "mine.safetensors").read_bytes()
    assert name == "mine-64.safetensors"


def test_the_process_is_told_all_that_was_asked_for(stage, made_root):
    stage.workshop.start(ANN, {**FORM, "paused": True, "of": "D", "unconditional": True})
    told = stage.wait(lambda told: told.get("steps") == 1)
    assert told["state"] == "paused"
    run = stage.workshop._run
    assert run is not None
    order = json.loads((run.folder / "order.json").read_text())
    assert (order["root"], order["paused"], order["download"]) == (str(made_root.resolve()), True, False)
    assert order["config"]["unconditional"] is True
    assert order["config"]["minutes"] == 5.0
    assert order["command"].endswith("--batch 64 --minutes 5.0 --unconditional")


def test_others_watch_and_cannot_touch(stage):
    stage.workshop.start(ANN, FORM)
    told = stage.wait_for("running", BOB)
    assert (told["mine"], told["free"]) == (False, False)
    assert told["sheet"]["png"] == "AAAA"
    for what in ("pause", "stop", "step"):
        with pytest.raises(FieldError, match="Somebody else is training here"):
            stage.workshop.steer(BOB, what, "D")
    with pytest.raises(FieldError, match="Somebody else is training here"):
        stage.workshop.start(BOB, FORM)
    with pytest.raises(FieldError, match="Your run is still going on"):
        stage.workshop.start(ANN, FORM)
    stage.workshop.steer(ANN, "stop")
    stage.wait_for("ended", BOB)
    for work in (lambda: stage.workshop.keep(BOB, "theirs"), lambda: stage.workshop.fetch(BOB)):
        with pytest.raises(FieldError, match="There is no result of yours"):
            work()
    with pytest.raises(FieldError, match="they have 120 seconds more to keep it"):
        stage.workshop.start(BOB, FORM)
    stage.clock.now += CLAIM_SECONDS + 1
    stage.workshop.start(BOB, FORM)
    assert stage.wait_for("running", BOB)["mine"]
    with pytest.raises(FieldError, match="There is no result of yours"):
        stage.workshop.fetch(ANN)


@pytest.mark.parametrize("owner", [None, "", "short", "x" * 65, "with space and more", 5, ["a" * 32]])
def test_a_visitor_without_a_proper_name_starts_nothing(stage, owner):
    with pytest.raises(FieldError, match="has no name; reload the page"):
        stage.workshop.start(owner, FORM)
    assert stage.workshop.tell(owner)["state"] == "idle"


def test_what_a_run_cannot_do_is_a_sentence(stage):
    with pytest.raises(FieldError, match="No run is going on"):
        stage.workshop.steer(ANN, "pause")
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    for what, of in (("fly", None), ("step", "H"), (None, None), (["stop"], None)):
        with pytest.raises(FieldError, match="nothing a run can do"):
            stage.workshop.steer(ANN, what, of)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "has 1 to 100 letters"),
        (None, "has 1 to 100 letters"),
        ("../digits", "has 1 to 100 letters"),
        ("bare.", "has 1 to 100 letters"),
        ("bare.history", "kept for what lies beside models"),
        ("classifier", "kept for what lies beside models"),
        ("new.safetensors", "stands without .safetensors: 'new'"),
        ("-a", "has 1 to 100 letters"),
        ("x" * 101, "has 1 to 100 letters"),
        ("字", "has 1 to 100 letters"),
        ("bare", "There is a model 'bare' already"),
        ("TINY", "There is a model 'TINY' already"),
        ("released", "There is a model 'released' already"),
    ],
)
def test_a_name_that_is_taken_or_no_name_is_refused_and_nothing_is_overwritten(stage, name, said):
    (checkpoint.CHECKPOINTS / "index.json").write_text(json.dumps({"released": {}}))
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    stage.workshop.steer(ANN, "stop")
    stage.wait_for("ended")
    before = {path: path.read_bytes() for path in checkpoint.CHECKPOINTS.iterdir()}
    with pytest.raises(FieldError, match=said) as error:
        stage.workshop.keep(ANN, name)
    assert error.value.field == "name"
    assert {path: path.read_bytes() for path in checkpoint.CHECKPOINTS.iterdir()} == before


def test_too_many_models_are_refused(stage, monkeypatch):
    monkeypatch.setattr(module, "MAX_MODELS", 2)
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    stage.workshop.steer(ANN, "stop")
    stage.wait_for("ended")
    with pytest.raises(FieldError, match="There are 2 models here; delete one"):
        stage.workshop.keep(ANN, "third")


def stand(stage: Stage, *, owner_is_here: bool) -> None:
    """Let the workshop look once at the run as it stands now."""
    run, worker = stage.workshop._run, stage.workshop._worker
    assert run is not None
    assert worker is not None
    if owner_is_here:
        run.seen = stage.clock()
    stage.workshop.check_on(run, worker)


def test_a_run_whose_owner_has_left_is_stopped(stage):
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    stage.clock.now += ABSENT_SECONDS + 1
    told = stage.wait_for("ended", BOB)  # the one who watches does not keep it alive
    assert told["left"] == "The run was stopped because the visitor who started it had left."
    assert told["result"]["there"]


def test_a_run_that_stands_paused_for_long_is_stopped_but_not_while_steps_are_taken(stage):
    stage.workshop.start(ANN, {**FORM, "paused": True})
    stage.wait_for("paused")
    for _ in range(3):
        steps = stage.workshop.tell(ANN)["steps"]
        stage.clock.now += ABSENT_SECONDS - 1
        stage.workshop.steer(ANN, "step", "D")
        stage.wait(lambda told, steps=steps: told["steps"] > steps)
    assert stage.workshop.tell(ANN)["state"] == "paused"
    for _ in range(int(PAUSE_SECONDS // 100) + 1):
        stage.clock.now += 100
        stand(stage, owner_is_here=True)
    told = stage.wait_for("ended")
    assert told["left"] == "The run was stopped after it had stood paused for 15 minutes."


def test_a_process_that_does_not_stop_when_told_is_ended(act):
    stage = act("STUBBORN")
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    stage.workshop.steer(ANN, "stop")
    assert stage.workshop.tell(ANN)["state"] == "stopping"
    stage.clock.now += STOP_SECONDS + 1
    told = stage.wait_for("ended")
    assert not told["result"]["there"]


def test_a_process_that_dies_is_told_of_and_another_run_can_begin(stage):
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    assert stage.workshop._worker is not None
    stage.workshop._worker.send(do="die")
    assert "ended unexpectedly" in stage.wait_for("ended")["trouble"]
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")


def test_a_new_run_and_the_end_of_the_app_delete_the_old_runs_files(stage):
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    first = stage.workshop._run
    assert first is not None
    stage.workshop.steer(ANN, "stop")
    stage.wait_for("ended")
    stage.workshop.start(ANN, FORM)
    stage.wait_for("running")
    second, worker = stage.workshop._run, stage.workshop._worker
    assert second is not None
    assert worker is not None
    assert not first.folder.exists()
    assert second.folder.exists()
    stage.workshop.close()
    assert not second.folder.exists()
    assert worker._process.returncode is not None
    assert stage.workshop.tell(ANN)["state"] == "idle"


def test_only_one_of_many_who_start_at_once_gets_the_run(stage):
    won: list[str] = []

    def begin(owner: str) -> None:
        try:
            stage.workshop.start(owner, FORM)
        except FieldError:
            return
        won.append(owner)

    owners = [f"{place:032d}" for place in range(8)]
    threads = [threading.Thread(target=begin, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert stage.wait_for("running", won[0])["mine"]


def test_the_page_asks_by_want(stage, machine):
    tab = Training(machine.service, stage.workshop)

    def ask(**request: Any) -> dict[str, Any]:
        return tab.answer({"owner": ANN, **request})

    assert ask(want="status")["state"] == "idle"
    assert ask(want="start", **FORM)["state"] == "preparing"
    stage.wait_for("running")
    ask(want="steer", do="stop")
    stage.wait_for("ended")
    assert ask(want="keep", name="asked")["result"] == {"there": True, "kept": "asked"}
    assert ask(want="file")["name"] == "asked-64.safetensors"
    with pytest.raises(FieldError, match="The Training tab has no 'fly'"):
        ask(want="fly")
    film = ask(want="history", model="tiny", seed=1)
    assert (film["rows"], film["columns"]) == (4, 10)
    json.dumps(pack(film))


# ---- and with the process that trains -------------------------------------------------------------------------------


def test_a_real_run_learns_stops_and_is_kept(folder, tmp_path, monkeypatch, made_root):
    copied = tmp_path / "checkpoints"
    copied.mkdir()
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", copied)
    monkeypatch.setenv("GAN_DATA", str(made_root))
    for name in ("SYSTEM", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    service = Service()
    workshop = Workshop(service)

    def wait(ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return wait_until(workshop, ready)

    try:
        workshop.start(ANN, {**FORM, "paused": True, "of": "D"})
        told = wait(lambda told: told.get("steps") == 1)
        assert told["step"]["after"]["real"] > told["step"]["before"]["real"]
        workshop.steer(ANN, "go")
        wait(lambda told: (told["now"].get("images") or 0) > 64 * 20)
        workshop.steer(ANN, "stop")
        told = wait(lambda told: told["state"] == "ended")
        assert told["trouble"] == ""
        workshop.keep(ANN, "learnt")
        generator = service.get("learnt")
        assert generator.config.preset == "tutorial-mlp"
        assert generator.meta["trained"]["images"] == told["images"]
        assert generator.sample("2026").shape == (4, 1, 28, 28)
    finally:
        workshop.close()


def test_a_plan_that_cannot_train_is_refused_by_the_process(folder, monkeypatch, made_root):
    monkeypatch.setenv("GAN_DATA", str(made_root))
    for name in ("SYSTEM", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    workshop = Workshop(Service())
    try:
        workshop.start(ANN, {**FORM, "preset": "dcgan", "loss": "wgan-gp"})
        told = wait_until(workshop, lambda told: told["state"] == "ended")
        assert "BatchNorm in the discriminator" in told["trouble"]
        assert not told["result"]["there"]
    finally:
        workshop.close()


def wait_until(workshop: Workshop, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for _ in range(2400):
        told = workshop.tell(ANN)
        if ready(told):
            return told
        time.sleep(0.05)
    raise AssertionError(told)
