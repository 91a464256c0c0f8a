"""The run: what it writes and shows, how it stops, goes on, and goes back after NaN; and what cannot train."""

import itertools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gan
from gan.config import DATASETS, PRESETS, ConfigError, override
from gan.data import Dataset, load_dataset
from gan.models import GENERATORS, build_generator
from gan.store.released import CheckpointError, read_released, write_released
from gan.store.state import get_previous, read_last_state, read_state
from gan.training.loop import Trainer
from gan.training.observer import Observer, Progress
from gan.training.plan import TrainingError, describe_plan, list_moments
from gan.training.run_folder import HISTORY, SHEETS, STATE, WEIGHTS
from gan.training.samples import CHECK_SAMPLES, CHECK_SAMPLES_EACH
from tests.made_digits import LAYOUTS, write_like
from tests.training.small import FULL, SMALL, change, make_trainer, resume, same


class Recorder(Observer):
    """Keeps what it is told, and calls `then` after each row of numbers."""

    def __init__(self, then: Callable[[Progress], object] = lambda now: None) -> None:
        self.then = then
        self.rows: list[Progress] = []
        self.sheets: list[tuple[int, tuple[int, ...], int]] = []
        self.weights: list[int] = []
        self.checks: list[tuple[int, Tensor, Tensor]] = []
        self.notices: list[tuple[int, str]] = []

    def on_step(self, now: Progress) -> None:
        self.rows.append(now)
        self.then(now)

    def on_sheet(self, images: int, pictures: Tensor, columns: int) -> None:
        self.sheets.append((images, tuple(pictures.shape), columns))

    def on_weights(self, images: int, g: nn.Module, d: nn.Module) -> None:
        assert {type(g), type(d)} <= {type(x) for x in (g, d) if isinstance(x, nn.Module)}
        self.weights.append(images)

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> None:
        self.checks.append((images, pictures, labels))

    def on_notice(self, images: int, message: str) -> None:
        self.notices.append((images, message))


@pytest.mark.parametrize("unconditional", [False, True])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_trains_exports_loads_and_draws(dataset: Dataset, tmp_path: Path, name: str, unconditional: bool):
    changes: dict[str, Any] = {"batch": 8, "images": 16, "unconditional": unconditional}
    if unconditional:
        changes |= {"num_classes": 1, "style_weight": 0.0, "mismatch": 0.0}
    trainer = make_trainer(override(PRESETS[name], **changes), dataset, tmp_path)
    seen = Recorder()
    trainer.run(seen, every=1)
    assert [now.step for now in seen.rows] == [1, 2]
    assert all(math.isfinite(now.loss_d + now.loss_g + now.grad_d + now.grad_g) for now in seen.rows)
    generator = gan.load(str(tmp_path / WEIGHTS))
    assert generator.class_names == (("any",) if unconditional else tuple("0123456789"))
    assert generator.conditional is not unconditional
    digits = [0] * 5 if unconditional else range(10)
    images = generator.sample(digits, seed=1, truncation=0.7)
    assert images.shape == (len(list(digits)), 1, 28, 28)
    assert images.isfinite().all()
    assert len(torch.unique(images, dim=0)) == len(images)
    assert generator.score(images, torch.tensor(list(digits))).isfinite().all()
    assert generator.w_mean.abs().sum() > 0
    columns = 1 if unconditional else 10
    assert seen.sheets[-1] == (16, (8 * columns, 1, 28, 28), columns)
    snapshots = sorted((tmp_path / HISTORY).iterdir())
    assert snapshots
    for path in snapshots:
        assert gan.load(str(path)).sample([0]).isfinite().all()


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "folder"])
def test_every_dataset_trains_and_its_class_names_come_with_the_weights(tmp_path: Path, name: str):
    assert name in LAYOUTS
    data = load_dataset(write_like(tmp_path / "data", name), "train", name=name)
    make_trainer(change(SMALL, images=32, dataset=name), data, tmp_path / "out").run()
    generator = gan.load(str(tmp_path / "out" / WEIGHTS))
    assert generator.class_names == data.class_names
    assert generator.config.dataset == name


