"""What every architecture must do; new ones are covered by registering."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import nn

from gan.config import PRESETS, Config
from gan.models import DISCRIMINATORS, GENERATORS, build_discriminator, build_generator
from gan.models.conditioning import CLASS_DIM
from gan.models.norm import BatchNorm1d, BatchNorm2d

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

    def test_w_dim_is_the_length_of_w_and_of_its_means(self, name: str):
        g = build_generator(replace(SMALL, generator=name, num_classes=7)).eval()
        w = g.map(torch.randn(4, 8), torch.arange(4))
        assert w.shape == (4, g.w_dim)
        assert g.w_mean.shape == (7, g.w_dim)
        assert "w_mean" in g.state_dict()

    def test_a_sample_does_not_depend_on_its_batch(self, name: str):
        g = build_generator(replace(SMALL, generator=name))
        for _ in range(3):  # running statistics away from where they start
            g(torch.randn(16, 8) + 1, torch.arange(16) % 10)
        g.eval()
        z, y = torch.randn(6, 8), torch.arange(6)
        assert torch.allclose(g(z, y)[2:3], g(z[2:3], y[2:3]), atol=1e-5)

    def test_the_pull_is_the_gradient_of_the_map(self, name: str):
        g = build_generator(replace(SMALL, generator=name)).eval().requires_grad_(False)
        z, y, rows = torch.randn(5, 8) * 3, torch.arange(5), torch.randn(5, 4, g.w_dim)
        w, pull = g.map_with_pull(z, y)
        assert torch.equal(w, g.map(z, y))
        assert not w.requires_grad
        z.requires_grad_(True)
        for k in range(4):
            (want,) = torch.autograd.grad(g.map(z, y), z, rows[:, k])
            torch.testing.assert_close(pull(rows)[:, k], want, atol=1e-5, rtol=1e-4)

    @pytest.mark.parametrize("count", [1, 7])
    def test_frozen_it_draws_the_same(self, name: str, count: int):
        g = build_generator(replace(SMALL, generator=name)).eval().requires_grad_(False)
        with torch.inference_mode():
            w = g.map(torch.randn(count, 8) * 2, torch.arange(count))
            before = w.clone()
            torch.testing.assert_close(g.freeze()(w), g.synthesize(w), atol=1e-5, rtol=0)
            assert torch.equal(w, before)

    def test_noise_and_class_both_matter(self, name: str):
        g = build_generator(replace(SMALL, generator=name)).eval()
        z, y = torch.randn(2, 8), torch.tensor([1, 2])
        images = g(z, y)
        assert (images - g(z.flip(0), y)).abs().max() > 1e-3
        assert (images - g(z, y.flip(0))).abs().max() > 1e-3

    @pytest.mark.parametrize("num_classes", [1, 10])
    def test_gradients_reach_noise_and_every_parameter(self, name: str, num_classes: int):
        g = build_generator(replace(SMALL, generator=name, num_classes=num_classes))
        z = torch.randn(16, 8, requires_grad=True)
        (g(z, torch.arange(16) % num_classes) - 0.5).square().sum().backward()
        assert z.grad is not None
        assert z.grad.abs().sum() > 0
        assert without_gradient(g) == []

    def test_channels_last_changes_the_layout_and_not_the_images(self, name: str):
        g = build_generator(replace(SMALL, generator=name)).eval()
        z, y = torch.randn(4, 8), torch.arange(4)
        images = g(z, y)
        in_channels_last(g)
        assert torch.allclose(g(z, y), images, atol=1e-5)

    def test_weights_survive_a_round_trip(self, name: str):
        g = build_generator(replace(SMALL, generator=name))
        g(torch.randn(16, 8), torch.arange(16) % 10)  # moves the running statistics, where there are any
        again = build_generator(replace(SMALL, generator=name))
        again.load_state_dict(saved_and_loaded(g), strict=True)
        z, y = torch.randn(4, 8), torch.arange(4)
        assert torch.equal(again.eval()(z, y), g.eval()(z, y))


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

    def test_image_and_class_both_matter(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name)).eval()
        x, y = torch.rand(2, 1, 28, 28) * 2 - 1, torch.tensor([1, 2])
        logits = d(x, y)
        assert (logits - d(x.flip(0), y)).abs().min() > 1e-4
        assert (logits - d(x, y.flip(0))).abs().min() > 1e-4

    @pytest.mark.parametrize("num_classes", [1, 10])
    def test_gradients_reach_the_image_and_every_parameter(self, name: str, num_classes: int):
        d = build_discriminator(replace(SMALL, discriminator=name, num_classes=num_classes))
        x = (torch.rand(16, 1, 28, 28) * 2 - 1).requires_grad_()
        (d(x, torch.arange(16) % num_classes) - 0.5).square().sum().backward()
        assert x.grad is not None
        assert (x.grad.abs().flatten(1).sum(1) > 0).all()
        assert without_gradient(d) == []

    def test_channels_last_changes_the_layout_and_not_the_logits(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name)).eval()
        x, y = torch.rand(4, 1, 28, 28) * 2 - 1, torch.arange(4)
        logits = d(x, y)
        in_channels_last(d)
        assert torch.allclose(d(x.contiguous(memory_format=torch.channels_last), y), logits, atol=1e-5)

    def test_batch_statistics_says_whether_a_logit_depends_on_its_batch_in_training(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name))
        x, y = torch.rand(6, 1, 28, 28) * 2 - 1, torch.arange(6)
        apart = torch.cat([d(x[:3], y[:3]), d(x[3:], y[3:])])
        assert torch.allclose(d(x, y), apart, atol=1e-5) != d.batch_statistics

    def test_weights_survive_a_round_trip(self, name: str):
        d = build_discriminator(replace(SMALL, discriminator=name))
        d(torch.rand(16, 1, 28, 28), torch.arange(16) % 10)
        again = build_discriminator(replace(SMALL, discriminator=name))
        again.load_state_dict(saved_and_loaded(d), strict=True)
        x, y = torch.rand(4, 1, 28, 28), torch.arange(4)
        assert torch.equal(again.eval()(x, y), d.eval()(x, y))


def without_gradient(network: nn.Module) -> list[str]:
    """The parameters that a backward pass has left without a gradient, or with one that is zero or no number."""
    missing = []
    for name, parameter in network.named_parameters():
        gradient = parameter.grad
        if gradient is None or not gradient.isfinite().all() or not gradient.abs().sum() > 0:
            missing.append(name)
    return missing


def in_channels_last(network: nn.Module) -> None:
    """The weights of convolutions laid out channels-last, as the trainer does."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def saved_and_loaded(network: nn.Module) -> dict[str, torch.Tensor]:
    """The network's state after a trip through a file."""
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def dense(widths: list[int], *, batch_norm: bool) -> int:
    """Parameters of Linear layers: a weight a pair, and a bias, or BatchNorm's scale and shift instead, an output."""
    return sum(a * b + (2 * b if batch_norm else b) for a, b in pairwise(widths))


