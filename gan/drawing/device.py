"""Which processor does the work: cpu, cuda or mps; "auto" is the fastest there is."""

import torch

from gan.config import ConfigError
from gan.errors import Listing, say


def list_devices() -> list[str]:
    """The names that `choose_device` takes on this machine, "auto" aside; cpu is always there."""
    there = ["cpu"]
    if torch.cuda.is_available():
        there += ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        there.append("mps")
    return there


def choose_device(name: str) -> torch.device:
    """Pick the device of that name, or for "auto" cuda, then mps, then cpu; ConfigError lists those there are."""
    there = list_devices()
    if name == "auto":
        name = next(device for device in ("cuda", "mps", "cpu") if device in there)
    if name not in there:
        raise ConfigError(
            say(
                "there is no device {value} on this machine; there are: {list}",
                value=repr(name),
                list=Listing(["auto", *there]),
            )
        )
    return torch.device(name)
