"""BatchNorm over several processes: two halves must be one whole, in what comes out and in every gradient."""

from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

from gan.config import PRESETS
from gan.models import build_discriminator, build_generator
from gan.models.norm import BatchNorm1d, BatchNorm2d

CASES = ("1d", "2d", "networks")
SHARES = (slice(0, 3), slice(3, 8))  # of two processes: unequal, as sums and counts allow
WHOLE = slice(0, 8)


class Judged(nn.Module):
    """DCGAN's G and D as one network, with BatchNorm in both: noise in, logits out."""

    def __init__(self) -> None:
        super().__init__()
        self.g, self.d = build_generator(PRESETS["dcgan"]), build_discriminator(PRESETS["dcgan"])

    def forward(self, z: Tensor) -> Tensor:
        y = torch.arange(len(z)) * 0
        return self.d(self.g(z, y), y)


def measure(case: str, share: slice) -> dict[str, Tensor]:
    """Outputs, gradients and buffers of one training pass over a share of eight samples, their losses summed."""
    torch.manual_seed(0)
    layer: nn.Module
    if case == "networks":
        layer, x = Judged(), torch.randn(8, 100)
    elif case == "1d":
        layer, x = BatchNorm1d(5).double(), 50 + torch.randn(8, 5, dtype=torch.float64)
    else:
        layer, x = BatchNorm2d(5).double(), 50 + torch.randn(8, 5, 3, 3, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data += 0.01 * torch.randn(parameter.shape)
    x = x[share].requires_grad_()
    out = layer(x)
    weight = torch.arange(8.0)[share].view(-1, *[1] * (out.ndim - 1))  # or a sum's gradient would be zero by symmetry
    (weight * out.square()).sum().backward()
    assert x.grad is not None
    found = {"out": out.detach(), "x.grad": x.grad}
    for name, parameter in layer.named_parameters():
        assert parameter.grad is not None
        found[f"{name}.grad"] = parameter.grad
    return found | dict(layer.named_buffers())


def work(rank: int, meeting: str, folder: str) -> None:
    """One of two processes: measure its share of every case, and leave what it found in a file."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
    torch.save({case: measure(case, SHARES[rank]) for case in CASES}, Path(folder) / f"{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, Tensor]]]:
    """What each of two processes found, by case."""
    folder = tmp_path_factory.mktemp("halves")
    spawn(work, ((folder / "meeting").as_uri(), str(folder)), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


@pytest.mark.parametrize("case", CASES)
def test_two_processes_compute_what_one_would(case: str, halves: list[dict[str, dict[str, Tensor]]]):
    whole, (first, second) = measure(case, WHOLE), (half[case] for half in halves)
    assert whole.keys() == first.keys() == second.keys()
    for name, want in whole.items():
        if name in ("out", "x.grad"):
            found = torch.cat([first[name], second[name]])
        elif name.endswith(".grad"):
            found = first[name] + second[name]  # a sum of losses has the sum of gradients
        else:
            assert torch.equal(first[name], second[name]), name
            found = first[name]
        near = 1e-10 if want.dtype == torch.float64 else 1e-4  # of the largest: float32 loses digits layer by layer
        assert (found - want).abs().max() <= near * want.abs().max(), name
        assert want.any() or name.endswith("w_mean"), f"{name} is all zero, and proves nothing"


@pytest.mark.parametrize(
    ("ours", "theirs", "shape"), [(BatchNorm1d, nn.BatchNorm1d, (6, 4)), (BatchNorm2d, nn.BatchNorm2d, (6, 4, 5, 5))]
)
def test_one_process_computes_what_torch_does(ours: type[nn.Module], theirs: type[nn.Module], shape: tuple[int, ...]):
    mine, stock = ours(4), theirs(4)
    x = 3 + torch.randn(shape, generator=torch.Generator().manual_seed(0))
    for _ in range(2):
        assert torch.equal(mine(x), stock(x))
    assert all(torch.equal(a, b) for a, b in zip(mine.buffers(), stock.buffers(), strict=True))
    assert torch.equal(mine.eval()(x), stock.eval()(x))
    assert torch.allclose(mine(x)[:1], mine(x[:1]))
