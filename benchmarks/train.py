"""How fast training is, against the loop that most scripts are, and how near the machine's peak.

    python -m benchmarks.train --data ROOT [--threads N] [--seconds S] [--rounds R] [--ablate] [--json]

Notable choices
- Every figure comes from a process of its own, so that no allocator setting, thread pool or warm cache is shared; the
  sides take turns, round by round, so that a busy moment of the machine falls on all of them.
- The plain loop (benchmarks/plain_loop.py) trains the same networks on the same batch; it is given the better of no
  workers and two.
- Work is counted by torch's own counter over whole penalty periods: what a step does, forward, backward and penalties.
  An elementwise operation counts as nothing.
- The peak is the fastest square bf16 matrix product of a few sizes, measured in the same rounds on the same threads.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from benchmarks.machine import describe_machine
from benchmarks.plain_loop import PlainLoop, make_plain, read_mnist, register_plain
from gan.config import Config, get_preset, override
from gan.data import DataError, get_root, load_dataset
from gan.training.adversaries import Adversaries
from gan.training.malloc import keep_memory

RIVALS = ("tutorial-mlp", "dcgan")
SIZES = (512, 1024, 2048)  # of the matrices whose product is the peak
ENDLESS = 10**9  # images


@dataclass(frozen=True)
class Side:
    """One thing to time. `kind` is ours, plain or peak; the switches are the ideas that --ablate takes away."""

    name: str
    kind: str
    preset: str = "digits"
    workers: int = 0
    changes: dict[str, Any] = field(default_factory=dict)
    malloc: bool = True
    fused: bool = True
    folded: bool = True
    forge_once: bool = True


class ForgingTwice(Adversaries):
    """Adversaries with a second forward pass of G in each step."""

    def learn_g(self, fake: Tensor, y: Tensor, of_real: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of G on forgeries of its own."""
        return super().learn_g(self.forge(y, rng), y, of_real, rng)


def list_ablations() -> list[Side]:
    """Ours with one idea taken away at a time, for every preset that has the idea."""
    sides = []
    for preset in (*RIVALS, "digits"):
        sides += [
            Side(f"{preset}: malloc as it comes", "ours", preset, malloc=False),
            Side(f"{preset}: fp32", "ours", preset, changes={"precision": "fp32"}),
            Side(f"{preset}: Adam not fused", "ours", preset, fused=False),
            Side(f"{preset}: G's forward pass twice", "ours", preset, forge_once=False),
        ]
    sides.append(Side("dcgan: layers as torch computes them", "ours", "dcgan", folded=False))
    sides.append(Side("digits: penalties every step", "ours", changes={"penalty_every": 1}))
    return sides


def list_sides(ablate: bool) -> list[Side]:
    """All that is timed, in the order of a round."""
    sides = [Side("peak", "peak")]
    for preset in RIVALS:
        sides += [Side(f"{preset}: ours", "ours", preset)]
        sides += [Side(f"{preset}: plain, {workers} workers", "plain", preset, workers) for workers in (0, 2)]
    sides.append(Side("digits: ours", "ours"))
    return sides + (list_ablations() if ablate else [])


# ---- in a process of its own ---------------------------------------------------------------------------------------


def time_steps(advance: Callable[[], object], period: int, seconds: float) -> float:
    """Steps a second of `advance`, in whole periods, for about so many seconds after as long a tenth to warm up."""
    rate = 0.0
    for span in (seconds / 10, seconds):
        begun, steps = time.perf_counter(), 0
        while steps < 2 * period or time.perf_counter() - begun < span:
            for _ in range(period):
                advance()
            steps += period
        rate = steps / (time.perf_counter() - begun)
    return rate


def measure_peak(seconds: float) -> float:
    """Floating-point operations a second of the fastest square bf16 matrix product."""
    best = 0.0
    for size in SIZES:
        a, b = (torch.randn(size, size).bfloat16() for _ in range(2))
        ends = time.perf_counter() + seconds / len(SIZES)
        while time.perf_counter() < ends:
            begun = time.perf_counter()
            torch.mm(a, b)
            best = max(best, 2 * size**3 / (time.perf_counter() - begun))
    return best


def make_adversaries(side: Side, config: Config, root: Path) -> Adversaries:
    """Ours on the training split, with the side's ideas taken away."""
    kind = Adversaries if side.forge_once else ForgingTwice
    ours = kind(config, load_dataset(root, "train"), torch.device("cpu"))
    if not side.fused:
        for optimizer in (ours.opt_d, ours.opt_g):
            for group in optimizer.param_groups:
                group["fused"] = None  # torch's own choice: one parameter after another on a CPU
    return ours


def count_work(ours: Adversaries, period: int) -> float:
    """Floating-point operations for each real image shown, of whole steps: a multiply-add is two."""
    before = ours.images
    with FlopCounterMode(display=False) as counter:
        for _ in range(period):
            ours.advance()
    return float(counter.get_total_flops()) / (ours.images - before)


