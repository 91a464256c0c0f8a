import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.losses import drift, gradient_penalty, mismatch_d, relativistic_d, relativistic_g, style_disagreement

EXTREMES = torch.tensor([-100.0, -20.0, -1.0, 0.0, 1.0, 20.0, 100.0])


def reference(x: float) -> float:
    """log(1 + exp(x)) in the form that a pocket calculator would survive."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@pytest.mark.parametrize("real", EXTREMES.tolist())
@pytest.mark.parametrize("fake", EXTREMES.tolist())
def test_relativistic_losses_match_the_formula_at_every_extreme(real: float, fake: float):
    r, f = torch.tensor([real], dtype=torch.float64), torch.tensor([fake], dtype=torch.float64)
    assert relativistic_d(real=r, fake=f).item() == pytest.approx(reference(fake - real), rel=1e-9, abs=1e-12)
    assert relativistic_g(real=r, fake=f).item() == pytest.approx(reference(real - fake), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("gap", [100.0, 20.0, -20.0, -100.0])
def test_the_loser_always_has_a_gradient_and_nothing_overflows(gap: float):
    real = torch.full((4,), gap, requires_grad=True)
    fake = torch.zeros(4, requires_grad=True)
    loser = relativistic_g if gap > 0 else relativistic_d
    loss = loser(real=real, fake=fake)
    loss.backward()
    assert fake.grad is not None
    assert torch.isfinite(loss)
    # d softplus(x) / dx = sigmoid(x) is near 1 on the losing side; a log of a clamped sigmoid gives 0 here
    assert fake.grad.abs().sum().item() == pytest.approx(1.0, abs=1e-6)


def test_real_and_fake_cannot_be_swapped_by_position():
    with pytest.raises(TypeError):
        relativistic_d(torch.zeros(1), torch.zeros(1))  # type: ignore[call-arg]


def test_losses_are_means_over_the_batch_and_do_not_care_for_its_order():
    real, fake = torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(16, generator=torch.Generator().manual_seed(1))
    whole = relativistic_d(real=real, fake=fake)
    assert torch.allclose(whole, relativistic_d(real=real[order], fake=fake[order]))
    assert torch.allclose(whole, relativistic_d(real=real.repeat(2), fake=fake.repeat(2)))


def test_mismatch_counts_only_the_pairs_whose_classes_differ():
    right, wrong = torch.tensor([1.0, 100.0, -100.0]), torch.tensor([-1.0, -100.0, 100.0])
    differ = torch.tensor([True, True, False])
    want = (reference(-2.0) + reference(-200.0)) / 2
    assert mismatch_d(right=right, wrong=wrong, differ=differ).item() == pytest.approx(want)
    assert mismatch_d(right=right, wrong=wrong, differ=torch.zeros(3, dtype=torch.bool)).item() == 0.0
    assert mismatch_d(right=right, wrong=wrong, differ=~differ).item() == pytest.approx(200.0)


def test_drift_is_the_mean_square_of_the_logits():
    assert drift(real=torch.tensor([3.0, -4.0])).item() == pytest.approx(12.5)
    assert drift(real=EXTREMES).isfinite()


def test_gradient_penalty_of_a_linear_critic_is_its_weights_squared():
    weights = torch.randn(28 * 28, generator=torch.Generator().manual_seed(0))
    images = torch.zeros(5, 1, 28, 28, requires_grad=True)
    logits = images.flatten(1) @ weights
    assert gradient_penalty(logits, images).item() == pytest.approx(weights.square().sum().item(), rel=1e-5)


def test_gradient_penalty_is_differentiable_in_the_critics_weights():
    weight = torch.tensor(3.0, requires_grad=True)
    images = torch.ones(2, 1, 2, 2, requires_grad=True)
    penalty = gradient_penalty((weight * images.square()).flatten(1).sum(1), images)  # |2 w x|^2 over 4 pixels
    penalty.backward()
    assert penalty.item() == pytest.approx(4 * 36.0)
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(4 * 2 * 4 * 3.0)


def corr(a: Tensor, b: Tensor) -> float:
    return torch.corrcoef(torch.stack([a, b]))[0, 1].item()


def test_style_disagreement_is_one_less_pearsons_correlation():
    first, second = torch.randn(2, 64, 2, generator=torch.Generator().manual_seed(0))
    want = 1 - (corr(first[:, 0], second[:, 0]) + corr(first[:, 1], second[:, 1])) / 2
    assert style_disagreement(first=first, second=second).item() == pytest.approx(want, abs=1e-4)
    assert style_disagreement(first=first, second=3 * first + 1).item() == pytest.approx(0.0, abs=1e-4)
    assert style_disagreement(first=first, second=-first).item() == pytest.approx(2.0, abs=1e-4)


def test_style_disagreement_of_equal_hands_stays_finite():
    flat = torch.ones(8, 2, requires_grad=True)
    loss = style_disagreement(first=flat, second=torch.ones(8, 2))
    loss.backward()
    assert torch.isfinite(loss)
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


def test_softplus_is_torchs_own():
    assert torch.allclose(relativistic_d(real=torch.zeros(7), fake=EXTREMES), F.softplus(EXTREMES).mean())
