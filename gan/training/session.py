"""A training run that somebody looks on at and steers: a process of its own that obeys lines of JSON.

Commands come on stdin and events go to stdout, one JSON object a line. The page starts this process instead of
importing the trainer: it stays responsive, and a run ends for certain with its process.

    {"do": "start", "config": {...}, "root": "data", "out": "DIR", "download": false, "paused": false}    once, first
    {"do": "pause"}, {"do": "go"}, {"do": "stop"}
    {"do": "step", "of": "D"}    one step of D alone, or of "G"; pauses first

    {"is": "state", "state": "fetching", "preparing", "running" or "paused"}
    {"is": "numbers", ...}       means since the last, about four times a second; see `Numbers`
    {"is": "sheet", "images", "png", "rows", "columns"}    the same z each time, about once a second; base64
    {"is": "check", "images", "accuracy", "diversity"}     gan.watch's look at every class
    {"is": "alarm", "images", "message"}
    {"is": "step", "of", "before", "after"}    D's opinion of one batch around one step: {"real", "fake", "won", ...}
    {"is": "done", "images", "seconds", "path"}            path of the released file; null when nothing was learned
    {"is": "refused", "message", "about"}                  one sentence; about "data" or ""

A message is a sentence as data, as gan.errors.pack gives it: the page may say it in another language.

The process ends after "done" or "refused", and at once when stdin closes: it never outlives who started it.

    echo '{"do": "start", ...}' | python -m gan.training.session
"""

import base64
import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from gan.config import Config
from gan.data import DataError, load_dataset
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Refusal, pack, say
from gan.losses import get_loss
from gan.training.alarms import Alarm
from gan.training.class_check import load_reader
from gan.training.halves import round_finite, step_d, step_g
from gan.training.limits import Smooth, has_won
from gan.training.loop import Trainer
from gan.training.malloc import keep_memory
from gan.training.observer import Observer, Progress
from gan.training.precision import fit_precision
from gan.training.run_folder import WEIGHTS
from gan.training.samples import draw_live_sheet
from gan.training.watcher import Watch

NUMBERS_SECONDS = 0.25
SHEET_SECONDS = 0.8
RECENT = 50  # steps over which it is judged whether D has won
NICE = 5  # the page comes first

# Of a Progress: what a listener is told, as means
TOLD = ("loss_d", "loss_g", "logit_real", "logit_fake", "prob_real", "prob_fake", "won", "grad_d", "grad_g")

Emit = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


class Numbers:
    """Means of the steps since the last telling, and whether D has won of late."""

    def __init__(self, config: Config) -> None:
        self.by_rank = get_loss(config.loss).by_rank
        self.span = config.batch * config.d_steps
        self.recent = {name: Smooth(RECENT * self.span) for name in ("prob_real", "prob_fake", "won")}
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, now: Progress) -> None:
        """Take in a step."""
        for name in TOLD:
            self.sums[name] = self.sums.get(name, 0.0) + getattr(now, name)
        self.count += 1
        for name, smooth in self.recent.items():
            smooth.add(getattr(now, name), self.span)

    def tell(self, now: Progress) -> dict[str, Any]:
        """The means since the last call, and what is known of the run; numbers that it does not have are None."""
        means = {name: round_finite(total / self.count) for name, total in self.sums.items()}
        self.sums, self.count = {}, 0
        p_real, p_fake, won = (self.recent[name].value for name in ("prob_real", "prob_fake", "won"))
        return {
            **means,
            "step": now.step,
            "images": now.images,
            "fraction": now.fraction,
            "seconds": now.seconds,
            "rate": round_finite(now.images / now.seconds) if now.seconds else None,  # pauses do not count
            "lr": now.lr,
            "skill": round_finite(won),
            "has_won": has_won(prob_real=p_real, prob_fake=p_fake, won=won, by_rank=self.by_rank),
        }


