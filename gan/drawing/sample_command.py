"""Draw digits from a checkpoint into a file.

    python -m gan.sample digits --digits 0123456789 --count 100 --seed 7 --truncation 0.8 --out digits.png
    python -m gan.sample digits --count 60000 --out made.npz
    python -m gan.sample digits --count 60000 --out made.idx.zip
    python -m gan.sample runs/fashion/model.safetensors --digits 7,9 --out shoes.zip
    python -m gan.sample --recipe digits.png --out again.png

.npz holds `images` uint8 (N, 28, 28), 0 = paper, 255 = ink, and `labels` int64 (N,); .png is one sheet, a column a
digit; .zip holds a PNG for each digit and a CSV that says what each is; .idx.zip holds MNIST's own four files, as
torchvision's MNIST reads them. N images in all, cycling through the digits. Of another dataset than digits, a digit is
the number of a class. A checkpoint that was trained without classes draws what it likes, and every label is 0.

--recipe draws once more what a recipe says: JSON in a file or on standard input (-), or a picture or film of ours,
which carries its own: a sheet, a way between digits (which may be written as .gif, .webp or .mp4 too), or digits in a
hand that was drawn.
"""

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.batches import draw_images
from gan.drawing.generator import (
    BATCH,
    MAX_COUNT,
    Generator,
    InputError,
    check_count,
    check_psi,
    check_seed,
    load,
    parse_digits,
)
from gan.drawing.number_line import enlarge, set_line
from gan.drawing.sheets import FILMS, encode_film, encode_png, make_sheet, write_idx, write_zip
from gan.recipes.read import Hand, Way, check_recipe, load_named, parse_json, read_file
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError

SUFFIXES = (".npz", ".png", ".zip")
IDX = ".idx.zip"
STRIP = 11  # frames of a way on one PNG
ALL = "all"
MAX_PNG = 10_000  # digits on one sheet: more is a picture that few programs open


def write_npz(path: Path, images: Tensor, labels: list[int]) -> None:
    """Images uint8 (N, 1, 28, 28) and their labels -> a compressed .npz, written atomically."""

    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.savez_compressed(file, images=images[:, 0].numpy(), labels=np.asarray(labels, dtype=np.int64))

    write_atomically(path, write)


def check_file(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> str:
    """The file's ending, one of `suffixes` or IDX; InputError for another ending or a folder that is not there."""
    suffix = IDX if path.name.lower().endswith(IDX) else path.suffix.lower()
    if suffix not in (*suffixes, IDX):
        raise InputError(f"--out {path} must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}.")
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} of --out does not exist; make it first.")
    if path.is_dir():
        raise InputError(f"--out {path} is a folder; name a file.")
    return suffix


def choose_classes(text: str, generator: Generator) -> list[int]:
    """What --digits says, as classes: "407" digit by digit, "3,12" number by number, "all" each once.

    Raises InputError when there is no such class, and when the checkpoint knows no classes to choose from.
    """
    if text.strip().lower() == ALL:
        return list(range(generator.num_classes))
    if generator.config.unconditional:
        raise InputError(
            f"checkpoint {generator.name} was trained without classes and draws what it likes; "
            f"leave --digits {text} out."
        )
    words = [word.strip() for word in text.split(",") if word.strip()] if "," in text else []
    bad = next((word for word in words if not word.isdecimal() or len(word) > 9), None)
    if bad is not None:
        raise InputError(f"{bad!r} is no class; write digits as 407, or numbers of classes as 3,12.")
    wanted = [int(word) for word in words] or parse_digits(text)
    worst = next((label for label in wanted if label >= generator.num_classes), None)
    if worst is not None:
        raise InputError(f"{worst} is no class of {generator.name}; it draws {_list_classes(generator)}.")
    return wanted


def _list_classes(generator: Generator, most: int = 20) -> str:
    names = [name if name == str(label) else f"{label} {name}" for label, name in enumerate(generator.class_names)]
    return ", ".join(names if len(names) <= most else [*names[: most - 1], "...", names[-1]])


