"""Training watches itself: alarms when D has won or lost, gradients explode, a class is ignored or looks one way.

Notable choices
- Two sources: the numbers of a step (`on_step`), smoothed over a window of images, and a look at pictures of every
  class (`on_check`). What counts as ill stands in gan.training.limits, what is said of it in gan.training.alarms.
- D that is nearly always right is no alarm while the pictures still improve: with a weak penalty that is a good run.
- Gradients are compared with the run's own: their size means nothing across losses and networks.
- All state is a few numbers (`state_dict`), so that a resumed run does not ring twice.

    python -m gan.watch runs/digits        # replay a run's log.jsonl and checks.jsonl: what rings, and when
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from gan.config import Config
from gan.data import Dataset
from gan.errors import Refusal
from gan.losses import get_loss
from gan.training import alarms
from gan.training.alarms import Alarm
from gan.training.class_check import Check, Checker, Reader, read_number, round_known
from gan.training.limits import (
    CHANCE,
    CLASS_TIME,
    EXPLODED,
    EXPLODED_FOR,
    GRACE,
    IGNORED,
    IMPROVED_WITHIN,
    LOOK_TIME,
    LOST_FOR,
    MEMORY,
    MISSING,
    STARVED,
    SURE,
    WANDERED,
    WINDOW,
    WON_FOR,
    Bell,
    Smooth,
    has_lost,
    has_won,
    is_collapsed,
    is_ignored,
    is_missing,
)
from gan.training.observer import Progress
from gan.training.run_folder import CHECKS, LOG


class WatchError(Refusal):
    """What was to be replayed is not there or is no log; the message is one sentence."""


@dataclass
class Rules:
    """All that is remembered of a run, and the alarms that follow from it; knows nothing of data or pictures.

    Attributes:
        by_rank: D gives no probability near 0 or 1 however right it is (the loss's own fact): it has won by its ranks.
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
        known = not math.isnan(p_real) and not rank
        return alarms.tell_won(images, won=won, prob_real=p_real, prob_fake=p_fake, grad_g=grad_g, sure=known)

    def _judge_loser(self, images: int, won: float, level: float, grad_d: float) -> Alarm | None:
        ill = has_lost(won=won, level=level, grad_d=grad_d)
        well = won >= CHANCE + 0.02 or (abs(level) < WANDERED / 2 and grad_d > 2 * STARVED)
        rings = self._get_bell("d_lost", LOST_FOR).hear(images, ill=ill, well=well)
        return alarms.tell_lost(images, won=won, level=level, grad_d=grad_d) if rings else None

    def _judge_gradients(self, images: int, grads: dict[str, float]) -> Alarm | None:
        name = max(grads, key=lambda key: grads[key] if grads[key] == grads[key] else 0.0)
        worst = grads[name]
        rings = self._get_bell("gradients", EXPLODED_FOR).hear(images, ill=worst > EXPLODED, well=worst < EXPLODED / 6)
        return alarms.tell_exploding(images, name.removeprefix("grad_").upper(), worst) if rings else None

    def on_check(self, check: Check) -> list[Alarm]:
        """Take in a look at the pictures; the alarms that ring at it."""
        self._note_progress(check)
        found = [self._judge_accuracy(check), self._judge_diversity(check), self._judge_shares(check)]
        return [alarm for alarm in found if alarm]

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
            bell = self._get_bell(f"ignored:{name}", self.watch_every // 2)
            ill = check.images >= CLASS_TIME and is_ignored(value)
            if bell.hear(check.images, ill=ill, well=value >= IGNORED + 0.1):
                ringing.append((name, value))
        return alarms.tell_ignored(check.images, ringing) if ringing else None

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
        return alarms.tell_collapsed(check.images, ringing, alone=len(check.classes) == 1) if ringing else None

    def _judge_shares(self, check: Check) -> Alarm | None:
        if not self.real_shares or not check.shares:
            return None
        ringing = []
        for digit, (share, real) in enumerate(zip(check.shares, self.real_shares, strict=True)):
            ill = check.images >= CLASS_TIME and is_missing(share, real=real, count=check.count)
            bell = self._get_bell(f"missing:{digit}", self.watch_every // 2)
            if bell.hear(check.images, ill=ill, well=share > 2 * MISSING * real):
                ringing.append((str(digit), share))
        return alarms.tell_missing(check.images, ringing) if ringing else None

    def _average(self, name: str, window: int) -> Smooth:
        return self.smooth.setdefault(name, Smooth(window))

    def _get_bell(self, name: str, patience: int) -> Bell:
        return self.bells.setdefault(name, Bell(patience))

    def state_dict(self) -> dict[str, Any]:
        """All that is remembered, as plain numbers."""
        return {
            "images": self.images,
            "improved": self.improved,
            "smooth": {name: [one.window, round_known(one.value, 12), one.seen] for name, one in self.smooth.items()},
            "bells": {name: [one.patience, one.since, one.rung] for name, one in self.bells.items()},
            "best": dict(self.best),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.images, self.improved = int(state["images"]), int(state["improved"])
        self.smooth = {
            name: Smooth(window, read_number(value), seen) for name, (window, value, seen) in state["smooth"].items()
        }
        self.bells = {name: Bell(*values) for name, values in state["bells"].items()}
        self.best = dict(state["best"])


class Watch:
    """Looks on at a run on `dataset` and says when something is wrong; `reader` as `load_reader` gives it."""

    def __init__(self, config: Config, dataset: Dataset, reader: Reader | None) -> None:
        self.checker = Checker(config, dataset, reader)
        self.rules = Rules(get_loss(config.loss).by_rank, config.watch_every, self.checker.real_shares)

    def on_step(self, now: Progress) -> list[Alarm]:
        """Take in the numbers of a step; the alarms that ring at it, mostly none."""
        return self.rules.on_step(now)

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> tuple[Check, list[Alarm]]:
        """Look at pictures (N, 1, 28, 28) in [-1, 1] of classes `labels` (N,); what was seen, and what rings."""
        check = self.checker.look(images, pictures, labels)
        return check, self.rules.on_check(check)

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
    found = []
    for row in steps:
        while waiting and waiting[0].images < row["images"]:
            found += rules.on_check(waiting.pop(0))
        names = Progress.__dataclass_fields__
        numbers = {name: read_number(row.get(name)) for name in names} | {"images": row["images"]}
        found += rules.on_step(Progress(**numbers))
    for check in waiting:
        found += rules.on_check(check)
    return found


def replay_run(out: Path, loss: str) -> int:
    """Replay the log of the run in `out` and print its alarms; how many there are. WatchError when it has no log."""
    steps = _read_rows(out / LOG)
    checks = _read_rows(out / CHECKS) if (out / CHECKS).exists() else []
    try:
        found = replay(Rules(get_loss(loss).by_rank), steps, checks)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WatchError(f"the log in {out} is not of this project") from error
    for alarm in found:
        print(f"{alarm.images:,} images: {alarm.message}")
    print(f"{len(steps)} rows and {len(checks)} checks: {len(found) or 'no'} alarm{'s' if len(found) != 1 else ''}.")
    return len(found)


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise WatchError(f"{path} is missing or is not the log of a run ({type(error).__name__})") from error
