"""Train an independent reader on the training split of a real dataset: the shipped one on MNIST, or your own.

    python -m gan.fit_classifier --data ROOT                    # writes checkpoints/classifier.safetensors
    python -m gan.fit_classifier --data ROOT --held-out 5000    # writes nothing: how the schedule was chosen
    python -m gan.fit_classifier --dataset kmnist --data ROOT --out kmnist-reader.safetensors

Everything is fixed beforehand (`gan.evaluation.fitting`); the schedule was chosen on 5,000 digits held out of
MNIST's training split. The test split is read once, at the end, to report. About 7 minutes on 2 cores for 60,000
images.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import torch

from gan.data import SOURCES, DataError, get_root, load_dataset
from gan.evaluation.fitting import Schedule, accuracy, fit
from gan.judges.classifier import WEIGHTS, save_classifier

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.fit_classifier", description="Train an independent reader on real images."
    )
    parser.add_argument("--dataset", default="mnist", metavar="NAME", help=f"{', '.join(SOURCES)} (default: mnist)")
    parser.add_argument("--data", metavar="ROOT", help="folder that holds MNIST/raw (default: $GAN_DATA, else data)")
    parser.add_argument("--download", action="store_true", help="fetch the dataset where it is missing")
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
    try:
        return _run(args)
    except (DataError, ValueError, OSError) as error:
        text = str(error)
        print(f"gan.fit_classifier: {text[:1].upper()}{text[1:]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gan.fit_classifier: interrupted, nothing written.", file=sys.stderr)
        return 130


def _run(args: argparse.Namespace) -> int:
    if args.epochs < 1:
        raise ValueError(f"--epochs is {args.epochs}; one pass is the least.")
    schedule = Schedule(epochs=args.epochs)
    root = get_root(args.data)
    train = load_dataset(root, "train", name=args.dataset, download=args.download)
    if args.out is None and args.dataset != "mnist" and not args.held_out:
        raise ValueError(f"--out FILE is needed: without it the file is {WEIGHTS.name}, the reader of mnist.")
    out = args.out or WEIGHTS
    count, classes = len(train), len(train.class_names)
    most = max(0, count - schedule.batch)
    if not 0 <= args.held_out <= most:
        raise ValueError(f"--held-out is {args.held_out}; of {count} images, 0 to {most} can be held out.")
    if count < schedule.batch:
        raise ValueError(f"the training split in {root} has {count} images; {schedule.batch} are the least.")
    if args.held_out:
        order = torch.randperm(count, generator=torch.Generator().manual_seed(args.seed))
        kept, held = order[: -args.held_out], order[-args.held_out :]
        reader = fit(train.images[kept], train.labels[kept], schedule, seed=args.seed, classes=classes)
        score = accuracy(reader, train.images[held], train.labels[held])
        print(f"{100 * score:.2f} % of {args.held_out} training images held out")
        return 0
    test = load_dataset(root, "test", name=args.dataset, download=args.download)
    _check_writable(out)
    reader = fit(train.images, train.labels, schedule, seed=args.seed, classes=classes)
    score = accuracy(reader, test.images, test.labels)
    meta = {
        "network": "DigitNet",
        "command": f"python -m gan.fit_classifier --dataset {args.dataset} --data ROOT "
        f"--seed {args.seed} --epochs {args.epochs}",
        "seed": args.seed,
        "schedule": asdict(schedule),
        "dataset": args.dataset,
        "class_names": list(train.class_names),
        "data": f"{SOURCES[args.dataset].torchvision or args.dataset}, training split, {count} images",
        "test_accuracy": score,
        "test_images": len(test),
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }
    save_classifier(replace(reader, meta=meta), out)
    size = out.stat().st_size / 1e6
    print(f"{out}: {size:.2f} MB, reads {100 * score:.2f} % of {len(test)} test images")
    return 0


def _check_writable(path: Path) -> None:
    """A file that cannot be written is found before the training and not after it."""
    if path.is_dir():
        raise ValueError(f"--out {path} is a folder; a file is wanted.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ValueError(f"--out {path} cannot be written ({error.strerror}).") from None


if __name__ == "__main__":
    sys.exit(main())
