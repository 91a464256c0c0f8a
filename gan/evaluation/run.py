"""Every measure in order, as one Report.

One shuffle of the training split decides everything: generated image i is asked for the class of training
image i, and the figure for generated images 0..n stands beside the same figure for training images 0..n. So
both columns have the same classes in the same numbers, and the right one is what a perfect generator would
reach. A generator that was trained without classes is asked for none, and what needs one is left out.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from gan.data import to_float
from gan.drawing.generator import Generator
from gan.errors import say
from gan.evaluation import cas, classes, cost, inception, memory, metrics, style
from gan.evaluation.classes import ClassRow, ShareRow
from gan.evaluation.samples import SampleError, Samples, draw_samples
from gan.judges.classifier import Classifier
from gan.judges.fitting import Schedule

__all__ = ["FULL", "QUICK", "Figure", "Plan", "Report", "count_name", "evaluate"]


@dataclass(frozen=True)
class Plan:
    """How much is measured. Where there are fewer digits than said here, all are taken; the name says so.

    Attributes:
        drawn: digits for FID, KID, Inception Score and the table of classes.
        manifold: digits for class accuracy, precision, recall, density, coverage and memorisation.
        learned: digits that each CAS classifier is trained on.
        cas_seeds: seeds of those classifiers.
        cas_schedule: how they are trained.
        styles: draws of z for the style correlation, each as every class.
        inception: digits for Inception-FID, when asked for.
        kid_subset: digits in one of KID's subsets.
        neighbours: k of precision, recall, density and coverage.
        least: fewest samples that are judged at all.
    """

    drawn: int = 60_000
    manifold: int = 10_000
    learned: int = 60_000
    cas_seeds: tuple[int, ...] = (0, 1, 2)
    cas_schedule: Schedule = cas.SCHEDULE
    styles: int = 1_000
    inception: int = 10_000
    kid_subset: int = 1_000
    neighbours: int = 5
    least: int = 2_000


FULL = Plan()
QUICK = Plan(drawn=10_000, manifold=5_000, learned=10_000, cas_seeds=(0,), styles=300, inception=2_000)


@dataclass(frozen=True)
class Figure:
    """One number, and the number that real training digits get.

    Attributes:
        name: with the count of samples: `fid_60k`.
        value: of the generated images; None where it could not be measured, see Report.not_applicable.
        real: of as many training images; None where the question makes no sense for them.
        range: the least and the most that one seed got, where value is the mean over several.
        real_range: the same of real.
        better: "up", "down" or "one" (best at 1), or "" for a plain fact.
        unit: "%" for shares, which are stored 0..1; "ms"; else "".
    """

    name: str
    value: float | None
    real: float | None = None
    range: tuple[float, float] | None = None
    real_range: tuple[float, float] | None = None
    better: str = "up"
    unit: str = ""


@dataclass
class Report:
    """What `evaluate` found. Figures come in the order in which people read them.

    Attributes:
        figures: the numbers.
        classes: a row a class, of what was asked for by class.
        shares: a row a class, of a generator that was trained without classes.
        not_applicable: what is missing, and why.
        failures: what was raised where a part could not be measured for a mistake of ours.
    """

    figures: list[Figure] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)
    shares: list[ShareRow] = field(default_factory=list)
    not_applicable: dict[str, str] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures by name, the rows of classes, and why something is missing."""
        return {
            "figures": {
                figure.name: {key: value for key, value in asdict(figure).items() if key != "name"}
                for figure in self.figures
            },
            "classes": [asdict(row) for row in self.classes],
            "shares": [asdict(row) for row in self.shares],
            "not_applicable": self.not_applicable,
        }


def count_name(count: int) -> str:
    """60000 -> "60k"; 8123 -> "8123"."""
    return f"{count // 1000}k" if count >= 1000 and count % 1000 == 0 else str(count)