# ---- what cannot train ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gamma": 1.0}, "R1 and R2 ask for the gradient of each image's own logit"),
        ({"loss": "wgan-gp", "gamma": 0.0}, "wgan-gp's gradient penalty asks"),
    ],
)
def test_gradient_penalties_with_batchnorm_in_d_are_refused(
    dataset: Dataset, tmp_path: Path, changes: dict[str, object], said: str
):
    config = change(SMALL, generator="dcgan", discriminator="dcgan", **changes)
    with pytest.raises(TrainingError, match=f"^{said}.*BatchNorm in the discriminator 'dcgan'.* strided"):
        describe_plan(config)
    with pytest.raises(TrainingError, match=said):
        make_trainer(config, dataset, tmp_path)
    assert not list(tmp_path.iterdir())
    # BatchNorm in G is no matter
    describe_plan(change(SMALL, generator="dcgan", discriminator="strided", **changes))


@pytest.mark.parametrize("setting", ["style_weight", "mismatch"])
def test_what_compares_classes_is_refused_without_them(setting: str):
    with pytest.raises(ConfigError, match="with unconditional both must be 0"):
        change(SMALL, unconditional=True, num_classes=1, **{setting: 0.1}).validate()


def test_a_batch_larger_than_the_data_is_refused(dataset: Dataset, tmp_path: Path):
    with pytest.raises(TrainingError, match="has 500 images"):
        make_trainer(change(SMALL, batch=512), dataset, tmp_path)


# ---- a run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [{}, FULL, {"precision": "bf16"}])
def test_a_run_writes_its_state_its_sheets_and_weights_that_load(
    dataset: Dataset, tmp_path: Path, extra: dict[str, object]
):
    seen = Recorder()
    trainer = make_trainer(change(SMALL, watch_every=80, **extra), dataset, tmp_path)
    trainer.run(seen, every=2)
    assert trainer.adversaries.images == 160
    assert [p.step for p in seen.rows] == [2, 4, 6, 8, 10]
    assert seen.rows[-1].fraction == 1.0
    assert seen.rows[-1].seconds_left == 0.0
    names = [f"{images:09d}.png" for images in (0, 64, 128, 160)]
    assert sorted(p.name for p in (tmp_path / SHEETS).iterdir()) == names
    assert [images for images, _, _ in seen.sheets] == seen.weights == [0, 64, 128, 160]
    assert [images for images, _, _ in seen.checks] == [80, 160, 160]
    _, pictures, labels = seen.checks[0]
    assert pictures.shape == (CHECK_SAMPLES, 1, 28, 28)
    assert labels.bincount().tolist() == [CHECK_SAMPLES_EACH] * 10
    assert pictures.abs().max() <= 1
    generator = gan.load(str(tmp_path / WEIGHTS))
    assert generator.sample("0123456789").shape == (10, 1, 28, 28)
    assert generator.class_names == dataset.class_names
    assert read_released(tmp_path / WEIGHTS).meta["trained"]["images"] == 160
    assert generator.w_mean.abs().sum() > 0
    assert read_state(tmp_path / STATE)["images"] == 160
    assert not list(tmp_path.rglob("*.part"))


def test_the_numbers_of_a_step_are_those_of_its_batch(dataset: Dataset, tmp_path: Path):
    """Gradient norms, rates and weights of a row, against the trainer's own state after a step."""
    trainer = make_trainer(change(SMALL, gamma_end=0.1), dataset, tmp_path)
    seen: list[tuple[Progress, float, float, float]] = []

    def look(now: Progress) -> None:
        grads = [torch.cat([p.grad.flatten() for p in n.parameters() if p.grad is not None]) for n in nets]
        grad_d, grad_g = (float(grad.norm()) for grad in grads)
        seen.append((now, grad_d, grad_g, trainer.adversaries.get_gamma()))

    nets = (trainer.adversaries.d, trainer.adversaries.g)
    trainer.run(Recorder(look), every=5)
    for now, grad_d, grad_g, gamma in seen:
        assert now.grad_d == pytest.approx(grad_d, rel=1e-5)
        assert now.grad_g == pytest.approx(grad_g, rel=1e-5)
        assert now.gamma == gamma
        assert 0 <= now.won <= 1
        assert 0 <= now.prob_fake <= 1
        assert now.images == 16 * now.step
        assert now.images_per_second > 0
    assert seen[0][0].seconds < seen[1][0].seconds


