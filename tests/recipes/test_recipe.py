"""Recipes: the same one gives the same picture everywhere; a wrong one is a sentence and nothing else."""

import io
import json
import math
from typing import Any

import numpy as np
import pytest
import torch

import gan
from gan.data import to_uint8
from gan.drawing.arguments import InputError
from gan.drawing.films import encode_film
from gan.drawing.generator import Generator, load
from gan.drawing.interpolation import End
from gan.drawing.sheets import encode_png, make_sheet
from gan.handwriting.invert import draw_hand, hear_hand, tell_hand
from gan.models import build_generator
from gan.recipes.read import check_recipe, parse_json, read_file, replay
from gan.recipes.way import MAX_ENDS
from gan.sample import main
from gan.store.released import write_released
from gan.ui.inputs import FieldError
from gan.ui.replay import draw_again
from gan.ui.service import Service
from gan.ui.tabs.hand.desk import HandDesk
from tests.tiny_checkpoint import write_tiny


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    return load(str(write_tiny(tmp_path_factory.mktemp("recipe") / "tiny.safetensors")))


def sheet(generator: Generator, **change: Any) -> dict[str, Any]:
    return {
        "model": "tiny",
        "weights": generator.sha256,
        "seed": 7,
        "digits": [2, 0, 2, 6],
        "indices": [0, 0, 3, 1],
        "truncation": 0.8,
        "columns": 2,
    } | change


def way(generator: Generator, **change: Any) -> dict[str, Any]:
    ends = [{"digit": 3, "seed": 4}, {"digit": 8, "seed": 7}, {"digit": 1, "seed": 2}]
    return {"model": "tiny", "weights": generator.sha256, "ends": ends, "truncation": 0.7, "frames": 21} | change


def test_sheet_is_what_sample_draws_with_its_indices(generator):
    images = replay(sheet(generator), generator)
    assert torch.equal(images, generator.sample([2, 0, 2, 6], seed=7, truncation=0.8, indices=[0, 0, 3, 1]))


def test_each_picture_may_have_a_seed_of_its_own(generator):
    recipe = sheet(generator, seeds=[7, 9, 7, 9])
    del recipe["seed"]
    images = replay(recipe, generator)
    for i, (digit, seed, index) in enumerate(zip([2, 0, 2, 6], [7, 9, 7, 9], [0, 0, 3, 1], strict=True)):
        alone = generator.sample([digit], seed=seed, truncation=0.8, start=index)
        assert (to_uint8(images[i : i + 1]).int() - to_uint8(alone).int()).abs().max() <= 1


