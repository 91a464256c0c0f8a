"""The file that keeps a generator's planes and its measured handwriting: NAME.directions.safetensors.

Its header has the SHA-256 of the weights that it was made for; one of other weights is never used.

    python -m gan.directions digits    # checkpoints/digits.directions.safetensors, about half a minute
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from gan.drawing.generator import Generator, load
from gan.errors import Sentence, say
from gan.handwriting.fit_hand import fit_hand
from gan.handwriting.hand import Hand
from gan.handwriting.planes import PAIRS, PLANES, Directions, find_planes
from gan.store import released as checkpoint
from gan.store import sidecar
from gan.store.released import CheckpointError
from gan.store.sidecar import MISSING, OTHERS, Fault, Seal

ENDING = ".directions.safetensors"
SEAL = Seal(format=1, key="digit_forge_directions")
_PARTS = ("first", "bias1", "second", "bias2", "last", "bias3")


def get_path(generator: Generator) -> Path:
    """Where a generator's directions are kept: beside the checkpoints, under its name."""
    return checkpoint.find_file(f"{generator.name}{ENDING}")


def write_directions(path: Path, found: Directions) -> None:
    """Write directions with a measured hand; the file appears whole or not at all."""
    tensors = {f"plane.{name}": rows for name, rows in found.planes.items()}
    if found.hand is not None:
        tensors |= {f"hand.{name}": getattr(found.hand, name) for name in ("knots", "spread", "centre")}
        tensors |= {f"hand.{name}": part for name, part in zip(_PARTS, found.hand.layers, strict=True)}
    tensors = {name: tensor.float().contiguous().clone() for name, tensor in tensors.items()}
    header = {
        "model": found.model,
        "weights": found.sha256,
        "notes": found.notes,
        "command": f"python -m gan.directions {found.model}",
    }
    sidecar.write(path, SEAL, tensors, header)


def read_directions(path: Path, generator: Generator) -> Directions:
    """Read and verify a generator's directions; CheckpointError when missing, damaged, or of other weights."""

    def build(header: dict[str, Any], tensors: dict[str, Tensor]) -> Directions:
        planes = {name: tensors[f"plane.{name}"] for name in PLANES}
        layers = tuple(tensors[f"hand.{name}"] for name in _PARTS)
        hand = Hand(tensors["hand.knots"], tensors["hand.spread"], tensors["hand.centre"], layers)
        wide, classes = generator.w_dim, generator.num_classes
        fits = hand.layers[0].shape[1] == wide + classes and hand.knots.shape[1] == classes
        if not fits or any(rows.shape != (2 * PAIRS, wide) for rows in planes.values()):
            raise ValueError("its tensors do not fit the network")
        return Directions(generator.name, generator.sha256, planes, dict(header["notes"]), hand)

    try:
        return sidecar.read(path, SEAL, build, weights=generator.sha256)
    except Fault as fault:
        raise CheckpointError(_explain(fault, path, generator.name)) from fault


def _explain(fault: Fault, path: Path, model: str) -> Sentence:
    if fault.why == MISSING:
        return say("there is no {file}; `python -m gan.directions {model}` makes it.", file=path.name, model=model)
    if fault.why == OTHERS and not fault.reason:
        return say(
            "the file {file} was made for other weights; `python -m gan.directions {model}` makes it anew.",
            file=path.name,
            model=model,
        )
    return say(
        "the file {file} is damaged ({reason}); `python -m gan.directions {model}` makes it anew.",
        file=path.name,
        reason=(fault.reason or "its tensors are not those that its header promises")[:80],
        model=model,
    )


def find(generator: Generator, *, measure: bool = True) -> Directions:
    """A generator's directions: from their file; else the planes at once and, with `measure`, the hand in a minute."""
    try:
        return read_directions(get_path(generator), generator)
    except CheckpointError:
        planes, notes = find_planes(generator)
        hand = fit_hand(generator, say=lambda _: None) if measure else None
        return Directions(generator.name, generator.sha256, planes, notes, hand)


def measure(name: str, tell: Callable[[str], None] = print) -> None:
    """Find the planes of the checkpoint `name`, measure its handwriting, and keep both beside its weights.

    tell is given a line of each step. Raises CheckpointError.
    """
    begun = time.monotonic()
    generator = load(name)
    path = checkpoint.choose_file(generator.name, ENDING)
    planes, notes = find_planes(generator)
    hand = fit_hand(generator, say=lambda text: tell(f"{name}: {text}"))
    write_directions(path, Directions(generator.name, generator.sha256, planes, notes, hand))
    for note in notes.values():
        tell(f"{name}: {note}")
    ends = ", ".join(f"{what} {low:.1f} to {high:.1f}" for what, (low, high) in hand.ranges.items())
    tell(f"{name}: {path.name}, hands of {ends}; {time.monotonic() - begun:.0f} s")
