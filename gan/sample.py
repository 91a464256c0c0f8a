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
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.drawing.arguments import MAX_COUNT
from gan.recipes.files import ALL, MAX_PNG, Wish, draw_digits, draw_recipe


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 when the file is there, 2 with one sentence when what was asked cannot be done."""
    parser = argparse.ArgumentParser(
        prog=get_prog("sample"),
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
    args = vars(parser.parse_args(argv, argparse.Namespace(checkpoint=None)))
    recipe = args.pop("recipe")
    with refusing("sample") as ended:
        print(draw_digits(Wish(**args)) if recipe is None else draw_recipe(recipe, Wish(**args)))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
