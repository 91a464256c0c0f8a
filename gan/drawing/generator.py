"""Labels -> images: the handle that `gan.load` returns, truncation, and the checks of what a person may ask for.

Sample i of seed s has its own z, a function of (s, i) alone: a digit does not change when its neighbours, the batch
size or the device change.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan.drawing.noise import draw_noise
from gan.store.released import Released, read_released

MAX_SEED = 2**32 - 1
MAX_PSI = 1.5
MAX_COUNT = 100_000  # digits in one call
BATCH = 256
SEPARATORS = ".-/:"  # of dates and numbers: 20.11.2026, 12:45

DigitsLike = str | int | Iterable[int] | Tensor


class InputError(ValueError):
    """What was asked for cannot be drawn; the message is one sentence for a visitor."""


def parse_digits(digits: DigitsLike, num_classes: int = 10) -> list[int]:
    """Read "2026", 2026, [2, 0, 2, 6] or a tensor as [2, 0, 2, 6]; InputError unless there is at least one, all 0-9.

    Spaces in text are skipped, and so is what stands between digits in dates and times: 20.11.2026, 12:45. A
    non-negative int is read as the number that it is, digit by digit.
    """
    if isinstance(digits, bool):
        raise InputError("digits must be text such as 2026, or numbers from 0 to 9, not a yes or no.")
    if isinstance(digits, (int, np.integer)):
        digits = str(int(digits))
    if isinstance(digits, str):
        text = "".join(digits.split())
        kept = text[:1] + text[1:].translate(str.maketrans("", "", SEPARATORS))  # a minus in front is a mistake
        bad = next((c for c in kept if c not in "0123456789"), None)
        if bad is not None:
            raise InputError(f"{bad!r} is not a digit; write digits from 0 to 9 only.")
        values = [int(c) for c in kept]
    elif isinstance(digits, Iterable):
        values = [_as_class(item, num_classes) for item in digits]
    else:
        raise InputError(f"{_show(digits)} is not digits; give text such as 2026, or a list of numbers from 0 to 9.")
    if not values:
        raise InputError("no digit was given; choose at least one, from 0 to 9.")
    worst = next((v for v in values if not 0 <= v < num_classes), None)
    if worst is not None and num_classes == 1:
        raise InputError("this model was trained without classes and draws whichever digit it likes; ask for 0s only.")
    if worst is not None:
        raise InputError(f"{_show(worst)} is not a digit of this model; it draws 0 to {num_classes - 1}.")
    if len(values) > MAX_COUNT:
        raise InputError(f"{len(values):,} digits are too many at once; the most is {MAX_COUNT:,}.")
    return values


def _as_class(item: Any, num_classes: int) -> int:
    try:
        if isinstance(item, bool):
            raise TypeError
        return operator.index(item.item() if hasattr(item, "item") else item)
    except (TypeError, ValueError):
        raise InputError(f"{_show(item)} is not a digit; give whole numbers from 0 to {num_classes - 1}.") from None


def _whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number in [low, high], also when it comes as 7.0 or "7"; InputError names `what` otherwise."""
    rule = f"it must be a whole number from {low:,} to {high:,}"
    try:
        if isinstance(value, bool):
            raise TypeError
        number = int(value, 10) if isinstance(value, str) else value
        if isinstance(number, float):
            if not number.is_integer():  # NaN and infinity are not integers either
                raise ValueError
            number = int(number)
        number = operator.index(number)
    except (TypeError, ValueError):
        raise InputError(f"the {what} is {_show(value)}; {rule}.") from None
    if not low <= number <= high:
        raise InputError(f"the {what} is {_show(number)}; {rule}.")
    return number


