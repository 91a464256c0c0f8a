"""The one run that may be going on here: who owns it, how long it may go on, and its result. No Gradio here.

Notable choices
- The trainer is another process (gan/training/session.py): it takes what cores the page leaves, and Stop is certain.
- A run belongs to the browser tab that started it (a random word that only that tab knows). Everybody else may look on.
- Nothing grows for ever: curves are thinned as they get longer, alarms are the last few, a run has a limit in minutes,
  one whose owner has gone or that stands paused for long is stopped, and a result is kept until the next run begins.
"""

import atexit
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gan.data import SOURCES, get_root
from gan.errors import say
from gan.store import index
from gan.store import released as checkpoint
from gan.store.names import explain_name
from gan.store.released import CheckpointError
from gan.ui.captions import describe_result
from gan.ui.inputs import FieldError
from gan.ui.service import Service, trusts_visitors
from gan.ui.tabs.training.form import explain_missing, read_config
from gan.ui.tabs.training.run import Run
from gan.ui.tabs.training.worker import SESSION, Worker

ABSENT_SECONDS = 150.0  # browsers wake a hidden page once a minute
PAUSE_SECONDS = 900.0
STOP_SECONDS = 30.0
CLAIM_SECONDS = 120.0  # after a run's end its owner has so long to keep it before somebody else may begin one
MAX_MODELS = 50
OWNER = re.compile(r"[A-Za-z0-9-]{16,64}")

OFF = say(
    "training is off on this server, which is shared: run the app on your own machine, or set "
    "GAN_ALLOW_TRAINING=1 where the server is yours."
)
BUSY = say("somebody else is training here, and there is one run at a time: you may watch until it is your turn.")