def test_snapshots_come_at_log_spaced_moments_and_fit_their_megabytes(dataset: Dataset, tmp_path: Path):
    config = change(SMALL, images=16 * 300, sheet_every=10_000)
    make_trainer(config, dataset, tmp_path / "many").run()
    moments = [int(path.stem) for path in sorted((tmp_path / "many" / HISTORY).iterdir())]
    assert moments[0] == 0
    assert moments[-1] == config.images
    late = [image for image in moments if image >= 160]  # before that, a batch is longer than a step between moments
    ratios = [b / a for a, b in itertools.pairwise(late)]
    assert max(ratios) < 1.6
    assert min(ratios) > 1.1
    size = max(path.stat().st_size for path in (tmp_path / "many" / HISTORY).iterdir())

    few = change(config, images=16 * 40, history_mb=5.5 * size / 1e6)
    make_trainer(few, dataset, tmp_path / "few").run()
    files = sorted((tmp_path / "few" / HISTORY).iterdir())
    assert 3 <= len(files) <= 5
    assert sum(path.stat().st_size for path in files) <= few.history_mb * 1e6
    assert [int(files[0].stem), int(files[-1].stem)] == [0, 640]
    pictures = [gan.load(str(path)).sample([4], seed=2) for path in files]
    assert not torch.equal(pictures[0], pictures[-1])
    whole = gan.load(str(tmp_path / "few" / WEIGHTS)).sample([4], seed=2)
    assert (pictures[-1] - whole).abs().max() < 0.02  # half precision of the same weights


@pytest.mark.parametrize("name", GENERATORS)
def test_all_snapshots_of_any_generator_fit_their_megabytes(tmp_path: Path, name: str):
    config = change(PRESETS["digits"], generator=name)
    g = build_generator(config)
    moments = list_moments(config, g)
    write_released(tmp_path / "one", config, g, None, {"class_names": list("0123456789"), "trained": {}}, half=True)
    assert len(moments) >= 2
    assert (len(moments) + 1) * (tmp_path / "one").stat().st_size <= config.history_mb * 1e6
    assert moments == sorted(moments)
    assert moments[-1] == 1.0


def test_no_megabytes_is_no_history(dataset: Dataset, tmp_path: Path):
    config = change(SMALL, history_mb=0.0, images=32)
    make_trainer(config, dataset, tmp_path).run()
    assert not (tmp_path / HISTORY).exists()
    assert describe_plan(config)["history"].startswith("0 ")


def test_a_budget_of_minutes_ends_the_run(dataset: Dataset, tmp_path: Path):
    trainer = make_trainer(change(SMALL, images=None, minutes=0.01), dataset, tmp_path)
    seen = Recorder()
    trainer.run(seen)
    assert trainer.adversaries.seconds >= 0.6
    assert seen.rows[-1].fraction == 1.0
    assert (tmp_path / WEIGHTS).exists()
    again = resume(trainer.config, dataset, tmp_path)
    assert again.adversaries.get_fraction() == 1.0


# ---- stopping and going on ------------------------------------------------------------------------------------------

RESUMED: dict[str, dict[str, object]] = {
    "digits": dict(FULL),
    "dcgan": {"generator": "dcgan", "discriminator": "dcgan", "gamma": 0.0, "loss": "bce", "ema": 0.5},
    "mlp-batchnorm": {"generator": "mlp-batchnorm", "discriminator": "mlp", "gamma": 0.0, "loss": "hinge"},
    "sgd": {"optimizer": "sgd", "beta1": 0.9, "lr": 0.01},
    "wgan-gp": {"loss": "wgan-gp", "gamma": 0.0, "d_steps": 5, "discriminator": "strided", "noise": "uniform"},
    "unconditional": {"unconditional": True, "num_classes": 1},
}


