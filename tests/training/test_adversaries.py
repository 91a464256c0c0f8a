"""The step: who learns what on which images, the losses and penalties, the schedules, and that seeds are kept."""

import math

import pytest
import torch

from gan.config import LOSSES
from gan.data import Dataset
from gan.training.batches import make_rng
from tests.training.small import FULL, SMALL, change, equal, make, parameters, same


@pytest.mark.parametrize("extra", [FULL, {"generator": "dcgan", "discriminator": "dcgan", "gamma": 0.0}])
def test_each_step_moves_one_networks_parameters_at_a_time(dataset: Dataset, extra: dict[str, object]):
    ours = make(change(SMALL, **extra), dataset)
    rng = ours.make_step_rng()
    real, y = ours.take()
    fake = ours.forge(y, rng)
    g0, d0 = parameters(ours.g), parameters(ours.d)
    numbers = ours.learn_d(real, fake, y, rng)
    g1, d1 = parameters(ours.g), parameters(ours.d)
    ours.learn_g(fake, y, numbers["of_real"], rng)
    g2, d2 = parameters(ours.g), parameters(ours.d)
    assert equal(g0, g1)
    assert not equal(d0, d1)
    assert equal(d1, d2)
    assert not equal(g1, g2)
    assert all(p.requires_grad for p in ours.d.parameters())


def test_g_learns_through_what_d_has_seen(dataset: Dataset):
    """A step forges once: D sees the pictures that G then learns from."""
    ours = make(SMALL, dataset)
    asked = []
    forward = ours.g.forward
    ours.g.forward = lambda z, y: asked.append(len(z)) or forward(z, y)  # type: ignore[func-returns-value,method-assign]
    ours.advance()
    assert asked == [16]


@pytest.mark.parametrize("d_steps", [1, 3])
def test_d_takes_its_steps_and_g_one(dataset: Dataset, d_steps: int):
    ours = make(change(SMALL, d_steps=d_steps), dataset)
    ours.advance()
    ours.advance()
    assert ours.step == 2
    assert ours.images == 2 * d_steps * 16
    for network, optimizer, steps in ((ours.g, ours.opt_g, 2), (ours.d, ours.opt_d, 2 * d_steps)):
        counts = {int(optimizer.state[p]["step"]) for p in network.parameters()}
        assert counts == {steps}


def test_training_teaches_d_to_tell_real_from_forged(dataset: Dataset):
    ours = make(change(SMALL, batch=64, images=64 * 40), dataset)
    first = ours.advance()
    for _ in range(39):
        last = ours.advance()
    assert float(last["logit_real"] - last["logit_fake"]) > float(first["logit_real"] - first["logit_fake"]) + 0.2


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(dataset: Dataset):
    a, b, c = (make(change(SMALL, seed=s, **FULL), dataset) for s in (1, 1, 2))
    for _ in range(3):
        a.advance(), b.advance(), c.advance()
    assert same(a, b)
    assert not same(a, c)


def test_every_image_is_seen_once_an_epoch_in_an_order_of_its_own(dataset: Dataset):
    ours = make(change(SMALL, batch=50, images=5000), dataset)
    orders = []
    for _ in range(2):
        seen = []
        for _ in range(10):
            ours.take()
            assert ours.batches.order is not None
            inside = ours.images % 500
            seen += ours.batches.order[1][inside : inside + 50].tolist()
            ours.images += 50
        assert sorted(seen) == list(range(500))
        orders.append(seen)
    assert orders[0] != orders[1]


def test_a_batch_across_the_end_of_an_epoch_takes_from_both(dataset: Dataset):
    ours = make(change(SMALL, batch=16), dataset)
    ours.images = 490
    real, y = ours.take()
    assert real.shape == (16, 1, 28, 28)
    assert y.shape == (16,)


def test_augmentation_moves_ink_and_keeps_it(dataset: Dataset):
    ours = make(change(SMALL, augment=1.0, batch=200), dataset)
    images = -torch.ones(200, 1, 28, 28)
    images[:, :, 14, 14] = 1.0
    moved = ours.batches.augment(images, make_rng(0, 0, 0))
    assert torch.equal(moved.sum((1, 2, 3)), images.sum((1, 2, 3)))
    places = {tuple(p.nonzero()[0].tolist()) for p in (moved[:, 0] > 0)}
    assert len(places) == 25
    assert {p for place in places for p in place} == {12, 13, 14, 15, 16}
    still = make(SMALL, dataset).batches.augment(images, make_rng(0, 0, 0))
    assert still is images


def test_noise_is_normal_or_uniform_and_shared_by_neighbours_where_style_is_compared(dataset: Dataset):
    for noise, spread in (("normal", 1.0), ("uniform", 1 / math.sqrt(3))):
        z = make(change(SMALL, noise=noise, batch=500, z_dim=64), dataset).batches.draw_z(make_rng(0, 0, 0))
        assert z.shape == (500, 64)
        assert z.std().item() == pytest.approx(spread, rel=0.02)
        assert bool((z.abs() <= 1).all()) == (noise == "uniform")
    z = make(change(SMALL, style_weight=0.1), dataset).batches.draw_z(make_rng(0, 0, 0))
    assert torch.equal(z[0::2], z[1::2])
    assert not torch.equal(z[0], z[2])


