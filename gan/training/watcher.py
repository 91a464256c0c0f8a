"""Training watches itself: alarms when D has won or lost, gradients explode, a class is ignored or looks one way.

Notable choices
- Two sources: the numbers of a step (`on_step`), smoothed over WINDOW images, and a look at pictures of every class
  (`on_check`). Windows are in images, so that the batch does not matter; nothing fires on an untrained G.
- An alarm needs a condition that lasts, rings once, and can ring again only after the run was well in between: the
  limit to be well again is kinder than the limit to be ill.
- D that is nearly always right is no alarm while the pictures still improve: with a weak penalty that is a good run.
- Gradients are compared with the run's own: their size means nothing across losses and networks.
- Diversity is the mean distance in pixels between two pictures of a class, over that of real ones: it needs no
  classifier, so it judges any data. Accuracy needs a reader, which there is for handwritten digits only.
- All state is a few numbers (`state_dict`), so that a resumed run does not ring twice.

    python -m gan.watch runs/digits        # replay a run's log.jsonl and checks.jsonl: what rings, and when
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import pdist

from gan.config import LOSSES, Config
from gan.data import SOURCES, Dataset, to_float
from gan.judges.classifier import Classifier, load_classifier
from gan.training.observer import Progress

SAMPLE = 256  # real pictures a class behind the diversity of real data

# All in real images shown to D
WINDOW = 50_000  # over which the numbers of a step are averaged
MEMORY = 500_000  # over which a gradient's usual size is learned
GRACE = 60_000  # before which nothing is judged: about one pass over MNIST
WON_FOR = 50_000
LOST_FOR = 100_000
EXPLODED_FOR = 10_000
CLASS_TIME = 200_000  # before which no class counts as ignored or missing
LOOK_TIME = 100_000  # before which no class counts as collapsed
IMPROVED_WITHIN = 100_000  # pictures that got better within so many images are still improving

SURE = 0.98  # the probability that a D which has won gives real images; 1 - SURE for fakes
RANKS = 0.995  # the share of pairs that it ranks right, for losses whose D gives no such probability
CHANCE = 0.55  # a D below this share of pairs does no better than a coin
WANDERED = 10.0  # mean logit of real and fake together; below 3 in healthy runs
STARVED = 0.01  # of its usual size: a gradient that teaches nothing
EXPLODED = 30.0  # times its usual size
IGNORED = 0.5  # share of a class's pictures that the reader reads as that class
ALIKE = 0.5  # of the real diversity, or of the best that the class had: 0.8 to 1.05 in healthy runs
MISSING = 0.2  # of a class's share in the real data, without conditions
ENOUGH = 10  # pictures of a class to be expected before its absence says anything


class WatchError(ValueError):
    """What was to be replayed is not there or is no log; the message is one sentence."""


@dataclass(frozen=True)
class Alarm:
    """One episode: what kind, a sentence that says what was seen and what to try, and when (real images shown to D)."""

    kind: str  # d_won, d_lost, gradients, ignored, collapsed or missing
    message: str
    images: int


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
        return _mean(self.accuracy)

    @property
    def overall_diversity(self) -> float:
        """Mean over the classes."""
        return _mean(self.diversity)

    @property
    def overall_distance(self) -> float:
        """Mean over the classes."""
        return _mean(self.distance)

    def describe(self) -> str:
        """One line for people: overall figures and the worst class of each."""
        found = []
        for what, values in (("accuracy", self.accuracy), ("diversity", self.diversity)):
            known = [(value, name) for value, name in zip(values, self.classes, strict=True) if value == value]
            if known:
                low, name = min(known)
                least = f" (least {name}: {low:.0%})" if len(known) > 1 else ""
                found.append(f"class {what} {_mean(values):.0%}{least}")
        if not self.judged:
            found.append("no reader for this data, so no accuracy")
        return f"{self.images:,} images: {', '.join(found)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON: null for NaN, one entry a class under its name."""
        rows = {}
        for name in ("accuracy", "diversity", "distance"):
            rows[f"{name}_by_class"] = dict(zip(self.classes, map(_round, getattr(self, name)), strict=True))
        return {
            "images": self.images,
            "judged": self.judged,
            "count": self.count,
            "accuracy": _round(self.overall_accuracy),
            "diversity": _round(self.overall_diversity),
            "distance": _round(self.overall_distance),
            **rows,
            "shares": [_round(share) for share in self.shares],
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> "Check":
        """Build a check from `to_dict`'s output; KeyError, TypeError or ValueError when it is something else."""
        accuracy, diversity, distance = (
            tuple(_number(value) for value in row[f"{name}_by_class"].values())
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


# ---- rules: numbers in, True or False out ---------------------------------------------------------------------------


def has_won(*, prob_real: float, prob_fake: float, won: float, by_rank: bool = False, sure: float = SURE) -> bool:
    """Is D nearly always right and sure of it? By rank alone where the loss gives no such probability (NaN)."""
    if by_rank or math.isnan(prob_real) or math.isnan(prob_fake):
        return won >= RANKS
    return prob_real >= sure and prob_fake <= 1 - sure


def has_lost(*, won: float, level: float, grad_d: float) -> bool:
    """Does D rank no better than chance, with logits adrift or a gradient that has dried up?

    Chance alone is the equilibrium that one hopes for. `level` is the mean logit, `grad_d` D's gradient over its usual.
    """
    return won < CHANCE and (abs(level) > WANDERED or grad_d < STARVED)


def is_ignored(accuracy: float) -> bool:
    """Does the reader see another class in most of the pictures? NaN is not judged."""
    return accuracy < IGNORED


def is_collapsed(diversity: float, best: float) -> bool:
    """Has a class fallen under half of the real diversity, or under half of the best that it had? NaN is not judged."""
    return diversity < ALIKE or diversity < ALIKE * best


def is_missing(share: float, *, real: float, count: int) -> bool:
    """Do far too few of `count` pictures show a class that is `real` of the data? Too few pictures say nothing."""
    return count * real >= ENOUGH and share < MISSING * real


# ---- memory ---------------------------------------------------------------------------------------------------------


@dataclass
class Smooth:
    """An average over the last `window` images, exact at first; numbers that are not finite are passed over."""

    window: int
    value: float = math.nan
    seen: float = 0.0  # images behind the value

    def add(self, value: float, span: int) -> float:
        """Take in `value`, which stands for `span` images; the average."""
        if math.isfinite(value) and span > 0:
            self.seen = min(self.seen + span, float(self.window))
            share = min(1.0, span / self.seen)
            self.value = value if math.isnan(self.value) else self.value + share * (value - self.value)
        return self.value


@dataclass
class Bell:
    """Rings once when something has been ill for `patience` images, and again only after it was well in between."""

    patience: int
    since: int | None = None  # images at which the illness began
    rung: bool = False

    def hear(self, images: int, *, ill: bool, well: bool) -> bool:
        """Take in one observation; True when the bell rings now. Neither ill nor well: nothing is learned."""
        if well:
            self.rung = False
        if not ill:
            self.since = None
            return False
        self.since = images if self.since is None or self.since > images else self.since
        if self.rung or images - self.since < self.patience:
            return False
        self.rung = True
        return True


@dataclass
class Rules:
    """All that is remembered of a run, and the alarms that follow from it; knows nothing of data or pictures.

    Attributes:
        by_rank: D gives no probability near 0 or 1 however right it is (hinge, wgan-gp): it has won by its ranks.
        watch_every: images between checks, for how long a class may be ill before it rings: until the next check.
        real_shares: share of each class in the real data, for a generator without conditions; else empty.
    """

    by_rank: bool = False
    watch_every: int = WINDOW
    real_shares: tuple[float, ...] = ()
    images: int = 0
    smooth: dict[str, Smooth] = field(default_factory=dict)
    bells: dict[str, Bell] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)  # diversity by class; accuracy and distance overall
    improved: int = -1  # images at which pictures were last seen to be better than ever; -1 before any check

    def on_step(self, now: Progress) -> list[Alarm]:
        """Take in the numbers of a step; the alarms that ring at it, mostly none."""
        span, self.images = now.images - self.images, now.images
        if now.images < GRACE:
            return []
        for name in ("won", "prob_real", "prob_fake"):
            self._average(name, WINDOW).add(getattr(now, name), span)
        level = self._average("level", WINDOW).add((now.logit_real + now.logit_fake) / 2, span)
        grads = {}
        for name in ("grad_d", "grad_g"):  # in the logarithm: one outlier moves it little
            size = math.log(max(getattr(now, name), 1e-12))
            memory = self._average(f"usual_{name}", MEMORY)
            # An episode hardly moves what is usual; else its end would look like another
            near = size if math.isnan(memory.value) else min(max(size, memory.value - 1), memory.value + 1)
            ratio = self._average(f"now_{name}", WINDOW // 2).add(size, span) - memory.add(near, span)
            grads[name] = math.nan if math.isnan(ratio) else math.exp(min(50.0, ratio))
        if now.images < 2 * GRACE:  # the averages have filled
            return []
        won, p_real, p_fake = (self.smooth[name].value for name in ("won", "prob_real", "prob_fake"))
        found = [
            self._judge_winner(now.images, won, p_real, p_fake, grads["grad_g"]),
            self._judge_loser(now.images, won, level, grads["grad_d"]),
            self._judge_gradients(now.images, grads),
        ]
        return [alarm for alarm in found if alarm]

    def _judge_winner(self, images: int, won: float, p_real: float, p_fake: float, grad_g: float) -> Alarm | None:
        improving = self.improved >= 0 and images - self.improved <= max(IMPROVED_WITHIN, 2 * self.watch_every)
        sure = 0.95 if grad_g < STARVED else SURE  # a G that learns nothing any more needs less proof
        rank = self.by_rank
        ill = has_won(prob_real=p_real, prob_fake=p_fake, won=won, by_rank=rank, sure=sure) and not improving
        well = not has_won(prob_real=p_real, prob_fake=p_fake, won=won + 0.005, by_rank=rank, sure=0.95)
        if not self._get_bell("d_won", WON_FOR).hear(images, ill=ill, well=well):
            return None
        seen = f"it ranks {won:.1%} of the pairs right"
        if not math.isnan(p_real) and not self.by_rank:
            seen += f" and calls real images real with {p_real:.1%}, forged ones with {p_fake:.1%}"
        starved = f"; G's gradient is {grad_g:.1%} of its usual size" if grad_g < STARVED else ""
        advice = "try a larger --gamma, a smaller --lr, --augment 0.5, or --loss relativistic"
        return Alarm("d_won", f"D has won: {seen}{starved}, so G learns little from it; {advice}.", images)

    def _judge_loser(self, images: int, won: float, level: float, grad_d: float) -> Alarm | None:
        ill = has_lost(won=won, level=level, grad_d=grad_d)
        well = won >= CHANCE + 0.02 or (abs(level) < WANDERED / 2 and grad_d > 2 * STARVED)
        if not self._get_bell("d_lost", LOST_FOR).hear(images, ill=ill, well=well):
            return None
        why = f"its logits have wandered to {level:+,.0f}"
        if abs(level) <= WANDERED:
            why = f"its gradient is {grad_d:.1%} of its usual size"
        advice = "try a smaller --gamma, a --gamma-end below it, --drift 0.001, or a smaller --lr"
        return Alarm(
            "d_lost",
            f"D has lost: it ranks {won:.0%} of the pairs right, as a coin would, and {why}; {advice}.",
            images,
        )

    def _judge_gradients(self, images: int, grads: dict[str, float]) -> Alarm | None:
        name = max(grads, key=lambda key: grads[key] if grads[key] == grads[key] else 0.0)
        worst = grads[name]
        bell = self._get_bell("gradients", EXPLODED_FOR)
        if not bell.hear(images, ill=worst > EXPLODED, well=worst < EXPLODED / 6):
            return None
        network = name.removeprefix("grad_").upper()
        advice = "try a smaller --lr, a larger --gamma, or --precision fp32"
        return Alarm(
            "gradients",
            f"The gradients of {network} are exploding: {worst:,.0f} times their usual size; {advice}.",
            images,
        )

    def on_check(self, check: Check) -> list[Alarm]:
        """Take in a look at the pictures; the alarms that ring at it."""
        self._note_progress(check)
        alarms = [self._judge_accuracy(check), self._judge_diversity(check), self._judge_shares(check)]
        return [alarm for alarm in alarms if alarm]

    def _note_progress(self, check: Check) -> None:
        """Remember when the pictures last were clearly better than ever: 1 % more read right, or 5 % nearer on average.

        The distance decides where nothing reads the pictures; where all is read right there is little left to gain.
        """
        accuracy, distance = check.overall_accuracy, check.overall_distance
        judged = not math.isnan(accuracy)
        score = accuracy if judged else -math.log(max(distance, 1e-6)) if not math.isnan(distance) else math.nan
        if math.isnan(score):
            return
        gain = 0.01 if judged else 0.05
        if score >= self.best.get("score", -math.inf) + gain or (judged and score >= 0.97):
            self.best["score"] = max(score, self.best.get("score", -math.inf))
            self.improved = check.images

    def _judge_accuracy(self, check: Check) -> Alarm | None:
        ringing = []
        for name, value in zip(check.classes, check.accuracy, strict=True):
            ill = check.images >= CLASS_TIME and is_ignored(value)
            if self._get_bell(f"ignored:{name}", self.watch_every // 2).hear(
                check.images, ill=ill, well=value >= IGNORED + 0.1
            ):
                ringing.append((name, value))
        if not ringing:
            return None
        one = len(ringing) == 1
        said = f"{'Class' if one else 'The classes'} {_spell(ringing)} {'is' if one else 'are'} ignored"
        advice = "try --mismatch 0.05, a longer run, or a larger --d-width"
        return Alarm("ignored", f"{said} (share of pictures that are read as asked); {advice}.", check.images)

    def _judge_diversity(self, check: Check) -> Alarm | None:
        ringing = []
        for name, value in zip(check.classes, check.diversity, strict=True):
            if math.isnan(value) or check.images < LOOK_TIME:
                continue
            key = f"diversity:{name}"
            best = self.best.get(key, 0.0)
            bell = self._get_bell(f"collapsed:{name}", self.watch_every // 2)
            ill, well = is_collapsed(value, best), not is_collapsed(value - 0.1, best)
            if bell.hear(check.images, ill=ill, well=well):
                ringing.append((name, value))
            self.best[key] = max(best, min(value, 1.0))  # noise differs by more than digits do
        if not ringing:
            return None
        if len(check.classes) == 1:
            said = f"The pictures are collapsing into one look: {ringing[0][1]:.0%} of the real diversity"
        else:
            one = len(ringing) == 1
            said = f"{'Class' if one else 'The classes'} {_spell(ringing)} {'is' if one else 'are'} "
            said += "collapsing into one look (share of the real diversity)"
        advice = "try a larger --gamma, --loss relativistic, or a smaller --lr"
        return Alarm("collapsed", f"{said}; {advice}.", check.images)

    def _judge_shares(self, check: Check) -> Alarm | None:
        if not self.real_shares or not check.shares:
            return None
        ringing = []
        for digit, (share, real) in enumerate(zip(check.shares, self.real_shares, strict=True)):
            ill = check.images >= CLASS_TIME and is_missing(share, real=real, count=check.count)
            bell = self._get_bell(f"missing:{digit}", self.watch_every // 2)
            if bell.hear(check.images, ill=ill, well=share > 2 * MISSING * real):
                ringing.append((str(digit), share))
        if not ringing:
            return None
        said = f"The digit{'' if len(ringing) == 1 else 's'} {_spell(ringing)}"
        advice = "try a larger --gamma, --loss relativistic, or conditions (leave --unconditional out)"
        return Alarm(
            "missing",
            f"{said} hardly appear{'s' if len(ringing) == 1 else ''} in the pictures (share of them); {advice}.",
            check.images,
        )

    def _average(self, name: str, window: int) -> Smooth:
        return self.smooth.setdefault(name, Smooth(window))

    def _get_bell(self, name: str, patience: int) -> Bell:
        return self.bells.setdefault(name, Bell(patience))

    def state_dict(self) -> dict[str, Any]:
        """All that is remembered, as plain numbers."""
        return {
            "images": self.images,
            "improved": self.improved,
            "smooth": {name: [one.window, _round(one.value, 12), one.seen] for name, one in self.smooth.items()},
            "bells": {name: [one.patience, one.since, one.rung] for name, one in self.bells.items()},
            "best": dict(self.best),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.images, self.improved = int(state["images"]), int(state["improved"])
        self.smooth = {
            name: Smooth(window, _number(value), seen) for name, (window, value, seen) in state["smooth"].items()
        }
        self.bells = {name: Bell(*values) for name, values in state["bells"].items()}
        self.best = dict(state["best"])


# ---- looking at pictures --------------------------------------------------------------------------------------------


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


class Watch:
    """Looks on at a run on `dataset` and says when something is wrong; `reader` as `load_reader` gives it."""

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
        shares: tuple[float, ...] = ()
        if reader and not self.conditional:
            shares = tuple((torch.bincount(dataset.labels, minlength=10) / len(dataset)).tolist())
        self.rules = Rules(config.loss in ("hinge", "wgan-gp"), config.watch_every, shares)

    def on_step(self, now: Progress) -> list[Alarm]:
        """Take in the numbers of a step; the alarms that ring at it, mostly none."""
        return self.rules.on_step(now)

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> tuple[Check, list[Alarm]]:
        """Look at pictures (N, 1, 28, 28) in [-1, 1] of classes `labels` (N,); what was seen, and what rings."""
        check = self.look(images, pictures, labels)
        return check, self.rules.on_check(check)

    def look(self, images: int, pictures: Tensor, labels: Tensor) -> Check:
        """The figures of these pictures, class by class; judges nothing."""
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

    def state_dict(self) -> dict[str, Any]:
        """All that is remembered of the run, as plain numbers; the real data are measured anew."""
        return self.rules.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.rules.load_state_dict(state)


# ---- replay ---------------------------------------------------------------------------------------------------------


def replay(rules: Rules, steps: Iterable[Mapping[str, Any]], checks: Sequence[Mapping[str, Any]] = ()) -> list[Alarm]:
    """The alarms that `rules` give on the rows of a log; a number that a row lacks is NaN."""
    waiting = sorted((Check.from_dict(row) for row in checks), key=lambda check: check.images)
    alarms = []
    for row in steps:
        while waiting and waiting[0].images < row["images"]:
            alarms += rules.on_check(waiting.pop(0))
        names = Progress.__dataclass_fields__
        alarms += rules.on_step(
            Progress(**{name: _number(row.get(name)) for name in names} | {"images": row["images"]})
        )
    for check in waiting:
        alarms += rules.on_check(check)
    return alarms


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise WatchError(f"{path} is missing or is not the log of a run ({type(error).__name__})") from error


def main(argv: list[str] | None = None) -> int:
    """Replay a run's log and print the alarms; 0 when none rings, 1 when some do, 2 when there is no log."""
    parser = argparse.ArgumentParser(prog="python -m gan.watch", description=main.__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the run")
    parser.add_argument("--loss", choices=LOSSES, default="relativistic", help="the run's loss")
    args = parser.parse_args(argv)
    try:
        steps = _read_rows(args.out / "log.jsonl")
        checks = _read_rows(args.out / "checks.jsonl") if (args.out / "checks.jsonl").exists() else []
        alarms = replay(Rules(args.loss in ("hinge", "wgan-gp")), steps, checks)
    except (WatchError, KeyError, TypeError, ValueError, AttributeError) as error:
        text = str(error) if isinstance(error, WatchError) else f"the log in {args.out} is not of this project"
        print(f"gan.watch: {text}.", file=sys.stderr)
        return 2
    for alarm in alarms:
        print(f"{alarm.images:,} images: {alarm.message}")
    print(f"{len(steps)} rows and {len(checks)} checks: {len(alarms) or 'no'} alarm{'s' if len(alarms) != 1 else ''}.")
    return 1 if alarms else 0


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _round(value: float, places: int = 4) -> float | None:
    return round(value, places) if math.isfinite(value) else None


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _spell(rows: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} ({value:.0%})" for name, value in rows)


if __name__ == "__main__":
    sys.exit(main())
