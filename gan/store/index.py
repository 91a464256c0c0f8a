"""checkpoints/index.json, which says what each released file is; and how one gets there.

python -m gan.checkpoint add FILE --name NAME [--metrics JSON]
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gan.errors import say
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, read_released


def read_index() -> dict[str, Any]:
    """checkpoints/index.json: name -> what it is, its SHA-256, metrics and the command that made it."""
    path = checkpoint.CHECKPOINTS / "index.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def add(file: Path, name: str, about: str, metrics: Path | None = None) -> None:
    """Take a released file into checkpoints/ under `name` and write its row of index.json.

    `metrics` is what `gan.evaluate --json` wrote of the same weights; CheckpointError when it is of others.
    """
    released = read_released(file)
    figures: dict[str, Any] = {}
    if metrics is not None:
        try:
            found = json.loads(metrics.read_text())
            measured = found["subject"]["sha256"]
            figures = {key: {"value": one["value"], "real": one["real"]} for key, one in found["figures"].items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                say("{file} is not what gan.evaluate --json writes of a checkpoint.", file=str(metrics))
            ) from error
        if measured != released.sha256:
            raise CheckpointError(
                say(
                    "{file} was measured on other weights ({made}, not {here}).",
                    file=str(metrics),
                    made=measured[:12],
                    here=released.sha256[:12],
                )
            )
    target = checkpoint.CHECKPOINTS / f"{name}.safetensors"
    write_atomically(target, lambda part: part.write_bytes(released.path.read_bytes()))
    row = {
        "about": about,
        "sha256": released.sha256,
        "bytes": target.stat().st_size,
        "trained": released.meta.get("trained"),
        "metrics": figures,
    }
    text = json.dumps({**read_index(), name: row}, indent=2, sort_keys=True) + "\n"
    write_atomically(checkpoint.CHECKPOINTS / "index.json", lambda part: part.write_text(text))


def list_rows() -> Iterator[str]:
    """A line for each checkpoint there is: name, size, SHA-256 and network, between tabs."""
    for name in checkpoint.list_names():
        found = read_released(name)
        size = found.path.stat().st_size / 1e6
        yield f"{name}\t{size:.1f} MB\tsha256 {found.sha256[:12]}\t{found.config.generator}"
