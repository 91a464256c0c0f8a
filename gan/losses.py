"""Adversarial losses and gradient penalties: pure functions of logits and gradients.

Everything is in the softplus form, log(1 + exp(x)), which neither overflows nor loses its gradient at logits of
+-100 (a sigmoid followed by log does both). Real comes before fake, and both are keyword-only.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def relativistic_d(*, real: Tensor, fake: Tensor) -> Tensor:
    """D's relativistic pairing loss, E[softplus(-(D(x) - D(G(z))))]; logits (N,) each -> scalar.

    Jolicoeur-Martineau 2018, arXiv:1807.00734; in this pairing form Huang et al. 2024, arXiv:2501.05441, eq. 2.
    """
    return F.softplus(fake - real).mean()


def relativistic_g(*, real: Tensor, fake: Tensor) -> Tensor:
    """G's side of `relativistic_d`: E[softplus(-(D(G(z)) - D(x)))]; logits (N,) each -> scalar."""
    return F.softplus(real - fake).mean()


def mismatch_d(*, right: Tensor, wrong: Tensor, differ: Tensor) -> Tensor:
    """D's loss on real images under the wrong class, paired with real images of that class; (N,) each -> scalar.

    `right` are logits of real images of class y, `wrong` of real images judged as the same y although they are not;
    `differ` (bool) is False where the two happen to be of one class. The matching-aware term of Reed et al. 2016,
    arXiv:1605.05396, alg. 1, in relativistic form.
    """
    return (F.softplus(wrong - right) * differ).sum() / differ.sum().clamp_min(1)


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


def style_disagreement(*, first: Tensor, second: Tensor) -> Tensor:
    """1 - Pearson correlation over a batch, averaged over the columns; (N, K), (N, K) -> scalar in [0, 2].

    Row i of `first` and of `second` measure one z drawn as two classes, already standardized within their classes.
    """
    a = first - first.mean(0)
    b = second - second.mean(0)
    r = (a * b).mean(0) * torch.rsqrt(a.square().mean(0) * b.square().mean(0) + 1e-6)
    return (1.0 - r).mean()
