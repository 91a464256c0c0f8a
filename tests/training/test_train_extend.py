"""A run goes on with another length or objective, exactly, and its weights say by which commands they came about."""

import itertools
import os
import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

import gan
from gan.config import Config, list_marked
from gan.models import build_generator
from gan.store.state import get_previous, read_state, write_state
from gan.train import main
from gan.training import start
from gan.training.adversaries import Adversaries
from gan.training.plan import list_moments
from gan.training.run_folder import HISTORY, STATE, WEIGHTS, find_surplus
from tests.in_child import make_struck, run_child, strike

TINY = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "8", "--precision", "fp32"]
TINY += ["--sheet-every", "64", "--watch-every", "1000", "--save-minutes", "60", "--history-mb", "0.35"]
PLACE = ["--device", "cpu", "--threads", "1", "--no-tensorboard"]
EXTEND = ["--resume", "--extend", "--images", "192", "--gamma-end", "0.5"]


@pytest.fixture(autouse=True, scope="module")
def no_film() -> Iterator[None]:
    """Film and curves take longer than the runs; nor may a run's threads be those of the next test."""
    before = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "draw_run", lambda out: [])
        yield
    torch.set_num_threads(before)


def list_words(root: Path, out: Path, *more: str) -> list[str]:
    return ["--data", str(root), "--out", str(out), *PLACE, *more]


