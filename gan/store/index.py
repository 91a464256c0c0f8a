"""checkpoints/index.json, which says what each released file is; and how one gets there.

python -m gan.checkpoint add FILE --name NAME [--metrics JSON]
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gan.errors import Sentence, say, strip_stop
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.names import explain_name, is_beside
from gan.store.released import CheckpointError, Released, choose_file, read_released

INDEX = "index.json"


def read_index() -> dict[str, Any]:
    """What is known of the checkpoints: name -> what it is, its SHA-256, metrics and the command that made it.

    Of two folders' rows of a name the first counts, as with the files. CheckpointError for a damaged file.
    """
    found: dict[str, Any] = {}
    for folder in reversed(checkpoint.list_folders()):
        found |= _read_rows(folder / INDEX)
    return found


def _read_rows(path: Path) -> dict[str, Any]:
    """The rows of one index.json; none where there is no such file."""
    if not path.is_file():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
            raise TypeError("it is not an object of named rows")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise CheckpointError(
            say("the file {file} is damaged ({reason}); mend or remove it.", file=path.name, reason=str(error))
        ) from error
    return rows


def add(file: Path, name: str, about: str, metrics: Path | None = None) -> None:
    """Take a released file into checkpoints/ under `name` and write its row of index.json.

    `metrics` is what `gan.evaluate --json` wrote of the same weights. CheckpointError, and nothing is written, for a
    name that is none or another's but for capitals, a file or figures that are no good, or a folder that is read-only.
    """
    if said := explain_name(name):
        raise CheckpointError(said)
    twin = next((one for one in checkpoint.list_files() if one.lower() == name.lower() and one != name), None)
    if twin is not None:
        raise CheckpointError(
            say("there is a model {value} already, and many disks take both names for one.", value=repr(twin))
        )
    released = read_released(file)
    figures = {} if metrics is None else _read_figures(metrics, released)
    target = choose_file(name, ".safetensors")
    index = target.with_name(INDEX)
    rows = _read_rows(index)
    data = released.path.read_bytes()
    row = {
        "about": about,
        "sha256": released.sha256,
        "bytes": len(data),
        "trained": released.meta.get("trained"),
        "metrics": figures,
    }
    text = json.dumps({**rows, name: row}, indent=2, sort_keys=True) + "\n"
    write_atomically(target, lambda part: part.write_bytes(data))
    write_atomically(index, lambda part: part.write_text(text, encoding="utf-8"))


def _read_figures(metrics: Path, released: Released) -> dict[str, Any]:
    """The figures that were measured of these very weights."""
    try:
        found = json.loads(metrics.read_text(encoding="utf-8"))
        measured = found["subject"]["sha256"]
        figures = {key: {"value": one["value"], "real": one["real"]} for key, one in found["figures"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            say("{file} is not what gan.evaluate --json writes of a checkpoint.", file=str(metrics))
        ) from error
    if measured != released.sha256:
        raise CheckpointError(
            say(
                "{file} was measured on other weights ({made}, not {here}).",
                file=str(metrics),
                made=str(measured)[:12],
                here=released.sha256[:12],
            )
        )
    return figures


def list_rows() -> Iterator[str]:
    """A line for each file that is a generator, or should be: name, size, SHA-256 and network, between tabs.

    Of one that is not offered the file, and why; the list goes on.
    """
    files = checkpoint.list_files()
    for name in sorted(files, key=lambda name: (name != "digits", name)):
        if is_beside(name):
            continue
        said: Sentence | str | None = explain_name(name)
        try:
            found = read_released(files[name])
        except CheckpointError as error:
            said = error.sentence
        if said:
            yield f"{files[name].name}\tnot offered: {strip_stop(said)}"
            continue
        size = found.path.stat().st_size / 1e6
        yield f"{name}\t{size:.1f} MB\tsha256 {found.sha256[:12]}\t{found.config.generator}"
    if not files:
        yield (
            f"no checkpoints in {checkpoint.CHECKPOINTS}: train one with python -m gan.train, name a folder that holds "
            "some with GAN_CHECKPOINTS, or sample one of the Hugging Face Hub as USER/REPO"
        )
