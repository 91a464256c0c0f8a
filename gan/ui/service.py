"""What the page and its API ask for: checked arguments in, pictures out. No Gradio here.

Notable choices
- A sheet has one style a row: row r is drawn from z(seed, r) in every column, so that a digit does not change when
  its neighbours are switched off; in many hands, column c from z(seed, 64 r + c). A locked row keeps the (seed, row)
  that it was locked with. The recipe lists each picture's digit and z index, and replays anywhere.
- A link holds the controls' values as text. It is checked as a whole before anything is drawn from it.
- A dataset is drawn in slices, the pen laid down between them: others draw meanwhile, and to cancel is not to ask on.
- Every argument is checked here, whoever calls: a page, a program, or a hand-written HTTP request. What is wrong
  comes as FieldError, with a sentence for the visitor and the name of the control it belongs to.
- Work is bounded: the limits below, one drawing at a time, and a wait that ends.
- A drawing is cut into parts for threads of our own, each with torch on one thread: on a busy machine, threads that
  wait for each other in every layer made 80 digits take 161 ms where one thread took 27.

    from gan.ui.service import Service
    sheet = Service().draw_sheet("digits", "2026", rows=4, seed=7, psi=1.0)
"""

import io
import itertools
import math
import os
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import torch
from torch import Tensor

from gan.data import to_float, to_uint8
from gan.drawing.arguments import InputError, check_count, check_psi, check_seed, parse_digits
from gan.drawing.datasets import write_zip
from gan.drawing.films import encode_film
from gan.drawing.generator import Generator, load
from gan.drawing.interpolation import End, check_end, check_method, check_travels
from gan.drawing.sheets import encode_png, make_sheet
from gan.judges.classifier import Classifier, ClassifierError, load_classifier
from gan.judges.verdict import get_verdict
from gan.recipes.read import check_recipe
from gan.recipes.recipe import MEDIA, check_weights, make_recipe
from gan.recipes.sheet import Sheet as Recipe
from gan.recipes.way import MAX_ENDS, Way, check_frames, check_loop, choose_strip
from gan.store import released as checkpoint
from gan.store.released import CheckpointError

MAX_TYPED = 64  # columns of a sheet
MAX_ROWS = 20
MAX_DIGITS = 400  # on one sheet
FRAMES = 61  # of an interpolation in the page: steps of 1/60
MAX_SIDE = 4096  # pixels of a downloaded sheet's longer side, unless it is larger at 1 x
MAX_SCALE = 10  # screen pixels for each of a digit's own, of a downloaded sheet
MAX_DATASET = 60_000
SLICE = 500  # digits of a dataset drawn at once: about as long as a sheet takes
HANDS = ("one", "many")  # one z a row, or one z a digit
WAIT_SECONDS = 20.0
MAX_HANDS = 4  # threads of one drawing
HAND_DIGITS = 16  # what is worth a thread

T = TypeVar("T")

__all__ = ["FieldError", "Frames", "Judged", "Service", "Sheet", "checked", "field_of", "make_recipe", "parse_typed"]


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
    labels: list[int]
    seeds: list[int]
    indices: list[int]

    def to_zip(self) -> bytes:
        """A PNG for each digit, and a CSV that says which z of which seed it is."""
        file = io.BytesIO()
        write_zip(file, self.images, self.labels, seed=self.seeds, indices=self.indices)
        return file.getvalue()

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
    stops: tuple[End, ...]
    loop: str

    def strip(self) -> list[int]:
        """The indices of STRIP frames, evenly spread and with both ends (all of them where there are fewer)."""
        return choose_strip(len(self.images))

    def to_strip_png(self, scale: int = 8) -> bytes:
        """The strip as a PNG that carries its recipe."""
        images = self.images[self.strip()]
        return encode_png(make_sheet(images, len(images), scale=scale), self.recipe)

    def to_gif(self) -> bytes:
        """For ever, forth and back or round, as a GIF that carries its recipe."""
        return self.to_film("gif")

    def to_film(self, kind: str) -> bytes:
        """The same as a film of a kind in gan.drawing.films.FILMS, which carries its recipe."""
        round_once = self.images[:-1] if self.loop == "round" else self.images  # the last is the first again
        return encode_film(round_once, kind, boomerang=self.loop == "back", recipe=self.recipe)


