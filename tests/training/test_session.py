"""A run that is steered: single steps, pauses and stops, and the process that obeys lines of JSON."""

import base64
import io
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from gan.config import LOSSES, Config
from gan.data import Dataset, load_dataset
from gan.errors import unpack
from gan.store.released import read_released
from gan.training.adversaries import Adversaries
from gan.training.halves import Opinion, ask, step_d, step_g
from gan.training.loop import Trainer
from gan.training.observer import Progress
from gan.training.samples import draw_live_sheet
from gan.training.session import Numbers, Session, serve
from gan.training.watcher import Watch

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = Config(z_dim=8, w_dim=16, g_width=12, d_width=4, batch=16, images=160, ema=0.9, history_mb=0.0, lr=1e-3)
LESSON = replace(SMALL, generator="dcgan", discriminator="dcgan", loss="bce", gamma=0.0, drift=0.0, ema=0.0)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks are fastest on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def dataset(made_root: Path) -> Dataset:
    return load_dataset(made_root, "train")


@pytest.fixture
def build(dataset: Dataset) -> Callable[[Config], Adversaries]:
    return lambda config: Adversaries(config, dataset, torch.device("cpu"))


@pytest.fixture
def begin(dataset: Dataset, tmp_path: Path) -> Callable[[Config], Trainer]:
    return lambda config: Trainer(config, dataset, tmp_path, torch.device("cpu"))


def know(opinion: Opinion, name: str) -> float:
    """A number that D's opinion has."""
    value = opinion[name]
    assert value is not None
    return value


def copy_weights(network: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def differ(network: torch.nn.Module, before: dict[str, Tensor]) -> set[str]:
    return {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}


@pytest.mark.parametrize("config", [SMALL, LESSON], ids=["digits", "dcgan"])
def test_a_step_of_d_moves_d_alone_and_lowers_its_opinion_of_forgeries_beside_real_ones(build, config):
    ours = build(config)
    g, d, images = copy_weights(ours.g), copy_weights(ours.d), ours.images
    before, after = step_d(ours)
    assert {name for name in differ(ours.g, g) if "running" not in name and "tracked" not in name} == set()
    assert differ(ours.d, d)
    assert ours.images == images + config.batch
    assert ours.step == 0
    assert know(after, "real") - know(after, "fake") > know(before, "real") - know(before, "fake")


@pytest.mark.parametrize("config", [SMALL, LESSON], ids=["digits", "dcgan"])
def test_a_step_of_g_moves_g_alone_and_raises_ds_opinion_of_forgeries(build, config):
    ours = build(config)
    for _ in range(3):
        step_d(ours)
    d, g, ema, images = copy_weights(ours.d), copy_weights(ours.g), copy_weights(ours.ema), ours.images
    before, after = step_g(ours)
    assert {name for name in differ(ours.d, d) if "running" not in name and "tracked" not in name} == set()
    assert differ(ours.g, g)
    assert differ(ours.ema, ema)  # what is shown and kept follows
    assert (ours.images, ours.step) == (images, 1)
    assert know(after, "fake") > know(before, "fake")
    assert all(parameter.requires_grad for parameter in ours.d.parameters())


def test_to_ask_d_is_not_to_learn(build):
    ours = build(LESSON)
    real, y = ours.take()
    with torch.no_grad():
        fake = ours.forge(y, ours.make_step_rng())
    d = copy_weights(ours.d)
    first, second = ask(ours, real, fake, y), ask(ours, real, fake, y)
    assert differ(ours.d, d) == set()  # BatchNorm's running statistics too
    assert first == second


def test_steps_in_halves_are_the_trainers_own_step(build):
    """D's step, then G's on the same z, leave the weights that `advance` leaves, but for what G learns on."""
    stepper, whole = build(SMALL), build(SMALL)
    step_d(stepper)
    whole.advance()
    for name, value in whole.d.state_dict().items():
        assert torch.equal(value, stepper.d.state_dict()[name]), name


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_can_be_stepped_and_a_critic_gives_no_probability(build, loss):
    ours = build(replace(SMALL, loss=loss))
    for before, after in (step_d(ours), step_g(ours)):
        assert 0 <= know(after, "won") <= 1
        assert isinstance(before["logit_fake"], float)
        assert (after["fake"] is None) == (loss == "wgan-gp")


def test_the_sheet_is_of_the_same_z_in_rows(build):
    ours = build(SMALL)
    pictures, columns = draw_live_sheet(ours)
    assert (pictures.shape, columns) == ((40, 1, 28, 28), 10)
    assert torch.equal(draw_live_sheet(ours)[0], pictures)
    blind = build(replace(SMALL, unconditional=True, num_classes=1))
    pictures, columns = draw_live_sheet(blind)
    assert (pictures.shape, columns) == ((40, 1, 28, 28), 10)
    assert not torch.equal(pictures[0], pictures[1])  # each of its own z


class Talk:
    """A session in this process: its commands, and the events it told."""

    def __init__(self, trainer: Trainer, dataset: Dataset) -> None:
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        self.then: Callable[[dict[str, Any]], object] = lambda event: None
        watch = Watch(trainer.config, dataset, None)
        self.session = Session(trainer, watch, self.commands, self.hear)

    def hear(self, event: dict[str, Any]) -> None:
        json.dumps(event)  # every event can go over the wire
        self.events.append(event)
        self.then(event)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["is"] == kind]


