"""Train the independent reader on the training split of the real MNIST, and ship it.

    python -m gan.fit_classifier --data ROOT                    # writes checkpoints/classifier.safetensors
    python -m gan.fit_classifier --data ROOT --held-out 5000    # writes nothing: how the schedule was chosen

Everything is fixed beforehand (`gan.evaluation.fitting`); the schedule was chosen on 5,000 digits held out of
the training split. The test split is read once, at the end, to report. About 7 minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import torch

from gan.classifier import WEIGHTS, save_classifier
from gan.data import DataError, get_root, load_dataset
from gan.evaluation.fitting import Schedule, accuracy, fit

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.fit_classifier", description="Train the independent reader on real MNIST."
    )
    parser.add_argument("--data", metavar="ROOT", help="folder that holds MNIST/raw (default: $GAN_DATA, else data)")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="file to write (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, order and jitter (default: 0)")
    parser.add_argument("--epochs", type=int, default=Schedule.epochs, help="passes (default: %(default)s)")
    parser.add_argument(
        "--held-out",
        type=int,
        default=0,
        metavar="N",
        help="hold N training digits out, report on them alone",
    )
    args = parser.parse_args(argv)
    try:
        return _run(args)
    except (DataError, ValueError, OSError) as error:
        print(f"gan.fit_classifier: {error}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace) -> int:
    if args.epochs < 1:
        raise ValueError(f"--epochs is {args.epochs}; one pass is the least.")
    schedule = Schedule(epochs=args.epochs)
    root = get_root(args.data)
    train = load_dataset(root, "train")
    if not 0 <= args.held_out <= len(train.labels) - schedule.batch:
        raise ValueError(
            f"--held-out is {args.held_out}; of {len(train.labels)} digits, "
            f"0 to {max(0, len(train.labels) - schedule.batch)} can be held out."
        )
    if args.held_out:
        order = torch.randperm(len(train.labels), generator=torch.Generator().manual_seed(args.seed))
        kept, held = order[: -args.held_out], order[-args.held_out :]
        reader = fit(train.images[kept], train.labels[kept], schedule, seed=args.seed)
        score = accuracy(reader, train.images[held], train.labels[held])
        print(f"{100 * score:.2f} % of {args.held_out} training digits held out")
        return 0
    test = load_dataset(root, "test")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=args.out.parent):  # a folder that cannot be written is found now
        pass
    reader = fit(train.images, train.labels, schedule, seed=args.seed)
    score = accuracy(reader, test.images, test.labels)
    meta = {
        "network": "DigitNet",
        "command": f"python -m gan.fit_classifier --data ROOT --seed {args.seed} --epochs {args.epochs}",
        "seed": args.seed,
        "schedule": asdict(schedule),
        "data": f"MNIST, training split, {len(train.labels)} digits",
        "test_accuracy": score,
        "test_digits": len(test.labels),
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }
    save_classifier(replace(reader, meta=meta), args.out)
    size = args.out.stat().st_size / 1e6
    print(f"{args.out}: {size:.2f} MB, reads {100 * score:.2f} % of {len(test.labels)} test digits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
