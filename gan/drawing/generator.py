"""Labels -> images: the handle that `gan.load` returns, and truncation.

Sample i of seed s has its own z, a function of (s, i) alone: a digit does not change when its neighbours, the batch
size or the device change.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from gan.drawing.arguments import (
    MAX_SEED,
    DigitsLike,
    InputError,
    check_count,
    check_indices,
    check_psi,
    check_seed,
    check_whole,
    parse_digits,
)
from gan.drawing.noise import draw_noise
from gan.errors import say
from gan.store.released import CheckpointError, Released, read_released

BATCH = 256


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
        labels = torch.tensor(parse_digits(digits, self.num_classes, self.class_names))
        seed, psi, size = check_seed(seed), check_psi(truncation), check_count(batch_size)
        first = check_whole(start, "start", 0, MAX_SEED - len(labels))
        if indices is not None and first:
            raise InputError(say("give either start or indices, not both."))
        index: Sequence[int] = range(first, first + len(labels))
        if indices is not None:
            index = check_indices(indices, len(labels))
        parts = []
        for at in range(0, len(labels), size):
            y = labels[at : at + size]
            z = self.draw_z(seed, index[at : at + size])
            parts.append(self.draw(z, y, psi))
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

    def draw(self, z: Tensor, labels: Tensor, psi: float = 1.0) -> Tensor:
        """z (N, z_dim), labels (N,), psi -> images (N, 1, 28, 28) on the CPU: mapped, truncated, synthesized.

        All at once: a batch is the caller's to cut.
        """
        return self.synthesize(self.truncate(self.map(z, labels), labels, psi))

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
            raise CheckpointError(say("{model} was saved without its discriminator.", model=self.name))
        return self._released.discriminator(images.to(self.device), labels.to(self.device)).float().cpu()


def load(name_or_path: str, *, device: str = "cpu") -> Generator:
    """Load a checkpoint by its name in checkpoints/ or by a path; see gan.load."""
    return Generator(read_released(name_or_path, device), device)
