"""The independent reader: which class does a picture show? Its features are the space of the metrics.

The shipped one has seen the training split of the real MNIST and nothing else: no generated digit, no test digit. That
makes it a fair judge of a generator (`gan.evaluate`) and an honest second opinion beside one digit (the app).
Its penultimate layer, 96 numbers a picture, is the feature space of FID, KID, precision, recall, density and
coverage.

The network keeps a 4 x 4 grid of places until its feature layer: pooled to one place, as is usual, the
features would forget where strokes are and could not tell one handwriting from another.

    >>> from gan.judges.classifier import load_classifier
    >>> reader = load_classifier()
    >>> reader.read(images)  # (N, 10) probabilities

Weights are made by `python -m gan.fit_classifier`, also for other datasets; their header holds that command, the
dataset and its classes, the seed and the accuracy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan.errors import Refusal, Sentence, say
from gan.store import places, sidecar
from gan.store import released as checkpoint
from gan.store.names import READER
from gan.store.sidecar import CHANGED, DAMAGED, FOREIGN, MISSING, Fault, Seal, hash_file

__all__ = [
    "FEATURES",
    "WEIGHTS",
    "Classifier",
    "ClassifierError",
    "DigitNet",
    "find_reader",
    "load_classifier",
    "save_classifier",
]

FEATURES = 96
WEIGHTS = places.SHIPPED / f"{READER}.safetensors"
SEAL = Seal(format="digit-forge-classifier/1", hash=hash_file)


class ClassifierError(Refusal):
    """The classifier's file is missing, damaged or not one of ours; str() is a sentence for people."""


def _conv(inputs: int, outputs: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


class DigitNet(nn.Module):
    """(N, 1, 28, 28) in [-1, 1] -> (N, C) logits; `features` stops one layer before: (N, 96), none below 0.

    Pixels are folded 2 x 2 into channels first: on a CPU it is the 28 x 28 maps that cost, and they buy no
    accuracy.

    Args:
        dropout: share of the 96 features dropped while training.
        classes: C.
    """

    def __init__(self, dropout: float = 0.3, classes: int = 10) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.PixelUnshuffle(2),  # (N, 4, 14, 14)
            *_conv(4, 48),
            *_conv(48, 64),
            *_conv(64, 64),
            nn.MaxPool2d(2),  # (N, 64, 7, 7)
            *_conv(64, 96),
            nn.AvgPool2d(2, ceil_mode=True),  # (N, 96, 4, 4)
            nn.Flatten(),
            nn.Linear(96 * 4 * 4, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(FEATURES, classes)

    def features(self, images: Tensor) -> Tensor:
        """(N, 1, 28, 28) -> (N, 96)."""
        seen: Tensor = self.trunk(images)
        return seen

    def forward(self, images: Tensor) -> Tensor:
        """(N, 1, 28, 28) -> (N, C) logits."""
        logits: Tensor = self.head(self.dropout(self.features(images)))
        return logits


@dataclass(frozen=True)
class Classifier:
    """The trained reader; its methods take float images (N, 1, 28, 28) in [-1, 1] and give CPU tensors.

    Attributes:
        network: the DigitNet, in eval mode, gradients off.
        meta: what the file's header says: dataset, class_names, command, seed, accuracy on the test split.
    """

    network: DigitNet
    meta: dict[str, Any]

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.network.head.weight.device

    @property
    def num_classes(self) -> int:
        """How many classes it tells apart."""
        return self.network.head.out_features

    @property
    def dataset(self) -> str:
        """The dataset, a name in gan.data, whose training split it has seen."""
        return str(self.meta["dataset"])

    @property
    def class_names(self) -> tuple[str, ...]:
        """What its classes are called."""
        return tuple(self.meta["class_names"])

    def observe(self, images: Tensor, batch_size: int = 500) -> tuple[Tensor, Tensor]:
        """Features (N, 96) and logits (N, C) in one pass, `batch_size` pictures at a time."""
        if images.dim() != 4 or images.shape[1:] != (1, 28, 28) or not images.is_floating_point():
            raise ValueError(
                "The classifier reads float images of shape (N, 1, 28, 28); "
                f"it was given {tuple(images.shape)} of {str(images.dtype).removeprefix('torch.')}."
            )
        features, logits = (
            [images.new_empty(0, FEATURES, device="cpu")],
            [images.new_empty(0, self.num_classes, device="cpu")],
        )
        with torch.inference_mode():
            for batch in images.split(batch_size) if len(images) else ():
                seen = self.network.features(batch.to(self.device, torch.float32))
                features.append(seen.cpu())
                logits.append(self.network.head(seen).cpu())
        return torch.cat(features), torch.cat(logits)

    def read(self, images: Tensor) -> Tensor:
        """Probabilities of the classes, (N, C); each row sums to 1."""
        return self.observe(images)[1].softmax(dim=1)

    def features(self, images: Tensor) -> Tensor:
        """The space of the metrics, (N, 96)."""
        return self.observe(images)[0]


def find_reader() -> Path:
    """Where the reader of digits is: among the checkpoints, else the shipped one."""
    own = checkpoint.find_file(WEIGHTS.name)
    return own if own.is_file() else WEIGHTS


def load_classifier(device: torch.device | str = "cpu", path: Path | None = None) -> Classifier:
    """Read the weights of `find_reader`, or those in a file of one's own. Nothing is unpickled.

    Raises:
        ClassifierError: the file is missing, damaged, or not a classifier of this project.
    """

    def build(header: dict[str, Any], tensors: dict[str, Tensor]) -> Classifier:
        meta = json.loads(header["meta"])
        network = DigitNet(classes=len(meta["class_names"]))
        network.load_state_dict(tensors)
        if not isinstance(meta["dataset"], str):
            raise TypeError("the dataset has no name")
        network.eval().requires_grad_(False)
        return Classifier(network=network.to(device), meta=meta)

    try:
        return sidecar.read(path or find_reader(), SEAL, build)
    except Fault as fault:
        raise ClassifierError(_explain(fault, path or find_reader())) from None


def _explain(fault: Fault, path: Path) -> Sentence:
    file = str(path)
    if fault.why == MISSING:
        return say("No classifier weights at {path}; `python -m gan.fit_classifier --data ROOT` makes them.", path=file)
    if fault.why == DAMAGED:
        return say("the file {file} is damaged or no safetensors file ({reason}).", file=file, reason=fault.reason)
    if fault.why == FOREIGN:
        return say(
            "the file {file} is a safetensors file, but not a classifier of this project ({format}).",
            file=file,
            format=SEAL.format,
        )
    if fault.why == CHANGED:
        return say("the file {file} is damaged: its tensors are not those that its header promises.", file=file)
    return say(
        "the file {file} does not hold the network its header describes ({reason}).", file=file, reason=fault.reason
    )


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Write network and meta as safetensors; the file appears whole or not at all.

    Raises:
        OSError: the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sidecar.write(path, SEAL, classifier.network.state_dict(), {"meta": json.dumps(classifier.meta)})
