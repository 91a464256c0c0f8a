"""What a run tells those who look on: the numbers of a step, and the moments at which pictures are shown."""

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Progress:
    """One step's numbers, for bars, logs and alarms. Logits and probabilities are means over the batch.

    A number that a run does not have (no probability with wgan-gp, no style term) is NaN.
    """

    step: int  # of G
    images: int  # real images shown to D so far
    fraction: float  # of the budget, 0 to 1
    loss_d: float
    loss_g: float
    penalty: float  # the last gradient penalty, before its weight
    style: float  # 1 - correlation of slant and stroke between two classes of one z
    logit_real: float
    logit_fake: float
    prob_real: float  # the probability "real" that D gives a real image
    prob_fake: float  # the same of a forged one
    won: float  # share of pairs in which D ranks the real one first: 0.5 fooled, 1 never
    grad_d: float  # L2 norm of D's gradient
    grad_g: float
    gamma: float  # weight of R1 and R2 now
    lr: float  # learning rate now
    images_per_second: float  # since the run was (re)started
    seconds: float  # trained so far, over all sittings
    seconds_left: float


class Observer:
    """Looks on at a run; every method does nothing until overridden. Only the leading process calls them."""

    def on_step(self, now: Progress) -> None:
        """Called every few steps."""

    def on_sheet(self, images: int, pictures: Tensor, columns: int) -> None:
        """Called with each sample sheet: (rows * columns, 1, 28, 28), a row one z, a column one class."""

    def on_weights(self, images: int, g: nn.Module, d: nn.Module) -> None:
        """Called with each sheet: the networks, with the gradients of the last step."""

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> None:
        """Called every `watch_every` images: EMA samples (N, 1, 28, 28) in [-1, 1], and their classes (N,)."""

    def on_notice(self, images: int, message: str) -> None:
        """Called with a sentence about something that went wrong and was mended."""