@pytest.mark.parametrize("loop", ["back", "round"])
@pytest.mark.parametrize("travels", ["both", "noise", "class"])
def test_way_meets_every_end(generator, travels, loop):
    frames = replay(way(generator, travels=travels, loop=loop, frames=25), generator)
    ends = [End(3, 4), End(8, 7), End(1, 2)]
    if travels == "noise":
        ends = [End(3, 4), End(3, 7), End(3, 2)]
    if travels == "class":
        ends = [End(3, 4), End(8, 4), End(1, 4)]
    if loop == "round":
        ends.append(ends[0])
    for i, end in enumerate(ends):
        want = generator.sample([end.digit], seed=end.seed, truncation=0.7)
        assert torch.equal(frames[i * 24 // (len(ends) - 1)], want[0])


def test_old_recipe_with_start_and_end_is_the_way_between_two(generator):
    ends = [{"digit": 3, "seed": 4}, {"digit": 8, "seed": 7}]
    old = {"model": "tiny", "start": ends[0], "end": ends[1], "method": "lerp", "truncation": 0.7, "frames": 5}
    new = {"model": "tiny", "ends": ends, "method": "lerp", "truncation": 0.7, "frames": 5}
    assert torch.equal(replay(old, generator), replay(new, generator))


def test_recipe_names_the_shipped_model_and_comes_from_a_file(tmp_path):
    digits = gan.load("digits")
    recipe = {"model": "digits", "weights": digits.sha256, "seed": 1, "digits": [4, 0, 7], "truncation": 1.0}
    want = digits.sample("407", seed=1)
    assert torch.equal(gan.replay(recipe), want)
    (tmp_path / "r.json").write_text(json.dumps(recipe))
    assert torch.equal(gan.replay(tmp_path / "r.json"), want)
    (tmp_path / "r.png").write_bytes(encode_png(make_sheet(want, 3), recipe))
    assert torch.equal(gan.replay(str(tmp_path / "r.png")), want)


def test_other_weights_are_said_with_both_hashes(generator, tmp_path):
    torch.manual_seed(3)
    path = tmp_path / "tiny.safetensors"
    write_released(path, generator.config, build_generator(generator.config), None, {})
    other = load(str(path))
    with pytest.raises(InputError) as error:
        replay(sheet(generator), other)
    assert generator.sha256[:12] in str(error.value)
    assert other.sha256[:12] in str(error.value)
    assert "other weights" in str(error.value)


DEEP = "[" * 100_000 + "]" * 100_000
NO_RECIPES = ["", "{", "7", "[]", "null", '{"seed": NaN}', '{"a": Infinity}', DEEP, " " * 3_000_000]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digits": "20x6"}, "'x' is not a digit"),
        ({"digits": 7}, "list of whole numbers"),
        ({"digits": []}, "no digit was given"),
        ({"digits": [10]}, "10 is not a digit"),
        ({"digits": [None]}, "empty is not a digit"),
        ({"seed": -1}, "the seed is -1"),
        ({"seed": 1e300}, "the seed is"),
        ({"seed": "drop table"}, "the seed is 'drop table'"),
        ({"seed": {"a": 1}}, "the seed is"),
        ({"seeds": [1]}, "list of 4 numbers"),
        ({"indices": [0, 1]}, "2 indices for 4 digits"),
        ({"indices": [0, 1, 2, 2**40]}, "the index is"),
        ({"indices": "0123"}, "list of whole numbers"),
        ({"truncation": math.nan}, "psi is nan"),
        ({"truncation": 10**400}, "psi"),
        ({"columns": 0}, "from 1 to"),
        ({"columns": math.inf}, "from 1 to"),
        ({"weights": "x"}, "SHA-256"),
        ({"weights": 5}, "SHA-256"),
        ({"weights": "0" * 64}, "other weights"),
        ({"hat": 1}, "'hat', which means nothing"),
        ({"ends": []}, "'ends', which means nothing"),
    ],
)
def test_tampered_sheet_is_a_sentence(generator, change, said):
    with pytest.raises(InputError, match=said) as error:
        replay(sheet(generator, **change), generator)
    assert len(str(error.value)) < 300
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ends": []}, "0 ends; it can have from 2 to 12"),
        ({"ends": [{"digit": 1, "seed": 1}] * (MAX_ENDS + 1)}, "13 ends"),
        ({"ends": 5}, "list of objects"),
        ({"ends": [1, 2]}, "list of objects"),
        ({"ends": [{"digit": 1}, {"digit": 2}]}, "digit and a seed"),
        ({"ends": [{"digit": 1, "seed": math.nan}] * 2}, "the seed is nan"),
        ({"ends": [{"digit": 11, "seed": 0}] * 2}, "11 is not a digit"),
        ({"method": "arc"}, "slerp or lerp"),
        ({"travels": []}, "both, noise or class"),
        ({"loop": None}, "back or round"),
        ({"frames": 1}, "from 2 to 241"),
        ({"frames": 10**9}, "from 1 to 241"),
        ({"start": {"digit": 1, "seed": 1}}, "one of the two"),
        ({"digits": [1]}, "means nothing"),
    ],
)
def test_tampered_way_is_a_sentence(generator, change, said):
    with pytest.raises(InputError, match=said):
        replay(way(generator, **change), generator)


