"""Fit what D's logits mean as probabilities: real training digits and forged ones, as many of each class, psi 1.

>>> fit_file("digits", "data")    # writes checkpoints/digits.verdict.json
"""

import torch
from torch import Tensor

from gan.data import DataError, get_root, load_dataset, to_float
from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator, load
from gan.errors import Listing, say
from gan.judges.calibration import ENDING, Calibration, fit_logistic, save_calibration
from gan.judges.verdict import score, score_forged
from gan.losses import get_loss
from gan.store import released as checkpoint
from gan.store.names import is_name
from gan.store.released import CheckpointError, choose_file

__all__ = ["fit_file"]

SEED = 7


def fit_file(name: str, data: str | None = None, count: int = 1000) -> str:
    """Fit the curves of the checkpoint `name` to `count` pictures of a class, each side -> a line that says so.

    data: the root of its dataset. Prints a row for each class. Raises a Refusal.
    """
    if not 10 <= count <= 10_000:
        raise InputError(say("--count is {value}; it must be from 10 to 10000.", value=count))
    generator = _load(name)
    path = choose_file(name, ENDING)
    reals = _read_reals(generator, get_root(data), count)
    midpoints, slopes = [], []
    print("class\tmidpoint\tslope\tmean of real\tof forged\treal above forged")
    for label, images in enumerate(reals):
        real = score(generator, images, torch.full((len(images),), label))
        fake = score_forged(generator, label, count, SEED)
        midpoint, slope = fit_logistic(real=real, fake=fake)
        midpoints.append(midpoint)
        slopes.append(slope)
        means = [float(torch.sigmoid(slope * (side.double() - midpoint)).mean()) for side in (real, fake)]
        shares = "\t".join(f"{100 * share:.1f} %" for share in [*means, _rank(real, fake)])
        print(f"{generator.class_names[label]}\t{midpoint:.3f}\t{slope:.2f}\t{shares}", flush=True)
    made = Calibration(
        weights=generator.sha256,
        midpoint=tuple(midpoints),
        slope=tuple(slopes),
        real=sum(map(len, reals)),
        forged=count * len(reals),
        dataset=generator.config.dataset,
    )
    save_calibration(made, path)
    return f"{path}: of the weights {generator.sha256[:12]}"


def _load(name: str) -> Generator:
    """The checkpoint `name`; CheckpointError where it is none, or there is nothing to fit."""
    path = checkpoint.find_file(f"{name}.safetensors")
    if not is_name(name) or not path.is_file():
        raise CheckpointError(
            say(
                "there is no {value} in {folder}/; the names there are: {names}. python -m gan.checkpoint add takes a "
                "trained file in.",
                value=repr(name),
                folder=checkpoint.CHECKPOINTS.name,
                names=Listing(checkpoint.list_names()) or say("none yet"),
            )
        )
    generator = load(str(path))
    loss = generator.config.loss
    if not generator.has_discriminator:
        raise CheckpointError(say("{model} was saved without its discriminator; there is nothing to fit.", model=name))
    if not get_loss(loss).comparing:
        raise CheckpointError(
            say(
                "{model} was trained with {loss}, which gives probabilities itself; no fit is due.",
                model=name,
                loss=loss,
            )
        )
    return generator


def _read_reals(generator: Generator, root: object, count: int) -> list[Tensor]:
    """The first `count` training images of each class of the model, float32 in [-1, 1]."""
    config = generator.config
    train = load_dataset(str(root), "train", name=config.dataset, invert=config.invert)
    if not generator.conditional:
        return [to_float(train.images[:count])]
    if len(train.class_names) != generator.num_classes:
        raise DataError(
            say(
                "the data has {count} classes and {model} has {own}; name the data that it was trained on.",
                count=len(train.class_names),
                model=generator.name,
                own=generator.num_classes,
            )
        )
    return [to_float(train.images[train.labels == label][:count]) for label in range(generator.num_classes)]


def _rank(real: Tensor, fake: Tensor) -> float:
    """How often a real one has the larger logit of a pair (the area under the ROC curve)."""
    order = fake.sort().values
    below, upto = (torch.searchsorted(order, real, right=right).double() for right in (False, True))
    return float((0.5 * (below + upto)).mean() / len(order))
