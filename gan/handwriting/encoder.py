"""A picture of a digit -> the hand that wrote it: the first answer of an inversion, in one pass of a small network.

Notable choices
- A hand is z, which all classes of a generator share. What z cannot say about this one picture goes into u, an
  offset of w measured in standard deviations of the class's own w: w = map(z, y) + S_y u, where S_y S_y' is the
  covariance of w given y. So |u|^2 is the squared Mahalanobis distance that w was moved, and u = 0 is z alone.
- z has the length that noise has: what a mapping network normalizes away anyway is not left free.
- The file lies beside the generator's, `digits.encoder.safetensors`, and names the weights that it was made for; for
  others it is not used.

    python -m gan.fit_encoder digits --data ROOT    # makes it
"""

import json
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan.drawing.generator import Generator
from gan.errors import Refusal, Sentence, say
from gan.store import released as checkpoint
from gan.store import sidecar
from gan.store.sidecar import DAMAGED, LARGE, MISSING, OTHERS, UNFIT, Fault, Seal

ENDING = ".encoder.safetensors"
MAX_BYTES = 1_500_000
SEAL = Seal(format="digit-forge-encoder/1", most=MAX_BYTES)
CLASS_DIM = 32
HIDDEN = 192
SPREAD_COUNT = 1024  # draws of z a class, of which the covariance of w is taken
SPREAD_SEED = 0


class EncoderError(Refusal):
    """There is no encoder for a generator, or its file is damaged; the message is one sentence for a person."""


def fit_length(z: Tensor, noise: str) -> Tensor:
    """z (N, z_dim) scaled to the length that noise of that kind ("normal" or "uniform") typically has."""
    deviation = 1.0 if noise == "normal" else 1 / math.sqrt(3)
    return z * (deviation * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8))


@torch.no_grad()
def measure_spread(generator: Generator) -> Tensor:
    """S_y for every class: its columns are w's principal axes given y, each one standard deviation long.

    float32 (num_classes, w_dim, w_dim) on the CPU; w = w_mean[y] + S_y u of u ~ N(0, I) has w's own covariance.
    """
    z = generator.draw_z(SPREAD_SEED, range(SPREAD_COUNT))
    spreads = []
    for label in range(generator.num_classes):
        w = generator.map(z, torch.full((len(z),), label)).double().cpu()
        values, axes = torch.linalg.eigh(torch.cov(w.T))
        spreads.append((axes * values.clamp_min(0).sqrt()).float())
    return torch.stack(spreads)


class Encoder(nn.Module):
    """(images, y) -> (z, u): four convolutions over 14 x 14 pixels folded by two, then two dense layers."""

    def __init__(self, z_dim: int, w_dim: int, num_classes: int, noise: str = "normal") -> None:
        super().__init__()
        self.z_dim, self.w_dim, self.num_classes, self.noise = z_dim, w_dim, num_classes, noise
        self.look = nn.Sequential(
            nn.PixelUnshuffle(2),  # (N, 4, 14, 14)
            nn.Conv2d(4, 32, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 48, 3, padding=1, stride=2),  # (N, 48, 7, 7)
            nn.LeakyReLU(0.2),
            nn.Conv2d(48, 64, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 64, 3, padding=1, stride=2),  # (N, 64, 4, 4)
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.embed = nn.Embedding(num_classes, CLASS_DIM)
        self.think = nn.Sequential(nn.Linear(64 * 16 + CLASS_DIM, HIDDEN), nn.LeakyReLU(0.2))
        self.tell = nn.Linear(HIDDEN, z_dim + w_dim)

    def forward(self, images: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """images (N, 1, 28, 28) in [-1, 1], y int64 (N,) -> z (N, z_dim) of noise's length, u (N, w_dim)."""
        h = torch.cat([self.look(images), self.embed(y)], dim=1)
        out = self.tell(self.think(h))
        return fit_length(out[:, : self.z_dim], self.noise), out[:, self.z_dim :]


def make_encoder(generator: Generator) -> Encoder:
    """An untrained encoder of that generator's sizes."""
    return Encoder(generator.z_dim, generator.w_dim, generator.num_classes, generator.config.noise)


def get_path(name: str) -> Path:
    """Where the encoder of the checkpoint of that name lies."""
    return checkpoint.find_file(f"{name}{ENDING}")


def save_encoder(encoder: Encoder, generator: Generator, path: Path, meta: dict[str, Any]) -> int:
    """Write the encoder, whole or not at all -> the bytes written. `meta` must be JSON; OSError when it cannot be."""
    header = {"weights": generator.sha256, "meta": json.dumps(meta, sort_keys=True)}
    return sidecar.write(path, SEAL, encoder.state_dict(), header)


def load_encoder(generator: Generator, path: Path | None = None) -> Encoder:
    """Read the encoder of exactly this generator, frozen, on the CPU. Nothing is unpickled.

    Raises EncoderError when there is none, when it was made for other weights, or when the file is damaged.
    """
    path = path or get_path(generator.name)

    def build(_: dict[str, Any], tensors: dict[str, Tensor]) -> Encoder:
        encoder = make_encoder(generator)
        encoder.load_state_dict(tensors)
        return encoder.eval().requires_grad_(False)

    try:
        return sidecar.read(path, SEAL, build, weights=generator.sha256)
    except Fault as fault:
        raise EncoderError(_explain(fault, path, generator.name)) from fault


def _explain(fault: Fault, path: Path, model: str) -> Sentence:
    known = {"file": path.name, "model": model}
    if fault.why == MISSING:
        return say(
            "there is no encoder for the model {model}; `python -m gan.fit_encoder {model}` makes it.", model=model
        )
    if fault.why == LARGE:
        return say(
            "the file {file} is larger than any encoder of this project; `python -m gan.fit_encoder {model}` makes it "
            "anew.",
            **known,
        )
    if fault.why == DAMAGED:
        return say(
            "the file {file} is damaged or no safetensors file; `python -m gan.fit_encoder {model}` makes it anew.",
            **known,
        )
    if fault.why == OTHERS:
        return say(
            "the encoder {file} was made for other weights than {model} has; `python -m gan.fit_encoder {model}` makes "
            "it.",
            **known,
        )
    if fault.why == UNFIT:
        return say(
            "the file {file} does not fit the generator that it names; `python -m gan.fit_encoder {model}` makes it "
            "anew.",
            **known,
        )
    return say(
        "the file {file} is damaged or no encoder of this project; `python -m gan.fit_encoder {model}` makes it anew.",
        **known,
    )
