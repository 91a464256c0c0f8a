"""What a step is fed: real images in the run's order, noise, and augmentation, each from a generator of its own.

Every random draw of step k comes from a generator seeded with (seed, k), and the data order of epoch e from (seed, e):
there is no random state to save, and a run that stops and resumes draws what it would have drawn. On several
processes each draws the whole batch's numbers and keeps its own slice (gan.training.distributed).
"""

import torch
from torch import Tensor, nn

from gan.config import Config
from gan.data import Dataset, to_float
from gan.errors import say
from gan.handwriting.measures import measure_style
from gan.training.distributed import Team
from gan.training.plan import TrainingError

MAX_SHIFT = 2  # pixels that `augment` may move an image
STEPS, EPOCHS = 0, 1  # streams of make_rng; a run that went back uses 16, 32, ... for its steps


def make_rng(seed: int, stream: int, index: int) -> torch.Generator:
    """A CPU random generator for (seed, stream, index): stream tells apart uses, index steps or epochs."""
    mixed = (seed * 0x9E3779B97F4A7C15 + stream * 0xBF58476D1CE4E5B9 + index * 0x94D049BB133111EB) % 2**63
    return torch.Generator().manual_seed(mixed)


class Batches:
    """Batches of `dataset` for a run of `config`, on `device`; TrainingError when the data hold less than one."""

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, team: Team) -> None:
        if config.batch > len(dataset):
            raise TrainingError(
                say(
                    "the batch is {batch} but the data has {count} images; use a smaller one.",
                    batch=config.batch,
                    count=len(dataset),
                )
            )
        self.config, self.device, self.team = config, device, team
        self.pixels = dataset.images.to(device)  # uint8 (M, 1, 28, 28), 47 MB for MNIST
        labels = torch.zeros_like(dataset.labels) if config.unconditional else dataset.labels
        self.labels = labels.to(device)
        self.class_names = ("any",) if config.unconditional else tuple(dataset.class_names)
        self.order: tuple[int, Tensor] | None = None  # an epoch, and the places of its images in turn

    def measure_classes(self) -> tuple[Tensor, Tensor]:
        """Mean and spread of slant and stroke over each class of the training data; (K, 2), (K, 2)."""
        style = torch.cat([measure_style(to_float(part)) for part in self.pixels.split(4096)])
        rows = [style[self.labels == y] for y in range(self.config.num_classes)]
        mean = torch.stack([row.mean(0) for row in rows])
        spread = [row.std(0) if len(row) > 1 else torch.ones_like(row[0]) for row in rows]  # one image has none
        return mean, torch.stack(spread).clamp_min(1e-3)

    def take(self, images: int) -> tuple[Tensor, Tensor]:
        """The batch that follows after so many images of the run's order, across the ends of epochs; our share of it.

        (B, 1, 28, 28) in [-1, 1], (B,).
        """
        picked = []
        at, left = images, self.config.batch
        while left:
            epoch, inside = divmod(at, len(self.labels))
            if self.order is None or self.order[0] != epoch:
                order = torch.randperm(len(self.labels), generator=make_rng(self.config.seed, EPOCHS, epoch))
                self.order = (epoch, order.to(self.device))
            part = self.order[1][inside : inside + left]
            picked.append(part)
            at, left = at + len(part), left - len(part)
        index = self.team.share(torch.cat(picked))
        return to_float(self.pixels[index]), self.labels[index]

    def draw_z(self, rng: torch.Generator) -> Tensor:
        """Our share of a batch of z, (B, z_dim); with `style_weight` neighbours share one."""
        config = self.config
        count = config.batch // 2 if config.style_weight else config.batch
        if config.noise == "uniform":
            z = torch.rand(count, config.z_dim, generator=rng) * 2 - 1
        else:
            z = torch.randn(count, config.z_dim, generator=rng)
        if config.style_weight:
            z = z.repeat_interleave(2, 0)
        return self.team.share(z).to(self.device)

    def draw_t(self, rng: torch.Generator) -> Tensor:
        """Our share of a batch of places between real and fake, uniform in [0, 1]; (B,)."""
        return self.team.share(torch.rand(self.config.batch, generator=rng)).to(self.device)

    def augment(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Move each image, with probability `augment`, by up to 2 px each way; differentiable, (B, 1, H, W) -> same."""
        if not self.config.augment:
            return images
        n, whole = len(images), self.config.batch
        moved = torch.rand(whole, generator=rng) < self.config.augment
        shift = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (whole, 2), generator=rng) * moved[:, None] + MAX_SHIFT
        shift = self.team.share(shift).to(self.device)
        size = images.shape[-1]
        padded = nn.functional.pad(images[:, 0], (MAX_SHIFT,) * 4, value=-1.0)
        span = torch.arange(size, device=self.device)
        rows = (shift[:, :1] + span)[:, :, None]  # (N, H, 1)
        cols = (shift[:, 1:] + span)[:, None, :]  # (N, 1, W)
        return padded[torch.arange(n, device=self.device)[:, None, None], rows, cols][:, None]
