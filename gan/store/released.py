"""Released weights: written atomically, verified when read, never unpickled.

A released file is safetensors: tensors `generator.*` (the EMA) and `discriminator.*`, and in the header, as JSON, the
config and a SHA-256 of the tensors.

    >>> read_released("digits").config
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from gan.config import Config, ConfigError
from gan.errors import Listing, Refusal, Sentence, say
from gan.models import DiscriminatorNetwork, GeneratorNetwork, build_discriminator, build_generator
from gan.store import places
from gan.store.atomic import write_atomically
from gan.store.names import NAME, explain_name, is_name, is_source
from gan.store.sidecar import hash_tensors

CHECKPOINTS = places.choose_folder()  # what is added goes here; `list_folders` is where to look
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


def list_folders() -> list[Path]:
    """The folders of checkpoints, the one that is written to first; of two files of a name the first counts."""
    return [CHECKPOINTS, places.SHIPPED] if places.LAYERED else [CHECKPOINTS]


def find_file(file: str) -> Path:
    """Where the file of that name is among the checkpoints; where it would be written if there is none."""
    return next((folder / file for folder in list_folders() if (folder / file).is_file()), CHECKPOINTS / file)


def choose_file(name: str, ending: str) -> Path:
    """Where to write what belongs to the checkpoint `name`, in a folder that is there and can be written to.

    CheckpointError for what is no checkpoint's name, or where nothing can be written.
    """
    if said := explain_name(name):
        raise CheckpointError(said)
    try:
        CHECKPOINTS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=CHECKPOINTS):
            pass
    except OSError as error:
        raise CheckpointError(
            say(
                "nothing can be written to {folder} ({reason}); name another folder with GAN_CHECKPOINTS.",
                folder=str(CHECKPOINTS),
                reason=str(error.strerror or error),
            )
        ) from error
    return CHECKPOINTS / f"{name}{ending}"


def list_files() -> dict[str, Path]:
    """The files that may be generators, by what their names are without .safetensors, in order; wrong names too."""
    found = {path.stem: path for folder in reversed(list_folders()) for path in folder.glob("*.safetensors")}
    return dict(sorted(found.items()))


def list_names() -> list[str]:
    """The names of the generators there are, `digits` first; damaged and other files are left out."""
    found = []
    for name, path in list_files().items():
        try:
            if is_name(name) and _read_header(path) is not None:
                found.append(name)
        except CheckpointError:
            continue
    return sorted(found, key=lambda name: (name != "digits", name))


def _explain_unknown(text: str) -> Sentence:
    """What there is, where there is no checkpoint of that name."""
    path = Path(text) if "\0" not in text else None
    if text and path is not None and path.is_dir():
        return say(
            "{value} is a folder; name the file in it that holds the weights, as in {file}.",
            value=repr(text),
            file=str(path / "model.safetensors"),
        )
    if names := list_names():
        return say(
            "there is no checkpoint {value}; the names there are: {names}.", value=repr(text), names=Listing(names)
        )
    return say(
        "there is no checkpoint {value}, and none of any name: train one with python -m gan.train, name a folder that "
        "holds some with GAN_CHECKPOINTS, or one that is on the Hugging Face Hub as USER/REPO.",
        value=repr(text),
    )


def resolve(name_or_path: str | Path) -> tuple[str, Path]:
    """A name in checkpoints/, a path to a file, or USER/REPO of the Hub -> what to call it, and its file.

    What is here comes first. CheckpointError lists the names when there is none, or says why the Hub gives none.
    """
    text = os.fspath(name_or_path)
    if NAME.fullmatch(text):
        named = find_file(f"{text}.safetensors")
        if named.is_file():
            return text, named
    if "\0" not in text and Path(text).is_file():
        return Path(text).stem, Path(text)
    if is_source(text) and not Path(text).is_dir():
        from gan.store.hub_source import fetch  # what is here needs no network, nor the libraries for it

        return fetch(text)
    raise CheckpointError(_explain_unknown(text))


def read_released(name_or_path: str | Path, device: str | torch.device = "cpu") -> Released:
    """Read and verify a released file; the networks come frozen, in eval mode, on `device`.

    Raises CheckpointError (one sentence) when the file is unknown, damaged, truncated, foreign, or does not fit.
    """
    name, path = resolve(name_or_path)
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
    return Released(name, path, sha256, config, generator, discriminator, header)
