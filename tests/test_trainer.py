from pathlib import Path

import pytest
import torch
from torch import Tensor

import gan
from gan.checkpoint import CheckpointError, read_released
from gan.config import Config
from gan.data import Dataset, load_dataset
from gan.trainer import SHEETS, SNAPSHOTS, STATE, WEIGHTS, Progress, Trainer, TrainingError, make_rng

SMALL = Config(z_dim=8, w_dim=16, g_width=12, d_width=4, batch=16, images=160, gamma=1.0, sheet_every=64, ema=0.9)
FULL = {"style_weight": 0.5, "mismatch": 0.3, "augment": 0.5}


@pytest.fixture(scope="module")
def dataset(data_root: Path) -> Dataset:
    whole = load_dataset(data_root, "train")
    return Dataset(whole.images[:500], whole.labels[:500], whole.class_names)


def make(config: Config, dataset: Dataset, out: Path) -> Trainer:
    out.mkdir(exist_ok=True)
    return Trainer(config.validate(), dataset, out, torch.device("cpu"))


def change(config: Config, **values: object) -> Config:
    return Config.from_dict({**config.to_dict(), **values})


def weights(trainer: Trainer) -> list[Tensor]:
    nets = (trainer.g, trainer.d, trainer.ema)
    return [value.clone() for net in nets for value in net.state_dict().values()]


def same(a: Trainer, b: Trainer) -> bool:
    return all(torch.equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def test_each_step_moves_one_networks_parameters_at_a_time(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, **FULL), dataset, tmp_path)
    real, y = trainer._take(16)

    def snapshot() -> tuple[list[Tensor], list[Tensor]]:
        return [p.detach().clone() for p in trainer.g.parameters()], [
            p.detach().clone() for p in trainer.d.parameters()
        ]

    g0, d0 = snapshot()
    trainer.learn_d(real, y, make_rng(0, 0, 0))
    g1, d1 = snapshot()
    trainer.learn_g(real, y, make_rng(0, 0, 0))
    g2, d2 = snapshot()
    assert all(torch.equal(a, b) for a, b in zip(g0, g1, strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(d0, d1, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(d1, d2, strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(g1, g2, strict=True))


@pytest.mark.parametrize("extra", [{}, FULL, {"precision": "bf16"}])
def test_a_run_writes_its_state_its_sheets_and_weights_that_load(
    dataset: Dataset, tmp_path: Path, extra: dict[str, object]
):
    seen: list[Progress] = []
    trainer = make(change(SMALL, **extra), dataset, tmp_path)
    trainer.run(seen.append, every=2)
    assert trainer.images == 160
    assert [p.step for p in seen] == [2, 4, 6, 8, 10]
    assert seen[-1].fraction == 1.0
    assert sorted(p.name for p in (tmp_path / SHEETS).iterdir()) == [
        "000000000.png",
        "000000064.png",
        "000000128.png",
        "000000160.png",
    ]
    snapshots = sorted((tmp_path / SNAPSHOTS).iterdir())
    assert [read_released(path).meta["trained"]["images"] for path in snapshots] == [64, 128]
    generator = gan.load(str(tmp_path / WEIGHTS))
    assert generator.sample("0123456789").shape == (10, 1, 28, 28)
    assert generator.class_names == dataset.class_names
    assert read_released(tmp_path / WEIGHTS).meta["trained"]["images"] == 160
    assert generator.w_mean.abs().sum() > 0


def test_training_teaches_d_to_tell_real_from_forged(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, batch=64, images=64 * 40), dataset, tmp_path)
    first = trainer.advance()
    for _ in range(39):
        last = trainer.advance()
    assert float(last["logit_real"] - last["logit_fake"]) > float(first["logit_real"] - first["logit_fake"]) + 0.2


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(dataset: Dataset, tmp_path: Path):
    a, b, c = (make(change(SMALL, seed=s, **FULL), dataset, tmp_path / n) for s, n in ((1, "a"), (1, "b"), (2, "c")))
    for _ in range(3):
        a.advance(), b.advance(), c.advance()
    assert same(a, b)
    assert not same(a, c)


def test_a_resumed_run_ends_in_the_same_weights_as_one_that_never_stopped(dataset: Dataset, tmp_path: Path):
    config = change(SMALL, batch=48, images=48 * 24, **FULL)  # 1,152 images: over two epochs of 500
    whole = make(config, dataset, tmp_path / "whole")
    whole.run()
    for stop in (1, 7, 13):
        out = tmp_path / f"stopped{stop}"
        first = make(config, dataset, out)
        for _ in range(stop):
            first.advance()
        first.save()
        second = make(config, dataset, out)
        second.resume()
        assert second.images == 48 * stop
        second.run()
        assert same(whole, second), f"stopped after {stop} steps"
        assert gan.load(str(out / WEIGHTS)).sha256 == gan.load(str(tmp_path / "whole" / WEIGHTS)).sha256


def test_a_damaged_state_is_refused_and_left_alone(dataset: Dataset, tmp_path: Path):
    trainer = make(SMALL, dataset, tmp_path)
    with pytest.raises(CheckpointError, match="nothing to resume"):
        trainer.resume()
    trainer.save()
    path = tmp_path / STATE
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        trainer.resume()
    assert path.stat().st_size == 1000


def test_every_image_is_seen_once_an_epoch_in_an_order_of_its_own(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, batch=50, images=5000), dataset, tmp_path)
    orders = []
    for _ in range(2):
        seen = []
        for _ in range(10):
            trainer._take(50)
            assert trainer._order is not None
            inside = trainer.images % 500
            seen += trainer._order[1][inside : inside + 50].tolist()
            trainer.images += 50
        assert sorted(seen) == list(range(500))
        orders.append(seen)
    assert orders[0] != orders[1]


def test_a_batch_across_the_end_of_an_epoch_takes_from_both(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, batch=16), dataset, tmp_path)
    trainer.images = 490
    real, y = trainer._take(16)
    assert real.shape == (16, 1, 28, 28)
    assert y.shape == (16,)


