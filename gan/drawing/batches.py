"""Labels -> images as they are saved: uint8, in batches, with a bar. `gan.sample` and `gan.evaluate` draw with it.

>>> draw_images(gan.load("digits"), [2, 0, 2, 6], seed=7)  # uint8 (4, 1, 28, 28)
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from tqdm import tqdm

from gan.data import to_uint8
from gan.drawing.generator import BATCH, Generator


def draw_images(
    generator: Generator,
    labels: Sequence[int] | Tensor,
    *,
    seed: int,
    truncation: float = 1.0,
    title: str = "drawing",
    bar: bool | None = True,
) -> Tensor:
    """One image for each of labels (N,), sample i from (seed, i) -> uint8 (N, 1, 28, 28), 0 = paper, 255 = ink.

    bar: shown or not; None for a terminal alone. Raises InputError as `Generator.sample` does.
    """
    images = torch.empty(len(labels), 1, 28, 28, dtype=torch.uint8)
    hidden = None if bar is None else not bar
    with tqdm(total=len(labels), desc=title, unit="image", leave=False, disable=hidden) as progress:
        for start in range(0, len(labels), BATCH):
            asked = labels[start : start + BATCH]
            images[start : start + len(asked)] = to_uint8(generator.sample(asked, seed, truncation, start=start))
            progress.update(len(asked))
    return images