@dataclass(frozen=True)
class Judged:
    """What D and the reader say of N pictures: D's probability (N,) or None, and (label, confidence) (N,) or None.

    explain: what D's probability means, or why there is none; reader: the same of the reading.
    """

    real: list[float] | None
    read: list[tuple[str, float]] | None
    explain: str
    reader: str


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

    def draw_sheet(
        self,
        model: object,
        digits: object,
        rows: object,
        seed: object,
        psi: object,
        hands: object = "one",
        locks: object = "",
    ) -> Sheet:
        """Draw a sheet: the digits as columns, one style a row.

        model: a name in `models()`. digits: text or numbers, to MAX_TYPED, order and repeats kept. rows: 1 to
        MAX_ROWS; rows x digits to MAX_DIGITS. seed: 0 to 2**32 - 1. psi: 0 to 1.5. hands: "one" z for a row, or "many",
        one for each digit. locks: "0:7.0,5:1.3": row 0 keeps style 0 of seed 7, row 5 style 3 of seed 1. Raises
        FieldError.
        """
        generator = self.get(model)
        columns, count = self._check_columns(generator, digits, rows)
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        kind, kept = checked("hands", check_hands, hands), checked("locks", parse_locks, locks)
        labels = columns * count
        seeds, indices = [], []
        for row in range(count):
            own, style = kept.get(row, (number, row))
            seeds += [own] * len(columns)
            first = style if kind == "one" else style * MAX_TYPED
            indices += [first + (0 if kind == "one" else column) for column in range(len(columns))]
        drawn = Recipe(tuple(labels), tuple(seeds), tuple(indices), truncation, len(columns))
        with self.draws() as clock:
            images = self.share(lambda part: to_uint8(drawn.draw(generator, part)), len(labels))
        recipe = drawn.describe(generator)
        shown = list_digits([generator.class_names[digit] for digit in columns])
        noun = plural(len(labels), "digit")
        alt = f"Sheet of {len(labels)} handwritten {noun}, {count} {plural(count, 'row')} of {shown}"
        return Sheet(images, len(columns), count, recipe, alt, clock(), labels, seeds, indices)

    def _check_columns(self, generator: Generator, digits: object, rows: object) -> tuple[list[int], int]:
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
        return columns, count

    def check_link(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """The controls of a sheet that a link names, checked -> their values; FieldError for what is wrong.

        link: text by name: model, weights, digits, rows, seed, psi, hands, locks. What is not named is left out.
        """
        generator = self._check_linked(link, ("digits", "rows", "seed", "psi", "hands", "locks"))
        found: dict[str, Any] = {"model": generator.name}
        columns, count = self._check_columns(generator, link.get("digits", "0"), link.get("rows", "1"))
        if "digits" in link:
            found["digits"] = "".join(map(str, columns)) if generator.num_classes <= 10 else link["digits"]
        if "rows" in link:
            found["rows"] = count
        for name, check in (("seed", check_seed), ("psi", check_psi), ("hands", check_hands)):
            if name in link:
                found[name] = checked(name, check, link[name])
        if "locks" in link:
            checked("locks", parse_locks, link["locks"])
            found["locks"] = str(link["locks"])
        return found

    def _check_linked(self, link: object, names: tuple[str, ...]) -> Generator:
        """The generator that a link names; FieldError for an unknown name, another model or other weights."""
        if not isinstance(link, Mapping):
            raise FieldError("the link is not a list of named values.")
        strange = next((name for name in link if name not in ("model", "weights", *names)), None)
        if strange is not None:
            raise FieldError(f"it has {str(strange)[:40]!r}, which means nothing here.")
        generator = self.get(link.get("model", next(iter(self.models()), "")))
        if "weights" in link:
            checked("weights", check_weights, link["weights"], generator)
        return generator

    def check_made_with(self, request: Mapping[str, Any]) -> None:
        """FieldError when a request comes from a link of other "weights" than its "model" has here; most have none."""
        if request.get("weights") is not None:
            checked("model", check_weights, request["weights"], self.get(request.get("model")))

    def judge(self, model: object, images: Tensor, labels: list[int]) -> Judged:
        """Ask D and the reader about pictures, uint8 or float (N, 1, 28, 28), as their labels."""
        generator = self.get(model)
        pictures = to_float(images) if images.dtype == torch.uint8 else images
        real, read = None, None
        with self.draws():
            try:
                verdict = get_verdict(generator)
                found = verdict.judge(pictures, torch.tensor(labels))
                explain = verdict.explain
                if bool(found.isfinite().all()):
                    real = [round(share, 4) for share in found.tolist()]
                else:
                    explain = "This model's critic gives no probability."
            except CheckpointError as error:
                explain = str(error)
            try:
                reader = load_reader()
                if generator.config.dataset != reader.dataset:
                    raise ClassifierError(f"the reader knows {reader.dataset}, not {generator.config.dataset}.")
                best, which = reader.read(pictures).max(dim=1)
                names = reader.class_names
                read = [(names[i], round(share, 4)) for i, share in zip(which.tolist(), best.tolist(), strict=True)]
                known = "Read by a classifier that has seen real training digits alone."
            except ClassifierError as error:
                known = f"{str(error)[:1].upper()}{str(error)[1:]}"
        return Judged(real, read, explain[:1].upper() + explain[1:], known)

    def draw_slice(
        self, model: object, digits: object, count: object, seed: object, psi: object, at: object
    ) -> tuple[Tensor, list[int], dict[str, Any]]:
        """Pictures `at` to at + SLICE of a dataset of `count` -> uint8 (N, 1, 28, 28), their labels, and its recipe.

        Sample i shows the digits in turn, from z(seed, i): what `gan.sample --count` draws. Raises FieldError.
        """
        generator = self.get(model)
        classes = checked("digits", parse_typed, digits, generator.num_classes)
        total = checked("count", check_count, count, MAX_DATASET)
        number, truncation = checked("seed", check_seed, seed), checked("psi", check_psi, psi)
        if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < total:
            raise FieldError(f"a dataset of {total} has no digit {str(at)[:40]}.", "count")
        labels = [classes[i % len(classes)] for i in range(at, min(total, at + SLICE))]
        size = len(labels)
        drawn = Recipe(tuple(labels), (number,) * size, tuple(range(at, at + size)), truncation, len(classes))
        with self.draws():
            images = self.share(lambda part: to_uint8(drawn.draw(generator, part)), size)
        return images, labels, make_recipe(generator, seed=number, digits=classes, count=total, truncation=truncation)

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
        travels: object = "both",
        loop: object = "back",
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
        return self.draw_way(model, ends, method, psi, travels, loop, frames)

    def draw_way(
        self,
        model: object,
        ends: object,
        method: object,
        psi: object,
        travels: object = "both",
        loop: object = "back",
        frames: object = None,
    ) -> Frames:
        """Draw the way along ends, two to MAX_ENDS: a list of End, or text such as "3.4,8.7" (digit.seed). FieldError.

        travels: "both", "noise" or "class". loop: "back" (forth and back), or "round", on from the last end to the
        first. frames: 2 to MAX_FRAMES; None for as many as meet every end.
        """
        generator = self.get(model)
        stops = checked("ends", parse_ends, ends, generator.num_classes)
        kind = checked("loop", check_loop, loop)
        count = checked("frames", check_frames, frames, len(stops), kind)
        moves, way = checked("travels", check_travels, travels), checked("method", check_method, method)
        drawn = Way(stops, way, moves, kind, checked("psi", check_psi, psi), count)

        def draw(part: slice) -> Tensor:
            return to_uint8(drawn.draw(generator, part))

        with self.draws() as clock:
            images = self.share(draw, count)
        recipe = drawn.describe(generator)
        said = [f"{article(generator.class_names[end.digit])}, seed {end.seed}" for end in drawn.stops]
        alt = f"from {said[0]}, to {said[-1]}"
        if len(said) > 2:
            alt = f"from {said[0]}, by {len(said) - 2} more, to {said[-1]}"
        return Frames(images, recipe, alt, clock(), stops, kind)

    def replay(self, recipe: Mapping[str, Any], kind: object = "png", scale: object = 8) -> tuple[bytes, str]:
        """Draw a recipe once more -> the bytes of a file and its media type.

        kind: one of the recipe's own formats, "png" among them. Raises FieldError.
        """
        generator = self.get(recipe.get("model", next(iter(self.models()), "")))
        drawn = checked("recipe", check_recipe, recipe, generator)
        size = checked("scale", check_count, scale, MAX_SCALE)
        if kind not in drawn.formats:
            raise FieldError(
                f"the kind is {str(kind)[:40]!r}; of this recipe it can be {', '.join(drawn.formats)}.", "kind"
            )
        if len(drawn) > MAX_DIGITS:
            raise FieldError(f"the recipe has {len(drawn):,} digits; up to {MAX_DIGITS} are drawn here.", "recipe")
        with self.draws():
            if drawn.at_once:
                images = self.share(lambda _: to_uint8(drawn.draw(generator)), 1)
            else:
                images = self.share(lambda part: to_uint8(drawn.draw(generator, part)), len(drawn))
        return drawn.encode(images, str(kind), size, recipe), MEDIA[str(kind)]

    def check_way_link(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """The controls of a way that a link names, checked -> their values; FieldError for what is wrong."""
        generator = self._check_linked(link, ("ends", "method", "travels", "loop", "psi"))
        found: dict[str, Any] = {"model": generator.name}
        if "ends" in link:
            ends = checked("ends", parse_ends, link["ends"], generator.num_classes)
            found["ends"] = ",".join(f"{end.digit}.{end.seed}" for end in ends)
        for name, check in (
            ("method", check_method),
            ("travels", check_travels),
            ("loop", check_loop),
            ("psi", check_psi),
        ):
            if name in link:
                found[name] = checked(name, check, link[name])
        return found

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


def check_hands(hands: object) -> str:
    """Whose hand a row is in, "one" or "many"; InputError otherwise."""
    if hands not in HANDS:
        raise InputError(f"the hands are {str(hands)[:40]!r}; they can be {' or '.join(HANDS)}.")
    return str(hands)


def parse_locks(text: object) -> dict[int, tuple[int, int]]:
    """Read "0:7.0,5:1.3" as {row: (seed, style)}; rows and styles 0 to MAX_ROWS - 1. InputError otherwise."""
    if text is None or text == "":
        return {}
    if not isinstance(text, str) or len(text) > 1000:
        raise InputError("the locked rows must be text such as 0:7.0,5:1.3 (row:seed.style).")
    kept = {}
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,2}):(\d{1,10})\.(\d{1,2})", part, re.ASCII)
        if not match or int(match[1]) >= MAX_ROWS or int(match[3]) >= MAX_ROWS:
            raise InputError(
                f"the locked row {part[:40]!r} is not row:seed.style, with rows and styles from 0 to {MAX_ROWS - 1}."
            )
        kept[int(match[1])] = (check_seed(match[2]), int(match[3]))
    return kept


