"""The lessons' folded layers are the torch layers that they stand for: results, gradients, second gradients."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from gan.models.folded import convolve_planes, fold_up, unproject


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)), dtype=torch.float64)


def of_vectors():
    layer, x = nn.ConvTranspose2d(5, 3, 7, bias=False), draw(4, 5)
    return layer, (x,), lambda x: unproject(layer, x), lambda x: layer(x[:, :, None, None])


def to_few():
    layer, x = nn.ConvTranspose2d(6, 2, 4, stride=2, padding=1), draw(4, 6, 3, 5)
    return layer, (x,), lambda x: fold_up(layer, x), layer


def of_planes():
    layer, y = nn.Conv2d(2, 5, 4, stride=2, padding=1), torch.tensor([2, 0, 2, 1])

    def reference(x, planes):
        return layer(torch.cat([x, planes[y].view(4, 1, 8, 6)], dim=1))

    return layer, (draw(4, 1, 8, 6), draw(3, 48)), lambda x, planes: convolve_planes(layer, x, planes, y), reference


CASES = [of_vectors, to_few, of_planes]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("case", CASES)
def test_layer_and_its_gradients_are_those_of_torch(case, layout):
    layer, inputs, folded, reference = case()
    layer.double()
    layer.weight.data = layer.weight.data.contiguous(memory_format=layout)
    if layer.bias is not None:
        torch.nn.init.normal_(layer.bias, generator=torch.Generator().manual_seed(0))
    inputs = [x.requires_grad_() for x in inputs]
    wanted, got = reference(*inputs), folded(*inputs)
    close = 1e-6 if case is to_few else 1e-12  # what overlaps is added in float32
    torch.testing.assert_close(got.double(), wanted, rtol=close, atol=close)
    g = draw(*wanted.shape)
    for ours, theirs in zip(
        torch.autograd.grad(got, [*inputs, *layer.parameters()], g.to(got.dtype)),
        torch.autograd.grad(wanted, [*inputs, *layer.parameters()], g),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, rtol=10 * close, atol=10 * close)


@pytest.mark.parametrize("case", [of_vectors, of_planes])
def test_gradient_penalties_can_go_through(case):
    layer, inputs, folded, _ = case()
    layer.double()
    inputs = [x.requires_grad_() for x in inputs]
    assert gradcheck(folded, inputs, fast_mode=True)
    assert gradgradcheck(folded, inputs, fast_mode=True)


@pytest.mark.parametrize("case", CASES)
def test_bf16_stays_near(case):
    _, inputs, folded, reference = case()
    inputs = [x.float() for x in inputs]
    wanted = reference(*inputs).detach()
    with torch.autocast("cpu", torch.bfloat16):
        got = folded(*inputs)
    torch.testing.assert_close(got.detach().float(), wanted, rtol=0, atol=0.02 * float(wanted.abs().max()))
