"""How fast digits are drawn: images a second and milliseconds a call, at batches of 1, 10, 64 and 1024.

python -m benchmarks.sampling [CHECKPOINT] [--threads N]
"""

import argparse
import time

import torch

import gan
from benchmarks.machine import describe_machine, take_percentiles
from gan.drawing.generator import Generator

BATCHES = (1, 10, 64, 1024)


def time_calls(generator: Generator, batch: int, seconds: float) -> list[float]:
    """Seconds of each `sample` call of `batch` digits, for about so many seconds after two calls to warm up."""
    digits = [i % generator.num_classes for i in range(batch)]
    for seed in range(2):
        generator.sample(digits, seed=seed, batch_size=batch)
    times: list[float] = []
    while sum(times) < seconds or len(times) < 10:
        begun = time.perf_counter()
        generator.sample(digits, seed=len(times), batch_size=batch)
        times.append(time.perf_counter() - begun)
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", default="digits")
    parser.add_argument("--threads", type=int, default=2, help="torch's CPU threads")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each batch size")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    generator = gan.load(args.checkpoint)
    print(f"{generator.name} {generator.sha256[:12]} on {describe_machine()}")
    print(f"{'batch':>6} {'images/s':>10} {'p50 ms':>8} {'p95 ms':>8}   a call of gan.load(...).sample")
    for batch in BATCHES:
        p50, p95 = take_percentiles(time_calls(generator, batch, args.seconds))
        print(f"{batch:>6} {batch / p50:>10,.0f} {p50 * 1000:>8.2f} {p95 * 1000:>8.2f}")


if __name__ == "__main__":
    main()
