"""A digit -> the z and w that redraw it, and the same hand in all other digits.

All classes of a generator share z, so the hand is z, found from one picture of a known class y. What one picture has
beyond its hand (a longer tail, an open loop) goes into u, an offset of w in standard deviations of the class's own w
(gan.handwriting.encoder); u is for the redrawn digit alone and never leaves its class.

Notable choices
- The first answer is the encoder's, in one pass. Without an encoder (tutorials' models) it is the nearest of
  CANDIDATES random hands by pixels.
- It is refined by Adam on (z, u): pixels and the reader's features of G(z, u); and, of G(z, 0) alone, pixels, slant
  and thickness (gan.handwriting.measures), so that the hand itself agrees with the drawing and u cannot take its work.
  |u|^2, the squared Mahalanobis distance in w, keeps the digit in its class; z is held near its start, because much of
  z shows in other digits only, and one picture must not decide it.
- A refinement is STEPS steps whose state is a handful of numbers: they can be taken in slices of any size, by
  whoever holds the state, and end at the same picture.
- A hand can be told: z rounded to a byte a number, as text. Digits are drawn from what is told, so that a link draws
  the same.

`python -m benchmarks.inversion digits --data ROOT` measures it on test digits: the class kept, the pixel error, and the
agreement of the ten digits' slant and thickness with the drawing's.

    from gan.handwriting.invert import Inverter, draw_hand
    inverter = Inverter(gan.load("digits"), load_classifier())
    found = inverter.refine(image, y, inverter.start(image, y))    # image (1, 1, 28, 28), y (1,)
    digits = draw_hand(inverter.generator, found.z, [2, 0, 2, 6])
"""

import base64
import binascii
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator
from gan.errors import say
from gan.handwriting.encoder import Encoder, fit_length, measure_spread
from gan.handwriting.measures import measure_style
from gan.judges.classifier import Classifier
from gan.models import GeneratorNetwork

STEPS = 60
RATE = 0.06  # Adam's first step, in standard deviations of z and of w
BETAS = (0.9, 0.99)
CANDIDATES = 256
CANDIDATE_SEED = 0
STYLE_UNITS = (10.0, 0.5)  # what counts as much as the other: degrees of slant, pixels of thickness
WEIGHTS = {"features": 0.1, "alone": 0.5, "style": 0.05, "offset": 0.004, "stray": 0.05}
LIMIT = 8.0  # standard deviations: no hand is further out
LEVELS = 127 / 4.0  # a told number is a byte, 4 standard deviations to each side


@dataclass(frozen=True)
class Found:
    """Where an inversion stands, after `step` steps: each of N pictures' z and u, and what the next step needs.

    z, start (N, z_dim); u (N, w_dim); mean, square (N, z_dim + w_dim), Adam's moments of (z, u).
    """

    z: Tensor
    u: Tensor
    start: Tensor
    mean: Tensor
    square: Tensor
    step: int = 0

    def to_bytes(self) -> bytes:
        """The state of one picture as bytes: float32 of all its tensors, one after the other."""
        return torch.cat([getattr(self, name)[0] for name in TENSORS]).numpy().astype("<f4").tobytes()


TENSORS = tuple(field.name for field in fields(Found) if field.name != "step")


