import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import gan
from gan.config import Config
from gan.models import build_discriminator, build_generator
from gan.store import index
from gan.store import released as checkpoint
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, read_released, write_released
from gan.store.sidecar import hash_tensors
from gan.store.state import get_previous, read_last_state, read_state, write_state

CONFIG = Config(z_dim=8, w_dim=16, g_width=12, d_width=4, images=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "small.safetensors"
    write_released(
        path, CONFIG, build_generator(CONFIG), build_discriminator(CONFIG), {"class_names": list("0123456789")}
    )
    return path


def test_what_was_written_is_what_is_read(file: Path):
    torch.manual_seed(0)
    g, d = build_generator(CONFIG).eval(), build_discriminator(CONFIG).eval()
    released = read_released(file)
    assert released.name == "small"
    assert released.config == CONFIG
    z, y = torch.randn(3, 8), torch.tensor([1, 2, 3])
    with torch.no_grad():
        assert torch.equal(g(z, y), released.generator(z, y))
        images = g(z, y)
        assert released.discriminator is not None
        assert torch.equal(d(images, y), released.discriminator(images, y))


def test_networks_come_frozen_and_in_eval_mode(file: Path):
    released = read_released(file)
    assert not released.generator.training
    assert not any(parameter.requires_grad for parameter in released.generator.parameters())


def test_the_hash_is_of_the_weights_not_of_the_file(file: Path, tmp_path: Path):
    tensors = load_file(file)
    assert hash_tensors(tensors) == read_released(file).sha256
    again = tmp_path / "again.safetensors"
    write_released(
        again, CONFIG, read_released(file).generator, read_released(file).discriminator, {"note": "other header"}
    )
    assert read_released(again).sha256 == read_released(file).sha256
    name = next(iter(tensors))
    tensors[name] = tensors[name] + 1
    assert hash_tensors(tensors) != read_released(file).sha256


@pytest.mark.parametrize("keep", [0, 7, 100, 0.5, 0.999])
def test_a_truncated_file_is_refused_by_name(file: Path, keep: float):
    data = file.read_bytes()
    file.write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(CheckpointError, match=r"small\.safetensors is damaged"):
        read_released(file)


def test_one_changed_byte_is_noticed(file: Path):
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    with pytest.raises(CheckpointError, match="SHA-256"):
        read_released(file)


def test_a_foreign_safetensors_file_is_refused(tmp_path: Path):
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="not a generator of this project"):
        read_released(path)


@pytest.mark.parametrize("content", [b"not weights at all", b"\x80\x04\x95cos\nsystem\n", b""])
def test_what_is_no_safetensors_at_all_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"model\.pt is damaged or not a safetensors file"):
        read_released(path)


def rewrite_header(file: Path, **changes: object) -> None:
    tensors = load_file(file)
    header = {**read_released(file).meta, **changes}
    save_file(tensors, file, metadata={checkpoint.KEY: json.dumps(header)})


def test_weights_that_do_not_fit_their_config_are_refused(file: Path):
    rewrite_header(file, config=Config(z_dim=8, w_dim=16, g_width=24, d_width=4, images=1).to_dict())
    with pytest.raises(CheckpointError, match="does not fit"):
        read_released(file)


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({**CONFIG.to_dict(), "generator": "nonesuch"}, "nonesuch"),
        ({**CONFIG.to_dict(), "surprise": 1}, "surprise"),
        ({**CONFIG.to_dict(), "z_dim": "eight"}, "z_dim"),
    ],
)
def test_an_unknown_config_is_named(file: Path, config: dict[str, object], word: str):
    rewrite_header(file, config=config)
    with pytest.raises(CheckpointError, match=word):
        read_released(file)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path):
    g = build_generator(CONFIG)
    next(g.parameters()).data.fill_(float("nan"))
    path = tmp_path / "nan.safetensors"
    write_released(path, CONFIG, g, None, {})
    with pytest.raises(CheckpointError, match="not finite"):
        read_released(path)