class Session(Observer):
    """Looks on at a run, tells of it with `emit`, and obeys `commands` between its steps."""

    def __init__(self, trainer: Trainer, watch: Watch, commands: "queue.Queue[dict[str, Any]]", emit: Emit) -> None:
        self.trainer, self.adversaries = trainer, trainer.adversaries
        self.watch, self.commands, self.emit = watch, commands, emit
        self.numbers = Numbers(trainer.config)
        self.paused = False
        self.told, self.shown = 0.0, 0.0

    def run(self, *, paused: bool = False) -> None:
        """Train to the end or until told to stop, and export; TrainingError when the run cannot go on."""
        self.paused = paused
        self._tell_state()
        trainer, ours = self.trainer, self.adversaries
        trainer.run(self, every=1)
        path = trainer.out / WEIGHTS
        learnt = ours.images > 0 or ours.step > 0  # G alone may have taken steps
        if ours.get_fraction() < 1 and learnt:
            trainer.export(path)
        self._show()
        self.emit(
            {
                "is": "done",
                "images": ours.images,
                "seconds": round(ours.seconds, 1),
                "path": str(path) if learnt else None,
            }
        )

    # ---- the run tells ----------------------------------------------------------------------------------------------

    def on_sheet(self, images: int, pictures: Tensor, columns: int) -> None:
        """The run begins, or shows itself: a moment to obey in."""
        self._show()
        self._obey()

    def on_step(self, now: Progress) -> None:
        """Tell of a step, if it is time, and obey."""
        self.numbers.add(now)
        clock = time.perf_counter()
        if clock - self.told >= NUMBERS_SECONDS or now.fraction >= 1:
            self.told = clock
            self.emit({"is": "numbers", **self.numbers.tell(now)})
        if clock - self.shown >= SHEET_SECONDS:
            self._show()
        self._ring(self.watch.on_step(now))
        self._obey()

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> None:
        """Look at every class."""
        with torch.inference_mode():
            check, alarms = self.watch.on_check(images, pictures, labels)
        row = check.to_dict()
        self.emit({"is": "check", **{name: row[name] for name in ("images", "accuracy", "diversity")}})
        self._ring(alarms)

    def on_notice(self, images: int, message: str) -> None:
        """Something went wrong and was mended."""
        self.emit({"is": "alarm", "images": images, "message": pack(message)})

    def _ring(self, alarms: list[Alarm]) -> None:
        for alarm in alarms:
            self.emit({"is": "alarm", "images": alarm.images, "message": pack(alarm.message)})

    def _show(self) -> None:
        pictures, columns = draw_live_sheet(self.adversaries)
        png = base64.b64encode(encode_png(make_sheet(pictures, columns))).decode("ascii")
        rows = len(pictures) // columns
        self.emit({"is": "sheet", "images": self.adversaries.images, "png": png, "rows": rows, "columns": columns})
        self.shown = time.perf_counter()

    def _tell_state(self) -> None:
        self.emit({"is": "state", "state": "paused" if self.paused else "running"})

    # ---- and obeys --------------------------------------------------------------------------------------------------

    def _obey(self) -> None:
        """Carry out what was asked; while paused, wait for more."""
        while not self.trainer.stop:
            try:
                command = self.commands.get(block=self.paused)
            except queue.Empty:
                return
            what = command.get("do")
            if what == "stop":
                self.trainer.stop = True
            elif what in ("pause", "go"):
                self.paused = what == "pause"
                self._tell_state()
            elif what == "step":
                if not self.paused:
                    self.paused = True
                    self._tell_state()
                self._step(str(command.get("of")))

    def _step(self, of: str) -> None:
        with torch.enable_grad():  # a run shows itself without gradients, and may be asked for a step just then
            before, after = step_d(self.adversaries) if of == "D" else step_g(self.adversaries)
        self.emit({"is": "step", "of": of, "images": self.adversaries.images, "before": before, "after": after})
        self._show()


def prepare(order: Mapping[str, Any], commands: "queue.Queue[dict[str, Any]]", emit: Emit) -> Session:
    """Read the data and build the run that a "start" asks for; Refusal when it cannot be."""
    config, _ = fit_precision(Config.from_dict(order["config"]).validate(), torch.device("cpu"))
    emit({"is": "state", "state": "fetching" if order.get("download") else "preparing"})
    download = bool(order.get("download"))
    dataset = load_dataset(order["root"], "train", name=config.dataset, download=download, invert=config.invert)
    emit({"is": "state", "state": "preparing"})
    if not config.unconditional:
        config = replace(config, num_classes=len(dataset.class_names))
    out = Path(order["out"])
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config, dataset, out, torch.device("cpu"), str(order.get("command", "")))
    return Session(trainer, Watch(config, dataset, load_reader(config)), commands, emit)


def serve(commands: "queue.Queue[dict[str, Any]]", emit: Emit) -> int:
    """Wait for the order to start, and train; 0 when it is done, 2 after "refused"."""

    def refuse(sentence: str, about: str = "") -> None:
        emit({"is": "refused", "message": pack(sentence), "about": about})

    order = commands.get()
    try:
        prepare(order, commands, emit).run(paused=bool(order.get("paused")))
    except DataError as error:
        refuse(error.args[0], "data")
    except Refusal as error:
        refuse(error.sentence)
    except OSError as error:
        refuse(say("the run cannot be written down ({reason}).", reason=error.strerror or str(error)))
    except Exception:
        log.exception("A training session ended early")
        refuse(say("something went wrong in the training process; it has ended."))
    else:
        return 0
    return 2


def read_commands(stream: IO[str], commands: "queue.Queue[dict[str, Any]]") -> None:
    """Queue each line that is a JSON object; when the stream ends, so does the process, at once."""
    for line in stream:
        try:
            command = json.loads(line)
        except ValueError:
            continue
        if isinstance(command, dict):
            commands.put(command)
    os._exit(0)


def main() -> int:
    """Obey stdin; what others print goes to stderr, so that stdout holds events alone."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def emit(event: dict[str, Any]) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    if hasattr(os, "nice"):
        os.nice(NICE)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, cores - 1))
    keep_memory()
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=read_commands, args=(sys.stdin, commands), daemon=True).start()
    return serve(commands, emit)


if __name__ == "__main__":
    sys.exit(main())
