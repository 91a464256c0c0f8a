"""Train the encoder that a drawing is inverted with; it takes minutes on two cores.

    python -m gan.fit_encoder digits --data ROOT               # writes checkpoints/digits.encoder.safetensors
    python -m gan.fit_encoder digits --minutes 1               # from the generator's own digits alone

Notable choices
- Half of each batch are real training digits, sheared, turned and scaled a little, to be redrawn: pixels and the
  reader's features of G(z, u) and of G(z, 0), whose slant and thickness are held to the picture's as well. The test
  split is never read.
- The other half are the generator's own, whose hand is known. There the loss is on the transfer itself: the hand
  that was found must write *another* digit as the true hand writes it.
- Without real digits the generator's own take their place.
"""

import math
import time
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from gan.data import Dataset, get_root, load_dataset, to_float
from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator, load
from gan.errors import say
from gan.handwriting.encoder import ENDING, Encoder, fit_length, make_encoder, measure_spread, save_encoder
from gan.handwriting.measures import measure_style
from gan.judges.classifier import Classifier, load_classifier
from gan.models import GeneratorNetwork
from gan.store.released import choose_file

REAL, OWN = 32, 16  # pictures of each kind in a batch
RATE = 2e-3
STYLE_UNITS = (10.0, 0.5)  # what counts as much as the other: degrees of slant, pixels of thickness
WEIGHTS = {"features": 0.1, "alone": 0.7, "style": 0.02, "offset": 3e-3, "transfer": 1.0}


def jitter(images: Tensor, rng: torch.Generator) -> Tensor:
    """Shear (to 0.25), turn (to 8 degrees) and scale (to 10 %) each picture about its middle."""
    count = len(images)

    def draw(most: float) -> Tensor:
        return (2 * torch.rand(count, generator=rng) - 1) * most

    shear, angle, scale = draw(0.25), draw(0.14), 1 + draw(0.1)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cosine, shear - sine
    theta[:, 1, 0], theta[:, 1, 1] = sine, cosine
    grid = F.affine_grid(theta, [count, 1, 28, 28], align_corners=False)
    return F.grid_sample(images + 1, grid, align_corners=False) - 1


