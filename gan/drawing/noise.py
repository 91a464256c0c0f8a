"""(seed, index) -> z, normal or uniform, the same on every machine, in every batch and in any language.

A counter-based generator, Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), gives
every sample its own stream: key = seed, counter = (block, index). Box-Muller turns its words into normals. Both are a
few lines in any language, which is why they are written out here: a browser can draw the same z.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


def philox(counter: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Philox4x32-10: counter (..., 4), 32-bit words held in uint64; key two 32-bit words -> (..., 4) random words."""
    a, b, c, d = (counter[..., i].astype(np.uint64) for i in range(4))
    k0, k1 = key
    for _ in range(10):
        p0, p1 = _M0 * a, _M1 * c  # 32 x 32 -> 64 bits, no overflow
        a, b, c, d = (
            (p1 >> _SHIFT) ^ b ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _SHIFT) ^ d ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return np.stack([a, b, c, d], axis=-1)


def draw_noise(seed: int, indices: Sequence[int] | np.ndarray, z_dim: int, kind: str = "normal") -> Tensor:
    """z for samples `indices` of `seed`; float32 (len(indices), z_dim), a function of (seed, index) alone.

    kind: "normal" N(0, I), or "uniform" in [-1, 1]. seed and each index are integers from 0 to 2**32 - 1.
    """
    index = np.asarray(indices, dtype=np.uint64)
    blocks = -(-z_dim // 4)
    counter = np.zeros((len(index), blocks, 4), dtype=np.uint64)
    counter[..., 0] = np.arange(blocks, dtype=np.uint64)
    counter[..., 1] = index[:, None]
    words = philox(counter, (seed & 0xFFFFFFFF, seed >> 32)).astype(np.float64)  # (N, blocks, 4)
    u = (words + 0.5) / 2.0**32  # (0, 1), never 0: its logarithm is finite
    if kind == "uniform":
        uniform = 2.0 * u.reshape(len(index), blocks * 4)[:, :z_dim] - 1.0
        return torch.from_numpy(uniform.astype(np.float32))
    radius = np.sqrt(-2.0 * np.log(u[..., 0::2]))  # (N, blocks, 2)
    angle = 2.0 * np.pi * u[..., 1::2]
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)  # (N, blocks, 2, 2)
    return torch.from_numpy(normal.reshape(len(index), blocks * 4)[:, :z_dim].astype(np.float32))
