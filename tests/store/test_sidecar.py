"""Files beside weights: one verifier, whatever is wrong with them, and each kind of file asks it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gan.store import sidecar
from gan.store.sidecar import Fault, Seal, hash_file, hash_tensors

ROOT = Path(__file__).resolve().parents[2]
TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4)}
NESTED, FLAT = Seal(format=1, key="ours"), Seal(format="ours/1", digest="sum", hash=hash_file)


def keep(header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    return header, tensors


def fail(why: str, path: Path, seal: Seal, weights: str | None = None) -> Fault:
    with pytest.raises(Fault) as error:
        sidecar.read(path, seal, keep, weights=weights)
    assert error.value.why == why
    return error.value


@pytest.mark.parametrize("seal", [NESTED, FLAT])
def test_what_was_written_is_what_is_read(tmp_path, seal):
    path = tmp_path / "x.safetensors"
    size = sidecar.write(path, seal, TENSORS, {"weights": "w", "note": "7"})
    assert path.stat().st_size == size
    header, tensors = sidecar.read(path, seal, keep, weights="w")
    assert header == {"format": seal.format, seal.digest: seal.hash(TENSORS), "weights": "w", "note": "7"}
    assert all(torch.equal(tensors[name], value) for name, value in TENSORS.items())


@pytest.mark.parametrize("seal", [NESTED, FLAT])
def test_every_fault_is_found_in_its_turn(tmp_path, seal):
    path = tmp_path / "x.safetensors"
    fail("missing", path, seal)
    fail("missing", tmp_path, seal)
    path.write_bytes(b"no such thing")
    assert fail("damaged", path, seal).reason
    save_file(TENSORS, path)
    fail("foreign", path, seal)
    sidecar.write(path, Seal(format="another", key=seal.key, digest=seal.digest, hash=seal.hash), TENSORS, {})
    fail("foreign", path, seal)
    sidecar.write(path, Seal(format=seal.format, key=seal.key, digest=seal.digest, hash=lambda _: "0"), TENSORS, {})
    fail("changed", path, seal)
    sidecar.write(path, seal, TENSORS, {})
    fail("others", path, seal, weights="w")
    sidecar.write(path, seal, TENSORS, {"weights": "v"})
    assert fail("others", path, seal, weights="w").found == "v"
    fail("large", path, Seal(format=seal.format, key=seal.key, digest=seal.digest, hash=seal.hash, most=10))


@pytest.mark.parametrize("error", [KeyError("a"), TypeError("b"), ValueError("c"), RuntimeError("d")])
def test_what_does_not_fit_says_why(tmp_path, error):
    path = tmp_path / "x.safetensors"
    sidecar.write(path, NESTED, TENSORS, {})

    def build(*_: object) -> None:
        raise error

    with pytest.raises(Fault) as fault:
        sidecar.read(path, NESTED, build)
    assert fault.value.why == "unfit"
    assert fault.value.reason == str(error)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", "[" * 100_000])
def test_json_that_is_no_object_is_damaged(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    fail("damaged", path, Seal(format=1))


@pytest.mark.parametrize("error", [PermissionError, IsADirectoryError, OSError])
@pytest.mark.parametrize("name", ["x.json", "x.safetensors"])
def test_file_that_the_system_refuses_is_damaged_and_its_folder_is_not_told(tmp_path, monkeypatch, name, error):
    path = tmp_path / name
    path.write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise error(5, "it may not be read", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(sidecar, "safe_open", refuse)
    assert fail(sidecar.DAMAGED, path, NESTED).reason == "it may not be read"


def test_json_has_its_format_and_its_weights(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"format": 1, "weights": "w", "x": 2}))
    header, tensors = sidecar.read(path, Seal(format=1), keep, weights="w")
    assert header["x"] == 2
    assert tensors == {}
    fail("foreign", path, Seal(format=2))
    fail("others", path, Seal(format=1), weights="v")


def test_hash_knows_names_types_and_shapes():
    told = {hash_tensors(TENSORS), hash_tensors({"a": TENSORS["a"].T, "b": TENSORS["b"]})}
    told |= {
        hash_tensors({"c": TENSORS["a"], "b": TENSORS["b"]}),
        hash_tensors({k: v.half() for k, v in TENSORS.items()}),
    }
    assert len(told) == 4


def test_nobody_else_opens_a_safetensors_file():
    """Released weights aside, which are verified by themselves."""
    opening = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "gan").rglob("*.py")
        if "safe_open(" in path.read_text(encoding="utf-8")
    }
    assert opening <= {
        "gan/store/sidecar.py",
        "gan/store/released.py",
        "gan/store/snapshots.py",
        "gan/training/moments.py",
    }
