import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gan.data import FILES, DataError, get_root, load_dataset, to_float, to_uint8


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_split_is_uint8_images_and_int64_labels(data_root: Path, split: str):
    data = load_dataset(data_root, split)
    assert data.images.dtype == torch.uint8
    assert data.images.shape == (len(data), 1, 28, 28)
    assert data.labels.dtype == torch.int64
    assert data.labels.unique().tolist() == list(range(10))
    assert data.class_names == tuple("0123456789") or data.class_names[0] == "0"
    assert data.images.max() == 255


def test_the_splits_are_not_the_same_digits(data_root: Path):
    train, test = load_dataset(data_root, "train"), load_dataset(data_root, "test")
    assert len(train) > len(test)
    assert not torch.equal(train.images[: len(test)], test.images)


def test_every_grey_level_survives_the_way_there_and_back():
    levels = torch.arange(256, dtype=torch.uint8)
    floats = to_float(levels)
    assert floats.dtype == torch.float32
    assert floats[0] == -1
    assert floats[255] == 1
    assert torch.equal(to_uint8(floats), levels)


def test_values_outside_are_clamped_not_wrapped():
    assert to_uint8(torch.tensor([-3.0, -1.0001, 1.0001, 7.0])).tolist() == [0, 0, 255, 255]


def test_to_float_leaves_its_input_alone():
    levels = torch.arange(256, dtype=torch.uint8)
    to_float(levels)
    assert levels[7] == 7


@pytest.fixture
def copy(made_root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_root, tmp_path / "copy"))


def test_gzipped_files_are_read_as_well(copy: Path, made_root: Path):
    raw = copy / "MNIST" / "raw"
    for path in list(raw.iterdir()):
        (raw / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert torch.equal(load_dataset(copy, "test").images, load_dataset(made_root, "test").images)


def test_missing_data_says_where_to_put_which_files(tmp_path: Path):
    with pytest.raises(DataError, match=r"MNIST/raw: put its four files there \(train-images-idx3-ubyte") as error:
        load_dataset(tmp_path, "train")
    assert "--data or GAN_DATA" in str(error.value)


def spoil(path: Path, how: Callable[[bytes], bytes]) -> None:
    path.write_bytes(how(path.read_bytes()))


@pytest.mark.parametrize(
    ("which", "how", "words"),
    [
        (0, lambda data: data[:-100], "damaged or cut short"),
        (0, lambda data: data[:9], "fewer than its header's 16"),
        (0, lambda data: b"\x89PNG" + data[4:], "not an IDX file of 3 dimensions"),
        (1, lambda data: data[:8] + bytes([10]) + data[9:], "label 10; labels must be 0 to 9"),
        (1, lambda data: data[:4] + b"\0\0\0\1" + data[8:9], "must be as many"),
        (0, lambda data: data[:8] + b"\0\0\0\x1b" + data[12:], "damaged or cut short"),
    ],
)
def test_a_damaged_file_is_named(copy: Path, which: int, how: Callable[[bytes], bytes], words: str):
    path = copy / "MNIST" / "raw" / FILES["train"][which]
    spoil(path, how)
    with pytest.raises(DataError, match=words) as error:
        load_dataset(copy, "train")
    assert path.name in str(error.value)


def test_a_damaged_gzip_is_named(copy: Path):
    path = copy / "MNIST" / "raw" / FILES["test"][0]
    packed = gzip.compress(path.read_bytes())
    path.with_name(f"{path.name}.gz").write_bytes(packed[: len(packed) // 2])
    path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset(copy, "test")


def test_an_unknown_split_lists_those_there_are(made_root: Path):
    with pytest.raises(DataError, match="there are train, test"):
        load_dataset(made_root, "validation")


def test_the_root_is_the_one_given_then_the_environments_then_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GAN_DATA", "/from/environment")
    assert get_root("/given") == Path("/given")
    assert get_root() == Path("/from/environment")
    monkeypatch.delenv("GAN_DATA")
    assert get_root() == Path("data")
