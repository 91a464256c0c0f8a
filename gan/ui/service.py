"""What the page and its API ask for: checked arguments in, pictures out. No Gradio here.

Notable choices
- A sheet has one style a row: row r is drawn from z(seed, r) in every column, so that a digit does not change when
  its neighbours are switched off. The recipe lists each picture's digit and z index, and replays anywhere.
- Every argument is checked here, whoever calls: a page, a program, or a hand-written HTTP request. What is wrong
  comes as FieldError, with a sentence for the visitor and the name of the control it belongs to.
- Work is bounded: the limits below, one drawing at a time, and a wait that ends.
- A drawing is cut into parts for threads of our own, each with torch on one thread: on a busy machine, threads that
  wait for each other in every layer made 80 digits take 161 ms where one thread took 27.

    from gan.ui.service import Service
    sheet = Service().draw_sheet("digits", "2026", rows=4, seed=7, psi=1.0)
"""

import itertools
import math
import os
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from gan import checkpoint
from gan.checkpoint import CheckpointError
from gan.data import to_uint8
from gan.latent import End, check_method, interpolate
from gan.render import encode_gif, encode_png, make_sheet
from gan.sampling import Generator, InputError, check_count, check_psi, check_seed, load, parse_digits

MAX_TYPED = 64  # columns of a sheet
MAX_ROWS = 20
MAX_DIGITS = 400  # on one sheet
FRAMES = 61  # of an interpolation in the page: steps of 1/60
MAX_FRAMES = 241
STRIP = 11  # frames shown side by side
MAX_SIDE = 4096  # pixels of a downloaded sheet's longer side, unless it is larger at 1 x
WAIT_SECONDS = 20.0
MAX_HANDS = 4  # threads of one drawing
HAND_DIGITS = 16  # what is worth a thread

T = TypeVar("T")


