"""Real digits to compare with: the test split of a model's dataset, and the download that brings it. No Gradio here.

A download belongs to the machine and not to a visitor: there is one at a time, and all see it.
"""

import threading
import time
from pathlib import Path
from typing import Any

from gan.data import SOURCES, DataError, Dataset, MissingDataError, find_layout, get_root, load_dataset
from gan.drawing.generator import Generator
from gan.errors import capitalize, join, say
from gan.ui.absence import say_own, say_unread, say_where
from gan.ui.inputs import FieldError
from gan.ui.service import trusts_visitors

DOWNLOAD_BYTES = {"mnist": 11_594_722}  # of the four .gz files, to tell how far a download is


class RealDigits:
    """The test splits that were read, and the download of one that is missing. Safe to call from any thread."""

    def __init__(self) -> None:
        self._real: dict[tuple[str, str, str], Dataset] = {}
        self._reading = threading.Lock()
        self.download = Download()

    def find(self, generator: Generator) -> Dataset:
        """The test split of the dataset that the model was trained on, read once; DataError where it cannot be had."""
        name, root = generator.config.dataset, get_root()
        with self._reading:
            key = (name, generator.config.invert, str(root))
            if key not in self._real:
                self._real[key] = load_dataset(root, "test", name=name, invert=generator.config.invert)
            found = self._real[key]
        if generator.conditional and len(found.class_names) != generator.num_classes:
            raise DataError(
                say(
                    "the data under {root} has {count} classes, the model {own}.",
                    root=str(root),
                    count=len(found.class_names),
                    own=generator.num_classes,
                )
            )
        return found

    def explain_missing(self, generator: Generator) -> dict[str, Any]:
        """Why there are no real digits: {"said": why and what to do, "source": name, "download": megabytes}.

        Megabytes are -1 where nobody knows them, and 0 where there is nothing to download.
        """
        name, root = generator.config.dataset, get_root()
        source = SOURCES[name]
        folder = root / source.torchvision / "raw"
        try:
            self.find(generator)
        except MissingDataError as error:
            if not source.torchvision:
                return {"said": say_own(root), "source": "", "download": 0}
            if not error.fetch and trusts_visitors():  # what lies there is another's, and nothing is added to it
                return {"said": capitalize(error.sentence), "source": source.torchvision, "download": 0}
        except DataError as error:
            said = [say_unread(root, error)]
            if trusts_visitors() and _is_fetched(root, name):
                said.append(say("Delete that file to have it fetched again."))
            return {"said": join(said), "source": source.torchvision, "download": 0}
        if not trusts_visitors():
            said = [
                say(
                    "{source} is not on this server, so there are no real digits to compare with.",
                    source=source.torchvision,
                ),
                say("Run the app on your own machine: there one button fetches them."),
            ]
            return {"said": join(said), "source": source.torchvision, "download": 0}
        said = [
            say(
                "{source} is not under {root}, so there are no real digits to compare with.",
                source=source.torchvision,
                root=str(root),
            ),
            say_where(source.torchvision, folder),
        ]
        size = round(DOWNLOAD_BYTES.get(name, 0) / 1e6, 1) or -1
        return {"said": join(said), "source": source.torchvision, "download": size}


class Download:
    """The one download of a dataset that may be going on, and how far it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed = ""
        self._name, self._root = "mnist", Path()
        self._grown, self._since = 0, 0.0

    def start(self, name: str) -> None:
        """Begin, unless one is going on; FieldError where it is not allowed or the dataset is nowhere to be had."""
        source = SOURCES[name]
        if not trusts_visitors():
            raise FieldError(say("downloads are off on this server; run the app on your own machine."))
        if not source.torchvision:
            raise FieldError(say("this model's dataset is a folder of files of its own; nothing can be downloaded."))
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._name, self._root, self._failed = name, get_root(), ""
            self._grown, self._since = 0, time.monotonic()
            self._thread = threading.Thread(target=self._fetch, name="download", daemon=True)
            self._thread.start()

    def look(self) -> dict[str, Any]:
        """{"state": "idle", "running", "done" or "failed", "bytes", "of" (0: unknown), "said": a sentence, or ""}."""
        with self._lock:
            if self._thread is None:
                return {"state": "idle", "bytes": 0, "of": 0, "said": ""}
            total = DOWNLOAD_BYTES.get(self._name, 0)
            if not self._thread.is_alive():
                state = "failed" if self._failed else "done"
                return {"state": state, "bytes": self._count(), "of": total, "said": self._failed}
            size, now = self._count(), time.monotonic()
            if size != self._grown:
                self._grown, self._since = size, now
            waited = int(now - self._since)
            said = say("Nothing has come for {seconds} seconds; is this machine online?", seconds=waited)
            return {"state": "running", "bytes": size, "of": total, "said": said if waited >= 20 else ""}

    def _count(self) -> int:
        folder = self._root / SOURCES[self._name].torchvision / "raw"
        sizes = []
        for path in folder.glob("*.gz"):
            try:
                sizes.append(path.stat().st_size)
            except OSError:  # renamed or removed while we looked
                continue
        return sum(sizes)

    def _fetch(self) -> None:
        try:
            for split in ("train", "test"):
                load_dataset(self._root, split, name=self._name, download=True)
        except DataError as error:
            self._failed = say_unread(self._root, error)
        except Exception as error:  # a thread's error would be lost, and the page would say "done"
            self._failed = say("The download failed ({kind}); try again.", kind=type(error).__name__)


def _is_fetched(root: Path, name: str) -> bool:
    """Whether a dataset lies where a download puts it."""
    try:
        return find_layout(root, "test", name).place == root / SOURCES[name].torchvision / "raw"
    except (DataError, OSError):
        return False
