import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.config import LOSSES, ConfigError
from gan.losses import (
    LOSSES_BY_NAME,
    bce_d,
    bce_g,
    drift,
    get_loss,
    gradient_penalty,
    hinge_d,
    interpolate_penalty,
    minimax_g,
    mismatch_d,
    relativistic_d,
    relativistic_g,
    style_disagreement,
)

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
    want = (reference(-2.0) + reference(-200.0)) / 3
    assert mismatch_d(right=right, wrong=wrong, differ=differ).item() == pytest.approx(want)
    assert mismatch_d(right=right, wrong=wrong, differ=torch.zeros(3, dtype=torch.bool)).item() == 0.0
    assert mismatch_d(right=right, wrong=wrong, differ=~differ).item() == pytest.approx(200.0 / 3)


def test_mismatch_of_two_halves_averages_to_the_whole():
    right, wrong = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    differ = torch.tensor([True] * 4 + [True, False, False, False])  # unequal halves: 4 pairs count, and 1
    halves = [mismatch_d(right=right[i], wrong=wrong[i], differ=differ[i]) for i in (slice(4), slice(4, 8))]
    whole = mismatch_d(right=right, wrong=wrong, differ=differ)
    assert torch.allclose((halves[0] + halves[1]) / 2, whole)


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


def gradients(loss: Tensor, *wrt: Tensor) -> list[Tensor]:
    return list(torch.autograd.grad(loss, wrt))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


PAIRED = {"relativistic"}  # G's side compares fakes with real images

# name -> the gradient that D's loss has in a real and in a fake logit, and G's in a fake one, at x (real = -x there)
SLOPES = {
    "bce": (lambda x: -sigmoid(-x), sigmoid, lambda x: -sigmoid(-x)),
    "minimax": (lambda x: -sigmoid(-x), sigmoid, lambda x: -sigmoid(x)),
    "hinge": (lambda x: -1.0 * (x < 1), lambda x: 1.0 * (x > -1), lambda x: -1.0),
    "lsgan": (lambda x: x - 1, lambda x: x, lambda x: x - 1),
    "wgan-gp": (lambda x: -1.0, lambda x: 1.0, lambda x: -1.0),
    "relativistic": (lambda x: -sigmoid(-2 * x), lambda x: sigmoid(2 * x), lambda x: -sigmoid(-2 * x)),
}


def test_config_table_and_tests_name_the_same_losses():
    assert set(LOSSES) == set(LOSSES_BY_NAME)
    assert set(SLOPES) == set(LOSSES_BY_NAME)


def test_an_unknown_loss_lists_those_there_are():
    with pytest.raises(ConfigError, match="unknown loss 'nonesuch': there are bce, minimax, .*relativistic"):
        get_loss("nonesuch")


@pytest.mark.parametrize("name", sorted(LOSSES_BY_NAME))
class TestEveryLoss:
    @pytest.mark.parametrize("x", [-100.0, -20.0, -0.5, 0.0, 0.5, 20.0, 100.0])
    def test_is_finite_with_the_right_gradient_at_every_extreme(self, name: str, x: float):
        loss, (of_real, of_fake, of_g) = get_loss(name), SLOPES[name]
        # D's gradient in a real logit x (its fake is -x), in a fake one x (its real is -x), and G's in a fake one x
        for side, real, fake, which, want in [
            (loss.d, x, -x, 0, of_real(x)),
            (loss.d, -x, x, 1, of_fake(x)),
            (loss.g, -x, x, 1, of_g(x)),
        ]:
            logits = torch.tensor([[real], [fake]], requires_grad=True)
            value = side(real=logits[0], fake=logits[1])
            (gradient,) = gradients(value, logits)
            assert value.isfinite()
            assert value.shape == ()
            assert gradient[which].item() == pytest.approx(want, rel=1e-5, abs=1e-30)

    def test_is_a_mean_that_the_halves_of_a_batch_average_to(self, name: str):
        loss = get_loss(name)
        real, fake = 3 * torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
        for side in (loss.d, loss.g):
            halves = side(real=real[:8], fake=fake[:8]) + side(real=real[8:], fake=fake[8:])
            assert torch.allclose(halves / 2, side(real=real, fake=fake), atol=1e-6)

    def test_d_and_g_pull_a_fake_logit_in_opposite_directions(self, name: str):
        real, fake = torch.zeros(2, 4, requires_grad=True)
        assert (gradients(get_loss(name).d(real=real, fake=fake + 0.5), fake)[0] > 0).all()
        assert (gradients(get_loss(name).g(real=real, fake=fake + 0.5), fake)[0] < 0).all()

    def test_g_reads_real_logits_only_where_it_pairs_them(self, name: str):
        loss, fake = get_loss(name), torch.randn(4, generator=torch.Generator().manual_seed(0))
        if name in PAIRED:
            assert not torch.allclose(loss.g(real=fake, fake=fake), loss.g(real=fake + 1, fake=fake))
            with pytest.raises(ValueError, match="needs real logits"):
                loss.g(real=None, fake=fake)
        else:
            assert torch.equal(loss.g(real=None, fake=fake), loss.g(real=fake + 1, fake=fake))

    def test_takes_its_logits_by_keyword_only(self, name: str):
        for side in (get_loss(name).d, get_loss(name).g):
            with pytest.raises(TypeError):
                side(torch.zeros(1), torch.zeros(1))  # type: ignore[call-arg]

    def test_verdict_is_a_probability_an_image_or_nan_of_a_critic(self, name: str):
        p_real, p_fake = get_loss(name).verdict(real=EXTREMES, fake=EXTREMES.flip(0))
        assert p_real.shape == p_fake.shape == EXTREMES.shape
        if name == "wgan-gp":
            assert p_real.isnan().all()
            assert p_fake.isnan().all()
        else:
            assert p_real.tolist() == sorted(p_real.tolist())
            assert p_fake.tolist() == sorted(p_fake.tolist(), reverse=True)
            assert p_real[0].item() == pytest.approx(0.0, abs=1e-6)
            assert p_real[-1].item() == pytest.approx(1.0)


