"""What `gan.sample` writes: digits that were asked for, or what a recipe says, into one file.

.npz holds `images` uint8 (N, 28, 28), 0 = paper, 255 = ink, and `labels` int64 (N,); .png is one sheet; .zip holds a
PNG for each digit and a CSV that says what each is; .idx.zip holds MNIST's own four files.
"""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gan.data import to_uint8
from gan.drawing.arguments import (
    MAX_COUNT,
    InputError,
    check_count,
    check_psi,
    check_seed,
    parse_digits,
    read_digits_of_any_script,
)
from gan.drawing.batches import draw_images
from gan.drawing.datasets import write_idx, write_npz, write_zip
from gan.drawing.films import FILMS
from gan.drawing.generator import BATCH, Generator, load
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import Listing, say
from gan.recipes.read import check_recipe, load_named, parse_json, read_file
from gan.recipes.recipe import IDX, NPZ, PNG, SUFFIXES, ZIP, make_recipe
from gan.store.atomic import write_atomically

ALL = "all"
MAX_PNG = 10_000  # digits on one sheet: more is a picture that few programs open


@dataclass(frozen=True)
class Wish:
    """What is asked for, as it was typed. digits: see `choose_classes`; columns: of a .png, else as many as digits."""

    out: Path
    checkpoint: str | None = None
    digits: str = ALL
    count: str = "100"
    seed: str = "0"
    truncation: str = "1.0"
    columns: int | None = None
    scale: int = 2


def check_file(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> str:
    """The file's ending, one of `suffixes` or IDX; InputError for another ending or a folder that is not there."""
    suffix = IDX if path.name.lower().endswith(IDX) else path.suffix.lower()
    if suffix not in (*suffixes, IDX):
        raise InputError(say("--out {out} must end in {list}.", out=str(path), list=Listing(suffixes, "or")))
    if not path.parent.is_dir():
        raise InputError(say("the folder {folder} of --out does not exist; make it first.", folder=str(path.parent)))
    if path.is_dir():
        raise InputError(say("--out {out} is a folder; name a file.", out=str(path)))
    return suffix


def choose_classes(text: str, generator: Generator) -> list[int]:
    """What --digits says, as classes: "407" digit by digit, "3,12" number by number, "all" each once.

    Raises InputError when there is no such class, and when the checkpoint knows no classes to choose from.
    """
    if text.strip().lower() == ALL:
        return list(range(generator.num_classes))
    if generator.config.unconditional:
        raise InputError(
            say(
                "checkpoint {model} was trained without classes and draws what it likes; leave --digits {value} out.",
                model=generator.name,
                value=text,
            )
        )
    text = read_digits_of_any_script(text)
    words = [word.strip() for word in text.split(",") if word.strip()] if "," in text else []
    numbers = {name: str(label) for label, name in enumerate(generator.class_names) if not name.isdecimal()}
    words = [numbers.get(word, word) for word in words]
    bad = next((word for word in words if not word.isdecimal() or len(word) > 9), None)
    if bad is not None:
        raise InputError(
            say("{value} is no class; write digits as 407, or numbers of classes as 3,12.", value=repr(bad))
        )
    wanted = [int(word) for word in words] or parse_digits(text)
    worst = next((label for label in wanted if label >= generator.num_classes), None)
    if worst is not None:
        raise InputError(
            say(
                "{value} is no class of {model}; it draws {names}.",
                value=worst,
                model=generator.name,
                names=_list_classes(generator),
            )
        )
    return wanted


def _list_classes(generator: Generator, most: int = 20) -> str:
    names = [name if name == str(label) else f"{label} {name}" for label, name in enumerate(generator.class_names)]
    return ", ".join(names if len(names) <= most else [*names[: most - 1], "...", names[-1]])


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """While a file is written: an error of the disk as an InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            say("{out} could not be written: {reason}.", out=str(out), reason=str(error.strerror))
        ) from error


def draw_recipe(source: str, wish: Wish) -> str:
    """Draw what the recipe in the file `source` (- for standard input) says into a file -> a line that says so.

    InputError or CheckpointError, one sentence, before anything is written.
    """
    if wish.columns is not None:
        check_count(wish.columns)
    ending = check_file(wish.out, (*SUFFIXES, *(f".{kind}" for kind in FILMS)))
    recipe = parse_json(sys.stdin.read()) if source == "-" else read_file(Path(source))
    generator = load(wish.checkpoint) if wish.checkpoint else load_named(recipe)
    drawn = check_recipe(recipe, generator)
    drawn.check_ending(wish.out, ending)
    images = to_uint8(drawn.draw(generator))
    with _writing(wish.out):
        drawn.save(wish.out, ending, images, recipe, scale=wish.scale, columns=wish.columns)
    return f"{wish.out}: {len(images):,} pictures from {generator.name}, as the recipe says"


def draw_digits(wish: Wish) -> str:
    """Draw the digits that are asked for into a file -> a line that says so.

    InputError or CheckpointError, one sentence, before anything is written.
    """
    if wish.columns is not None:
        check_count(wish.columns)
    ending = check_file(wish.out)
    count = check_count(wish.count, MAX_PNG if ending == PNG else MAX_COUNT)
    seed, psi = check_seed(wish.seed), check_psi(wish.truncation)
    generator = load(wish.checkpoint or "digits")
    classes = choose_classes(wish.digits, generator)
    labels = list(itertools.islice(itertools.cycle(classes), count))
    images = draw_images(
        generator, labels, seed=seed, truncation=psi, title="", bar=None if count > 10 * BATCH else False
    )

    def write(part: Path) -> None:
        if ending == NPZ:
            write_npz(part, images, labels)
        elif ending == IDX:
            write_idx(part, images, labels)
        elif ending == ZIP:
            write_zip(part, images, labels, seed=seed)
        else:
            columns = min(wish.columns or (10 if generator.config.unconditional else len(classes)), count)
            recipe = make_recipe(generator, seed=seed, digits=labels, truncation=psi, columns=columns)
            part.write_bytes(encode_png(make_sheet(images, columns, scale=wish.scale), recipe))

    with _writing(wish.out):
        write_atomically(wish.out, write)
    return f"{wish.out}: {count:,} digits from {generator.name}, seed {seed}, truncation {psi:g}"
