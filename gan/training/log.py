"""What a run writes down while it goes on: log.jsonl, checks.jsonl, alarms.jsonl, and TensorBoard's own files.

Notable choices
- A row is one write of one line: kill -9 costs the line at hand at most, and a full disk is an OSError at once.
- A run that resumes, or goes back after NaN, first takes out what it had written beyond the images it goes on from;
  so a stopped run's log has neither a moment twice nor a hole.
- The x axis of everything is images seen, which does not change with the batch.

    tensorboard --logdir runs/digits/tensorboard
"""

import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn

from gan.drawing.sheets import make_sheet
from gan.errors import Refusal
from gan.store.atomic import write_atomically
from gan.training.observer import Observer, Progress
from gan.training.run_folder import ALARMS, BOARD, CHECKS, LOG

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FLUSH_SECONDS = 2  # what kill -9 costs TensorBoard at most

# A Progress's field -> its tag; a tag's first part is the group that TensorBoard folds.
TAGS = {
    "loss_d": "loss/d",
    "loss_g": "loss/g",
    "penalty": "loss/penalty",
    "style": "loss/style",
    "logit_real": "logit/real",
    "logit_fake": "logit/fake",
    "prob_real": "probability/real",
    "prob_fake": "probability/fake",
    "won": "skill/won",
    "grad_d": "gradient/d",
    "grad_g": "gradient/g",
    "gamma": "schedule/gamma",
    "lr": "schedule/lr",
    "images_per_second": "speed/images_per_second",
}


class LogError(Refusal):
    """The log cannot be kept as asked for; the message is one sentence."""


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file, in order; none where there is no file. A line that is no whole row is left out.

    A row is a JSON object, with the number `images` among others, and ends its line.
    """
    return [row for _, row in _read_lines(path)]


def drop_rows(path: Path, images: int) -> None:
    """Take out, atomically, the rows beyond `images` images and lines that are no row; with 0 images, all rows."""
    if path.exists():
        kept = [line for line, row in _read_lines(path) if images and row["images"] <= images]
        text = b"".join(kept)
        if text != path.read_bytes():
            write_atomically(path, lambda part: part.write_bytes(text))


def _read_lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:  # half a line: the run was killed while it wrote
            continue
        if isinstance(row, dict) and isinstance(row.get("images"), int) and line.endswith(b"\n"):
            yield line, row


def tidy(value: Any) -> Any:
    """A value as it goes into a row: floats to 5 places, small ones to 5 digits; infinite ones go, None stays."""
    if isinstance(value, Mapping):
        pairs = ((str(name), item, tidy(item)) for name, item in value.items())
        return {name: neat for name, item, neat in pairs if neat is not None or item is None}
    if isinstance(value, list | tuple):
        return [tidy(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return round(value, 5) if abs(value) >= 1 else float(f"{value:.5g}")
    return value


def flatten_check(check: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of a check -> (tag, value): `watch/accuracy`, and `watch/accuracy/CLASS` for what has classes.

    A value by class may be a mapping from class name, or a list in the classes' order.
    """
    for name, value in check.items():
        tag = f"watch/{name.removesuffix('_by_class').removeprefix('class_')}"
        if isinstance(value, Mapping):
            parts = [(f"{tag}/{key}", item) for key, item in value.items()]
        elif isinstance(value, list | tuple):
            parts = [(f"{tag}/{index}", item) for index, item in enumerate(value)]
        else:
            parts = [(tag, value)]
        for part, item in parts:
            if name not in ("images", "step") and not isinstance(item, bool | None | str) and math.isfinite(item):
                yield part, float(item)


