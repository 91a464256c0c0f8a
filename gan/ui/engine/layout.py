"""A network's weights as the page's engine wants them: channels last, weights [in, out], normalization folded in.

Every layer becomes NAME.weight and, where it has one, NAME.bias:
    linear          (in, out)
    convolution     (height, width, in, out)
    transposed      (height, width, in, out), as torch applies it
    embedding       (classes, size)
A layer behind a flattened picture reads it in the order height, width, channel. Batch normalization in eval mode is a
scale and a shift of each channel, and goes into the layer before it.
"""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from gan.handwriting.encoder import Encoder
from gan.judges.classifier import DigitNet
from gan.models.dcgan import DCGANDiscriminator, DCGANGenerator
from gan.models.mlp import MLPDiscriminator, MLPGenerator
from gan.models.projection import ProjectionDiscriminator
from gan.models.strided import StridedDiscriminator
from gan.models.style import ModulatedConv, StyleGenerator

Tensors = dict[str, Tensor]
Layer = nn.Linear | nn.Conv2d | nn.ConvTranspose2d
Norm = nn.BatchNorm1d | nn.BatchNorm2d


def lay_out(network: nn.Module) -> tuple[str, Tensors] | None:
    """The engine's name for a network of this kind, and its tensors; None where the engine has no such network."""
    for kind, (name, lay) in _KINDS.items():
        if isinstance(network, kind):
            return name, {key: value.detach().cpu().float() for key, value in lay(network).items()}
    return None


def _lay(name: str, layer: Layer, norm: Norm | None = None) -> Tensors:
    """One layer, with what normalizes its output."""
    weight, bias = layer.weight.detach(), layer.bias
    if isinstance(layer, nn.Linear):
        weight = weight.T
    elif isinstance(layer, nn.ConvTranspose2d):
        weight = weight.permute(2, 3, 0, 1)
    else:
        weight = weight.permute(2, 3, 1, 0)
    if norm is None:
        return {f"{name}.weight": weight} | ({} if bias is None else {f"{name}.bias": bias})
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    before = torch.zeros_like(norm.bias) if bias is None else bias
    return {f"{name}.weight": weight * scale, f"{name}.bias": norm.bias + (before - norm.running_mean) * scale}


def _read_flat(tensors: Tensors, name: str, channels: int, side: int = 4) -> Tensors:
    """A linear layer behind a flattened picture: its inputs from channel, height, width to height, width, channel.

    What else it reads comes after the picture, and stays.
    """
    weight = tensors[f"{name}.weight"]
    places = side * side
    picture = weight[: channels * places].reshape(channels, places, -1).transpose(0, 1).reshape(channels * places, -1)
    return tensors | {f"{name}.weight": torch.cat([picture, weight[channels * places :]])}


def _lay_style(network: StyleGenerator) -> Tensors:
    mapping = network.mapping
    tensors = {"w_mean": network.w_mean, "mapping.embed.weight": mapping.embed.weight}
    for name in ("style", "mix", "out"):
        tensors |= _lay(f"mapping.{name}", getattr(mapping, name))
    canvas = _lay("canvas", network.canvas)  # (w_dim, C 49) -> (w_dim, 49 C)
    for name, value in canvas.items():
        rows = value.reshape(-1, network.c_canvas, 49).transpose(1, 2)
        tensors[name] = rows.reshape(value.shape)
    for name in ("conv1", "conv2", "up", "conv3"):
        layer: ModulatedConv = getattr(network, name)
        tensors[f"{name}.weight"] = layer.weight.permute(2, 3, 1, 0)
        tensors[f"{name}.bias"] = layer.bias
        tensors |= _lay(f"{name}.scale", layer.scale)
    return tensors | _lay("paint", network.paint)


def _lay_dense(network: MLPGenerator) -> Tensors:
    return {"w_mean": network.w_mean, "embed.weight": network.embed.weight, **_lay_layers(network)}


def _lay_dense_d(network: MLPDiscriminator) -> Tensors:
    return {"embed.weight": network.embed.weight, **_lay_layers(network)}


def _lay_layers(network: MLPGenerator | MLPDiscriminator) -> Tensors:
    """The lessons' dense layers, numbered, with normalization where there is some; the last of them paints or judges.

    `slope` is that of the activation between them below 0.
    """
    tensors: Tensors = {}
    count, slope = 0, 0.0
    for i, layer in enumerate(network.layers):
        if isinstance(layer, nn.Linear):
            after = network.layers[i + 1]
            tensors |= _lay(f"layers.{count}", layer, after if isinstance(after, nn.BatchNorm1d) else None)
            count += 1
        elif isinstance(layer, nn.LeakyReLU):
            slope = layer.negative_slope
    last = network.paint if isinstance(network, MLPGenerator) else network.out
    return tensors | _lay(f"layers.{count}", last) | {"slope": torch.tensor([slope])}


def _lay_dcgan(network: DCGANGenerator) -> Tensors:
    return {
        "w_mean": network.w_mean,
        "embed.weight": network.embed.weight,
        **_lay("conv1", network.conv1, network.norm1),
        **_lay("conv2", network.conv2, network.norm2),
        **_lay("paint", network.paint),
    }


def _lay_strided(network: StridedDiscriminator | DCGANDiscriminator) -> Tensors:
    norms = (network.norm2, network.norm3) if isinstance(network, DCGANDiscriminator) else (None, None)
    return {
        "embed.weight": network.embed.weight,
        **_lay("conv1", network.conv1),
        **_lay("conv2", network.conv2, norms[0]),
        **_lay("conv3", network.conv3, norms[1]),
        **_lay("out", network.out),
    }


def _lay_projection(network: ProjectionDiscriminator) -> Tensors:
    tensors = {"embed.weight": network.embed.weight}
    for name in ("conv1", "conv2", "conv3", "conv4", "dense", "out"):
        tensors |= _lay(name, getattr(network, name))
    return _read_flat(tensors, "dense", network.conv4.out_channels)


def _lay_encoder(network: Encoder) -> Tensors:
    convolutions = [layer for layer in network.look if isinstance(layer, nn.Conv2d)]
    tensors = {"embed.weight": network.embed.weight}
    for i, layer in enumerate(convolutions, 1):
        tensors |= _lay(f"conv{i}", layer)
    think = network.think[0]
    assert isinstance(think, nn.Linear)
    tensors |= _lay("think", think) | _lay("tell", network.tell)
    return _read_flat(tensors, "think", convolutions[-1].out_channels)


def _lay_reader(network: DigitNet) -> Tensors:
    layers = list(network.trunk)
    tensors: Tensors = {}
    count = 0
    for layer, after in pairwise(layers):
        if isinstance(layer, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
            count += 1
            tensors |= _lay(f"conv{count}", layer, after)
        elif isinstance(layer, nn.Linear) and isinstance(after, nn.BatchNorm1d):
            tensors |= _lay("features", layer, after)
    return _read_flat(tensors, "features", len(tensors[f"conv{count}.bias"])) | _lay("head", network.head)


_KINDS: dict[type[nn.Module], tuple[str, Callable[..., Tensors]]] = {
    StyleGenerator: ("style", _lay_style),
    MLPGenerator: ("dense", _lay_dense),
    DCGANGenerator: ("dcgan", _lay_dcgan),
    ProjectionDiscriminator: ("projection", _lay_projection),
    MLPDiscriminator: ("dense", _lay_dense_d),
    StridedDiscriminator: ("strided", _lay_strided),
    DCGANDiscriminator: ("strided", _lay_strided),
    Encoder: ("encoder", _lay_encoder),
    DigitNet: ("reader", _lay_reader),
}
