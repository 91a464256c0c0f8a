"""How well a digit is redrawn, and how far its hand carries over: on MNIST's test digits, which nothing was fitted to.

    python -m benchmarks.inversion [CHECKPOINT] --data ROOT [--count 1000] [--threads 1]

For the first answer and after refinement:
- class kept: the redrawn digit is read as the one that was drawn (its label), and as what the drawing was read
  as, by the shipped reader. That reader's features are part of what is refined; so a judge without any is asked as
  well: the class of the nearest of NEIGHBOURS training digits by pixels, beside what it says of the drawings.
- pixel error: mean absolute difference over all 784 pixels, in shares of full ink.
- hand: of the nine other digits drawn from the hand found, the correlation of slant and of thickness with the
  drawing's, over the drawings of a class, averaged over pairs of classes. What one z shares at most is
  `style_slant` and `style_thickness` of gan.evaluate.
Times are those of one picture alone.
"""

import argparse
import time
from dataclasses import dataclass

import torch
from torch import Tensor

import gan
from benchmarks.machine import describe_machine, take_percentiles
from gan.data import get_root, load_dataset, to_float, to_uint8
from gan.handwriting.encoder import EncoderError, load_encoder
from gan.handwriting.invert import STEPS, Found, Inverter, measure_error
from gan.handwriting.measures import measure_style
from gan.judges.classifier import load_classifier

BATCH = 100
NEIGHBOURS = 20_000
TIMED = 30


@dataclass(frozen=True)
class Figures:
    """Shares, 0 to 1, and correlations."""

    kept: float
    agreed: float
    nearest: float
    error: float
    slant: float
    thickness: float


def choose(data: torch.Tensor, labels: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The first digits of each class, as many of each: images float, labels."""
    chosen = torch.cat([(labels == label).nonzero()[: count // 10, 0] for label in range(10)])
    return to_float(data[chosen]), labels[chosen]


def correlate(drawn: Tensor, made: Tensor, y: Tensor) -> float:
    """Mean over (class drawn, other class) of Pearson's r between drawings' measure (N,) and made ones' (N, 10)."""
    found = []
    for label in range(10):
        own = y == label
        a = drawn[own].double() - drawn[own].double().mean()
        b = made[own].double() - made[own].double().mean(0)
        r = (a[:, None] * b).sum(0) / (a.norm() * b.norm(dim=0)).clamp_min(1e-9)
        found.append((r.sum() - r[label]) / 9)
    return torch.stack(found).mean().item()


def ask_nearest(images: Tensor, known: Tensor, labels: Tensor) -> Tensor:
    """The class of each picture's nearest known one by pixels, (N,)."""
    return torch.cat([labels[torch.cdist(part.flatten(1), known).argmin(1)] for part in images.split(BATCH)])


def judge(inverter: Inverter, images: Tensor, y: Tensor, parts: list[Found], known: tuple[Tensor, Tensor]) -> Figures:
    """The figures of what was found."""
    generator, reader = inverter.generator, inverter.reader
    made, hands = [], []
    for part, found in zip(y.split(BATCH), parts, strict=True):
        made.append(to_float(to_uint8(inverter.redraw(found, part))))
        ten = torch.arange(10).repeat(len(part))
        w = generator.map(found.z.repeat_interleave(10, 0), ten)
        hands.append(measure_style(to_float(to_uint8(generator.synthesize(w)))).view(-1, 10, 2))
    redrawn, style = torch.cat(made), measure_style(images)
    read, drawn_as = reader.read(redrawn).argmax(1), reader.read(images).argmax(1)
    hand = torch.cat(hands)
    return Figures(
        kept=(read == y).double().mean().item(),
        agreed=(read == drawn_as).double().mean().item(),
        nearest=(ask_nearest(redrawn, *known) == y).double().mean().item(),
        error=measure_error(redrawn, images).mean().item(),
        slant=correlate(style[:, 0], hand[:, :, 0], y),
        thickness=correlate(style[:, 1], hand[:, :, 1], y),
    )


def time_one(inverter: Inverter, images: Tensor, y: Tensor) -> tuple[list[float], list[float]]:
    """Seconds of first answers and of refinements, one picture at a time."""
    first, whole = [], []
    for one in range(0, len(y), max(1, len(y) // TIMED)):
        image, label = images[one : one + 1], y[one : one + 1]
        begun = time.perf_counter()
        inverter.reader.read(image)
        found = inverter.start(image, label)
        inverter.redraw(found, label)
        first.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        inverter.refine(image, label, found)
        whole.append(time.perf_counter() - begun)
    return first, whole


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", default="digits")
    parser.add_argument("--data", metavar="ROOT")
    parser.add_argument("--count", type=int, default=1000, help="test digits, as many of each class")
    parser.add_argument("--threads", type=int, default=1, help="torch's CPU threads; the page gives a refinement one")
    parser.add_argument("--split", choices=("test", "train"), default="test", help="train: for choosing settings")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    data = load_dataset(get_root(args.data), args.split)
    images, y = choose(data.images, data.labels, args.count)
    generator = gan.load(args.checkpoint)
    try:
        encoder = load_encoder(generator)
    except EncoderError as error:
        print(f"{error} The first answer is the nearest of random hands.")
        encoder = None
    inverter = Inverter(generator, load_classifier(), encoder)
    train = load_dataset(get_root(args.data), "train")  # from its end: with --split train, none of the digits drawn
    known = to_float(train.images[-NEIGHBOURS:]).flatten(1), train.labels[-NEIGHBOURS:]
    batches = list(zip(images.split(BATCH), y.split(BATCH), strict=True))
    first = [inverter.start(some, labels) for some, labels in batches]
    last = [inverter.refine(some, labels, found) for (some, labels), found in zip(batches, first, strict=True)]
    print(f"{generator.name} {generator.sha256[:12]}, {len(y):,} {args.split} digits, {describe_machine()}")
    print(
        f"{'':22} {'kept':>8} {'as read':>8} {'nearest':>8} {'error':>8} {'slant':>7} {'thickness':>10} "
        f"{'p50 ms':>8} {'p95 ms':>8}"
    )
    drawn = (ask_nearest(images, *known) == y).double().mean().item()
    right = (inverter.reader.read(images).argmax(1) == y).double().mean().item()
    print(f"{'the drawings':22} {right:>8.2%} {'':>8} {drawn:>8.2%}")
    times = time_one(inverter, images, y)
    for name, parts, seconds in (("first answer", first, times[0]), (f"after {STEPS} steps", last, times[1])):
        found = judge(inverter, images, y, parts, known)
        p50, p95 = take_percentiles([1000 * one for one in seconds])
        print(
            f"{name:22} {found.kept:>8.2%} {found.agreed:>8.2%} {found.nearest:>8.2%} {found.error:>8.2%} "
            f"{found.slant:>7.3f} {found.thickness:>10.3f} {p50:>8.1f} {p95:>8.1f}"
        )


if __name__ == "__main__":
    main()