def test_augmentation_moves_ink_and_keeps_it(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, augment=1.0), dataset, tmp_path)
    images = -torch.ones(200, 1, 28, 28)
    images[:, :, 14, 14] = 1.0
    moved = trainer._augment(images, make_rng(0, 0, 0))
    assert torch.equal(moved.sum((1, 2, 3)), images.sum((1, 2, 3)))
    places = {tuple(p.nonzero()[0].tolist()) for p in (moved[:, 0] > 0)}
    assert len(places) == 25
    assert {p for place in places for p in place} == {12, 13, 14, 15, 16}
    still = make(SMALL, dataset, tmp_path)._augment(images, make_rng(0, 0, 0))
    assert still is images


def test_the_learning_rate_falls_to_zero_over_the_second_half(dataset: Dataset, tmp_path: Path):
    trainer = make(SMALL, dataset, tmp_path)
    rates = []
    for _ in range(10):
        trainer.advance()
        rates.append(trainer.opt_g.param_groups[0]["lr"] / SMALL.lr)
    assert rates[:6] == pytest.approx([1.0] * 6)
    assert rates[6:] == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_gamma_goes_from_its_beginning_to_its_end_geometrically(dataset: Dataset, tmp_path: Path):
    trainer = make(change(SMALL, gamma=4.0, gamma_end=0.25), dataset, tmp_path)
    seen = []
    for images in (0, 40, 80, 120, 160):
        trainer.images = images
        seen.append(trainer.get_gamma())
    assert seen == pytest.approx([4.0, 2.0, 1.0, 0.5, 0.25])
    assert make(SMALL, dataset, tmp_path).get_gamma() == SMALL.gamma


def test_drift_pulls_at_the_logits_common_level_which_nothing_else_does(dataset: Dataset, tmp_path: Path):
    moved = []
    for weight in (0.0, 1e-3):
        trainer = make(change(SMALL, drift=weight), dataset, tmp_path)
        bias = dict(trainer.d.named_parameters())["out.bias"]
        bias.data.fill_(50.0)
        real, y = trainer._take(16)
        trainer.learn_d(real, y, make_rng(0, 0, 0))
        assert bias.grad is not None
        moved.append(bias.grad.item())
    assert moved[0] == pytest.approx(0.0, abs=1e-5)
    assert moved[1] == pytest.approx(2 * 1e-3 * 50, rel=0.1)


def test_a_batch_larger_than_the_data_is_refused(dataset: Dataset, tmp_path: Path):
    with pytest.raises(TrainingError, match="has 500 images"):
        make(change(SMALL, batch=512), dataset, tmp_path)


def test_losses_that_are_no_numbers_stop_the_run_with_the_cause(dataset: Dataset, tmp_path: Path):
    trainer = make(SMALL, dataset, tmp_path)
    next(trainer.g.parameters()).data.fill_(float("nan"))
    with pytest.raises(TrainingError, match="not numbers any more at step 1"):
        trainer.run(every=1)
    assert not (tmp_path / WEIGHTS).exists()


def test_a_run_told_to_stop_ends_its_step_saves_and_goes_on_to_the_same_weights(dataset: Dataset, tmp_path: Path):
    whole = make(SMALL, dataset, tmp_path / "whole")
    whole.run()
    trainer = make(SMALL, dataset, tmp_path / "stopped")

    def stop(now: Progress) -> None:
        trainer.stop = now.step == 4

    trainer.run(stop, every=2)
    assert trainer.step == 4
    assert not (tmp_path / "stopped" / WEIGHTS).exists()
    again = make(SMALL, dataset, tmp_path / "stopped")
    again.resume()
    assert again.step == 4
    again.run()
    assert again.images == 160
    assert same(whole, again)