class Inverter:
    """A generator, the reader, and the generator's encoder if it has one. Safe to share between threads."""

    def __init__(self, generator: Generator, reader: Classifier, encoder: Encoder | None = None) -> None:
        self.generator, self.reader, self.encoder = generator, reader, encoder
        self.network = cast(GeneratorNetwork, generator.network)
        self.spread = measure_spread(generator)  # (C, w_dim, w_dim)
        self._candidates: dict[int, tuple[Tensor, Tensor]] = {}

    def start(self, images: Tensor, y: Tensor) -> Found:
        """The first answer. images float (N, 1, 28, 28) in [-1, 1]; y int64 (N,), classes of the generator."""
        if self.encoder is not None:
            with torch.inference_mode():
                z, u = self.encoder(images, y)
            z, u = z.clone(), u.clamp(-LIMIT, LIMIT).clone()
        else:
            z = torch.cat(
                [self._find_nearest(image[None], label) for image, label in zip(images, y.tolist(), strict=True)]
            )
            u = torch.zeros(len(z), self.generator.w_dim)
        empty = torch.zeros(len(z), z.shape[1] + u.shape[1])
        return Found(z, u, z, empty, empty)

    def _find_nearest(self, image: Tensor, label: int) -> Tensor:
        """The z (1, z_dim) of the candidate that is nearest by pixels."""
        if label not in self._candidates:
            z = self.generator.draw_z(CANDIDATE_SEED, range(CANDIDATES))
            z = fit_length(z, self.generator.config.noise)
            y = torch.full((CANDIDATES,), label)
            self._candidates[label] = z, self.generator.draw(z, y).flatten(1).clone()
        z, pictures = self._candidates[label]
        return z[torch.cdist(image.flatten(1), pictures).argmin(1)].clone()

    def place(self, z: Tensor, u: Tensor, y: Tensor) -> Tensor:
        """(z, u, y) -> w = map(z, y) + S_y u, (N, w_dim) on the CPU; differentiable where the caller lets it be."""
        device = self.generator.device
        w = self.network.map(z.to(device), y.to(device))
        return w.cpu() + torch.einsum("nij,nj->ni", self.spread[y], u)

    def redraw(self, found: Found, y: Tensor) -> Tensor:
        """The pictures redrawn as their classes, (N, 1, 28, 28) in [-1, 1]."""
        with torch.inference_mode():
            return self.generator.synthesize(self.place(found.z, found.u, y))

    def refine(self, images: Tensor, y: Tensor, found: Found, steps: int = STEPS) -> Found:
        """Take up to `steps` more of the STEPS steps; pictures of a batch do not influence each other."""
        with torch.no_grad():
            features = self.reader.network.features(images)
            scale = features.square().mean(1).clamp_min(1e-6)
            style = measure_style(images)
        units = torch.tensor(STYLE_UNITS)
        z_dim, count = self.generator.z_dim, len(images)
        for step in range(found.step, min(STEPS, found.step + steps)):
            both = torch.cat([found.z, found.u], dim=1).clone().requires_grad_(True)
            with torch.enable_grad():
                z, u = fit_length(both[:, :z_dim], self.generator.config.noise), both[:, z_dim:]
                w = torch.cat([self.place(z, u, y), self.place(z, torch.zeros_like(u), y)])
                made = self.network.synthesize(w.to(self.generator.device)).float().cpu()
                redrawn, alone = made[:count], made[count:]
                seen = self.reader.network.features(redrawn)
                off = (measure_style(alone) - style) / units
                loss = (
                    (redrawn - images).square().mean((1, 2, 3))
                    + WEIGHTS["features"] * (seen - features).square().mean(1) / scale
                    + WEIGHTS["alone"] * (alone - images).square().mean((1, 2, 3))
                    + WEIGHTS["style"] * F.smooth_l1_loss(off, torch.zeros_like(off), reduction="none").sum(1)
                    + WEIGHTS["offset"] * u.square().mean(1)
                    + WEIGHTS["stray"] * (z - found.start).square().mean(1)
                )
                (gradient,) = torch.autograd.grad(loss.sum(), both)
            mean = BETAS[0] * found.mean + (1 - BETAS[0]) * gradient
            square = BETAS[1] * found.square + (1 - BETAS[1]) * gradient.square()
            upright = mean / (1 - BETAS[0] ** (step + 1))
            rate = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
            moved = both.detach() - rate * upright / ((square / (1 - BETAS[1] ** (step + 1))).sqrt() + 1e-8)
            z = fit_length(moved[:, :z_dim], self.generator.config.noise)
            u = moved[:, z_dim:].clamp(-LIMIT, LIMIT)
            found = replace(found, z=z, u=u, mean=mean, square=square, step=step + 1)
        return found

    def read_bytes(self, data: bytes, step: int) -> Found:
        """The state of one picture from `Found.to_bytes`, wherever it has been; InputError when it cannot be one."""
        z_dim, w_dim = self.generator.z_dim, self.generator.w_dim
        sizes = (z_dim, w_dim, z_dim, z_dim + w_dim, z_dim + w_dim)
        if len(data) != 4 * sum(sizes) or not 0 <= step <= STEPS:
            raise InputError(say("the refinement is none of this model; begin anew by drawing."))
        values = torch.from_numpy(np.frombuffer(data, "<f4").astype(np.float32))[None]
        if not bool(values.isfinite().all()) or float(values.abs().max()) > 1e4:
            raise InputError(say("the refinement holds numbers that are none; begin anew by drawing."))
        z, u, start, mean, square = values.split(sizes, dim=1)
        noise = self.generator.config.noise
        z, u = fit_length(z, noise), u.clamp(-LIMIT, LIMIT)
        if not bool((z * LEVELS).round().any()):  # no hand: it could not be told
            raise InputError(say("the refinement holds numbers that are none; begin anew by drawing."))
        return Found(z, u, fit_length(start, noise), mean, square.clamp_min(0), step)


def measure_error(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute difference of pictures (N, 1, 28, 28) in [-1, 1], as a share of full ink, 0 to 1; (N,)."""
    return (made - wanted).abs().mean((1, 2, 3)) / 2


def tell_hand(z: Tensor) -> str:
    """One z (1, z_dim) or (z_dim,) as text fit for a link: base64url of a byte a number."""
    numbers = (z.flatten() * LEVELS).round().clamp(-127, 127).to(torch.int8)
    return base64.urlsafe_b64encode(numbers.numpy().tobytes()).decode("ascii").rstrip("=")


def hear_hand(text: object, generator: Generator) -> Tensor:
    """What tell_hand wrote -> z (1, z_dim); InputError when it is no hand of this generator."""
    problem = say(
        "the hand is no hand of {model}: {count} numbers as copied from this page.",
        model=generator.name,
        count=generator.z_dim,
    )
    if not isinstance(text, str) or len(text) > 4096:
        raise InputError(problem)
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(problem) from error
    if len(data) != generator.z_dim:
        raise InputError(problem)
    z = torch.from_numpy(np.frombuffer(data, np.int8).astype(np.float32))[None] / LEVELS
    if not bool(z.any()):
        raise InputError(problem)
    return fit_length(z, generator.config.noise)


def draw_hand(generator: Generator, z: Tensor, digits: Sequence[int]) -> Tensor:
    """Digits (classes of the generator) in the hand z (1, z_dim) -> float32 (len(digits), 1, 28, 28) in [-1, 1]."""
    y = torch.tensor(list(digits))
    return generator.draw(z.expand(len(y), -1), y)
