"""The lessons' convolutions at the edges of G and D as plain matrix products, where a CPU's own kernels are slow.

Each takes one of torch's layers and gives what that layer gives, to rounding. A transposed convolution of a single
pixel, one to a single channel, and the gradient of a plane can be slower in oneDNN than their arithmetic asks for
(`python -m benchmarks.train --ablate` shows by how much). The wide layers between stay torch's.
"""

import torch.nn.functional as F
from torch import Tensor, nn


def unproject(layer: nn.ConvTranspose2d, x: Tensor) -> Tensor:
    """`layer`, without bias and padding, of single pixels: x (N, a) -> (N, b, height, width), the kernel's size.

    Every pixel of it is a linear function of x; channels are last in memory.
    """
    a, b, height, width = layer.weight.shape
    rows = x @ layer.weight.permute(0, 2, 3, 1).reshape(a, -1)  # of channels-last weights a view
    return rows.view(-1, height, width, b).permute(0, 3, 1, 2)


def fold_up(layer: nn.ConvTranspose2d, x: Tensor) -> Tensor:
    """`layer`, square and with a bias, from a channels to few: x (N, a, H, W) -> (N, b, H stride, W stride), float32.

    Each input pixel paints its patch, one matrix product for all of them; `fold` adds up what overlaps.
    """
    n, a, height, width = x.shape
    size, stride, pad = layer.kernel_size[0], layer.stride[0], int(layer.padding[0])
    patches = x.permute(0, 2, 3, 1).reshape(-1, a) @ layer.weight.reshape(a, -1)  # (N H W, b size size)
    columns = patches.view(n, height * width, -1).transpose(1, 2).float()
    grown = stride * (height - 1) + size - 2 * pad, stride * (width - 1) + size - 2 * pad
    assert layer.bias is not None
    return F.fold(columns, grown, size, padding=pad, stride=stride) + layer.bias[:, None, None]


def convolve_planes(layer: nn.Conv2d, x: Tensor, planes: Tensor, y: Tensor) -> Tensor:
    """`layer`, of two channels and square, of an image and its class's plane: its output, channels last in memory.

    x (N, 1, H, W), planes (num_classes, H * W), y int64 (N,). A convolution is linear, so the plane of a class is
    convolved once for the class and not once for each image of it.
    """
    b, classes, (height, width) = layer.out_channels, len(planes), x.shape[2:]
    size, stride, pad = layer.kernel_size[0], layer.stride[0], int(layer.padding[0])
    of_class = F.conv2d(planes.view(-1, 1, height, width), layer.weight[:, 1:], layer.bias, stride, pad)
    rows, columns = of_class.shape[2:]
    of_class = of_class.permute(0, 2, 3, 1).reshape(classes, -1)
    windows = F.unfold(x, size, padding=pad, stride=stride).transpose(1, 2)  # (N, rows columns, size size)
    out = (windows @ layer.weight[:, 0].reshape(b, -1).T).flatten(1) + F.embedding(y, of_class)
    return out.view(-1, rows, columns, b).permute(0, 3, 1, 2)
