"""D's opinion of a picture as a probability: "62 % real".

What a logit of D means depends on the loss that it was trained with:
- an absolute loss (bce, minimax, hinge, lsgan) gives each picture a probability by itself: `Loss.verdict`;
- a comparing loss (relativistic, wgan-gp) only says which of two pictures of one class is the more real: its logits
  have no midpoint. For these a logistic curve is fitted for each class, real training digits against forged ones with
  equal priors (Platt 1999, "Probabilistic outputs for support vector machines"), so that 50 % means "as often real as
  forged, where D says this". It lies beside the weights, NAME.verdict.json, and belongs to these weights alone.
- without that file a comparing loss gives a rank: the share of the model's own forgeries of that class that D finds
  less real. Half of all forgeries are below 50 % then, whatever real digits are.
`Verdict.explain` says which of the three it is. A page that shows the number shows that sentence.

    python -m gan.fit_verdict digits --data ROOT    # seconds; writes checkpoints/digits.verdict.json
    >>> Verdict(generator).judge(images, labels)    # (N,) in [0, 1]
"""

import threading
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from gan.drawing.generator import BATCH, Generator
from gan.errors import Sentence, say, strip_stop
from gan.judges.calibration import Calibration, get_path, read_calibration
from gan.losses import get_loss
from gan.store.released import CheckpointError

REFERENCE = 256  # forgeries of a class that a picture is ranked among
REFERENCE_SEED = 20_261_121


@torch.inference_mode()
def score(generator: Generator, images: Tensor, labels: Tensor) -> Tensor:
    """D's logits in batches, float32 (N,); labels are all 0 where the model knows no classes. See Generator.score."""
    if not len(images):
        return torch.zeros(0)
    labels = labels if generator.conditional else torch.zeros_like(labels)
    parts = [generator.score(x, y) for x, y in zip(images.split(BATCH), labels.split(BATCH), strict=True)]
    return torch.cat(parts)


class Verdict:
    """How real D finds pictures. Safe to share between threads.

    Attributes:
        kind: "absolute" (the loss's own probability), "calibrated" (the stored curve) or "relative" (a rank).
        calibrated: whether it is the stored curve.
        explain: one sentence for people, what the probability means.
    """

    def __init__(self, generator: Generator) -> None:
        """CheckpointError when `generator` was saved without its discriminator."""
        if not generator.has_discriminator:
            raise CheckpointError(
                say("{model} was saved without its discriminator, so there is no verdict.", model=generator.name)
            )
        self.generator = generator
        self._loss = get_loss(generator.config.loss)
        self._calibration: Calibration | None = None
        self._forged: dict[int, Tensor] = {}  # class -> sorted logits of REFERENCE forgeries
        self._forging = threading.Lock()
        self.kind = "absolute"
        problem: str = ""
        if self._loss.comparing:
            try:
                self._calibration = read_calibration(get_path(generator.name), generator)
            except CheckpointError as error:
                problem = strip_stop(error.sentence)
            self.kind = "calibrated" if self._calibration else "relative"
        self.calibrated = self.kind == "calibrated"
        self.explain: str = self._explain(problem)

    def _explain(self, problem: str) -> Sentence:
        loss = self.generator.config.loss
        if self._calibration:
            made = self._calibration
            return say(
                "This model's loss ({loss}) only compares pictures of one class, so D's number is turned into a "
                "probability by {real:,} real training digits and {forged:,} forged ones: 50 % means that D's number "
                "is as common among real digits as among forged ones.",
                loss=loss,
                real=made.real,
                forged=made.forged,
            )
        if self.kind == "relative":
            return say(
                "This model's loss ({loss}) only compares pictures of one class, and no calibration is stored ({why}): "
                "the percentage is the share of {count} of the model's own forgeries of that class that D finds less "
                "real, so 50 % is a typical forgery.",
                loss=loss,
                why=problem or say("python -m gan.fit_verdict {model} stores one", model=self.generator.name),
                count=REFERENCE,
            )
        return say(
            "This model's loss ({loss}) asks D for a probability itself, and this is its answer: above 50 % it takes "
            "the picture for real, below for forged.",
            loss=loss,
        )

    @torch.inference_mode()
    def judge(self, images: Tensor, labels: Tensor) -> Tensor:
        """Images float32 (N, 1, 28, 28) in [-1, 1] as their labels int64 (N,) -> the probability "real", float32 (N,).

        Always in [0, 1]; a logit that is no number, of pictures that D never met the like of, gives 0.5. A model
        without classes ignores the labels.
        """
        labels = labels if self.generator.conditional else torch.zeros_like(labels)
        return self.read(score(self.generator, images, labels), labels)

    @torch.inference_mode()
    def read(self, logits: Tensor, labels: Tensor) -> Tensor:
        """D's logits (N,) of pictures as their labels (N,) -> the probability "real", float32 (N,); see `judge`."""
        logits = logits.double()
        labels = labels if self.generator.conditional else torch.zeros_like(labels)
        if self._calibration:
            made = self._calibration
            midpoint, slope = (torch.tensor(row, dtype=torch.float64)[labels] for row in (made.midpoint, made.slope))
            # Without the clamp an infinite logit times a slope of zero is no number
            share = torch.sigmoid(slope * (logits.clamp(-1e30, 1e30) - midpoint))
        elif self.kind == "relative":
            share = torch.full_like(logits, torch.nan)
            for label in labels.unique().tolist():
                here = labels == label
                share[here] = self._rank(logits[here], label)
        else:
            share = self._loss.verdict(real=logits, fake=logits)[0]
        return torch.where(logits.isnan(), 0.5, share).float()

    def _rank(self, logits: Tensor, label: int) -> Tensor:
        """Where logits stand among forgeries of one class, in (0, 1); a tie counts half."""
        forged = self._get_forged(label)
        below, upto = (torch.searchsorted(forged, logits.contiguous(), right=right) for right in (False, True))
        return (0.5 * (below + upto).double() + 0.5) / (len(forged) + 1)

    def _get_forged(self, label: int) -> Tensor:
        with self._forging:
            if label not in self._forged:
                logits = score_forged(self.generator, label, REFERENCE, REFERENCE_SEED)
                self._forged[label] = logits.double().nan_to_num(nan=0.0).sort().values
            return self._forged[label]


def score_forged(generator: Generator, label: int, count: int, seed: int) -> Tensor:
    """D's logits of `count` forgeries of one class, psi 1, float32 (count,); each class has z of its own."""
    labels = torch.full((count,), label)
    return score(generator, generator.sample(labels, seed=seed, start=label * count), labels)


def get_verdict(generator: Generator) -> Verdict:
    """The verdict of a loaded generator, made once and again when its calibration file was replaced."""
    try:
        stamp: Any = get_path(generator.name).stat().st_mtime_ns
    except OSError:
        stamp = None
    return _make(generator, stamp)


@lru_cache(maxsize=4)
def _make(generator: Generator, _: Any) -> Verdict:
    return Verdict(generator)
