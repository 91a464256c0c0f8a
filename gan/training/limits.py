"""The rules of the watch: when has D won or lost, is a class ignored, collapsed or missing; and their memory.

Windows are in images, so that the batch does not matter; nothing is judged on an untrained G. An alarm needs a
condition that lasts, rings once, and can ring again only after the run was well in between.
"""

import math
from dataclasses import dataclass

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
