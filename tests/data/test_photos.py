"""Pictures of digits as people take them: read right, or with a word of what is doubtful."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.photo_kinds import BLACK, KINDS, PAPER, WIDE, cover, encode, ink_on, plain, shoot
from gan.data.photo import find_digit, read_canvas
from gan.errors import InputError
from gan.judges.classifier import Classifier, load_classifier
from tests.made_digits import draw_digit

DIGITS = (0, 2, 4, 5, 7, 8)


@pytest.fixture(scope="module")
def reader() -> Classifier:
    return load_classifier()


def make_ink(digit: int, seed: int = 0) -> np.ndarray:
    return draw_digit(digit, np.random.default_rng(seed + digit))


def write(places: list[tuple[int, float, float, float]], size: tuple[int, int] = WIDE) -> np.ndarray:
    """A sheet with digits (digit, x, y, share of the shorter side) on it, as a camera takes it."""
    rng = np.random.default_rng(5)
    covered = [cover(rng, make_ink(digit), size, share, (x, y), turn=0) for digit, x, y, share in places]
    return shoot(rng, ink_on(plain(size), np.maximum.reduce(covered), BLACK))


def read(reader: Classifier, data: bytes, at: tuple[float, float] | None = None) -> int:
    return int(reader.read(read_canvas(data, at).image).argmax())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_read_right(reader, kind):
    wrong = []
    for digit in DIGITS:
        canvas = read_canvas(KINDS[kind](np.random.default_rng(digit), make_ink(digit)))
        if int(reader.read(canvas.image).argmax()) != digit:
            wrong.append(digit)
        assert bool(canvas.note) == (kind == "beside another"), (digit, canvas.note)
    assert not wrong


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("colour", [(0.45, 0.3, 0.18), (0.05, 0.05, 0.06), (0.65, 0.66, 0.7)])
@pytest.mark.parametrize("noise", [0.0, 0.015])
def test_a_table_on_one_side_is_no_digit(reader, side, colour, noise):
    picture = write([(7, 0.5, 0.5, 0.45)])
    parts: dict[str, Any] = {
        "left": np.s_[:, :110],
        "right": np.s_[:, -90:],
        "top": np.s_[:80],
        "bottom": np.s_[-100:],
    }
    picture[parts[side]] = colour
    picture = picture + np.random.default_rng(0).normal(0, noise, picture.shape)
    canvas = read_canvas(encode(picture, "PNG"))
    assert int(reader.read(canvas.image).argmax()) == 7
    assert (canvas.note, canvas.others) == ("", ())


def test_digits_side_by_side_are_told_and_each_can_be_chosen(reader):
    data = encode(write([(3, 0.2, 0.5, 0.45), (7, 0.5, 0.5, 0.5), (2, 0.8, 0.5, 0.45)]))
    canvas = read_canvas(data)
    assert "stand beside this one: 2" in canvas.note
    assert canvas.doubt >= 0.25
    assert len(canvas.others) == 2
    middles = sorted(left + width / 2 for left, _, width, _ in (canvas.box, *canvas.others))
    assert middles == pytest.approx([0.2, 0.5, 0.8], abs=0.04)
    assert [read(reader, data, (x, 0.5)) for x in middles] == [3, 7, 2]


def test_a_digit_at_the_edge_is_never_sure(reader):
    canvas = read_canvas(encode(write([(8, 0.5, 0.03, 0.6)])))
    assert "reaches the edge" in canvas.note
    assert canvas.doubt >= 0.5


def test_a_blob_is_no_stroke():
    y, x = np.mgrid[:300, :300]
    canvas = find_digit(np.where((x - 150) ** 2 + (y - 150) ** 2 < 60**2, 0.1, 0.9))
    assert "blob" in canvas.note
    assert canvas.doubt >= 0.5


def test_a_single_straight_line_is_a_one_and_no_rule(reader):
    """Only what goes all the way, or stands beside its like, is a line of the paper."""
    picture = np.full((400, 300), 0.9)
    picture[60:340, 148:153] = 0.1
    assert int(reader.read(find_digit(picture).image).argmax()) == 1


@pytest.mark.parametrize(("low", "high"), [(0, 65535), (9000, 40000), (100, 1200)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_scaled_by_their_own_range(reader, low, high, kind):
    covered = cover(np.random.default_rng(1), make_ink(7), (300, 300), 0.6, (0.5, 0.5))
    file = io.BytesIO()
    Image.fromarray((high - (high - low) * covered).astype(np.uint16)).save(file, kind)
    assert read(reader, file.getvalue()) == 7


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e-3, -5.0), (1e6, 1e7)])
def test_floating_numbers_are_scaled_by_their_own_range(reader, scale, shift):
    covered = cover(np.random.default_rng(1), make_ink(4), (300, 300), 0.6, (0.5, 0.5))
    file = io.BytesIO()
    Image.fromarray((covered * scale + shift).astype(np.float32)).save(file, "TIFF")
    assert read(reader, file.getvalue()) == 4


@pytest.mark.parametrize("kind", ["AVIF", "TIFF", "JPEG2000"])
def test_formats_that_browsers_lack_are_read_by_programs(reader, kind):
    assert read(reader, encode(write([(5, 0.5, 0.5, 0.5)]), kind)) == 5


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_an_iphones_photo_is_named(brand):
    with pytest.raises(InputError, match="HEIC photo"):
        read_canvas(b"\0\0\0\x18ftyp" + brand + bytes(60))


def test_a_page_of_print_and_a_pattern_hold_no_digit():
    rng = np.random.default_rng(2)
    text = [(int(rng.integers(10)), x, y, 0.06) for y in np.arange(0.1, 0.95, 0.1) for x in np.arange(0.08, 0.95, 0.06)]
    with pytest.raises(InputError, match="no digit stands out"):
        read_canvas(encode(write(text)))


def test_paper_of_any_grey_is_paper():
    for level in (0.3, 0.6, 1.0):
        rng = np.random.default_rng(3)
        paper = plain(WIDE, PAPER) * level
        found = read_canvas(encode(ink_on(paper, cover(rng, make_ink(2), WIDE, 0.5, (0.5, 0.5)), (0.02, 0.02, 0.02))))
        assert found.note == ""