class Workshop:
    """The one run that may be going on here: who owns it, and what it told. Safe to call from any thread."""

    def __init__(
        self, service: Service, *, command: Sequence[str] = SESSION, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.service, self._command, self._clock = service, command, clock
        self._lock = threading.RLock()
        self._keeping = threading.Lock()
        self._worker: Worker | None = None
        self._run: Run | None = None
        atexit.register(self.close)

    # ---- what visitors ask for ------------------------------------------------------------------------------------

    def start(self, owner: object, request: dict[str, Any]) -> None:
        """Begin a run, `paused` or not, with `download` after fetching the data; FieldError when that cannot be."""
        if not trusts_visitors():
            raise FieldError(OFF)
        if not isinstance(owner, str) or not OWNER.fullmatch(owner):
            raise FieldError(say("this browser tab has no name; reload the page."))
        config = read_config(request)
        download = bool(request.get("download"))
        if not download and (said := explain_missing(config.dataset)):
            raise FieldError(said)
        with self._lock:
            self._check_free(owner)
            self._clear()
            folder = Path(tempfile.mkdtemp(prefix="digit-forge-"))
            self._run = run = Run(owner, config, folder, self._clock())
            self._worker = worker = Worker(self._hear, self._command)
        worker.send(
            do="start",
            config=config.to_dict(),
            root=str(get_root().resolve()),
            out=str(folder),
            download=download,
            paused=bool(request.get("paused")),
            command=run.tell_command(),
        )
        if request.get("of") in ("D", "G"):
            worker.send(do="step", of=request["of"])
        threading.Thread(target=self._mind, args=(run, worker), name="minding", daemon=True).start()

    def _check_free(self, owner: str) -> None:
        run = self._run
        if run is None or (run.over and run.owner == owner):
            return
        if not run.over:
            raise FieldError(say("your run is still going on; stop it first.") if run.owner == owner else BUSY)
        left = CLAIM_SECONDS - (self._clock() - run.changed)
        if run.result and not run.kept and left > 0:
            raise FieldError(
                say(
                    "the run of another visitor has just ended; they have {seconds:.0f} seconds more to keep it, "
                    "then it is your turn.",
                    seconds=left,
                )
            )

    def steer(self, owner: object, what: object, of: object = None) -> None:
        """Pause, go on, stop, or take a step of D or G alone; FieldError when it is not one's own run."""
        with self._lock:
            run, worker = self._run, self._worker
            if run is None or run.over or worker is None:
                raise FieldError(say("no run is going on; start one."))
            if run.owner != owner:
                raise FieldError(BUSY)
            if what == "stop":
                self._stop(run, worker)
            elif what in ("pause", "go"):
                worker.send(do=what)
            elif what == "step" and of in ("D", "G"):
                worker.send(do="step", of=of)
            else:
                raise FieldError(say("that is nothing a run can do."))

    def keep(self, owner: object, name: object) -> str:
        """Take the result into checkpoints/ under a name that is free -> the name; FieldError when that cannot be."""
        with self._keeping:
            path, run = self._get_result(owner)
            kept = check_name(name)
            if len(self.service.models()) >= MAX_MODELS:
                said = say("there are {count} models here; delete one from checkpoints/ first.", count=MAX_MODELS)
                raise FieldError(said, "name")
            about = describe_result(run.config.preset, run.images, run.seconds)
            try:
                index.add(path, kept, about)
            except (CheckpointError, OSError) as error:
                why = error.sentence if isinstance(error, CheckpointError) else str(error)
                raise FieldError(say("the model cannot be kept ({why}).", why=why), "name") from error
            run.kept = kept
            return kept

    def fetch(self, owner: object) -> tuple[bytes, str]:
        """The result as a file to download: its bytes and its name; FieldError when there is none."""
        path, run = self._get_result(owner)
        return path.read_bytes(), f"{run.kept or run.config.preset}-{run.images}.safetensors"

    def _get_result(self, owner: object) -> tuple[Path, Run]:
        with self._lock:
            run = self._run
            if run is None or run.owner != owner or run.result is None or not run.result.is_file():
                raise FieldError(say("there is no result of yours any more; train again."))
            return run.result, run

    def tell(self, owner: object, seen_sheet: object = 0, *, curves: bool = True) -> dict[str, Any]:
        """What the page shows of the run; the sheet only when another one was seen last, the curves when asked for."""
        allowed = trusts_visitors()
        answer: dict[str, Any] = {
            "allowed": allowed,
            "why": "" if allowed else OFF,
            "state": "idle",
            "mine": True,
            "missing": explain_missing("mnist") if allowed else "",
            "megabytes": SOURCES["mnist"].megabytes,
        }
        with self._lock:
            run = self._run
            if run is None:
                return answer
            mine = run.owner == owner
            if mine:
                run.seen = self._clock()
            answer |= run.describe() | {"mine": mine, "free": self._is_free(owner)}
            if run.sheets != seen_sheet:
                answer["sheet"] = run.sheet
            if curves:
                answer["curves"] = {"run": run.curve.to_columns(), "checks": run.checks.to_columns()}
        return answer

    def _is_free(self, owner: object) -> bool:
        try:
            self._check_free(str(owner))
        except FieldError:
            return False
        return True

    # ---- the run's life -------------------------------------------------------------------------------------------

    def _hear(self, worker: Worker, event: dict[str, Any] | None) -> None:
        with self._lock:
            if self._run is not None and worker is self._worker:
                self._run.hear(event, self._clock())

    def _stop(self, run: Run, worker: Worker) -> None:
        if run.state in ("preparing", "fetching"):  # it does not listen yet, and has nothing to save
            run.move("ended", self._clock())
            worker.end()
            return
        run.move("stopping", self._clock())
        worker.send(do="stop")

    def _mind(self, run: Run, worker: Worker) -> None:
        """Stop a run that nobody owns any more, stands still for too long, or does not stop when told."""
        while True:
            time.sleep(0.5)
            with self._lock:
                if run.over or self._run is not run:
                    return
                self.check_on(run, worker)

    def check_on(self, run: Run, worker: Worker) -> None:
        """One look at a run that goes on: is its owner here, has it stood paused for long, did it stop when told?"""
        clock = self._clock()
        if run.state == "stopping":
            if clock - run.changed > STOP_SECONDS:
                worker.end()
        elif clock - run.seen > ABSENT_SECONDS:
            run.left = say("The run was stopped because the visitor who started it had left.")
            self._stop(run, worker)
        elif run.state == "paused" and clock - run.changed > PAUSE_SECONDS:
            run.left = say(
                "The run was stopped after it had stood paused for {minutes:.0f} minutes.", minutes=PAUSE_SECONDS / 60
            )
            self._stop(run, worker)

    def _clear(self) -> None:
        """Forget the run that there was, and its files."""
        worker, run = self._worker, self._run
        self._worker = self._run = None
        if worker is not None:
            worker.end()
        if run is not None:
            shutil.rmtree(run.folder, ignore_errors=True)

    def close(self) -> None:
        """End what is going on, and delete what it wrote."""
        with suppress(RuntimeError), self._lock:
            self._clear()


def check_name(name: object) -> str:
    """A name for a model that no other has; FieldError otherwise."""
    if said := explain_name(name):
        raise FieldError(said, "name")
    assert isinstance(name, str)
    taken = {one.lower() for one in checkpoint.list_files()}
    taken |= {one.lower() for one in index.read_index()}
    if name.lower() in taken:
        raise FieldError(say("there is a model {value} already; choose another name.", value=repr(name)), "name")
    return name
