"""The loaded models, the pen that draws with them, and the threads: what all tabs share. No Gradio here.

Notable choices
- Every argument is checked, whoever calls: a page, a program, or a hand-written HTTP request. What is wrong comes as
  FieldError (gan/ui/inputs.py), with a sentence for the visitor and the name of the control it belongs to.
- Work is bounded: each tab's limits, one drawing at a time, and a wait that ends.
- A drawing is cut into parts for threads of our own, each with torch on one thread: on a busy machine, threads that
  wait for each other in every layer made 80 digits take 161 ms where one thread took 27.
"""

import itertools
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from gan.drawing.arguments import InputError, quote
from gan.drawing.generator import Generator, load
from gan.errors import say
from gan.recipes.recipe import check_weights
from gan.store import released as checkpoint
from gan.store.names import NAME
from gan.store.released import CheckpointError
from gan.store.snapshots import History, get_paths, read_history
from gan.ui.inputs import FieldError, checked, field_of

MAX_DIGITS = 400  # in one drawing
MAX_SCALE = 10  # screen pixels for each of a digit's own, of a downloaded picture
WAIT_SECONDS = 20.0
MAX_HANDS = 4  # threads of one drawing
HAND_DIGITS = 16  # what is worth a thread
KEEP_HISTORIES = 2

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Up to `keep` values by key; the one unused for longest goes first. Safe from any thread."""

    def __init__(self, keep: int) -> None:
        self._keep, self._held, self._lock = keep, OrderedDict[K, V](), threading.Lock()

    def find(self, key: K, make: Callable[[], V]) -> V:
        """The value of that key, made now if it is not held; two threads never make the same at once."""
        with self._lock:
            if key not in self._held:
                self._held[key] = make()
                while len(self._held) > self._keep:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            return self._held[key]

    def look(self, key: K) -> V | None:
        """The value of that key if it is held."""
        with self._lock:
            return self._held.get(key)

    def put(self, key: K, value: V) -> None:
        """Hold a value in place of the one that is held, if any."""
        with self._lock:
            self._held.pop(key, None)
        self.find(key, lambda: value)

    def __len__(self) -> int:
        with self._lock:
            return len(self._held)

    def __iter__(self) -> Iterator[K]:
        with self._lock:
            return iter(list(self._held))


class Service:
    """The loaded models and the one pen they share. Safe to call from any thread."""

    def __init__(self, keep: int = 4) -> None:
        """`keep`: how many loaded models to hold; the one unused for longest goes first."""
        self._loaded = Recent[tuple[str, int, int], Generator](keep)
        self._histories = Recent[tuple[Any, ...], History](KEEP_HISTORIES)
        self._pen = threading.Lock()
        self._count = min(MAX_HANDS, count_cores())
        self._hands = ThreadPoolExecutor(self._count, "hand", initializer=torch.set_num_threads, initargs=(1,))

    def models(self) -> list[str]:
        """The names of the checkpoints there are, the default first."""
        return checkpoint.list_names()

    def get(self, name: object) -> Generator:
        """The generator of that name in checkpoints/, loaded once; FieldError lists the names when there is none."""
        with field_of("model"):
            # A name and never a path: visitors do not open files.
            text = name if isinstance(name, str) else ""
            known, path = NAME.fullmatch(text), checkpoint.CHECKPOINTS / f"{text}.safetensors"
            if known and not path.is_file():  # moves of a slider come by here: where it is, nothing else is looked into
                path = checkpoint.find_file(path.name)
            if not known or not path.is_file():
                names, shown = self.models(), repr(str(name)[:100])
                if not names:
                    raise CheckpointError(
                        say(
                            "there is no model {value}; those there are: none yet; train one with python -m gan.train.",
                            value=shown,
                        )
                    )
                raise CheckpointError(
                    say("there is no model {value}; those there are: {names}.", value=shown, names=", ".join(names))
                )
            try:
                stat = path.stat()
            except OSError as error:
                raise CheckpointError(say("the model {value} is no longer there.", value=repr(text))) from error
            key = (text, stat.st_mtime_ns, stat.st_size)  # a file that was replaced is read anew
            return self._loaded.find(key, lambda: load(str(path)))

    def get_history(self, generator: Generator) -> tuple[tuple[Any, ...], History]:
        """The history of a model's run and a key that changes with its files, read once while they stay the same.

        HistoryError when the model has none here.
        """
        try:
            stats = tuple(path.stat().st_mtime_ns for path in get_paths(generator.name))
        except OSError:
            stats = ()
        key = (generator.name, generator.sha256, *stats)
        return key, self._histories.find(key, lambda: read_history(generator.name, generator.sha256))

    def warm(self) -> None:
        """Load the default model and draw once, so that the first visitor does not wait; errors are the visitor's."""
        for name in self.models()[:1]:
            try:
                generator = self.get(name)
                digits = [label % generator.num_classes for label in range(10)]
                with self.draws():
                    self.share(partial(_draw_some, generator, digits), len(digits))
            except InputError:
                return

    def check_linked(self, link: object, names: tuple[str, ...]) -> Generator:
        """The generator that a link names; FieldError for an unknown name, another model or other weights."""
        if not isinstance(link, Mapping):
            raise FieldError(say("the link is not a list of named values."))
        strange = next((name for name in link if name not in ("model", "weights", *names)), None)
        if strange is not None:
            raise FieldError(say("it has {value}, which means nothing here.", value=quote(strange)))
        generator = self.get(link.get("model", next(iter(self.models()), "")))
        if "weights" in link:
            checked("weights", check_weights, link["weights"], generator)
        return generator

    def check_made_with(self, request: Mapping[str, Any]) -> None:
        """FieldError when a request comes from a link of other "weights" than its "model" has here; most have none."""
        if request.get("weights") is not None:
            checked("model", check_weights, request["weights"], self.get(request.get("model")))

    def share(self, draw: Callable[[slice], Tensor], count: int) -> Tensor:
        """Draw pictures 0 to count in even parts, all at once, and put them together again."""
        parts = max(1, min(self._count, count // HAND_DIGITS))
        if parts == 1 and torch.get_num_threads() == 1:  # as in any thread begun after ours: to change would cost more
            return draw(slice(0, count))
        cuts = [count * i // parts for i in range(parts + 1)]
        drawn = self._hands.map(draw, [slice(a, b) for a, b in itertools.pairwise(cuts)])
        return torch.cat(list(drawn))

    @contextmanager
    def draws(self) -> Iterator[Callable[[], float]]:
        """Take the pen, and a clock of milliseconds that stops when it is laid down."""
        if not self._pen.acquire(timeout=WAIT_SECONDS):
            raise FieldError(say("The server is busy with other visitors' digits; try again in a moment."))
        begun = time.perf_counter()
        took = math.nan
        try:
            yield lambda: took
        finally:
            took = (time.perf_counter() - begun) * 1000
            self._pen.release()


def _draw_some(generator: Generator, digits: list[int], part: slice) -> Tensor:
    return generator.sample(digits[part])


def count_cores() -> int:
    """The cores that this process may use, where the system tells; else those there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def trusts_visitors() -> bool:
    """Whether visitors may train here and let this machine fetch data: at home yes, on a Space only when told to.

    GAN_ALLOW_TRAINING=1 tells it.
    """
    on_space = os.environ.get("SYSTEM") == "spaces" or "SPACE_ID" in os.environ
    return not on_space or os.environ.get("GAN_ALLOW_TRAINING") == "1"
