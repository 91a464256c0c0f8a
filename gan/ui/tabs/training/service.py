"""The Training tab without the page: the time machine over a released run, and the one run that may be going on here.

Notable choices
- The trainer is another process (gan/session.py): it takes what cores the page leaves, and Stop is certain.
- A run belongs to the browser tab that started it (a random word that only that tab knows). Everybody else may look on.
- Nothing grows for ever: curves are thinned as they get longer, alarms are the last few, a run has a limit in minutes,
  one whose owner has gone or that stands paused for long is stopped, and a result is kept until the next run begins.

    from gan.ui.tabs.training.service import TimeMachine, Workshop
    film = TimeMachine(service).draw("digits", seed=1)
"""

import atexit
import os
import re
import shutil
import tempfile
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.config import LOSSES, PRESETS, Config, ConfigError, get_preset, override
from gan.data import SOURCES, get_root, to_uint8
from gan.drawing.arguments import check_seed
from gan.drawing.generator import Generator
from gan.drawing.noise import draw_noise
from gan.drawing.sheets import encode_png, make_sheet
from gan.handwriting.hand import read_number
from gan.store import index
from gan.store import released as checkpoint
from gan.store.released import CheckpointError
from gan.training.moments import CURVES, History, get_paths, read_history
from gan.ui.service import FieldError, Service, checked, list_digits, make_recipe
from gan.ui.worker import SESSION, Worker

HANDS = 4  # rows of a moment's sheet
COLUMNS = 10
KEEP_FILMS = 8

POINTS = 400  # of a live curve, at most
ALARMS = 8
BATCHES = (16, 32, 64, 128, 256, 512)
MINUTES = (1, 30)  # of a run
RATES = (1e-6, 0.1)
WATCH_IMAGES = 25_000
ABSENT_SECONDS = 150.0  # browsers wake a hidden page once a minute
PAUSE_SECONDS = 900.0
STOP_SECONDS = 30.0
CLAIM_SECONDS = 120.0  # after a run's end its owner has so long to keep it before somebody else may begin one
MAX_MODELS = 50
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
OWNER = re.compile(r"[A-Za-z0-9-]{16,64}")


# ---- the time machine -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Film:
    """Every moment's sheet below the other in one picture, and what is known of the moments.

    images uint8 (moments * rows * columns, 1, 28, 28); moments and curves as gan.history has them.
    """

    images: Tensor
    columns: int
    rows: int
    moments: list[dict[str, Any]]
    curves: dict[str, Any]
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def to_png(self) -> bytes:
        """All sheets as one PNG; moment k's begins at row k * rows of digits."""
        return encode_png(make_sheet(self.images, self.columns), self.recipe)


class TimeMachine:
    """Draws the snapshots of a released run. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._lock = threading.Lock()
        self._histories: OrderedDict[tuple[Any, ...], History] = OrderedDict()
        self._films: OrderedDict[tuple[Any, ...], Film] = OrderedDict()

    def _find(self, generator: Generator) -> tuple[tuple[Any, ...], History]:
        """The model's history, read once while its files stay the same; HistoryError when there is none."""
        try:
            stats = tuple(path.stat().st_mtime_ns for path in get_paths(generator.name))
        except OSError:
            stats = ()
        key = (generator.name, generator.sha256, *stats)
        with self._lock:
            found = self._histories.get(key)
            if found is None:
                found = self._histories[key] = read_history(generator.name, generator.sha256)
                while len(self._histories) > 2:
                    self._histories.popitem(last=False)
        return key, found

    def draw(self, model: object, seed: object) -> Film:
        """The same z at every moment of the model's run: HANDS rows, one z each, of up to ten classes.

        Without classes each picture has a z of its own. FieldError for a bad model or seed; HistoryError, one
        sentence, for a model that has no history here.
        """
        generator = self.service.get(model)
        number = checked("seed", check_seed, seed)
        key, history = self._find(generator)
        with self._lock:
            film = self._films.get((*key, number))
        if film is None:
            film = self._draw(generator, history, number)
            with self._lock:
                self._films[(*key, number)] = film
                while len(self._films) > KEEP_FILMS:
                    self._films.popitem(last=False)
        return film

    def _draw(self, generator: Generator, history: History, seed: int) -> Film:
        config = history.config
        if generator.conditional:
            columns = min(COLUMNS, generator.num_classes)
            indices = [row for row in range(HANDS) for _ in range(columns)]
            y = torch.arange(columns).repeat(HANDS)
            shown = f"{list_digits(list(generator.class_names[:columns]))}, {HANDS} rows, one hand each"
        else:
            columns = COLUMNS
            indices = list(range(HANDS * columns))
            y = torch.zeros(len(indices), dtype=torch.int64)
            shown = f"whichever digits it likes, {HANDS} rows"
        z = draw_noise(seed, indices, config.z_dim, config.noise)
        sheets, spent = [], 0.0
        for place in range(len(history.moments)):
            network = history.build(place)

            def draw(part: slice, network: Callable[..., Tensor] = network) -> Tensor:
                with torch.inference_mode():
                    return to_uint8(network(z[part], y[part]))

            with self.service.draws() as clock:  # laid down between moments: other visitors draw too
                sheets.append(self.service.share(draw, len(y)))
            spent += clock()
        recipe = make_recipe(generator, seed=seed, moments=[row["images"] for row in history.moments])
        return Film(torch.cat(sheets), columns, HANDS, history.moments, history.curves, recipe, shown, spent)


