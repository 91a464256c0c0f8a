"""Does a hand that is asked for a slant have it? Errors of every measure, on seeds that no fit has seen.

Every hand is asked for one value, drawn evenly from the range that the page offers, and writes every class. Printed are
the median error overall and by class, what the other measures moved meanwhile, and whether the digits are still read
as themselves: over the range, and at its two ends, where the reader is strictest.

    python -m benchmarks.handwriting [MODEL] [--hands 100]
"""

import argparse

import torch
from torch import Tensor

from benchmarks.machine import describe_machine
from gan.drawing.generator import BATCH, Generator, load
from gan.evaluation.readers import choose_reader
from gan.handwriting.hand import Hand
from gan.handwriting.measures import MEASURES
from gan.handwriting.planes_file import find
from gan.handwriting.write import EXACT, QUICK, Written, write_targets
from gan.judges.classifier import Classifier, ClassifierError

SEED = 2026_11  # the fit's seeds begin at 2**31


def write_all(
    generator: Generator, hand: Hand, z: Tensor, y: Tensor, targets: Tensor, steps: tuple[int, ...]
) -> Written:
    """write_targets, in batches."""
    parts = [
        write_targets(generator, hand, z[at], y[at], targets[at], steps=steps)
        for at in torch.arange(len(y)).split(BATCH)
    ]
    return Written(*(torch.cat([getattr(part, name) for part in parts]) for name in ("images", "measured", "asked")))


def read_as_asked(reader: Classifier | None, images: Tensor, y: Tensor) -> str:
    """Share of the pictures that the reader takes for their class."""
    return "-" if reader is None else f"{(reader.read(images).argmax(1) == y).float().mean():.1%}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="digits")
    parser.add_argument("--hands", type=int, default=100, help="of each measure, each writing every class")
    args = parser.parse_args()
    generator = load(args.model)
    hand = find(generator).hand
    assert hand is not None  # find measures it where there is no file
    try:
        reader = choose_reader(generator.config.dataset) if generator.conditional else None
    except ClassifierError:
        reader = None
    classes, count = generator.num_classes, args.hands
    y = torch.arange(classes).repeat(count)
    z = generator.draw_z(SEED, [i for i in range(count) for _ in range(classes)])
    nobody = torch.full((len(y), len(MEASURES)), torch.nan)
    free = write_all(generator, hand, z, y, nobody, EXACT)
    print(f"{generator.name} ({generator.sha256[:12]}), {count} hands of {classes} classes; {describe_machine()}")
    print(f"as they come, read as asked: {read_as_asked(reader, free.images, y)}")
    head = f"{'':10} {'range':>15} {'median':>7} {'90 %':>6} {'dragged':>8}   moved meanwhile: "
    print(head + " ".join(f"{name:>9}" for name in MEASURES) + f" {'read':>7} {'low end':>8} {'high end':>8}")
    by_class = []
    for k, (name, unit) in enumerate(MEASURES.items()):
        low, high = hand.ranges[name]
        values = low + (high - low) * torch.rand(count, generator=torch.Generator().manual_seed(k))
        targets = nobody.clone()
        targets[:, k] = torch.cat([hand.share(name, float(value)) for value in values])
        exact, quick = (write_all(generator, hand, z, y, targets, steps) for steps in (EXACT, QUICK))
        error = (exact.measured - targets)[:, k].abs()
        dragged = (quick.measured - targets)[:, k].abs().median()
        moved = (exact.measured - free.measured).abs().median(0).values.tolist()
        ends = []
        for end in (low, high):
            targets[:, k] = hand.share(name, end).repeat(count)
            ends.append(read_as_asked(reader, write_all(generator, hand, z, y, targets, EXACT).images, y))
        print(
            f"{name:10} {low:>6.1f} to {high:>4.1f} {unit:2} {error.median():>6.2f} {error.quantile(0.9):>6.2f} "
            f"{dragged:>8.2f}   {'':17} "
            + " ".join(f"{'asked':>9}" if i == k else f"{value:>9.2f}" for i, value in enumerate(moved))
            + f" {read_as_asked(reader, exact.images, y):>7} {ends[0]:>8} {ends[1]:>8}"
        )
        by_class.append((name, unit, error.view(count, classes).median(0).values.tolist()))
    print("median error by class")
    print(f"{'':13}" + " ".join(f"{name[:6]:>6}" for name in generator.class_names))
    for name, unit, errors in by_class:
        print(f"{name:10} {unit:2}" + " ".join(f"{error:>6.2f}" for error in errors))


if __name__ == "__main__":
    main()
