"""`python -m gan.evaluate`: one table, one file, and a sentence for what cannot be judged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gan import evaluate, fit_classifier
from gan.data import load_dataset
from gan.evaluation import command, inception, run
from gan.evaluation.samples import SampleError
from tests.made_digits import make_digits, write_csv, write_files, write_like
from tests.tiny_checkpoint import write_tiny

from .test_evaluation_run import PLAN


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> str:
    return str(write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.safetensors"))


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("samples") / "made.npz"
    images, labels = make_digits(2000, seed=5)
    np.savez(path, images=images, labels=labels)
    return str(path)


@pytest.fixture
def small(monkeypatch):
    """The quick plan, made smaller still."""
    monkeypatch.setattr(run, "QUICK", replace(PLAN, cas_seeds=(0,), styles=4))


def test_checkpoint_gets_a_table_and_json(checkpoint, made_root, small, tmp_path, capsys):
    out = tmp_path / "out.json"
    args = [checkpoint, "--data", str(made_root), "--quick", "--json", str(out), "--truncation", "0.7"]
    assert evaluate.main(args) == 0
    text = capsys.readouterr().out
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["subject"].keys() == {"checkpoint", "sha256", "truncation", "dataset"}
    assert found["subject"]["dataset"] == "mnist"
    assert found["subject"]["truncation"] == 0.7
    assert found["subject"]["sha256"] in text
    assert all(name in text for name in found["figures"])
    assert len(found["classes"]) == 10
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_another_layout_and_dark_ink_give_the_same_figures(samples, made_root, small, tmp_path, capsys):
    found = []
    for split in ("train", "test"):
        data = load_dataset(made_root, split)
        write_csv(tmp_path / f"{split}.csv", 255 - data.images.numpy(), data.labels.numpy())
    for root in (made_root, tmp_path):
        out = tmp_path / "out.json"
        assert evaluate.main([samples, "--data", str(root), "--quick", "--json", str(out)]) == 0
        text = capsys.readouterr().out
        assert text.count("dark ink on light paper is inverted") == (2 if root == tmp_path else 0)
        figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
        found.append({name: figure for name, figure in figures.items() if not name.startswith("ms_")})
    assert found[0] == found[1]
    assert evaluate.main([samples, "--data", str(tmp_path), "--quick", "--invert", "maybe"]) == 2
    assert "--invert is 'maybe'" in capsys.readouterr().err


def test_samples_get_what_needs_no_model(samples, made_root, small, capsys):
    assert evaluate.main([samples, "--data", str(made_root), "--quick"]) == 0
    text = capsys.readouterr().out
    assert "fid_600" in text
    assert "not applicable: style" in text
    assert "not applicable: cost" in text
    assert "ms_1" not in text


def refuse(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on stderr with which the command ends."""
    assert evaluate.main(args) == 2
    error = capsys.readouterr().err
    assert error.startswith("gan.evaluate: ")
    assert error.count("\n") == 1
    return error


