"""When a run's digits became good enough: the first moment whose CAS reaches a mark, by the clock and in images.

    python -m benchmarks.time_to_quality RUN [RUN ...] --data ROOT [--mark 97.1] [--quick]

Reads the snapshots of G that a run keeps (RUN/history), each of which says how long it had been trained. CAS: a fresh
classifier is trained on generated digits and reads the real test digits (gan.evaluation.cas), one seed.

Notable choices
- Looked at by bisection, taking it that CAS rises while a run learns: a few classifiers instead of one a snapshot.
  Between the last moment found below the mark and the first found above it no snapshot lies unread.
- The end of a run is read first: if that misses the mark, all snapshots are read, for a run can also fall back.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

import gan
from benchmarks.machine import describe_machine
from gan.checkpoint import CheckpointError
from gan.data import DataError, get_root, load_dataset
from gan.evaluation.cas import classification_accuracy
from gan.evaluation.samples import Samples, draw_samples
from gan.trainer import HISTORY

QUICK = 10_000


@dataclass(frozen=True)
class Moment:
    """A snapshot: seconds of training and real images shown before it, and its CAS, 0..1."""

    seconds: float
    images: int
    cas: float


def list_snapshots(run: Path) -> list[Path]:
    """The run's snapshots, the earliest first; CheckpointError when there is none."""
    found = sorted((run / HISTORY).glob("*.safetensors"))
    if not found:
        raise CheckpointError(f"there is no snapshot in {run / HISTORY}; name the folder of a finished run.")
    return found


def measure(path: Path, test: Samples, count: int, seed: int) -> Moment:
    """One snapshot's moment, its CAS from `count` generated digits, as many of each class."""
    generator = gan.load(str(path))
    trained = generator.meta["trained"]
    labels = torch.arange(count) % generator.num_classes
    samples = draw_samples(generator, labels, seed=seed, title=path.stem)
    (cas,) = classification_accuracy(samples, test, seeds=[seed], title=path.stem)
    return Moment(float(trained["seconds"]), int(trained["images"]), cas)


def find_first(paths: Sequence[Path], look: Callable[[Path], Moment], mark: float) -> tuple[Moment, bool]:
    """The first moment that reaches `mark` (0..1) and True; or, when the last does not, the best of all and False."""
    seen: dict[int, Moment] = {}

    def read(index: int) -> Moment:
        if index not in seen:
            seen[index] = look(paths[index])
        return seen[index]

    if read(len(paths) - 1).cas < mark:
        best = max((read(index) for index in range(len(paths))), key=lambda moment: moment.cas)
        if best.cas < mark:
            return best, False
    low, high = -1, min(index for index, moment in seen.items() if moment.cas >= mark)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if read(middle).cas >= mark else (middle, high)
    return read(high), True


def main(argv: list[str] | None = None) -> int:
    """Print a row a run; 2 when refused with one sentence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a finished run")
    parser.add_argument("--data", metavar="ROOT")
    parser.add_argument("--mark", type=float, default=97.1, help="CAS to reach, in percent")
    parser.add_argument("--count", type=int, default=60_000, help="generated digits behind a CAS")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} digits")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    count = QUICK if args.quick else args.count
    if not 0 < args.mark <= 100 or count < 1000:
        parser.error("--mark is a percentage above 0, --count at least 1000")
    try:
        test = load_dataset(get_root(args.data), "test")
        real = Samples(test.images, test.labels)
        histories = [list_snapshots(run) for run in args.runs]
        print(f"{describe_machine()}; CAS of {count:,} digits, seed {args.seed}")
        print(f"{'run':24} {'preset':16} {'CAS':>7} {'seconds':>9} {'images':>11}")
        for run, history in zip(args.runs, histories, strict=True):
            moment, reached = find_first(history, lambda path: measure(path, real, count, args.seed), args.mark / 100)
            note = "" if reached else f"   never {args.mark:g} %; this is its best"
            preset = gan.load(str(history[-1])).config.preset
            print(f"{run.name:24} {preset:16} {moment.cas:>7.2%} {moment.seconds:>9.1f} {moment.images:>11,}{note}")
    except (CheckpointError, DataError) as error:
        print(f"benchmarks.time_to_quality: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