def hand(generator: Generator, **change: Any) -> dict[str, Any]:
    told = tell_hand(generator.draw_z(5, [3]))
    return {"model": "tiny", "weights": generator.sha256, "hand": told, "digits": [2, 0, 2, 6]} | change


def test_hand_is_one_z_for_every_digit(generator):
    recipe = hand(generator)
    images = replay(recipe, generator)
    assert torch.equal(images, draw_hand(generator, hear_hand(recipe["hand"], generator), [2, 0, 2, 6]))
    assert torch.equal(images[0], images[2])
    written = {name: value for name, value in recipe.items() if name != "digits"} | {"text": "20-26"}
    assert torch.equal(replay(written, generator), images)
    assert torch.equal(replay(recipe | {"note": "", "pixel_error": 0.05, "read": [0.1] * 10}, generator), images)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hand": "AAAA"}, "no hand of tiny"),
        ({"hand": ""}, "no hand of tiny"),
        ({"hand": "x" * 10_000}, "no hand of tiny"),
        ({"hand": 5}, "no hand of tiny"),
        ({"hand": None}, "no hand of tiny"),
        ({"digits": []}, "no digit was given"),
        ({"digits": 7}, "list of whole numbers"),
        ({"digits": [11]}, "11 is not a digit"),
        ({"columns": 0}, "from 1 to"),
        ({"text": "2027"}, "not those of its text '2027'"),
        ({"text": "20x6"}, "'x' is not a digit"),
        ({"text": ""}, "no digit was given"),
        ({"text": 2026}, "not text"),
        ({"text": "1" * 33}, "33 digits are too many"),
        ({"weights": "0" * 64}, "other weights"),
        ({"seed": 7}, "'seed', which means nothing"),
        ({"truncation": 0.5}, "'truncation', which means nothing"),
    ],
)
def test_tampered_hand_is_a_sentence(generator, change, said):
    with pytest.raises(InputError, match=said) as error:
        replay(hand(generator, **change), generator)
    assert len(str(error.value)) < 300
    assert str(error.value).endswith(".")


def test_hand_without_digits_is_a_sentence(generator):
    recipe = hand(generator)
    del recipe["digits"]
    with pytest.raises(InputError, match="the recipe has no digits"):
        replay(recipe, generator)


@pytest.mark.parametrize("text", NO_RECIPES)
def test_what_is_no_recipe_is_a_sentence(text):
    with pytest.raises(InputError, match=r"\.$"):
        parse_json(text)


@pytest.mark.parametrize("recipe", [{}, {"seed": 1}, [], None, 5])
def test_recipe_of_nothing_is_a_sentence(generator, recipe):
    with pytest.raises(InputError, match=r"\.$"):
        check_recipe(recipe, generator)


@pytest.mark.parametrize("model", ["nobody", "../tiny", "/etc/passwd", "", 7, None, "x" * 5000])
def test_unknown_model_of_a_recipe_is_a_sentence(model):
    with pytest.raises(InputError, match=r"\.$") as error:
        gan.replay({"model": model, "digits": [1]})
    assert len(str(error.value)) < 300


def test_file_without_a_recipe_is_a_sentence(tmp_path):
    (tmp_path / "bare.png").write_bytes(encode_png(make_sheet(np.zeros((1, 28, 28), np.uint8), 1)))
    (tmp_path / "noise.bin").write_bytes(b"\0\1\2" * 50)
    (tmp_path / "cut.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(40))
    for name, said in (("bare.png", "carries no recipe"), ("noise.bin", "neither"), ("none.json", "could not be read")):
        with pytest.raises(InputError, match=said):
            read_file(tmp_path / name)
    with pytest.raises(InputError):
        read_file(tmp_path / "cut.mp4")


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_command_draws_a_picture_again_from_itself(tmp_path, capsys):
    first, again = tmp_path / "first.png", tmp_path / "again.png"
    assert run("digits", "--digits", "2026", "--count", 8, "--seed", 7, "--truncation", 0.8, "--out", first) == 0
    assert run("--recipe", first, "--out", again) == 0
    assert again.read_bytes() == first.read_bytes()
    assert "as the recipe says" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["gif", "webp", "mp4"])
