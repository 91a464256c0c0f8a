"""What is seen before anybody learns: range, paper, labels, blanks, doubles; each mended or refused in a sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gan.data import DataError, find_doubles, load_dataset
from tests.made_digits import make_digits, write_files, write_idx, write_mnist

IMAGES, LABELS = make_digits(60, 0)
OTHERS, ANSWERS = make_digits(30, 1)


def write(path: Path, images: np.ndarray, labels: np.ndarray = LABELS, others: np.ndarray | None = None) -> Path:
    np.savez(
        path / "a.npz", x_train=images, y_train=labels, x_test=OTHERS if others is None else others, y_test=ANSWERS
    )
    return path


def load(path: Path, split: str = "train", name: str = "mnist", invert: str = "auto") -> tuple[np.ndarray, str]:
    data = load_dataset(path, split, name=name, invert=invert)
    return data.images[:, 0].numpy(), " ".join(data.notices)


UNIT = IMAGES / 255.0


@pytest.mark.parametrize(
    ("images", "most"),
    [
        ((IMAGES > 127).astype(np.uint8), 128),  # zeros and ones
        (IMAGES > 127, 128),
        ((IMAGES > 127).astype(np.float32), 128),
        (UNIT, 0),
        (UNIT.astype(np.float32), 1),
        (UNIT.astype(np.float16), 1),
        ((IMAGES // 16).astype(np.uint8), 17),  # 4 bits, as scikit-learn's digits
        (IMAGES.astype(np.uint16) * 257, 0),
        (IMAGES.astype(np.int32) * 257, 0),
        (IMAGES.astype(np.uint16) * 16, 1),  # 12 bits
        (UNIT * 2 - 1, 0),
        ((UNIT - 0.1307) / 0.3081, 1),  # normalized as torchvision's example does
        ((IMAGES.astype(np.int16) - 128).astype(np.int8), 1),
    ],
)
def test_another_range_is_scaled_and_said(tmp_path, images, most):
    found, said = load(write(tmp_path, images))
    assert np.abs(found.astype(int) - IMAGES).max() <= most
    assert "is taken as 0 to 255" in said
    assert found.max() >= 254


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int64, np.float32, np.float64])
def test_0_to_255_stays_as_it_is_whatever_the_kind(tmp_path, kind):
    found, said = load(write(tmp_path, IMAGES.astype(kind)))
    assert np.array_equal(found, IMAGES)
    assert said == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_pixel_that_is_no_number_is_named(tmp_path, value):
    images = UNIT.copy()
    images[7, 3, 3] = value
    with pytest.raises(DataError, match=r"a.npz \(x_train\) holds a pixel in picture 8 that is no number"):
        load(write(tmp_path, images))


@pytest.mark.parametrize("images", [255 - IMAGES, 1 - UNIT, 65535 - IMAGES.astype(np.uint16) * 257])
@pytest.mark.parametrize("split", ["train", "test"])
def test_dark_ink_is_inverted_with_a_notice(tmp_path, images, split):
    others = {np.dtype(np.uint8): 255 - OTHERS, np.dtype(float): 1 - OTHERS / 255}
    write(tmp_path, images, others=others.get(images.dtype, 65535 - OTHERS.astype(np.uint16) * 257))
    found, said = load(tmp_path, split)
    assert np.abs(found.astype(int) - (IMAGES if split == "train" else OTHERS)).max() <= 1
    assert "dark ink on light paper is inverted (--invert no leaves it)" in said


def test_invert_is_obeyed(tmp_path):
    write(tmp_path, 255 - IMAGES)
    assert np.array_equal(load(tmp_path, invert="no")[0], 255 - IMAGES)
    found, said = load(tmp_path, invert="yes")
    assert np.array_equal(found, IMAGES)
    assert "inverted, as --invert yes asks" in said
    with pytest.raises(DataError, match="--invert is 'maybe'; it can be auto, yes, no"):
        load(tmp_path, invert="maybe")


@pytest.mark.parametrize("dark", [24, 36])  # of 60 training pictures
def test_where_borders_are_of_both_kinds_both_splits_agree(tmp_path, dark):
    images, others = IMAGES.copy(), OTHERS.copy()
    images[:dark] = 255 - images[:dark]
    others[:15] = 255 - others[:15]
    write(tmp_path, images, others=others)
    for split, as_it_is in (("train", images), ("test", others)):
        found, said = load(tmp_path, split)
        assert np.array_equal(found, 255 - as_it_is if dark > 30 else as_it_is)
        assert "--invert yes or no settles it" in said
        assert ("dark ink on light paper" in said) == (dark > 30)


def test_dark_ink_in_mnists_own_files_is_inverted(tmp_path):
    write_mnist(tmp_path)
    path = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    data = path.read_bytes()
    whole = load_dataset(tmp_path).images
    path.write_bytes(data[:16] + bytes(255 - value for value in data[16:]))
    found = load_dataset(tmp_path)
    assert torch.equal(found.images, whole)
    assert "inverted" in found.notices[0]


def test_labels_from_one_are_shifted_for_files_of_ones_own(tmp_path):
    write_files(tmp_path, classes=4)
    for file in ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"):
        path = tmp_path / file
        labels = np.frombuffer(path.read_bytes()[8:], np.uint8)
        write_idx(path, labels + np.uint8(1))
    for split in ("train", "test"):
        data = load_dataset(tmp_path, split, name="folder")
        assert data.class_names == ("1", "2", "3", "4")
        assert data.labels.unique().tolist() == [0, 1, 2, 3]
        assert "go from 1 to 4: they are taken as 0 to 3" in data.notices[0]
    (tmp_path / "classes.txt").write_text("a\nb\nc\nd\n")
    assert load_dataset(tmp_path, "test", name="folder").class_names == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("labels", "name", "said"),
    [
        (LABELS + 1, "mnist", "holds the label 10; labels must be 0 to 9"),
        (LABELS.astype(int) - 1, "mnist", "holds the label -1; labels must be 0 to 9"),
        (np.where(LABELS == 4, 5, LABELS), "mnist", "holds no image of class 4; labels must be 0 to 9"),
        (np.where(LABELS == 4, 5, LABELS), "folder", "holds no image of class 4"),
        (LABELS.astype(int) - 1, "folder", "holds the label -1"),
    ],
)
def test_labels_that_are_none_are_named(tmp_path, labels, name, said):
    with pytest.raises(DataError, match=said):
        load(write(tmp_path, IMAGES, labels), name=name)


@pytest.mark.parametrize("value", [0, 255, 77])
def test_blank_pictures_are_counted_and_refused_when_most_are(tmp_path, value):
    images = IMAGES.copy()
    images[[3, 9]] = value
    _, said = load(write(tmp_path, images))
    assert "2 of 60 pictures of" in said
    assert "are of one grey, picture 4 is the first" in said
    images[:40] = value
    with pytest.raises(DataError, match="40 of 60 pictures of .* are of one grey, picture 1 is the first"):
        load(write(tmp_path, images))


@pytest.mark.parametrize("value", [0, 1, 100.0, 255])
def test_pictures_of_one_value_are_refused(tmp_path, value):
    with pytest.raises(DataError, match="nothing but pixels of|are of one grey"):
        load(write(tmp_path, np.full(IMAGES.shape, value)))


@pytest.mark.parametrize("count", [0, 1, 30])
def test_doubles_between_the_splits_are_counted(tmp_path, count):
    others = OTHERS.copy()
    others[:count] = IMAGES[10 : 10 + count]
    write(tmp_path, IMAGES, others=others)
    said = find_doubles(load_dataset(tmp_path), load_dataset(tmp_path, "test"))
    assert [one.partition(" test")[0] for one in said] == ([f"{count} of 30"] if count else [])