def replay(args: argparse.Namespace) -> None:
    """Check the recipe, then draw and write the file."""
    films = tuple(f".{kind}" for kind in FILMS)
    suffix = check_file(args.out, (*SUFFIXES, *films))
    recipe = parse_json(sys.stdin.read()) if args.recipe == "-" else read_file(Path(args.recipe))
    generator = load(args.checkpoint) if args.checkpoint else load_named(recipe)
    drawn = check_recipe(recipe, generator)
    if suffix in films and not isinstance(drawn, Way):
        raise InputError(f"--out {args.out}: a sheet does not move; end it in {', '.join(SUFFIXES)}.")
    if isinstance(drawn, Way) and suffix in (".zip", IDX):
        raise InputError(f"--out {args.out}: frames between digits have no labels; end it in .png, {', '.join(films)}.")
    if isinstance(drawn, Hand) and suffix == ".zip":
        raise InputError(f"--out {args.out}: a hand has no seed for the table; end it in .png, .npz or {IDX}.")
    images = to_uint8(drawn.draw(generator))
    if isinstance(drawn, Way):
        if suffix in films:
            film = encode_film(images, suffix[1:], boomerang=drawn.loop == "back", recipe=recipe)
            write_atomically(args.out, lambda part: part.write_bytes(film))
        elif suffix == ".npz":
            nearest = [drawn.stops[round(i * (len(drawn.stops) - 1) / (len(images) - 1))] for i in range(len(images))]
            write_npz(args.out, images, [stop.digit for stop in nearest])
        else:
            shown = min(STRIP, len(images))
            strip = images[[round(i * (len(images) - 1) / (shown - 1)) for i in range(shown)]]
            data = encode_png(make_sheet(strip, shown, scale=args.scale), recipe)
            write_atomically(args.out, lambda part: part.write_bytes(data))
    elif suffix == ".npz":
        write_npz(args.out, images, list(drawn.digits))
    elif suffix == IDX:
        write_atomically(args.out, lambda part: write_idx(part, images, drawn.digits))
    elif isinstance(drawn, Hand) and drawn.text:
        line = encode_png(enlarge(set_line(images[:, 0].numpy(), drawn.text), args.scale), recipe)
        write_atomically(args.out, lambda part: part.write_bytes(line))
    elif suffix == ".zip" and not isinstance(drawn, Hand):
        write_atomically(
            args.out, lambda part: write_zip(part, images, drawn.digits, seed=drawn.seeds, indices=drawn.indices)
        )
    else:
        sheet = encode_png(make_sheet(images, columns=args.columns or drawn.columns, scale=args.scale), recipe)
        write_atomically(args.out, lambda part: part.write_bytes(sheet))
    print(f"{args.out}: {len(images):,} pictures from {generator.name}, as the recipe says")


def sample(args: argparse.Namespace) -> None:
    """Check everything that was asked, then draw and write the file."""
    suffix = check_file(args.out)
    count = check_count(args.count, MAX_PNG if suffix == ".png" else MAX_COUNT)
    seed, psi = check_seed(args.seed), check_psi(args.truncation)
    generator = load(args.checkpoint or "digits")
    classes = choose_classes(args.digits, generator)
    labels = list(itertools.islice(itertools.cycle(classes), count))
    images = draw_images(
        generator, labels, seed=seed, truncation=psi, title="", bar=None if count > 10 * BATCH else False
    )
    if suffix == ".npz":
        write_npz(args.out, images, labels)
    elif suffix == IDX:
        write_atomically(args.out, lambda part: write_idx(part, images, labels))
    elif suffix == ".zip":
        write_atomically(args.out, lambda part: write_zip(part, images, labels, seed=seed))
    else:
        columns = args.columns or (10 if generator.config.unconditional else len(classes))
        recipe = {
            "model": generator.name,
            "weights": generator.sha256,
            "seed": seed,
            "digits": labels,
            "truncation": psi,
            "columns": min(columns, count),
        }
        sheet = encode_png(make_sheet(images, columns=min(columns, count), scale=args.scale), recipe=recipe)
        write_atomically(args.out, lambda part: part.write_bytes(sheet))
    print(f"{args.out}: {count:,} digits from {generator.name}, seed {seed}, truncation {psi:g}")


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 when the file is there, 2 with one sentence when what was asked cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.sample",
        description="Draw handwritten digits into a file.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "checkpoint",
        nargs="?",
        default=argparse.SUPPRESS,
        help="a name in checkpoints/, or a path; else digits, or the one that the recipe names",
    )
    parser.add_argument(
        "--recipe", metavar="FILE", help="draw what this JSON (- for standard input), picture or film of ours says"
    )
    parser.add_argument("--digits", default=ALL, help="what to cycle through: 407, or 3,12, or each class in turn")
    parser.add_argument("--count", default="100", help=f"images in all, 1 to {MAX_COUNT} (.png: to {MAX_PNG})")
    parser.add_argument("--seed", default="0", help="0 to 4294967295")
    parser.add_argument("--truncation", default="1.0", metavar="PSI", help="0 (typical) to 1 (all styles) to 1.5")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .npz, .png, .zip or .idx.zip")
    parser.add_argument("--columns", type=int, help="columns of a .png; else as many as --digits has")
    parser.add_argument("--scale", type=int, default=2, choices=range(1, 11), help="pixels a pixel, of a .png")
    args = parser.parse_args(argv, argparse.Namespace(checkpoint=None))
    try:
        if args.columns is not None:
            check_count(args.columns)
        if args.recipe is None:
            sample(args)
        else:
            replay(args)
    except (InputError, CheckpointError) as error:
        text = str(error)
        print(f"gan.sample: {text[:1].upper()}{text[1:]}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"gan.sample: {args.out} could not be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
