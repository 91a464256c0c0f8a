"""Distances between two sets of digits, as functions of their features: no file, no network, no state.

The formulas are torch-fidelity's and prdc's; here they get one convention (real before fake, float64 where
sums are long) and are kept quiet. Sources: FID, Heusel et al. 2017, arXiv:1706.08500, eq. 6 · KID, Binkowski
et al. 2018, arXiv:1801.01401, eq. 4 · Inception Score, Salimans et al. 2016, arXiv:1606.03498, sec. 4 ·
precision and recall, Kynkaanniemi et al. 2019, arXiv:1904.06991, eq. 1 and 2 · density and coverage, Naeem et
al. 2020, arXiv:2002.09797, sec. 3.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from prdc import compute_prdc
from torch import Tensor
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, isc_features_to_metric
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

__all__ = ["Manifold", "fid", "inception_score", "kid", "least_compared", "manifold"]


def fid(*, real: Tensor, fake: Tensor) -> float:
    """Frechet distance of the Gaussians fitted to features (N, F) and (M, F); 0 for equal moments."""
    moments = [fid_features_to_statistics(features.double()) for features in (real, fake)]
    # Rounding can leave -1e-12 for equal sets.
    return max(0.0, float(fid_statistics_to_metric(*moments, verbose=False)[KEY_METRIC_FID]))


def kid(*, real: Tensor, fake: Tensor, seed: int, subsets: int = 100, subset_size: int = 1000) -> float:
    """Unbiased squared MMD under (x.y / F + 1)^3, mean over random subsets; one source gives about 0."""
    found = kid_features_to_metric(
        real.double(),
        fake.double(),
        kid_subsets=subsets,
        kid_subset_size=subset_size,
        rng_seed=seed,
        verbose=False,
    )
    return float(found[KEY_METRIC_KID_MEAN])


def inception_score(logits: Tensor, *, seed: int, splits: int = 10) -> float:
    """Exp of E KL(p(y|x) || p(y)), from logits (N, C): 1 when nothing is told apart, C when all is sure."""
    return float(isc_features_to_metric(logits, splits=splits, shuffle=True, rng_seed=seed)[KEY_METRIC_ISC_MEAN])


@dataclass(frozen=True)
class Manifold:
    """How two clouds of points cover each other; a point's ball reaches to its k-th neighbour of its own.

    Attributes:
        precision: share of fakes inside some real ball: are they real digits?
        recall: share of reals inside some fake ball: is all of the real there?
        density: how many real balls hold a fake, over k: above 1 where fakes crowd the middle.
        coverage: share of real balls that hold a fake.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def least_compared(neighbours: int) -> int:
    """The fewest features on a side that `manifold` takes: prdc counts a point among its neighbours, and one more."""
    return neighbours + 2


def manifold(*, real: Tensor, fake: Tensor, neighbours: int = 5) -> Manifold:
    """Precision, recall, density and coverage of features (N, F) and (M, F); N and M should be equal.

    ValueError for fewer than `least_compared` on either side.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # prdc prints its counts
        found = compute_prdc(real.float().numpy(), fake.float().numpy(), nearest_k=neighbours)
    return Manifold(**{name: float(value) for name, value in found.items()})
