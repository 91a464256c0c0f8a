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

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from gan.config import Config
from gan.errors import Refusal, say
from gan.models import GeneratorNetwork, build_generator
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.sidecar import hash_tensors

KEY = "digit_forge_history"  # the header entry that marks a file as a history
FORMAT = 1
MAX_BYTES = 12_000_000  # of all snapshots together

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
    folder = checkpoint.CHECKPOINTS
    return folder / f"{name}.history.safetensors", folder / f"{name}.history.json"


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
    figures = {
        "format": FORMAT,
        "weights": weights,
        "snapshots": hash_tensors(tensors),
        "moments": moments,
        "curves": curves,
    }
    header = {key: figures[key] for key in ("format", "weights", "snapshots")} | {"config": config.to_dict()}
    data = save(tensors, metadata={KEY: json.dumps(header, sort_keys=True)})
    path, told = get_paths(name)
    write_atomically(path, lambda part: part.write_bytes(data))
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
    try:
        figures = json.loads(told.read_text())
        if path.stat().st_size > 2 * MAX_BYTES:
            raise ValueError("it is larger than any history")
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[KEY])
            tensors = {key: file.get_tensor(key) for key in file.keys()}
        if header["format"] != FORMAT or header["snapshots"] != hash_tensors(tensors):
            raise ValueError("the snapshots do not have the SHA-256 that the header gives")
        config = Config.from_dict(header["config"])
        found = History(name, config, figures["moments"], figures["curves"], tensors)
        belongs = {header["weights"], figures["weights"]}
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise HistoryError(
            say("the history of {name} is damaged and cannot be shown ({reason})", name=name, reason=reason)
        ) from error
    if belongs != {weights} or figures["snapshots"] != header["snapshots"]:
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