def widths_of(network: nn.Module) -> list[int]:
    """Outputs of each dense or convolutional layer, in order."""
    found: list[int] = []
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            found.append(layer.out_features)
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            found.append(layer.out_channels)
    return found


def kinds_of(network: nn.Module) -> list[type[nn.Module]]:
    return [type(layer) for layer in network.modules() if not list(layer.children())]


class TestLessons:
    """The networks are those that the lessons name, layer by layer."""

    def test_every_preset_builds_the_networks_it_names(self):
        for name, preset in PRESETS.items():
            g, d = build_generator(preset), build_discriminator(preset)
            images = g(torch.randn(4, preset.z_dim), torch.arange(4))
            assert d(images, torch.arange(4)).shape == (4,), name

    def test_tutorial_mlp(self):
        preset = PRESETS["tutorial-mlp"]
        g, d = build_generator(preset), build_discriminator(preset)
        assert preset.z_dim == 64
        assert widths_of(g) == [128, 256, 512, 1024, 784]
        assert kinds_of(g) == [nn.Embedding, *[nn.Linear, BatchNorm1d, nn.ReLU] * 4, nn.Linear]
        assert widths_of(d) == [512, 256, 128, 1]
        assert kinds_of(d) == [nn.Embedding, *[nn.Linear, nn.LeakyReLU] * 3, nn.Linear]
        blocks, paint = dense([64 + CLASS_DIM, 128, 256, 512, 1024], batch_norm=True), 1024 * 784 + 784
        assert count(g) == 10 * CLASS_DIM + blocks + paint
        assert count(d) == 10 * CLASS_DIM + dense([784 + CLASS_DIM, 512, 256, 128, 1], batch_norm=False)

    def test_tutorial_conv_d(self):
        preset = PRESETS["tutorial-conv-d"]
        g, d = build_generator(preset), build_discriminator(preset)
        assert preset.z_dim == 100
        assert widths_of(g) == [256, 512, 1024, 784]
        assert kinds_of(g) == [nn.Embedding, *[nn.Linear, nn.LeakyReLU] * 3, nn.Linear]
        assert count(g) == 10 * CLASS_DIM + dense([100 + CLASS_DIM, 256, 512, 1024, 784], batch_norm=False)
        assert widths_of(d) == [64, 128, 256, 1]
        assert kinds_of(d) == [nn.Embedding, *[nn.Conv2d] * 4]
        assert [layer.stride for layer in d.modules() if isinstance(layer, nn.Conv2d)] == [(2, 2)] * 4
        convs = (2 * 16 + 1) * 64 + (64 * 16 + 1) * 128 + (128 * 16 + 1) * 256 + 256 * 9 + 1
        assert count(d) == 10 * 784 + convs

    def test_dcgan(self):
        preset = PRESETS["dcgan"]
        g, d = build_generator(preset), build_discriminator(preset)
        up, norm = nn.ConvTranspose2d, BatchNorm2d
        assert kinds_of(g) == [nn.Embedding, up, norm, up, norm, up]
        assert kinds_of(d) == [nn.Embedding, nn.Conv2d, nn.Conv2d, norm, nn.Conv2d, norm, nn.Conv2d]
        w_dim = preset.z_dim + CLASS_DIM
        assert count(g) == 10 * CLASS_DIM + w_dim * 256 * 49 + 2 * 256 + 256 * 128 * 16 + 2 * 128 + 128 * 16 + 1
        convs = (2 * 16 + 1) * 64 + (64 * 16 + 2) * 128 + (128 * 16 + 2) * 256 + 256 * 9 + 1
        assert count(d) == 10 * 784 + convs
        for layer in [*g.modules(), *d.modules()]:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.15)
                assert layer.bias is None or not layer.bias.any()

    @pytest.mark.parametrize("name", ["mlp", "mlp-batchnorm", "dcgan"])
    def test_noise_is_used_as_it_is_given(self, name: str):
        g = build_generator(replace(SMALL, generator=name))
        z = 3 * torch.randn(4, 8)
        assert torch.equal(g.map(z, torch.arange(4))[:, :8], z)


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
