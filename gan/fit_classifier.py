"""Train an independent reader on the training split of a real dataset: the shipped one on MNIST, or your own.

    python -m gan.fit_classifier --data ROOT                    # writes checkpoints/classifier.safetensors
    python -m gan.fit_classifier --data ROOT --held-out 5000    # writes nothing: how the schedule was chosen
    python -m gan.fit_classifier --dataset kmnist --data ROOT --out kmnist-reader.safetensors

Everything is fixed beforehand (`gan.judges.fitting`); the schedule was chosen on 5,000 digits held out of
MNIST's training split. The test split is read once, at the end, to report. About 7 minutes on 2 cores for 60,000
images.
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.data import SOURCES
from gan.judges.fit_classifier import fit_file
from gan.judges.fitting import Schedule

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog=get_prog("fit_classifier"), description="Train an independent reader on real images."
    )
    parser.add_argument("--dataset", default="mnist", metavar="NAME", help=f"{', '.join(SOURCES)} (default: mnist)")
    parser.add_argument("--data", metavar="PATH", help="the data, as train.py takes it (default: $GAN_DATA, else data)")
    parser.add_argument("--download", action="store_true", help="fetch the dataset where it is missing")
    parser.add_argument("--invert", default="auto", help="ink and paper exchanged: yes, no, auto (default: auto)")
    parser.add_argument("--out", type=Path, help="file to write (default, for mnist alone: the shipped reader)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, order and jitter (default: 0)")
    parser.add_argument("--epochs", type=int, default=Schedule.epochs, help="passes (default: %(default)s)")
    parser.add_argument(
        "--held-out",
        type=int,
        default=0,
        metavar="N",
        help="hold N training images out, report on them alone",
    )
    args = parser.parse_args(argv)
    with refusing("fit_classifier") as ended:
        print(fit_file(**vars(args)))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
