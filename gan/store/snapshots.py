"""How released weights came about: snapshots of G over their run, and the run's curves, beside them in checkpoints/.

    NAME.history.safetensors    the snapshots, in half precision; the header has their config and SHA-256
    NAME.history.json           each moment's figures, and the run's curves, thinned to a few hundred points

Both files name the SHA-256 of the weights that they belong to, and are refused beside others. They are made by
gan.training.moments.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from gan.config import Config
from gan.errors import Refusal, say
from gan.models import GeneratorNetwork, build_generator
from gan.store import released as checkpoint
from gan.store import sidecar
from gan.store.atomic import write_atomically
from gan.store.sidecar import CHANGED, LARGE, Fault, Seal

KEY = "digit_forge_history"  # the header entry that marks a file as a history
FORMAT = 1
ENDINGS = (".history.safetensors", ".history.json")
MAX_BYTES = 12_000_000  # of all snapshots together

SEAL = Seal(FORMAT, key=KEY, digest="snapshots", most=2 * MAX_BYTES)
FIGURES_SEAL = Seal(None)
REASONS = {
    LARGE: "it is larger than any history",
    CHANGED: "the snapshots do not have the SHA-256 that the header gives",
}

# What is kept of a run's log: the losses, and what D thought
CURVES = ("loss_d", "loss_g", "prob_real", "prob_fake", "won")
FIGURES = ("accuracy", "diversity")


class HistoryError(Refusal):
    """There is no history, or it belongs to other weights; the message is one sentence."""


@dataclass(frozen=True)
class History:
    """A run in memory.

    Attributes:
        name: of the weights that it led to.
        config: the run's.
        moments: one row of figures a snapshot (images, seconds, CURVES and FIGURES; None for unknown), in order.
        curves: "run": {"images": [...], "loss_d": [...], ...}, "checks": {"images": [...], "accuracy": [...], ...}.
        tensors: the snapshots' weights in half precision, named MOMENT/NAME.
    """

    name: str
    config: Config
    moments: list[dict[str, Any]]
    curves: dict[str, dict[str, list[float | None]]]
    tensors: dict[str, Tensor]

    def build(self, index: int) -> GeneratorNetwork:
        """G as it was at that moment, frozen, in eval mode."""
        network = build_generator(self.config)
        prefix = _stem(self.moments[index]["images"])
        weights = {key.removeprefix(prefix): value for key, value in self.tensors.items() if key.startswith(prefix)}
        network.load_state_dict(weights, strict=True)
        return network.eval().requires_grad_(False)


def _stem(images: int) -> str:
    return f"{images:09d}/"


def get_paths(name: str) -> tuple[Path, Path]:
    """Where the history of the weights `name` lies: the snapshots, and the figures."""
    return checkpoint.find_file(f"{name}{ENDINGS[0]}"), checkpoint.find_file(f"{name}{ENDINGS[1]}")


def write_history(
    name: str,
    weights: str,
    config: Config,
    moments: list[dict[str, Any]],
    networks: Mapping[int, Mapping[str, Tensor]],
    curves: dict[str, Any],
) -> tuple[Path, Path]:
    """Write the history of the weights `name`, whose SHA-256 is `weights` -> the two files.

    networks: the weights of G at each moment, by images seen; they are kept in half precision.
    """
    tensors = {
        _stem(images) + key: (value.half() if value.is_floating_point() else value).contiguous()
        for images, network in networks.items()
        for key, value in network.items()
    }
    path, told = (checkpoint.choose_file(name, ending) for ending in ENDINGS)
    sidecar.write(path, SEAL, tensors, {"weights": weights, "config": config.to_dict()})
    figures = {
        "format": FORMAT,
        "weights": weights,
        "snapshots": sidecar.hash_tensors(tensors),
        "moments": moments,
        "curves": curves,
    }
    text = json.dumps(figures, sort_keys=True) + "\n"
    write_atomically(told, lambda part: part.write_text(text))
    return path, told


def read_history(name: str, weights: str) -> History:
    """Read and verify the history of the weights `name`, whose SHA-256 is `weights`.

    Raises HistoryError: there is none, it belongs to other weights, or it is damaged.
    """
    path, told = get_paths(name)
    if not path.is_file() or not told.is_file():
        raise HistoryError(
            say(
                "the run that made {name} left no history here; python -m gan.history add RUN --name {name} brings one",
                name=name,
            )
        )

    def build(header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[History, set[str], bool]:
        figures = sidecar.read(told, FIGURES_SEAL, lambda found, _: found)
        found = History(name, Config.from_dict(header["config"]), figures["moments"], figures["curves"], tensors)
        return found, {header["weights"], figures["weights"]}, figures["snapshots"] == header["snapshots"]

    try:
        found, belongs, together = sidecar.read(path, SEAL, build)
    except Fault as fault:
        reason = REASONS.get(fault.why, str(fault).splitlines()[0].rstrip("."))
        raise HistoryError(
            say("the history of {name} is damaged and cannot be shown ({reason})", name=name, reason=reason)
        ) from fault
    if belongs != {weights} or not together:
        raise HistoryError(
            say(
                "the history there is for {name} belongs to other weights ({other}, not {weights}); "
                "python -m gan.history add RUN --name {name} brings the right one",
                name=name,
                other=min(belongs)[:12],
                weights=weights[:12],
            )
        )
    return found


def choose_evenly(count: int, most: int) -> list[int]:
    """Up to `most` of the indices 0 to count - 1, evenly spread and with both ends."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / max(1, most - 1)) for i in range(most)})
