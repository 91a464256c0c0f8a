"""Sheets, PNG, GIF and ZIP: read back with Pillow and zipfile, pixel by pixel."""

import csv
import io
import zipfile

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from torchvision.datasets import MNIST

from gan.drawing.datasets import write_idx, write_zip
from gan.drawing.films import FILMS, encode_film, encode_gif, encode_mp4, encode_webp
from gan.drawing.sheets import as_pixels, encode_png, make_sheet
from gan.recipes.read import read_recipe
from tests.made_digits import make_digits


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, list[int]]:
    images, labels = make_digits(10, seed=3)
    return images, labels.tolist()


def open_image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def count_frames(gif: Image.Image) -> int:
    return sum(1 for _ in ImageSequence.Iterator(gif))


def test_pixels_of_every_accepted_form_agree(digits):
    images, _ = digits
    as_float = torch.from_numpy(images).float().div(127.5).sub(1)
    for form in (
        images,
        images[:, None],
        torch.from_numpy(images),
        as_float,
        as_float[:, None],
        as_float.numpy(),
    ):
        np.testing.assert_array_equal(as_pixels(form), images)


@pytest.mark.parametrize("shape", [(28, 28), (0, 1, 28, 28), (2, 3, 28, 28)])
def test_what_is_no_batch_is_refused(shape):
    with pytest.raises(ValueError, match="are not a batch"):
        as_pixels(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("scale", [1, 3])
def test_sheet_places_each_digit_by_row_and_keeps_its_pixels(digits, scale):
    images, _ = digits
    sheet = np.asarray(make_sheet(images, 4, scale=scale, gap=2))
    assert sheet.shape == ((3 * 30 + 2) * scale, (4 * 30 + 2) * scale)
    small = sheet[::scale, ::scale]
    for i, image in enumerate(images):
        top, left = 2 + i // 4 * 30, 2 + i % 4 * 30
        np.testing.assert_array_equal(small[top : top + 28, left : left + 28], image)
    # Every pixel is a block of one value, and the gaps and empty places are paper.
    np.testing.assert_array_equal(small.repeat(scale, 0).repeat(scale, 1), sheet)
    assert sheet.astype(int).sum() == images.astype(int).sum() * scale**2


def test_inverted_sheet_is_ink_on_paper(digits):
    images, _ = digits
    np.testing.assert_array_equal(
        np.asarray(make_sheet(images, 5, invert=True)), 255 - np.asarray(make_sheet(images, 5))
    )


@pytest.mark.parametrize("wrong", [{"columns": 0}, {"columns": 2, "scale": 0}])
def test_sheet_of_no_size_is_refused(digits, wrong):
    with pytest.raises(ValueError, match="at least 1"):
        make_sheet(digits[0], **wrong)


def test_png_is_lossless_and_carries_its_recipe(digits):
    sheet, recipe = make_sheet(digits[0], 5), {"model": "digits", "seed": 7, "digits": [2, 0, 2, 6]}
    data = encode_png(sheet, recipe)
    np.testing.assert_array_equal(np.asarray(open_image(data)), np.asarray(sheet))
    assert read_recipe(io.BytesIO(data)) == recipe
    assert encode_png(sheet, recipe) == data
    assert read_recipe(io.BytesIO(encode_png(sheet))) is None


def test_gif_keeps_every_frame_grey_by_grey(digits):
    images, recipe = digits[0], {"seed": 1}
    data = encode_gif(images, fps=20, scale=2, recipe=recipe)
    with open_image(data) as gif:
        assert (count_frames(gif), gif.info["loop"], gif.info["duration"]) == (10, 0, 50)
        for i, image in enumerate(images):
            gif.seek(i)
            np.testing.assert_array_equal(np.asarray(gif.convert("L"))[::2, ::2], image)
    assert read_recipe(io.BytesIO(data)) == recipe


def test_boomerang_comes_back_and_does_not_stop_at_the_ends(digits):
    with open_image(encode_gif(digits[0], boomerang=True, scale=1)) as gif:
        assert count_frames(gif) == 18
        gif.seek(10)
        np.testing.assert_array_equal(np.asarray(gif.convert("L")), digits[0][8])


def test_gif_that_does_not_loop_says_so(digits):
    with open_image(encode_gif(digits[0], loop=False)) as gif:
        assert "loop" not in gif.info


@pytest.mark.parametrize("fps", [0, 51, float("nan")])
def test_gif_of_impossible_speed_is_refused(digits, fps):
    with pytest.raises(ValueError, match="from 1 to 50"):
        encode_gif(digits[0], fps=fps)


def test_foreign_comment_is_no_recipe(digits):
    file = io.BytesIO()
    Image.fromarray(digits[0][0]).save(file, "GIF", comment=b"made by hand")
    file.seek(0)
    assert read_recipe(file) is None


def test_zip_holds_each_digit_and_a_table(digits):
    images, labels = digits
    file = io.BytesIO()
    write_zip(file, images, labels, seed=9)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        table = list(csv.DictReader(io.StringIO(archive.read("digits.csv").decode())))
        assert [int(row["label"]) for row in table] == labels
        assert [int(row["index"]) for row in table] == list(range(10))
        assert {row["seed"] for row in table} == {"9"}
        for row, image in zip(table, images, strict=True):
            np.testing.assert_array_equal(np.asarray(open_image(archive.read(row["file"]))), image)
    again = io.BytesIO()
    write_zip(again, images, labels, seed=9)
    assert again.getvalue() == file.getvalue()


def test_zip_needs_a_label_for_each_image(digits):
    with pytest.raises(ValueError, match="10 images but 9 labels"):
        write_zip(io.BytesIO(), digits[0], digits[1][:9], seed=0)


def test_zip_says_which_z_of_which_seed_each_digit_has(digits):
    images, labels = digits
    file = io.BytesIO()
    write_zip(file, images[:3], labels[:3], seed=[4, 4, 9], indices=[7, 0, 7])
    with zipfile.ZipFile(file) as archive:
        table = list(csv.DictReader(io.StringIO(archive.read("digits.csv").decode())))
    assert [(row["seed"], row["index"]) for row in table] == [("4", "7"), ("4", "0"), ("9", "7")]


def test_idx_dataset_is_read_by_torchvision(digits, tmp_path):
    images, labels = np.concatenate([digits[0]] * 3), digits[1] * 3
    write_idx(tmp_path / "made.zip", images, labels)
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        archive.extractall(tmp_path)
    splits = [MNIST(tmp_path, train=train) for train in (True, False)]
    assert [len(split) for split in splits] == [26, 4]
    np.testing.assert_array_equal(torch.cat([split.data for split in splits]).numpy(), images)
    assert torch.cat([split.targets for split in splits]).tolist() == labels


def test_idx_of_one_digit_and_of_unequal_labels(digits):
    file = io.BytesIO()
    write_idx(file, digits[0][:1], digits[1][:1])
    with zipfile.ZipFile(file) as archive:
        assert archive.read("MNIST/raw/t10k-images-idx3-ubyte") == bytes.fromhex("00000803000000000000001c0000001c")
        assert archive.read("MNIST/raw/train-labels-idx1-ubyte") == bytes.fromhex("0000080100000001") + bytes(
            digits[1][:1]
        )
    with pytest.raises(ValueError, match="10 images but 9 labels"):
        write_idx(io.BytesIO(), digits[0], digits[1][:9])


def test_webp_keeps_every_frame_grey_by_grey(digits):
    images, recipe = digits[0], {"seed": 1}
    data = encode_webp(images, fps=20, scale=2, recipe=recipe, boomerang=True)
    with open_image(data) as film:
        assert sum(1 for _ in ImageSequence.Iterator(film)) == 18
        assert film.info["loop"] == 0
        for i, image in enumerate(images):
            film.seek(i)
            np.testing.assert_array_equal(np.asarray(film.convert("L"))[::2, ::2], image)
            assert film.info["duration"] == 50
    assert read_recipe(io.BytesIO(data)) == recipe


@pytest.mark.parametrize(("side", "even"), [(28, 84), (27, 82)])
def test_mp4_plays_everywhere_and_shows_the_frames(digits, side, even):
    images, recipe = digits[0][:, :side, :side], {"seed": 1, "digits": [3]}
    data = encode_mp4(images, fps=25, scale=3, recipe=recipe)
    with av.open(io.BytesIO(data), "r") as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (even, even)
        assert stream.average_rate is not None
        assert float(stream.average_rate) == 25.0
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(stream)]
    assert len(frames) == 10
    for frame, image in zip(frames, images, strict=True):
        shown = frame[1 : 3 * side : 3, 1 : 3 * side : 3].astype(int)
        assert np.abs(shown - image.astype(int)).mean() < 4
    assert read_recipe(io.BytesIO(data)) == recipe


@pytest.mark.parametrize("kind", list(FILMS))
def test_films_carry_their_recipe_in_every_kind(digits, kind):
    data = encode_film(digits[0], kind, boomerang=True, recipe={"model": "digits", "seed": 7})
    assert read_recipe(io.BytesIO(data)) == {"model": "digits", "seed": 7}
    assert read_recipe(io.BytesIO(encode_film(digits[0], kind))) is None


def test_unknown_film_is_refused(digits):
    with pytest.raises(ValueError, match="there are gif, webp, mp4"):
        encode_film(digits[0], "avi")
