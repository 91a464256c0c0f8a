"""Several processes train as one would: the same numbers to rounding, one writer, and an end that is always clean."""

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor

import gan
from gan.config import PRESETS, Config, override
from gan.data import DataError, Dataset, load_dataset
from gan.store.released import read_released
from gan.store.state import get_previous, read_state
from gan.train import main
from gan.training import start
from gan.training.adversaries import Adversaries
from gan.training.distributed import Team, get_rank
from gan.training.run_folder import LOG, STATE, WEIGHTS
from tests.in_child import WAIT, get_server, run_team
from tests.made_digits import make_digits

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = 3
SMALL = Config(z_dim=8, w_dim=16, g_width=12, d_width=4, batch=16, images=16 * STEPS, ema=0.9, penalty_every=2)
# Adam divides a gradient by its own size, also one that is nothing but rounding error; SGD's weights can be compared.
SMALL = override(SMALL, optimizer="sgd", lr=0.01, beta1=0.5)
CASES = {
    "digits": override(SMALL, gamma=1.0, style_weight=0.5, mismatch=0.3, augment=0.5, drift=0.01),
    "wgan-gp": override(SMALL, loss="wgan-gp", gamma=0.0, d_steps=2, noise="uniform"),
    "dcgan": override(
        PRESETS["dcgan"], batch=16, images=16 * STEPS, precision="fp32", optimizer="sgd", lr=0.01, ema=0.9
    ),
}


def learn(case: str, team: Team, steps: int = STEPS) -> dict[str, Any]:
    """The numbers of a few steps, averaged over the team, and the networks after them."""
    images, labels = make_digits(40, 0)  # the third batch reaches over the end of an epoch
    data = Dataset(torch.from_numpy(images)[:, None], torch.from_numpy(labels).long(), tuple("0123456789"))
    ours = Adversaries(CASES[case], data, torch.device("cpu"), team)
    rows = []
    for _ in range(steps):
        numbers = ours.advance()
        rows.append({name: team.average(value.detach().clone()) for name, value in numbers.items()})
    networks = {"g": ours.g, "d": ours.d, "ema": ours.ema}
    return {"rows": rows, **{name: dict(network.state_dict()) for name, network in networks.items()}}


def work(rank: int, meeting: str, folder: str) -> None:
    """One of two processes: learn its share of every case, and leave what came out in a file."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
    torch.save({case: learn(case, Team(rank, 2)) for case in CASES}, Path(folder) / f"{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, Any]]]:
    """What each of two processes came to, by case."""
    folder = tmp_path_factory.mktemp("halves")
    meeting = (folder / "meeting").as_uri()
    processes = [get_server().Process(target=work, args=(rank, meeting, str(folder))) for rank in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(WAIT)
        assert process.exitcode == 0
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


def check_near(found: Tensor, want: Tensor, name: str) -> None:
    """Equal but for the rounding of float32 sums in another order."""
    torch.testing.assert_close(found, want, rtol=1e-4, atol=1e-6, equal_nan=True, msg=lambda text: f"{name}: {text}")


@pytest.mark.parametrize("case", CASES)
def test_two_processes_learn_what_one_would(case: str, halves: list[dict[str, dict[str, Any]]]):
    whole, (first, second) = learn(case, Team()), (half[case] for half in halves)
    for step, (mine, ours) in enumerate(zip(whole["rows"], first["rows"], strict=True)):
        assert mine.keys() == ours.keys()
        for name, value in mine.items():
            check_near(ours[name], value, f"{name} of step {step}")
    start = learn(case, Team(), steps=0)
    for net in ("g", "d", "ema"):
        for name, value in whole[net].items():
            assert torch.equal(first[net][name], second[net][name]), f"{net}.{name}"
            check_near(first[net][name], value, f"{net}.{name}")
        assert any(not torch.equal(value, start[net][name]) for name, value in whole[net].items())


# ---- the command ----------------------------------------------------------------------------------------------------

TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "24", "--precision", "fp32"]
TINY += ["--device", "cpu", "--threads", "1", "--no-tensorboard", "--history-mb", "0", "--watch-every", "100000"]
STEPWISE = ["--images", str(24 * 6), "--save-minutes", "0", "--optimizer", "sgd"]  # saved after each step

# train.py, whose process of rank 0 is killed before the step that is named first
KILLED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from gan.train import main
from tests.training.test_distributed import fall
fall(0, int(sys.argv.pop(1)))
sys.exit(main())
"""


