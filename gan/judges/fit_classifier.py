"""Train an independent reader on a dataset's training split, and write it: the shipped one on MNIST, or your own.

>>> fit_file("mnist", "data")    # writes checkpoints/classifier.safetensors
"""

from __future__ import annotations

import platform
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import torch

from gan.data import SOURCES, Dataset, get_root, load_dataset
from gan.drawing.arguments import InputError
from gan.errors import say
from gan.judges.classifier import WEIGHTS, save_classifier
from gan.judges.fitting import Schedule, accuracy, fit
from gan.store import released as checkpoint

__all__ = ["fit_file"]


def fit_file(
    dataset: str = "mnist",
    data: str | None = None,
    *,
    download: bool = False,
    invert: str = "auto",
    out: Path | None = None,
    seed: int = 0,
    epochs: int = Schedule.epochs,
    held_out: int = 0,
) -> str:
    """Train a reader and write it -> a line that says how well it reads.

    data: the root of the dataset. out: without it the shipped reader, of mnist alone. held_out: so many training images
    are held out and reported on, and nothing is written. Raises a Refusal before the first step.
    """
    if epochs < 1:
        raise InputError(say("--epochs is {value}; one pass is the least.", value=epochs))
    schedule = Schedule(epochs=epochs)
    root = get_root(data)
    train = load_dataset(root, "train", name=dataset, download=download, invert=invert)
    for notice in train.notices:
        print(notice)
    if out is None and dataset != "mnist" and not held_out:
        raise InputError(
            say("--out FILE is needed: without it the file is {file}, the reader of mnist.", file=WEIGHTS.name)
        )
    path = out or checkpoint.CHECKPOINTS / WEIGHTS.name
    _check_count(train, schedule, held_out, root)
    count, classes = len(train), len(train.class_names)
    if held_out:
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
        kept, held = order[:-held_out], order[-held_out:]
        reader = fit(train.images[kept], train.labels[kept], schedule, seed=seed, classes=classes)
        score = accuracy(reader, train.images[held], train.labels[held])
        return f"{100 * score:.2f} % of {held_out} training images held out"
    test = load_dataset(root, "test", name=dataset, download=download, invert=invert)
    _check_writable(path)
    reader = fit(train.images, train.labels, schedule, seed=seed, classes=classes)
    score = accuracy(reader, test.images, test.labels)
    meta = {
        "network": "DigitNet",
        "command": f"python -m gan.fit_classifier --dataset {dataset} --data ROOT --seed {seed} --epochs {epochs}",
        "seed": seed,
        "schedule": asdict(schedule),
        "dataset": dataset,
        "class_names": list(train.class_names),
        "data": f"{SOURCES[dataset].torchvision or dataset}, training split, {count} images",
        "test_accuracy": score,
        "test_images": len(test),
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }
    save_classifier(replace(reader, meta=meta), path)
    size = path.stat().st_size / 1e6
    return f"{path}: {size:.2f} MB, reads {100 * score:.2f} % of {len(test)} test images"


def _check_count(train: Dataset, schedule: Schedule, held_out: int, root: Path) -> None:
    count = len(train)
    most = max(0, count - schedule.batch)
    if not 0 <= held_out <= most:
        raise InputError(
            say(
                "--held-out is {value}; of {count} images, 0 to {most} can be held out.",
                value=held_out,
                count=count,
                most=most,
            )
        )
    if count < schedule.batch:
        raise InputError(
            say(
                "the training split in {root} has {count} images; {least} are the least.",
                root=str(root),
                count=count,
                least=schedule.batch,
            )
        )


def _check_writable(path: Path) -> None:
    """A file that cannot be written is found before the training and not after it."""
    if path.is_dir():
        raise InputError(say("--out {path} is a folder; a file is wanted.", path=str(path)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputError(
            say("--out {path} cannot be written ({reason}).", path=str(path), reason=str(error.strerror))
        ) from None
