"""lerp, slerp and the frames between two ends, against closed forms and against Generator.sample."""

import math

import pytest
import torch

from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator, load
from gan.drawing.interpolation import METHODS, End, interpolate, lerp, slerp
from gan.drawing.noise import draw_noise
from tests.tiny_checkpoint import write_tiny


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    return load(str(write_tiny(tmp_path_factory.mktemp("latent") / "tiny.safetensors")))


def rows(count: int = 64, width: int = 32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return (
        draw_noise(1, range(count), width),
        draw_noise(2, range(count), width),
        torch.linspace(0, 1, count, dtype=torch.float64),
    )


@pytest.mark.parametrize("between", [lerp, slerp])
def test_ends_are_exact(between):
    a, b, _ = rows()
    assert torch.equal(between(a, b, 0.0), a)
    assert torch.equal(between(a, b, 1.0), b)
    assert between(a, b, 0.3).dtype == a.dtype


def test_slerp_is_shoemakes_formula_with_the_length_interpolated():
    a, b, t = rows()
    u, v = (x.double() / x.double().norm(dim=1, keepdim=True) for x in (a, b))
    omega = torch.arccos((u * v).sum(1))
    formula = (torch.sin((1 - t) * omega)[:, None] * u + torch.sin(t * omega)[:, None] * v) / torch.sin(omega)[:, None]
    length = (1 - t) * a.double().norm(dim=1) + t * b.double().norm(dim=1)
    torch.testing.assert_close(slerp(a, b, t).double(), formula * length[:, None], rtol=0, atol=1e-6)


def test_slerp_turns_at_constant_speed():
    a, b = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    turned = slerp(a.expand(5, 2), b.expand(5, 2), torch.linspace(0, 1, 5))
    angles = torch.atan2(turned[:, 1], turned[:, 0])
    torch.testing.assert_close(angles, torch.linspace(0, math.pi / 2, 5))
    torch.testing.assert_close(turned.norm(dim=1), torch.full((5,), 2.0))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], id="equal"),
        pytest.param([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], id="parallel"),
        pytest.param([1.0, 2.0, 3.0], [1.0, 2.0, 3.0000002], id="nearly equal"),
        pytest.param([0.0, 0.0, 0.0], [1.0, 2.0, 3.0], id="from zero"),
        pytest.param([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], id="to zero"),
        pytest.param([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], id="both zero"),
    ],
)
def test_slerp_is_straight_where_there_is_no_angle(a, b):
    a, b = torch.tensor(a), torch.tensor(b)
    for t in (0.0, 0.25, 0.5, 1.0):
        torch.testing.assert_close(slerp(a, b, t), lerp(a, b, t))


@pytest.mark.parametrize("almost", [0.0, 1e-7])
def test_slerp_between_opposite_ends_goes_round_not_through_zero(almost):
    a = torch.tensor([[3.0, 0.0, 4.0, 0.0]])
    b = -a + almost
    path = slerp(a.expand(9, 4), b.expand(9, 4), torch.linspace(0, 1, 9))
    assert path.isfinite().all()
    torch.testing.assert_close(path.norm(dim=1), torch.full((9,), 5.0), rtol=1e-4, atol=0)
    steps = (path[1:] - path[:-1]).norm(dim=1)
    torch.testing.assert_close(steps, steps[:1].expand(8), rtol=1e-3, atol=0)


def test_slerp_treats_each_row_alone():
    a = torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    b = torch.tensor([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [1.0, 1.0]])
    together = slerp(a, b, 0.5)
    alone = torch.stack([slerp(x, y, 0.5) for x, y in zip(a, b, strict=True)])
    assert together.isfinite().all()
    torch.testing.assert_close(together, alone)


@pytest.mark.parametrize("psi", [1.0, 0.5])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("first", "second"), [(3, 3), (3, 8)])
def test_ends_of_the_frames_equal_sample_bit_for_bit(generator, method, psi, first, second):
    frames = interpolate(
        generator, End(first, 7), End(second, 11), torch.linspace(0, 1, 21), method=method, truncation=psi
    )
    assert frames.shape == (21, 1, 28, 28)
    assert torch.equal(frames[:1], generator.sample([first], seed=7, truncation=psi))
    assert torch.equal(frames[-1:], generator.sample([second], seed=11, truncation=psi))
    assert (frames[10] - frames[0]).abs().max() > 1e-3


def test_class_is_blended_in_w_towards_the_blended_mean(generator):
    t, psi = 0.25, 0.6
    z = slerp(draw_noise(7, [0], generator.z_dim), draw_noise(11, [0], generator.z_dim), t)
    w3, w8 = generator.map(z, torch.tensor([3])), generator.map(z, torch.tensor([8]))
    mean = (1 - t) * generator.w_mean[3] + t * generator.w_mean[8]
    w = mean + psi * ((1 - t) * w3 + t * w8 - mean)
    frame = interpolate(generator, End(3, 7), End(8, 11), [t], truncation=psi)
    torch.testing.assert_close(frame, generator.synthesize(w), rtol=0, atol=1e-5)


def test_methods_differ_between_the_ends(generator):
    ways = [interpolate(generator, End(3, 7), End(3, 11), [0.5], method=method) for method in METHODS]
    assert (ways[0] - ways[1]).abs().max() > 1e-4


def test_frames_do_not_depend_on_how_many_there_are(generator):
    many = interpolate(generator, End(1, 2), End(4, 9), torch.linspace(0, 1, 301))
    one = interpolate(generator, End(1, 2), End(4, 9), [0.5])
    torch.testing.assert_close(many[150:151], one, rtol=0, atol=1 / 255)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": End(10, 0)}, "10 is not a digit"),
        ({"end": End(-1, 0)}, "-1 is not a digit"),
        ({"start": End(1, -1)}, "the seed is -1"),
        ({"end": End(1, 2**32)}, "the seed is 4294967296"),
        ({"method": "arc"}, "it can be slerp or lerp"),
        ({"truncation": math.nan}, "truncation psi is nan"),
        ({"t": []}, "numbers from 0 to 1"),
        ({"t": [1.1]}, "numbers from 0 to 1"),
        ({"t": [math.nan]}, "numbers from 0 to 1"),
    ],
)
def test_bad_input_is_a_sentence(generator, change, said):
    asked = {"start": End(1, 0), "end": End(2, 0), "t": [0.5]} | change
    with pytest.raises(InputError, match=said):
        interpolate(generator, asked.pop("start"), asked.pop("end"), asked.pop("t"), **asked)