def test_the_learning_rate_falls_to_zero_over_the_second_half(dataset: Dataset):
    ours = make(SMALL, dataset)
    rates = []
    for _ in range(10):
        ours.advance()
        rates.append(ours.opt_g.param_groups[0]["lr"] / SMALL.lr)
    assert rates[:6] == pytest.approx([1.0] * 6)
    assert rates[6:] == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_gamma_goes_from_its_beginning_to_its_end_geometrically(dataset: Dataset):
    ours = make(change(SMALL, gamma=4.0, gamma_end=0.25), dataset)
    seen = []
    for images in (0, 40, 80, 120, 160):
        ours.images = images
        seen.append(ours.get_gamma())
    assert seen == pytest.approx([4.0, 2.0, 1.0, 0.5, 0.25])
    assert make(SMALL, dataset).get_gamma() == SMALL.gamma


def test_drift_pulls_at_the_logits_common_level_which_nothing_else_does(dataset: Dataset):
    moved = []
    for weight in (0.0, 1e-3):
        ours = make(change(SMALL, drift=weight), dataset)
        bias = dict(ours.d.named_parameters())["out.bias"]
        bias.data.fill_(50.0)
        real, y = ours.take()
        rng = ours.make_step_rng()
        ours.learn_d(real, ours.forge(y, rng), y, rng)
        assert bias.grad is not None
        moved.append(bias.grad.item())
    assert moved[0] == pytest.approx(0.0, abs=1e-5)
    assert moved[1] == pytest.approx(2 * 1e-3 * 50, rel=0.1)


def test_a_class_with_a_single_image_has_a_style_to_compare_with(dataset: Dataset):
    labels = dataset.labels.clone()
    first = int((labels == 3).nonzero()[0])
    labels[labels == 3] = 4
    labels[first] = 3
    ours = make(change(SMALL, style_weight=0.1), Dataset(dataset.images, labels, dataset.class_names))
    assert ours.style_std.isfinite().all()
    assert math.isfinite(float(ours.advance()["style"]))


# ---- every way to train ---------------------------------------------------------------------------------------------

LEARNERS: dict[str, dict[str, object]] = {
    **{f"loss {name}": {"loss": name, "gamma": 0.0 if name == "wgan-gp" else 1.0} for name in LOSSES},
    "wgan-gp as published": {"loss": "wgan-gp", "gamma": 0.0, "d_steps": 5, "discriminator": "strided"},
    "wgan-gp with BatchNorm in G": {"loss": "wgan-gp", "gamma": 0.0, "generator": "dcgan", "discriminator": "mlp"},
    "uniform noise": {"noise": "uniform"},
    "sgd": {"optimizer": "sgd", "beta1": 0.9, "lr": 0.01},
    "sgd without momentum": {"optimizer": "sgd", "beta1": 0.0, "lr": 0.01},
    **{f"penalty {name}": {"penalty": name} for name in ("r1", "r2", "r1r2")},
    "all of digits": dict(FULL),
    "bf16": {"precision": "bf16", **FULL},
}


@pytest.mark.parametrize("how", LEARNERS)
def test_every_way_to_learn_moves_both_networks_and_says_finite_numbers(dataset: Dataset, how: str):
    ours = make(change(SMALL, **LEARNERS[how]), dataset)
    g, d = parameters(ours.g), parameters(ours.d)
    for _ in range(3):
        numbers = ours.advance()
    assert not equal(g, parameters(ours.g))
    assert not equal(d, parameters(ours.d))
    for name in ("loss_d", "loss_g", "logit_real", "logit_fake", "won"):
        assert math.isfinite(float(numbers[name])), name
    sure = float(numbers["prob_real"])
    assert math.isnan(sure) if ours.config.loss == "wgan-gp" else 0 <= sure <= 1
    assert math.isfinite(float(numbers["style"])) == bool(ours.config.style_weight)


@pytest.mark.parametrize("penalty", ["r1", "r2", "r1r2"])
def test_a_penalty_is_taken_of_the_images_it_names(dataset: Dataset, penalty: str):
    """On the first step of one seed all see the same D: R1 and R2 of it add up to both."""
    found = {}
    for name in ("r1", "r2", "r1r2"):
        found[name] = float(make(change(SMALL, penalty=name), dataset).advance()["penalty"])
    assert found["r1"] > 0
    assert found["r2"] > 0
    assert found["r1r2"] == pytest.approx(found["r1"] + found["r2"], rel=1e-4)
    assert found["r1"] != pytest.approx(found["r2"], rel=1e-2)


def test_penalties_come_every_so_many_steps(dataset: Dataset):
    ours = make(change(SMALL, penalty_every=3), dataset)
    assert [math.isnan(float(ours.advance()["penalty"])) for _ in range(6)] == [False, True, True] * 2
