"""A folder of pictures a class: any size and colour, as the Your hand tab takes them; broken ones are left out."""

import io
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image

from gan.data import DataError, Dataset, MissingDataError, load_dataset, load_splits, pictures
from gan.data.photo import read_canvas
from gan.data.pictures import bring
from tests.made_digits import draw_digit, make_digits, write_files, write_pictures

IMAGES, LABELS = make_digits(60, 0)
OTHERS, ANSWERS = make_digits(30, 1)


def enlarge(image: np.ndarray, side: int = 112) -> Image.Image:
    return Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("training", "testing"), ("Train", "val")])
@pytest.mark.parametrize("below", ["", "mnist_png"])
@pytest.mark.parametrize("name", ["mnist", "folder"])
def test_pictures_of_28_stay_as_they_are(tmp_path, train, test, below, name):
    write_pictures(tmp_path / below / train, IMAGES, LABELS)
    write_pictures(tmp_path / below / test, OTHERS, ANSWERS)
    for split, images, labels in (("train", IMAGES, LABELS), ("test", OTHERS, ANSWERS)):
        data = load_dataset(tmp_path, split, name=name)
        order = np.argsort(labels, kind="stable")
        assert torch.equal(data.images[:, 0], torch.from_numpy(images[order]))
        assert data.labels.tolist() == sorted(labels.tolist())
        assert data.class_names == tuple("0123456789")
        assert data.notices == ()


def colour(image: Image.Image) -> Image.Image:
    dark = np.asarray(image)[..., None] / 255
    return Image.fromarray((dark * (180, 40, 20) + (1 - dark) * (240, 240, 250)).astype(np.uint8))


def clear(image: Image.Image) -> Image.Image:
    ink = np.asarray(image)
    return Image.fromarray(np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink]))


def deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)


def wide(image: Image.Image) -> Image.Image:
    wider = Image.new("L", (300, 140))
    wider.paste(image, (150, 10))
    return wider


KINDS: tuple[tuple[str, Callable[[Image.Image], Image.Image]], ...] = (
    *((".png", colour), (".jpg", colour), (".png", clear), (".png", deep), (".tiff", deep), (".webp", wide)),
    *((".gif", lambda image: image), (".bmp", lambda image: image.point(lambda v: 255 - v))),
    *((".PNG", lambda image: image.convert("1")), (".png", lambda image: image.convert("P"))),
)


@pytest.mark.parametrize(("ending", "how"), KINDS)
def test_any_size_and_colour_comes_as_mnist_has_it(tmp_path, ending, how):
    for label in range(3):
        (tmp_path / str(label)).mkdir()
        for number in range(4):
            picture = how(enlarge(draw_digit(label, np.random.default_rng(number))))
            picture.save(tmp_path / str(label) / f"{number}{ending}")
    data = load_dataset(tmp_path, name="folder")
    assert len(data) == 9
    assert len(load_dataset(tmp_path, "test", name="folder")) == 3
    for image, label in zip(data.images[:, 0].numpy(), data.labels.tolist(), strict=True):
        assert image.max() > 200
        assert not image[[0, -1]].any()
        assert not image[:, [0, -1]].any()
        near = [abs(image / 255.0 - draw_digit(other, np.random.default_rng(0)) / 255.0).mean() for other in range(3)]
        assert min(near) < 0.15, label


def test_a_picture_is_brought_as_the_hand_tab_brings_it():
    file = io.BytesIO()
    colour(enlarge(IMAGES[0])).save(file, "PNG")
    image, as_is = bring(file.getvalue())
    assert not as_is
    theirs = ((read_canvas(file.getvalue()).image[0, 0] + 1) * 127.5).round().to(torch.uint8)
    assert torch.equal(torch.from_numpy(image), theirs)


def test_folders_name_the_classes_in_the_order_of_numbers_or_of_letters(tmp_path):
    write_pictures(tmp_path / "a", IMAGES[LABELS < 3], LABELS[LABELS < 3], ["10", "9", "2"])
    assert load_dataset(tmp_path / "a", name="folder").class_names == ("2", "9", "10")
    write_pictures(tmp_path / "b", IMAGES[LABELS < 3], LABELS[LABELS < 3], ["häkchen", "cross", "zero"])
    assert load_dataset(tmp_path / "b", name="folder").class_names == ("cross", "häkchen", "zero")
    with pytest.raises(DataError, match=r"3 classes \(cross, häkchen, zero\), which are not those of mnist; add"):
        load_dataset(tmp_path / "b")


def test_folders_may_be_called_as_the_datasets_classes_are(tmp_path):
    names = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
    write_pictures(tmp_path, IMAGES, LABELS, names)
    data = load_dataset(tmp_path, name="kmnist")
    assert data.class_names == tuple(names)
    place = int((data.labels == 3).nonzero()[0])
    assert any(np.array_equal(data.images[place, 0].numpy(), one) for one in IMAGES[LABELS == 3])