@pytest.mark.parametrize("how", RESUMED)
def test_a_resumed_run_ends_in_the_same_weights_as_one_that_never_stopped(dataset: Dataset, tmp_path: Path, how: str):
    steps, batch = (24, 48) if how == "digits" else (6, 8)  # with digits 1,152 images: over two epochs of 500
    config = change(SMALL, batch=batch, **RESUMED[how])
    config = change(config, images=batch * steps * config.d_steps)
    whole = make_trainer(config, dataset, tmp_path / "whole")
    whole.run()
    for stop in (1, 7, 13) if how == "digits" else (1, 4):
        out = tmp_path / f"stopped{stop}"
        first = make_trainer(config, dataset, out)
        for _ in range(stop):
            first.adversaries.advance()
        first.save()
        second = resume(config, dataset, out)
        assert second.adversaries.step == stop
        second.run()
        assert same(whole.adversaries, second.adversaries), f"stopped after {stop} steps"
        assert gan.load(str(out / WEIGHTS)).sha256 == gan.load(str(tmp_path / "whole" / WEIGHTS)).sha256


def test_a_run_told_to_stop_ends_its_step_saves_and_goes_on_to_the_same_weights(dataset: Dataset, tmp_path: Path):
    whole = make_trainer(SMALL, dataset, tmp_path / "whole")
    whole.run()
    trainer = make_trainer(SMALL, dataset, tmp_path / "stopped")

    def stop(now: Progress) -> None:
        trainer.stop = now.step == 4

    trainer.run(Recorder(stop), every=2)
    assert trainer.adversaries.step == 4
    assert not (tmp_path / "stopped" / WEIGHTS).exists()
    again = resume(SMALL, dataset, tmp_path / "stopped")
    assert again.adversaries.step == 4
    again.run()
    assert again.adversaries.images == 160
    assert same(whole.adversaries, again.adversaries)
    for folder in (SHEETS, HISTORY):
        made = [sorted(path.name for path in (tmp_path / name / folder).iterdir()) for name in ("whole", "stopped")]
        assert made[0] == made[1]


def test_going_on_deletes_what_a_killed_run_drew_beyond_its_state(dataset: Dataset, tmp_path: Path):
    trainer = make_trainer(SMALL, dataset, tmp_path)
    trainer.adversaries.advance()
    trainer.save()
    for folder, suffix in ((SHEETS, "png"), (HISTORY, "safetensors")):
        (tmp_path / folder).mkdir()
        for stem in ("000000016", "000000099", "mine"):
            (tmp_path / folder / f"{stem}.{suffix}").write_bytes(b"old")
    again = resume(SMALL, dataset, tmp_path)
    again.stop = True
    again.run()
    for folder in (SHEETS, HISTORY):
        assert sorted(path.stem for path in (tmp_path / folder).iterdir()) == ["000000016", "mine"]


def test_two_states_are_kept_from_the_first_step_on(dataset: Dataset, tmp_path: Path):
    trainer = make_trainer(change(SMALL, save_minutes=0.0), dataset, tmp_path)
    found: list[tuple[int, ...]] = []

    def look(now: Progress) -> None:
        paths = (tmp_path / STATE, get_previous(tmp_path / STATE))
        found.append(tuple(read_state(path)["step"] for path in paths if path.exists()))

    trainer.run(Recorder(look), every=1)
    assert found[0] == (0,)  # looked before the first step's own save
    assert found[1:] == [(step, step - 1) for step in range(1, 10)]


@pytest.mark.parametrize("wrong", ["missing", "foreign", "wider"])
def test_a_state_that_does_not_fit_is_refused_in_a_sentence(dataset: Dataset, tmp_path: Path, wrong: str):
    state = make_trainer(change(SMALL, g_width=24) if wrong == "wider" else SMALL, dataset, tmp_path).state_dict()
    if wrong == "missing":
        del state["ema"]
    if wrong == "foreign":
        state["opt_g"] = {"nothing": 1}
    with pytest.raises(CheckpointError, match="does not fit this run's networks and data"):
        make_trainer(SMALL, dataset, tmp_path).load_state_dict(state)


# ---- numbers that are none ------------------------------------------------------------------------------------------


