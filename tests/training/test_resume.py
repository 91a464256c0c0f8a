"""A run that is stopped, killed, starved of disk or damaged ends where one that was left alone ends."""

import itertools
import json
import os
import resource
import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import torch

import gan
from gan.store.state import get_previous, read_state
from gan.train import main
from gan.training import start
from gan.training.adversaries import Adversaries
from gan.training.run_folder import CHECKS, HISTORY, LOG, SHEETS, STATE, WEIGHTS
from tests.in_child import make_struck, run_child

STEPS = 24
PLAIN = ["--device", "cpu", "--threads", "1", "--no-tensorboard", "--precision", "fp32", "--batch", "8"]
PLAIN += ["--images", str(8 * STEPS), "--sheet-every", "64", "--watch-every", "128"]
TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--history-mb", "0.1"]
RUNS = {
    "digits": [*TINY, "--save-minutes", "0"],  # saved after every step
    "sgd": [*TINY, "--optimizer", "sgd", "--beta1", "0.9", "--lr", "0.01"],
    "dcgan": ["--preset", "dcgan", "--history-mb", "0", "--images", "56"],  # BatchNorm, and networks of full size
}
STOPS = {"digits": (5, 18), "sgd": (5, 18), "dcgan": (2, 5)}


@pytest.fixture(autouse=True, scope="module")
def no_film() -> Iterator[None]:
    """Film and curves are drawn from what is compared here, and take longer than the runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "draw_run", lambda out: [])
        yield


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    """The command sets the threads of this process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def whole(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each of RUNS, never stopped."""
    found = {}
    before = torch.get_num_threads()
    for name in RUNS:
        found[name] = tmp_path_factory.mktemp(name)
        assert main(list_words(made_root, found[name], name)) == 0
    torch.set_num_threads(before)
    return found


@pytest.fixture(scope="module")
def stopped(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run "sgd", stopped after its tenth step; the state before is that of its start."""
    out = tmp_path_factory.mktemp("stopped")
    before = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adversaries, "advance", make_struck(10, signal.SIGINT))
        assert main(list_words(made_root, out, "sgd")) == 130
    torch.set_num_threads(before)
    return out


def list_words(made_root: Path, out: Path, name: str) -> list[str]:
    return ["--data", str(made_root), "--out", str(out), *PLAIN, *RUNS[name]]


def go_on(made_root: Path, out: Path) -> int:
    """Resume with no option but where things are."""
    torch.set_num_threads(2)  # not what the run began with: that is for the run to remember
    return main(["--data", str(made_root), "--out", str(out), "--resume", "--no-tensorboard"])


def check_same(out: Path, whole: Path) -> None:
    """The same weights, log and pictures as of the run that was never stopped."""
    assert gan.load(str(out / WEIGHTS)).sha256 == gan.load(str(whole / WEIGHTS)).sha256
    a, b = (read_state(folder / STATE) for folder in (out, whole))
    for name in ("g", "d", "ema"):
        assert all(torch.equal(a[name][key], b[name][key]) for key in b[name])
    for log in (LOG, CHECKS):
        rows = [[json.loads(line) for line in (folder / log).read_text().splitlines()] for folder in (out, whole)]
        clocks = ("seconds", "seconds_left", "images_per_second")
        plain = [[{k: v for k, v in row.items() if k not in clocks} for row in part] for part in rows]
        assert plain[0] == plain[1]
    for part in (SHEETS, HISTORY):
        made = [sorted(path.relative_to(folder) for path in (folder / part).glob("*")) for folder in (out, whole)]
        assert made[0] == made[1]
    for path in (out / SHEETS).iterdir():
        assert path.read_bytes() == (whole / SHEETS / path.name).read_bytes()
    assert not list(out.rglob(".*.part"))


