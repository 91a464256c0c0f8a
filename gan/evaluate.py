"""The quality of a checkpoint, or of anybody's samples, as numbers.

    python -m gan.evaluate digits --data ROOT                     # everything: under 15 minutes on 2 cores
    python -m gan.evaluate digits --data ROOT --quick             # under 2 minutes
    python -m gan.evaluate samples.npz --data ROOT --json out.json
    python -m gan.evaluate runs/kmnist/model.safetensors --data ROOT --reader kmnist-reader.safetensors

Each figure stands beside the one that real training images get, and its name holds the number of samples. A
checkpoint says which dataset it was trained on; other than handwritten digits need a reader of their own
(`gan.fit_classifier`). The same command gives the same numbers, milliseconds aside. What each means:
docs/evaluation.md. Needs `pip install -r requirements-evaluate.txt`.
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.evaluation.command import check_libraries, measure


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog=get_prog("evaluate"),
        description="Measure a generator, or samples in an .npz, against the real test split.",
    )
    parser.add_argument("subject", metavar="CHECKPOINT|SAMPLES.npz", help="a released name, a .safetensors, an .npz")
    parser.add_argument("--data", metavar="PATH", help="the data, as train.py takes it (default: $GAN_DATA, else data)")
    parser.add_argument("--download", action="store_true", help="fetch the dataset where it is missing")
    parser.add_argument("--dataset", metavar="NAME", help="what an .npz imitates (default: mnist)")
    parser.add_argument("--invert", help="ink and paper of the data: yes, no, auto (default: as in training, or auto)")
    parser.add_argument("--reader", type=Path, metavar="FILE", help="classifier of gan.fit_classifier (default: ours)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--quick", action="store_true", help="fewer images, one CAS seed: under 2 minutes")
    parser.add_argument("--seed", type=int, default=0, help="of z, shuffles and random subsets (default: 0)")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="PSI", help="of a generator (default: 1)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, mps or auto (default: cpu)")
    parser.add_argument("--inception", action="store_true", help="Inception-FID too: downloads 91 MB, and is slow")
    args = parser.parse_args(argv)
    with refusing("evaluate") as ended:
        check_libraries()
        measure(**vars(args))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