@pytest.fixture(scope="module")
def finished(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 96 images, done."""
    out = tmp_path_factory.mktemp("finished")
    assert main(list_words(made_root, out, *TINY, "--images", "96")) == 0
    return out


@pytest.fixture(scope="module")
def extended(made_root: Path, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, extended to 192 images without a stop."""
    out = tmp_path_factory.mktemp("extended") / "run"
    shutil.copytree(finished, out)
    assert main(list_words(made_root, out, *EXTEND)) == 0
    return out


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to change."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def list_history(out: Path) -> list[int]:
    return sorted(int(path.stem) for path in (out / HISTORY).iterdir())


def read_command(out: Path) -> str:
    return str(gan.load(str(out / WEIGHTS)).meta["trained"]["command"])


def strike_at_first_step(sign: signal.Signals) -> None:
    """Let this process signal itself before its first step."""

    def struck(self: Adversaries) -> dict[str, torch.Tensor]:
        os.kill(os.getpid(), sign)
        raise AssertionError("it outlived the signal")

    Adversaries.advance = struck  # type: ignore[method-assign]


def check_same(out: Path, whole: Path) -> None:
    """The same weights, states and snapshots."""
    assert gan.load(str(out / WEIGHTS)).sha256 == gan.load(str(whole / WEIGHTS)).sha256
    a, b = (read_state(folder / STATE) for folder in (out, whole))
    assert a["config"] == b["config"]
    for name in ("g", "d", "ema"):
        assert all(torch.equal(a[name][key], b[name][key]) for key in b[name])
    for name in ("opt_g", "opt_d"):
        for index, slots in b[name]["state"].items():
            assert all(torch.equal(value, a[name]["state"][index][slot]) for slot, value in slots.items())
    assert list_history(out) == list_history(whole)


def test_an_extension_says_what_changes_and_goes_on_from_where_the_run_was(
    made_root: Path, out: Path, extended: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*list_words(made_root, out, *EXTEND), "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("--extend: gamma_end 0.3 -> 0.5, images 96 -> 192\n")
    assert main(list_words(made_root, out, *EXTEND)) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["Resumed at 96 images, 50% of the run.", "--extend: gamma_end 0.3 -> 0.5, images 96 -> 192"]
    check_same(out, extended)
    state = read_state(out / STATE)
    assert (state["images"], state["step"]) == (192, 24)
    assert (state["config"]["images"], state["config"]["gamma_end"]) == (192, 0.5)


def test_an_extension_changes_the_objective_from_there_on_and_nothing_before(
    made_root: Path, finished: Path, extended: Path, tmp_path: Path
):
    # by hand: the finished run's networks in a trainer of the longer run
    config = Config.from_dict(read_state(extended / STATE)["config"])
    from gan.data import load_dataset

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    ours = Adversaries(config, load_dataset(made_root, "train"), torch.device("cpu"))
    ours.load_state_dict(read_state(finished / STATE))
    assert ours.get_gamma() == pytest.approx((config.gamma * 0.5) ** 0.5)  # half way along the new curve
    while ours.images < 192:
        ours.advance()
    torch.set_num_threads(before)
    want = read_state(extended / STATE)
    assert all(torch.equal(value, want["g"][name]) for name, value in ours.g.state_dict().items())


def test_an_extended_run_that_is_stopped_and_killed_ends_as_one_that_is_not(
    made_root: Path, out: Path, extended: Path, tmp_path: Path
):
    words = list_words(made_root, out, *EXTEND)
    died = run_child(words, partial(strike_at_first_step, signal.SIGKILL))
    assert died.status == -signal.SIGKILL
    # The same command goes on with it, as does the plain one
    stopped = run_child(words, partial(strike, 15, signal.SIGTERM))
    assert stopped.status == 130, stopped.err
    assert "--extend:" not in stopped.out
    assert stopped.out.splitlines()[-1].endswith("--resume")
    plain = list_words(made_root, out, "--resume")
    assert run_child(plain, partial(strike, 18, signal.SIGKILL)).status == -signal.SIGKILL
    assert main(plain) == 0
    check_same(out, extended)
    assert read_command(out).count(" && ") == 1


# ---- the commands ---------------------------------------------------------------------------------------------------


def test_the_weights_name_all_commands_that_made_them_and_no_plain_resume(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    words = list_words(made_root, tmp_path, *TINY, "--images", "48")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adversaries, "advance", make_struck(3, signal.SIGINT))
        assert main([*words, "--overwrite"]) == 130
    line = capsys.readouterr().out.splitlines()[-1]
    assert "--overwrite" not in line  # what it says to go on with must do so
    assert main(line.split()[2:]) == 0
    first = f"python train.py {' '.join(words)} --overwrite"
    assert read_command(tmp_path) == first
    longer = list_words(made_root, tmp_path, "--resume", "--extend", "--images", "64")
    assert main(longer) == 0
    assert main(list_words(made_root, tmp_path, "--resume")) == 0  # writes the weights of a finished run again
    assert read_command(tmp_path) == f"{first} && python train.py {' '.join(longer)}"
    longer[-1] = "80"
    assert main(longer) == 0
    assert read_command(tmp_path).split(" && ")[2] == f"python train.py {' '.join(longer)}"
    assert read_command(tmp_path).count(" && ") == 2


def forget(out: Path, *names: str) -> None:
    """Make the states what an early version wrote."""
    for path in (out / STATE, get_previous(out / STATE)):
        state = read_state(path)
        for name in names:
            del state[name]
        state.get("notes", {}).pop("commands", None)
        write_state(path, state)


@pytest.mark.parametrize("names", [(), ("notes", "retries")])
def test_states_of_early_versions_go_on_and_the_snapshots_tell_their_commands(
    made_root: Path, finished: Path, out: Path, extended: Path, names: tuple[str, ...]
):
    forget(out, *names)
    assert main(list_words(made_root, out, *EXTEND)) == 0
    check_same(out, extended)
    both = read_command(out)
    assert both == f"{read_command(finished)} && python train.py {' '.join(list_words(made_root, out, *EXTEND))}"
    forget(out, *names)
    assert main(list_words(made_root, out, "--resume")) == 0
    assert read_command(out).startswith(read_command(finished))
    assert "--extend" in read_command(out)
    shutil.rmtree(out / HISTORY)
    forget(out, *names)
    plain = list_words(made_root, out, "--resume")
    assert main(plain) == 0
    assert read_command(out) == f"python train.py {' '.join(plain)}"  # all that is left to tell


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--extend", "--images", "192"], "--extend changes a run that is resumed; add --resume"),
        (["--resume", "--extend"], "--extend changes nothing; give it another length (--images or --minutes)"),
        (["--resume", "--extend", "--save-minutes", "3"], "--extend changes nothing; give it another length"),
        (
            ["--resume", "--extend", "--images", "48"],
            "--extend leaves nothing to do: the run has had 96 images and its length would be 48 images; give it more "
            "--images, or leave --extend out",
        ),
        (["--resume", "--extend", "--images", "96"], "--extend leaves nothing to do: the run has had 96 images"),
        (["--resume", "--extend", "--gamma", "3"], "--extend leaves nothing to do"),
        (["--resume", "--extend", "--minutes", "0.00001"], "its length would be 1e-05 minutes; give it more --minutes"),
        (
            ["--resume", "--extend", "--images", "192", "--seed", "4"],
            "seed was 0, now 4; --extend can change only loss",
        ),
        (["--resume", "--extend", "--images", "192", "--g-width", "24"], "g_width was 12, now 24; --extend can"),
        (["--resume", "--extend", "--images", "192", "--preset", "dcgan"], "generator was 'style', now 'dcgan'"),
        (["--resume", "--extend", "--images", "192", "--gamma", "0", "--gamma-end", "1"], "gamma is 0 and gamma_end"),
        (
            ["--resume", "--images", "192"],
            "images was 96, now 192; leave these options out to continue it, add --extend",
        ),
    ],
)
def test_what_cannot_be_extended_is_one_sentence_and_touches_nothing(
    made_root: Path, finished: Path, capsys: pytest.CaptureFixture[str], words: list[str], answer: str
):
    before = {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()}
    assert main(list_words(made_root, finished, *words)) == 2
    said = capsys.readouterr()
    assert answer.lower() in said.err.lower()
    assert said.err.count("\n") == 1
    assert not said.out
    assert {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()} == before


