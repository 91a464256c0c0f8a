import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import gan
from gan.config import DATASETS, LOSSES, PRESETS, Config
from gan.data import load_dataset
from gan.store.state import get_previous, read_state
from gan.train import main
from gan.training import start
from gan.training.alarms import Alarm
from gan.training.curves import draw_run
from gan.training.run_folder import ALARMS, CHECKS, FILM, HISTORY, LOG, SHEETS, STATE, SUMMARY, WEIGHTS
from gan.training.watcher import Watch
from tests.in_child import WAIT, Child
from tests.made_digits import write_files, write_like

ROOT = Path(__file__).resolve().parent.parent.parent
TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "16", "--precision", "fp32"]
TINY += ["--threads", "1", "--no-tensorboard", "--history-mb", "0.05"]


@pytest.fixture(autouse=True)
def no_film(monkeypatch: pytest.MonkeyPatch) -> None:
    """Film and curves take longer than the runs; test_story.py looks at them, and one test here."""
    monkeypatch.setattr(start, "draw_run", lambda out: [])


@pytest.fixture(autouse=True)
def same_threads():
    """The command sets the threads of this process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def run(made_root: Path, out: Path, *more: str) -> int:
    return main(["--data", str(made_root), "--out", str(out), "--device", "cpu", *TINY, *more])


@pytest.fixture(scope="module")
def finished(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 64 images, done."""
    out = tmp_path_factory.mktemp("finished")
    before = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "draw_run", lambda out: [])
        assert run(made_root, out, "--images", "64", "--lr", "0.00123") == 0
    torch.set_num_threads(before)
    return out


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    """A copy of that run, to change."""
    return Path(shutil.copytree(finished, tmp_path / "done"))