def parse_ends(ends: object, num_classes: int) -> tuple[End, ...]:
    """Ends as a list of End, or as text "3.4,8.7" (digit.seed); InputError, which names the end, otherwise."""
    if isinstance(ends, str):
        if len(ends) > 1000:
            raise InputError(f"the way can have from 2 to {MAX_ENDS} ends.")
        listed: list[Any] = []
        for place, part in enumerate(ends.split(","), 1):
            digit, dot, seed = part.partition(".")
            if not dot:
                raise InputError(f"end {place} is {part[:40]!r}; it must be digit.seed, as in 3.4,8.7.")
            try:
                digits = parse_typed(digit if num_classes <= 10 else [int(digit)], num_classes)
                if len(digits) != 1:
                    raise InputError(f"it has {len(digits)} digits; it takes one.")
                listed.append(End(digits[0], check_seed(seed)))
            except ValueError as error:
                said = str(error) if isinstance(error, InputError) else f"{digit[:40]!r} is not a class."
                raise InputError(f"end {place}: {said}") from error
    elif isinstance(ends, list) and all(isinstance(end, End) for end in ends):
        listed = [check_end(end, num_classes) for end in ends]
    else:
        raise InputError("the ends must be text such as 3.4,8.7 (digit.seed).")
    if not 2 <= len(listed) <= MAX_ENDS:
        raise InputError(f"the way has {len(listed)} {plural(len(listed), 'end')}; it can have from 2 to {MAX_ENDS}.")
    return tuple(listed)


@lru_cache(maxsize=1)
def load_reader() -> Classifier:
    """The independent reader, read once; ClassifierError when its file is missing or damaged."""
    return load_classifier()


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
