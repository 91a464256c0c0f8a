"""`python -m gan.export`: what is written, that it is whole and the same each time, and what it says."""

import hashlib
import json

import pytest
import torch
from safetensors.torch import load_file

from gan import export
from gan.ui.engine import onnx_files
from gan.ui.engine.layout import lay_out
from gan.ui.engine.parts import FORMAT
from tests.tiny_checkpoint import write_tiny

G_MOST = 1_050_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("digits")
    assert export.main(["digits", "--out", str(made)]) == 0
    return made


def read_manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_manifest_says_what_each_file_is(folder):
    told = read_manifest(folder)
    assert told["format"] == FORMAT
    assert (told["name"], told["z_dim"], told["w_dim"], told["noise"]) == ("digits", 64, 128, "normal")
    assert told["class_names"] == list("0123456789")
    assert told["verdict"]["kind"] == "calibrated"
    assert len(told["verdict"]["midpoint"]) == len(told["verdict"]["slope"]) == 10
    assert set(told["parts"]) == {"generator", "discriminator", "planes", "hand", "reader", "history"}
    assert told["parts"]["generator"]["bytes"] <= G_MOST
    assert sum(part["bytes"] for part in told["parts"].values()) <= 5_000_000
    history = json.loads((folder / told["parts"]["history"]["file"]).read_text())
    for part in (*told["parts"].values(), *history["moments"]):
        data = (folder / part["file"]).read_bytes()
        assert len(data) == part["bytes"]
        assert hashlib.sha256(data).hexdigest() == part["sha256"]
        assert part["sha256"][:12] in part["file"]


def test_nothing_else_is_left_in_the_folder(folder):
    told = read_manifest(folder)
    history = json.loads((folder / told["parts"]["history"]["file"]).read_text())
    files = {part["file"] for part in (*told["parts"].values(), *history["moments"])}
    assert {path.name for path in folder.iterdir()} == files | {"manifest.json"}


def test_the_same_model_gives_the_same_files(tmp_path, capsys):
    path = write_tiny(tmp_path / "tiny.safetensors")
    for name in ("one", "two"):
        assert export.main([str(path), "--out", str(tmp_path / name)]) == 0
    first, second = (sorted(file.name for file in (tmp_path / name).iterdir()) for name in ("one", "two"))
    assert first == second
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (tmp_path / "two" / "manifest.json").read_bytes()
    assert "of 1,000 pictures with these weights 0.00% of pixels are off" in capsys.readouterr().out


@pytest.mark.parametrize("generator", ["style", "mlp", "mlp-batchnorm", "dcgan"])
def test_every_architecture_of_ours_is_laid_out(tmp_path, generator):
    path = write_tiny(tmp_path / "tiny.safetensors", generator=generator)
    assert export.main([str(path), "--out", str(tmp_path / "out")]) == 0
    part = read_manifest(tmp_path / "out")["parts"]["generator"]
    tensors = load_file(tmp_path / "out" / part["file"])
    assert part["network"] in ("style", "dense", "dcgan")
    assert tensors["w_mean"].dtype == torch.float32
    assert read_manifest(tmp_path / "out")["verdict"] is None


def test_classes_by_other_names_and_none_at_all(tmp_path):
    path = write_tiny(tmp_path / "shoes.safetensors", ("Bag", "Boot", "Coat"))
    assert export.main([str(path), "--out", str(tmp_path / "out")]) == 0
    assert read_manifest(tmp_path / "out")["class_names"] == ["Bag", "Boot", "Coat"]
    path = write_tiny(tmp_path / "any.safetensors", ("any",), unconditional=True)
    assert export.main([str(path), "--out", str(tmp_path / "any")]) == 0
    assert read_manifest(tmp_path / "any")["conditional"] is False


def test_what_the_engine_does_not_have_is_left_to_the_server(tmp_path, monkeypatch, capsys):
    assert lay_out(torch.nn.Linear(2, 2)) is None
    monkeypatch.setattr("gan.ui.engine.parts.lay_out", lambda network: None)
    path = write_tiny(tmp_path / "tiny.safetensors")
    assert export.main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert "the page's engine does not draw with the architecture style of tiny" in capsys.readouterr().err.replace(
        "The", "the"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["nowhere", "../x", ""])
def test_a_model_that_is_not_there_is_a_sentence(tmp_path, capsys, name):
    assert export.main([name, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("gan.export: ")
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    path = write_tiny(tmp_path / "tiny.safetensors")
    assert export.main([str(path), "--out", str(tmp_path / "file")]) == 2
    assert "file" in capsys.readouterr().err


def test_without_the_packages_onnx_is_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(onnx_files, "list_missing", lambda: ["onnxscript"])
    path = write_tiny(tmp_path / "tiny.safetensors")
    assert export.main([str(path), "--out", str(tmp_path / "out"), "--onnx"]) == 2
    assert "requirements-onnx.txt" in capsys.readouterr().err
    assert not (tmp_path / "out" / "onnx").exists()


def test_onnx_does_what_pytorch_does(tmp_path, monkeypatch, capsys):
    """The smallest generator: what the other networks cost is time, and `python -m gan.export` checks them all."""
    networks = onnx_files.list_networks
    monkeypatch.setattr(onnx_files, "list_networks", lambda *of: [next(iter(networks(*of)))])
    path = write_tiny(tmp_path / "tiny.safetensors")
    files = onnx_files.write_onnx_files(str(path), tmp_path / "onnx")
    assert [file.name for file in files] == ["generator.onnx"]
    assert [file.name for file in (tmp_path / "onnx").iterdir()] == ["generator.onnx"]
    assert "largest error of 1,000 inputs" in capsys.readouterr().out
    monkeypatch.setattr(onnx_files, "measure_error", lambda one, file: 0.5)
    monkeypatch.setattr(onnx_files, "export", lambda one, file: file.write_bytes(b""))
    with pytest.raises(onnx_files.OnnxError, match="differs from PyTorch by 5.0e-01; do not use it"):
        onnx_files.write_onnx_files(str(path), tmp_path / "again")
