"""What a model is made of for the page: files of weights, and the manifest that names them and their hashes.

    DIR/manifest.json                    the model, what each part is and which file has it; written last
    DIR/PART.HASH.safetensors            a part, loaded when it is needed; HASH is the first figures of its SHA-256

Parts: `generator`; `discriminator`; `planes`, with the measured handwriting; `hand`, the encoder and how w is spread;
`reader`; `history`, JSON that names a file for each snapshot of the run. Weights are halves (float16) unless `full` is
asked for or a file is small; what pictures are measured by (planes, handwriting, means of w) is never halved.

    from gan.ui.engine.parts import write_model
    write_model("digits", Path("build/model"))
"""

import copy
import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from gan.data import to_uint8
from gan.drawing.generator import BATCH, Generator
from gan.errors import Refusal, pack, say
from gan.handwriting.encoder import EncoderError, load_encoder, measure_spread
from gan.handwriting.planes_file import get_path, read_directions
from gan.judges import calibration
from gan.judges.calibration import read_calibration
from gan.judges.classifier import ClassifierError, load_classifier
from gan.judges.verdict import Verdict
from gan.store import sidecar
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, read_released
from gan.store.sidecar import Seal
from gan.store.snapshots import HistoryError, read_history
from gan.ui.engine.layout import Tensors, lay_out

FORMAT = "digit-forge-page/1"
SEAL = Seal(format=FORMAT, key="digit_forge_page")  # one entry: safetensors writes several in any order
MANIFEST = "manifest.json"
HASH = 12  # figures of a hash in a file's name
PRECISE = ("w_mean", "slope")  # never halved
CHECKED = 1000  # pictures that tell what the written weights change
SMALL = 250_000  # numbers: a file of fewer is not worth halving, and small networks feel it most
PARTS = ("generator", "discriminator", "planes", "hand", "reader", "history")
_HAND = ("first", "bias1", "second", "bias2", "last", "bias3")

Part = dict[str, Any]  # of the manifest: file, sha256, bytes, and what the part is


class ExportError(Refusal):
    """A model cannot be written for the page; the message is one sentence for a person."""


