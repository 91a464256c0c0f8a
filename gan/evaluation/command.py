"""What `gan.evaluate` does: everything that can be wrong is found out first, then all is measured, printed and written.

Nothing heavy is imported before it is known that what is needed is installed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan.command import spell_install
from gan.errors import Listing, Refusal, say

if TYPE_CHECKING:
    from gan.data import Dataset
    from gan.drawing.generator import Generator

__all__ = ["EvaluationError", "check_libraries", "measure"]

NEEDED = {"torch_fidelity": "torch-fidelity", "prdc": "prdc"}


class EvaluationError(Refusal):
    """The command was asked for something that it cannot do; str() is a sentence for people."""


def check_libraries() -> None:
    """EvaluationError, which names them, where the libraries that measure are not installed."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise EvaluationError(
            say(
                "{list} must be installed: {command}",
                list=Listing(missing, "and"),
                command=spell_install("evaluate"),
            )
        )


def measure(
    subject: str,
    *,
    data: str | None = None,
    download: bool = False,
    dataset: str | None = None,
    invert: str | None = None,
    reader: Path | None = None,
    json: Path | None = None,
    quick: bool = False,
    seed: int = 0,
    truncation: float = 1.0,
    device: str = "cpu",
    inception: bool = False,
) -> None:
    """Measure a checkpoint, or the samples in an .npz; print a table, and write the figures to the file `json`.

    The arguments are the command's options. Raises a Refusal, one sentence, before the first minute of work.
    """
    import torch

    from gan.data import get_root
    from gan.drawing.arguments import check_psi, check_seed
    from gan.drawing.device import choose_device
    from gan.evaluation import inception as looks
    from gan.evaluation import run
    from gan.evaluation.readers import choose_reader
    from gan.evaluation.report import format_report
    from gan.evaluation.samples import Samples, read_samples

    started = time.perf_counter()
    plan = run.QUICK if quick else run.FULL
    seed, truncation, where = check_seed(seed), check_psi(truncation), str(choose_device(device))
    if json:
        _check_writable(json)
    generator, learned = _choose_subject(subject, dataset, truncation, where)
    classifier = choose_reader(learned, reader, where)
    root = get_root(data)
    train, test = _load(root, learned, generator, download=download, invert=invert)
    _check_classes(subject, generator, classifier.class_names, train, f"{learned} in {root}")
    about: dict[str, Any]
    if generator is None:
        judged: Generator | Samples = (given := read_samples(Path(subject), plan.least, train.class_names))
        about = {"samples": subject, "count": len(given), "dataset": learned}
    else:
        judged, told = generator, {"checkpoint": generator.name, "sha256": generator.sha256}
        about = {**told, "truncation": truncation, "dataset": learned}
    _check_count(len(test), plan.least, root)
    if reader:
        about["reader"] = str(reader)
    if inception:
        looks.fetch_inception()
    report = run.evaluate(
        judged,
        train=Samples(train.images, train.labels),
        test=Samples(test.images, test.labels),
        classifier=classifier,
        plan=plan,
        seed=seed,
        truncation=truncation,
        with_inception=inception,
    )
    print(" · ".join(f"{key} {value}" for key, value in {**about, "seed": seed}.items()))
    print(f"\n{format_report(report)}")
    print(f"\n{time.perf_counter() - started:.0f} s on {where}, {torch.get_num_threads()} threads")
    if json:
        _write(json, {"subject": about, "seed": seed, "quick": quick, **report.as_dict()})
        print(f"written: {json}")
    if report.failures:
        raise report.failures[0]


def _load(
    root: Path, name: str, generator: Generator | None, *, download: bool, invert: str | None
) -> tuple[Dataset, Dataset]:
    """Both splits, inverted as the generator's were where it is not said; prints what is strange about them."""
    from gan.data import SPLITS, DataError, find_doubles, load_splits

    ink = invert or ("auto" if generator is None else generator.config.invert)
    train, test = load_splits(root, name=name, download=SPLITS if download else (), invert=ink)
    if isinstance(test, DataError):
        raise test
    for notice in dict.fromkeys((*train.notices, *test.notices, *find_doubles(train, test))):
        print(notice)
    return train, test


def _choose_subject(subject: str, dataset: str | None, truncation: float, device: str) -> tuple[Generator | None, str]:
    """The generator that is to be judged, None for an .npz, and the dataset that it learned or imitates."""
    from gan.data import check_name
    from gan.drawing.generator import load

    if subject.lower().endswith(".npz"):
        if truncation != 1:
            raise EvaluationError(say("--truncation is for a checkpoint; the samples in an .npz are drawn already."))
        check_name(dataset or "mnist")
        return None, dataset or "mnist"
    generator = load(subject, device=device)
    if dataset:
        raise EvaluationError(
            say(
                "--dataset is for an .npz; {subject} says itself that it learned {dataset}.",
                subject=subject,
                dataset=generator.config.dataset,
            )
        )
    return generator, generator.config.dataset


def _check_classes(
    subject: str, generator: Generator | None, known: tuple[str, ...], train: Dataset, source: str
) -> None:
    """EvaluationError unless the reader and the generator have the classes of the data."""
    there = _list(train.class_names)
    if known != train.class_names:
        raise EvaluationError(
            say(
                "The reader tells {names} apart, but {source} has {there}; one fitted on these classes is wanted.",
                names=_list(known),
                source=source,
                there=there,
            )
        )
    if generator and not generator.config.unconditional and generator.class_names != train.class_names:
        raise EvaluationError(
            say(
                "{subject} draws {names}, but {source} has {there}; the data that it learned from is wanted.",
                subject=subject,
                names=_list(generator.class_names),
                source=source,
                there=there,
            )
        )


def _check_count(count: int, least: int, root: Path) -> None:
    if count < least:
        raise EvaluationError(
            say(
                "The test split in {root} has {count} images; {least} are the least.",
                root=str(root),
                count=count,
                least=least,
            )
        )


def _list(names: Sequence[str]) -> str:
    """At most ten names, so that it stays a sentence."""
    return ", ".join([*names[:10], *(["..."] if len(names) > 10 else [])])


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise EvaluationError(say("--json {path} is a folder; a file is wanted.", path=str(path)))
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise EvaluationError(
            say("--json {path} cannot be written ({reason}).", path=str(path), reason=str(error.strerror))
        ) from None


def _write(path: Path, found: dict[str, Any]) -> None:
    from gan.store.atomic import write_atomically

    text = json.dumps(found, indent=2) + "\n"
    try:
        write_atomically(path, lambda part: part.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise EvaluationError(
            say("{path} could not be written ({reason}).", path=str(path), reason=str(error.strerror))
        ) from None
