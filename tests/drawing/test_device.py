import pytest
import torch

from gan.config import ConfigError
from gan.drawing.device import choose_device, list_devices


def test_every_device_that_is_listed_computes():
    for name in list_devices():
        assert torch.ones(2, device=choose_device(name)).sum().item() == 2


@pytest.mark.parametrize(("cuda", "mps", "best"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_auto_is_the_fastest_there_is(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, best: str):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(cuda))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto") == torch.device(best)


def test_a_device_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ConfigError, match="no device 'toaster' on this machine; there are: auto, cpu"):
        choose_device("toaster")
