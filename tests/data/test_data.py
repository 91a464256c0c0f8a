import builtins
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision

from gan.config import DATASETS
from gan.data import SOURCES, DataError, get_root, load_dataset, to_float, to_uint8
from tests.made_digits import LAYOUTS, make_digits, write_files, write_idx, write_like

FILES = {split: SOURCES["mnist"].files(split) for split in ("train", "test")}


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_split_is_uint8_images_and_int64_labels(data_root: Path, split: str):
    data = load_dataset(data_root, split)
    assert data.images.dtype == torch.uint8
    assert data.images.shape == (len(data), 1, 28, 28)
    assert data.labels.dtype == torch.int64
    assert data.labels.unique().tolist() == list(range(10))
    assert data.class_names == tuple("0123456789")
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
        (1, lambda data: data[:8] + bytes([3]) * (len(data) - 8), "no image of class 0, 1, 2, 4, 5, 6, 7, 8, 9;"),
        (0, lambda data: data[:4] + bytes(4) + data[8:16], "holds 0 images"),
        (0, lambda data: data[:8] + b"\0\0\0\x0e\0\0\0\x38" + data[16:], "images of 14 x 56; they must be 28 x 28"),
        (0, lambda data: data + b"!", "damaged or cut short"),
        (0, lambda data: b"", "fewer than its header's 16"),
        (0, lambda data: data[:8] + b"\0\0\0\x1b" + data[12:], "damaged or cut short"),
    ],
)
def test_a_damaged_file_is_named(copy: Path, which: int, how: Callable[[bytes], bytes], words: str):
    path = copy / "MNIST" / "raw" / FILES["train"][which]
    spoil(path, how)
    with pytest.raises(DataError, match=words) as error:
        load_dataset(copy, "train")
    assert path.name in str(error.value)


@pytest.mark.parametrize(
    "how",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"not gzip at all",
        lambda data: data[:200] + bytes(200) + data[400:],
        lambda data: b"",
    ],
)
def test_a_damaged_gzip_is_named(copy: Path, how: Callable[[bytes], bytes]):
    path = copy / "MNIST" / "raw" / FILES["test"][0]
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(how(gzip.compress(path.read_bytes())))
    path.unlink()
    with pytest.raises(DataError, match=r"images-idx3-ubyte\.gz (cannot be read|is cut short)") as error:
        load_dataset(copy, "test")
    assert "\n" not in str(error.value)


def test_a_file_one_may_not_read_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch):
    closed = copy / "MNIST" / "raw" / FILES["test"][1]

    def refuse(path: Any, *args: Any, **kwargs: Any) -> Any:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **kwargs)

    real = builtins.open
    monkeypatch.setattr(builtins, "open", refuse)
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte cannot be read: Permission denied"):
        load_dataset(copy, "test")


def test_a_folder_one_may_not_enter_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(DataError, match="train-images-idx3-ubyte cannot be read: Permission denied"):
        load_dataset(copy, "train")


def test_an_unknown_split_lists_those_there_are(made_root: Path):
    with pytest.raises(DataError, match="there are train, test"):
        load_dataset(made_root, "validation")


def test_an_unknown_dataset_lists_those_there_are(made_root: Path):
    with pytest.raises(DataError, match=r"unknown dataset 'cifar': there are mnist, fashion-mnist, .*, folder\."):
        load_dataset(made_root, name="cifar")


def test_every_dataset_of_the_config_is_a_row():
    assert tuple(SOURCES) == DATASETS


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_dataset_by_name_comes_upright_with_its_digit_labels(tmp_path: Path, name: str, split: str):
    data = load_dataset(write_like(tmp_path, name), split, name=name)
    images, labels = make_digits(60 if split == "train" else 40, 0 if split == "train" else 1)
    assert torch.equal(data.images, torch.from_numpy(images)[:, None])
    assert data.images.is_contiguous()
    assert torch.equal(data.labels, torch.from_numpy(labels).long())
    assert len(data.class_names) == 10