class Log(Observer):
    """Writes a run down below `out`, going on from `images` images (0 for a new run).

    LogError when TensorBoard is asked for and not installed, before any file is touched. OSError from any
    method when the disk is full or `out` cannot be written to. Use as a context manager, or call `close`.
    """

    def __init__(self, out: Path, *, images: int, tensorboard: bool = True) -> None:
        self.out, self._asked = out, tensorboard
        if tensorboard:
            _import_writer()
        out.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, int] = {}
        self._board: SummaryWriter | None = None
        self._unmute: Callable[[], None] = _do_nothing
        self._open(images)

    def _open(self, images: int) -> None:
        """Drop what lies beyond `images`, then open everything for adding to."""
        self._last = images
        for name in (LOG, CHECKS, ALARMS):
            drop_rows(self.out / name, images)
        rows = read_rows(self.out / CHECKS)
        self._checked = rows[-1].get("images") if rows else None
        self._drawn: dict[str, int] = {}
        for name in (LOG, CHECKS, ALARMS):
            self._files[name] = os.open(self.out / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if self._asked:
            self._unmute = _mute_writer()
            self._board = _open_board(self.out / BOARD, images)

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with suppress(OSError) if kind else nullcontext():  # what went wrong first is what is told
            self.close()

    def _write(self, name: str, row: Mapping[str, Any]) -> None:
        line = memoryview((json.dumps(tidy(row), ensure_ascii=False) + "\n").encode())
        while line:  # a disk that is nearly full takes half of it first, and refuses the rest
            line = line[os.write(self._files[name], line) :]

    # ---- the run tells ------------------------------------------------------------------------------------------

    def on_step(self, now: Progress) -> None:
        """A row of log.jsonl, and TensorBoard's scalars."""
        self._last = now.images
        self._write(LOG, vars(now))
        for name, tag in TAGS.items():
            value = getattr(now, name)
            if self._board and math.isfinite(value):
                self._board.add_scalar(tag, value, now.images)

    def on_sheet(self, images: int, pictures: Tensor, columns: int) -> None:
        """TensorBoard's picture of the sheet, as it lies below sheets/."""
        if self._board and self._is_new("sheet", images):
            sheet = np.asarray(make_sheet(pictures, columns, scale=2))
            self._board.add_image("sheet", sheet, images, dataformats="HW")

    def on_weights(self, images: int, g: nn.Module, d: nn.Module) -> None:
        """TensorBoard's histograms of the weights, and of the gradients where there are any."""
        if self._board and self._is_new("weights", images):
            for letter, network in (("g", g), ("d", d)):
                for name, parameter in network.named_parameters():
                    self._add_histogram(f"weights_{letter}/{name}", parameter, images)
                    if parameter.grad is not None:
                        self._add_histogram(f"gradients_{letter}/{name}", parameter.grad, images)

    def on_notice(self, images: int, message: str) -> None:
        """An alarm of the kind "notice"; when the run went back to `images`, what lay beyond is taken out."""
        if images < self._last:
            self.close()
            self._open(images)
        self.write_alarm({"images": images, "kind": "notice", "message": message})

    def write_check(self, check: Mapping[str, Any]) -> None:
        """A row of checks.jsonl (`images`, numbers, and numbers by class) and its scalars; a moment is written once."""
        if check["images"] == self._checked:
            return
        self._checked = check["images"]
        self._write(CHECKS, check)
        if self._board:
            for tag, value in flatten_check(check):
                self._board.add_scalar(tag, value, check["images"])

    def write_alarm(self, alarm: Mapping[str, Any]) -> None:
        """A row of alarms.jsonl (`images`, `message` and what else it has), and a text in TensorBoard."""
        self._write(ALARMS, alarm)
        if self._board:
            self._board.add_text("alarm", str(alarm.get("message", "")), alarm["images"])

    def close(self) -> None:
        """Write out what is left and close all files; twice is once. OSError when the disk is full."""
        while self._files:
            os.close(self._files.popitem()[1])
        board, self._board = self._board, None
        try:
            if board:
                board.close()
        finally:
            self._unmute()
            self._unmute = _do_nothing

    def _is_new(self, what: str, images: int) -> bool:
        """Whether this moment's `what` is not yet there: a run may end on a moment at which it shows itself anyway."""
        seen, self._drawn[what] = self._drawn.get(what), images
        return seen != images

    def _add_histogram(self, tag: str, values: Tensor, images: int) -> None:
        numbers = values.detach().float().cpu().numpy().reshape(-1)
        numbers = numbers[np.isfinite(numbers)]
        if self._board and len(numbers):
            self._board.add_histogram(tag, numbers, images)


def _import_writer() -> "type[SummaryWriter]":
    """TensorBoard's writer; only a run that asks for it waits for the import (a second and a half)."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise LogError(
            "TensorBoard's log was asked for, but the package tensorboard is not installed; "
            "pip install -r requirements.txt brings it, or train without it."
        ) from error
    return SummaryWriter


def _do_nothing() -> None:
    pass


def _mute_writer() -> Callable[[], None]:
    """Keep TensorBoard's thread from printing a traceback when the disk is full; call what comes back to end that.

    Nothing is lost by it: the thread's error comes out of the writer's next call, as an error of ours.
    """
    before = threading.excepthook

    def hook(args: threading.ExceptHookArgs) -> None:
        if not (isinstance(args.exc_value, OSError) and type(args.thread).__module__.startswith("tensorboard.")):
            before(args)

    def unmute() -> None:
        if threading.excepthook is hook:
            threading.excepthook = before

    threading.excepthook = hook
    return unmute


def _open_board(folder: Path, images: int) -> "SummaryWriter":
    """A writer whose first event tells TensorBoard to forget what earlier files say beyond `images`."""
    stamps = [int(path.name.split(".")[3]) for path in folder.glob("events.out.tfevents.[0-9]*")]
    if not stamps:
        return _import_writer()(str(folder), flush_secs=FLUSH_SECONDS)
    # TensorBoard reads the files by the second in their names: this one must come after the last
    time.sleep(min(1.0, max(0.0, max(stamps) + 1 - time.time())))
    first = images + 1 if images else 0
    return _import_writer()(str(folder), purge_step=first, flush_secs=FLUSH_SECONDS)