def fall(rank: int, step: int) -> None:
    """Let the process of that rank be killed before a step."""
    advance = Adversaries.advance

    def falling(self: Adversaries) -> dict[str, Tensor]:
        if self.team.rank == rank and self.step == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return advance(self)

    Adversaries.advance = falling  # type: ignore[method-assign]


def stumble(rank: int, error: Exception) -> None:
    """Let the process of that rank meet an error at its third step."""
    advance = Adversaries.advance

    def stumbling(self: Adversaries) -> dict[str, Tensor]:
        if self.team.rank == rank and self.step == 2:
            raise error
        return advance(self)

    Adversaries.advance = stumbling  # type: ignore[method-assign]


def lose_data(rank: int) -> None:
    """Let the process of that rank find no data."""

    def lost(root: Path, *rest: object, **more: object) -> Dataset:
        if get_rank() == rank:
            raise DataError("there is no data here.")
        return load_dataset(root, "train")

    for name in ("load_train", "load_dataset"):  # the leading process has the one, the others have the other
        pytest.MonkeyPatch().setattr(start, name, lost)  # for as long as the child lives


def launch(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a script on two processes by torchrun; one that hangs fails the test after four minutes."""
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *words]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        run, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            out, err = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(run, process.returncode, out, err)


def list_words(made_root: Path, out: Path, *more: str) -> list[str]:
    return ["--data", str(made_root), "--out", str(out), *TINY, *more]


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def list_sentences(*err: str) -> list[str]:
    """What train.py itself said on stderr, apart from torchrun and the bar."""
    return re.findall(r"^train\.py: .*$", "\n".join(err), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def whole(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """The weights of G after the STEPWISE run on one process."""
    out = tmp_path_factory.mktemp("whole")
    before = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "draw_run", lambda out: [])
        assert main(list_words(made_root, out, *STEPWISE)) == 0
    torch.set_num_threads(before)
    return read_released(out / WEIGHTS).generator.state_dict()


def check_fallen(out: Path, sentences: list[str]) -> None:
    """One process said that another ended, and the states before the step of its end are there."""
    (said,) = sentences
    assert said.startswith("train.py: Another process of this run ended, so this one does too")
    assert "--resume" in said
    assert not (out / WEIGHTS).exists()
    assert read_state(out / STATE)["step"] == 4
    assert read_state(get_previous(out / STATE))["step"] == 3


def check_weights(out: Path, whole: dict[str, Tensor]) -> None:
    found = read_released(out / WEIGHTS).generator.state_dict()
    for name, value in whole.items():
        check_near(found[name], value, name)


def test_two_processes_end_together_by_one_clock_and_one_of_them_writes(made_root: Path, tmp_path: Path):
    out = tmp_path / "run"
    first, second = run_team(list_words(made_root, out, "--minutes", "0.02"), 2)
    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert first.out.count("Done: ") == 1
    assert not second.out
    assert not list_sentences(first.err, second.err)
    generator = gan.load(str(out / WEIGHTS))
    trained = generator.meta["trained"]
    assert trained["processes"] == 2
    assert trained["images"] == 24 * trained["steps"] > 0
    assert generator.sample("7").shape == (1, 1, 28, 28)
    rows = read_rows(out / LOG)
    moments = [row["images"] for row in rows]
    assert moments == sorted(set(moments))
    assert rows[-1]["fraction"] == 1
    assert f"Done: {moments[-1]:,} images" in first.out
    assert not list(tmp_path.rglob(".*.part"))


def test_the_first_of_torchruns_processes_is_killed_and_three_go_on(
    made_root: Path, tmp_path: Path, whole: dict[str, Tensor]
):
    script, out = tmp_path / "killed.py", tmp_path / "run"
    script.write_text(KILLED)
    done = launch(str(script), "4", *list_words(made_root, out, *STEPWISE))
    assert done.returncode != 0
    check_fallen(out, list_sentences(done.stderr))
    ends = run_team(list_words(made_root, out, *STEPWISE, "--resume"), 3)
    assert [end.status for end in ends] == [0, 0, 0], ends[0].err
    check_weights(out, whole)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_ends_the_run_with_a_sentence_and_one_process_goes_on_with_it(
    made_root: Path, tmp_path: Path, whole: dict[str, Tensor], rank: int
):
    out = tmp_path / "run"
    words = list_words(made_root, out, *STEPWISE)
    ends = run_team(words, 2, partial(fall, rank, 4), torchrun=False)
    assert ends[rank].status == -signal.SIGKILL
    assert ends[1 - rank].status == 2
    assert "Traceback" not in ends[1 - rank].err
    check_fallen(out, list_sentences(*(end.err for end in ends)))
    alone = run_team([*words, "--resume"], 1)[0]
    assert alone.status == 0, alone.err
    check_weights(out, whole)


def test_the_others_end_is_known_in_the_middle_of_a_network_too(made_root: Path, tmp_path: Path):
    words = [*list_words(made_root, tmp_path / "run"), "--preset", "tutorial-mlp", "--images", "2400"]
    ends = run_team(words, 2, partial(fall, 1, 4))  # the next to talk to it is G's BatchNorm
    (said,) = list_sentences(*(end.err for end in ends))
    assert said.startswith("train.py: Another process of this run ended")
    assert "Traceback" not in ends[0].err


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize(
    ("error", "what"),
    [
        (RuntimeError("shapes do not fit\nfor a long reason"), "RuntimeError (shapes do not fit)"),
        (torch.OutOfMemoryError("no memory is left"), "OutOfMemoryError (no memory is left)"),
        (KeyError(), "KeyError (no message)"),
    ],
)
def test_an_error_of_one_process_is_told_as_its_own(
    made_root: Path, tmp_path: Path, rank: int, error: Exception, what: str
):
    words = list_words(made_root, tmp_path / "run", *STEPWISE)
    ends = run_team(words, 2, partial(stumble, rank, error))
    assert list_sentences(ends[rank].err) == [
        f"train.py: Process {rank} of 2 ended of {what}; the last saved state is whole."
    ]
    assert "in stumbling" in ends[rank].err  # where it was, for who mends it
    assert not list_sentences(ends[1 - rank].err)  # the cause has been said
    assert "Traceback" not in ends[1 - rank].err
    assert [end.status for end in ends] == [1 if number == rank else 2 for number in (0, 1)]
    assert read_state(tmp_path / "run" / STATE)["step"] == 2


@pytest.mark.parametrize("rank", [0, 1])
def test_what_one_process_alone_refuses_is_said_by_it(made_root: Path, tmp_path: Path, rank: int):
    words = list_words(made_root, tmp_path / "run", "--images", "48")
    ends = run_team(words, 2, partial(lose_data, rank))
    assert list_sentences(*(end.err for end in ends)) == ["train.py: There is no data here."]
    assert [end.status for end in ends] == [2, 2]


def test_a_batch_that_does_not_split_is_one_sentence(made_root: Path, tmp_path: Path):
    out = tmp_path / "run"
    ends = run_team([*list_words(made_root, out), "--images", "64", "--batch", "10"], 2)
    assert [end.status for end in ends] == [2, 2]
    assert list_sentences(*(end.err for end in ends)) == [
        "train.py: Batch is 10; 2 processes need a multiple of 4, an even share for each."
    ]
    assert not out.exists()