# ---- training here --------------------------------------------------------------------------------------------------


def may_train() -> bool:
    """Whether visitors may train on this machine: at home yes, on a Space only with GAN_ALLOW_TRAINING=1."""
    on_space = os.environ.get("SYSTEM") == "spaces" or "SPACE_ID" in os.environ
    return not on_space or os.environ.get("GAN_ALLOW_TRAINING") == "1"


def explain_missing(name: str) -> str:
    """Why there is nothing to learn from and what to do, or "" where the dataset's training files are there."""
    root = get_root()
    source = SOURCES[name]
    folder = root / source.torchvision / "raw"
    if all(any((folder / f"{file}{end}").is_file() for end in ("", ".gz")) for file in source.files("train")):
        return ""
    return (
        f"{source.torchvision} is not under {root}, so there is nothing to learn from. Download it with the button, "
        f"put its files into {folder}, or start the app with GAN_DATA=FOLDER, the folder that holds "
        f"{source.torchvision}/raw."
    )


def list_presets() -> dict[str, dict[str, Any]]:
    """What the form is filled with, by preset."""
    names = ("loss", "lr", "batch", "generator", "discriminator")
    return {preset: {name: getattr(config, name) for name in names} for preset, config in PRESETS.items()}


def read_config(request: dict[str, Any]) -> Config:
    """The run that a visitor asks for: a preset, its loss, lr, batch, unconditional, and minutes; FieldError."""
    preset = request.get("preset")
    if not isinstance(preset, str) or preset not in PRESETS:
        raise FieldError(f"there is no preset {str(preset)[:40]!r}; there are {', '.join(PRESETS)}.", "preset")
    loss = request.get("loss")
    if loss not in LOSSES:
        raise FieldError(f"there is no loss {str(loss)[:40]!r}; there are {', '.join(LOSSES)}.", "loss")
    lr = _read_number(request.get("lr"), "learning rate", *RATES, "lr")
    minutes = _read_number(request.get("minutes"), "length in minutes", *MINUTES, "minutes")
    batch = request.get("batch")
    if not isinstance(batch, int) or batch not in BATCHES:
        raise FieldError(f"the batch is {str(batch)[:40]}; it can be {', '.join(map(str, BATCHES))}.", "batch")
    config = override(get_preset(preset), loss=loss, lr=lr, batch=batch, minutes=minutes)
    config = replace(config, history_mb=0.0, watch_every=WATCH_IMAGES)
    if request.get("unconditional"):
        config = replace(config, unconditional=True, num_classes=1, style_weight=0.0, mismatch=0.0)
    try:
        return config.validate()
    except ConfigError as error:
        raise FieldError(f"{error}.") from error


def _read_number(value: object, what: str, low: float, high: float, field: str) -> float:
    number = read_number(value)
    if not low <= number <= high:
        shown = "empty" if value is None or value == "" else str(value)[:40]
        raise FieldError(f"the {what} is {shown}; it must be a number from {low:g} to {high:g}.", field)
    return number


