"""A released file with an untrained, narrow generator: what it draws is no digit, but every number can be computed."""

from pathlib import Path
from typing import Any

import torch

from gan.config import Config
from gan.models import build_generator
from gan.store.released import write_released


def write_tiny(path: Path, class_names: tuple[str, ...] = tuple("0123456789"), **settings: Any) -> Path:
    """Write one to `path`, the same in every run, and return `path`; `settings` are the config's."""
    config = Config(minutes=1.0, z_dim=8, w_dim=16, g_width=12, num_classes=len(class_names), **settings)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        generator = build_generator(config)
    write_released(path, config, generator, None, {"class_names": list(class_names)})
    return path
