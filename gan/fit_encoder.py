"""Train the encoder that a drawing is inverted with; it takes minutes on two cores.

python -m gan.fit_encoder digits --data ROOT               # writes checkpoints/digits.encoder.safetensors
python -m gan.fit_encoder digits --minutes 1               # from the generator's own digits alone
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.handwriting.fit_encoder import fit_file


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog=get_prog("fit_encoder"), description="Train the encoder that inverts drawings for a generator."
    )
    parser.add_argument("checkpoint", help="a name in checkpoints/, or a path")
    parser.add_argument("--data", metavar="ROOT", help="folder with MNIST's training digits; else G's own are used")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long to train (default: %(default)g)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and batches (default: 0)")
    parser.add_argument("--threads", type=int, help="torch's CPU threads (default: as torch chooses)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: checkpoints/NAME.encoder.safetensors")
    args = parser.parse_args(argv)
    with refusing("fit_encoder") as ended:
        print(fit_file(**vars(args)))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
