"""MNIST as people have it: each layout gives the same pictures, whole, upright and with their labels."""

import gzip
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan.data import DataError, Dataset, MissingDataError, MixedDataError, is_there, load_dataset
from gan.data.load import SHARE
from tests.made_digits import make_digits, write_csv, write_files, write_idx, write_like, write_pictures

COUNTS = {"train": 60, "test": 30}
DIGITS = {split: make_digits(count, seed) for seed, (split, count) in enumerate(COUNTS.items())}
IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def write_four(folder: Path) -> Path:
    return write_files(folder, train=COUNTS["train"], test=COUNTS["test"])


def check(data: Dataset, split: str) -> None:
    """The pictures and labels are those of DIGITS, in their order."""
    images, labels = DIGITS[split]
    assert torch.equal(data.images, torch.from_numpy(images)[:, None])
    assert data.labels.tolist() == labels.tolist()
    assert data.images.dtype == torch.uint8
    assert data.labels.dtype == torch.int64
    assert data.images.is_contiguous()


# ---- the four files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mnist", "folder"])
@pytest.mark.parametrize("below", ["", "raw", "archive", "archive/raw", "gzip", "a folder of mine"])
def test_the_four_files_are_found_wherever_they_lie(tmp_path, below, name):
    write_four(tmp_path / below)
    for split in COUNTS:
        data = load_dataset(tmp_path, split, name=name)
        check(data, split)
        assert data.notices == ()


@pytest.mark.parametrize("named", ["", "MNIST", "MNIST/raw"])
def test_any_folder_of_torchvisions_may_be_named(tmp_path, named):
    write_four(tmp_path / "MNIST" / "raw")
    check(load_dataset(tmp_path / named), "train")


def dot(folder: Path) -> None:
    for name in IDX:
        (folder / name).rename(folder / name.replace("-idx", ".idx"))


def nest(folder: Path) -> None:
    for name in IDX:
        data = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / name).mkdir()
        (folder / name / name).write_bytes(data)


def nest_dotted(folder: Path) -> None:
    nest(folder)
    for name in IDX:
        (folder / name / name).rename(folder / name / name.replace("-idx", ".idx"))


def both(folder: Path) -> None:
    kept = {name: (folder / name).read_bytes() for name in IDX}
    nest(folder)
    for name, data in kept.items():
        (folder / name.replace("-idx", ".idx")).write_bytes(data)


def zipped(folder: Path) -> None:
    for name in IDX:
        data = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / f"{name}.gz").write_bytes(gzip.compress(data))


def zipped_in_secret(folder: Path) -> None:
    for name in IDX:
        (folder / name).write_bytes(gzip.compress((folder / name).read_bytes()))


def called_zipped(folder: Path) -> None:
    for name in IDX:
        (folder / name).rename(folder / f"{name}.gz")


def dotted_and_zipped(folder: Path) -> None:
    dot(folder)
    for path in list(folder.iterdir()):
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def called_test(folder: Path) -> None:
    for name in IDX[2:]:
        (folder / name).rename(folder / name.replace("t10k", "test"))


SPELLINGS = (dot, nest, nest_dotted, both, zipped, zipped_in_secret, called_zipped, dotted_and_zipped, called_test)


@pytest.mark.parametrize("spell", SPELLINGS)
def test_every_spelling_of_the_files_is_read(tmp_path, spell: Callable[[Path], None]):
    spell(write_four(tmp_path))
    for split in COUNTS:
        check(load_dataset(tmp_path, split), split)


@pytest.mark.parametrize("lacking", IDX)
@pytest.mark.parametrize("below", ["", "MNIST/raw"])
def test_the_one_of_four_files_that_is_lacking_is_named(tmp_path, lacking, below):
    (write_four(tmp_path / below) / lacking).unlink()
    split = "train" if lacking.startswith("train") else "test"
    with pytest.raises(MissingDataError, match=f"but no {lacking}: one of the four files is lacking"):
        load_dataset(tmp_path, split)
    assert not is_there(tmp_path, split, "mnist")
    other = "test" if split == "train" else "train"
    check(load_dataset(tmp_path, other), other)


