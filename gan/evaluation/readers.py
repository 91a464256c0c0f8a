"""Which classifier can judge which dataset: the shipped one knows handwritten digits, any other is named."""

from __future__ import annotations

from pathlib import Path

import torch

from gan.judges.classifier import SAME_DIGITS, WEIGHTS, Classifier, ClassifierError, load_classifier

__all__ = ["choose_reader"]


def choose_reader(dataset: str, path: Path | None = None, device: torch.device | str = "cpu") -> Classifier:
    """The classifier in the file `path`, else the shipped one, where it can read `dataset`, a name in gan.data.

    Raises:
        ClassifierError: it knows another dataset, and the sentence says how to fit one; or its file is no good.
    """
    reader = load_classifier(device, path or WEIGHTS)
    knows = SAME_DIGITS if reader.dataset in SAME_DIGITS else (reader.dataset,)
    if dataset not in knows:
        which = f"the reader {path}" if path else "the shipped reader"
        raise ClassifierError(
            f"{which} knows the classes of {reader.dataset}, not of {dataset}; fit one with `python -m "
            f"gan.fit_classifier --dataset {dataset} --data ROOT --out {dataset}-reader.safetensors` and name that "
            "file with --reader."
        )
    return reader