def test_command_draws_a_film_again_from_itself(tmp_path, kind):
    digits = gan.load("digits")
    recipe = way(digits, model="digits", frames=9)
    film = encode_film(gan.replay(recipe), kind, boomerang=True, recipe=recipe)
    (tmp_path / f"first.{kind}").write_bytes(film)
    assert run("--recipe", tmp_path / f"first.{kind}", "--out", tmp_path / f"again.{kind}") == 0
    assert (tmp_path / f"again.{kind}").read_bytes() == film


@pytest.mark.parametrize("scale", [1, 8])
def test_command_draws_the_digits_and_the_line_of_a_hand_again(tmp_path, scale):
    digits, desk = gan.load("digits"), HandDesk(Service())
    told = tell_hand(digits.draw_z(9, [1]))
    for name, data in (
        ("ten", desk.draw_ten_png("digits", told, scale)),
        ("line", desk.write("digits", told, "20.11.2026").to_png(scale)),
    ):
        first, again = tmp_path / f"{name}.png", tmp_path / "again.png"
        first.write_bytes(data)
        assert run("--recipe", first, "--out", again, "--scale", scale) == 0
        assert again.read_bytes() == data
    assert run("--recipe", first, "--out", tmp_path / "a.npz") == 0
    with np.load(tmp_path / "a.npz") as made:
        assert made["labels"].tolist() == [2, 0, 1, 1, 2, 0, 2, 6]


def test_page_replays_a_hand_as_it_drew_it():
    digits, service = gan.load("digits"), Service()
    desk, told = HandDesk(service), tell_hand(digits.draw_z(9, [1]))
    _, recipe = desk.draw_ten("digits", told)
    assert draw_again(service, recipe) == (desk.draw_ten_png("digits", told), "image/png")
    line = desk.write("digits", told, "1" * 16 + "7" * 16)
    assert draw_again(service, line.recipe, scale=3) == (line.to_png(3), "image/png")
    with pytest.raises(FieldError, match="of this recipe it can be png"):
        draw_again(service, recipe, kind="zip")
    with pytest.raises(FieldError, match="up to 400 are drawn here"):
        draw_again(service, recipe | {"digits": [1] * 401})


def test_command_reads_standard_input_and_writes_arrays(tmp_path, monkeypatch):
    digits = gan.load("digits")
    recipe = sheet(digits, model="digits")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(recipe)))
    assert run("--recipe", "-", "--out", tmp_path / "a.npz") == 0
    with np.load(tmp_path / "a.npz") as made:
        want = to_uint8(gan.replay(recipe))[:, 0].numpy()
        np.testing.assert_array_equal(made["images"], want)
        assert made["labels"].tolist() == [2, 0, 2, 6]


def test_command_refuses_in_one_sentence_and_writes_nothing(tmp_path, capsys, generator):
    digits = gan.load("digits")
    cases = [
        (sheet(digits, model="digits", weights="0" * 64), "a.png", "other weights"),
        (sheet(digits, model="digits"), "a.gif", "a sheet does not move"),
        (way(digits, model="digits"), "a.zip", "have no labels"),
        (sheet(digits, model="digits", seed=-4), "a.png", "The seed is -4"),
        (sheet(digits, model="nobody"), "a.png", "there is no checkpoint 'nobody'"),
        (hand(digits, model="digits"), "a.zip", "a hand has no seed for the table"),
        (hand(digits, model="digits"), "a.gif", "a sheet does not move"),
        (hand(digits, model="digits", hand="AAAA"), "a.png", "The hand is no hand of digits"),
    ]
    for recipe, name, said in cases:
        (tmp_path / "r.json").write_text(json.dumps(recipe))
        assert run("--recipe", tmp_path / "r.json", "--out", tmp_path / name) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert said in line
        assert not (tmp_path / name).exists()
