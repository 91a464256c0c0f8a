"""Classification accuracy score: what can be learned from generated digits alone (Ravuri & Vinyals 2019,
arXiv:1905.10887).

A fresh classifier is trained on generated digits and the classes they were asked for, then reads real test
digits. It falls short wherever digits are wrong, missing or too alike, so one number sums up fidelity and
diversity. Nothing looks at the test set but the last line: the schedule is fixed, with no stopping and no
choosing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from gan.evaluation.samples import Samples
from gan.judges.fitting import Schedule, accuracy, fit

__all__ = ["SCHEDULE", "classification_accuracy"]

# No jitter: what a digit's neighbours look like is for the generator to know.
SCHEDULE = Schedule(epochs=4, batch=128, dropout=0.5, shift=0, turn=0, scale=0, shear=0)


def classification_accuracy(
    samples: Samples,
    test: Samples,
    *,
    seeds: Sequence[int],
    classes: int = 10,
    schedule: Schedule = SCHEDULE,
    device: torch.device | str = "cpu",
    title: str = "CAS",
) -> list[float]:
    """Train one classifier a seed on samples; the share of test that each reads right, 0..1."""
    return [
        accuracy(
            fit(
                samples.images,
                samples.labels,
                schedule,
                seed=seed,
                classes=classes,
                device=device,
                title=f"{title}, seed {seed}",
            ),
            test.images,
            test.labels,
        )
        for seed in seeds
    ]