def list_files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def read_rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_ends_in_weights_a_log_a_film_and_words(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(start, "draw_run", draw_run)
    out = tmp_path / "run"
    assert run(made_root, out, "--images", "640", "--seed", "3", "--watch-every", "320") == 0
    said = capsys.readouterr().out
    assert "Done: 640 images" in said
    assert f"python -m gan.sample {out / WEIGHTS}" in said
    assert f"Made: {out / FILM}" in said
    generator = gan.load(str(out / WEIGHTS))
    assert generator.meta["trained"]["command"].startswith("python train.py --data ")
    assert "--seed 3" in generator.meta["trained"]["command"]
    rows = read_rows(out / LOG)
    assert [row["images"] for row in rows] == [320, 640]
    assert {"loss_d", "loss_g", "logit_real", "logit_fake", "images_per_second", "seconds_left"} <= set(rows[-1])
    assert [row["images"] for row in read_rows(out / CHECKS)] == [320, 640]
    others = {name for name in list_files(out) if not name.startswith((HISTORY, SHEETS))}
    assert others == {WEIGHTS, STATE, get_previous(Path(STATE)).name, LOG, CHECKS, ALARMS, FILM, SUMMARY}
    assert list_files(out / SHEETS) == ["000000000.png", "000000640.png"]


def test_dry_run_prints_the_plan_and_touches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "run"
    words = ["--out", str(out), "--data", str(tmp_path / "none"), "--minutes", "5", "--lr", "0.001", "--dry-run"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "minutes        5.0" in said
    assert "lr             0.001" in said
    assert "device" in said
    assert "parameters" in said
    assert f"MNIST is not at {tmp_path / 'none'}; the run would fetch it (11.6 MB)." in said
    assert not list(tmp_path.iterdir())


def test_dry_run_of_every_preset_says_what_it_would_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in PRESETS:
        words = ["--preset", name, "--dry-run", "--unconditional", "--data", str(tmp_path / "none")]
        assert main(words) == 0
        said = capsys.readouterr().out
        assert f"preset         {name}" in said
        assert "num_classes    1" in said


def test_dry_run_of_a_resumed_run_tells_its_plan_and_does_nothing(finished: Path, capsys: pytest.CaptureFixture[str]):
    before = {name: (finished / name).read_bytes() for name in list_files(finished)}
    capsys.readouterr()
    assert main(["--out", str(finished), "--resume", "--dry-run"]) == 0
    assert "lr             0.00123" in capsys.readouterr().out
    assert {name: (finished / name).read_bytes() for name in list_files(finished)} == before


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
        (["--preset", "nonesuch"], f"unknown preset 'nonesuch': there are {', '.join(PRESETS)}"),
        (["--loss", "nonesuch"], f"loss is 'nonesuch'; it can be {', '.join(LOSSES)}"),
        (["--dataset", "nonesuch"], f"dataset is 'nonesuch'; it can be {', '.join(DATASETS)}"),
        (["--optimizer", "adagrad"], "optimizer is 'adagrad'; it can be adam, sgd"),
        (["--noise", "pink"], "noise is 'pink'; it can be normal, uniform"),
        (["--discriminator", "nonesuch", "--images", "64"], "unknown discriminator 'nonesuch': there are dcgan, mlp"),
        (["--preset", "dcgan", "--gamma", "1"], "BatchNorm in the discriminator 'dcgan' mixes the batch"),
        (["--preset", "dcgan", "--loss", "wgan-gp"], "wgan-gp's gradient penalty asks"),
        (["--unconditional", "--style-weight", "0.1"], "with unconditional both must be 0"),
        (["--unconditional", "--mismatch", "0.1"], "with unconditional both must be 0"),
        (["--resume", "--overwrite"], "give one of them"),
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
    code = main(["--data", str(tmp_path / "data"), "--out", str(tmp_path / "runs" / "first"), "--images", "64"])
    said = refused(code, capsys)
    assert "train-images-idx3-ubyte" in said
    assert str(tmp_path / "data" / "MNIST" / "raw") in said
    assert not (tmp_path / "runs").exists()


def test_an_out_that_cannot_be_written_is_refused_before_training(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "file"
    file.write_text("in the way")
    assert "cannot be written to" in refused(run(made_root, file / "run", "--images", "64"), capsys)
    assert file.read_text() == "in the way"


@pytest.mark.parametrize(
    "words",
    [
        ["--preset", "dcgan", "--gamma", "1"],
        ["--preset", "dcgan", "--loss", "wgan-gp"],
        ["--generator", "nonesuch"],
        ["--unconditional", "--mismatch", "0.1"],
        ["--minutes", "0"],
        ["--device", "toaster"],
        ["--resume", "--overwrite"],
    ],
)
def test_dry_run_refuses_a_plan_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]):
    refused(main(["--out", str(tmp_path / "run"), "--data", str(tmp_path / "none"), "--dry-run", *words]), capsys)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_can_be_asked_for(made_root: Path, tmp_path: Path, loss: str):
    words = ["--loss", loss, "--noise", "uniform", "--optimizer", "sgd", "--lr", "0.01", "--images", "64"]
    words += ["--gamma", "0"] if loss == "wgan-gp" else []
    config = Config.from_dict(read_config(made_root, tmp_path, *words, "--preset", "tutorial-conv-d"))
    assert (config.loss, config.noise, config.optimizer) == (loss, "uniform", "sgd")
    assert gan.load(str(tmp_path / WEIGHTS)).sample("7").isfinite().all()


def read_config(made_root: Path, out: Path, *words: str) -> dict[str, object]:
    assert run(made_root, out, *words) == 0
    return dict(read_state(out / STATE)["config"])


def test_without_classes_what_compares_them_is_off(made_root: Path, tmp_path: Path):
    config = read_config(made_root, tmp_path, "--unconditional", "--images", "64")
    assert (config["style_weight"], config["mismatch"], config["num_classes"]) == (0.0, 0.0, 1)
    generator = gan.load(str(tmp_path / WEIGHTS))
    assert generator.class_names == ("any",)
    assert generator.sample([0, 0]).shape == (2, 1, 28, 28)


def test_fashion_brings_its_class_names(tmp_path: Path):
    root = write_like(tmp_path / "data", "fashion-mnist")
    assert run(root, tmp_path / "out", "--dataset", "fashion-mnist", "--images", "64") == 0
    names = gan.load(str(tmp_path / "out" / WEIGHTS)).class_names
    assert names == load_dataset(root, name="fashion-mnist").class_names
    assert names[0] == "T-shirt/top"


def test_a_folder_brings_its_number_of_classes_and_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    root = write_files(tmp_path / "data", classes=4)
    (root / "classes.txt").write_text("zero\none\ntwo\nthree\n")
    out = tmp_path / "out"
    assert run(root, out, "--dataset", "folder", "--images", "64", "--watch-every", "32") == 0
    generator = gan.load(str(out / WEIGHTS))
    assert generator.class_names == ("zero", "one", "two", "three")
    assert generator.config.num_classes == 4
    assert generator.sample([0, 1, 2, 3]).shape == (4, 1, 28, 28)
    assert list(read_rows(out / CHECKS)[0]["diversity_by_class"]) == ["zero", "one", "two", "three"]  # type: ignore[call-overload]

    # A resumed run reads the same folder, and notices another
    assert main(["--data", str(root), "--out", str(out), "--resume", "--no-tensorboard"]) == 0
    capsys.readouterr()
    other = write_files(tmp_path / "other", classes=3)
    before = (out / STATE).read_bytes()
    words = ["--data", str(other), "--out", str(out), "--resume", "--no-tensorboard"]
    assert "learns from 240 images" in refused(main(words), capsys)
    assert (out / STATE).read_bytes() == before


def test_a_run_is_not_trained_over_without_resume(made_root: Path, done: Path, capsys: pytest.CaptureFixture[str]):
    before = (done / STATE).read_bytes()
    capsys.readouterr()
    said = refused(run(made_root, done, "--images", "64"), capsys)
    assert "holds a run already; add --resume to continue it or --overwrite to delete it" in said
    assert (done / STATE).read_bytes() == before
    # Also where only one of its files is left
    (done / STATE).unlink()
    assert "holds a run already" in refused(run(made_root, done, "--images", "64"), capsys)


def test_overwrite_deletes_what_a_run_writes_and_nothing_else(made_root: Path, tmp_path: Path):
    assert run(made_root, tmp_path, "--images", "320", "--watch-every", "64", "--sheet-every", "64") == 0
    first = gan.load(str(tmp_path / WEIGHTS)).sha256
    mine = {"notes.txt": b"mine", "sub/model.safetensors": b"mine too", f".{STATE}.old": b"and this"}
    for name, data in mine.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / f".{STATE}.part").write_bytes(b"half of a state")
    assert run(made_root, tmp_path, "--images", "64", "--seed", "9", "--overwrite") == 0
    assert gan.load(str(tmp_path / WEIGHTS)).sha256 != first
    assert {name: (tmp_path / name).read_bytes() for name in mine} == mine
    assert list_files(tmp_path / SHEETS) == ["000000000.png", "000000064.png"]
    assert [row["images"] for row in read_rows(tmp_path / LOG)] == [64]
    assert not list(tmp_path.glob(".*.part"))
    assert read_state(get_previous(tmp_path / STATE))["images"] == 0


