"""A look at every class: is it read as asked, in as many ways as real ones are drawn, and how far from them on average?

Diversity is the mean distance in pixels between two pictures of a class, over that of real ones: it needs no
classifier, so it judges any data. Accuracy needs a reader, which there is for handwritten digits only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import pdist

from gan.config import Config
from gan.data import SOURCES, Dataset, to_float
from gan.judges.classifier import Classifier, load_classifier

SAMPLE = 256  # real pictures a class behind the diversity of real data


@dataclass(frozen=True)
class Check:
    """A look at the EMA generator's pictures, class by class; NaN where something could not be judged.

    Attributes:
        images: real images shown to D so far.
        classes: the names, in the order of the rows.
        accuracy: share that the reader reads as the class asked for; all NaN without a reader or without conditions.
        diversity: mean pixel distance of two pictures, over that of two real ones: 0 all alike, 1 as in the data.
        distance: squared distance of the mean picture to the real one, over how far real classes lie apart: 0 is best.
        shares: share of the pictures that the reader reads as each of its classes; empty without a reader.
        judged: False where there is no reader for this data, and so no accuracy.
        count: pictures that were looked at.
    """

    images: int
    classes: tuple[str, ...]
    accuracy: tuple[float, ...]
    diversity: tuple[float, ...]
    distance: tuple[float, ...]
    shares: tuple[float, ...] = ()
    judged: bool = True
    count: int = 0

    @property
    def overall_accuracy(self) -> float:
        """Mean over the classes that were judged."""
        return mean_known(self.accuracy)

    @property
    def overall_diversity(self) -> float:
        """Mean over the classes."""
        return mean_known(self.diversity)

    @property
    def overall_distance(self) -> float:
        """Mean over the classes."""
        return mean_known(self.distance)

    def describe(self) -> str:
        """One line for people: overall figures and the worst class of each."""
        found = []
        for what, values in (("accuracy", self.accuracy), ("diversity", self.diversity)):
            known = [(value, name) for value, name in zip(values, self.classes, strict=True) if value == value]
            if known:
                low, name = min(known)
                least = f" (least {name}: {low:.0%})" if len(known) > 1 else ""
                found.append(f"class {what} {mean_known(values):.0%}{least}")
        if not self.judged:
            found.append("no reader for this data, so no accuracy")
        return f"{self.images:,} images: {', '.join(found)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON: null for NaN, one entry a class under its name."""
        rows = {}
        for name in ("accuracy", "diversity", "distance"):
            rows[f"{name}_by_class"] = dict(zip(self.classes, map(round_known, getattr(self, name)), strict=True))
        return {
            "images": self.images,
            "judged": self.judged,
            "count": self.count,
            "accuracy": round_known(self.overall_accuracy),
            "diversity": round_known(self.overall_diversity),
            "distance": round_known(self.overall_distance),
            **rows,
            "shares": [round_known(share) for share in self.shares],
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> "Check":
        """Build a check from `to_dict`'s output; KeyError, TypeError or ValueError when it is something else."""
        accuracy, diversity, distance = (
            tuple(read_number(value) for value in row[f"{name}_by_class"].values())
            for name in ("accuracy", "diversity", "distance")
        )
        return cls(
            int(row["images"]),
            tuple(row["diversity_by_class"]),
            accuracy,
            diversity,
            distance,
            tuple(row["shares"]),
            judged=bool(row["judged"]),
            count=int(row["count"]),
        )


def measure_spread(pictures: Tensor) -> float:
    """Mean Euclidean distance between two of the pictures (N, 1, H, W), in their own units; NaN for fewer than two."""
    if len(pictures) < 2:
        return math.nan
    return float(pdist(pictures.flatten(1).float()).double().mean())


def load_reader(config: Config, device: torch.device | str = "cpu") -> Classifier | None:
    """The shipped classifier where the run's data are handwritten digits, else None; ClassifierError if damaged."""
    return load_classifier(device) if SOURCES[config.dataset].same_digits else None


class Reader(Protocol):
    """What reads pictures (N, 1, 28, 28) in [-1, 1]: `read` gives the probabilities of ten digits, (N, 10)."""

    def read(self, images: Tensor) -> Tensor:
        """(N, 1, 28, 28) -> (N, 10)."""
        ...


class Checker:
    """Looks at pictures of a run on `dataset`, class by class, and judges nothing; `reader` as `load_reader` gives it.

    Attributes:
        names: the classes, ("any",) for a run without conditions.
        real_shares: share of each class in the real data, for a generator without conditions that is read; else empty.
    """

    def __init__(self, config: Config, dataset: Dataset, reader: Reader | None) -> None:
        self.reader, self.conditional = reader, not config.unconditional
        labels = dataset.labels if self.conditional else torch.zeros_like(dataset.labels)
        self.names = tuple(dataset.class_names) if self.conditional else ("any",)
        rng = torch.Generator().manual_seed(config.seed)
        spread, means = [], []
        for y in range(len(self.names)):
            rows = (labels == y).nonzero()[:, 0]
            chosen = to_float(dataset.images[rows[torch.randperm(len(rows), generator=rng)[:SAMPLE]]])
            spread.append(measure_spread(chosen))
            means.append(chosen.mean(0) if len(chosen) else torch.full((1, 28, 28), math.nan))
        self.spread, self.means = spread, torch.stack(means)  # C numbers; (C, 1, 28, 28)
        between = (self.means - self.means.nanmean(0)).square().nanmean()
        within = torch.tensor((self.spread[0]) ** 2 / (2 * 28 * 28))
        self.scale = float(between if len(self.names) > 1 else within)  # one class: variance of a pixel within it
        self.real_shares: tuple[float, ...] = ()
        if reader and not self.conditional:
            self.real_shares = tuple((torch.bincount(dataset.labels, minlength=10) / len(dataset)).tolist())

    def look(self, images: int, pictures: Tensor, labels: Tensor) -> Check:
        """The figures of these pictures, class by class."""
        pictures, labels = pictures.detach().float().cpu(), labels.cpu()
        read = self.reader.read(pictures).argmax(1) if self.reader else None
        accuracy, diversity, distance = [], [], []
        for y in range(len(self.names)):
            own = labels == y
            known = read is not None and self.conditional and bool(own.any())
            accuracy.append(float((read[own] == y).float().mean()) if read is not None and known else math.nan)
            real = self.spread[y]
            diversity.append(measure_spread(pictures[own]) / real if real else math.nan)
            apart = (pictures[own].mean(0) - self.means[y]).square().mean() if bool(own.any()) else math.nan
            distance.append(float(apart) / self.scale if self.scale else math.nan)
        shares: tuple[float, ...] = ()
        if read is not None:
            shares = tuple((torch.bincount(read, minlength=10) / max(1, len(read))).tolist())
        return Check(
            images,
            self.names,
            tuple(accuracy),
            tuple(diversity),
            tuple(distance),
            shares,
            judged=self.reader is not None,
            count=len(pictures),
        )


def mean_known(values: Sequence[float]) -> float:
    """The mean of those that are numbers; NaN where none is."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def round_known(value: float, places: int = 4) -> float | None:
    """As it goes into JSON: None for what is not finite."""
    return round(value, places) if math.isfinite(value) else None


def read_number(value: Any) -> float:
    """As it comes from JSON: NaN for None."""
    return math.nan if value is None else float(value)
