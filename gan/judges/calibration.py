"""The curve that makes probabilities of a comparing loss's logits: what it is, how it is fitted, and its file.

It lies beside the weights, checkpoints/NAME.verdict.json, and belongs to these weights alone.

    python -m gan.fit_verdict digits --data ROOT    # writes it
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.drawing.generator import Generator
from gan.errors import Sentence, say
from gan.store import released as checkpoint
from gan.store import sidecar
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError
from gan.store.sidecar import MISSING, OTHERS, Fault, Seal

ENDING = ".verdict.json"
SEAL = Seal(format="digit-forge-verdict/1")


@dataclass(frozen=True)
class Calibration:
    """For each class y: P(real | logit, y) = sigmoid(slope[y] (logit - midpoint[y])), real and forged equally likely.

    `weights` is the SHA-256 of the checkpoint it was fitted to; `real` and `forged` are how many of each it was.
    """

    weights: str
    midpoint: tuple[float, ...]
    slope: tuple[float, ...]
    real: int
    forged: int
    dataset: str


def get_path(name: str) -> Path:
    """Where the calibration of the checkpoint of that name lies."""
    return checkpoint.find_file(f"{name}{ENDING}")


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it as JSON, whole or not at all."""
    text = json.dumps({"format": SEAL.format, **asdict(calibration)}, indent=2) + "\n"
    write_atomically(path, lambda part: part.write_text(text))


def read_calibration(path: Path, generator: Generator) -> Calibration | None:
    """The calibration in `path`, or None where no file is there; CheckpointError when it does not fit `generator`."""

    def build(header: dict[str, Any], _: dict[str, Tensor]) -> Calibration:
        found = {key: value for key, value in header.items() if key != "format"}
        curves = {key: tuple(map(float, found[key])) for key in ("midpoint", "slope")}
        counts = {key: int(found[key]) for key in ("real", "forged")}
        made = Calibration(**found | curves | counts)
        if not (all(map(math.isfinite, made.midpoint + made.slope)) and min(made.slope) >= 0):
            raise ValueError("its curves are not finite and rising")
        return made

    try:
        made = sidecar.read(path, SEAL, build, weights=generator.sha256)
    except Fault as fault:
        if fault.why == MISSING:
            return None
        raise CheckpointError(_explain(fault, path)) from fault
    if not len(made.midpoint) == len(made.slope) == generator.num_classes:
        raise CheckpointError(
            say(
                "the file {file} is not of {count} classes, as the model is.",
                file=path.name,
                count=generator.num_classes,
            )
        )
    return made


def _explain(fault: Fault, path: Path) -> Sentence:
    if fault.why == OTHERS and not fault.reason:
        return say("the file {file} was fitted to other weights; python -m gan.fit_verdict renews it.", file=path.name)
    return say("the file {file} is not what python -m gan.fit_verdict writes.", file=path.name)


def fit_logistic(*, real: Tensor, fake: Tensor) -> tuple[float, float]:
    """Logits real (N,), fake (M,) -> midpoint and slope of P(real | logit), each side weighing one half.

    The targets are Platt's, (N + 1) / (N + 2) and 1 / (M + 2), which keep the slope finite where the two do not
    overlap. A slope below 0, where D has it the wrong way round, is given as 0: D cannot tell. ValueError when either
    side is empty or not finite.
    """
    if not (len(real) and len(fake) and bool(torch.cat([real, fake]).isfinite().all())):
        raise ValueError("a logistic curve is fitted to finite logits, some of each side")
    x = torch.cat([real, fake]).double()
    center, spread = float(x.mean()), float(x.std(correction=0))
    if spread <= 1e-9 * max(1.0, abs(center)):
        return center, 0.0
    n, m = len(real), len(fake)
    target = torch.cat([torch.full((n,), (n + 1) / (n + 2)), torch.full((m,), 1 / (m + 2))]).double()
    weight = torch.cat([torch.full((n,), 0.5 / n), torch.full((m,), 0.5 / m)]).double()
    x = (x - center) / spread
    line = torch.zeros(2, dtype=torch.float64, requires_grad=True)  # slope, offset
    solver = torch.optim.LBFGS([line], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        value = (F.binary_cross_entropy_with_logits(line[0] * x + line[1], target, reduction="none") * weight).sum()
        value.backward()
        return value

    solver.step(loss)
    slope, offset = line.tolist()
    if slope <= 1e-9:
        return center, 0.0
    return center - spread * offset / slope, slope / spread
