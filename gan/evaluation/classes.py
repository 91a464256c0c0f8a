"""The table of classes: is each drawn as asked, and in as many ways as people write it?

A generator that was trained without classes is asked for none; there the table is the share of each class among what
it draws, as the reader sees it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from gan.evaluation.metrics import Manifold, least_compared, manifold

__all__ = ["ClassRow", "ShareRow", "class_rows", "diversity", "share_rows"]

IGNORED_BELOW = 0.5  # of a class's images read as asked
COLLAPSED_BELOW = 0.5  # of the real diversity
COVERED_BELOW = 0.2  # of the real images' neighbourhoods
RARE_BELOW = 0.5  # of the real share
MISSING_BELOW = 0.05  # of the real share


@dataclass(frozen=True)
class ClassRow:
    """One class.

    Attributes:
        label: 0..C - 1.
        name: what the class is called.
        count: generated images of this class that were read.
        compared: images of the class on each side of the figures below: as many as the fewest are.
        accuracy: share of them that the classifier reads as asked.
        accuracy_real: the same of training images.
        recall, coverage: within the class, against the test images of the class; None where too few are compared.
        recall_real, coverage_real: the same of training images.
        diversity: mean distance between two generated images of the class, over that of two test images; None where
            these are all alike.
        diversity_real: the same of training images.
        verdict: "ok", "ignored" (most are read as another class), "collapsed" (far too alike), or "too few" where
            nothing tells whether it is.
    """

    label: int
    name: str
    count: int
    compared: int
    accuracy: float
    accuracy_real: float
    recall: float | None
    recall_real: float | None
    coverage: float | None
    coverage_real: float | None
    diversity: float | None
    diversity_real: float | None
    verdict: str


@dataclass(frozen=True)
class ShareRow:
    """One class of a generator that was trained without classes.

    Attributes:
        label: 0..C - 1.
        name: what the class is called.
        count: generated images that the classifier reads as this class.
        share: of all generated images, 0..1.
        share_real: the same of training images.
        verdict: "ok", "rare" (less than half of the real share) or "missing" (less than a twentieth).
    """

    label: int
    name: str
    count: int
    share: float
    share_real: float
    verdict: str


def share_rows(*, real: Tensor, fake: Tensor, names: Sequence[str]) -> list[ShareRow]:
    """A row a class, from the logits of training images (N, C) and of generated ones (M, C)."""
    counts = [logits.argmax(dim=1).bincount(minlength=len(names)) for logits in (real, fake)]
    rows = []
    for label, name in enumerate(names):
        of_real, of_fake = (int(count[label]) for count in counts)
        share_real, share = of_real / len(real), of_fake / len(fake)
        verdict = "ok"
        if share < MISSING_BELOW * share_real:
            verdict = "missing"
        elif share < RARE_BELOW * share_real:
            verdict = "rare"
        rows.append(ShareRow(label, name, of_fake, share, share_real, verdict))
    return rows


def diversity(*, real: Tensor, fake: Tensor) -> float | None:
    """Mean pairwise distance of fake features (N, F), over that of real ones (M, F): 0 when all are one.

    None where it is no number: of fewer than two, or where the real ones are all one.
    """
    found = (F.pdist(fake).double().mean() / F.pdist(real).double().mean()).item()
    return found if math.isfinite(found) else None


def _judge(accuracy: float, variety: float | None, covered: float | None) -> str:
    """The verdict on a class."""
    if accuracy < IGNORED_BELOW:
        return "ignored"
    if (variety is not None and variety < COLLAPSED_BELOW) or (covered is not None and covered < COVERED_BELOW):
        return "collapsed"
    return "too few" if variety is None or covered is None else "ok"


def class_rows(
    *,
    real: tuple[Tensor, Tensor, Tensor],
    fake: tuple[Tensor, Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    names: Sequence[str],
    neighbours: int,
) -> list[ClassRow]:
    """A row a class, in order of the labels.

    Args:
        real: training images: features (N, F), logits (N, C), labels (N,), each class at least twice.
        fake: generated images: the same, labels being the class asked for.
        test: test images: features (M, F), labels (M,).
        names: of the C classes.
        neighbours: k of recall and coverage, which need more than k + 1 images of a class on each side.
    """
    rows = []
    for label, name in enumerate(names):
        held = test[0][test[1] == label]
        chosen = [features[labels == label] for features, _, labels in (real, fake)]
        right = [
            (logits[labels == label].argmax(dim=1) == label).double().mean().item()
            for _, logits, labels in (real, fake)
        ]
        # Equal counts: recall and coverage change with the number of points.
        count = min(len(held), *(len(features) for features in chosen))
        found: list[Manifold | None] = [None, None]
        if count >= least_compared(neighbours):
            found = [manifold(real=held[:count], fake=part[:count], neighbours=neighbours) for part in chosen]
        (recall_real, recall), (coverage_real, coverage) = (
            [getattr(one, name) if one else None for one in found] for name in ("recall", "coverage")
        )
        variety_real, variety = (diversity(real=held[:count], fake=part[:count]) for part in chosen)
        rows.append(
            ClassRow(
                label=label,
                name=name,
                count=len(chosen[1]),
                compared=count,
                accuracy=right[1],
                accuracy_real=right[0],
                recall=recall,
                recall_real=recall_real,
                coverage=coverage,
                coverage_real=coverage_real,
                diversity=variety,
                diversity_real=variety_real,
                verdict=_judge(right[1], variety, coverage),
            )
        )
    return rows