def test_overwrite_deletes_nothing_before_all_is_checked(
    made_root: Path, finished: Path, capsys: pytest.CaptureFixture[str]
):
    before = list_files(finished)
    capsys.readouterr()
    refused(run(made_root, finished, "--images", "1000", "--batch", "602", "--overwrite"), capsys)
    assert list_files(finished) == before


def test_resuming_another_run_shows_the_difference_and_does_nothing(
    made_root: Path, finished: Path, capsys: pytest.CaptureFixture[str]
):
    before = {name: (finished / name).read_bytes() for name in list_files(finished)}
    capsys.readouterr()
    said = refused(run(made_root, finished, "--images", "64", "--gamma", "9", "--resume"), capsys)
    assert f"gamma was {PRESETS['digits'].gamma}, now 9.0" in said
    assert "lr was" not in said
    said = refused(main(["--out", str(finished), "--resume", "--images", "128", "--seed", "4"]), capsys)
    assert "images was 64, now 128" in said
    assert "seed was 0, now 4" in said
    said = refused(main(["--out", str(finished), "--resume", "--preset", "dcgan"]), capsys)
    assert "preset was 'digits', now 'dcgan'" in said
    assert "generator was 'style', now 'dcgan'" in said
    assert {name: (finished / name).read_bytes() for name in list_files(finished)} == before