def test_an_unknown_name_lists_those_there_are(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", file.parent)
    with pytest.raises(CheckpointError, match="no checkpoint 'nonesuch'; the names there are: small"):
        gan.load("nonesuch")
    assert gan.load("small").name == "small"


@pytest.mark.parametrize("name", ["", "../secret", "a\0b", "/nonexistent/x.safetensors"])
def test_odd_names_are_refused_in_a_sentence(name: str):
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        gan.load(name)


def test_listing_leaves_out_what_is_not_a_generator(file: Path, monkeypatch: pytest.MonkeyPatch):
    save_file({"x": torch.zeros(3)}, file.parent / "foreign.safetensors")
    (file.parent / "broken.safetensors").write_bytes(b"half a fi")
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", file.parent)
    assert checkpoint.list_names() == ["small"]


def test_adding_copies_the_file_and_writes_its_row(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", folder)
    index.add(file, "new", "a test")
    assert checkpoint.list_names() == ["new"]
    row = index.read_index()["new"]
    assert row["sha256"] == read_released("new").sha256
    assert row["about"] == "a test"


def test_metrics_are_taken_in_only_for_the_weights_they_were_measured_on(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", folder)
    found = {"subject": {"sha256": read_released(file).sha256}, "figures": {"fid_10k": {"value": 1.5, "real": 0.1}}}
    metrics = tmp_path / "metrics.json"
    metrics.write_text(json.dumps(found))
    index.add(file, "new", "a test", metrics)
    assert index.read_index()["new"]["metrics"] == {"fid_10k": {"value": 1.5, "real": 0.1}}
    index.add(file, "new", "measured no more")
    assert index.read_index()["new"]["metrics"] == {}
    metrics.write_text(json.dumps({**found, "subject": {"sha256": "0" * 64}}))
    with pytest.raises(CheckpointError, match="measured on other weights"):
        index.add(file, "new", "a test", metrics)
    metrics.write_text("[]")
    with pytest.raises(CheckpointError, match="not what gan.evaluate --json writes"):
        index.add(file, "new", "a test", metrics)


def test_a_write_that_fails_leaves_the_old_file_and_no_half(tmp_path: Path):
    path = tmp_path / "kept"
    path.write_text("old")

    def fail(part: Path) -> None:
        part.write_text("ha")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_training_state_never_unpickles(tmp_path: Path):
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("executed",)

    path = tmp_path / "state.pt"
    torch.save({"x": Evil()}, path)
    with pytest.raises(CheckpointError, match="damaged"):
        read_state(path)


# ---- training state -------------------------------------------------------------------------------------------------

WEIGHTS = torch.arange(600.0).view(20, 30)
STATE = {"config": {}, "step": 3, "g": {"w": WEIGHTS}, "notes": {"why": None, "bells": [1, 2.5]}}


def same_state(a: dict[str, Any], b: dict[str, Any]) -> bool:
    rest = [{name: value for name, value in state.items() if name != "g"} for state in (a, b)]
    return rest[0] == rest[1] and torch.equal(a["g"]["w"], b["g"]["w"])


def write_two(path: Path) -> None:
    """States of steps 1 and 2."""
    for step in (1, 2):
        write_state(path, {**STATE, "step": step})


def test_state_comes_back_as_it_was_and_the_one_before_is_kept(tmp_path: Path):
    path = tmp_path / "state.pt"
    write_state(path, STATE)
    assert same_state(read_state(path), STATE)
    assert read_last_state(path)[1] is None
    assert not get_previous(path).exists()
    write_state(path, {**STATE, "step": 4})
    assert (read_state(path)["step"], read_state(get_previous(path))["step"]) == (4, 3)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["state.previous.pt", "state.pt"]


def test_no_single_byte_of_a_state_changes_what_is_read_unnoticed(tmp_path: Path):
    path = tmp_path / "state.pt"
    write_state(path, STATE)
    data = path.read_bytes()
    weights = data.index(WEIGHTS.numpy().tobytes())
    noticed = 0
    for at in sorted({*range(0, len(data), 13), *range(weights, weights + 2400, 97)}):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        try:
            assert same_state(read_state(path), STATE), at
        except CheckpointError:
            noticed += 1
        else:
            assert not weights <= at < weights + 2400
    assert noticed > 100


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a byte short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "text": lambda path: path.write_text("not a state"),
    "missing": lambda path: path.unlink(),
    "a flipped weight": lambda path: path.write_bytes(flip(path.read_bytes())),
    "another's": lambda path: torch.save([1, 2, 3], path),
    "without a config": lambda path: torch.save({"step": 1}, path),
}


def flip(data: bytes) -> bytes:
    at = data.index(WEIGHTS.numpy().tobytes()) + 1234
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_last_state_is_said_and_the_one_before_it_used(tmp_path: Path, how: str):
    path = tmp_path / "state.pt"
    write_two(path)
    DAMAGE[how](path)
    state, warning = read_last_state(path)
    assert state["step"] == 1
    what = "is missing" if how == "missing" else "is damaged"
    assert warning == f"The training state {path} {what}; the one before it, state.previous.pt, is used."
    # The next save does not put the damaged one in the place of the good one
    write_state(path, {**STATE, "step": 3})
    assert (read_state(path)["step"], read_state(get_previous(path))["step"]) == (3, 1)


@pytest.mark.parametrize("how", DAMAGE)
def test_two_damaged_states_are_refused_and_left_alone(tmp_path: Path, how: str):
    path = tmp_path / "state.pt"
    write_two(path)
    for one in (path, get_previous(path)):
        DAMAGE[how](one)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(CheckpointError, match=re.escape(str(path)) + "|not the training state"):
        read_last_state(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_full_disk_keeps_both_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "state.pt"
    write_two(path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def fill(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(OSError, match="No space left"):
        write_state(path, STATE)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


# What is run in a process that dies while it saves: the name of the call it dies in, and when.
DYING = """
import os, pathlib, signal, sys
sys.path.insert(0, {root!r})
from gan.store.state import write_state
import torch
where, path = sys.argv[1], pathlib.Path(sys.argv[2])
calls = []
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
real = pathlib.Path.replace
def replace(self, target):
    calls.append(self)
    if where == "before the renames" or (where == "between the renames" and len(calls) == 2):
        die()
    found = real(self, target)
    if where == "after the renames" and len(calls) == 2:
        die()
    return found
def write_bytes(self, data):
    with self.open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        die()
pathlib.Path.replace = replace
if where == "half way":
    pathlib.Path.write_bytes = write_bytes
write_state(path, {{"config": {{}}, "step": 3, "g": {{"w": torch.zeros(20, 30)}}}})
"""


@pytest.mark.parametrize(
    ("where", "steps"),
    [
        ("half way", (2, 1)),
        ("before the renames", (2, 1)),
        ("between the renames", (None, 2)),
        ("after the renames", (3, 2)),
    ],
)
def test_a_process_killed_while_it_saves_leaves_a_whole_state(
    tmp_path: Path, where: str, steps: tuple[int | None, int]
):
    path = tmp_path / "state.pt"
    write_two(path)
    root = str(Path(checkpoint.__file__).parents[2])
    run = subprocess.run([sys.executable, "-c", DYING.format(root=root), where, str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    found = [read_state(one)["step"] if one.exists() else None for one in (path, get_previous(path))]
    assert tuple(found) == steps
    state, warning = read_last_state(path)
    assert state["step"] == (steps[0] or steps[1])
    assert (warning is None) == (steps[0] is not None)
    write_state(path, {**STATE, "step": 9})  # over what was left half
    assert read_state(path)["step"] == 9
    assert not list(tmp_path.glob(".*"))