@pytest.mark.parametrize("name", ["mnist", "folder"])
def test_a_split_that_is_not_there_is_said(tmp_path, name):
    write_four(tmp_path)
    for file in IDX[:2]:
        (tmp_path / file).unlink()
    with pytest.raises(MissingDataError, match="for the train split: put train-images-idx3-ubyte and train-labels"):
        load_dataset(tmp_path, name=name)


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32, np.float64])
def test_idx_files_of_other_numbers_are_read(tmp_path, kind):
    write_four(tmp_path)
    images, _ = DIGITS["train"]
    codes = {"uint16": (0x0C, ">i4"), "int32": (0x0C, ">i4"), "float32": (0x0D, ">f4"), "float64": (0x0E, ">f8")}
    code, order = codes[np.dtype(kind).name]
    header = bytes([0, 0, code, 3]) + np.asarray(images.shape, ">u4").tobytes()
    scale = 257 if kind is np.uint16 else 1
    (tmp_path / IDX[0]).write_bytes(header + (images.astype(kind) * scale).astype(order).tobytes())
    check(load_dataset(tmp_path), "train")


# ---- EMNIST's own folder --------------------------------------------------------------------------------------------


def write_emnist(folder: Path, split: str, *, first: int = 0, names: str = "ABCDEFGHIJ") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for part, (images, labels) in DIGITS.items():
        packed = folder / f"emnist-{split}-{part}"
        for ending, array in (("images-idx3", images.swapaxes(1, 2)), ("labels-idx1", labels + np.uint8(first))):
            path = packed.with_name(f"{packed.name}-{ending}-ubyte")
            write_idx(path, np.ascontiguousarray(array))
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    lines = [f"{place + first} {ord(name)} {ord(name.lower())}" for place, name in enumerate(names)]
    (folder / f"emnist-{split}-mapping.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize(("kind", "first"), [("letters", 1), ("balanced", 0), ("byclass", 0)])
@pytest.mark.parametrize("below", ["gzip", ""])
def test_emnists_own_folder_is_upright_and_named(tmp_path, kind, first, below):
    write_emnist(tmp_path / below, kind, first=first)
    for split in COUNTS:
        data = load_dataset(tmp_path, split, name="folder")
        check(data, split)
        assert data.class_names == tuple("ABCDEFGHIJ")
        assert any("from 1 to 10" in said for said in data.notices) == (first == 1)


def test_emnists_digits_are_found_among_its_other_files(tmp_path):
    for kind in ("letters", "digits", "mnist"):
        write_emnist(tmp_path / "gzip", kind, names="0123456789")
    check(load_dataset(tmp_path, name="emnist-digits"), "train")
    with pytest.raises(MixedDataError, match="say which is meant"):
        load_dataset(tmp_path, name="folder")
    one = tmp_path / "gzip" / "emnist-mnist-test-labels-idx1-ubyte.gz"
    check(load_dataset(one, "test"), "test")


def test_a_broken_mapping_is_named(tmp_path):
    (write_emnist(tmp_path, "letters", first=1) / "emnist-letters-mapping.txt").write_text("1 65\ntwo 66\n")
    with pytest.raises(DataError, match=r"emnist-letters-mapping.txt is no mapping"):
        load_dataset(tmp_path, name="folder")


# ---- NumPy ----------------------------------------------------------------------------------------------------------


def write_npz(path: Path, names: tuple[str, ...], reshape: Callable[[Any], Any] = lambda images: images) -> Path:
    arrays: list[Any] = [part for images, labels in DIGITS.values() for part in (reshape(images), labels)]
    np.savez(path, **dict(zip(names, arrays, strict=True)))
    return path


ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@pytest.mark.parametrize(
    ("names", "reshape"),
    [
        (ARRAYS, lambda images: images),
        (ARRAYS, lambda images: images.reshape(-1, 784)),
        (ARRAYS, lambda images: images[..., None]),
        (("X_train", "Y_train", "X_test", "Y_test"), lambda images: images[:, None]),
        (("train_images", "train_labels", "test_images", "test_labels"), lambda images: images),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_archive_is_read(tmp_path, names, reshape, named):
    path = write_npz(tmp_path / "mnist.npz", names, reshape)
    for split in COUNTS:
        check(load_dataset(path if named else tmp_path, split), split)


@pytest.mark.parametrize("how", [lambda y: y[:, None], lambda y: np.eye(10)[y], lambda y: y.astype(float)])
def test_labels_of_an_archive_have_many_shapes(tmp_path, how):
    images, labels = DIGITS["train"]
    np.savez(tmp_path / "a.npz", x_train=images, y_train=how(labels), x_test=images, y_test=how(labels))
    check(load_dataset(tmp_path), "train")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x_train": np.array([{}], object)}, "x_train in .* cannot be read"),
        ({"x_train": np.full(60, "a")}, "numbers are wanted"),
        ({"x_train": np.zeros((60, 32, 32))}, "shape 32 x 32; they must be 28 x 28"),
        ({"x_train": np.zeros((60, 28, 28, 3))}, "shape 28 x 28 x 3"),
        ({"x_train": np.zeros((59, 28, 28), np.uint8)}, "holds 59 images but"),
        ({"y_train": np.zeros((60, 5))}, "one number for each picture"),
        ({"y_train": np.arange(60) + 0.5}, "holds the label 0.5; labels must be whole"),
    ],
)
def test_a_wrong_array_is_named(tmp_path, arrays, said):
    images, labels = DIGITS["train"]
    whole: dict[str, Any] = {"x_train": images, "y_train": labels} | arrays
    np.savez(tmp_path / "a.npz", **whole)
    with pytest.raises(DataError, match=said) as error:
        load_dataset(tmp_path)
    assert "a.npz" in str(error.value)


def test_a_damaged_archive_is_named(tmp_path):
    path = write_npz(tmp_path / "mnist.npz", ARRAYS)
    data = bytearray(path.read_bytes())
    data[3000:3100] = bytes(100)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x_train in .*mnist.npz cannot be read"):
        load_dataset(tmp_path)


# ---- CSV ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["kaggle", "grid", ""])
@pytest.mark.parametrize("names", [("mnist_train.csv", "mnist_test.csv"), ("train.csv", "test.csv")])
def test_tables_are_read_with_either_head_or_none(tmp_path, head, names):
    for name, digits in zip(names, DIGITS.values(), strict=True):
        write_csv(tmp_path / name, *digits, head=head)
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    for split in COUNTS:
        data = load_dataset(tmp_path, split)
        check(data, split)
        assert data.notices == ()


@pytest.mark.parametrize("how", ["semicolons", "tabs", "quotes", "bom", "gzip", "label last", "numbered rows", "crlf"])
def test_tables_are_read_as_programs_write_them(tmp_path, how):
    path = write_csv(tmp_path / "train.csv", *DIGITS["train"])
    rows = [line.split(",") for line in path.read_text().splitlines()]
    if how == "label last":
        rows = [[*row[1:], "class" if row[0] == "label" else row[0]] for row in rows]
    if how == "numbered rows":
        rows = [["" if number == 0 else str(number), *row] for number, row in enumerate(rows)]
    if how == "quotes":
        rows = [[f'"{word}"' for word in row] for row in rows]
    between = {"semicolons": ";", "tabs": "\t"}.get(how, ",")
    text = ("\r\n" if how == "crlf" else "\n").join(between.join(row) for row in rows) + "\n"
    data = text.encode("utf-8-sig" if how == "bom" else "utf-8")
    path.write_bytes(gzip.compress(data) if how == "gzip" else data)
    write_csv(tmp_path / "test.csv", *DIGITS["test"])
    check(load_dataset(tmp_path), "train")


def test_kaggles_table_without_labels_is_no_test_split(tmp_path):
    write_csv(tmp_path / "train.csv", *DIGITS["train"])
    write_csv(tmp_path / "test.csv", DIGITS["test"][0], None)
    train, test = (load_dataset(tmp_path, split) for split in COUNTS)
    assert len(train) + len(test) == COUNTS["train"]
    assert len(test) == 10 * (6 // SHARE + 1)
    for data in (train, test):
        assert any("test.csv has no labels: one picture in 7" in said for said in data.notices)
    (tmp_path / "train.csv").unlink()
    with pytest.raises(DataError, match="there is no data|no MNIST under"):
        load_dataset(tmp_path)


def test_emnists_tables_are_turned_upright(tmp_path):
    for split, (images, labels) in DIGITS.items():
        write_csv(tmp_path / f"emnist-letters-{split}.csv", images.swapaxes(1, 2), labels, head="")
    check(load_dataset(tmp_path, name="folder"), "train")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("7" + ",0" * 783 + ",x", "row 4 of .* has 'x' in column 785; it must be a number"),
        ("7" + ",0" * 783 + ",", "row 4 of .* has '' in column 785"),
        ("7" + ",0" * 783 + ",nan", "row 4 of .* has 'nan' in column 785"),
        ("7" + ",0" * 500, "row 4 of .* has 501 values; it must have 785"),
        ("seven" + ",0" * 784, "row 4 of .* has 'seven' in column 1"),
        ("7.5" + ",0" * 784, "holds the label 7.5; labels must be whole numbers"),
    ],
)
def test_a_wrong_row_of_a_table_is_named(tmp_path, line, said):
    path = write_csv(tmp_path / "train.csv", *DIGITS["train"])
    lines = path.read_text().splitlines()
    lines[3] = line
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=said) as error:
        load_dataset(tmp_path)
    assert "train.csv" in str(error.value)


