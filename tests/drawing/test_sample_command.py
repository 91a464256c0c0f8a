import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import MNIST

import gan
from gan.data import to_uint8
from gan.sample import main
from tests.tiny_checkpoint import write_tiny


def draw(out: Path, *words: str) -> int:
    return main(["digits", "--out", str(out), *words])


def test_an_npz_holds_what_was_promised(tmp_path: Path):
    out = tmp_path / "made.npz"
    assert draw(out, "--digits", "407", "--count", "8", "--seed", "5", "--truncation", "0.7") == 0
    with np.load(out) as made:
        images, labels = made["images"], made["labels"]
    assert images.dtype == np.uint8
    assert images.shape == (8, 28, 28)
    assert labels.dtype == np.int64
    assert labels.tolist() == [4, 0, 7, 4, 0, 7, 4, 0]
    want = to_uint8(gan.load("digits").sample("40740740", seed=5, truncation=0.7))[:, 0].numpy()
    assert np.abs(images.astype(int) - want.astype(int)).max() <= 1


def test_more_than_a_batch_is_the_same_as_all_at_once(tmp_path: Path):
    out = tmp_path / "made.npz"
    assert draw(out, "--count", "300", "--seed", "1") == 0
    with np.load(out) as made:
        want = to_uint8(gan.load("digits").sample([i % 10 for i in range(300)], seed=1, batch_size=300))[:, 0].numpy()
        assert np.abs(made["images"].astype(int) - want.astype(int)).max() <= 1


def test_a_png_is_one_sheet_of_the_digits(tmp_path: Path):
    out = tmp_path / "sheet.png"
    assert draw(out, "--digits", "2026", "--count", "8", "--scale", "3") == 0
    with Image.open(out) as sheet:
        width, height = sheet.size
        pixels = np.asarray(sheet.convert("L"))
    assert width >= 4 * 28 * 3
    assert 2 * 28 * 3 <= height < 3 * 28 * 3
    assert pixels.max() > 200


def test_a_zip_holds_each_digit_and_a_table(tmp_path: Path):
    out = tmp_path / "digits.zip"
    assert draw(out, "--digits", "19", "--count", "4") == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        table = next(name for name in names if name.endswith(".csv"))
        rows = list(csv.DictReader(io.StringIO(archive.read(table).decode())))
        pictures = [name for name in names if name.endswith(".png")]
        with Image.open(io.BytesIO(archive.read(pictures[0]))) as first:
            assert first.size == (28, 28)
    assert len(rows) == len(pictures) == 4


def test_the_same_command_writes_the_same_file(tmp_path: Path):
    for name in ("a.npz", "b.npz"):
        assert draw(tmp_path / name, "--count", "20", "--seed", "9") == 0
    with np.load(tmp_path / "a.npz") as a, np.load(tmp_path / "b.npz") as b:
        assert np.array_equal(a["images"], b["images"])


def test_without_classes_the_command_draws_what_it_likes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    blind = str(write_tiny(tmp_path / "blind.safetensors", ("any",), unconditional=True))
    out = tmp_path / "made.npz"
    assert main([blind, "--count", "30", "--out", str(out)]) == 0
    with np.load(out) as made:
        assert made["images"].shape == (30, 28, 28)
        assert made["labels"].tolist() == [0] * 30
        assert len(np.unique(made["images"], axis=0)) == 30
    sheet = tmp_path / "sheet.png"
    assert main([blind, "--count", "30", "--scale", "1", "--out", str(sheet)]) == 0
    with Image.open(sheet) as picture:
        assert picture.width > 2 * picture.height
    sheet.unlink()
    capsys.readouterr()
    assert main([blind, "--digits", "407", "--out", str(sheet)]) == 2
    assert capsys.readouterr().err == (
        "gan.sample: Checkpoint blind was trained without classes and draws what it likes; leave --digits 407 out.\n"
    )
    assert not sheet.exists()


def test_classes_beyond_ten_are_numbers_between_commas(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    names = tuple("abcdefghijklmnopqrstuvwxyz")
    letters = str(write_tiny(tmp_path / "letters.safetensors", names))
    out = tmp_path / "made.npz"
    for digits, labels in (("3, 12,25", [3, 12, 25, 3]), ("312", [3, 1, 2, 3]), ("25,", [25] * 4)):
        assert main([letters, "--digits", digits, "--count", "4", "--out", str(out)]) == 0
        with np.load(out) as made:
            assert made["labels"].tolist() == labels
    assert main([letters, "--count", "52", "--out", str(out)]) == 0
    with np.load(out) as made:
        assert made["labels"].tolist() == [*range(26), *range(26)]
    capsys.readouterr()
    for digits, answer in (
        ("3,26", "26 is no class of letters; it draws 0 a, 1 b, "),
        ("3,-1", "'-1' is no class"),
        (",", "',' is not a digit"),
        ("1," + "9" * 5000, "is no class"),
    ):
        assert main([letters, "--digits", digits, "--out", str(tmp_path / "x.npz")]) == 2
        assert answer in capsys.readouterr().err
    assert not (tmp_path / "x.npz").exists()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--digits", "12x"], "'x' is not a digit"),
        (["--digits", ""], "no digit was given"),
        (["--count", "0"], "the count is 0; it must be a whole number from 1 to"),
        (["--count", "100001"], "from 1 to"),
        (["--count", "many"], "the count is 'many'"),
        (["--seed", "nan"], "the seed is 'nan'; it must be a whole number from 0 to 4,294,967,295"),
        (["--seed", "-1"], "the seed is -1"),
        (["--truncation", "2"], "truncation psi is 2.0; it must be a number from 0 to 1.5"),
        (["--truncation", "NaN"], "truncation psi is nan"),
        (["--columns", "0"], "from 1 to"),
    ],
)
def test_bad_input_is_one_sentence_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], answer: str
):
    out = tmp_path / "sheet.png"
    assert draw(out, *words) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert answer in said[0].replace("Truncation", "truncation").replace("The ", "the ").replace("No ", "no ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("out", "answer"), [("sheet.jpg", "must end in .npz, .png or .zip"), ("none/sheet.png", "does not exist")]
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, answer: str):
    assert draw(tmp_path / out) == 2
    assert answer in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_checkpoint_lists_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["nonesuch", "--out", str(tmp_path / "x.png")]) == 2
    assert "the names there are: digits" in capsys.readouterr().err


def test_a_dataset_in_mnists_own_files_is_read_by_torchvision(tmp_path: Path):
    assert draw(tmp_path / "made.idx.zip", "--count", "40", "--seed", "5") == 0
    assert draw(tmp_path / "made.npz", "--count", "40", "--seed", "5") == 0
    with zipfile.ZipFile(tmp_path / "made.idx.zip") as archive:
        archive.extractall(tmp_path)
    splits = [MNIST(tmp_path, train=train) for train in (True, False)]
    assert [len(split) for split in splits] == [35, 5]
    with np.load(tmp_path / "made.npz") as made:
        assert np.array_equal(np.concatenate([split.data.numpy() for split in splits]), made["images"])
        assert np.array_equal(np.concatenate([split.targets.numpy() for split in splits]), made["labels"])