def test_one_folder_is_parted_the_same_way_each_time(tmp_path):
    write_pictures(tmp_path, IMAGES, LABELS)
    first = [load_dataset(tmp_path, split) for split in ("train", "test")]
    assert [len(one) for one in first] == [50, 10]
    assert first[1].labels.tolist() == list(range(10))
    assert all("no test split: one picture in 7" in one.notices[0] for one in first)
    rows = {row.numpy().tobytes() for one in first for row in one.images}
    assert len(rows) == 60
    again = [load_dataset(tmp_path, split) for split in ("train", "test")]
    assert all(torch.equal(a.images, b.images) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.png", b"\x89PNG\r\n\x1a\n and no more", "no image that can be read"),
        ("empty.jpg", b"", "the picture is empty"),
        ("text.png", b"not a picture", "no image that can be read"),
        ("blank.png", None, "nothing is drawn there"),
    ],
)
def test_a_broken_picture_is_named_and_left_out(tmp_path, name, content, said):
    write_pictures(tmp_path / "train", IMAGES, LABELS)
    path = tmp_path / "train" / "4" / name
    if content is None:
        Image.new("L", (90, 90), 200).save(path)
    else:
        path.write_bytes(content)
    data = load_dataset(tmp_path / "train")
    told = [notice for notice in data.notices if notice.startswith("1 picture is left out")]
    assert str(path) in told[0]
    assert said in told[0]
    assert len(data) == 50
    (path.parent / "zz.png").write_bytes(b"")
    assert any("2 pictures are left out, the first" in notice for notice in load_dataset(tmp_path).notices)


def test_a_folder_of_nothing_but_broken_pictures_is_refused(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"no")
    with pytest.raises(DataError, match=r"of 2 pictures in .*, 2 cannot be taken; the first is .*1.png: the file is"):
        load_dataset(tmp_path, name="folder")


def test_a_class_without_pictures_is_named(tmp_path):
    write_pictures(tmp_path, IMAGES, LABELS, [*"abcdefghi", "last"])
    (tmp_path / "dogs").mkdir()
    with pytest.raises(DataError, match="holds no picture of dogs; each of its 11 classes needs one"):
        load_dataset(tmp_path, name="folder")


def test_hidden_folders_and_other_files_are_no_classes(tmp_path):
    write_pictures(tmp_path, IMAGES, LABELS)
    for name in (".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "3" / "notes.txt").write_text("mine")
    (tmp_path / "3" / "._0001.png").write_bytes(b"of a Mac's archiver")
    assert len(load_dataset(tmp_path)) == 50


def test_a_class_of_the_test_split_alone_is_named(tmp_path):
    write_pictures(tmp_path / "train", IMAGES, LABELS)
    write_pictures(tmp_path / "test", OTHERS, ANSWERS, [*"012345678", "cat"])
    with pytest.raises(DataError, match=r"test/cat is of no class of the training pictures"):
        load_dataset(tmp_path, "test", name="folder")
    (tmp_path / "train").rename(tmp_path / ".hidden")
    with pytest.raises(MissingDataError, match="has the test split alone"):
        load_dataset(tmp_path, name="folder")


def test_dark_ink_of_28_among_photos_is_turned(tmp_path: Path):
    write_pictures(tmp_path, 255 - IMAGES, LABELS)
    for label in range(10):
        colour(enlarge(draw_digit(label, np.random.default_rng(label)))).save(tmp_path / str(label) / "photo.png")
    data = load_dataset(tmp_path)
    borders = data.images[:, 0, 0].float().mean(1)
    assert borders.max() < 50


def test_both_splits_of_one_folder_come_from_one_pass_over_it(tmp_path, monkeypatch):
    write_pictures(tmp_path, IMAGES, LABELS)
    alone = [load_dataset(tmp_path, split) for split in ("train", "test")]
    bring = Mock(side_effect=pictures.bring)
    monkeypatch.setattr(pictures, "bring", bring)
    train, test = load_splits(tmp_path)
    assert bring.call_count == 60
    assert isinstance(test, Dataset)
    for one, other in zip((train, test), alone, strict=True):
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)
        assert one.notices == other.notices


@pytest.mark.parametrize("name", ["mnist", "folder"])
def test_the_reason_why_there_is_no_test_split_is_given(tmp_path, name):
    write_files(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(b"no")
    train, test = load_splits(tmp_path, name=name)
    assert len(train) == 600
    assert isinstance(test, DataError)
    assert "t10k-images-idx3-ubyte is cut short" in str(test)
