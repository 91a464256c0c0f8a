"""What several tests of the trainer stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from gan.data import Dataset, load_dataset


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    """A run sets the threads of this process; the next test begins with what it found."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def dataset(data_root: Path) -> Dataset:
    """The first 500 training images."""
    whole = load_dataset(data_root, "train")
    return Dataset(whole.images[:500], whole.labels[:500], whole.class_names)