def test_no_work_is_begun_on_bad_input(checkpoint, samples, made_root, small, tmp_path, capsys, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(run, "evaluate", fail)
    data = ["--data", str(made_root)]
    empty = tmp_path / "empty.npz"
    np.savez(empty)
    fashion = write_tiny(tmp_path / "fashion.safetensors", ("shirt", "shoe"))
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(Path(checkpoint).read_bytes()[:300])
    assert "there is no" in refuse(["nobody", *data], capsys).lower()
    assert "damaged" in refuse([str(damaged), *data], capsys)
    assert "no images and no labels" in refuse([str(empty), *data], capsys)
    assert "draws shirt, shoe, but mnist in" in refuse([str(fashion), *data], capsys)
    assert "--dataset is for an .npz" in refuse([checkpoint, *data, "--dataset", "mnist"], capsys)
    assert "Unknown dataset 'cifar': there are mnist" in refuse([samples, *data, "--dataset", "cifar"], capsys)
    assert "No QMNIST under" in refuse([samples, *data, "--dataset", "qmnist"], capsys)
    assert "No classifier weights at" in refuse([checkpoint, *data, "--reader", str(tmp_path / "none")], capsys)
    assert "damaged" in refuse([checkpoint, *data, "--reader", str(damaged)], capsys)
    assert "No MNIST under" in refuse([checkpoint, "--data", str(tmp_path)], capsys)
    assert "seed is -1" in refuse([checkpoint, *data, "--seed", "-1"], capsys)
    assert "psi is 2.0" in refuse([checkpoint, *data, "--truncation", "2"], capsys)
    assert "psi is nan" in refuse([checkpoint, *data, "--truncation", "nan"], capsys)
    assert "--truncation is for a checkpoint" in refuse([samples, *data, "--truncation", "0.5"], capsys)
    assert "no device 'tpu'" in refuse([checkpoint, *data, "--device", "tpu"], capsys)
    assert "is a folder" in refuse([checkpoint, *data, "--json", str(tmp_path)], capsys)
    assert "cannot be written" in refuse([checkpoint, *data, "--json", str(tmp_path / "no" / "x")], capsys)
    # Without --quick the plan is the full one, for which 200 test digits are too few.
    assert "has 200 images; 2000 are the least" in refuse([samples, *data], capsys)


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> dict[str, str]:
    """A folder of three named classes, a reader fitted on it, and a checkpoint that says it learned from it."""
    root = tmp_path_factory.mktemp("three")
    write_files(root / "data", train=3000, test=400, classes=3)
    (root / "data" / "classes.txt").write_text("nought\none\ntwo\n")
    reader = root / "reader.safetensors"
    args = ["--dataset", "folder", "--data", str(root / "data"), "--out", str(reader), "--epochs", "3"]
    assert fit_classifier.main(args) == 0
    checkpoint = write_tiny(root / "three.safetensors", ("nought", "one", "two"), dataset="folder")
    return {"data": str(root / "data"), "reader": str(reader), "checkpoint": str(checkpoint)}


def test_a_dataset_of_ones_own_is_judged_by_its_own_reader(three, small, tmp_path, capsys):
    out = tmp_path / "out.json"
    args = [three["checkpoint"], "--data", three["data"], "--reader", three["reader"], "--quick", "--json", str(out)]
    assert evaluate.main(args) == 0
    assert "1 one" in capsys.readouterr().out
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["subject"]["dataset"] == "folder"
    assert found["subject"]["reader"] == three["reader"]
    assert [row["name"] for row in found["classes"]] == ["nought", "one", "two"]


def test_without_its_reader_the_sentence_says_how_to_fit_one(three, samples, made_root, small, tmp_path, capsys):
    said = refuse([three["checkpoint"], "--data", three["data"], "--quick"], capsys)
    assert "shipped reader knows the classes of mnist, not of folder" in said
    assert "python -m gan.fit_classifier --dataset folder --data ROOT --out folder-reader.safetensors`" in said
    said = refuse([samples, "--dataset", "kmnist", "--data", str(made_root)], capsys)
    assert "gan.fit_classifier --dataset kmnist" in said
    mnist = [samples, "--data", str(made_root), "--reader", three["reader"]]
    assert "knows the classes of folder, not of mnist" in refuse(mnist, capsys)
    other = str(write_files(tmp_path / "other", train=300, test=200, classes=4))
    said = refuse([three["checkpoint"], "--data", other, "--reader", three["reader"], "--quick"], capsys)
    assert "The reader tells nought, one, two apart, but folder in" in said
    assert "has 0, 1, 2, 3; one fitted on these classes is wanted" in said


@pytest.mark.parametrize("name", ["qmnist", "emnist-digits"])
def test_the_shipped_reader_serves_every_set_of_handwritten_digits(name, samples, small, tmp_path, capsys):
    root = write_like(tmp_path, name, train=600, test=200)
    assert evaluate.main([samples, "--data", str(root), "--quick", "--dataset", name]) == 0
    assert f"dataset {name}" in capsys.readouterr().out


def test_a_checkpoint_without_classes_gets_the_shares_of_what_it_draws(made_root, small, tmp_path, capsys):
    blind = write_tiny(tmp_path / "blind.safetensors", ("any",), unconditional=True)
    assert evaluate.main([str(blind), "--data", str(made_root), "--quick"]) == 0
    text = capsys.readouterr().out
    assert "real share" in text
    assert "not applicable: class accuracy, CAS, style" in text


def test_missing_libraries_are_named(checkpoint, monkeypatch, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert "pip install -r requirements-evaluate.txt" in refuse([checkpoint], capsys)


def test_inception_without_its_weights_is_a_sentence(checkpoint, made_root, small, monkeypatch, capsys):
    def fail() -> None:
        raise SampleError("Inception's weights could not be downloaded (no network)")

    monkeypatch.setattr(inception, "fetch_inception", fail)
    error = refuse([checkpoint, "--data", str(made_root), "--quick", "--inception"], capsys)
    assert "could not be downloaded" in error


def test_interrupted_command_says_so_and_writes_nothing(checkpoint, made_root, small, monkeypatch, tmp_path, capsys):
    def stop(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "evaluate", stop)
    out = tmp_path / "out.json"
    assert evaluate.main([checkpoint, "--data", str(made_root), "--quick", "--json", str(out)]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