def _show(value: Any) -> str:
    """A value as a sentence quotes it: never longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    text = "empty" if value is None or value == "" else repr(value)
    return text if len(text) <= 60 else f"{text[:56]}..."


def check_seed(value: Any) -> int:
    """A seed: a whole number from 0 to 2**32 - 1; InputError otherwise."""
    return _whole(value, "seed", 0, MAX_SEED)


def check_count(value: Any, most: int = MAX_COUNT) -> int:
    """How many: a whole number from 1 to `most`; InputError otherwise."""
    return _whole(value, "count", 1, most)


def check_indices(values: Any, count: int) -> list[int]:
    """The z index of each of `count` samples: whole numbers from 0 to 2**32 - 1; InputError otherwise."""
    if isinstance(values, Tensor | np.ndarray):
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError("indices must be a list of whole numbers, one for each digit.")
    if len(values) != count:
        raise InputError(f"there are {len(values):,} indices for {count:,} digits; give one for each.")
    return [_whole(value, "index", 0, MAX_SEED) for value in values]


def check_psi(value: Any) -> float:
    """Truncation psi: a number from 0 to 1.5; InputError otherwise."""
    rule = f"it must be a number from 0 to {MAX_PSI}"
    try:
        if isinstance(value, bool):
            raise TypeError
        psi = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"truncation psi is {_show(value)}; {rule}.") from None
    if not (math.isfinite(psi) and 0.0 <= psi <= MAX_PSI):
        raise InputError(f"truncation psi is {psi}; {rule}.")
    return psi


class Generator:
    """A trained generator, frozen, and its discriminator. Safe to share between threads: nothing here changes.

    Images are float32 (N, 1, 28, 28) in [-1, 1], ink = +1; labels int64 (N,); z (N, z_dim); w (N, w_dim).
    """

    def __init__(self, released: Released, device: str | torch.device = "cpu") -> None:
        self._released = released
        self.name, self.sha256 = released.name, released.sha256
        self.config, self.meta = released.config, released.meta
        self.device = torch.device(device)
        self.z_dim: int = released.config.z_dim
        self.w_dim: int = released.generator.w_mean.shape[1]
        self.num_classes: int = released.config.num_classes
        names = released.meta.get("class_names") or [str(i) for i in range(self.num_classes)]
        self.class_names: tuple[str, ...] = tuple(names)
        self._net = released.generator
        self._synthesize = released.generator.freeze()

    def __repr__(self) -> str:
        return f"Generator({self.name!r}, sha256={self.sha256[:12]!r})"

    @property
    def has_discriminator(self) -> bool:
        """Whether the file carries D, so that `score` works."""
        return self._released.discriminator is not None

    @property
    def conditional(self) -> bool:
        """Whether G was told the class in training; if not, it has one class, 0, and draws whichever digit it likes."""
        return not self.config.unconditional

    @property
    def network(self) -> torch.nn.Module:
        """The frozen generator network itself (for counting, exporting, inverting)."""
        return self._released.generator

    @property
    def w_mean(self) -> Tensor:
        """E[w | y], float32 (num_classes, w_dim): the point that truncation pulls to."""
        return self._net.w_mean

    @torch.inference_mode()
    def sample(
        self,
        digits: DigitsLike,
        seed: int = 0,
        truncation: float = 1.0,
        *,
        start: int = 0,
        indices: Sequence[int] | Tensor | None = None,
        batch_size: int = BATCH,
    ) -> Tensor:
        """Draw one image for each digit, sample i from z(seed, start + i) -> float32 (N, 1, 28, 28) on the CPU.

        digits: text, an int, numbers or a tensor. seed: 0 to 2**32 - 1. truncation: psi, 0 (each class's mean style)
        to 1 (the whole distribution) and on to 1.5. indices: the z index of each digit, in place of start + i; the
        same index gives the same hand. Raises InputError, in one sentence, for anything else.
        """
        labels = torch.tensor(parse_digits(digits, self.num_classes))
        seed, psi, size = check_seed(seed), check_psi(truncation), check_count(batch_size)
        first = _whole(start, "start", 0, MAX_SEED - len(labels))
        if indices is not None and first:
            raise InputError("give either start or indices, not both.")
        index: Sequence[int] = range(first, first + len(labels))
        if indices is not None:
            index = check_indices(indices, len(labels))
        parts = []
        for at in range(0, len(labels), size):
            y = labels[at : at + size]
            z = self.draw_z(seed, index[at : at + size])
            parts.append(self.synthesize(self.truncate(self.map(z, y), y, psi)))
        return torch.cat(parts)

    def draw_z(self, seed: int | Sequence[int], indices: Sequence[int]) -> Tensor:
        """z of samples `indices` of `seed`, one for all or one each, from this model's noise; float32 (N, z_dim)."""
        if isinstance(seed, int):
            return draw_noise(seed, indices, self.z_dim, self.config.noise)
        places: dict[int, list[int]] = {}
        for place, one in enumerate(seed):
            places.setdefault(one, []).append(place)
        z = torch.empty(len(indices), self.z_dim)
        for one, here in places.items():
            z[here] = draw_noise(one, [indices[place] for place in here], self.z_dim, self.config.noise)
        return z

    @torch.inference_mode()
    def map(self, z: Tensor, labels: Tensor) -> Tensor:
        """z (N, z_dim), labels (N,) -> w (N, w_dim)."""
        return self._net.map(z.to(self.device), labels.to(self.device))

    @torch.inference_mode()
    def truncate(self, w: Tensor, labels: Tensor, psi: float) -> Tensor:
        """Move w towards its class's mean: w_mean + psi (w - w_mean) (Karras et al. 2019, arXiv:1812.04948, app. B)."""
        if psi == 1.0:
            return w
        mean = self.w_mean[labels.to(self.device)]
        return mean + psi * (w - mean)

    @torch.inference_mode()
    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) on the CPU."""
        return self._synthesize(w.to(self.device)).float().cpu()

    @torch.inference_mode()
    def score(self, images: Tensor, labels: Tensor) -> Tensor:
        """D's logits for images as their labels, (N,) on the CPU; larger is more real. CheckpointError without a D."""
        if self._released.discriminator is None:
            from gan.store.released import CheckpointError

            raise CheckpointError(f"{self.name} was saved without its discriminator.")
        return self._released.discriminator(images.to(self.device), labels.to(self.device)).float().cpu()


def load(name_or_path: str, *, device: str = "cpu") -> Generator:
    """Load a checkpoint by its name in checkpoints/ or by a path; see gan.load."""
    return Generator(read_released(name_or_path, device), device)
