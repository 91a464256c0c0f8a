"""Batch normalization over the whole batch of a run, on however many processes it is spread.

Ioffe & Szegedy 2015, arXiv:1502.03167, alg. 1.

Notable choices
- On one process it is torch's own. On several, in training, mean and variance are those of all processes' batches
  together, and so are their gradients: N processes with 1/N of a batch each compute what one would, to rounding.
- torch's SyncBatchNorm does this on CUDA only; here two small all-reduces a layer do it on any device.
"""

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce


def _is_spread() -> bool:
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def _normalize_together(layer: nn.BatchNorm1d | nn.BatchNorm2d, x: Tensor) -> Tensor:
    """Training-mode batch normalization of x (N, C) or (N, C, H, W), its statistics taken over all processes."""
    over = [dim for dim in range(x.ndim) if dim != 1]
    column = [-1 if dim == 1 else 1 for dim in range(x.ndim)]
    wide = x.to(layer.weight.dtype)  # under autocast x is bf16, whose sums would be too coarse
    # Shares need not be equal, so sums and counts travel. The variance is taken about the shared mean: a mean of
    # squares less a squared mean would lose its digits wherever the mean is large.
    share = wide.new_full((1,), x.numel() // x.shape[1])
    totals = all_reduce(torch.cat([wide.sum(over), share]))
    count = totals[-1].detach()
    mean = totals[:-1] / count
    wide = wide - mean.view(column)
    var = all_reduce(wide.square().sum(over)) / count
    with torch.no_grad():
        unbiased = var * (count / (count - 1.0))  # as torch keeps it
        assert layer.momentum is not None
        for kept, now in ((layer.running_mean, mean), (layer.running_var, unbiased)):
            assert kept is not None
            kept.lerp_(now, layer.momentum)
        assert layer.num_batches_tracked is not None
        layer.num_batches_tracked.add_(1)
    scale = layer.weight * torch.rsqrt(var + layer.eps)
    return (wide * scale.view(column) + layer.bias.view(column)).to(x.dtype)


class BatchNorm1d(nn.BatchNorm1d):
    """Batch normalization of x (N, C), over all processes of a run."""

    def forward(self, input: Tensor) -> Tensor:
        """x (N, C) -> (N, C); in eval mode each row by itself, from the running statistics."""
        return _normalize_together(self, input) if self.training and _is_spread() else super().forward(input)


class BatchNorm2d(nn.BatchNorm2d):
    """Batch normalization of x (N, C, H, W), over all processes of a run."""

    def forward(self, input: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C, H, W); in eval mode each image by itself, from the running statistics."""
        return _normalize_together(self, input) if self.training and _is_spread() else super().forward(input)