def test_a_network_that_the_new_objective_does_not_fit_is_refused(
    made_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    words = ["--preset", "dcgan", "--batch", "8", "--images", "8", "--history-mb", "0", "--watch-every", "1000"]
    assert main(list_words(made_root, tmp_path, *words)) == 0
    capsys.readouterr()
    assert main(list_words(made_root, tmp_path, "--resume", "--extend", "--images", "16", "--loss", "wgan-gp")) == 2
    assert "BatchNorm in the discriminator" in capsys.readouterr().err
    assert read_state(tmp_path / STATE)["config"]["loss"] == "bce"


def test_what_can_be_extended_are_settings_that_no_network_is_made_of():
    known: dict[str, Any] = Config().to_dict()
    extendable = set(list_marked("extendable"))
    assert extendable <= set(known)
    assert not {"generator", "discriminator", "z_dim", "w_dim", "g_width", "d_width", "seed", "batch"} & extendable


# ---- the snapshots --------------------------------------------------------------------------------------------------


def test_all_snapshots_of_an_extended_run_keep_to_their_megabytes(made_root: Path, out: Path, finished: Path):
    config = Config.from_dict(read_state(finished / STATE)["config"])
    most = len(list_moments(config, build_generator(config))) + 1
    first = list_history(finished)
    assert len(first) > 3
    assert (first[0], first[-1]) == (0, 96)
    for images in (104, 112, 120, 240, 960):
        words = ["--resume", "--extend", "--images", str(images), "--sheet-every", "9999"]
        assert main(list_words(made_root, out, *words)) == 0
        found = list_history(out)
        assert len(found) <= most
        assert (found[0], found[-1]) == (0, images)
        assert set(found) & set(first) > {0}
        assert sum(path.stat().st_size for path in (out / HISTORY).iterdir()) <= config.history_mb * 1e6


def test_what_is_given_up_leaves_the_ends_and_log_spaced_moments():
    octaves = [0, *(2**k for k in range(11)), 2048]
    kept = [moment for moment in octaves if moment not in find_surplus(octaves, 7)]
    assert len(kept) == 7
    assert (kept[0], kept[-1]) == (0, 2048)
    ratios = [b / a for a, b in itertools.pairwise(kept[1:])]
    assert max(ratios) <= 8
    crowded = [0, 10, 1000, 1010, 1020, 2000]
    assert find_surplus(crowded, 4) == [1010, 1020] or find_surplus(crowded, 4) == [1000, 1010]
    assert find_surplus(crowded, 6) == []
    assert find_surplus(crowded, 9) == []
    assert find_surplus(crowded, 2) == [10, 1000, 1010, 1020]
    assert find_surplus(crowded, 1) == [10, 1000, 1010, 1020, 2000]
    assert find_surplus(crowded, 0) == [10, 1000, 1010, 1020, 2000]
    assert find_surplus([], 3) == []


def test_nobodys_files_among_the_snapshots_are_given_up(made_root: Path, out: Path):
    mine = out / HISTORY / "mine.safetensors"
    mine.write_bytes(b"mine")
    words = ["--resume", "--extend", "--images", "104"]
    assert main(list_words(made_root, out, *words)) == 0
    assert mine.read_bytes() == b"mine"
