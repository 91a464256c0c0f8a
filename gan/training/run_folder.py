"""A run's folder: every name that a run writes there, and what is asked of the folder before, and done to it after.

STATE, and the state before it    what the run goes on from
WEIGHTS                           the released file, once the run is done
SHEETS/                           sample sheets, a PNG a moment, named by the images seen
HISTORY/                          G alone, in half precision, at log-spaced moments: how it learned
LOG, CHECKS, ALARMS, BOARD/       numbers of the steps, looks at each class, alarms; TensorBoard's own files
FILM, SUMMARY                     made of the others when the run is done
"""

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gan.config import ConfigError
from gan.store.released import CheckpointError, read_released
from gan.store.state import get_previous

STATE = "state.pt"
PREVIOUS = get_previous(Path(STATE)).name
WEIGHTS = "model.safetensors"
LOG = "log.jsonl"
CHECKS = "checks.jsonl"
ALARMS = "alarms.jsonl"
FILM = "film.gif"
SUMMARY = "summary.png"
FILES = (STATE, PREVIOUS, WEIGHTS, LOG, CHECKS, ALARMS, FILM, SUMMARY)

SHEETS = "sheets"
HISTORY = "history"
BOARD = "tensorboard"
FOLDERS = (SHEETS, HISTORY, BOARD)


def get_sheet_path(out: Path, images: int) -> Path:
    """Where the sample sheet of that moment lies."""
    return out / SHEETS / f"{images:09d}.png"


def get_snapshot_path(out: Path, images: int) -> Path:
    """Where the snapshot of G at that moment lies."""
    return out / HISTORY / f"{images:09d}.safetensors"


def list_sheets(out: Path) -> dict[int, Path]:
    """The sample sheets there are, by images seen, in order; other files of the folder are left out."""
    return _list_moments(out / SHEETS, "png")


def list_snapshots(out: Path) -> dict[int, Path]:
    """The snapshots of G there are, by images seen, in order; other files of the folder are left out."""
    return _list_moments(out / HISTORY, "safetensors")


def _list_moments(folder: Path, suffix: str) -> dict[int, Path]:
    return {int(path.stem): path for path in sorted(folder.glob(f"*.{suffix}")) if path.stem.isdecimal()}


# ---- before a run ---------------------------------------------------------------------------------------------------


def check(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Make the folder and prove that it can be written to, before training and not after; ConfigError otherwise."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"--out {out} cannot be written to ({error.strerror}); name a folder that can") from error
    if resume or not any((out / name).exists() for name in (STATE, PREVIOUS, WEIGHTS)):
        return
    if not overwrite:
        raise ConfigError(
            f"--out {out} holds a run already; add --resume to continue it or --overwrite to delete it, or name "
            "another folder"
        )


@contextmanager
def unmaking(out: Path) -> Iterator[None]:
    """When what is inside fails, take away again the folders that it made on the way to `out` and left empty."""
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        yield
    except BaseException:
        for folder in made:
            with suppress(OSError):  # not empty, or never made
                folder.rmdir()
        raise


def clear(out: Path) -> None:
    """Delete what a run has written below `out`, and nothing else."""
    for name in FILES:
        (out / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    sweep(out)


def sweep(out: Path) -> None:
    """Delete the half-written files that a killed run left below `out`."""
    for name in FILES:
        (out / f".{name}.part").unlink(missing_ok=True)
    for name in FOLDERS:
        for part in (out / name).glob(".*.part"):
            part.unlink()


def recall_commands(out: Path) -> list[str]:
    """The commands that made a run whose state does not tell them, from its snapshots: plain resumes left out."""
    found: list[str] = []
    for path in list_snapshots(out).values():
        with suppress(CheckpointError):
            command = str((read_released(path).meta.get("trained") or {}).get("command", ""))
            words = command.split()
            if command and command not in found and ("--extend" in words or "--resume" not in words):
                found.append(command)
    return found


# ---- when a run goes on ---------------------------------------------------------------------------------------------


def forget_later(out: Path, images: int) -> None:
    """Delete the sheets and snapshots beyond where a run goes on from: it will make them again, or others."""
    for moment, path in (*list_sheets(out).items(), *list_snapshots(out).items()):
        if moment > images:
            path.unlink()


def thin_snapshots(out: Path, room: int) -> None:
    """Give up snapshots until `room` are left, as `find_surplus` chooses."""
    paths = list_snapshots(out)
    for images in find_surplus(sorted(paths), room):
        paths[images].unlink()


def find_surplus(moments: list[int], room: int) -> list[int]:
    """Which of these moments (images, ascending) to give up so that `room` are left.

    The first and the last stay, and of the others those that leave the least gap are given up: what remains is
    log-spaced, as far as it was.
    """
    kept = list(moments)
    while len(kept) > max(room, 1):
        spans = [math.log(after / max(before, 1)) for before, after in zip(kept, kept[2:], strict=False)]
        kept.pop(spans.index(min(spans)) + 1 if spans else -1)
    return sorted(set(moments) - set(kept))
