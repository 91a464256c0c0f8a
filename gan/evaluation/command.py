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

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NEEDED = {"torch_fidelity": "torch-fidelity", "prdc": "prdc"}


class EvaluationError(ValueError):
    """The command was asked for something that it cannot do; str() is a sentence for people."""


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    args = _parse(argv)
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        wanted = " and ".join(missing)
        print(f"gan.evaluate: {wanted} must be installed: pip install -r requirements-evaluate.txt", file=sys.stderr)
        return 2

    from gan.config import ConfigError
    from gan.data import DataError
    from gan.drawing.generator import InputError
    from gan.evaluation.samples import SampleError
    from gan.judges.classifier import ClassifierError
    from gan.store.released import CheckpointError

    try:
        return _run(args)
    except (
        EvaluationError,
        CheckpointError,
        ClassifierError,
        ConfigError,
        DataError,
        SampleError,
        InputError,
    ) as error:
        text = str(error).rstrip(".")
        print(f"gan.evaluate: {text[:1].upper()}{text[1:]}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gan.evaluate: interrupted, nothing written.", file=sys.stderr)
        return 130


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gan.evaluate",
        description="Measure a generator, or samples in an .npz, against the real test split.",
    )
    parser.add_argument("subject", metavar="CHECKPOINT|SAMPLES.npz", help="a released name, a .safetensors, an .npz")
    parser.add_argument("--data", metavar="ROOT", help="folder that holds MNIST/raw (default: $GAN_DATA, else data)")
    parser.add_argument("--download", action="store_true", help="fetch the dataset where it is missing")
    parser.add_argument("--dataset", metavar="NAME", help="what an .npz imitates (default: mnist)")
    parser.add_argument("--reader", type=Path, metavar="FILE", help="classifier of gan.fit_classifier (default: ours)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--quick", action="store_true", help="fewer images, one CAS seed: under 2 minutes")
    parser.add_argument("--seed", type=int, default=0, help="of z, shuffles and random subsets (default: 0)")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="PSI", help="of a generator (default: 1)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, mps or auto (default: cpu)")
    parser.add_argument("--inception", action="store_true", help="Inception-FID too: downloads 91 MB, and is slow")
    return parser.parse_args(argv)


def _run(args: argparse.Namespace) -> int:
    # Everything that can be wrong is found out here, before the first minute of work.
    import torch

    from gan.data import check_name, get_root, load_dataset
    from gan.drawing.device import choose_device
    from gan.drawing.generator import Generator, check_psi, check_seed, load
    from gan.evaluation import inception
    from gan.evaluation.readers import choose_reader
    from gan.evaluation.report import format_report
    from gan.evaluation.run import FULL, QUICK, evaluate
    from gan.evaluation.samples import Samples, read_samples

    started = time.perf_counter()
    plan = QUICK if args.quick else FULL
    seed, truncation = check_seed(args.seed), check_psi(args.truncation)
    device = str(choose_device(args.device))
    if args.json:
        _check_writable(args.json)
    generator: Generator | None = None
    if args.subject.lower().endswith(".npz"):
        if truncation != 1:
            raise EvaluationError("--truncation is for a checkpoint; the samples in an .npz are drawn already.")
        dataset = args.dataset or "mnist"
        check_name(dataset)
    else:
        generator = load(args.subject, device=device)
        dataset = generator.config.dataset
        if args.dataset:
            raise EvaluationError(f"--dataset is for an .npz; {args.subject} says itself that it learned {dataset}.")
    classifier = choose_reader(dataset, args.reader, device)
    root = get_root(args.data)
    train, test = (load_dataset(root, split, name=dataset, download=args.download) for split in ("train", "test"))
    if classifier.class_names != train.class_names:
        raise EvaluationError(
            f"The reader tells {_list(classifier.class_names)} apart, but {dataset} in {root} has "
            f"{_list(train.class_names)}; one fitted on these classes is wanted."
        )
    subject: Generator | Samples
    about: dict[str, Any]
    if generator is None:
        subject = read_samples(Path(args.subject), plan.least, train.class_names)
        about = {"samples": args.subject, "count": len(subject), "dataset": dataset}
    else:
        subject = generator
        if not subject.config.unconditional and subject.class_names != train.class_names:
            raise EvaluationError(
                f"{args.subject} draws {_list(subject.class_names)}, but {dataset} in {root} has "
                f"{_list(train.class_names)}; the data that it learned from is wanted."
            )
        about = {
            "checkpoint": subject.name,
            "sha256": subject.sha256,
            "truncation": truncation,
            "dataset": dataset,
        }
    if len(test) < plan.least:
        raise EvaluationError(f"The test split in {root} has {len(test)} images; {plan.least} are the least.")
    if args.reader:
        about["reader"] = str(args.reader)
    if args.inception:
        inception.fetch_inception()

    report = evaluate(
        subject,
        train=Samples(train.images, train.labels),
        test=Samples(test.images, test.labels),
        classifier=classifier,
        plan=plan,
        seed=seed,
        truncation=truncation,
        with_inception=args.inception,
    )
    print(" · ".join(f"{key} {value}" for key, value in {**about, "seed": seed}.items()))
    print()
    print(format_report(report))
    print(f"\n{time.perf_counter() - started:.0f} s on {device}, {torch.get_num_threads()} threads")
    if args.json:
        found = {"subject": about, "seed": seed, "quick": args.quick, **report.as_dict()}
        _write(args.json, json.dumps(found, indent=2) + "\n")
        print(f"written: {args.json}")
    return 0


def _list(names: Sequence[str]) -> str:
    """At most ten names, so that it stays a sentence."""
    return ", ".join([*names[:10], *(["..."] if len(names) > 10 else [])])


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise EvaluationError(f"--json {path} is a folder; a file is wanted.")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise EvaluationError(f"--json {path} cannot be written ({error.strerror}).") from None


def _write(path: Path, text: str) -> None:
    from gan.store.atomic import write_atomically

    try:
        write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise EvaluationError(f"{path} could not be written ({error.strerror}).") from None


if __name__ == "__main__":
    sys.exit(main())