class Folder:
    """Where the parts of one model are written, and what the manifest will say of them."""

    def __init__(self, path: Path, weights: str, *, full: bool) -> None:
        self.path, self.weights, self.full = path, weights, full
        self.parts: dict[str, Part] = {}
        path.mkdir(parents=True, exist_ok=True)

    def write(self, part: str, tensors: Tensors, *, halve: bool = True, shared: bool = False, **told: Any) -> Part:
        """Write one file -> what the manifest says of it; the file's name has its hash.

        shared: it belongs to no weights, and is the same file for every model.
        """
        if halve and not self.full and sum(value.numel() for value in tensors.values()) > SMALL:
            tensors = {name: value if name in PRECISE else _halve(value) for name, value in tensors.items()}
        # `contiguous` leaves the strides of a single column as they are, which makes no bytes
        kept = {name: value.clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
        fresh = self.path / f"{part}.new"
        count = sidecar.write(fresh, SEAL, kept, {"part": part, "weights": "" if shared else self.weights})
        digest = hashlib.sha256(fresh.read_bytes()).hexdigest()
        file = self.path / f"{part}.{digest[:HASH]}.safetensors"
        fresh.replace(file)
        return {"file": file.name, "sha256": digest, "bytes": count, **told}

    def add(self, part: str, tensors: Tensors, *, halve: bool = True, shared: bool = False, **told: Any) -> None:
        """Write one file, and keep what the manifest says of it."""
        self.parts[part] = self.write(part, tensors, halve=halve, shared=shared, **told)

    def add_network(self, part: str, network: nn.Module | None, **told: Any) -> bool:
        """Write a network, where the engine has one of its kind."""
        laid = lay_out(network) if network is not None else None
        if laid is not None:
            self.add(part, laid[1], network=laid[0], **told)
        return laid is not None


def _hush(line: str) -> None:
    """Tell nobody."""


def _halve(value: Tensor) -> Tensor:
    """In half precision, unless a number is too large for it (65,504)."""
    half = value.half()
    return half if bool(torch.isfinite(half).all()) else value


def write_model(
    name: str, out: Path, *, full: bool = False, only: Collection[str] = PARTS, tell: Callable[[str], None] = _hush
) -> dict[str, Any]:
    """Write the model `name` (of checkpoints/, or a path) for the page into the folder `out` -> its manifest.

    full: weights as they are, float32. only: the parts that are written, of PARTS. tell is given a line for each part.
    Raises CheckpointError, ExportError for an architecture that the engine does not have, and OSError.
    """
    released = read_released(name)
    generator = Generator(released)
    if lay_out(generator.network) is None:
        raise ExportError(
            say(
                "the page's engine does not draw with the architecture {name} of {model}; the server does.",
                name=generator.config.generator,
                model=generator.name,
            )
        )
    folder = Folder(out, generator.sha256, full=full)
    folder.add_network("generator", generator.network)
    verdict = _add_discriminator(folder, generator, released.discriminator) if "discriminator" in only else None
    reader = _add_reader(folder) if "reader" in only else None
    for part, add in (("planes", _add_planes), ("hand", _add_hand)):
        if part in only:
            add(folder, generator)
    problem = _add_history(folder, generator) if "history" in only else ""
    manifest = {
        "format": FORMAT,
        **describe(generator),
        "full": full,
        "verdict": verdict,
        "reader": reader,
        "no_history": pack(problem),
        "parts": folder.parts,
    }
    text = json.dumps(manifest, sort_keys=True) + "\n"
    write_atomically(out / MANIFEST, lambda part: part.write_text(text, encoding="utf-8"))
    for part, told in folder.parts.items():
        tell(f"{generator.name}: {part}, {told['bytes']:,} bytes, {told['file']}")
    return manifest


def describe_halves(name: str, out: Path, manifest: dict[str, Any]) -> str:
    """A line on what the weights written to `out` change (see measure_halves)."""
    generator = Generator(read_released(name))
    error, levels, share = measure_halves(generator, out / manifest["parts"]["generator"]["file"])
    return (
        f"{generator.name}: of {CHECKED:,} pictures with these weights {share:.2%} of pixels are off, the largest "
        f"error {error:.1e}, {levels} grey levels"
    )


@torch.inference_mode()
def measure_halves(generator: Generator, file: Path) -> tuple[float, int, float]:
    """What the weights of a generator's file change in CHECKED pictures: the largest error, that in grey levels, and
    the share of pixels that are off by a level or more.
    """
    network, kept = copy.deepcopy(generator.network), load_file(file)
    if any(value.dtype == torch.float16 for value in kept.values()):
        for name, value in network.state_dict().items():
            if name not in PRECISE and value.is_floating_point():
                value.copy_(value.half())
    y = torch.arange(CHECKED) % generator.num_classes
    z = generator.draw_z(2024, range(CHECKED))
    error, levels, off = 0.0, 0, 0
    for at in range(0, CHECKED, BATCH):
        wanted, made = (
            generator.draw(z[at : at + BATCH], y[at : at + BATCH]),
            network(z[at : at + BATCH], y[at : at + BATCH]),
        )
        apart = (to_uint8(wanted).int() - to_uint8(made).int()).abs()
        error = max(error, float((wanted - made).abs().max()))
        levels, off = max(levels, int(apart.max())), off + int((apart > 0).sum())
    return error, levels, off / (CHECKED * 784)


def describe(generator: Generator) -> dict[str, Any]:
    """What the page must know of a model before it has any of its weights."""
    return {
        "name": generator.name,
        "weights": generator.sha256,
        "class_names": list(generator.class_names),
        "num_classes": generator.num_classes,
        "conditional": generator.conditional,
        "dataset": generator.config.dataset,
        "loss": generator.config.loss,
        "z_dim": generator.z_dim,
        "w_dim": generator.w_dim,
        "noise": generator.config.noise,
        "truncation": 1.0,
    }


def _add_discriminator(folder: Folder, generator: Generator, network: nn.Module | None) -> dict[str, Any] | None:
    """D, and what its logits mean; None without it."""
    if not folder.add_network("discriminator", network):
        return None
    verdict = Verdict(generator)
    told = {"kind": verdict.kind, "explain": pack(verdict.explain)}
    curves = read_calibration(calibration.get_path(generator.name), generator) if verdict.calibrated else None
    return told if curves is None else told | {"midpoint": list(curves.midpoint), "slope": list(curves.slope)}


def _add_planes(folder: Folder, generator: Generator) -> None:
    """The planes of w and the measured handwriting, where they lie beside the weights."""
    try:
        found = read_directions(get_path(generator), generator)
    except CheckpointError:
        return
    tensors = {f"plane.{kind}": rows for kind, rows in found.planes.items()}
    ranges = {}
    if found.hand is not None:
        tensors |= {f"hand.{key}": getattr(found.hand, key) for key in ("knots", "spread", "centre")}
        layers = dict(zip(_HAND, found.hand.layers, strict=True))
        tensors |= {f"hand.{key}": value.T if value.dim() == 2 else value for key, value in layers.items()}
        ranges = {name: list(ends) for name, ends in found.hand.ranges.items()}
    notes = {kind: pack(note) for kind, note in found.notes.items()}
    folder.add("planes", tensors, halve=False, notes=notes, ranges=ranges)


def _add_hand(folder: Folder, generator: Generator) -> None:
    """How w is spread about each class's mean, and the encoder where there is one."""
    tensors: dict[str, Tensor] = {"spread": measure_spread(generator)}
    try:
        laid = lay_out(load_encoder(generator))
        assert laid is not None
        tensors |= laid[1]
        folder.add("hand", tensors, network=laid[0])
    except EncoderError:
        folder.add("hand", tensors)


def _add_reader(folder: Folder) -> dict[str, Any] | None:
    """The independent reader, and what it reads; None where its file cannot be used."""
    try:
        reader = load_classifier()
    except ClassifierError:
        return None
    folder.add_network("reader", reader.network, shared=True)
    return {"class_names": list(reader.class_names), "dataset": reader.dataset}


def _add_history(folder: Folder, generator: Generator) -> str:
    """The snapshots of the run, a file each, and in a file of JSON what was measured at each, and the run's curves.

    Returns why there are none, or "".
    """
    try:
        history = read_history(generator.name, generator.sha256)
    except HistoryError as error:
        return error.sentence
    final = lay_out(generator.network)
    assert final is not None
    moments = []
    for index, figures in enumerate(history.moments):
        laid = lay_out(history.build(index))
        assert laid is not None
        # A run's last snapshot may be the released weights: in halves, in which snapshots are kept, it is their file
        same = not folder.full and all(
            torch.equal(value.half(), final[1][name].half()) for name, value in laid[1].items()
        )
        told = folder.parts["generator"] if same else folder.write("moment", laid[1], network=laid[0])
        moments.append({**figures, **told})
    told = {"weights": generator.sha256, "moments": moments, "curves": history.curves}
    data = json.dumps(told, sort_keys=True).encode()
    digest = hashlib.sha256(data).hexdigest()
    file = folder.path / f"history.{digest[:HASH]}.json"
    write_atomically(file, lambda part: part.write_bytes(data))
    folder.parts["history"] = {"file": file.name, "sha256": digest, "bytes": len(data)}
    return ""
