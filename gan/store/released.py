"""Weights and training state on disk: written atomically, verified when read, never unpickled.

A released file is safetensors: tensors `generator.*` (the EMA) and `discriminator.*`, and in the header, as JSON, the
config and a SHA-256 of the tensors. Training state is a torch file, a zip whose checksums are verified, that is read
with weights_only=True.

    python -m gan.checkpoint                          # list the checkpoints there are
    python -m gan.checkpoint add FILE --name NAME [--metrics JSON]    # take one into checkpoints/ and index.json
"""

import argparse
import hashlib
import io
import json
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from gan.config import Config, ConfigError
from gan.models import DiscriminatorNetwork, GeneratorNetwork, build_discriminator, build_generator
from gan.store.atomic import write_atomically

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
KEY = "digit_forge"  # the header entry that marks a file as ours
FORMAT = 1
MAX_BYTES = 256 << 20  # no checkpoint of this project comes near; a larger file is somebody else's


class CheckpointError(ValueError):
    """A checkpoint is unknown, damaged or foreign; the message is one sentence for a person."""


@dataclass(frozen=True)
class Released:
    """A checkpoint in memory. sha256 is that of the tensors; meta is the header's JSON (class_names, trained, ...)."""

    name: str
    path: Path
    sha256: str
    config: Config
    generator: GeneratorNetwork
    discriminator: DiscriminatorNetwork | None
    meta: dict[str, Any]