@pytest.mark.parametrize("name", LAYOUTS)
def test_names_and_files_are_those_of_torchvision(tmp_path: Path, name: str):
    """torchvision reads the same files below the same root, as the same numbers."""
    source = SOURCES[name]
    write_like(tmp_path, name)
    theirs = getattr(torchvision.datasets, source.torchvision)(tmp_path, train=True, **source.options)
    data = load_dataset(tmp_path, name=name)
    assert tuple(one.split(" - ")[0] for one in theirs.classes) == data.class_names
    targets = theirs.targets if theirs.targets.dim() == 1 else theirs.targets[:, 0]
    assert torch.equal(targets, data.labels)
    assert torch.equal(theirs.data.transpose(1, 2) if source.transposed else theirs.data, data.images[:, 0])


@pytest.mark.parametrize("name", LAYOUTS)
def test_missing_data_names_the_dataset_and_its_files(tmp_path: Path, name: str):
    folder = f"{SOURCES[name].torchvision}/raw"
    with pytest.raises(DataError, match=f"{folder}: put its four files there .*{SOURCES[name].files('test')[1]}"):
        load_dataset(tmp_path, "test", name=name)


def test_one_split_does_without_the_other(copy: Path):
    for file in FILES["test"]:
        (copy / "MNIST" / "raw" / file).unlink()
    assert len(load_dataset(copy, "train")) == 600
    with pytest.raises(DataError, match="no MNIST under"):
        load_dataset(copy, "test")


def test_only_what_is_missing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []

    class Fetcher:
        def __init__(self, root: Path, **options: Any) -> None:
            asked.append(options)
            write_like(root, "emnist-digits")

    monkeypatch.setattr(torchvision.datasets, "EMNIST", Fetcher)
    for split in ("train", "test"):
        assert len(load_dataset(tmp_path, split, name="emnist-digits", download=True)) > 0
    assert asked == [{"split": "digits", "train": True, "download": True}]


def test_a_failed_download_says_what_to_do_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz:\nTried ...")

    monkeypatch.setattr(torchvision.datasets, "KMNIST", fail)
    with pytest.raises(
        DataError, match="fetching KMNIST failed: Error downloading .*; no KMNIST under .* put"
    ) as error:
        load_dataset(tmp_path, name="kmnist", download=True)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("below", ["", "raw"])
def test_a_folder_of_ones_own_has_as_many_classes_as_its_labels(tmp_path: Path, below: str):
    write_files(tmp_path / below, classes=4)
    train, test = (load_dataset(tmp_path, split, name="folder") for split in ("train", "test"))
    assert train.class_names == test.class_names == ("0", "1", "2", "3")
    assert (len(train), len(test)) == (240, 80)


@pytest.mark.parametrize("place", ["", "raw"])
def test_a_folder_names_its_classes(tmp_path: Path, place: str):
    write_files(tmp_path / "raw", classes=3)
    (tmp_path / place / "classes.txt").write_text("nought\n one \n\nδύο\n", encoding="utf-8")
    assert load_dataset(tmp_path, "test", name="folder").class_names == ("nought", "one", "δύο")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\nb\n", r"classes\.txt holds 2 names but .*train-labels-idx1-ubyte labels up to 2; .* each of 3 lines"),
        (b"a\nb\nc\nd", "holds 4 names"),
        (b"", "holds 0 names"),
        (b"a\nb\na\n", "holds the name 'a' twice"),
        (b"a\n\xff\xfe\nc", "not text in UTF-8"),
    ],
)
@pytest.mark.parametrize("split", ["train", "test"])
def test_wrong_class_names_are_refused(tmp_path: Path, content: bytes, said: str, split: str):
    write_files(tmp_path, classes=3)
    (tmp_path / "classes.txt").write_bytes(content)
    with pytest.raises(DataError, match=said):
        load_dataset(tmp_path, split, name="folder")


def test_a_folders_test_labels_are_among_its_training_labels(tmp_path: Path):
    write_files(tmp_path, classes=3)
    write_idx(tmp_path / FILES["test"][1], np.full(60, 7, np.uint8))
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte holds the label 7; labels must be 0 to 2"):
        load_dataset(tmp_path, "test", name="folder")


def test_a_folder_without_files_says_which(tmp_path: Path):
    with pytest.raises(DataError, match="there is no data at .*: name what holds MNIST's four files, .* with --data"):
        load_dataset(tmp_path, name="folder", download=True)


def test_the_root_is_the_one_given_then_the_environments_then_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GAN_DATA", "/from/environment")
    assert get_root("/given") == Path("/given")
    assert get_root() == Path("/from/environment")
    monkeypatch.delenv("GAN_DATA")
    assert get_root() == Path("data")