def poison(trainer: Trainer, steps: set[int], what: str = "g") -> list[int]:
    """Make a weight of `what` NaN after these steps, counted over all that the trainer takes; the steps it took."""
    ours, taken = trainer.adversaries, []
    advance = ours.advance

    def spoil() -> dict[str, Tensor]:
        numbers = advance()
        taken.append(ours.step)
        if len(taken) in steps:
            if what == "loss":
                return {**numbers, "loss_d": torch.tensor(math.nan)}
            next(iter(getattr(ours, what).parameters())).data.fill_(math.nan)
        return numbers

    ours.advance = spoil  # type: ignore[method-assign]
    return taken


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("loss", "a loss of D that is not a number at step 5"),
        ("g", "not finite|not a number"),
        ("d", "not finite|not a number"),
        ("ema", "weights that are not finite at step 5"),
    ],
)
def test_nan_once_goes_back_to_the_last_good_state_and_finishes_with_other_noise(
    dataset: Dataset, tmp_path: Path, what: str, cause: str
):
    config = change(SMALL, save_minutes=0.0)
    whole = make_trainer(config, dataset, tmp_path / "whole")
    whole.run()
    trainer = make_trainer(config, dataset, tmp_path / "nan")
    taken = poison(trainer, {5}, what)
    seen = Recorder()
    trainer.run(seen, every=1)
    assert taken == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10]
    assert trainer.adversaries.retries == 1
    ((images, message),) = seen.notices
    assert images == 64
    assert re.search(cause, message)
    assert "went back to 64 images" in message
    assert not same(whole.adversaries, trainer.adversaries)  # other noise
    assert gan.load(str(tmp_path / "nan" / WEIGHTS)).sample("7").isfinite().all()
    assert read_state(tmp_path / "nan" / STATE)["retries"] == 1


def test_nan_twice_stops_the_run_with_the_cause_and_keeps_the_good_state(dataset: Dataset, tmp_path: Path):
    trainer = make_trainer(change(SMALL, save_minutes=0.0), dataset, tmp_path)
    poison(trainer, {5, 8})
    seen = Recorder()
    with pytest.raises(TrainingError, match=r"^the run met .* at step 7, after it had gone back .*: try"):
        trainer.run(seen, every=1)
    assert len(seen.notices) == 1
    assert not (tmp_path / WEIGHTS).exists()
    for path in (tmp_path / STATE, get_previous(tmp_path / STATE)):
        state = read_state(path)
        nets = [value for name in ("g", "d", "ema") for value in state[name].values()]
        assert all(bool(value.isfinite().all()) for value in nets)
    assert read_last_state(tmp_path / STATE)[0]["step"] == 6


@pytest.mark.parametrize("when", ["stop", "end"])
def test_broken_weights_are_never_saved_at_a_stop_or_at_the_end(dataset: Dataset, tmp_path: Path, when: str):
    trainer = make_trainer(change(SMALL, save_minutes=60.0), dataset, tmp_path)
    poison(trainer, {4} if when == "stop" else {10}, "ema")
    seen = Recorder()
    if when == "stop":
        seen.then = lambda now: setattr(trainer, "stop", now.step == 4)
    trainer.run(seen, every=1)
    assert [images for images, _ in seen.notices] == [0]
    state = read_state(tmp_path / STATE)
    assert state["step"] == (0 if when == "stop" else 10)
    assert all(bool(value.isfinite().all()) for value in state["ema"].values())
    assert (tmp_path / WEIGHTS).exists() == (when == "end")


def test_nan_without_a_state_to_go_back_to_says_so(dataset: Dataset, tmp_path: Path):
    trainer = make_trainer(SMALL, dataset, tmp_path)
    poison(trainer, {3})
    damage: dict[int, Callable[[], object]] = {2: lambda: (tmp_path / STATE).write_bytes(b"")}
    with pytest.raises(TrainingError, match="there is no good state to go back to"):
        trainer.run(Recorder(lambda now: damage.get(now.step, lambda: None)()), every=1)


def test_other_noise_after_going_back_is_the_same_in_every_run(dataset: Dataset, tmp_path: Path):
    a, b = (make_trainer(change(SMALL, save_minutes=0.0), dataset, tmp_path / name) for name in "ab")
    for trainer in (a, b):
        poison(trainer, {5})
        trainer.run(every=1)
    assert same(a.adversaries, b.adversaries)
