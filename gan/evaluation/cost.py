"""What one digit costs: parameters, multiply-adds, and milliseconds on one thread."""

from __future__ import annotations

import statistics
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from gan.drawing.generator import Generator

__all__ = ["milliseconds", "multiply_adds"]


def multiply_adds(generator: Generator) -> int:
    """Multiply-adds of one digit: its convolutions and matrix products, by torch's counter."""
    with FlopCounterMode(display=False) as counter:
        generator.sample([0])
    return int(counter.get_total_flops()) // 2  # it counts the addition apart


def milliseconds(generator: Generator, count: int, *, repeats: int = 50) -> float:
    """Median time from (digits, seed) to `count` images, on one CPU thread."""
    digits = [index % generator.num_classes for index in range(count)]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = []
        for repeat in range(repeats + 5):
            start = time.perf_counter()
            generator.sample(digits, seed=repeat)
            times.append(time.perf_counter() - start)
    finally:
        torch.set_num_threads(threads)
    return 1000 * statistics.median(times[5:])  # the first ones warm up
