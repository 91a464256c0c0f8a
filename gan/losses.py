"""Adversarial losses and gradient penalties: pure functions of logits and gradients, and the table of them by name.

Everything is in the softplus form, log(1 + exp(x)), which neither overflows nor loses its gradient at logits of
+-100 (a sigmoid followed by log does both). Real comes before fake, and both are keyword-only. A new loss is two
functions, a row of LOSSES_BY_NAME and its name in gan.config.LOSSES.

    python -c "from gan.losses import LOSSES_BY_NAME; print(*LOSSES_BY_NAME)"
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.config import ConfigError
from gan.errors import Listing, say


def bce_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """D's cross-entropy, -E[log D(x)] - E[log(1 - D(G(z)))], D the sigmoid of a logit; logits (N,) each -> scalar.

    Goodfellow et al. 2014, arXiv:1406.2661, eq. 1.
    """
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def bce_g(*, real: Tensor | None = None, fake: Tensor) -> Tensor:
    """G's non-saturating loss, -E[log D(G(z))]: its gradient is 1 where D is sure of a fake; logits (N,) -> scalar.

    Goodfellow et al. 2014, arXiv:1406.2661, section 3, the last paragraph. `real` is not read.
    """
    return F.softplus(-fake).mean()


def minimax_g(*, real: Tensor | None = None, fake: Tensor) -> Tensor:
    """G's side of the minimax game, E[log(1 - D(G(z)))]: no gradient where D is sure of a fake; logits (N,) -> scalar.

    Goodfellow et al. 2014, arXiv:1406.2661, eq. 1; `bce_d` is D's side. `real` is not read.
    """
    return -F.softplus(fake).mean()


def hinge_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """D's hinge loss, E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]; logits (N,) each -> scalar.

    Lim & Ye 2017, arXiv:1705.02894; in this form Miyato et al. 2018, arXiv:1802.05957, eq. 16.
    """
    return F.relu(1.0 - real).mean() + F.relu(1.0 + fake).mean()


def hinge_g(*, real: Tensor | None = None, fake: Tensor) -> Tensor:
    """G's side of `hinge_d`, -E[D(G(z))]; logits (N,) -> scalar. Miyato et al. 2018, eq. 17. `real` is not read."""
    return -fake.mean()


def lsgan_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """D's least squares, (E[(D(x) - 1)^2] + E[D(G(z))^2]) / 2; logits (N,) each -> scalar.

    Mao et al. 2017, arXiv:1611.04076, eq. 9: real is coded 1 and fake 0, so the best logit is a probability.
    """
    return 0.5 * ((real - 1.0).square().mean() + fake.square().mean())


def lsgan_g(*, real: Tensor | None = None, fake: Tensor) -> Tensor:
    """G's side of `lsgan_d`, E[(D(G(z)) - 1)^2] / 2; logits (N,) -> scalar. Mao et al. 2017, eq. 9. No `real` read."""
    return 0.5 * (fake - 1.0).square().mean()


def wgan_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """The critic's loss, E[D(G(z))] - E[D(x)], minus the estimated distance; logits (N,) each -> scalar.

    Arjovsky et al. 2017, arXiv:1701.07875, eq. 2. It means something only for a critic that is held 1-Lipschitz, as
    `interpolate_penalty` does.
    """
    return fake.mean() - real.mean()


def wgan_g(*, real: Tensor | None = None, fake: Tensor) -> Tensor:
    """G's side of `wgan_d`, -E[D(G(z))]; logits (N,) -> scalar. Arjovsky et al. 2017, alg. 1. `real` is not read."""
    return -fake.mean()


def relativistic_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """D's relativistic pairing loss, E[softplus(-(D(x) - D(G(z))))]; logits (N,) each -> scalar.

    Jolicoeur-Martineau 2018, arXiv:1807.00734; in this pairing form Huang et al. 2024, arXiv:2501.05441, eq. 2.
    """
    return F.softplus(fake - real).mean()


def relativistic_g(*, real: Tensor | None, fake: Tensor) -> Tensor:
    """G's side of `relativistic_d`: E[softplus(-(D(G(z)) - D(x)))]; logits (N,) each -> scalar.

    ValueError where `real` is None: alone among G's losses, this one reads it.
    """
    if real is None:
        raise ValueError("the relativistic loss pairs each fake with a real image; G's side needs real logits too")
    return F.softplus(real - fake).mean()


def mismatch_d(*, right: Tensor, wrong: Tensor, differ: Tensor) -> Tensor:
    """D's loss on real images under the wrong class, paired with real images of that class; (N,) each -> scalar.

    `right` are logits of real images of class y, `wrong` of real images judged as the same y although they are not;
    `differ` (bool) is False where the two happen to be of one class: such a pair adds nothing. The mean is over all
    pairs, so that the halves of a batch average to the whole. The matching-aware term of Reed et al. 2016,
    arXiv:1605.05396, alg. 1, in relativistic form.
    """
    return (F.softplus(wrong - right) * differ).mean()


