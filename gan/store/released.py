"""Released weights: written atomically, verified when read, never unpickled.

A released file is safetensors: tensors `generator.*` (the EMA) and `discriminator.*`, and in the header, as JSON, the
config and a SHA-256 of the tensors.

    >>> read_released("digits").config
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from gan.config import Config, ConfigError
from gan.errors import Listing, Refusal, say
from gan.models import DiscriminatorNetwork, GeneratorNetwork, build_discriminator, build_generator
from gan.store.atomic import write_atomically
from gan.store.sidecar import hash_tensors

CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"
KEY = "digit_forge"  # the header entry that marks a file as ours
FORMAT = 1
MAX_BYTES = 256 << 20  # no checkpoint of this project comes near; a larger file is somebody else's


class CheckpointError(Refusal):
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
                say(
                    "the file {file} is larger than {size} MB: no checkpoint of this project.",
                    file=path.name,
                    size=MAX_BYTES >> 20,
                )
            )
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(KEY)
        return None if text is None else dict(json.loads(text))
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        if isinstance(error, CheckpointError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(
            say("the file {file} is damaged or not a safetensors file ({reason}).", file=path.name, reason=reason)
        ) from error


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
    names: str = Listing(list_names()) or say("none yet: train one with train.py")
    raise CheckpointError(
        say("there is no checkpoint {value}; the names there are: {names}.", value=repr(text), names=names)
    )


def read_released(name_or_path: str | Path, device: str | torch.device = "cpu") -> Released:
    """Read and verify a released file; the networks come frozen, in eval mode, on `device`.

    Raises CheckpointError (one sentence) when the file is unknown, damaged, truncated, foreign, or does not fit.
    """
    path = resolve(name_or_path)
    header = _read_header(path)
    if header is None:
        raise CheckpointError(
            say("the file {file} is a safetensors file, but not a generator of this project.", file=path.name)
        )
    if header.get("format") != FORMAT:
        raise CheckpointError(
            say(
                "the file {file} has format {value}; this version reads {known}.",
                file=path.name,
                value=repr(header.get("format")),
                known=FORMAT,
            )
        )
    try:
        config = Config.from_dict(header["config"])
        generator = build_generator(config)
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
    except (KeyError, ConfigError, ValueError, SafetensorError, OSError) as error:
        why = error.sentence if isinstance(error, Refusal) else str(error)
        raise CheckpointError(say("the file {file} cannot be used: {reason}.", file=path.name, reason=why)) from error
    sha256 = hash_tensors(tensors)
    if sha256 != header.get("sha256"):
        raise CheckpointError(
            say(
                "the file {file} is damaged: its weights do not have the SHA-256 that its header gives.", file=path.name
            )
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
            raise CheckpointError(
                say("the file {file} does not fit the network that its header names.", file=path.name)
            ) from error
        network.to(device).eval().requires_grad_(False)
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise CheckpointError(say("the file {file} holds weights that are not finite numbers.", file=path.name))
    return Released(path.stem, path, sha256, config, generator, discriminator, header)
