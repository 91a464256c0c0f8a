"""FID in the features of Inception-v3, for comparison with papers that report it. Off unless asked for.

Inception has learned to tell dogs from buses in 299 x 299 colour photographs. Given a 28 x 28 digit, blown up
and grey, it answers with features that hardly move when a 3 becomes an 8 and move a lot with the sharpness of
an edge. A generator may score well here and write the wrong digit, or badly for a trace of blur; see
docs/evaluation.md.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from gan.evaluation.samples import SampleError, Samples

__all__ = ["fetch_inception", "inception_fid"]


class _Coloured(Dataset[Tensor]):
    """Digits as torch-fidelity wants pictures: uint8, (3, 28, 28)."""

    def __init__(self, images: Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.images[index].expand(3, -1, -1)


def fetch_inception() -> None:
    """Have torch-fidelity download its weights (91 MB) into torch's cache, or find them there.

    Raises:
        SampleError: they cannot be had.
    """
    from torch_fidelity.utils import create_feature_extractor

    try:
        create_feature_extractor("inception-v3-compat", ["2048"], cuda=False, verbose=False)
    except (OSError, RuntimeError) as error:
        raise SampleError(
            f"Inception's weights could not be downloaded ({error}); leave out --inception, or put "
            f"torch-fidelity's file into {torch.hub.get_dir()}/checkpoints."
        ) from None


def inception_fid(fake: Samples, real: Samples, *, batch_size: int = 64) -> float:
    """FID of generated against real digits in Inception's 2048 features; slow on a CPU."""
    from torch_fidelity import calculate_metrics

    found: dict[str, Any] = calculate_metrics(
        input1=_Coloured(fake.images),
        input2=_Coloured(real.images),
        fid=True,
        cuda=torch.cuda.is_available(),
        batch_size=batch_size,
        verbose=False,
        save_cpu_ram=True,
    )
    return float(found["frechet_inception_distance"])
