"""--dry-run tells what there is to learn from, in whichever layout, and shows one of each class."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gan
from gan.data import load_dataset
from gan.train import main
from gan.training.run_folder import WEIGHTS
from tests.made_digits import make_digits, write_csv, write_files, write_mnist, write_pictures

IMAGES, LABELS = make_digits(200, 0)
TINY = ("--preset", "tutorial-mlp", "--device", "cpu", "--threads", "1", "--images", "64", "--batch", "32")
QUICK = (*TINY, "--no-tensorboard", "--history-mb", "0", "--precision", "fp32")


def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([*TINY, "--out", str(tmp_path / "run"), "--dry-run", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_what_was_found_is_told_and_shown(tmp_path, capsys, made_root):
    status, said, _ = ask(capsys, tmp_path, "--data", str(made_root))
    assert status == 0
    assert f"layout         IDX files: {made_root / 'MNIST' / 'raw' / 'train-images-idx3-ubyte'}" in said
    assert "train          600 pictures, 60 to 60 a class" in said
    assert "test           200 pictures, 20 to 20 a class" in said
    assert "classes        10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in said
    path = tmp_path / "run-data.png"
    assert said.splitlines()[-1] == f"one of each    {path}"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    sheet = np.asarray(Image.open(path))
    assert sheet.shape == (3 * 32, 3 * (10 * 30 + 2))
    train = load_dataset(made_root)
    for label in range(10):
        first = train.images[train.labels == label][0, 0].numpy()
        assert np.array_equal(sheet[6 : 6 + 84 : 3, 6 + 90 * label : 6 + 90 * label + 84 : 3], first)


@pytest.mark.parametrize("name", ["mnist", "folder"])
def test_every_layout_is_told_of(tmp_path, capsys, name):
    layouts = {
        "CSV": write_csv(tmp_path / "a" / "mnist.csv", IMAGES, LABELS),
        "a folder of pictures a class": write_pictures(tmp_path / "b", IMAGES, LABELS),
        "IDX files": write_files(tmp_path / "c", train=200),
    }
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:20], y_test=LABELS[:20])
    layouts["a NumPy archive"] = tmp_path / "mnist.npz"
    for kind, path in layouts.items():
        status, said, error = ask(capsys, tmp_path, "--data", str(path), "--dataset", name)
        assert (status, error) == (0, "")
        assert f"layout         {kind}: {path}" in said
        assert "classes        10: 0, 1" in said
        assert ("20 of 20 test pictures are among" in said) == (kind == "a NumPy archive")
        assert ("no test split: one picture in 7" in said) == (kind in ("CSV", "a folder of pictures a class"))


@pytest.mark.parametrize("dataset", ["folder", "mnist"])
def test_data_that_cannot_be_used_end_a_dry_run_as_they_end_a_run(tmp_path, capsys, dataset):
    write_mnist(tmp_path / "data")
    (tmp_path / "data" / "MNIST" / "raw" / "train-labels-idx1-ubyte").write_bytes(b"no")
    words = ("--data", str(tmp_path / "data" / "MNIST"), "--dataset", dataset)
    status, said, error = ask(capsys, tmp_path, *words)
    assert status == 2
    assert "parameters" in said
    assert "train-labels-idx1-ubyte is cut short" in error
    assert main([*QUICK, "--out", str(tmp_path / "run"), *words]) == 2
    assert capsys.readouterr().err == error
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_missing_files_of_ones_own_are_said(tmp_path, capsys):
    status, _, error = ask(capsys, tmp_path, "--data", str(tmp_path / "none"), "--dataset", "folder")
    assert status == 2
    assert error.startswith("train.py: There is no data at ")


def test_a_test_split_that_is_not_there_is_said_and_is_no_fault(tmp_path, capsys):
    root = write_mnist(tmp_path / "data")
    (root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").unlink()
    status, said, _ = ask(capsys, tmp_path, "--data", str(root))
    assert status == 0
    assert "test           none: " in said
    assert "but no t10k-images-idx3-ubyte" in said


def test_a_run_says_what_it_changed_and_takes_the_folders_names(tmp_path, capsys):
    names = ["nought", "one", "two"]
    kept = LABELS < 3
    write_pictures(tmp_path / "data", 255 - IMAGES[kept], LABELS[kept], names)
    words = [*QUICK, "--data", str(tmp_path / "data"), "--dataset", "folder", "--out", str(tmp_path / "run")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "dark ink on light paper is inverted" in said
    assert "no test split: one picture in 7" in said
    generator = gan.load(str(tmp_path / "run" / WEIGHTS))
    assert generator.class_names == ("nought", "one", "two")
    assert generator.config.invert == "auto"
    assert main([*words, "--resume", "--invert", "no"]) == 2
    assert "invert was 'auto', now 'no'" in capsys.readouterr().err


def test_an_unwritable_place_for_the_sheet_is_a_sentence(tmp_path, capsys, made_root):
    (tmp_path / "file").write_text("")
    words = ["--out", str(tmp_path / "file" / "run"), "--dry-run", "--data", str(made_root)]
    assert main([*TINY, *words]) == 2
    assert "Traceback" not in capsys.readouterr().err
