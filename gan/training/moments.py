"""The history of released weights is made: the snapshots of their run measured, its curves thinned.

Notable choices
- A moment's accuracy and diversity are measured on that very snapshot; the run's own checks fill the curve between.
- Moments are log-spaced, as most happens early, and so are the points of the curves.

    python -m gan.history add runs/digits --name digits --data data    # after `python -m gan.checkpoint add`
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.config import Config, list_marked
from gan.data import load_dataset
from gan.drawing.noise import draw_noise
from gan.errors import strip_stop
from gan.store import released as checkpoint
from gan.store.names import explain_name
from gan.store.released import CheckpointError, Released, read_released
from gan.store.snapshots import (
    CURVES,
    FIGURES,
    MAX_BYTES,
    HistoryError,
    choose_evenly,
    get_paths,
    read_history,
    write_history,
)
from gan.training import run_folder
from gan.training.class_check import Checker, load_reader
from gan.training.log import read_rows
from gan.training.samples import list_checked

POINTS = 300  # of a curve, at most
NEAR = 1.5  # a row of the log tells of a moment if its images differ by no more than this factor
ROWS = 5  # of the log behind a moment's losses, at most


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
    paths = list(run_folder.list_snapshots(run).values())
    if len(paths) < 2:
        raise HistoryError(f"{run / run_folder.HISTORY} holds {len(paths)} snapshots; a history needs at least 2")
    most = MAX_BYTES // max(path.stat().st_size for path in paths)
    found = [read_released(paths[place]) for place in choose_evenly(len(paths), most)]
    if any(_list_kept(one.config) != _list_kept(weights.config) for one in found):
        raise HistoryError(
            f"the snapshots in {run / run_folder.HISTORY} were made with other settings than the weights"
        )
    return found


def _list_kept(config: Config) -> dict[str, Any]:
    """The settings that stay as they are when a run is resumed or extended."""
    loose = {*list_marked("free"), *list_marked("extendable")}
    return {name: value for name, value in config.to_dict().items() if name not in loose}


@torch.inference_mode()
def _draw_check(released: Released) -> tuple[Tensor, Tensor]:
    """Pictures of every class, with the noise of the run's own checks: (N, 1, 28, 28), (N,)."""
    config = released.config
    y = list_checked(config.num_classes)
    z = draw_noise(config.seed, range(len(y)), config.z_dim, config.noise)
    return torch.cat([released.generator(*part) for part in zip(z.split(256), y.split(256), strict=True)]), y


def add(run: Path, name: str, root: Path) -> tuple[Path, Path]:
    """Write the history of the weights `name` from the run that made them -> the two files.

    root: of the run's data, with whose diversity the snapshots are compared. Raises HistoryError, CheckpointError,
    DataError or ClassifierError, one sentence each; nothing is written then.
    """
    if said := explain_name(name):
        raise HistoryError(said)
    released = read_released(name)
    made = read_released(run / run_folder.WEIGHTS)
    if made.sha256 != released.sha256:
        raise HistoryError(
            f"{run} made other weights ({made.sha256[:12]}) than checkpoints/{name}.safetensors holds "
            f"({released.sha256[:12]}); first run python -m gan.checkpoint add {run / run_folder.WEIGHTS} "
            f"--name {name}"
        )
    config = released.config
    snapshots = _read_snapshots(run, released)
    log = [row for row in read_rows(run / run_folder.LOG) if row["images"] > 0]
    checker = Checker(
        config, load_dataset(root, "train", name=config.dataset, invert=config.invert), load_reader(config)
    )
    moments = []
    for one in snapshots:
        trained = one.meta["trained"]
        images = int(trained["images"])
        near = find_near(log, images)
        check = checker.look(images, *_draw_check(one)).to_dict()
        moments.append(
            {
                "images": images,
                "seconds": trained["seconds"],
                **{key: _mean([row.get(key) for row in near]) for key in CURVES},
                **{key: check[key] for key in FIGURES},
                "accuracy_by_class": check["accuracy_by_class"],
            }
        )
    checked = {row["images"]: row for row in [*read_rows(run / run_folder.CHECKS), *moments]}
    checks = [checked[images] for images in sorted(checked) if images > 0]
    curves = {"run": thin(log, CURVES), "checks": thin(checks, FIGURES)}
    networks = {int(one.meta["trained"]["images"]): one.generator.state_dict() for one in snapshots}
    return write_history(name, released.sha256, config, moments, networks, curves)


def list_histories() -> Iterator[str]:
    """A line for each history there is: the weights' name, its moments, its size; of one that is no good, why."""
    for name in checkpoint.list_names():
        path, _ = get_paths(name)
        if path.is_file():
            try:
                found = read_history(name, read_released(name).sha256)
            except (HistoryError, CheckpointError) as error:
                yield f"{name}\tnot shown: {strip_stop(error.sentence)}"
                continue
            last = found.moments[-1]["images"]
            size = path.stat().st_size / 1e6
            yield f"{name}\t{len(found.moments)} moments to {last:,} images\t{size:.1f} MB"
