"""The table of ten rows: is each class drawn as asked, and in as many ways as people write it?"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan.evaluation.metrics import Manifold, manifold

__all__ = ["ClassRow", "class_rows", "diversity"]

IGNORED_BELOW = 0.5  # of a class's digits read as asked
COLLAPSED_BELOW = 0.5  # of the real diversity
COVERED_BELOW = 0.2  # of the real digits' neighbourhoods


@dataclass(frozen=True)
class ClassRow:
    """One class.

    Attributes:
        digit: 0..9.
        count: generated digits of this class that were read.
        accuracy: share of them that the classifier reads as asked.
        accuracy_real: the same of training digits.
        recall, coverage: within the class, against the test digits of the class.
        recall_real, coverage_real: the same of training digits.
        diversity: mean distance between two generated digits of the class, over that of two test digits.
        diversity_real: the same of training digits.
        verdict: "ok", "ignored" (most are read as another digit) or "collapsed" (far too alike).
    """

    digit: int
    count: int
    accuracy: float
    accuracy_real: float
    recall: float
    recall_real: float
    coverage: float
    coverage_real: float
    diversity: float
    diversity_real: float
    verdict: str


def diversity(*, real: Tensor, fake: Tensor) -> float:
    """Mean pairwise distance of fake features (N, F), over that of real ones (M, F): 0 when all are one."""
    return (F.pdist(fake).double().mean() / F.pdist(real).double().mean()).item()


def class_rows(
    *,
    real: tuple[Tensor, Tensor, Tensor],
    fake: tuple[Tensor, Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    neighbours: int,
) -> list[ClassRow]:
    """Ten rows, in order of the digits.

    Args:
        real: training digits: features (N, F), logits (N, 10), labels (N,).
        fake: generated digits: the same, labels being the class asked for.
        test: test digits: features (M, F), labels (M,).
        neighbours: k of recall and coverage, made smaller for a class with fewer digits than that.
    """
    rows = []
    for digit in range(10):
        held = test[0][test[1] == digit]
        chosen = [features[labels == digit] for features, _, labels in (real, fake)]
        right = [
            (logits[labels == digit].argmax(dim=1) == digit).double().mean().item()
            for _, logits, labels in (real, fake)
        ]
        # Equal counts: recall and coverage change with the number of points.
        count = min(len(held), *(len(features) for features in chosen))
        k = max(1, min(neighbours, count - 1))
        found: list[Manifold] = [manifold(real=held[:count], fake=part[:count], neighbours=k) for part in chosen]
        spread = [diversity(real=held[:count], fake=part[:count]) for part in chosen]
        verdict = "ok"
        if right[1] < IGNORED_BELOW:
            verdict = "ignored"
        elif spread[1] < COLLAPSED_BELOW or found[1].coverage < COVERED_BELOW:
            verdict = "collapsed"
        rows.append(
            ClassRow(
                digit=digit,
                count=len(chosen[1]),
                accuracy=right[1],
                accuracy_real=right[0],
                recall=found[1].recall,
                recall_real=found[0].recall,
                coverage=found[1].coverage,
                coverage_real=found[0].coverage,
                diversity=spread[1],
                diversity_real=spread[0],
                verdict=verdict,
            )
        )
    return rows