def evaluate(
    subject: Generator | Samples,
    *,
    train: Samples,
    test: Samples,
    classifier: Classifier,
    plan: Plan = FULL,
    seed: int = 0,
    truncation: float = 1.0,
    with_inception: bool = False,
) -> Report:
    """Measure a generator, or samples that somebody else drew.

    Args:
        subject: what is judged.
        train: the real training split: classes to ask for, the ceiling, and what might have been memorised.
        test: the real test split, which everything is compared with.
        classifier: whose features are the space, and whose classes are those of train and test.
        plan: how much.
        seed: of z, of the shuffles and of random subsets.
        truncation: psi, for a generator.
        with_inception: Inception-FID too.

    Returns:
        The same numbers each time, milliseconds aside.

    Raises:
        SampleError: too few images of a class; before any is drawn.
    """
    train, test = train.shuffled(seed), test.shuffled(seed)
    names = classifier.class_names
    blind = isinstance(subject, Generator) and subject.config.unconditional
    wanted = max(plan.drawn, plan.manifold, plan.learned)
    if isinstance(subject, Samples):
        fake = subject.shuffled(seed).first(wanted)
        labels = fake.labels
    else:
        labels = torch.zeros_like(train.labels[:wanted]) if blind else train.labels[:wanted]
    drawn = min(plan.drawn, len(labels), len(train))
    if not blind:
        for part, what in ((test.labels, "test"), (train.labels[:drawn], "training"), (labels[:drawn], "judged")):
            _check_classes(part, names, what)
    if isinstance(subject, Generator):
        fake = draw_samples(subject, labels, seed=seed, truncation=truncation, title="drawing")
    bench = _Bench(subject, fake, train, test, classifier, plan, seed, truncation, drawn, blind)
    if blind:
        why = "trained without classes: none was asked for, so none can be missed"
        bench.report.not_applicable |= dict.fromkeys(("class accuracy", "CAS", "style", "rows by class"), why)
    phases: list[tuple[str, Callable[[], None]]] = [
        ("reading", bench.reading),
        ("FID, KID", bench.distances),
        ("precision, recall, density, coverage", bench.manifolds),
        ("CAS", bench.learning),
        ("memorisation", bench.copying),
        ("classes", bench.by_class),
        ("style, cost", bench.writing),
    ]
    if with_inception:
        phases.append(("Inception-FID", bench.looking))
    with tqdm(phases, unit="part") as bar:
        for name, measure in bar:
            bar.set_description(name)
            try:
                measure()
            except Exception as error:  # a mistake of ours in one part loses no other
                said = str(error).splitlines()[0] if str(error) else "no message"
                bench.report.not_applicable[name] = f"failed: {type(error).__name__}: {said}"
                bench.report.failures.append(error)
    return bench.report


