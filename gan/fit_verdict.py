"""Fit what D's logits mean as probabilities, and store it beside the weights: checkpoints/NAME.verdict.json.

For models whose loss only compares pictures (see gan.judges.verdict). Prints for each class the fitted curve and how
well it separates real digits from forged ones, on the same pictures.

    python -m gan.fit_verdict digits --data ROOT    # about 10 seconds on one core
"""

import argparse
import sys

from gan.command import get_prog, refusing
from gan.judges.fit_verdict import fit_file

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog=get_prog("fit_verdict"), description="Fit what D's logits mean as probabilities."
    )
    parser.add_argument("name", help="a name in checkpoints/")
    parser.add_argument("--data", metavar="PATH", help="the data, as train.py takes it (default: $GAN_DATA, else data)")
    parser.add_argument("--count", type=int, default=1000, help="pictures of a class, each side (default: %(default)s)")
    args = parser.parse_args(argv)
    with refusing("fit_verdict") as ended:
        print(fit_file(args.name, args.data, args.count))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