class Curve:
    """Rows of numbers over images, as many as POINTS: when there are more, neighbours become their mean."""

    def __init__(self, names: Sequence[str], most: int = POINTS) -> None:
        self.names, self.most = ("images", *names), most
        self.rows: list[list[float | None]] = []
        self._stride, self._waiting = 1, deque[list[float | None]]()

    def add(self, row: dict[str, Any]) -> None:
        """Take in a row; what it lacks is None."""
        self._waiting.append([row.get(name) for name in self.names])
        if len(self._waiting) < self._stride:
            return
        self.rows.append(_average(list(self._waiting)))
        self._waiting.clear()
        if len(self.rows) > self.most:
            pairs = zip(self.rows[0::2], self.rows[1::2], strict=False)
            self.rows = [_average(list(pair)) for pair in pairs]
            self._stride *= 2

    def to_columns(self) -> dict[str, list[float | None]]:
        """The rows as columns by name."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}


def _average(rows: list[list[float | None]]) -> list[float | None]:
    found: list[float | None] = []
    for values in zip(*rows, strict=True):
        known = [value for value in values if value is not None]
        found.append(float(f"{sum(known) / len(known):.5g}") if known else None)
    return found


class Run:
    """What is known of one run: its settings, its owner, and what its process told."""

    def __init__(self, owner: str, config: Config, folder: Path, clock: float) -> None:
        self.owner, self.config, self.folder = owner, config, folder
        self.state = "preparing"  # fetching, running, paused, stopping, ended
        self.seen = self.changed = clock  # the owner was last here; the state last changed
        self.trouble, self.about, self.left = "", "", ""
        self.now: dict[str, Any] = {}
        self.step: dict[str, Any] = {}
        self.steps = 0
        self.check: dict[str, Any] = {}
        self.alarms: deque[dict[str, Any]] = deque(maxlen=ALARMS)
        self.sheet: dict[str, Any] = {}
        self.sheets = 0
        self.curve, self.checks = Curve(CURVES), Curve(("accuracy", "diversity"))
        self.result: Path | None = None
        self.images, self.seconds = 0, 0.0
        self.kept = ""

    @property
    def over(self) -> bool:
        """Whether its process has ended, or is about to."""
        return self.state == "ended"

    def move(self, state: str, clock: float) -> None:
        """Change the state."""
        if state != self.state:
            self.state, self.changed = state, clock


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
        if not may_train():
            raise FieldError(self._explain_off())
        if not isinstance(owner, str) or not OWNER.fullmatch(owner):
            raise FieldError("this browser tab has no name; reload the page.")
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
        said = " ".join(
            f"--{name} {getattr(config, name)}" for name in ("preset", "loss", "lr", "batch", "minutes")
        ) + (" --unconditional" if config.unconditional else "")
        worker.send(
            do="start",
            config=config.to_dict(),
            root=str(get_root().resolve()),
            out=str(folder),
            download=download,
            paused=bool(request.get("paused")),
            command=f"the page's Training tab: {said}",
        )
        if request.get("of") in ("D", "G"):
            worker.send(do="step", of=request["of"])
        threading.Thread(target=self._mind, args=(run, worker), name="minding", daemon=True).start()

    def _check_free(self, owner: str) -> None:
        run = self._run
        if run is None or (run.over and run.owner == owner):
            return
        if not run.over:
            whose = "your run is still going on; stop it first." if run.owner == owner else self._explain_busy()
            raise FieldError(whose)
        left = CLAIM_SECONDS - (self._clock() - run.changed)
        if run.result and not run.kept and left > 0:
            raise FieldError(
                f"the run of another visitor has just ended; they have {left:.0f} seconds more to keep it, then it is "
                "your turn."
            )

    def steer(self, owner: object, what: object, of: object = None) -> None:
        """Pause, go on, stop, or take a step of D or G alone; FieldError when it is not one's own run."""
        with self._lock:
            run, worker = self._run, self._worker
            if run is None or run.over or worker is None:
                raise FieldError("no run is going on; start one.")
            if run.owner != owner:
                raise FieldError(self._explain_busy())
            if what == "stop":
                self._stop(run, worker)
            elif what in ("pause", "go"):
                worker.send(do=what)
            elif what == "step" and of in ("D", "G"):
                worker.send(do="step", of=of)
            else:
                raise FieldError("that is nothing a run can do.")

    def keep(self, owner: object, name: object) -> str:
        """Take the result into checkpoints/ under a name that is free -> the name; FieldError when that cannot be."""
        with self._keeping:
            path, run = self._get_result(owner)
            if not isinstance(name, str) or not NAME.fullmatch(name):
                raise FieldError(
                    "a model's name has 1 to 40 letters from a to z, digits, - and _, and begins with a letter or a "
                    "digit.",
                    "name",
                )
            taken = {one.stem.lower() for one in checkpoint.CHECKPOINTS.glob("*.safetensors")}
            taken |= {one.lower() for one in index.read_index()}
            if name.lower() in taken:
                raise FieldError(f"there is a model {name!r} already; choose another name.", "name")
            if len(self.service.models()) >= MAX_MODELS:
                raise FieldError(f"there are {MAX_MODELS} models here; delete one from checkpoints/ first.", "name")
            about = f"Trained on the page: {run.config.preset}, {run.images:,} images in {run.seconds / 60:.1f} minutes"
            try:
                index.add(path, name, about)
            except (CheckpointError, OSError) as error:
                raise FieldError(f"the model cannot be kept ({error}).", "name") from error
            run.kept = name
            return name

    def fetch(self, owner: object) -> tuple[bytes, str]:
        """The result as a file to download: its bytes and its name; FieldError when there is none."""
        path, run = self._get_result(owner)
        return path.read_bytes(), f"{run.kept or run.config.preset}-{run.images}.safetensors"

    def _get_result(self, owner: object) -> tuple[Path, Run]:
        with self._lock:
            run = self._run
            if run is None or run.owner != owner or run.result is None or not run.result.is_file():
                raise FieldError("there is no result of yours any more; train again.")
            return run.result, run

    def tell(self, owner: object, seen_sheet: object = 0, *, curves: bool = True) -> dict[str, Any]:
        """What the page shows of the run; the sheet only when another one was seen last, the curves when asked for."""
        allowed = may_train()
        answer: dict[str, Any] = {
            "allowed": allowed,
            "why": "" if allowed else self._explain_off(),
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
            answer |= {
                "state": run.state,
                "mine": mine,
                "free": self._is_free(owner),
                "trouble": run.trouble,
                "about": run.about,
                "left": run.left,
                "run": {name: getattr(run.config, name) for name in ("preset", "loss", "lr", "batch", "minutes")}
                | {"unconditional": run.config.unconditional},
                "now": run.now,
                "check": run.check,
                "step": run.step,
                "steps": run.steps,
                "alarms": list(run.alarms),
                "sheets": run.sheets,
                "result": {"there": run.result is not None, "kept": run.kept},
                "images": run.images,
                "seconds": run.seconds,
            }
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

    def _explain_off(self) -> str:
        return (
            "training is off on this server, which is shared: run the app on your own machine, or set "
            "GAN_ALLOW_TRAINING=1 where the server is yours."
        )

    def _explain_busy(self) -> str:
        return "somebody else is training here, and there is one run at a time: you may watch until it is your turn."

    # ---- the run's life -------------------------------------------------------------------------------------------

    def _hear(self, worker: Worker, event: dict[str, Any] | None) -> None:
        """Take in what the process told; None when it has ended."""
        with self._lock:
            run = self._run
            if run is None or worker is not self._worker:
                return
            what = event.pop("is", "") if event is not None else None
            if event is None:
                if not run.over:
                    run.trouble = run.trouble or "the training process ended unexpectedly; start another run."
                    run.move("ended", self._clock())
            elif what == "state" and run.state != "stopping":
                run.move(str(event["state"]), self._clock())
            elif what == "numbers":
                run.now = event
                run.curve.add(event)
            elif what == "sheet":
                run.sheet, run.sheets = event, run.sheets + 1
            elif what == "check":
                run.check = event
                run.checks.add(event)
            elif what == "alarm":
                run.alarms.append(event)
            elif what == "step":
                run.step, run.steps, run.changed = event, run.steps + 1, self._clock()
            elif what == "refused":
                run.trouble, run.about = str(event["message"]), str(event["about"])
                run.move("ended", self._clock())
            elif what == "done":
                run.images, run.seconds = int(event["images"]), float(event["seconds"])
                run.result = Path(event["path"]) if event["path"] else None
                run.move("ended", self._clock())

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
            run.left = "The run was stopped because the visitor who started it had left."
            self._stop(run, worker)
        elif run.state == "paused" and clock - run.changed > PAUSE_SECONDS:
            run.left = f"The run was stopped after it had stood paused for {PAUSE_SECONDS / 60:.0f} minutes."
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
