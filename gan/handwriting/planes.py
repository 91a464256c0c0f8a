"""Directions in w: planes of a generator's latent space, and the file that keeps them and its measured handwriting.

Notable choices
- Three kinds of plane, for any generator: `random`; `pca`, the directions in which the w of one class differ most
  (Härkönen et al. 2020, arXiv:2004.02546); `sefa`, those that change most in the layers that read w, in closed form:
  the eigenvectors of A^T A, A their stacked weights (Shen & Zhou 2021, arXiv:2007.06600, eq. 7).
- A coordinate counts standard deviations of w along its direction, so that +-3 is far on any plane.
- Classes share their directions: they are taken from w - E[w | y], and leave alone what no z moves (a class embedding).
- The file is safetensors with the weights' SHA-256 in its header; one of other weights is never used.

    python -m gan.directions digits    # checkpoints/digits.directions.safetensors, about half a minute
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from gan.drawing.generator import Generator, InputError, check_count, load
from gan.drawing.noise import draw_noise
from gan.handwriting.measures import MEASURES
from gan.handwriting.write import EXACT, Hand, Memo, Written, check_asked, fit_hand, read_number, write
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError

KEY = "digit_forge_directions"
FORMAT = 1
PLANES = ("pca", "sefa", "random")
EDITS = ("plane", "pair", "x", "y")  # and the names of MEASURES
PAIRS = 4  # planes of each kind: directions 1 and 2, 3 and 4, ...
REACH = 3.0  # how far a plane goes, in standard deviations
SAMPLES = 2000  # z a class, whose w are looked at

_PARTS = ("first", "bias1", "second", "bias2", "last", "bias3")


@dataclass(frozen=True)
class Directions:
    """What is known of one generator's w. planes: kind -> float32 (2 PAIRS, w_dim), each one standard deviation long.

    notes: kind -> a sentence where the kind means something else for this generator; hand: None until it is measured.
    """

    model: str
    sha256: str
    planes: dict[str, Tensor]
    notes: dict[str, str] = field(default_factory=dict)
    hand: Hand | None = None

    def find_offset(self, plane: str, pair: int, x: float, y: float) -> Tensor | None:
        """What to add to w at (x, y) of a plane: (w_dim,), or None at its middle. pair: 1 to PAIRS."""
        if x == 0 and y == 0:
            return None
        first, second = self.planes[plane][2 * pair - 2 : 2 * pair]
        return x * first + y * second


def check_plane(plane: object) -> str:
    """The name of a kind of plane; InputError otherwise."""
    if plane not in PLANES:
        raise InputError(f"the plane is {str(plane)[:40]!r}; it can be {', '.join(PLANES[:-1])} or {PLANES[-1]}.")
    return str(plane)


def find_planes(generator: Generator) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The planes of any generator, in about a second, and the notes on them."""
    classes, notes = generator.num_classes, {}
    z = draw_noise(2**31, range(SAMPLES), generator.z_dim, generator.config.noise)
    with torch.inference_mode():
        w = [generator.map(z, torch.full((SAMPLES,), label)).double() for label in range(classes)]
    around = torch.cat([one - one.mean(0) for one in w])  # (C SAMPLES, w_dim)
    covariance = around.T @ around / len(around)
    variances, vectors = _principal(covariance)
    kept = int((variances > 1e-9 * variances[0]).sum())
    span = vectors[:, :kept]  # what z can move
    count = min(2 * PAIRS, kept)
    if float(variances[0]) < 1.3 * float(variances[kept - 1]):
        notes["pca"] = "This model's w is its noise itself, as wide one way as any other: PCA finds no way of its own."

    def measured(rows: Tensor) -> Tensor:
        """Unit rows (K, w_dim), each made one standard deviation long, and as many as were wanted."""
        length = ((rows @ covariance) * rows).sum(1).clamp_min(0).sqrt()
        rows = rows * length[:, None]
        return rows.repeat(-(-2 * PAIRS // len(rows)), 1)[: 2 * PAIRS].float()

    pca = measured(vectors[:, :count].T)
    random = torch.randn(2 * PAIRS, kept, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    coloured = random @ (span * variances[:kept].sqrt()).T  # as w itself is spread
    planes = {"pca": pca, "random": measured(coloured / coloured.norm(dim=1, keepdim=True))}
    weights = find_readers(generator)
    if weights:
        # Each layer counts alike, however many rows it has
        stacked = torch.cat([one.double() / one.double().norm() for one in weights]) @ span
        _, closed = _principal(stacked.T @ stacked)
        planes["sefa"] = measured((span @ closed[:, :count]).T)
    else:
        planes["sefa"] = pca
        notes["sefa"] = "No layer of this model reads w by itself, so SeFa has nothing to solve: these are PCA's ways."
    return planes, notes


def _principal(symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues falling, and eigenvectors in columns, each with its largest entry positive."""
    values, vectors = torch.linalg.eigh(symmetric)
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    return values, vectors * largest.sign()


def find_readers(generator: Generator) -> list[Tensor]:
    """The weights (rows, w_dim) of the layers whose input is w, found by watching one picture being drawn."""
    network, found = generator.network, []
    w = generator.w_mean[:1].clone()

    def watch(layer: nn.Module, inputs: tuple[Any, ...]) -> None:
        given = inputs[0]
        if given.shape[:2] != w.shape or given.data_ptr() != w.data_ptr():
            return
        if isinstance(layer, nn.Linear):
            found.append(layer.weight.detach())
        elif isinstance(layer, nn.ConvTranspose2d):
            found.append(layer.weight.detach().flatten(1).T)

    watched = [layer.register_forward_pre_hook(watch) for layer in network.modules() if not list(layer.children())]
    try:
        with torch.inference_mode():
            network.synthesize(w)  # type: ignore[operator]
    finally:
        for hook in watched:
            hook.remove()
    return found


@dataclass(frozen=True)
class Edits:
    """What is done to a hand: a place on a plane, and measures asked for by name (see gan.handwriting)."""

    plane: str = "pca"
    pair: int = 1
    x: float = 0.0
    y: float = 0.0
    asked: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As a recipe keeps it: nothing of the plane at its middle, nothing that was not asked for."""
        place = {"plane": self.plane, "pair": self.pair, "x": self.x, "y": self.y} if self.x or self.y else {}
        return {**place, **self.asked}


def check_edits(found: Directions, edits: Mapping[str, object]) -> Edits:
    """Edits by name (plane, pair, x, y, slant, thickness, width, height), None for none, checked; InputError."""
    strange = next((name for name in edits if name not in (*EDITS, *MEASURES)), None)
    if strange is not None:
        raise InputError(f"{strange[:40]!r} is no edit; there are {', '.join((*EDITS, *MEASURES))}.")
    given = {name: value for name, value in edits.items() if value is not None and value != ""}
    pair = check_count(given.get("pair", 1), PAIRS)
    x, y = (check_coordinate(given.get(name, 0.0), name) for name in ("x", "y"))
    wanted = {name: given[name] for name in MEASURES if name in given}
    if wanted and found.hand is None:
        raise InputError(f"the handwriting of {found.model} is not measured yet; it takes about a minute.")
    asked = check_asked(found.hand, wanted) if found.hand else {}
    return Edits(check_plane(given.get("plane", "pca")), pair, x, y, asked)


def check_coordinate(value: object, name: str) -> float:
    """A coordinate on a plane, -REACH to REACH; InputError otherwise."""
    number = read_number(value)
    if not -REACH <= number <= REACH:
        raise InputError(f"{name} is {str(value)[:40]}; it must be a number from {-REACH:g} to {REACH:g}.")
    return number


def edit(
    generator: Generator,
    found: Directions,
    z: Tensor,
    labels: Tensor,
    edits: Edits,
    *,
    truncation: float = 1.0,
    steps: Sequence[int] = EXACT,
    memo: Memo | None = None,
) -> Written:
    """Draw labels (N,) in the hands of z (N, z_dim), edited. steps, memo: see `write` of gan.handwriting."""
    offset = found.find_offset(edits.plane, edits.pair, edits.x, edits.y)
    return write(
        generator, found.hand, z, labels, edits.asked, truncation=truncation, offset=offset, steps=steps, memo=memo
    )


# ---- the file


def get_path(generator: Generator) -> Path:
    """Where a generator's directions are kept: beside the checkpoints, under its name."""
    return checkpoint.CHECKPOINTS / f"{generator.name}.directions.safetensors"


def write_directions(path: Path, found: Directions) -> None:
    """Write directions with a measured hand; the file appears whole or not at all."""
    tensors = {f"plane.{name}": rows for name, rows in found.planes.items()}
    if found.hand is not None:
        tensors |= {f"hand.{name}": getattr(found.hand, name) for name in ("knots", "spread", "centre")}
        tensors |= {f"hand.{name}": part for name, part in zip(_PARTS, found.hand.layers, strict=True)}
    tensors = {name: tensor.float().contiguous().clone() for name, tensor in tensors.items()}
    header = {
        "format": FORMAT,
        "model": found.model,
        "weights": found.sha256,
        "notes": found.notes,
        "sha256": checkpoint.hash_tensors(tensors),
        "command": f"python -m gan.directions {found.model}",
    }
    data = save(tensors, metadata={KEY: json.dumps(header, sort_keys=True)})
    write_atomically(path, lambda part: part.write_bytes(data))


def read_directions(path: Path, generator: Generator) -> Directions:
    """Read and verify a generator's directions; CheckpointError when missing, damaged, or of other weights."""
    again = f"; `python -m gan.directions {generator.name}` makes it anew"
    if not path.is_file():
        raise CheckpointError(f"there is no {path.name}; `python -m gan.directions {generator.name}` makes it.")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        if header["format"] != FORMAT or header["sha256"] != checkpoint.hash_tensors(tensors):
            raise ValueError("its tensors are not those that its header promises")
        if header["weights"] != generator.sha256:
            raise CheckpointError(f"the file {path.name} was made for other weights{again}.")
        planes = {name: tensors[f"plane.{name}"] for name in PLANES}
        layers = tuple(tensors[f"hand.{name}"] for name in _PARTS)
        hand = Hand(tensors["hand.knots"], tensors["hand.spread"], tensors["hand.centre"], layers)
        wide, classes = generator.w_dim, generator.num_classes
        fits = hand.layers[0].shape[1] == wide + classes and hand.knots.shape[1] == classes
        if not fits or any(rows.shape != (2 * PAIRS, wide) for rows in planes.values()):
            raise ValueError("its tensors do not fit the network")
        return Directions(generator.name, generator.sha256, planes, dict(header["notes"]), hand)
    except CheckpointError:
        raise
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"the file {path.name} is damaged ({str(error)[:80]}){again}.") from error


def find(generator: Generator, *, measure: bool = True) -> Directions:
    """A generator's directions: from their file; else the planes at once and, with `measure`, the hand in a minute."""
    try:
        return read_directions(get_path(generator), generator)
    except CheckpointError:
        planes, notes = find_planes(generator)
        hand = fit_hand(generator, say=lambda _: None) if measure else None
        return Directions(generator.name, generator.sha256, planes, notes, hand)


def main(argv: list[str] | None = None) -> int:
    """Find a generator's planes, measure its handwriting, and keep both beside its weights."""
    parser = argparse.ArgumentParser(prog="python -m gan.directions", description=main.__doc__)
    parser.add_argument("names", nargs="*", default=["digits"], metavar="NAME", help="names in checkpoints/, or all")
    args = parser.parse_args(argv)
    names = checkpoint.list_names() if args.names == ["all"] else args.names
    try:
        for name in names:
            begun = time.monotonic()
            generator = load(name)
            planes, notes = find_planes(generator)
            hand = fit_hand(generator, say=lambda text, name=name: print(f"{name}: {text}", flush=True))  # type: ignore[misc]
            path = get_path(generator)
            write_directions(path, Directions(generator.name, generator.sha256, planes, notes, hand))
            for note in notes.values():
                print(f"{name}: {note}")
            ends = ", ".join(f"{what} {low:.1f} to {high:.1f}" for what, (low, high) in hand.ranges.items())
            print(f"{name}: {path.name}, hands of {ends}; {time.monotonic() - begun:.0f} s")
    except (CheckpointError, OSError) as error:
        text = str(error)
        print(f"gan.directions: {text[:1].upper()}{text[1:]}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
