import numpy as np
import pytest
import torch

from gan.drawing.noise import draw_noise, philox

# Known answers for philox4x32-10: counter, key -> words (the kat_vectors file of the Random123 distribution)
KNOWN = [
    ([0, 0, 0, 0], (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, (0xFFFFFFFF, 0xFFFFFFFF), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        (0xA4093822, 0x299F31D0),
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_known_answers(counter: list[int], key: tuple[int, int], words: list[int]):
    assert philox(np.array(counter, dtype=np.uint64), key).tolist() == words


def test_z_is_a_function_of_seed_and_index_alone():
    whole = draw_noise(7, range(100), 64)
    assert torch.equal(whole[42:43], draw_noise(7, [42], 64))
    assert torch.equal(whole[[5, 3, 99]], draw_noise(7, [5, 3, 99], 64))
    assert not torch.equal(whole, draw_noise(8, range(100), 64))


def test_a_shorter_z_is_the_beginning_of_a_longer_one():
    assert torch.equal(draw_noise(1, range(9), 10), draw_noise(1, range(9), 64)[:, :10])


def test_z_is_standard_normal():
    z = draw_noise(0, range(20_000), 64).double()
    assert z.dtype == torch.float64
    assert abs(z.mean().item()) < 0.004  # 4 standard errors of 1.28 M numbers
    assert abs(z.var().item() - 1) < 0.006
    assert abs(z.pow(4).mean().item() - 3) < 0.05
    cov = torch.corrcoef(z.T) - torch.eye(64, dtype=torch.float64)
    assert cov.abs().max() < 0.035


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_every_allowed_seed_and_index_is_finite(seed: int):
    z = draw_noise(seed, [0, 2**32 - 1], 64)
    assert z.dtype == torch.float32
    assert z.isfinite().all()
    assert z.abs().max() < 7


def test_uniform_z_is_the_known_words_from_minus_one_to_one():
    want = [(word + 0.5) / 2**31 - 1 for word in KNOWN[0][2]]  # counter and key 0 are seed 0's first sample
    assert draw_noise(0, [0], 4, "uniform")[0].tolist() == pytest.approx(want, abs=1e-7)


def test_uniform_z_is_uniform_and_its_numbers_independent():
    z = draw_noise(3, range(20_000), 16, "uniform").double()
    assert -1 <= z.min() < -0.9999
    assert 0.9999 < z.max() <= 1
    shares = torch.histc(z, bins=10, min=-1, max=1) / z.numel()
    assert (shares - 0.1).abs().max() < 0.003  # 5 standard errors of 320,000 numbers
    assert abs(z.mean().item()) < 0.005
    assert abs(z.var().item() - 1 / 3) < 0.003
    cov = torch.corrcoef(z.T) - torch.eye(16, dtype=torch.float64)
    assert cov.abs().max() < 0.035
    between = torch.corrcoef(torch.stack([z[:-1].flatten(), z[1:].flatten()]))[0, 1]  # one sample and the next
    assert abs(between.item()) < 0.009


def test_uniform_z_is_a_function_of_seed_and_index_alone():
    whole = draw_noise(7, range(50), 10, "uniform")
    assert torch.equal(whole[42:43], draw_noise(7, [42], 10, "uniform"))
    assert torch.equal(whole, draw_noise(7, range(50), 64, "uniform")[:, :10])
    assert not torch.equal(whole, draw_noise(8, range(50), 10, "uniform"))
    assert whole.dtype == torch.float32