def hash_tensors(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and bytes of the tensors, in the order of their names; hexadecimal."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.view(torch.uint8).numpy().tobytes() if tensor.dim() else tensor.numpy().tobytes())
    return digest.hexdigest()


def write_released(
    path: str | Path,
    config: Config,
    generator: nn.Module,
    discriminator: nn.Module | None,
    meta: dict[str, Any],
    *,
    half: bool = False,
) -> str:
    """Write a released file and return the SHA-256 of its tensors. `meta` must be JSON; `half` stores float16."""
    tensors = {f"generator.{k}": v.detach().cpu().contiguous() for k, v in generator.state_dict().items()}
    if discriminator is not None:
        tensors |= {f"discriminator.{k}": v.detach().cpu().contiguous() for k, v in discriminator.state_dict().items()}
    if half:
        tensors = {name: t.half() if t.is_floating_point() else t for name, t in tensors.items()}
    sha256 = hash_tensors(tensors)
    header = {"format": FORMAT, "sha256": sha256, "config": config.to_dict(), **meta}
    data = save(tensors, metadata={KEY: json.dumps(header, sort_keys=True)})
    write_atomically(Path(path), lambda part: part.write_bytes(data))
    return sha256


def _read_header(path: Path) -> dict[str, Any] | None:
    """The header's JSON, or None for a safetensors file that is not ours; CheckpointError for anything else."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CheckpointError(
                f"the file {path.name} is larger than {MAX_BYTES >> 20} MB: no checkpoint of this project."
            )
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(KEY)
        return None if text is None else dict(json.loads(text))
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        if isinstance(error, CheckpointError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(f"the file {path.name} is damaged or not a safetensors file ({reason}).") from error


def list_names() -> list[str]:
    """The names of the generators in checkpoints/, `digits` first; damaged and other files are left out."""
    found = []
    for path in sorted(CHECKPOINTS.glob("*.safetensors")):
        try:
            if _read_header(path) is not None:
                found.append(path.stem)
        except CheckpointError:
            continue
    return sorted(found, key=lambda name: (name != "digits", name))


def resolve(name_or_path: str | Path) -> Path:
    """A name in checkpoints/, or a path to a file -> the path; CheckpointError lists the names when there is none."""
    text = os.fspath(name_or_path)
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", text):
        named = CHECKPOINTS / f"{text}.safetensors"
        if named.is_file():
            return named
    if "\0" not in text and Path(text).is_file():
        return Path(text)
    names = ", ".join(list_names()) or "none yet: train one with train.py"
    raise CheckpointError(f"there is no checkpoint {text!r}; the names there are: {names}.")


def read_released(name_or_path: str | Path, device: str | torch.device = "cpu") -> Released:
    """Read and verify a released file; the networks come frozen, in eval mode, on `device`.

    Raises CheckpointError (one sentence) when the file is unknown, damaged, truncated, foreign, or does not fit.
    """
    path = resolve(name_or_path)
    header = _read_header(path)
    if header is None:
        raise CheckpointError(f"the file {path.name} is a safetensors file, but not a generator of this project.")
    if header.get("format") != FORMAT:
        raise CheckpointError(f"the file {path.name} has format {header.get('format')!r}; this version reads {FORMAT}.")
    try:
        config = Config.from_dict(header["config"])
        generator = build_generator(config)
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
    except (KeyError, ConfigError, ValueError, SafetensorError, OSError) as error:
        raise CheckpointError(f"the file {path.name} cannot be used: {error}.") from error
    sha256 = hash_tensors(tensors)
    if sha256 != header.get("sha256"):
        raise CheckpointError(
            f"the file {path.name} is damaged: its weights do not have the SHA-256 that its header gives."
        )
    discriminator = None
    if any(key.startswith("discriminator.") for key in tensors):
        discriminator = build_discriminator(config)
    for prefix, network in (("generator.", generator), ("discriminator.", discriminator)):
        if network is None:
            continue
        weights = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        try:
            network.load_state_dict(weights, strict=True)
        except RuntimeError as error:
            raise CheckpointError(f"the file {path.name} does not fit the network that its header names.") from error
        network.to(device).eval().requires_grad_(False)
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise CheckpointError(f"the file {path.name} holds weights that are not finite numbers.")
    return Released(path.stem, path, sha256, config, generator, discriminator, header)


def get_previous(path: Path) -> Path:
    """Where the state before the last one is kept: state.pt -> state.previous.pt."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write training state (tensors, numbers, strings, lists, dicts), keeping the state before it beside it.

    Whenever the process dies, one whole state is there under one of the two names: a damaged last one is written
    over, and does not take the place of the good one before it.
    """
    buffer = io.BytesIO()  # torch's own writer hides a full disk behind an error of its own
    torch.save(state, buffer)

    def write(part: Path) -> None:
        part.write_bytes(buffer.getbuffer())

    write_atomically(path, write, keep=get_previous(path) if _can_read(path) else None)


def _can_read(path: Path) -> bool:
    try:
        return bool(read_state(path))
    except CheckpointError:
        return False


def _is_whole(data: bytes) -> bool:
    """Whether every record of a torch file has its CRC-32; torch's own reader looks at none of them."""
    try:
        return zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return False


def read_state(path: Path) -> dict[str, Any]:
    """Read training state without unpickling anything; CheckpointError when it is missing or damaged."""
    if not path.is_file():
        raise CheckpointError(f"there is no training state at {path}: nothing to resume; leave --resume out.")
    try:
        data = path.read_bytes()
        if not _is_whole(data):
            raise ValueError("a checksum is wrong")
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its reader met: pickle, zip, runtime and OS errors
        raise CheckpointError(
            f"the training state {path} is damaged and cannot be resumed from ({type(error).__name__})."
        ) from error
    if not isinstance(state, dict) or not isinstance(state.get("config"), dict):
        raise CheckpointError(f"the file {path} is not the training state of this project.")
    return state


def read_last_state(path: Path) -> tuple[dict[str, Any], str | None]:
    """The last whole state, and None; or the one before it, and a sentence that says why.

    Raises CheckpointError, about the last one, when neither can be read.
    """
    try:
        return read_state(path), None
    except CheckpointError as error:
        previous = get_previous(path)
        try:
            state = read_state(previous)
        except CheckpointError:
            raise error from None
        why = "is missing" if not path.is_file() else "is damaged"
        return state, f"The training state {path} {why}; the one before it, {previous.name}, is used."


def read_index() -> dict[str, Any]:
    """checkpoints/index.json: name -> what it is, its SHA-256, metrics and the command that made it."""
    path = CHECKPOINTS / "index.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def add(file: Path, name: str, about: str, metrics: Path | None = None) -> None:
    """Take a released file into checkpoints/ under `name` and write its row of index.json.

    `metrics` is what `gan.evaluate --json` wrote of the same weights; CheckpointError when it is of others.
    """
    released = read_released(file)
    figures: dict[str, Any] = {}
    if metrics is not None:
        try:
            found = json.loads(metrics.read_text())
            measured = found["subject"]["sha256"]
            figures = {key: {"value": one["value"], "real": one["real"]} for key, one in found["figures"].items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{metrics} is not what gan.evaluate --json writes of a checkpoint.") from error
        if measured != released.sha256:
            raise CheckpointError(
                f"{metrics} was measured on other weights ({measured[:12]}, not {released.sha256[:12]})."
            )
    target = CHECKPOINTS / f"{name}.safetensors"
    write_atomically(target, lambda part: part.write_bytes(released.path.read_bytes()))
    row = {
        "about": about,
        "sha256": released.sha256,
        "bytes": target.stat().st_size,
        "trained": released.meta.get("trained"),
        "metrics": figures,
    }
    text = json.dumps({**read_index(), name: row}, indent=2, sort_keys=True) + "\n"
    write_atomically(CHECKPOINTS / "index.json", lambda part: part.write_text(text))


def main(argv: list[str] | None = None) -> int:
    """List the checkpoints, or add one."""
    parser = argparse.ArgumentParser(prog="python -m gan.checkpoint", description=main.__doc__)
    sub = parser.add_subparsers(dest="what")
    adding = sub.add_parser("add", help="take a trained file into checkpoints/")
    adding.add_argument("file", type=Path)
    adding.add_argument("--name", required=True)
    adding.add_argument("--about", default="", help="one line: what it is")
    adding.add_argument("--metrics", type=Path, metavar="FILE", help="what gan.evaluate --json wrote of these weights")
    args = parser.parse_args(argv)
    try:
        if args.what == "add":
            add(args.file, args.name, args.about, args.metrics)
        for name in list_names():
            found = read_released(name)
            size = found.path.stat().st_size / 1e6
            print(f"{name}\t{size:.1f} MB\tsha256 {found.sha256[:12]}\t{found.config.generator}")
    except (CheckpointError, OSError) as error:
        print(f"gan.checkpoint: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
