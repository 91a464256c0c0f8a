"""The one verifier of the files beside weights: directions, an encoder, a verdict, a history, a classifier.

A file is read, and its parts are checked in this order, which is that of the faults below: it is there, not too large,
can be read, is of its kind and format, is whole (its tensors have the SHA-256 that its header gives), belongs to these
weights, and fits them. Nothing is unpickled. What is wrong is raised as a Fault; what to say of it is for the kind of
file to know.

    SEAL = Seal(format="digit-forge-encoder/1", most=1_500_000)
    write(path, SEAL, tensors, {"weights": generator.sha256})
    try:
        encoder = read(path, SEAL, build, weights=generator.sha256)    # build(header, tensors) -> what is wanted
    except Fault as fault:
        raise EncoderError(explain(fault, path)) from fault
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from gan.store.atomic import write_atomically

T = TypeVar("T")

# Why a file cannot be used, in the order in which it is checked
FAULTS = ("missing", "large", "damaged", "foreign", "changed", "others", "unfit")
MISSING, LARGE, DAMAGED, FOREIGN, CHANGED, OTHERS, UNFIT = FAULTS


class Fault(Exception):
    """A file beside weights cannot be used.

    Attributes:
        why: one of FAULTS.
        reason: in the words of what met it; "" where `why` says all.
        found: of OTHERS, the SHA-256 that the file names.
    """

    def __init__(self, why: str, reason: str = "", found: str = "") -> None:
        super().__init__(reason or why)
        self.why, self.reason, self.found = why, reason, found


def hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and bytes of the tensors, in the order of their names; hexadecimal."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.view(torch.uint8).numpy().tobytes() if tensor.dim() else tensor.numpy().tobytes())
    return digest.hexdigest()


def hash_file(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of the bytes that safetensors writes of these tensors alone; hexadecimal."""
    return hashlib.sha256(save(dict(tensors))).hexdigest()


@dataclass(frozen=True)
class Seal:
    """How a kind of file is marked as ours.

    Attributes:
        format: what its header says of its format; None where that is not looked at.
        key: the entry of a safetensors header that holds all of ours as JSON; "" where ours stand there one by one.
        digest: the entry with the SHA-256 of the tensors.
        hash: how that is taken.
        most: bytes that no such file has.
    """

    format: object
    key: str = ""
    digest: str = "sha256"
    hash: Callable[[Mapping[str, Tensor]], str] = hash_tensors
    most: int | None = None


def write(path: Path, seal: Seal, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> int:
    """Write a sealed safetensors file, whole or not at all -> its bytes.

    header: JSON under `seal.key`; without a key, text by name.
    """
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    told = {"format": seal.format, seal.digest: seal.hash(kept), **header}
    data = save(kept, metadata={seal.key: json.dumps(told, sort_keys=True)} if seal.key else told)
    write_atomically(path, lambda part: part.write_bytes(data))
    return len(data)


def read(
    path: Path,
    seal: Seal,
    build: Callable[[dict[str, Any], dict[str, Tensor]], T],
    *,
    weights: str | None = None,
) -> T:
    """Read and verify a file: what `build` makes of its header and its tensors (none of a .json). Fault otherwise.

    weights: the SHA-256 of those that it must belong to; None where it belongs to none. `build` raises what comes: any
    KeyError, TypeError, ValueError, AttributeError or RuntimeError of it is UNFIT.
    """
    if not path.is_file():
        raise Fault(MISSING)
    header, tensors = (_read_json if path.suffix == ".json" else _read_tensors)(path, seal)
    if seal.format is not None:
        if "format" not in header:
            raise Fault(FOREIGN, "'format'")
        if header["format"] != seal.format:
            raise Fault(FOREIGN)
    if path.suffix != ".json":
        if seal.digest not in header:
            raise Fault(CHANGED, f"'{seal.digest}'")
        if header[seal.digest] != seal.hash(tensors):
            raise Fault(CHANGED)
    if weights is not None:
        if "weights" not in header:
            raise Fault(OTHERS, "'weights'")
        if header["weights"] != weights:
            raise Fault(OTHERS, found=str(header["weights"]))
    try:
        return build(header, tensors)
    except Fault:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise Fault(UNFIT, str(error) or type(error).__name__) from error


def _read_tensors(path: Path, seal: Seal) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Our part of a safetensors file's header, and its tensors."""
    try:
        if seal.most is not None and path.stat().st_size > seal.most:
            raise Fault(LARGE)
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise Fault(DAMAGED, _name_reason(error)) from error
    try:
        found = json.loads(header[seal.key]) if seal.key else header
        if not isinstance(found, dict):
            raise TypeError("its header is not an object of named values")
        return found, tensors
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Fault(FOREIGN, str(error)) from error


def _read_json(path: Path, seal: Seal) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The object in a .json file, and no tensors."""
    try:
        if seal.most is not None and path.stat().st_size > seal.most:
            raise Fault(LARGE)
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError("it is not an object of named values")
        return found, {}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Fault(DAMAGED, _name_reason(error)) from error


def _name_reason(error: Exception) -> str:
    """What went wrong, without the path that the system names: visitors read it, and a site keeps it."""
    return getattr(error, "strerror", None) or str(error)