def test_a_session_tells_of_its_run_and_ends_in_weights(begin, dataset, tmp_path):
    talk = Talk(begin(replace(SMALL, watch_every=64)), dataset)
    talk.session.run()
    assert talk.of("state") == [{"is": "state", "state": "running"}]
    last = talk.of("numbers")[-1]
    assert (last["images"], last["fraction"]) == (160, 1.0)
    assert 0 <= last["skill"] <= 1
    assert [event["images"] for event in talk.of("check")] == [64, 128, 160]
    done = talk.events[-1]
    assert (done["is"], done["images"]) == ("done", 160)
    released = read_released(done["path"])
    assert released.discriminator is not None
    assert released.meta["trained"]["images"] == 160
    sheet = talk.of("sheet")[-1]
    with Image.open(io.BytesIO(base64.b64decode(sheet["png"]))) as image:
        assert np.asarray(image).shape == (4 * 30 + 2, 10 * 30 + 2)
    assert sheet["images"] == 160


def test_a_paused_session_waits_takes_single_steps_and_goes_on(begin, dataset):
    talk = Talk(begin(SMALL), dataset)
    for command in (
        {"do": "step", "of": "D"},
        {"do": "step", "of": "G"},
        {"do": "nothing that it knows"},
        {"do": "go"},
    ):
        talk.commands.put(command)
    talk.session.run(paused=True)
    assert [event["of"] for event in talk.of("step")] == ["D", "G"]
    assert [event["state"] for event in talk.of("state")] == ["paused", "running"]
    kinds = [event["is"] for event in talk.events]
    assert kinds.index("numbers") > kinds.index("step")  # nothing moved before
    assert talk.of("step")[0]["images"] == 16
    assert talk.events[-1]["images"] == 160


def test_a_step_pauses_a_run_and_stop_ends_it_at_once(begin, dataset):
    talk = Talk(begin(SMALL), dataset)

    def steer(event: dict[str, Any]) -> None:
        if event["is"] == "numbers" and len(talk.of("numbers")) == 1:
            talk.commands.put({"do": "step", "of": "G"})
        if event["is"] == "step":
            talk.commands.put({"do": "stop"})

    talk.then = steer
    talk.session.run()
    assert [event["state"] for event in talk.of("state")] == ["running", "paused"]
    assert len(talk.of("step")) == 1
    done = talk.events[-1]
    assert done["images"] == 16
    assert read_released(done["path"]).meta["trained"]["images"] == 16


