"""How often a photo of a digit is read right, and how often it is read wrong without a word, kind by kind.

Digits of MNIST's test split, the same number of each class, made into pictures of each kind (`photo_kinds.py`) and read
as the "Your hand" tab reads them (`HandDesk.look`); what is said beside the reading is a note. A refusal counts as
wrong with a note. The first column is what the reader makes of the very same digits as MNIST has them.

python -m benchmarks.photos --data ROOT [--count 60] [--seed 0] [--kinds NAME ...]
"""

import argparse
import time
from collections import Counter

import numpy as np
import torch

from benchmarks.machine import describe_machine
from benchmarks.photo_kinds import KINDS
from gan.data import load_dataset, to_float
from gan.errors import Refusal
from gan.judges.classifier import load_classifier
from gan.ui.service import Service
from gan.ui.tabs.hand.desk import HandDesk

OUTCOMES = ("right", "right, noted", "wrong, noted", "wrong, in silence")


def choose(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Places of `count` digits, as many of each class as goes."""
    rng = np.random.default_rng(seed)
    by_class = [rng.permutation(np.flatnonzero(labels == one)) for one in range(10)]
    return np.array([by_class[i % 10][i // 10] for i in range(count)])


def read_kind(
    desk: HandDesk, name: str, images: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[Counter[str], float]:
    """How many of the digits came out how, and the median of the milliseconds from a file to the first answer."""
    outcomes, took = Counter[str](), []
    for place, (ink, label) in enumerate(zip(images, labels, strict=True)):
        file = KINDS[name](np.random.default_rng([seed, place]), ink)
        begun = time.perf_counter()
        try:
            answer = desk.look("digits", file)
            right, note = int(np.argmax(answer.read)) == label, answer.note
        except Refusal as refusal:
            right, note = False, str(refusal)
        took.append(time.perf_counter() - begun)
        outcomes[("right" if right else "wrong") + (", noted" if note else "" if right else ", in silence")] += 1
    return outcomes, 1000 * float(np.median(took))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the folder with MNIST's files")
    parser.add_argument("--count", type=int, default=60, help="digits of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS), metavar="NAME")
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = load_dataset(args.data, "test")
    places = choose(data.labels.numpy(), args.count, args.seed)
    images, labels = data.images[places].numpy().reshape(-1, 28, 28), data.labels[places].numpy()
    desk = HandDesk(Service())
    plain = load_classifier().read(to_float(data.images[places])).argmax(1).numpy()
    print(f"# {describe_machine()}; seed {args.seed}, {args.count} of MNIST's test digits of each kind")
    print(f"# the same digits as MNIST has them: {(plain == labels).mean():.1%} right")
    print(f"{'kind':24s} {'right':>7s} {'right, noted':>13s} {'wrong, noted':>13s} {'in silence':>11s} {'ms':>6s}")
    for name in args.kinds:
        outcomes, took = read_kind(desk, name, images, labels, args.seed)
        a, b, c, d = (outcomes[one] / args.count for one in OUTCOMES)
        print(f"{name:24s} {a:7.1%} {b:13.1%} {c:13.1%} {d:11.1%} {took:6.1f}", flush=True)


if __name__ == "__main__":
    main()
