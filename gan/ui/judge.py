"""What D and the independent reader say of pictures."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from gan.data import to_float
from gan.errors import capitalize, say
from gan.judges.classifier import Classifier, ClassifierError, load_classifier
from gan.judges.verdict import get_verdict
from gan.store.released import CheckpointError
from gan.ui.service import Service


@dataclass(frozen=True)
class Judged:
    """What D and the reader say of N pictures: D's probability (N,) or None, and (label, confidence) (N,) or None.

    explain: what D's probability means, or why there is none; reader: the same of the reading.
    """

    real: list[float] | None
    read: list[tuple[str, float]] | None
    explain: str
    reader: str


def judge(service: Service, model: object, images: Tensor, labels: list[int]) -> Judged:
    """Ask D and the reader about pictures, uint8 or float (N, 1, 28, 28), as their labels."""
    generator = service.get(model)
    pictures = to_float(images) if images.dtype == torch.uint8 else images
    real, read = None, None
    with service.draws():
        try:
            verdict = get_verdict(generator)
            found = verdict.judge(pictures, torch.tensor(labels))
            explain = verdict.explain
            if bool(found.isfinite().all()):
                real = [round(share, 4) for share in found.tolist()]
            else:
                explain = say("This model's critic gives no probability.")
        except CheckpointError as error:
            explain = error.sentence
        try:
            reader = load_reader()
            if generator.config.dataset != reader.dataset:
                raise ClassifierError(
                    say("the reader knows {known}, not {asked}.", known=reader.dataset, asked=generator.config.dataset)
                )
            best, which = reader.read(pictures).max(dim=1)
            names = reader.class_names
            read = [(names[i], round(share, 4)) for i, share in zip(which.tolist(), best.tolist(), strict=True)]
            known: str = say("Read by a classifier that has seen real training digits alone.")
        except ClassifierError as error:
            known = capitalize(error.sentence)
    return Judged(real, read, capitalize(explain), known)


@lru_cache(maxsize=1)
def load_reader() -> Classifier:
    """The independent reader, read once; ClassifierError when its file is missing or damaged."""
    return load_classifier()
