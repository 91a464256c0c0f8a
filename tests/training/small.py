"""Very small runs, and what is asked of them, for the tests of the step and of the run."""

from pathlib import Path

import torch
from torch import Tensor, nn

from gan.config import Config
from gan.data import Dataset
from gan.store.state import read_last_state
from gan.training.adversaries import Adversaries
from gan.training.loop import Trainer
from gan.training.run_folder import STATE

SMALL = Config(z_dim=8, w_dim=16, g_width=12, d_width=4, batch=16, images=160, gamma=1.0, sheet_every=64, ema=0.9)
FULL = {"style_weight": 0.5, "mismatch": 0.3, "augment": 0.5}


def change(config: Config, **values: object) -> Config:
    """The config with other values."""
    return Config.from_dict({**config.to_dict(), **values})


def make(config: Config, dataset: Dataset) -> Adversaries:
    """G and D, untrained."""
    return Adversaries(config.validate(), dataset, torch.device("cpu"))


def make_trainer(config: Config, dataset: Dataset, out: Path) -> Trainer:
    """A run below `out`, not begun."""
    out.mkdir(exist_ok=True, parents=True)
    return Trainer(config.validate(), dataset, out, torch.device("cpu"))


def resume(config: Config, dataset: Dataset, out: Path) -> Trainer:
    """The run below `out` again, as it was saved."""
    trainer = make_trainer(config, dataset, out)
    trainer.load_state_dict(read_last_state(out / STATE)[0])
    return trainer


def same(a: Adversaries, b: Adversaries) -> bool:
    """Whether all weights are equal, to the bit."""
    return equal(*([value for net in (x.g, x.d, x.ema) for value in net.state_dict().values()] for x in (a, b)))


def parameters(network: nn.Module) -> list[Tensor]:
    """A copy of them."""
    return [p.detach().clone() for p in network.parameters()]


def equal(a: list[Tensor], b: list[Tensor]) -> bool:
    """Whether two lists of tensors are equal, to the bit."""
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
