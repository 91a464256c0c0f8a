"""When a run's digits became good enough: the first moment whose CAS reaches a mark, by the clock and in images.

    python -m benchmarks.time_to_quality RUN [RUN ...] --data ROOT [--mark 97.1] [--quick]

Reads the snapshots of G that a run keeps (RUN/history), each of which says how long it had been trained. CAS: a fresh
classifier is trained on generated digits and reads the real test digits (gan.evaluation.cas), one seed.

Notable choices
- Looked at by bisection, taking it that CAS rises while a run learns: a few classifiers instead of one a snapshot.
  Between the last moment found below the mark and the first found above it no snapshot lies unread.
- The end of a run is read first. If that misses the mark, the run may have fallen back: a glance at every other
  snapshot after a tenth of its images, a CAS of a tenth as many digits, says which is the best, and that one is read in
  full.
- The truth lies between the moment shown and the snapshot before it, whose CAS is shown too where it was read.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

import gan
from benchmarks.machine import describe_machine
from gan.data import DataError, get_root, load_dataset
from gan.evaluation.cas import classification_accuracy
from gan.evaluation.samples import Samples, draw_samples
from gan.store.released import CheckpointError
from gan.training.malloc import keep_memory
from gan.training.run_folder import HISTORY

QUICK = 10_000
LEAST = 1_000  # digits that tell anything


@dataclass(frozen=True)
class Moment:
    """A snapshot: seconds of training and real images shown before it, and its CAS, 0..1."""

    seconds: float
    images: int
    cas: float


def list_snapshots(run: Path) -> list[Path]:
    """The run's snapshots, the earliest first; CheckpointError when there is none."""
    found = sorted((run / HISTORY).glob("[0-9]*.safetensors"))
    if not found:
        raise CheckpointError(f"there is no snapshot in {run / HISTORY}; name the folder of a finished run.")
    return [path for path in found if int(path.stem)] or found  # the first is of an untrained G


def measure(path: Path, test: Samples, count: int, seed: int) -> Moment:
    """One snapshot's moment, its CAS from `count` generated digits, as many of each class."""
    generator = gan.load(str(path))
    trained = generator.meta["trained"]
    labels = torch.arange(count) % generator.num_classes
    samples = draw_samples(generator, labels, seed=seed, title=path.stem)
    (cas,) = classification_accuracy(samples, test, seeds=[seed], title=path.stem)
    return Moment(float(trained["seconds"]), int(trained["images"]), cas)


@dataclass(frozen=True)
class Found:
    """What a search came to: the first moment that reaches the mark, and the snapshot just before it, if there is one;
    or, with `reached` False, the best moment.
    """

    moment: Moment
    before: Moment | None
    reached: bool


def find_first(
    paths: Sequence[Path], look: Callable[[Path], Moment], glance: Callable[[Path], Moment], mark: float
) -> Found:
    """The first moment whose CAS by `look` reaches `mark` (0..1), or the best there is.

    `glance` is a cheaper look; it ranks the snapshots of a run whose end misses the mark.
    """
    seen: dict[int, Moment] = {}

    def read(index: int) -> Moment:
        if index not in seen:
            seen[index] = look(paths[index])
        return seen[index]

    high = len(paths) - 1
    if read(high).cas < mark:
        late = [index for index, path in enumerate(paths) if int(path.stem) >= int(paths[-1].stem) / 10]
        if len(late) > 1:
            ranks = [glance(paths[index]).cas for index in late]
            high = late[ranks.index(max(ranks))]
        if read(high).cas < mark:
            return Found(max(seen.values(), key=lambda moment: moment.cas), None, False)
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if read(middle).cas >= mark else (middle, high)
    return Found(read(high), seen.get(low), True)


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
    keep_memory()
    count = QUICK if args.quick else args.count
    if not 0 < args.mark <= 100 or count < LEAST:
        parser.error(f"--mark is a percentage above 0, --count at least {LEAST}")
    try:
        test = load_dataset(get_root(args.data), "test")
        real = Samples(test.images, test.labels)
        histories = [list_snapshots(run) for run in args.runs]
        print(f"{describe_machine()}; CAS of {count:,} digits, seed {args.seed}")
        print(f"{'run':20} {'preset':16} {'CAS':>7} {'seconds':>8} {'images':>10}   the snapshot before")
        for run, history in zip(args.runs, histories, strict=True):
            found = find_first(
                history,
                lambda path: measure(path, real, count, args.seed),
                lambda path: measure(path, real, max(LEAST, count // 10), args.seed),
                args.mark / 100,
            )
            note = f"never {args.mark:g} %: this is its best" if not found.reached else ""
            if found.before:
                note = f"{found.before.cas:.2%} at {found.before.seconds:,.0f} s"
            preset, moment = gan.load(str(history[-1])).config.preset, found.moment
            print(
                f"{run.name:20} {preset:16} {moment.cas:>7.2%} {moment.seconds:>8,.0f} {moment.images:>10,}   {note}",
                flush=True,
            )
    except (CheckpointError, DataError) as error:
        print(f"benchmarks.time_to_quality: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