class FieldError(InputError):
    """A visitor's input is wrong: the message is a sentence, `field` the control it belongs to ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        word = message.partition(" ")[0]  # a file's name stays as it is
        super().__init__(message[:1].upper() + message[1:] if word.isalpha() else message)
        self.field = field


@dataclass(frozen=True)
class Sheet:
    """images uint8 (rows * columns, 1, 28, 28), row by row; alt says what they show; milliseconds to draw them."""

    images: Tensor
    columns: int
    rows: int
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def to_png(self, scale: int | None = None) -> bytes:
        """The sheet as a PNG that carries its recipe; without a scale, as large as MAX_SIDE allows, to 10 x."""
        if scale is None:
            own = make_sheet(self.images, self.columns)
            scale = max(1, min(10, MAX_SIDE // max(own.size)))
        return encode_png(make_sheet(self.images, self.columns, scale=scale), self.recipe)


@dataclass(frozen=True)
class Frames:
    """images uint8 (N, 1, 28, 28) from the start, t = 0, to the end, t = 1, in even steps."""

    images: Tensor
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def strip(self) -> list[int]:
        """The indices of STRIP frames, evenly spread and with both ends (all of them where there are fewer)."""
        count = len(self.images)
        shown = min(STRIP, count)
        return [round(i * (count - 1) / (shown - 1)) for i in range(shown)]

    def to_strip_png(self, scale: int = 8) -> bytes:
        """The strip as a PNG that carries its recipe."""
        images = self.images[self.strip()]
        return encode_png(make_sheet(images, len(images), scale=scale), self.recipe)

    def to_gif(self) -> bytes:
        """Forth and back, for ever, as a GIF that carries its recipe."""
        return encode_gif(self.images, boomerang=True, recipe=self.recipe)


@contextmanager
def field_of(name: str) -> Iterator[None]:
    """Give the name of a control to the InputError that its value raises."""
    try:
        yield
    except (InputError, CheckpointError) as error:
        raise error if isinstance(error, FieldError) else FieldError(str(error), name) from error


def checked(field: str, check: Callable[..., T], *args: Any) -> T:
    """`check(*args)`, its InputError as a FieldError of the control `field`."""
    with field_of(field):
        return check(*args)


class Service:
    """The loaded models and the one pen they share. Safe to call from any thread."""

    def __init__(self, keep: int = 4) -> None:
        """`keep`: how many loaded models to hold; the one unused for longest goes first."""
        self._keep = keep
        self._loaded: OrderedDict[tuple[str, int, int], Generator] = OrderedDict()
        self._loading = threading.Lock()
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
            path = checkpoint.CHECKPOINTS / f"{text}.safetensors"
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", text) or not path.is_file():
                names = ", ".join(self.models()) or "none yet; train one with train.py"
                raise CheckpointError(f"there is no model {str(name)[:100]!r}; those there are: {names}.")
            with self._loading:
                try:
                    stat = path.stat()
                except OSError as error:
                    raise CheckpointError(f"the model {text!r} is no longer there.") from error
                key = (text, stat.st_mtime_ns, stat.st_size)  # a file that was replaced is read anew
                if key not in self._loaded:
                    self._loaded[key] = load(str(path))
                self._loaded.move_to_end(key)
                while len(self._loaded) > self._keep:
                    self._loaded.popitem(last=False)
                return self._loaded[key]

    def warm(self) -> None:
        """Load the default model and draw once, so that the first visitor does not wait; errors are the visitor's."""
        for name in self.models()[:1]:
            try:
                self.draw_sheet(name, "0123456789", rows=1, seed=0, psi=1.0)
            except InputError:
                return

    def draw_sheet(self, model: object, digits: object, rows: object, seed: object, psi: object) -> Sheet:
        """Draw a sheet: the digits as columns, one style a row.

        model: a name in `models()`. digits: text or numbers, to MAX_TYPED, order and repeats kept. rows: 1 to
        MAX_ROWS; rows x digits to MAX_DIGITS. seed: 0 to 2**32 - 1. psi: 0 to 1.5. Raises FieldError.
        """
        generator = self.get(model)
        columns = checked("digits", parse_typed, digits, generator.num_classes)
        if len(columns) > MAX_TYPED:
            raise FieldError(f"{len(columns)} digits are too many; a sheet holds up to {MAX_TYPED} in a row.", "digits")
        count = checked("rows", check_count, rows, MAX_ROWS)
        if count * len(columns) > MAX_DIGITS:
            raise FieldError(
                f"{len(columns)} digits in {count} rows are {count * len(columns)}; a sheet holds up to {MAX_DIGITS}, "
                f"here up to {MAX_DIGITS // len(columns)} rows.",
                "rows",
            )
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        labels = columns * count
        indices = [row for row in range(count) for _ in columns]
        z, y = generator.draw_z(number, indices), torch.tensor(labels)

        def draw(part: slice) -> Tensor:
            w = generator.truncate(generator.map(z[part], y[part]), y[part], truncation)
            return to_uint8(generator.synthesize(w))

        with self.draws() as clock:
            images = self.share(draw, len(labels))
        recipe = make_recipe(
            generator, seed=number, digits=labels, indices=indices, truncation=truncation, columns=len(columns)
        )
        shown = list_digits([generator.class_names[digit] for digit in columns])
        noun = plural(len(labels), "digit")
        alt = f"Sheet of {len(labels)} handwritten {noun}, {count} {plural(count, 'row')} of {shown}"
        return Sheet(images, len(columns), count, recipe, alt, clock())

    def draw_frames(
        self,
        model: object,
        start_digit: object,
        start_seed: object,
        end_digit: object,
        end_seed: object,
        method: object,
        psi: object,
        frames: object = FRAMES,
    ) -> Frames:
        """Draw the way from one (digit, seed) to another in `frames` even steps, 2 to MAX_FRAMES. Raises FieldError.

        method: "slerp" or "lerp". The same recipe gives the same frames; the first and last equal
        `gan.load(model).sample([digit], seed=seed, truncation=psi)`.
        """
        generator = self.get(model)
        ends = []
        for side, digit, seed in (("start", start_digit, start_seed), ("end", end_digit, end_seed)):
            digits = checked(f"{side}_digit", parse_typed, digit, generator.num_classes)
            if len(digits) != 1:
                raise FieldError(f"the {side} has {len(digits)} digits; it takes one.", f"{side}_digit")
            ends.append(End(digits[0], checked(f"{side}_seed", check_seed, seed)))
        way, truncation = checked("method", check_method, method), checked("psi", check_psi, psi)
        count = checked("frames", check_count, frames, MAX_FRAMES)
        if count < 2:
            raise FieldError(f"the count is 1; an interpolation has from 2 to {MAX_FRAMES} frames.", "frames")
        t = torch.linspace(0, 1, count, dtype=torch.float64)

        def draw(part: slice) -> Tensor:
            return to_uint8(interpolate(generator, ends[0], ends[1], t[part], method=way, truncation=truncation))

        with self.draws() as clock:
            images = self.share(draw, count)
        start, end = ({"digit": one.digit, "seed": one.seed} for one in ends)
        recipe = make_recipe(generator, start=start, end=end, method=way, truncation=truncation, frames=count)
        names = [generator.class_names[one.digit] for one in ends]
        alt = f"from {article(names[0])}, seed {ends[0].seed}, to {article(names[1])}, seed {ends[1].seed}"
        return Frames(images, recipe, alt, clock())

    def share(self, draw: Callable[[slice], Tensor], count: int) -> Tensor:
        """Draw pictures 0 to count in even parts, all at once, and put them together again."""
        parts = max(1, min(self._count, count // HAND_DIGITS))
        cuts = [count * i // parts for i in range(parts + 1)]
        drawn = self._hands.map(draw, [slice(a, b) for a, b in itertools.pairwise(cuts)])
        return torch.cat(list(drawn))

    @contextmanager
    def draws(self) -> Iterator[Callable[[], float]]:
        """Take the pen, and a clock of milliseconds that stops when it is laid down."""
        if not self._pen.acquire(timeout=WAIT_SECONDS):
            raise FieldError("The server is busy with other visitors' digits; try again in a moment.")
        begun = time.perf_counter()
        took = math.nan
        try:
            yield lambda: took
        finally:
            took = (time.perf_counter() - begun) * 1000
            self._pen.release()


def parse_typed(digits: object, num_classes: int) -> list[int]:
    """parse_digits for what may come over the network: text, a whole number or a list, of a bounded length."""
    if isinstance(digits, float) and digits.is_integer():
        digits = int(digits)
    if isinstance(digits, str) and len(digits) > 1000:
        raise InputError(f"{len(digits):,} characters are too many; a sheet holds up to {MAX_TYPED} digits in a row.")
    if digits is None:
        digits = ""
    if isinstance(digits, bool) or not isinstance(digits, str | int | list | tuple):
        raise InputError(f"{str(digits)[:40]!r} is no number; write digits from 0 to 9 only.")
    return parse_digits(digits, num_classes)


def count_cores() -> int:
    """The cores that this process may use, where the system tells; else those there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_recipe(generator: Generator, **rest: Any) -> dict[str, Any]:
    """A recipe: the model and its weights' hash, and what else draws the same again."""
    return {"model": generator.name, "weights": generator.sha256, **rest}


def plural(count: int, noun: str) -> str:
    """The noun for that many."""
    return noun if count == 1 else f"{noun}s"


def article(name: str) -> str:
    """A class's name with its article."""
    return f"an {name}" if name in ("8", "eight") else f"a {name}"


def list_digits(names: list[str]) -> str:
    """Digits as they are read out, 2 0 2 6; a long row is counted instead."""
    if len(names) <= 20:
        return " ".join(names)
    return ", ".join(f"{count} x {name}" for name, count in sorted(Counter(names).items()))
