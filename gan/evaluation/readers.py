"""Which classifier can judge which dataset: the shipped one knows handwritten digits, any other is named."""

from __future__ import annotations

from pathlib import Path

import torch

from gan.data import get_same
from gan.errors import say
from gan.judges.classifier import Classifier, ClassifierError, load_classifier

__all__ = ["choose_reader"]


def choose_reader(dataset: str, path: Path | None = None, device: torch.device | str = "cpu") -> Classifier:
    """The classifier in the file `path`, else the shipped one, where it can read `dataset`, a name in gan.data.

    Raises:
        ClassifierError: it knows another dataset, and the sentence says how to fit one; or its file is no good.
    """
    reader = load_classifier(device, path)
    if dataset not in get_same(reader.dataset):
        raise ClassifierError(
            say(
                "{which} knows the classes of {known}, not of {asked}; fit one with `python -m gan.fit_classifier "
                "--dataset {asked} --data ROOT --out {asked}-reader.safetensors` and name that file with --reader.",
                which=say("the reader {path}", path=str(path)) if path else say("the shipped reader"),
                known=reader.dataset,
                asked=dataset,
            )
        )
    return reader