class Lesson:
    """What the encoder is taught: the loss of one batch."""

    def __init__(self, generator: Generator, reader: Classifier, data: Dataset | None, seed: int) -> None:
        self.generator, self.reader, self.data = generator, reader, data
        self.network = cast(GeneratorNetwork, generator.network)
        self.spread = measure_spread(generator)
        self.rng = torch.Generator().manual_seed(seed)

    def draw_own(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """The generator's own digits: z, y and the pictures."""
        z = torch.randn(count, self.generator.z_dim, generator=self.rng)
        if self.generator.config.noise == "uniform":
            z = 2 * torch.rand(count, self.generator.z_dim, generator=self.rng) - 1
        z = fit_length(z, self.generator.config.noise)
        y = torch.randint(self.generator.num_classes, (count,), generator=self.rng)
        with torch.no_grad():
            return z, y, self.network(z, y)

    def draw_real(self, count: int) -> tuple[Tensor, Tensor]:
        """Real training digits, or the generator's own where there are none: pictures and y."""
        if self.data is None:
            _, y, images = self.draw_own(count)
        else:
            chosen = torch.randint(len(self.data), (count,), generator=self.rng)
            images, y = to_float(self.data.images[chosen]), self.data.labels[chosen]
            if not self.generator.conditional:
                y = torch.zeros_like(y)
        return jitter(images, self.rng), y

    def compare_features(self, made: Tensor, wanted: Tensor) -> Tensor:
        """Mean squared error of the reader's features, relative to the size of those wanted."""
        with torch.no_grad():
            target = self.reader.network.features(wanted)
        seen = self.reader.network.features(made)
        return (seen - target).square().mean() / target.square().mean()

    def get_loss(self, encoder: Encoder) -> Tensor:
        """The loss of one batch of REAL + OWN pictures."""
        network, classes = self.network, self.generator.num_classes
        images, y = self.draw_real(REAL)
        true_z, own_y, own = self.draw_own(OWN)
        z, u = encoder(torch.cat([images, own]), torch.cat([y, own_y]))
        other_y = (own_y + torch.randint(max(1, classes - 1), (OWN,), generator=self.rng) + 1) % classes
        alone = network.map(z[:REAL], y)
        moved = alone + torch.einsum("nij,nj->ni", self.spread[y], u[:REAL])
        there = network.map(z[REAL:], other_y)
        redrawn, hand, elsewhere = network.synthesize(torch.cat([moved, alone, there])).split([REAL, REAL, OWN])
        with torch.no_grad():
            wanted = network(true_z, other_y)
        style = (measure_style(hand) - measure_style(images)) / torch.tensor(STYLE_UNITS)
        return (
            F.mse_loss(redrawn, images)
            + WEIGHTS["features"] * self.compare_features(redrawn, images)
            + WEIGHTS["alone"] * F.mse_loss(hand, images)
            + WEIGHTS["transfer"] * F.mse_loss(elsewhere, wanted)
            + WEIGHTS["style"] * F.smooth_l1_loss(style, torch.zeros_like(style))
            + WEIGHTS["offset"] * u.square().mean()
        )


def fit(
    generator: Generator, reader: Classifier, data: Dataset | None, *, minutes: float, seed: int = 0
) -> tuple[Encoder, int]:
    """Train an encoder for so many minutes -> frozen, in eval mode, and its steps. Adam, its rate along a cosine."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder = make_encoder(generator)
    lesson = Lesson(generator, reader, data, seed)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=RATE, betas=(0.9, 0.99))
    begun = time.monotonic()
    steps = 0
    with tqdm(total=1.0, bar_format="{percentage:5.1f}%|{bar:20}| {desc}", leave=False) as bar:
        smooth = 0.0
        while (share := (time.monotonic() - begun) / (60 * minutes)) < 1 or not steps:
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (steps + 1) / 50) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
            loss = lesson.get_loss(encoder)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            steps += 1
            smooth = loss.item() if steps == 1 else 0.98 * smooth + 0.02 * loss.item()
            bar.n = min(1.0, share)
            bar.set_description_str(f"step {steps:,}, loss {smooth:.4f}")
    return encoder.eval().requires_grad_(False), steps


def fit_file(
    checkpoint: str,
    *,
    data: str | None = None,
    minutes: float = 3.0,
    seed: int = 0,
    threads: int | None = None,
    out: Path | None = None,
) -> str:
    """Train the encoder of a checkpoint and write it beside the weights, or to `out` -> a line that says so.

    data: the root of MNIST's training digits; without it the generator's own are used. Raises a Refusal.
    """
    if not (math.isfinite(minutes) and minutes > 0):
        raise InputError(say("--minutes is {value}; it must be more than 0.", value=minutes))
    if threads is not None:
        if threads < 1:
            raise InputError(say("--threads is {value}; one is the least.", value=threads))
        torch.set_num_threads(threads)
    generator = load(checkpoint)
    digits = load_dataset(get_root(data), "train") if data else None
    if digits is not None and generator.conditional and len(digits.class_names) != generator.num_classes:
        raise InputError(
            say(
                "{model} draws {own} classes and the data has {count}; leave --data out to train on the generator's "
                "own pictures.",
                model=generator.name,
                own=generator.num_classes,
                count=len(digits.class_names),
            )
        )
    path = out or choose_file(generator.name, ENDING)
    encoder, steps = fit(generator, load_classifier(), digits, minutes=minutes, seed=seed)
    meta = {
        "command": f"python -m gan.fit_encoder {generator.name}{' --data ROOT' if data else ''} "
        f"--minutes {minutes:g} --seed {seed}",
        "steps": steps,
        "data": "MNIST's training digits" if data else "the generator's own digits",
        "torch": torch.__version__,
    }
    size = save_encoder(encoder, generator, path, meta)
    return f"{path}: {size / 1e6:.2f} MB, {steps:,} steps, for the weights {generator.sha256[:12]}"
