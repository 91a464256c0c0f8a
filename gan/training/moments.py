"""How released weights came about: snapshots of G over their run, and the run's curves, beside them in checkpoints/.

    NAME.history.safetensors    the snapshots, in half precision; the header has their config and SHA-256
    NAME.history.json           each moment's figures, and the run's curves, thinned to a few hundred points

Notable choices
- Both files name the SHA-256 of the weights that they belong to, and are refused beside others.
- A moment's accuracy and diversity are measured on that very snapshot; the run's own checks fill the curve between.
- Moments are log-spaced, as most happens early, and so are the points of the curves.

    python -m gan.history add runs/digits --name digits --data data    # after `python -m gan.checkpoint add`
    python -m gan.history                                              # list the histories there are
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from gan.config import EXTENDABLE, Config, ConfigError
from gan.data import DataError, get_root, load_dataset
from gan.drawing.noise import draw_noise
from gan.judges.classifier import ClassifierError
from gan.models import GeneratorNetwork, build_generator
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, Released, read_released
from gan.store.sidecar import hash_tensors
from gan.training.log import CHECKS, LOG, read_rows
from gan.training.watcher import Watch, load_reader

KEY = "digit_forge_history"  # the header entry that marks a file as a history
FORMAT = 1
MAX_BYTES = 12_000_000  # of all snapshots together
POINTS = 300  # of a curve, at most
EACH = 64  # pictures of a class behind a moment's figures, as in the run's own checks
NEAR = 1.5  # a row of the log tells of a moment if its images differ by no more than this factor
ROWS = 5  # of the log behind a moment's losses, at most

# What is kept of a run's log: the losses, and what D thought
CURVES = ("loss_d", "loss_g", "prob_real", "prob_fake", "won")
FIGURES = ("accuracy", "diversity")


class HistoryError(ValueError):
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


# ---- making one -----------------------------------------------------------------------------------------------------


def choose_evenly(count: int, most: int) -> list[int]:
    """Up to `most` of the indices 0 to count - 1, evenly spread and with both ends."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / max(1, most - 1)) for i in range(most)})


def thin(rows: Sequence[Mapping[str, Any]], names: Sequence[str], most: int = POINTS) -> dict[str, list[float | None]]:
    """Rows, each with `images` > 0, in order -> columns of at most `most` points, means over log-spaced bins.

    A point lies at the mean of its rows' images. What no row of a bin has is None.
    """
    columns: dict[str, list[float | None]] = {name: [] for name in ("images", *names)}
    if not rows:
        return columns
    first, last = rows[0]["images"], rows[-1]["images"]
    span = math.log(last / first) or 1.0
    bins: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        bins.setdefault(min(most - 1, int(math.log(row["images"] / first) / span * most)), []).append(row)
    for place in sorted(bins):
        for name, values in columns.items():
            values.append(_mean([row.get(name) for row in bins[place]]))
    return columns


def _mean(values: Sequence[Any]) -> float | None:
    known = [float(value) for value in values if isinstance(value, int | float) and math.isfinite(value)]
    return float(f"{sum(known) / len(known):.5g}") if known else None


def find_near(rows: Sequence[Mapping[str, Any]], images: int) -> list[Mapping[str, Any]]:
    """The rows of a log that tell of the moment `images`: the nearest few, none further off than the factor NEAR."""
    if images <= 0:
        return []
    apart = sorted((abs(math.log(row["images"] / images)), place) for place, row in enumerate(rows))
    return [rows[place] for distance, place in apart[:ROWS] if distance <= math.log(NEAR)]


def _read_snapshots(run: Path, weights: Released) -> list[Released]:
    """The snapshots of the run, in order, as many as MAX_BYTES holds; HistoryError when they are of another run."""
    paths = sorted((run / "history").glob("[0-9]*.safetensors"))
    if len(paths) < 2:
        raise HistoryError(f"{run / 'history'} holds {len(paths)} snapshots; a history needs at least 2")
    most = MAX_BYTES // max(path.stat().st_size for path in paths)
    found = [read_released(paths[place]) for place in choose_evenly(len(paths), most)]
    if any(_list_kept(one.config) != _list_kept(weights.config) for one in found):
        raise HistoryError(f"the snapshots in {run / 'history'} were made with other settings than the weights")
    return found


def _list_kept(config: Config) -> dict[str, Any]:
    """The settings that stay as they are when a run is resumed or extended."""
    free = {item.name for item in fields(Config) if item.metadata.get("free")}
    return {name: value for name, value in config.to_dict().items() if name not in free | set(EXTENDABLE)}