def test_a_run_stopped_before_its_first_step_leaves_nothing(begin, dataset, tmp_path):
    talk = Talk(begin(SMALL), dataset)
    talk.commands.put({"do": "stop"})
    talk.session.run(paused=True)
    assert talk.events[-1] == {"is": "done", "images": 0, "seconds": 0.0, "path": None}
    assert not (tmp_path / "model.safetensors").exists()


def test_a_step_of_g_alone_is_something_to_keep(begin, dataset):
    talk = Talk(begin(SMALL), dataset)
    talk.commands.put({"do": "step", "of": "G"})
    talk.commands.put({"do": "stop"})
    talk.session.run(paused=True)
    done = talk.events[-1]
    assert done["images"] == 0
    assert read_released(done["path"]).generator is not None


def test_numbers_are_means_since_the_last_telling_and_know_who_has_won():
    numbers = Numbers(SMALL)
    row = {"images": 16, "step": 1, "fraction": 0.1, "seconds": 2.0, "lr": 1e-3}
    for won in (0.5, 1.0):
        numbers.add(make_progress(won=won, prob_real=0.99, prob_fake=0.01, **row))
    told = numbers.tell(make_progress(**row))
    assert told["won"] == 0.75
    assert told["rate"] == 8.0
    assert told["has_won"]
    numbers.add(make_progress(won=0.25, prob_real=float("nan"), prob_fake=float("nan"), **row))
    told = numbers.tell(make_progress(**row))
    assert (told["won"], told["prob_real"]) == (0.25, None)
    level = Numbers(SMALL)
    level.add(make_progress(won=0.5, prob_real=0.5, prob_fake=0.5, **row))
    assert not level.tell(make_progress(**row))["has_won"]


def make_progress(**values: Any) -> Progress:
    return Progress(**dict.fromkeys(Progress.__dataclass_fields__, 0.0) | values)


def order(root: Path, out: Path, config: Config = SMALL, **more: Any) -> dict[str, Any]:
    return {"do": "start", "config": config.to_dict(), "root": str(root), "out": str(out), **more}


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        ({"config": {"batch": 1}}, "", "batch is 1; it must be from 2"),
        ({"config": {"generator": "unknown"}}, "", "unknown generator"),
        ({"config": {"loss": "wgan-gp", "discriminator": "dcgan", "gamma": 0.0}}, "", "BatchNorm"),
        ({"config": {"batch": 601}}, "", "the batch is 601 but the data has 600 images"),
        ({"root": "/nowhere"}, "data", "no MNIST under"),
        ({"out": "/proc/nowhere"}, "", "cannot be written down"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(made_root, tmp_path, change, about, said):
    asked = order(made_root, tmp_path / "out")
    for name, value in change.items():
        asked[name] = asked[name] | value if isinstance(value, dict) else value
    events: list[dict[str, Any]] = []
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    commands.put(asked)
    assert serve(commands, events.append) == 2
    refused = events[-1]
    assert (refused["is"], refused["about"]) == ("refused", about)
    assert refused["message"]["template"]  # data, which the page can say in another language
    assert said in unpack(refused["message"])
    assert "\n" not in unpack(refused["message"])


class Child:
    """`python -m gan.training.session`, and what it told so far."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gan.training.session"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self.events: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.events.extend(json.loads(line) for line in self.process.stdout)

    def send(self, **command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def end(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(60)
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def test_the_process_speaks_json_alone_and_ends_when_its_parent_goes(made_root, tmp_path):
    child = Child()
    assert child.process.stdin is not None
    child.process.stdin.write("this is no JSON\n[1]\n")
    child.send(**order(made_root, tmp_path, replace(SMALL, images=10**9), paused=True))
    child.send(do="step", of="D")
    child.send(do="go")
    while not any(event["is"] == "numbers" for event in child.events):
        assert child.process.poll() is None
        time.sleep(0.05)
    assert child.end() == 0
    kinds = [event["is"] for event in child.events]
    assert kinds.index("step") < kinds.index("numbers")
    assert "done" not in kinds  # it ended at once
