"""Fit what D's logits mean as probabilities, and store it beside the weights: checkpoints/NAME.verdict.json.

For models whose loss only compares pictures (gan.judges.verdict). Real training digits and forged ones, as many of each
class, psi 1. Prints for each class the fitted curve and how well it separates the two, on the same pictures.

    python -m gan.fit_verdict digits --data ROOT    # about 10 seconds on one core
"""

import argparse
import sys

import torch
from torch import Tensor

from gan.data import DataError, get_root, load_dataset, to_float
from gan.drawing.generator import Generator, load
from gan.judges.verdict import COMPARING, Calibration, fit_logistic, get_path, save_calibration, score, score_forged
from gan.store import released as checkpoint
from gan.store.released import CheckpointError

__all__ = ["main"]

SEED = 7


def main(argv: list[str] | None = None) -> int:
    """The command; 0 when done, 2 for bad input, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.fit_verdict", description="Fit what D's logits mean as probabilities."
    )
    parser.add_argument("name", help="a name in checkpoints/")
    parser.add_argument("--data", metavar="ROOT", help="folder that holds MNIST/raw (default: $GAN_DATA, else data)")
    parser.add_argument("--count", type=int, default=1000, help="pictures of a class, each side (default: %(default)s)")
    args = parser.parse_args(argv)
    try:
        return _run(args)
    except (CheckpointError, DataError, ValueError, OSError) as error:
        text = str(error)
        print(f"gan.fit_verdict: {text[:1].upper()}{text[1:]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gan.fit_verdict: interrupted, nothing written.", file=sys.stderr)
        return 130


def _run(args: argparse.Namespace) -> int:
    if not 10 <= args.count <= 10_000:
        raise ValueError(f"--count is {args.count}; it must be from 10 to 10000.")
    path = checkpoint.CHECKPOINTS / f"{args.name}.safetensors"
    if not path.is_file():
        names = ", ".join(checkpoint.list_names()) or "none yet"
        raise CheckpointError(
            f"there is no {args.name!r} in {checkpoint.CHECKPOINTS.name}/; the names there are: {names}. "
            "python -m gan.checkpoint add takes a trained file in."
        )
    generator = load(str(path))
    loss = generator.config.loss
    if not generator.has_discriminator:
        raise CheckpointError(f"{args.name} was saved without its discriminator; there is nothing to fit.")
    if loss not in COMPARING:
        raise CheckpointError(f"{args.name} was trained with {loss}, which gives probabilities itself; no fit is due.")
    reals = _read_reals(generator, get_root(args.data), args.count)
    midpoints, slopes = [], []
    print("class\tmidpoint\tslope\tmean of real\tof forged\treal above forged")
    for label, images in enumerate(reals):
        real = score(generator, images, torch.full((len(images),), label))
        fake = score_forged(generator, label, args.count, SEED)
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
        forged=args.count * len(reals),
        dataset=generator.config.dataset,
    )
    save_calibration(made, get_path(args.name))
    print(f"{get_path(args.name)}: of the weights {generator.sha256[:12]}")
    return 0


def _read_reals(generator: Generator, root: object, count: int) -> list[Tensor]:
    """The first `count` training images of each class of the model, float32 in [-1, 1]."""
    train = load_dataset(str(root), "train", name=generator.config.dataset)
    if not generator.conditional:
        return [to_float(train.images[:count])]
    if len(train.class_names) != generator.num_classes:
        raise DataError(
            f"the data has {len(train.class_names)} classes and {generator.name} has {generator.num_classes}; "
            "name the data that it was trained on."
        )
    return [to_float(train.images[train.labels == label][:count]) for label in range(generator.num_classes)]


def _rank(real: Tensor, fake: Tensor) -> float:
    """How often a real one has the larger logit of a pair (the area under the ROC curve)."""
    order = fake.sort().values
    below, upto = (torch.searchsorted(order, real, right=right).double() for right in (False, True))
    return float((0.5 * (below + upto)).mean() / len(order))


if __name__ == "__main__":
    sys.exit(main())
