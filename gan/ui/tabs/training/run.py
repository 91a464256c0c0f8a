"""What is known of one run on the page: its settings, its owner, and what its process told. No Gradio here."""

from collections import deque
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.errors import say, unpack
from gan.store.snapshots import CURVES
from gan.ui.tabs.training.curve import Curve

ALARMS = 8


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

    def tell_command(self) -> str:
        """How the weights say that they were made."""
        names = ("preset", "loss", "lr", "batch", "minutes")
        said = " ".join(f"--{name} {getattr(self.config, name)}" for name in names)
        return f"the page's Training tab: {said}{' --unconditional' if self.config.unconditional else ''}"

    def hear(self, event: dict[str, Any] | None, clock: float) -> None:
        """Take in what the process told; None when it has ended."""
        if event is None:
            if not self.over:
                self.trouble = self.trouble or say("the training process ended unexpectedly; start another run.")
                self.move("ended", clock)
            return
        what = event.pop("is", "")
        if what == "state" and self.state != "stopping":
            self.move(str(event["state"]), clock)
        elif what == "numbers":
            self.now = event
            self.curve.add(event)
        elif what == "sheet":
            self.sheet, self.sheets = event, self.sheets + 1
        elif what == "check":
            self.check = event
            self.checks.add(event)
        elif what == "alarm":
            self.alarms.append(event | {"message": unpack(event["message"])})
        elif what == "step":
            self.step, self.steps, self.changed = event, self.steps + 1, clock
        elif what == "refused":
            self.trouble, self.about = unpack(event["message"]), str(event["about"])
            self.move("ended", clock)
        elif what == "done":
            self.images, self.seconds = int(event["images"]), float(event["seconds"])
            self.result = Path(event["path"]) if event["path"] else None
            self.move("ended", clock)

    def describe(self) -> dict[str, Any]:
        """What the page shows of it, but for the sheet and the curves."""
        return {
            "state": self.state,
            "trouble": self.trouble,
            "about": self.about,
            "left": self.left,
            "run": {name: getattr(self.config, name) for name in ("preset", "loss", "lr", "batch", "minutes")}
            | {"unconditional": self.config.unconditional},
            "now": self.now,
            "check": self.check,
            "step": self.step,
            "steps": self.steps,
            "alarms": list(self.alarms),
            "sheets": self.sheets,
            "result": {"there": self.result is not None, "kept": self.kept},
            "images": self.images,
            "seconds": self.seconds,
        }