@dataclass
class _Bench:
    """What is measured on: digits of three kinds, what the reader sees in them, and the Report that grows.

    near: digits of the metrics that compare neighbours; learned: of CAS; seen: features (N, F) and logits (N, C).
    """

    subject: Generator | Samples
    fake: Samples
    train: Samples
    test: Samples
    classifier: Classifier
    plan: Plan
    seed: int
    truncation: float
    drawn: int
    blind: bool
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.names = self.classifier.class_names
        self.near = min(self.plan.manifold, len(self.fake), len(self.train), len(self.test))
        self.learned = min(self.plan.learned, len(self.fake), len(self.train))
        self.fake_seen = _observe(self.classifier, self.fake.first(self.drawn), "reading generated images")
        self.real_seen = _observe(self.classifier, self.train.first(self.drawn), "reading training images")
        self.test_seen = _observe(self.classifier, self.test, "reading test images")

    def add(self, name: str, value: float | None, real: float | None = None, **more: Any) -> None:
        """A figure to the report."""
        self.report.figures.append(Figure(name, value, real, **more))

    def reading(self) -> None:
        """Class accuracy and Inception Score."""
        right: list[float | None] = [
            (seen[1][: self.near].argmax(dim=1) == asked[: self.near]).double().mean().item()
            for seen, asked in ((self.fake_seen, self.fake.labels), (self.real_seen, self.train.labels))
        ]
        self.add(f"class_accuracy_{count_name(self.near)}", *([None, None] if self.blind else right), unit="%")
        scores = [metrics.inception_score(seen[1], seed=self.seed) for seen in (self.fake_seen, self.real_seen)]
        self.add(f"inception_score_{count_name(self.drawn)}", *scores)

    def distances(self) -> None:
        """FID and KID."""
        features = (self.fake_seen[0], self.real_seen[0])
        fids = [metrics.fid(real=self.test_seen[0], fake=part) for part in features]
        self.add(f"fid_{count_name(self.drawn)}", *fids, better="down")
        size = min(self.plan.kid_subset, self.drawn, len(self.test))
        kids = [metrics.kid(real=self.test_seen[0], fake=part, seed=self.seed, subset_size=size) for part in features]
        self.add(f"kid_{count_name(self.drawn)}", *kids, better="down")

    def manifolds(self) -> None:
        """Precision, recall, density, coverage."""
        found = [
            metrics.manifold(
                real=self.test_seen[0][: self.near], fake=seen[0][: self.near], neighbours=self.plan.neighbours
            )
            for seen in (self.fake_seen, self.real_seen)
        ]
        for name in ("precision", "recall", "density", "coverage"):
            unit = "" if name == "density" else "%"
            better = "one" if name == "density" else "up"
            self.add(f"{name}_{count_name(self.near)}", *(getattr(m, name) for m in found), better=better, unit=unit)

    def learning(self) -> None:
        """CAS."""
        if self.blind:
            self.add(f"cas_{count_name(self.learned)}", None, unit="%")
            return
        tasks = [(self.fake.first(self.learned), "CAS, generated"), (self.train.first(self.learned), "CAS, real")]
        values = [
            cas.classification_accuracy(
                part,
                self.test,
                seeds=self.plan.cas_seeds,
                classes=len(self.names),
                schedule=self.plan.cas_schedule,
                device=self.classifier.device,
                title=title,
            )
            for part, title in tasks
        ]
        ranges = [(min(scores), max(scores)) if len(scores) > 1 else None for scores in values]
        value, real = (statistics.mean(scores) for scores in values)
        self.add(f"cas_{count_name(self.learned)}", value, real, range=ranges[0], real_range=ranges[1], unit="%")

    def copying(self) -> None:
        """Memorisation."""
        of_test = memory.nearest_distances(
            self.test.images[: self.near], self.train.images, title="nearest to test images"
        )
        of_fake = memory.nearest_distances(
            self.fake.images[: self.near], self.train.images, title="nearest to generated images"
        )
        found, fresh = (
            memory.remember(test=of_test, fake=of_fake),
            memory.remember(test=of_test, fake=of_test),
        )
        self.add(f"nearest_ratio_{count_name(self.near)}", found.ratio, fresh.ratio, better="one")
        self.add(f"suspiciously_close_{count_name(self.near)}", found.close, fresh.close, better="down", unit="%")

    def by_class(self) -> None:
        """The table of classes, or of shares."""
        if self.blind:
            self.report.shares = classes.share_rows(real=self.real_seen[1], fake=self.fake_seen[1], names=self.names)
            return
        self.report.classes = classes.class_rows(
            real=(*self.real_seen, self.train.labels[: self.drawn]),
            fake=(*self.fake_seen, self.fake.labels[: self.drawn]),
            test=(self.test_seen[0], self.test.labels),
            names=self.names,
            neighbours=self.plan.neighbours,
        )
        least = metrics.least_compared(self.plan.neighbours)
        for row in self.report.classes:
            if row.compared < least:
                why = f"{row.compared} images of the class can be compared; {least} are the least"
                self.report.not_applicable[f"recall and coverage of {row.name}"] = why

    def writing(self) -> None:
        """One z as every class, and what one digit costs."""
        if isinstance(self.subject, Samples):
            self.report.not_applicable["style"] = "samples do not say which of them share a z"
            self.report.not_applicable["cost"] = "there is no model"
            return
        found: dict[str, float | None] = dict.fromkeys(style.MEASURED)
        if self.subject.num_classes > 1:
            found = {**style.handwriting(self.subject, self.plan.styles, seed=self.seed, truncation=self.truncation)}
        elif not self.blind:
            self.report.not_applicable["style"] = "there is one class"
        for name, value in found.items():
            self.add(f"style_{name}_{count_name(self.plan.styles)}", value)
        parameters = sum(parameter.numel() for parameter in self.subject.network.parameters())
        self.add("parameters", parameters, better="")
        self.add("multiply_adds", cost.multiply_adds(self.subject), better="")
        if self.subject.device.type != "cpu":
            self.report.not_applicable["milliseconds"] = "they are those of one CPU thread; leave out --device"
            return
        for count in (1, 10):
            self.add(f"ms_{count}", cost.milliseconds(self.subject, count), better="", unit="ms")

    def looking(self) -> None:
        """FID in Inception's features."""
        parts = [s.first(self.plan.inception) for s in (self.fake, self.train, self.test)]
        values = [inception.inception_fid(part, parts[2]) for part in parts[:2]]
        self.add(f"inception_fid_{count_name(len(parts[0]))}", *values, better="down")


def _check_classes(labels: Tensor, names: Sequence[str], what: str) -> None:
    """Distances within a class need two images of it."""
    for name, count in zip(names, labels.bincount(minlength=len(names)).tolist(), strict=True):
        if count < 2:
            raise SampleError(
                say(
                    "class {name} has {count} of the {all} {what} images; 2 are the least.",
                    name=name,
                    count=count,
                    all=len(labels),
                    what=what,
                )
            )


def _observe(classifier: Classifier, samples: Samples, title: str) -> tuple[Tensor, Tensor]:
    """Features (N, F) and logits (N, C) of samples, with a progress bar."""
    parts = [
        classifier.observe(to_float(batch))
        for batch in tqdm(samples.images.split(1000), desc=title, unit="batch", leave=False)
    ]
    return torch.cat([features for features, _ in parts]), torch.cat([logits for _, logits in parts])
