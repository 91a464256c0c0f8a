"""The log: rows that survive a kill, a resumed log without a moment twice, TensorBoard's files."""

import builtins
import importlib
import json
import math
import resource
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch

from gan.training.log import Log, LogError, flatten_check, read_rows, tidy
from gan.training.observer import Progress
from gan.training.run_folder import ALARMS, BOARD, CHECKS, LOG

ROOT = Path(__file__).resolve().parent.parent.parent


def progress(images: int, **changes: float) -> Progress:
    numbers = dict.fromkeys(Progress.__dataclass_fields__, 0.123456789)
    return Progress(**{**numbers, "step": images // 10, "images": images, "prob_real": math.nan, **changes})  # type: ignore[arg-type]


def moments(out: Path, name: str = LOG) -> list[int]:
    return [row["images"] for row in read_rows(out / name)]


def read_board(out: Path) -> Any:
    """What TensorBoard itself makes of the files."""
    module = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    board = module.EventAccumulator(str(out / BOARD), size_guidance=defaultdict(int))
    return board.Reload()


def steps(board: Any, tag: str) -> list[int]:
    return [event.step for event in board.Scalars(tag)]


def check(images: int) -> dict[str, Any]:
    return {"images": images, "accuracy": 0.9, "diversity": math.nan, "accuracy_by_class": {"zero": 1.0, "one": 0.8}}


def test_rows_are_json_rounded_and_without_nan(tmp_path):
    with Log(tmp_path, images=0, tensorboard=False) as log:
        log.on_step(progress(10, seconds=12.3456789, lr=1.23456789e-6, seconds_left=math.inf))
        assert moments(tmp_path) == [10]  # there at once
    (row,) = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert row["seconds"] == 12.34568
    assert row["lr"] == 1.2346e-6
    assert row["loss_d"] == 0.12346
    assert "prob_real" not in row
    assert "seconds_left" not in row
    assert not (tmp_path / BOARD).exists()


def test_tidy_keeps_what_is_not_a_float():
    assert tidy({"e": None, "a": math.nan, "b": {"c": -math.inf, 1: True}, "d": [1.0000004, "x"]}) == {
        "e": None,
        "b": {"1": True},
        "d": [1.0, "x"],
    }


def test_resumed_run_has_each_moment_once_and_none_is_missing(tmp_path):
    with Log(tmp_path, images=0) as log:
        for images in range(10, 60, 10):
            log.on_step(progress(images, loss_d=1.0))
            log.write_check(check(images))
            log.write_alarm({"images": images, "message": "one"})
    with (tmp_path / LOG).open("a") as file:
        file.write('{"images": 20, "loss_d')  # killed as it wrote
    with Log(tmp_path, images=30) as log:
        for images in range(40, 80, 10):
            log.on_step(progress(images, loss_d=2.0))
            log.write_check(check(images))
    assert moments(tmp_path) == moments(tmp_path, CHECKS) == [10, 20, 30, 40, 50, 60, 70]
    assert moments(tmp_path, ALARMS) == [10, 20, 30]
    board = read_board(tmp_path)
    assert steps(board, "loss/d") == steps(board, "watch/accuracy/one") == [10, 20, 30, 40, 50, 60, 70]
    assert [event.value for event in board.Scalars("loss/d")] == [1.0] * 3 + [2.0] * 4


def test_new_run_leaves_nothing_of_an_older_one(tmp_path):
    for turn in range(2):
        with Log(tmp_path, images=0) as log:
            log.on_sheet(0, torch.zeros(4, 1, 28, 28), 2)
            log.write_check(check(0))
            log.on_step(progress(10 + turn))
    assert moments(tmp_path) == [11]
    assert moments(tmp_path, CHECKS) == [0]
    board = read_board(tmp_path)
    assert steps(board, "loss/d") == [11]
    assert [event.step for event in board.Images("sheet")] == [0]


def test_run_that_went_back_takes_its_rows_back(tmp_path):
    with Log(tmp_path, images=0) as log:
        for images in (10, 20, 30):
            log.on_step(progress(images))
        log.on_notice(10, "The run went back.")
        log.on_step(progress(20))
        log.on_notice(20, "Something else.")
    assert moments(tmp_path) == [10, 20]
    assert [row["message"] for row in read_rows(tmp_path / ALARMS)] == ["The run went back.", "Something else."]
    assert steps(read_board(tmp_path), "loss/d") == [10, 20]


def test_moment_is_checked_and_drawn_once(tmp_path):
    network = torch.nn.Linear(2, 3)
    with Log(tmp_path, images=0) as log:
        for _ in range(2):
            log.write_check(check(10))
            log.on_sheet(10, torch.zeros(4, 1, 28, 28), 2)
            log.on_weights(10, network, network)
    with Log(tmp_path, images=10) as log:  # a finished run, looked at again
        log.write_check(check(10))
    assert moments(tmp_path, CHECKS) == [10]
    board = read_board(tmp_path)
    assert len(board.Images("sheet")) == len(board.Histograms("weights_g/weight")) == 1


def test_board_has_grouped_scalars_sheets_and_histograms(tmp_path):
    g, d = torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)
    d(g(torch.ones(1, 2))).sum().backward()
    g.weight.grad = None
    assert d.weight.grad is not None
    d.weight.grad[0, 0] = math.nan
    with torch.no_grad():
        d.bias.fill_(math.inf)
    with Log(tmp_path, images=0) as log:
        log.on_step(progress(10))
        log.on_sheet(10, torch.zeros(20, 1, 28, 28), 10)
        log.on_weights(10, g, d)
        log.write_alarm({"images": 10, "message": "D has won."})
    tags = read_board(tmp_path).Tags()
    assert {"loss/d", "logit/real", "gradient/d", "skill/won", "schedule/lr"} <= set(tags["scalars"])
    assert "probability/real" not in tags["scalars"]
    assert tags["images"] == ["sheet"]
    assert {"weights_g/weight", "weights_d/weight", "gradients_d/weight"} <= set(tags["histograms"])
    assert not {"gradients_g/weight", "weights_d/bias"} & set(tags["histograms"])
    assert len(tags["tensors"]) == 1


def test_check_is_flattened_to_tags():
    row = {**check(10), "class_recall": [0.5, None], "name": "x"}
    assert dict(flatten_check(row)) == {
        "watch/accuracy": 0.9,
        "watch/accuracy/zero": 1.0,
        "watch/accuracy/one": 0.8,
        "watch/recall/0": 0.5,
    }


def test_missing_tensorboard_is_one_sentence_and_only_when_asked_for(tmp_path, monkeypatch):
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("torch.utils.tensorboard"):
            raise ModuleNotFoundError("No module named 'tensorboard'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(LogError, match="the package tensorboard is not installed; pip install"):
        Log(tmp_path / "asked", images=0)
    assert not (tmp_path / "asked").exists()
    Log(tmp_path / "plain", images=0, tensorboard=False).close()
    assert (tmp_path / "plain" / LOG).exists()


def test_full_disk_is_an_oserror_and_a_later_run_goes_on(tmp_path):
    code = f"""
import resource, sys
from pathlib import Path
from gan.training.log import Log
from tests.training.test_log import progress
resource.setrlimit(resource.RLIMIT_FSIZE, ({2000}, {2000}))
log = Log(Path({str(tmp_path)!r}), images=0, tensorboard=False)
try:
    for images in range(10, 1000, 10):
        log.on_step(progress(images))
except OSError:
    log.close()
    sys.exit(7)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 2000
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert done.stderr == ""
    whole = moments(tmp_path)
    assert len((tmp_path / LOG).read_bytes()) == 2000  # the last line is half a line
    with Log(tmp_path, images=1000, tensorboard=False) as log:
        log.on_step(progress(1010))
    assert moments(tmp_path) == [*whole, 1010]
    assert whole == list(range(10, 10 * len(whole) + 10, 10))


def test_importing_the_log_does_not_import_tensorboard():
    code = "import sys, gan.training.log; print(any(name.startswith('tensorboard') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
