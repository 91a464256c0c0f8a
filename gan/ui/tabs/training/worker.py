"""A child process that speaks JSON lines: `python -P -m gan.training.session`, which trains while the page answers.

Closing its stdin ends it, and the operating system does that for a parent that dies: no run outlives the app.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
SESSION = (sys.executable, "-P", "-m", "gan.training.session")


class Worker:
    """One such process; `hear(worker, event)` is called, in a thread of ours, with each event and then with None."""

    def __init__(
        self, hear: Callable[["Worker", dict[str, Any] | None], None], command: Sequence[str] = SESSION
    ) -> None:
        self._hear, self._sending = hear, threading.Lock()
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Threads that wait for each other must not spin: the page needs the cores too
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        threading.Thread(target=self._read, name="training", daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    self._hear(self, event)
        self._process.stdout.close()
        self._process.wait()
        self._hear(self, None)

    def send(self, **command: Any) -> None:
        """Send a command; one that comes too late is lost."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError), self._sending:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """End the process at once; twice is once."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
