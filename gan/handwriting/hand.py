"""What is known of a generator's handwriting: what its measures are like, and a regression of them on w.

One hand writes ten digits, and a 1 is never as wide as a 0. A value that is asked for is the whole hand's: the mean
over the classes. Each digit is asked for the value that is as rare for it as the hand's is among hands (`Hand.share`).

    >>> hand = gan.handwriting.planes_file.find(generator).hand
    >>> hand.ranges["slant"]    # what may be asked for, degrees
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gan.drawing.arguments import InputError
from gan.errors import say
from gan.handwriting.measures import MEASURES

NAMES = tuple(MEASURES)
# Where a class's distribution of each measure is kept: the ends of what is offered, and three shares between
SHARES = (0.02, 0.16, 0.5, 0.84, 0.98)


@dataclass(frozen=True)
class Hand:
    """What is known of one generator's handwriting.

    knots float32 (5, C, 4): each class's quantiles SHARES of each measure; spread (C, 4): their standard deviations;
    layers: weights and biases of the regression, w_dim + C -> 96 -> 96 -> 4, of (measure - median) / spread.
    """

    knots: Tensor
    spread: Tensor
    centre: Tensor  # (C, w_dim), subtracted from w before the regression
    layers: tuple[Tensor, ...]

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """What may be asked of a hand, by name: the means over the classes of the 2 % and 98 % quantiles."""
        return {name: (steps[0], steps[-1]) for name, steps in self._steps.items()}

    @cached_property
    def _steps(self) -> dict[str, list[float]]:
        """The hand's own quantiles by name, rising: the means over the classes."""
        return dict(zip(NAMES, self.knots.mean(1).T.tolist(), strict=True))

    def share(self, name: str, value: float) -> Tensor:
        """What each class is asked for when the hand is asked for `value` of `name`; (C,), its mean is `value`."""
        k, hand = NAMES.index(name), self._steps[name]
        i = bisect_right(hand[1:-1], value)
        t = (value - hand[i]) / max(hand[i + 1] - hand[i], 1e-6)
        return torch.lerp(self.knots[i, :, k], self.knots[i + 1, :, k], t)

    @cached_property
    def _classes(self) -> Tensor:
        """What a class adds to the first layer, less its centre: (C, 96)."""
        first, bias, width = self.layers[0], self.layers[1], self.centre.shape[1]
        return first[:, width:].T + bias - self.centre @ first[:, :width].T

    def predict(self, w: Tensor, y: Tensor) -> Tensor:
        """w (N, w_dim), y (N,) -> scaled measures (N, 4)."""
        return self._predict(w, y)[0]

    def predict_with_jacobian(self, w: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """w (N, w_dim), y (N,) -> scaled measures (N, 4), and their Jacobian by w (N, 4, w_dim)."""
        found, (slope1, slope2) = self._predict(w, y)
        first, _, second, _, last, _ = self.layers
        jacobian = ((last * slope2[:, None]) @ second * slope1[:, None]) @ first[:, : w.shape[1]]
        return found, jacobian

    def _predict(self, w: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        first, _, second, bias2, last, bias3 = self.layers
        h, slope1 = _silu(torch.addmm(self._classes[y], w, first[:, : w.shape[1]].T))
        h, slope2 = _silu(torch.addmm(bias2, h, second.T))
        return torch.addmm(bias3, h, last.T), (slope1, slope2)

    def scale(self, measured: Tensor, y: Tensor) -> Tensor:
        """Measures (N, 4) in units -> in standard deviations from their class's median."""
        return (measured - self.knots[2, y]) / self.spread[y]


def _silu(a: Tensor) -> tuple[Tensor, Tensor]:
    """SiLU, a sigmoid(a), and its slope (Elfwing et al. 2018, eq. 7)."""
    s = torch.sigmoid(a)
    return a * s, s * (1 + a * (1 - s))


def read_number(value: object) -> float:
    """A number, also when it comes as text; NaN for anything else, a yes or no included."""
    try:
        return float(value) if not isinstance(value, bool) else float("nan")  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def check_asked(hand: Hand, asked: Mapping[str, object]) -> dict[str, float]:
    """What is asked of the hand, by name, without what is None; InputError unless each is a number of its range."""
    found: dict[str, float] = {}
    for name, value in asked.items():
        if value is None or value == "":
            continue
        low, high = hand.ranges[name]
        unit = MEASURES[name]
        number = read_number(value)
        # A slider's ends are rounded for the eye, and so is what comes back from them
        if not low - 0.06 <= number <= high + 0.06:
            shown = f"{number:g}" if number == number else repr(value)[:40]
            raise InputError(
                say(
                    "the {what} is {value}; this model's hands have {many} from {low:.1f} to {high:.1f} {unit}.",
                    what=name,
                    value=shown,
                    many=f"{name}{'es' if name.endswith('s') else 's'}",
                    low=low,
                    high=high,
                    unit=unit,
                )
            )
        found[name] = min(max(number, low), high)
    return found