def test_verdicts_by_hand():
    real, fake = torch.tensor([0.3, 2.0]), torch.tensor([-1.0, 0.75])
    for name in ("bce", "minimax", "hinge"):
        p_real, p_fake = get_loss(name).verdict(real=real, fake=fake)
        assert p_real.tolist() == pytest.approx([sigmoid(0.3), sigmoid(2.0)])
        assert p_fake.tolist() == pytest.approx([sigmoid(-1.0), sigmoid(0.75)])
    p_real, p_fake = get_loss("lsgan").verdict(real=real, fake=fake)
    assert p_real.tolist() == pytest.approx([0.3, 1.0])
    assert p_fake.tolist() == pytest.approx([0.0, 0.75])
    p_real, p_fake = get_loss("relativistic").verdict(real=real, fake=fake)
    assert p_real.tolist() == pytest.approx([sigmoid(1.3), sigmoid(1.25)])
    assert (p_real + p_fake).tolist() == pytest.approx([1.0, 1.0])


def test_bce_is_torchs_binary_cross_entropy():
    real, fake = 5 * torch.randn(2, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    entropy = F.binary_cross_entropy_with_logits
    assert torch.allclose(bce_d(real=real, fake=fake), entropy(real, ones) + entropy(fake, zeros))
    assert torch.allclose(bce_g(fake=fake), entropy(fake, ones))
    assert torch.allclose(minimax_g(fake=fake), -entropy(fake, zeros))


def test_the_other_losses_by_hand():
    real, fake = torch.tensor([0.5, 3.0]), torch.tensor([-2.0, 1.0])
    assert hinge_d(real=real, fake=fake).item() == pytest.approx((0.5 + 0) / 2 + (0 + 2.0) / 2)
    assert get_loss("hinge").g(real=None, fake=fake).item() == pytest.approx(0.5)
    assert get_loss("lsgan").d(real=real, fake=fake).item() == pytest.approx(((0.25 + 4) / 2 + (4 + 1) / 2) / 2)
    assert get_loss("lsgan").g(real=None, fake=fake).item() == pytest.approx((9 + 0) / 2 / 2)
    assert get_loss("wgan-gp").d(real=real, fake=fake).item() == pytest.approx(-0.5 - 1.75)
    assert get_loss("wgan-gp").g(real=None, fake=fake).item() == pytest.approx(0.5)


def test_the_lesson_of_the_non_saturating_loss():
    """Where D is sure of a fake, minimax leaves G without a gradient, and the non-saturating form does not."""
    caught = torch.full((1,), -100.0, requires_grad=True)
    assert gradients(bce_g(fake=caught), caught)[0].item() == pytest.approx(-1.0)
    assert abs(gradients(minimax_g(fake=caught), caught)[0].item()) < 1e-30
    fooled = torch.full((1,), 100.0, requires_grad=True)
    assert abs(gradients(bce_g(fake=fooled), fooled)[0].item()) < 1e-30
    assert gradients(minimax_g(fake=fooled), fooled)[0].item() == pytest.approx(-1.0)


def linear(weight: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, y: x.flatten(1) @ weight + y


def test_a_linear_critic_of_slope_one_pays_no_interpolate_penalty():
    direction = F.normalize(torch.randn(784, generator=torch.Generator().manual_seed(0)), dim=0)
    real, fake = torch.rand(2, 5, 1, 28, 28)
    y, t = torch.arange(5), torch.rand(5)
    for slope, want in [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)]:
        penalty = interpolate_penalty(linear(slope * direction), real=real, fake=fake, y=y, t=t)
        assert penalty.item() == pytest.approx(want, abs=1e-5)


def test_interpolate_penalty_is_taken_between_real_and_fake_with_gradients_for_d_alone():
    seen: list[tuple[Tensor, Tensor]] = []
    weight = torch.tensor(1.0, requires_grad=True)

    def critic(x: Tensor, y: Tensor) -> Tensor:
        seen.append((x, y))
        return 0.5 * weight * x.square().flatten(1).sum(1)  # its gradient is weight x

    real, fake = torch.ones(2, 1, 2, 2), torch.zeros(2, 1, 2, 2, requires_grad=True)
    y, t = torch.tensor([3, 7]), torch.tensor([1.0, 0.25])
    penalty = interpolate_penalty(critic, real=real, fake=fake, y=y, t=t)
    ((x, classes),) = seen
    assert x.flatten(1)[:, 0].tolist() == [1.0, 0.25]  # t = 1 is the real image
    assert torch.equal(classes, y)
    norms = [2.0, 0.5]  # of four pixels of 1, and of 0.25
    assert penalty.item() == pytest.approx(sum((n - 1) ** 2 for n in norms) / 2)
    penalty.backward()
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(sum(2 * (n - 1) * n for n in norms) / 2)
    assert fake.grad is None


def test_interpolate_penalty_of_a_flat_critic_has_a_finite_gradient():
    weight = torch.zeros(784, requires_grad=True)
    penalty = interpolate_penalty(
        linear(weight), real=torch.ones(3, 1, 28, 28), fake=torch.zeros(3, 1, 28, 28), y=torch.zeros(3), t=torch.rand(3)
    )
    assert gradients(penalty, weight)[0].isfinite().all()