def test_a_table_cut_short_or_empty_is_named(tmp_path):
    path = write_csv(tmp_path / "train.csv", *DIGITS["train"])
    text = path.read_bytes()
    path.write_bytes(gzip.compress(text)[:-3000])
    with pytest.raises(DataError, match="train.csv cannot be read"):
        load_dataset(tmp_path)
    path.write_bytes(text.splitlines(keepends=True)[0])
    with pytest.raises(DataError, match="train.csv holds no rows"):
        load_dataset(tmp_path)


# ---- parquet --------------------------------------------------------------------------------------------------------


def encode(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def write_parquet(path: Path, images: Any, labels: Any, names: list[str] | None = None, column: str = "image") -> Path:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    rows = [{"bytes": encode(one) if isinstance(one, np.ndarray) else one, "path": None} for one in images]
    table = pa.table({column: rows, "label": [None if label is None else int(label) for label in labels]})
    features = {column: {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": names or list("0123456789")}}
    notes = json.dumps({"info": {"features": features}})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata({"huggingface": notes}), path)
    return path


@pytest.mark.parametrize(
    "names",
    [
        ("mnist/train-00000-of-00001.parquet", "mnist/test-00000-of-00001.parquet"),
        ("train-00000-of-00001-1359597a978bc4fa.parquet", "test-00000-of-00001-1359597a978bc4fa.parquet"),
        ("train/0000.parquet", "test/0000.parquet"),
        ("data/train.parquet", "data/validation.parquet"),
    ],
)
def test_the_hubs_parquet_is_read(tmp_path, names):
    for name, digits in zip(names, DIGITS.values(), strict=True):
        write_parquet(tmp_path / name, *digits)
    for split in COUNTS:
        check(load_dataset(tmp_path, split), split)


def test_parts_of_a_split_are_read_in_order_and_name_the_classes(tmp_path):
    images, labels = DIGITS["train"]
    names = [f"letter {letter}" for letter in "abcdefghij"]
    for part in (1, 0):
        half = slice(30 * part, 30 * part + 30)
        write_parquet(tmp_path / f"train-0000{part}-of-00002.parquet", images[half], labels[half], names, "img")
    write_parquet(tmp_path / "test-00000-of-00001.parquet", *DIGITS["test"], names, "img")
    data = load_dataset(tmp_path, name="folder")
    check(data, "train")
    assert data.class_names == tuple(names)
    with pytest.raises(DataError, match="which are not those of mnist; add --dataset folder"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("image", "label", "said"),
    [
        (b"no picture", 3, "row 5 of .*: the file is no image"),
        (None, 3, "row 5 of .* holds no picture"),
        (encode(np.zeros((28, 28), np.uint8))[:-30], 3, "row 5 of .*: the picture is broken"),
        (b"", 3, "row 5 of .*: the picture is empty"),
        (DIGITS["train"][0][4], None, "row 5 of .* has the label None"),
    ],
)
def test_a_wrong_row_of_a_parquet_is_named(tmp_path, image, label, said):
    images, labels = list(DIGITS["train"][0]), list(DIGITS["train"][1])
    images[4], labels[4] = image, label
    write_parquet(tmp_path / "train.parquet", images, labels)
    with pytest.raises(DataError, match=said) as error:
        load_dataset(tmp_path)
    assert "train.parquet" in str(error.value)


def test_a_damaged_parquet_is_named(tmp_path):
    path = write_parquet(tmp_path / "train.parquet", *DIGITS["train"])
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"PAR1", b"", whole[:100] + bytes(4000) + whole[4100:]):
        path.write_bytes(data)
        with pytest.raises(DataError, match=r"train.parquet (cannot be read|\(|.*row)|row .* of .*train.parquet"):
            load_dataset(tmp_path)


def test_without_pyarrow_the_way_to_it_is_said(tmp_path, monkeypatch):
    (tmp_path / "train.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match="not installed: pip install -r requirements-data.txt"):
        load_dataset(tmp_path)


# ---- several, none, and another's -----------------------------------------------------------------------------------


def test_of_several_layouts_one_is_asked_for_and_can_be_named(tmp_path):
    write_four(tmp_path)
    table = write_csv(tmp_path / "train.csv", *DIGITS["train"])
    archive = write_npz(tmp_path / "mnist-all.npz", ARRAYS)
    with pytest.raises(MixedDataError, match="several datasets: IDX files .*, a NumPy archive .* and CSV .*; say"):
        load_dataset(tmp_path, name="folder")
    for one in (tmp_path / IDX[0], archive):
        check(load_dataset(one, name="folder"), "train")
    assert len(load_dataset(table, name="folder")) < COUNTS["train"]
    assert not is_there(tmp_path, "train", "folder")


def test_of_several_tables_that_of_the_datasets_name_is_taken(tmp_path):
    for name in ("mnist", "fashion-mnist", "letters"):
        for split, (images, labels) in DIGITS.items():
            write_csv(tmp_path / f"{name}_{split}.csv", images, labels)
    for name in ("mnist", "fashion-mnist"):
        data = load_dataset(tmp_path, name=name)
        check(data, "train")
        assert data.files[0].name == f"{name}_train.csv"
    with pytest.raises(MixedDataError, match=r"fashion-mnist_train.csv.*letters_train.csv"):
        load_dataset(tmp_path, name="folder")
    check(load_dataset(tmp_path / "letters_test.csv", "test", name="folder"), "test")


def test_two_folders_side_by_side_are_not_chosen_between(tmp_path):
    write_four(tmp_path / "one")
    write_pictures(tmp_path / "two" / "train", *DIGITS["train"])
    with pytest.raises(MixedDataError, match="IDX files .*one.* and a folder of pictures a class .*two"):
        load_dataset(tmp_path, name="folder")


def test_another_datasets_folder_is_not_taken_for_mnist(tmp_path):
    write_like(tmp_path, "kmnist")
    with pytest.raises(MissingDataError, match="no MNIST under"):
        load_dataset(tmp_path)
    with pytest.raises(DataError, match="is where KMNIST lies, and mnist is asked for; add --dataset kmnist"):
        load_dataset(tmp_path / "KMNIST" / "raw")
    check(load_dataset(tmp_path / "KMNIST" / "raw", name="folder"), "train")


@pytest.mark.parametrize("name", ["notes.txt", "table.csv", "a.npz", "picture.png"])
def test_a_file_that_is_no_data_is_not_there(tmp_path, name):
    (tmp_path / name).write_text("label,x\n1,2\n")
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(MissingDataError, match="name what holds MNIST's four files, a folder of pictures"):
            load_dataset(path, name="folder")


def test_the_real_mnist_is_as_it_was(data_root):
    data = load_dataset(data_root)
    assert data.notices == ()
    assert data.layout == "IDX files"
    assert load_dataset(data_root / "MNIST" / "raw", "test").notices == ()


def test_a_copy_in_another_layout_trains_on_the_same_pictures(tmp_path, made_root):
    whole = load_dataset(made_root)
    shutil.copytree(made_root / "MNIST" / "raw", tmp_path / "mine")
    copy = load_dataset(tmp_path / "mine", name="folder")
    assert torch.equal(copy.images, whole.images)
    assert torch.equal(copy.labels, whole.labels)