@torch.inference_mode()
def _draw_check(released: Released) -> tuple[Tensor, Tensor]:
    """EACH pictures of every class or more, with the noise of the run's own checks: (N, 1, 28, 28), (N,)."""
    config = released.config
    each = max(EACH, 640 // config.num_classes)
    y = torch.arange(config.num_classes).repeat_interleave(each)
    z = draw_noise(config.seed, range(len(y)), config.z_dim, config.noise)
    return torch.cat([released.generator(*part) for part in zip(z.split(256), y.split(256), strict=True)]), y


def add(run: Path, name: str, root: Path) -> tuple[Path, Path]:
    """Write the history of the weights `name` from the run that made them -> the two files.

    root: of the run's data, with whose diversity the snapshots are compared. Raises HistoryError, CheckpointError,
    DataError or ClassifierError, one sentence each; nothing is written then.
    """
    released = read_released(checkpoint.CHECKPOINTS / f"{name}.safetensors")
    made = read_released(run / "model.safetensors")
    if made.sha256 != released.sha256:
        raise HistoryError(
            f"{run} made other weights ({made.sha256[:12]}) than checkpoints/{name}.safetensors holds "
            f"({released.sha256[:12]}); first run python -m gan.checkpoint add {run / 'model.safetensors'} "
            f"--name {name}"
        )
    config = released.config
    snapshots = _read_snapshots(run, released)
    log = [row for row in read_rows(run / LOG) if row["images"] > 0]
    watch = Watch(config, load_dataset(root, "train", name=config.dataset), load_reader(config))
    moments, tensors = [], {}
    for one in snapshots:
        trained = one.meta["trained"]
        images = int(trained["images"])
        near = find_near(log, images)
        check = watch.look(images, *_draw_check(one)).to_dict()
        moments.append(
            {
                "images": images,
                "seconds": trained["seconds"],
                **{key: _mean([row.get(key) for row in near]) for key in CURVES},
                **{key: check[key] for key in FIGURES},
                "accuracy_by_class": check["accuracy_by_class"],
            }
        )
        for key, value in one.generator.state_dict().items():
            tensors[_stem(images) + key] = (value.half() if value.is_floating_point() else value).contiguous()
    checked = {row["images"]: row for row in [*read_rows(run / CHECKS), *moments]}
    checks = [checked[images] for images in sorted(checked) if images > 0]
    figures = {
        "format": FORMAT,
        "weights": released.sha256,
        "snapshots": hash_tensors(tensors),
        "moments": moments,
        "curves": {"run": thin(log, CURVES), "checks": thin(checks, FIGURES)},
    }
    header = {key: figures[key] for key in ("format", "weights", "snapshots")} | {"config": config.to_dict()}
    data = save(tensors, metadata={KEY: json.dumps(header, sort_keys=True)})
    path, told = get_paths(name)
    write_atomically(path, lambda part: part.write_bytes(data))
    text = json.dumps(figures, sort_keys=True) + "\n"
    write_atomically(told, lambda part: part.write_text(text))
    return path, told


# ---- reading one ----------------------------------------------------------------------------------------------------


def read_history(name: str, weights: str) -> History:
    """Read and verify the history of the weights `name`, whose SHA-256 is `weights`.

    Raises HistoryError: there is none, it belongs to other weights, or it is damaged.
    """
    path, told = get_paths(name)
    if not path.is_file() or not told.is_file():
        raise HistoryError(
            f"the run that made {name} left no history here; python -m gan.history add RUN --name {name} brings one"
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
        raise HistoryError(f"the history of {name} is damaged and cannot be shown ({reason})") from error
    if belongs != {weights} or figures["snapshots"] != header["snapshots"]:
        raise HistoryError(
            f"the history there is for {name} belongs to other weights ({min(belongs)[:12]}, not {weights[:12]}); "
            f"python -m gan.history add RUN --name {name} brings the right one"
        )
    return found


def main(argv: list[str] | None = None) -> int:
    """List the histories, or add one; 2 and a sentence when it cannot be added."""
    parser = argparse.ArgumentParser(prog="python -m gan.history", description=main.__doc__)
    sub = parser.add_subparsers(dest="what")
    adding = sub.add_parser("add", help="take the history of a run into checkpoints/")
    adding.add_argument("run", type=Path, metavar="RUN", help="folder of the run that made the weights")
    adding.add_argument("--name", required=True, help="the weights in checkpoints/ that it belongs to")
    adding.add_argument("--data", metavar="ROOT", help="data root; else GAN_DATA, else ./data")
    args = parser.parse_args(argv)
    try:
        if args.what == "add":
            add(args.run, args.name, get_root(args.data))
        for name in checkpoint.list_names():
            path, _ = get_paths(name)
            if path.is_file():
                found = read_history(name, read_released(name).sha256)
                last = found.moments[-1]["images"]
                size = path.stat().st_size / 1e6
                print(f"{name}\t{len(found.moments)} moments to {last:,} images\t{size:.1f} MB")
    except (HistoryError, CheckpointError, ClassifierError, ConfigError, DataError, OSError) as error:
        text = str(error).rstrip(".")
        print(f"gan.history: {text[:1].upper()}{text[1:]}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
