"""Pictures of the documentation are written anew only where one sees a difference."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.pictures import LEVELS, encode, looks_same, write_picture


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(40, 200, (200, 300, 3), dtype=np.uint8)


def write(path: Path, pixels: np.ndarray) -> bool:
    return write_picture(encode(Image.fromarray(pixels)), path)


def test_first_is_written_and_the_same_left_alone(tmp_path, pixels):
    path = tmp_path / "a.png"
    assert write(path, pixels)
    with Image.open(path) as image:
        assert (np.asarray(image) == pixels).all()  # without loss
    before = path.read_bytes()
    assert not write(path, pixels)
    assert path.read_bytes() == before


def test_what_nobody_sees_leaves_the_file_alone(tmp_path, pixels):
    path = tmp_path / "a.png"
    write(path, pixels)
    before = path.read_bytes()
    faint = pixels + np.uint8(LEVELS)  # everywhere, a little
    few = pixels.copy()
    few[0, :6] = 255 - few[0, :6] // 2  # 6 of 60,000 pixels, much
    for other in (faint, few):
        assert not write(path, other)
        assert path.read_bytes() == before


def test_what_one_sees_is_written(tmp_path, pixels):
    path = tmp_path / "a.png"
    more = pixels + np.uint8(LEVELS + 1)
    word = pixels.copy()
    word[20:28, 20:50] = 255
    for other in (more, word, pixels[:-1], pixels[:, :-1]):
        write(path, pixels)
        assert write(path, other)
        with Image.open(path) as image:
            assert (np.asarray(image) == other).all()


def test_the_same_colours_in_another_palette_or_mode_are_the_same(pixels):
    flat = Image.fromarray(pixels // 64 * 64)
    assert looks_same(flat, flat.quantize(256, dither=Image.Dither.NONE))
    assert looks_same(flat.convert("L"), flat.convert("L").convert("RGB"))
    clear = flat.convert("RGBA")
    clear.putalpha(0)
    assert not looks_same(flat, clear)


def test_another_recipe_is_written_though_it_looks_the_same(tmp_path, pixels):
    path = tmp_path / "a.png"
    for seed, written in (("1", True), ("1", False), ("2", True)):
        texts = PngInfo()
        texts.add_text("recipe", seed)
        Image.fromarray(pixels).save(tmp_path / "new.png", pnginfo=texts)
        assert write_picture((tmp_path / "new.png").read_bytes(), path) is written


def test_a_broken_file_is_replaced(tmp_path, pixels):
    path = tmp_path / "a.png"
    path.write_bytes(b"not a picture")
    assert write(path, pixels)