def measure(side: Side, root: Path, threads: int, seconds: float) -> dict[str, float]:
    """The side's figures: `rate` in images a second and, of ours, `work` an image; or the `peak`."""
    torch.set_num_threads(threads)
    if side.malloc and side.kind != "plain":
        keep_memory()
    if side.kind == "peak":
        return {"peak": measure_peak(seconds)}
    config = override(get_preset(side.preset), images=ENDLESS, **side.changes)
    if side.kind == "plain" or not side.folded:
        register_plain()
        config = make_plain(config)
    if side.kind == "plain":
        warnings.filterwarnings("ignore", "This DataLoader will create")  # more workers than cores: the user's choice
        loop = PlainLoop(config, read_mnist(root), side.workers)
        return {"rate": time_steps(loop.advance, 1, seconds) * config.batch}
    ours = make_adversaries(side, config, root)
    period = config.penalty_every if config.gamma else 1
    work = count_work(ours, period)
    return {"rate": time_steps(ours.advance, period, seconds) * config.batch, "work": work}


# ---- the rounds and the tables -------------------------------------------------------------------------------------


def ask(side: Side, root: Path, threads: int, seconds: float) -> dict[str, float]:
    """`measure` in a fresh process."""
    words = ["--side", json.dumps(asdict(side)), "--data", str(root)]
    words += ["--threads", str(threads), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", *words], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    values: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def show(self, form: str = "{:,.0f}") -> str:
        """The median, and from the least to the most."""
        low, high = min(self.values), max(self.values)
        return f"{form.format(self.median)} ({form.format(low)} .. {form.format(high)})"


def divide(above: Spread, below: Spread) -> Spread:
    """The quotient in each round."""
    return Spread([a / b for a, b in zip(above.values, below.values, strict=True)])


def compare(found: dict[str, dict[str, Spread]]) -> dict[str, Spread]:
    """The headline figures: `... x plain` for each rival, and `digits share of peak`."""
    figures = {}
    for preset in RIVALS:
        plain = [found[f"{preset}: plain, {workers} workers"]["rate"] for workers in (0, 2)]
        best = max(plain, key=lambda spread: spread.median)
        figures[f"{preset} x plain"] = divide(found[f"{preset}: ours"]["rate"], best)
    ours = found["digits: ours"]
    done = Spread([rate * work for rate, work in zip(ours["rate"].values, ours["work"].values, strict=True)])
    figures["digits share of peak"] = divide(done, found["peak"]["peak"])
    return figures


def print_tables(found: dict[str, dict[str, Spread]], figures: dict[str, Spread]) -> None:
    """Images a second of each side, then the headline figures; the median of the rounds (least .. most)."""
    width = max(len(name) for name in found)
    print(f"{'':{width}}   images/s")
    for name, row in found.items():
        if "rate" in row:
            base = found.get(f"{name.partition(':')[0]}: ours", row)["rate"]
            note = "" if base is row["rate"] else f"   {divide(row['rate'], base).median:.2f} of ours"
            print(f"{name:{width}}   {row['rate'].show()}{note}")
    print(f"{'bf16 matrix-product peak':{width}}   {found['peak']['peak'].show('{:.3g}')} flop/s")
    print(f"{'digits: work an image':{width}}   {found['digits: ours']['work'].median / 2e6:.1f} M multiply-adds")
    for name, spread in figures.items():
        print(f"{name:{width}}   {spread.show('{:.0%}' if 'share' in name else '{:.2f}')}")


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="ROOT", help="torchvision's root with MNIST in it")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="torch's CPU threads")
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each figure in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ablate", action="store_true", help="also ours with one idea taken away at a time")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the tables")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the rounds and print what came out; 2 when refused with one sentence."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if not 1 <= args.threads <= 1024 or args.rounds < 1 or not args.seconds > 0:
        parser.error("--threads is from 1 to 1024, --rounds at least 1, --seconds above 0")
    root = get_root(args.data)
    if args.side:
        print(json.dumps(measure(Side(**json.loads(args.side)), root, args.threads, args.seconds)))
        return 0
    try:
        load_dataset(root, "train")
    except DataError as error:
        print(f"benchmarks.train: {error}", file=sys.stderr)
        return 2
    torch.set_num_threads(args.threads)
    sides = list_sides(args.ablate)
    rows: dict[str, list[dict[str, float]]] = {side.name: [] for side in sides}
    with tqdm(total=args.rounds * len(sides), unit="figure", leave=False) as bar:
        for _ in range(args.rounds):
            for side in sides:
                bar.set_description(side.name)
                rows[side.name].append(ask(side, root, args.threads, args.seconds))
                bar.update()
    found = {name: {key: Spread([row[key] for row in some]) for key in some[0]} for name, some in rows.items()}
    figures = compare(found)
    if args.json:
        plain = {name: {key: spread.values for key, spread in row.items()} for name, row in found.items()}
        shown = {name: {"median": spread.median, "rounds": spread.values} for name, spread in figures.items()}
        print(json.dumps({"machine": describe_machine(), "figures": shown, "measured": plain}, indent=2))
    else:
        print(f"{describe_machine()}; {args.rounds} rounds of {args.seconds:g} s: the median (least .. most)")
        print_tables(found, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
