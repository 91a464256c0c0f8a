"""What the page asks for, without the page: limits, recipes that replay, models that come and go."""

import io
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan import checkpoint
from gan.data import to_uint8
from gan.models import build_generator
from gan.render import read_recipe
from gan.sampling import load
from gan.ui import service as module
from gan.ui.service import MAX_DIGITS, MAX_FRAMES, MAX_ROWS, MAX_TYPED, FieldError, Service
from tests.tiny_checkpoint import write_tiny


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of checkpoints of its own, with one untrained generator called tiny."""
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    write_tiny(tmp_path / "tiny.safetensors")
    return tmp_path


@pytest.fixture
def service(folder: Path) -> Service:
    return Service()


def ask_sheet(service: Service, **change: object) -> module.Sheet:
    asked: dict[str, object] = {"model": "tiny", "digits": "2026", "rows": 3, "seed": 7, "psi": 1.0}
    return service.draw_sheet(**(asked | change))


def ask_frames(service: Service, **change: object) -> module.Frames:
    asked: dict[str, object] = {
        "model": "tiny",
        "start_digit": "3",
        "start_seed": 1,
        "end_digit": 8,
        "end_seed": 2,
        "method": "slerp",
        "psi": 0.7,
        "frames": 21,
    }
    return service.draw_frames(**(asked | change))


def test_sheet_has_typed_digits_as_columns_and_one_style_a_row(service):
    sheet = ask_sheet(service)
    assert (sheet.columns, sheet.rows) == (4, 3)
    assert sheet.images.shape == (12, 1, 28, 28)
    assert sheet.images.dtype == torch.uint8
    assert sheet.recipe["digits"] == [2, 0, 2, 6] * 3
    for row in range(3):
        one = sheet.images[4 * row : 4 * row + 4]
        assert torch.equal(one[0], one[2])  # both twos of a row are in one hand
    assert not torch.equal(sheet.images[0], sheet.images[4])  # and another row is in another
    assert sheet.milliseconds > 0


def test_recipe_replays_through_the_python_api(service, folder):
    sheet = ask_sheet(service, psi=0.6)
    recipe = sheet.recipe
    generator = load(str(folder / f"{recipe['model']}.safetensors"))
    assert generator.sha256 == recipe["weights"]
    again = torch.cat(
        [
            generator.sample([digit], seed=recipe["seed"], truncation=recipe["truncation"], start=index)
            for digit, index in zip(recipe["digits"], recipe["indices"], strict=True)
        ]
    )
    difference = to_uint8(again).int() - sheet.images.int()
    assert difference.abs().max() <= 1


def test_digit_does_not_change_when_its_neighbours_go(service):
    both = ask_sheet(service, digits="37")
    alone = ask_sheet(service, digits="7")
    assert (both.images[1::2].int() - alone.images.int()).abs().max() <= 1


def test_same_recipe_gives_the_same_picture_and_another_seed_another(service):
    assert ask_sheet(service).to_png() == ask_sheet(service, seed=7.0, digits=[2, 0, 2, 6]).to_png()
    assert ask_sheet(service).to_png() != ask_sheet(service, seed=8).to_png()
    assert ask_sheet(service, psi=0.0, rows=2).images[:4].equal(ask_sheet(service, psi=0.0, rows=2).images[4:])


def test_png_of_a_sheet_is_large_crisp_and_knows_its_recipe(service):
    sheet = ask_sheet(service)
    data = sheet.to_png()
    assert read_recipe(io.BytesIO(data)) == sheet.recipe
    picture = np.asarray(Image.open(io.BytesIO(data)))
    small = np.asarray(Image.open(io.BytesIO(sheet.to_png(1))))
    np.testing.assert_array_equal(picture, small.repeat(10, 0).repeat(10, 1))
    widest = ask_sheet(service, digits="1" * MAX_TYPED, rows=1).to_png()
    assert max(Image.open(io.BytesIO(widest)).size) <= module.MAX_SIDE


def test_alt_text_says_what_is_shown(service):
    assert ask_sheet(service).alt == "Sheet of 12 handwritten digits, 3 rows of 2 0 2 6"
    assert ask_sheet(service, digits="7", rows=1).alt == "Sheet of 1 handwritten digit, 1 row of 7"
    assert "40 x 5" in ask_sheet(service, digits="5" * 40, rows=1).alt
    assert ask_frames(service).alt == "from a 3, seed 1, to an 8, seed 2"


def test_limits_themselves_are_allowed(service):
    assert len(ask_sheet(service, digits="0" * 20, rows=MAX_ROWS).images) == MAX_DIGITS
    assert len(ask_sheet(service, digits="0" * MAX_TYPED, rows=1).images) == MAX_TYPED
    assert len(ask_frames(service, frames=MAX_FRAMES).images) == MAX_FRAMES
    assert len(ask_frames(service, frames=2).images) == 2


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"digits": ""}, "digits", "No digit was given"),
        ({"digits": None}, "digits", "No digit was given"),
        ({"digits": []}, "digits", "No digit was given"),
        ({"digits": "20a6"}, "digits", "'a' is not a digit"),
        ({"digits": "²"}, "digits", "'²' is not a digit"),
        ({"digits": "-1"}, "digits", "'-' is not a digit"),
        ({"digits": [10]}, "digits", "10 is not a digit"),
        ({"digits": [1.5]}, "digits", "1.5 is not a digit"),
        ({"digits": {"a": 1}}, "digits", "is no number"),
        ({"digits": True}, "digits", "is no number"),
        ({"digits": math.nan}, "digits", "is no number"),
        ({"digits": "1" * (MAX_TYPED + 1)}, "digits", "65 digits are too many"),
        ({"digits": "1" * 1_000_000}, "digits", "too many"),
        ({"rows": 0}, "rows", "The count is 0"),
        ({"rows": MAX_ROWS + 1}, "rows", "from 1 to 20"),
        ({"rows": 2.5}, "rows", "The count is 2.5"),
        ({"rows": None}, "rows", "The count is empty"),
        ({"digits": "0" * 21, "rows": 20}, "rows", "a sheet holds up to 400, here up to 19 rows"),
        ({"seed": -1}, "seed", "The seed is -1"),
        ({"seed": 2**32}, "seed", "The seed is 4294967296"),
        ({"seed": math.nan}, "seed", "The seed is nan"),
        ({"seed": "seven"}, "seed", "The seed is 'seven'"),
        ({"seed": None}, "seed", "The seed is empty"),
        ({"psi": -0.1}, "psi", "psi is -0.1"),
        ({"psi": 1.51}, "psi", "from 0 to 1.5"),
        ({"psi": math.inf}, "psi", "psi is inf"),
        ({"psi": "low"}, "psi", "psi is 'low'"),
        ({"model": "nobody"}, "model", "no model 'nobody'; those there are: tiny"),
        ({"model": ""}, "model", "those there are: tiny"),
        ({"model": None}, "model", "those there are: tiny"),
        ({"model": 7}, "model", "those there are: tiny"),
        ({"model": "../tiny"}, "model", "those there are: tiny"),
        ({"model": "/etc/passwd"}, "model", "those there are: tiny"),
        ({"model": "tiny\0"}, "model", "those there are: tiny"),
    ],
)
def test_bad_sheet_is_a_sentence_at_its_control_and_the_next_one_works(service, change, field, said):
    with pytest.raises(FieldError) as error:
        ask_sheet(service, **change)
    assert said in str(error.value)
    assert str(error.value).endswith(".")
    assert error.value.field == field
    assert len(ask_sheet(service).images) == 12


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"start_digit": "12"}, "start_digit", "The start has 2 digits"),
        ({"end_digit": 10}, "end_digit", "The end has 2 digits"),
        ({"end_digit": ""}, "end_digit", "No digit was given"),
        ({"start_seed": None}, "start_seed", "The seed is empty"),
        ({"end_seed": 1.5}, "end_seed", "The seed is 1.5"),
        ({"method": "arc"}, "method", "it can be slerp or lerp"),
        ({"method": ["slerp"]}, "method", "it can be slerp or lerp"),
        ({"psi": 2}, "psi", "psi is 2"),
        ({"frames": 1}, "frames", "from 2 to 241"),
        ({"frames": 242}, "frames", "The count is 242"),
        ({"model": "x"}, "model", "those there are: tiny"),
    ],
)
def test_bad_interpolation_is_a_sentence_at_its_control(service, change, field, said):
    with pytest.raises(FieldError) as error:
        ask_frames(service, **change)
    assert said in str(error.value)
    assert error.value.field == field


def test_frames_begin_and_end_as_sample_draws_them(service, folder):
    frames = ask_frames(service)
    generator = load(str(folder / "tiny.safetensors"))
    assert torch.equal(frames.images[:1], to_uint8(generator.sample([3], seed=1, truncation=0.7)))
    assert torch.equal(frames.images[-1:], to_uint8(generator.sample([8], seed=2, truncation=0.7)))
    assert ask_frames(service).to_gif() == frames.to_gif()
    assert read_recipe(io.BytesIO(frames.to_gif())) == frames.recipe
    assert read_recipe(io.BytesIO(frames.to_strip_png())) == frames.recipe


@pytest.mark.parametrize(("count", "strip"), [(2, [0, 1]), (11, list(range(11))), (61, list(range(0, 61, 6)))])
def test_strip_holds_both_ends_and_even_steps(service, count, strip):
    assert ask_frames(service, frames=count).strip() == strip


def test_model_that_was_replaced_is_read_anew_and_one_that_went_is_said(service, folder):
    before = ask_sheet(service).recipe["weights"]
    again = service.get("tiny")
    assert again is service.get("tiny")
    config = again.config
    torch.manual_seed(5)
    other = build_generator(config)
    checkpoint.write_released(folder / "tiny.safetensors", config, other, None, {"class_names": list("0123456789")})
    assert ask_sheet(service).recipe["weights"] != before
    (folder / "tiny.safetensors").unlink()
    with pytest.raises(FieldError, match="those there are: none yet; train one with train.py"):
        ask_sheet(service)


@pytest.mark.parametrize("damage", [lambda data: data[:-100], lambda data: b"\0" * 64, lambda data: b""])
def test_damaged_checkpoint_is_said_and_the_others_go_on(service, folder, damage):
    data = (folder / "tiny.safetensors").read_bytes()
    (folder / "broken.safetensors").write_bytes(damage(data))
    with pytest.raises(FieldError, match=r"^The file broken\.safetensors is damaged") as error:
        ask_sheet(service, model="broken")
    assert error.value.field == "model"
    assert service.models() == ["tiny"]
    assert len(ask_sheet(service).images) == 12


def test_only_so_many_models_are_held(folder):
    service = Service(keep=2)
    for name in ("a", "b", "c"):
        write_tiny(folder / f"{name}.safetensors")
        service.get(name)
    assert [key[0] for key in service._loaded] == ["b", "c"]


def test_many_threads_get_their_own_pictures(service):
    expected = {seed: ask_sheet(service, seed=seed).to_png(1) for seed in range(6)}
    with ThreadPoolExecutor(12) as pool:
        seeds = [seed for seed in range(6) for _ in range(6)]
        for seed, sheet in zip(seeds, pool.map(lambda seed: ask_sheet(service, seed=seed), seeds), strict=True):
            assert sheet.to_png(1) == expected[seed]


def test_wait_for_the_pen_ends_with_a_sentence(service, monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with service.draws():
            holding.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    try:
        with pytest.raises(FieldError, match="busy"):
            ask_sheet(service)
    finally:
        done.set()
        thread.join()
    assert len(ask_sheet(service).images) == 12


def test_warming_up_without_any_model_is_quiet(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    Service().warm()