def drift(*, real: Tensor) -> Tensor:
    """E[D(x)^2]: holds D's logits near zero, where a relativistic loss leaves their common level free; (N,) -> scalar.

    Karras et al. 2018, arXiv:1710.10196, appendix A.1 (weight 0.001 there).
    """
    return real.square().mean()


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """E[|grad_x D(x)|^2] over a batch: R1 on real images, R2 on fakes; (N,), (N, ...) -> scalar, before gamma / 2.

    `images` must require grad and have led to `logits`, each image to its own logit only (no batch statistics in D).
    Mescheder et al. 2018, arXiv:1801.04406, eq. 9 and 10.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.float().square().flatten(1).sum(1).mean()


def interpolate_penalty(
    d: Callable[[Tensor, Tensor], Tensor], *, real: Tensor, fake: Tensor, y: Tensor, t: Tensor
) -> Tensor:
    """E[(|grad_x D(x, y)| - 1)^2] at x = t real + (1 - t) fake, which holds a critic near 1-Lipschitz -> scalar.

    `real` and `fake` (N, ...) are images of the classes `y` (N,); `t` (N,) is drawn by the caller, uniform in [0, 1].
    `d` takes images and classes to logits (N,), each image to its own logit only (no batch statistics in D).
    Gulrajani et al. 2017, arXiv:1704.00028, eq. 3, before lambda (10 there).
    """
    t = t.view(-1, *[1] * (real.ndim - 1))
    between = (t * real + (1.0 - t) * fake).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(d(between, y).sum(), between, create_graph=True)
    # vector_norm rather than a square root of squares: where the gradient is zero its own gradient is zero, not NaN
    return (torch.linalg.vector_norm(gradient.float().flatten(1), dim=1) - 1.0).square().mean()


def style_disagreement(*, first: Tensor, second: Tensor) -> Tensor:
    """1 - Pearson correlation over a batch, averaged over the columns; (N, K), (N, K) -> scalar in [0, 2].

    Row i of `first` and of `second` measure one z drawn as two classes, already standardized within their classes.
    """
    a = first - first.mean(0)
    b = second - second.mean(0)
    r = (a * b).mean(0) * torch.rsqrt(a.square().mean(0) * b.square().mean(0) + 1e-6)
    return (1.0 - r).mean()


class _Objective(Protocol):
    def __call__(self, *, real: Tensor, fake: Tensor) -> Tensor: ...


class _ObjectiveOfG(Protocol):
    def __call__(self, *, real: Tensor | None, fake: Tensor) -> Tensor: ...


class _Verdict(Protocol):
    def __call__(self, *, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True)
class Loss:
    """An adversarial loss: D's side, G's side, how its logits read as a probability, and what follows from its form."""

    d: _Objective
    """Logits real (N,), fake (N,) -> what D minimizes, a scalar."""

    g: _ObjectiveOfG
    """Logits real (N,), fake (N,) -> what G minimizes, a scalar. `real` may be None unless G's side pairs them."""

    verdict: _Verdict
    """Logits real (N,), fake (N,) -> the probability "real" that D gives to each, (N,) and (N,) in [0, 1] or NaN."""

    by_rank: bool = False
    """Whether D's skill is judged by its ranks alone: however right it is, no probability comes near 0 or 1."""

    comparing: bool = False
    """Whether a logit says something only beside another of its class: there is no midpoint between real and fake."""

    penalised: bool = False
    """Whether D is held 1-Lipschitz by `interpolate_penalty`, weighted by gp_weight."""


def _sigmoid_verdict(*, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    return torch.sigmoid(real), torch.sigmoid(fake)


def _clamped_verdict(*, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    # With real coded 1 and fake 0 the least squares optimum is p(real | x) itself (Mao et al. 2017, eq. 5)
    return real.clamp(0.0, 1.0), fake.clamp(0.0, 1.0)


def _paired_verdict(*, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    # Of a pair: how sure D is that the real one is the more real
    return torch.sigmoid(real - fake), torch.sigmoid(fake - real)


def _no_verdict(*, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    # A critic measures a distance: its numbers have no zero and no probability
    return torch.full_like(real, torch.nan), torch.full_like(fake, torch.nan)


LOSSES_BY_NAME: dict[str, Loss] = {
    "bce": Loss(bce_d, bce_g, _sigmoid_verdict),
    "minimax": Loss(bce_d, minimax_g, _sigmoid_verdict),
    "hinge": Loss(hinge_d, hinge_g, _sigmoid_verdict, by_rank=True),
    "lsgan": Loss(lsgan_d, lsgan_g, _clamped_verdict),
    "wgan-gp": Loss(wgan_d, wgan_g, _no_verdict, by_rank=True, comparing=True, penalised=True),
    "relativistic": Loss(relativistic_d, relativistic_g, _paired_verdict, comparing=True),
}


def get_loss(name: str) -> Loss:
    """The loss of that name; ConfigError lists those there are."""
    if name not in LOSSES_BY_NAME:
        raise ConfigError(
            say("unknown loss {name}: there are {list}", name=repr(name), list=Listing(list(LOSSES_BY_NAME)))
        )
    return LOSSES_BY_NAME[name]
