"""The alarms of a run, as sentences: what was seen, and what to try."""

from collections.abc import Sequence
from dataclasses import dataclass

from gan.errors import Listing, say
from gan.training.limits import STARVED, WANDERED

Rows = Sequence[tuple[str, float]]  # classes, each with the share that is told of it


@dataclass(frozen=True)
class Alarm:
    """One episode: what kind, a sentence that says what was seen and what to try, and when (real images shown to D)."""

    kind: str  # d_won, d_lost, gradients, ignored, collapsed or missing
    message: str
    images: int


def tell_won(images: int, *, won: float, prob_real: float, prob_fake: float, grad_g: float, sure: bool) -> Alarm:
    """D has won; `sure`: its probabilities say so too. `grad_g` is G's gradient over its usual size."""
    if sure:
        seen = say(
            "it ranks {won:.1%} of the pairs right and calls real images real with {real:.1%}, forged ones with "
            "{forged:.1%}",
            won=won,
            real=prob_real,
            forged=prob_fake,
        )
    else:
        seen = say("it ranks {won:.1%} of the pairs right", won=won)
    if grad_g < STARVED:
        seen = say("{seen}; G's gradient is {share:.1%} of its usual size", seen=seen, share=grad_g)
    advice = say("try a larger --gamma, a smaller --lr, --augment 0.5, or --loss relativistic")
    said = say("D has won: {seen}, so G learns little from it; {advice}.", seen=seen, advice=advice)
    return Alarm("d_won", said, images)


def tell_lost(images: int, *, won: float, level: float, grad_d: float) -> Alarm:
    """D has lost; `level` is its mean logit, `grad_d` its gradient over its usual size."""
    if abs(level) > WANDERED:
        why = say("its logits have wandered to {level:+,.0f}", level=level)
    else:
        why = say("its gradient is {share:.1%} of its usual size", share=grad_d)
    said = say(
        "D has lost: it ranks {won:.0%} of the pairs right, as a coin would, and {why}; {advice}.",
        won=won,
        why=why,
        advice=say("try a smaller --gamma, a --gamma-end below it, --drift 0.001, or a smaller --lr"),
    )
    return Alarm("d_lost", said, images)


def tell_exploding(images: int, network: str, times: float) -> Alarm:
    """The gradients of `network` (D or G) are `times` their usual size."""
    said = say(
        "The gradients of {network} are exploding: {times:,.0f} times their usual size; {advice}.",
        network=network,
        times=times,
        advice=say("try a smaller --lr, a larger --gamma, or --precision fp32"),
    )
    return Alarm("gradients", said, images)


def tell_ignored(images: int, rows: Rows) -> Alarm:
    """Classes that are drawn as others; with each the share of its pictures that are read as asked."""
    advice = say("try --mismatch 0.05, a longer run, or a larger --d-width")
    if len(rows) == 1:
        said = say(
            "Class {classes} is ignored (share of pictures that are read as asked); {advice}.",
            classes=_spell(rows),
            advice=advice,
        )
    else:
        said = say(
            "The classes {classes} are ignored (share of pictures that are read as asked); {advice}.",
            classes=_spell(rows),
            advice=advice,
        )
    return Alarm("ignored", said, images)


def tell_collapsed(images: int, rows: Rows, *, alone: bool) -> Alarm:
    """Classes whose pictures look alike; with each its diversity. `alone`: it is all that the run draws."""
    advice = say("try a larger --gamma, --loss relativistic, or a smaller --lr")
    if alone:
        said = say(
            "The pictures are collapsing into one look: {share:.0%} of the real diversity; {advice}.",
            share=rows[0][1],
            advice=advice,
        )
    elif len(rows) == 1:
        said = say(
            "Class {classes} is collapsing into one look (share of the real diversity); {advice}.",
            classes=_spell(rows),
            advice=advice,
        )
    else:
        said = say(
            "The classes {classes} are collapsing into one look (share of the real diversity); {advice}.",
            classes=_spell(rows),
            advice=advice,
        )
    return Alarm("collapsed", said, images)


def tell_missing(images: int, rows: Rows) -> Alarm:
    """Digits that a generator without conditions leaves out; with each its share of the pictures."""
    advice = say("try a larger --gamma, --loss relativistic, or conditions (leave --unconditional out)")
    if len(rows) == 1:
        said = say(
            "The digit {digits} hardly appears in the pictures (share of them); {advice}.",
            digits=_spell(rows),
            advice=advice,
        )
    else:
        said = say(
            "The digits {digits} hardly appear in the pictures (share of them); {advice}.",
            digits=_spell(rows),
            advice=advice,
        )
    return Alarm("missing", said, images)


def _spell(rows: Rows) -> Listing:
    return Listing([f"{name} ({value:.0%})" for name, value in rows])