def strike_at(where: str, number: int) -> None:
    """Let this process kill itself: after its K-th step, or within its K-th write of a file, half way through the
    bytes, or after its K-th rename. Never too early or too late.
    """
    count = itertools.count(1)

    def strike() -> None:
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    advance, replace = Adversaries.advance, Path.replace

    def step(self: Adversaries) -> dict[str, torch.Tensor]:
        numbers = advance(self)
        strike()
        return numbers

    def rename(self: Path, target: Path) -> Path:
        found = replace(self, target)
        strike()
        return found

    def write_bytes(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            strike()
            file.write(data[len(data) // 2 :])
        return len(data)

    patch = pytest.MonkeyPatch()  # for as long as the child lives
    if where == "step":
        patch.setattr(Adversaries, "advance", step)
    elif where == "rename":
        patch.setattr(Path, "replace", rename)
    else:
        patch.setattr(Path, "write_bytes", write_bytes)


def kill(where: str, number: int, words: list[str]) -> None:
    """Run the command in a process that is killed there."""
    done = run_child(words, partial(strike_at, where, number))
    assert done.status == -signal.SIGKILL, done.err


@pytest.mark.parametrize("name", RUNS)
def test_a_run_stopped_again_and_again_ends_in_the_same_weights(
    made_root: Path, tmp_path: Path, whole: dict[str, Path], name: str, capsys: pytest.CaptureFixture[str]
):
    words = list_words(made_root, tmp_path, name)
    for step, sign, more in zip(STOPS[name], (signal.SIGINT, signal.SIGTERM), ([], ["--resume"]), strict=True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Adversaries, "advance", make_struck(step, sign))
            assert main([*words, *more]) == 130
        said = capsys.readouterr()
        assert said.out.splitlines()[-1].endswith("--resume")
        assert said.out.splitlines()[-1].count("--resume") == 1
        assert "Traceback" not in said.err
        assert read_state(tmp_path / STATE)["step"] == step
    assert not (tmp_path / WEIGHTS).exists()
    assert go_on(made_root, tmp_path) == 0
    check_same(tmp_path, whole[name])


def test_a_run_killed_at_its_first_save_leaves_nothing_that_is_in_the_way(made_root: Path, tmp_path: Path):
    out = tmp_path / "run"
    words = list_words(made_root, out, "digits")
    kill("bytes", 2, words)  # the first is the proof that the folder can be written to
    assert not (out / STATE).exists()
    assert list(out.rglob(".*.part"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adversaries, "advance", make_struck(1, signal.SIGINT))
        assert main(words) == 130
    assert read_state(out / STATE)["step"] == 1
    assert not list(out.rglob(".*.part"))


def test_a_run_killed_at_a_step_and_within_its_saves_ends_in_the_same_weights(
    made_root: Path, tmp_path: Path, whole: dict[str, Path]
):
    out = tmp_path
    words = list_words(made_root, out, "digits")
    kill("step", 4, words)
    kill("bytes", 7, [*words, "--resume"])
    kill("rename", 9, [*words, "--resume"])
    assert not (out / WEIGHTS).exists()
    assert go_on(made_root, out) == 0
    check_same(out, whole["digits"])


@pytest.mark.parametrize("how", ["cut", "flipped", "missing"])
def test_a_damaged_last_state_is_said_and_the_one_before_leads_to_the_same_weights(
    made_root: Path,
    tmp_path: Path,
    whole: dict[str, Path],
    stopped: Path,
    how: str,
    capsys: pytest.CaptureFixture[str],
):
    out = tmp_path / "run"
    shutil.copytree(stopped, out)
    path = out / STATE
    data = path.read_bytes()
    middle = len(data) // 2
    if how == "missing":
        path.unlink()
    elif how == "cut":
        path.write_bytes(data[:middle])
    else:
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    capsys.readouterr()
    assert go_on(made_root, out) == 0
    said = capsys.readouterr().out.splitlines()
    what = "missing" if how == "missing" else "damaged"
    assert said[0] == f"The training state {path} is {what}; the one before it, state.previous.pt, is used."
    assert said[1] == "Resumed at 0 images, 0% of the run."
    check_same(out, whole["sgd"])


def test_two_damaged_states_are_one_sentence_and_nothing_is_touched(
    made_root: Path, tmp_path: Path, stopped: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "run"
    shutil.copytree(stopped, out)
    for path in (out / STATE, get_previous(out / STATE)):
        path.write_bytes(path.read_bytes()[:-100])
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert go_on(made_root, out) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"train.py: The training state {out / STATE} is damaged")
    assert len(err.splitlines()) == 1
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def fill_disk(step: int, size: int) -> None:
    """From a step on, files of this process may not grow beyond so many bytes, which fails as a full disk does."""
    advance = Adversaries.advance

    def limited(self: Adversaries) -> dict[str, torch.Tensor]:
        if self.step == step:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return advance(self)

    pytest.MonkeyPatch().setattr(Adversaries, "advance", limited)  # for as long as the child lives


@pytest.mark.parametrize(("board", "name"), [(False, "digits"), (True, "digits"), (True, "sgd")])
def test_a_full_disk_stops_with_a_sentence_and_loses_nothing(
    made_root: Path, tmp_path: Path, whole: dict[str, Path], board: bool, name: str
):
    words = [word for word in list_words(made_root, tmp_path, name) if not (board and word == "--no-tensorboard")]
    done = run_child(words, partial(fill_disk, 9, 0 if name == "digits" else 1000))
    assert done.status == 2, done.err
    assert "Traceback" not in done.err
    said = [line for line in done.err.splitlines() if line.startswith("train.py: ")]
    assert len(said) == 1
    assert said[0].startswith("train.py: File too large: ")
    assert said[0].endswith("nothing saved was lost.")
    assert not list(tmp_path.rglob(".*.part"))
    assert read_state(tmp_path / STATE)["step"] == (9 if name == "digits" else 0)
    assert go_on(made_root, tmp_path) == 0
    check_same(tmp_path, whole[name])