def test_settings_that_no_weight_depends_on_may_differ_when_a_run_goes_on(
    made_root: Path, done: Path, capsys: pytest.CaptureFixture[str]
):
    free = ["--save-minutes", "7", "--sheet-every", "11", "--watch-every", "13", "--on-collapse", "stop"]
    assert main(["--data", str(made_root), "--out", str(done), "--resume", "--no-tensorboard", *free]) == 0
    config = read_state(done / STATE)["config"]
    assert [config[name] for name in ("save_minutes", "sheet_every", "watch_every")] == [7.0, 11, 13]
    assert config["on_collapse"] == "stop"
    assert "Resumed at 64 images, 100% of the run." in capsys.readouterr().out


def test_resuming_nothing_says_so(made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "run"
    assert "nothing to resume" in refused(run(made_root, out, "--images", "64", "--resume"), capsys)
    assert not out.exists()


def test_an_alarm_stops_the_run_where_that_is_asked_for(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def ring(self: Watch, now: object) -> list[Alarm]:
        images = now.images  # type: ignore[attr-defined]
        return [Alarm("d_won", "D has won: it is always right.", images)] if images == 320 else []

    monkeypatch.setattr(Watch, "on_step", ring)
    warned, stopped = tmp_path / "warned", tmp_path / "stopped"
    assert run(made_root, warned, "--images", "640") == 0
    assert "At 320 images: D has won: it is always right." in capsys.readouterr().out
    assert run(made_root, stopped, "--images", "640", "--on-collapse", "stop") == 3
    said = capsys.readouterr().out
    assert "Stopped (D has won: it is always right.) at 320 images and saved" in said
    assert said.splitlines()[-1].endswith("--resume")
    assert not (stopped / WEIGHTS).exists()
    assert read_state(stopped / STATE)["images"] == 320
    for out in (warned, stopped):
        assert [(row["kind"], row["images"]) for row in read_rows(out / ALARMS)] == [("d_won", 320)]
    # It can be gone on with, to the same weights
    assert main(["--data", str(made_root), "--out", str(stopped), "--resume", "--no-tensorboard"]) == 0
    assert gan.load(str(stopped / WEIGHTS)).sha256 == gan.load(str(warned / WEIGHTS)).sha256


def test_ctrl_c_before_training_is_one_sentence(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "load_train", interrupt)
    assert run(made_root, tmp_path, "--images", "64") == 130
    assert capsys.readouterr().err == "train.py: Stopped; nothing saved was lost.\n"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_saves_says_how_to_go_on_and_does(made_root: Path, tmp_path: Path, sign: signal.Signals):
    words = ["--data", str(made_root), "--out", str(tmp_path), "--device", "cpu", *TINY, "--images", "3200"]
    child = Child(words)
    deadline = time.monotonic() + WAIT
    while not (tmp_path / LOG).exists() or not (tmp_path / LOG).read_text():
        assert child.process.is_alive(), child.wait()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.signal(sign)
    done = child.wait()
    assert done.status == 130, done.err
    assert "Traceback" not in done.err
    assert "Go on with:" in done.out
    assert "--resume" in done.out.splitlines()[-1]
    state = torch.load(tmp_path / STATE, weights_only=True)
    assert 0 < state["images"] < 3200
    assert main([*words, "--resume"]) == 0
    assert gan.load(str(tmp_path / WEIGHTS)).meta["trained"]["images"] == 3200


def test_the_script_runs_as_the_documents_write_it(made_root: Path, tmp_path: Path):
    words = [sys.executable, "train.py", "--data", str(made_root), "--out", str(tmp_path / "run"), "--dry-run"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "parameters" in done.stdout
