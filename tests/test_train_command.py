import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import gan
from gan.train import LOG, main
from gan.trainer import STATE, WEIGHTS

ROOT = Path(__file__).resolve().parent.parent
TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "16", "--precision", "fp32"]


def run(made_root: Path, out: Path, *more: str) -> int:
    return main(["--data", str(made_root), "--out", str(out), "--device", "cpu", *TINY, *more])


def test_a_run_ends_in_weights_a_log_and_words(made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "run"
    assert run(made_root, out, "--images", "640", "--seed", "3") == 0
    said = capsys.readouterr().out
    assert "Done: 640 images" in said
    assert f"python -m gan.sample {out / WEIGHTS}" in said
    generator = gan.load(str(out / WEIGHTS))
    assert generator.meta["trained"]["command"].startswith("python train.py --data ")
    assert "--seed 3" in generator.meta["trained"]["command"]
    rows = [json.loads(line) for line in (out / LOG).read_text().splitlines()]
    assert rows[-1]["images"] == 640
    assert {"loss_d", "loss_g", "logit_real", "logit_fake", "images_per_second", "seconds_left"} <= set(rows[-1])


def test_dry_run_prints_the_plan_and_touches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "run"
    assert (
        main(["--out", str(out), "--data", str(tmp_path / "none"), "--minutes", "5", "--lr", "0.001", "--dry-run"]) == 0
    )
    said = capsys.readouterr().out
    assert "minutes        5.0" in said
    assert "lr             0.001" in said
    assert "device" in said
    assert not out.exists()


def refused(code: int, capsys: pytest.CaptureFixture[str]) -> str:
    assert code == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said.err
    assert lines[0].startswith("train.py: ")
    assert lines[0].endswith(".")
    return lines[0]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--preset", "nonesuch"], "unknown preset 'nonesuch': there are digits"),
        (["--device", "toaster"], "there is no device 'toaster' on this machine; there are: auto, cpu"),
        (["--batch", "1"], "batch is 1; it must be from 2 to 60000"),
        (["--minutes", "0"], "minutes is 0"),
        (["--minutes", "nan"], "minutes is nan"),
        (["--images", "5", "--minutes", "5"], "given once"),
        (["--precision", "fp8"], "it can be fp32, bf16"),
        (["--generator", "nonesuch", "--images", "64"], "unknown generator 'nonesuch': there are"),
        (["--batch", "602", "--images", "1000"], "the batch is 602 but the data has 600 images"),
        (["--threads", "0"], "threads is 0"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], answer: str
):
    code = main(["--data", str(made_root), "--out", str(tmp_path / "run"), "--device", "cpu", *words])
    assert answer.lower() in refused(code, capsys).lower()


def test_no_data_and_no_network_says_where_to_put_which_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])  # nobody listens: as good as no network
    code = main(["--data", str(tmp_path / "data"), "--out", str(tmp_path / "run"), "--images", "64"])
    said = refused(code, capsys)
    assert "train-images-idx3-ubyte" in said
    assert str(tmp_path / "data" / "MNIST" / "raw") in said


def test_an_out_that_cannot_be_written_is_refused_before_training(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "file"
    file.write_text("in the way")
    assert "cannot be written to" in refused(run(made_root, file / "run", "--images", "64"), capsys)
    assert file.read_text() == "in the way"


def test_a_run_is_not_trained_over_without_resume(made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(made_root, tmp_path, "--images", "64") == 0
    before = (tmp_path / STATE).read_bytes()
    capsys.readouterr()
    assert "holds a run already; add --resume" in refused(run(made_root, tmp_path, "--images", "64"), capsys)
    assert (tmp_path / STATE).read_bytes() == before


def test_resuming_another_run_shows_the_difference_and_does_nothing(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(made_root, tmp_path, "--images", "64") == 0
    before = (tmp_path / STATE).read_bytes()
    capsys.readouterr()
    said = refused(run(made_root, tmp_path, "--images", "64", "--gamma", "9", "--resume"), capsys)
    assert "gamma was 2.0, now 9.0" in said
    assert (tmp_path / STATE).read_bytes() == before


def test_resuming_nothing_says_so(made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert "nothing to resume" in refused(run(made_root, tmp_path, "--images", "64", "--resume"), capsys)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_saves_says_how_to_go_on_and_does(made_root: Path, tmp_path: Path, sign: signal.Signals):
    words = [sys.executable, "train.py", "--data", str(made_root), "--out", str(tmp_path), "--device", "cpu", *TINY]
    words += ["--images", "16000", "--threads", "1"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 120
        while not (tmp_path / LOG).exists() or not (tmp_path / LOG).read_text():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(sign)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "Go on with:" in out
    assert "--resume" in out.splitlines()[-1]
    state = torch.load(tmp_path / STATE, weights_only=True)
    assert 0 < state["images"] < 16000
    assert main([*words[2:], "--resume"]) == 0
    assert gan.load(str(tmp_path / WEIGHTS)).meta["trained"]["images"] == 16000
