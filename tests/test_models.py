"""What every architecture must do; new ones are covered by registering."""

from dataclasses import replace

import pytest
import torch

from gan.config import PRESETS, Config
from gan.models import DISCRIMINATORS, GENERATORS, build_discriminator, build_generator

SMALL = Config(z_dim=8, w_dim=16, g_width=12, d_width=4)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("name", sorted(GENERATORS))
class TestGenerators:
    def test_images_have_the_shape_and_range_of_the_contract(self, name: str):
        g = build_generator(replace(SMALL, generator=name))
        images = g(torch.randn(5, 8) * 100, torch.arange(5))
        assert images.shape == (5, 1, 28, 28)
        assert images.dtype == torch.float32
        assert images.abs().max() <= 1

    def test_forward_is_map_then_synthesize(self, name: str):
        g = build_generator(replace(SMALL, generator=name)).eval()
        z, y = torch.randn(4, 8), torch.arange(4)
        assert torch.equal(g(z, y), g.synthesize(g.map(z, y)))

    def test_a_sample_does_not_depend_on_its_batch(self, name: str):
        g = build_generator(replace(SMALL, generator=name)).eval()
        z, y = torch.randn(6, 8), torch.arange(6)
        assert torch.allclose(g(z, y)[2:3], g(z[2:3], y[2:3]), atol=1e-5)

    def test_noise_and_class_both_matter_and_both_get_gradients(self, name: str):
        g = build_generator(replace(SMALL, generator=name))
        z = torch.randn(2, 8, requires_grad=True)
        y = torch.tensor([1, 2])
        images = g(z, y)
        assert not torch.allclose(images, g(z + 1, y))
        assert not torch.allclose(images, g(z, y.flip(0)))
        images.square().sum().backward()
        assert z.grad is not None
        assert z.grad.abs().sum() > 0
        unused = [key for key, p in g.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
        assert unused == []


@pytest.mark.parametrize("name", sorted(DISCRIMINATORS))
class TestDiscriminators:
    def test_one_logit_an_image_independent_of_the_batch(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name)).eval()
        x, y = torch.rand(6, 1, 28, 28) * 2 - 1, torch.arange(6)
        logits = d(x, y)
        assert logits.shape == (6,)
        assert torch.allclose(logits[3:4], d(x[3:4], y[3:4]), atol=1e-5)

    def test_logits_are_not_squashed_to_a_probability(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name)).eval()
        logits = d(1000 * torch.randn(64, 1, 28, 28), torch.arange(64) % 10)
        assert logits.abs().max() > 1

    def test_forward_is_look_then_judge(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name)).eval()
        x, y = torch.rand(4, 1, 28, 28), torch.arange(4)
        assert torch.equal(d(x, y), d.judge(d.look(x), y))

    def test_its_gradient_can_be_differentiated_again(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name))
        x = torch.rand(3, 1, 28, 28, requires_grad=True)
        (gradient,) = torch.autograd.grad(d(x, torch.arange(3)).sum(), x, create_graph=True)
        gradient.square().sum().backward()
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in d.parameters())


def test_the_released_generator_is_within_its_budget():
    """The promise of the model card: at most a million parameters and eight million multiply-adds an image."""
    from torch.utils.flop_counter import FlopCounterMode

    config = PRESETS["digits"]
    g = build_generator(config)
    assert sum(p.numel() for p in g.parameters()) <= 1_000_000
    with FlopCounterMode(display=False) as counter:
        g(torch.randn(1, config.z_dim), torch.zeros(1, dtype=torch.int64))
    assert counter.get_total_flops() / 2 <= 8_000_000


def test_unknown_names_list_those_there_are():
    with pytest.raises(ValueError, match="unknown generator 'nonesuch': there are .*style"):
        build_generator(replace(SMALL, generator="nonesuch"))
    with pytest.raises(ValueError, match="unknown discriminator 'nonesuch': there are .*projection"):
        build_discriminator(replace(SMALL, discriminator="nonesuch"))


def test_modulated_convolution_equals_convolution_with_modulated_weights():
    """Karras et al. 2020, eqs. 1 and 3, sample by sample, against the batched form."""
    import torch.nn.functional as F

    from gan.models.style import ModulatedConv

    conv = ModulatedConv(w_dim=5, c_in=3, c_out=4).double()
    x, w = torch.randn(2, 3, 7, 7, dtype=torch.float64), torch.randn(2, 5, dtype=torch.float64)
    s = conv.scale(w)
    for i in range(2):
        modulated = conv.weight * s[i][None, :, None, None]
        demodulated = modulated * torch.rsqrt(modulated.square().sum((1, 2, 3), keepdim=True) + 1e-8)
        want = F.conv2d(x[i : i + 1], demodulated, conv.bias, padding=1)
        assert torch.allclose(conv(x, w)[i : i + 1], want, atol=1e-10)
