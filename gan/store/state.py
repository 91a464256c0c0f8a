"""Training state on disk: a torch file, a zip whose checksums are verified, read with weights_only=True.

The state before the last one stays beside it, so that whenever a process dies there is a whole one.

    >>> state, why = read_last_state(Path("runs/digits/state.pt"))
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from gan.errors import say
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError


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
        raise CheckpointError(
            say("there is no training state at {path}: nothing to resume; leave --resume out.", path=str(path))
        )
    try:
        data = path.read_bytes()
        if not _is_whole(data):
            raise ValueError("a checksum is wrong")
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its reader met: pickle, zip, runtime and OS errors
        raise CheckpointError(
            say(
                "the training state {path} is damaged and cannot be resumed from ({kind}).",
                path=str(path),
                kind=type(error).__name__,
            )
        ) from error
    if not isinstance(state, dict) or not isinstance(state.get("config"), dict):
        raise CheckpointError(say("the file {path} is not the training state of this project.", path=str(path)))
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
        told = {"path": str(path), "other": previous.name}
        if not path.is_file():
            return state, say("The training state {path} is missing; the one before it, {other}, is used.", **told)
        return state, say("The training state {path} is damaged; the one before it, {other}, is used.", **told)
