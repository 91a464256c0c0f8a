"""Several processes train as one would: the same numbers to rounding, one writer, and an end that is always clean."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor
from torch.multiprocessing.spawn import spawn

import gan
from gan.checkpoint import get_previous, read_released, read_state
from gan.config import PRESETS, Config, override
from gan.data import Dataset
from gan.distributed import Team
from gan.journal import LOG
from gan.train import main
from gan.trainer import STATE, WEIGHTS, Trainer
from tests.made_digits import make_digits

ROOT = Path(__file__).resolve().parent.parent
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
    trainer = Trainer(CASES[case], data, Path("nowhere"), torch.device("cpu"), team=team)
    rows = []
    for _ in range(steps):
        numbers = trainer.advance()
        rows.append({name: team.average(value.detach().clone()) for name, value in numbers.items()})
    networks = {"g": trainer.g, "d": trainer.d, "ema": trainer.ema}
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
    spawn(work, ((folder / "meeting").as_uri(), str(folder)), nprocs=2)
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


# ---- through torchrun ---------------------------------------------------------------------------------------------

TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "8", "--precision", "fp32"]
TINY += ["--device", "cpu", "--threads", "1", "--no-tensorboard"]

# train.py, whose process of rank 1 is killed before the step that is named first
KILLED = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from gan import train
from gan.trainer import Trainer
step, advance = int(sys.argv.pop(1)), Trainer.advance
def fall(self):
    if self.team.rank == 1 and self.step == step:
        os.kill(os.getpid(), signal.SIGKILL)
    return advance(self)
Trainer.advance = fall
sys.exit(train.main())
"""


def launch(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a script on two processes; one that hangs fails the test after four minutes."""
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


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def list_sentences(err: str) -> list[str]:
    """What train.py itself said on stderr, apart from torchrun and the bar."""
    return re.findall(r"^train\.py: .*$", err, flags=re.MULTILINE)


def test_two_processes_end_together_by_one_clock_and_one_of_them_writes(made_root: Path, tmp_path: Path):
    out = tmp_path / "run"
    done = launch("train.py", "--data", str(made_root), "--out", str(out), *TINY, "--minutes", "0.02")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Done: ") == 1
    assert not list_sentences(done.stderr)
    generator = gan.load(str(out / WEIGHTS))
    trained = generator.meta["trained"]
    assert trained["processes"] == 2
    assert trained["images"] == 8 * trained["steps"] > 0
    assert generator.sample("7").shape == (1, 1, 28, 28)
    rows = read_rows(out / LOG)
    moments = [row["images"] for row in rows]
    assert moments == sorted(set(moments))
    assert rows[-1]["fraction"] == 1
    assert f"Done: {moments[-1]:,} images" in done.stdout
    assert not list(tmp_path.rglob(".*.part"))


def test_a_killed_process_ends_the_run_with_a_sentence_and_one_process_goes_on_with_it(made_root: Path, tmp_path: Path):
    script, out, whole = tmp_path / "killed.py", tmp_path / "run", tmp_path / "whole"
    script.write_text(KILLED)
    words = ["--data", str(made_root), *TINY, "--images", "64", "--save-minutes", "0", "--optimizer", "sgd"]
    done = launch(str(script), "4", "--out", str(out), *words)
    assert done.returncode != 0
    (said,) = list_sentences(done.stderr)
    assert said.startswith("train.py: Another process of this run ended, so this one does too")
    assert "--resume" in said
    assert not (out / WEIGHTS).exists()
    assert read_state(out / STATE)["step"] == 4
    assert read_state(get_previous(out / STATE))["step"] == 3
    before = torch.get_num_threads()
    assert main(["--out", str(out), *words, "--resume"]) == 0
    assert main(["--out", str(whole), *words]) == 0
    torch.set_num_threads(before)
    found = read_released(out / WEIGHTS).generator.state_dict()
    for name, value in read_released(whole / WEIGHTS).generator.state_dict().items():
        check_near(found[name], value, name)


def test_a_batch_that_does_not_split_is_one_sentence(made_root: Path, tmp_path: Path):
    out = tmp_path / "run"
    done = launch("train.py", "--data", str(made_root), "--out", str(out), *TINY, "--images", "64", "--batch", "10")
    assert done.returncode != 0
    assert list_sentences(done.stderr) == [
        "train.py: Batch is 10; 2 processes need a multiple of 4, an even share for each."
    ]
    assert not out.exists()
