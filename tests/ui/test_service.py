"""What the page asks for, without the page: limits, recipes that replay, models that come and go."""

import csv
import io
import math
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from gan.data import to_uint8
from gan.drawing.generator import load
from gan.models import build_generator
from gan.recipes.read import read_recipe, replay
from gan.recipes.way import MAX_ENDS, MAX_FRAMES
from gan.store import released as checkpoint
from gan.ui import service as module
from gan.ui.inputs import MAX_TYPED, FieldError
from gan.ui.judge import judge
from gan.ui.service import MAX_DIGITS, Service
from gan.ui.tabs.generate.dataset import SLICE, draw_slice
from gan.ui.tabs.generate.sheet import MAX_ROWS, MAX_SIDE, Sheet, draw_sheet
from gan.ui.tabs.generate.sheet import check_link as check_sheet_link
from gan.ui.tabs.interpolate.way import Frames, draw_frames, draw_way
from gan.ui.tabs.interpolate.way import check_link as check_way_link
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


def ask_sheet(service: Service, **change: object) -> Sheet:
    asked: dict[str, object] = {"model": "tiny", "digits": "2026", "rows": 3, "seed": 7, "psi": 1.0}
    return draw_sheet(service, **(asked | change))


def ask_frames(service: Service, **change: object) -> Frames:
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
    return draw_frames(service, **(asked | change))


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
    assert max(Image.open(io.BytesIO(widest)).size) <= MAX_SIDE


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
        ({"digits": "20. November"}, "digits", "'N' is not a digit"),
        ({"digits": "7" * 200}, "digits", "200 digits are too many; a sheet holds up to 64 in a row"),
        ({"hands": "three"}, "hands", "The hands are 'three'; they can be one or many"),
        ({"hands": ["one"]}, "hands", "they can be one or many"),
        ({"locks": "x"}, "locks", "The locked row 'x' is not row:seed.style"),
        ({"locks": "0:7.20"}, "locks", "from 0 to 19"),
        ({"locks": "20:7.0"}, "locks", "from 0 to 19"),
        ({"locks": "0:9999999999.0"}, "locks", "The seed is 9999999999"),
        ({"locks": "0:1.1," * 500}, "locks", "must be text such as"),
        ({"locks": [1]}, "locks", "must be text such as"),
        ({"digits": [10]}, "digits", "10 is not a digit"),
        ({"digits": [1.5]}, "digits", "1.5 is not a digit"),
        ({"digits": {"a": 1}}, "digits", "is no number"),
        ({"digits": True}, "digits", "is no number"),
        ({"digits": math.nan}, "digits", "is no number"),
        ({"digits": "1" * (MAX_TYPED + 1)}, "digits", "65 digits are too many"),
        ({"digits": "1" * 1_000_000}, "digits", "too many"),
        ({"rows": 0}, "rows", "The number of rows is 0"),
        ({"rows": MAX_ROWS + 1}, "rows", "from 1 to 20"),
        ({"rows": 2.5}, "rows", "The number of rows is 2.5"),
        ({"rows": None}, "rows", "The number of rows is empty"),
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
    with pytest.raises(FieldError, match="those there are: none yet; train one with python -m gan.train"):
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


def test_date_gives_its_digits(service):
    assert ask_sheet(service, digits="20.11.2026").recipe["digits"] == [2, 0, 1, 1, 2, 0, 2, 6] * 3


def test_many_hands_give_each_digit_a_z_of_its_own_that_its_neighbours_do_not_change(service):
    one, many = ask_sheet(service), ask_sheet(service, hands="many")
    assert torch.equal(one.images[0], one.images[2])
    assert not torch.equal(many.images[0], many.images[2])
    assert len(set(many.drawn.indices)) == len(many.drawn.indices)
    longer = ask_sheet(service, hands="many", digits="20261")
    assert (many.images[4:8].int() - longer.images[5:9].int()).abs().max() <= 1


def test_locked_rows_keep_their_style_and_the_others_are_rerolled(service):
    before = ask_sheet(service)
    after = ask_sheet(service, seed=99, locks="1:7.1")
    assert (before.images[4:8].int() - after.images[4:8].int()).abs().max() <= 1
    assert not torch.equal(before.images[:4], after.images[:4])
    spread = ask_sheet(service, seed=99, locks="0:7.1,1:7.1,2:7.1")
    for row in range(3):
        assert (before.images[4:8].int() - spread.images[4 * row : 4 * row + 4].int()).abs().max() <= 1
    assert "seed" in spread.recipe
    assert after.recipe["seeds"] == [99] * 4 + [7] * 4 + [99] * 4


@pytest.mark.parametrize("change", [{"locks": "1:3.2"}, {"hands": "many"}, {"hands": "many", "locks": "0:3.2"}])
def test_every_sheet_replays_from_its_recipe(service, change):
    sheet = ask_sheet(service, **change)
    again = to_uint8(replay(sheet.recipe, service.get("tiny")))
    assert (again.int() - sheet.images.int()).abs().max() <= 1


def test_sheets_zip_says_where_each_digit_comes_from(service):
    sheet = ask_sheet(service, locks="1:3.2")
    with zipfile.ZipFile(io.BytesIO(sheet.to_zip())) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("digits.csv").decode())))
        for row, image in zip(rows, sheet.images, strict=True):
            with Image.open(io.BytesIO(archive.read(row["file"]))) as one:
                np.testing.assert_array_equal(np.asarray(one), image[0].numpy())
    assert [(row["label"], row["seed"], row["index"]) for row in rows[4:8]] == [(d, "3", "2") for d in "2026"]


@pytest.mark.parametrize("scale", [1, 3, 10])
def test_png_is_as_large_as_asked(service, scale):
    with Image.open(io.BytesIO(ask_sheet(service).to_png(scale))) as picture:
        assert picture.size == ((4 * 30 + 2) * scale, (3 * 30 + 2) * scale)


def test_dataset_comes_in_slices_and_is_what_sample_draws(service):
    generator = service.get("tiny")
    images: list[torch.Tensor] = []
    labels: list[int] = []
    while len(labels) < 1100:
        some, named, recipe = draw_slice(service, "tiny", "407", 1100, 5, 0.7, len(labels))
        assert len(some) == len(named) == min(SLICE, 1100 - len(labels))
        images.append(some)
        labels += named
    want = generator.sample([4, 0, 7] * 366 + [4, 0], seed=5, truncation=0.7)
    assert labels == ([4, 0, 7] * 367)[:1100]
    assert (torch.cat(images).int() - to_uint8(want).int()).abs().max() <= 1
    assert recipe["count"] == 1100


@pytest.mark.parametrize(
    ("count", "at", "said"),
    [
        (0, 0, "The count is 0"),
        (60_001, 0, "from 1 to 60,000"),
        (None, 0, "The count is empty"),
        (1e300, 0, "The count is"),
        (10, 10, "A dataset of 10 has no digit 10"),
        (10, -1, "has no digit -1"),
        (10, "0", "has no digit 0"),
        (10, None, "has no digit None"),
    ],
)
def test_bad_dataset_is_a_sentence_at_its_control(service, count, at, said):
    with pytest.raises(FieldError, match=said) as error:
        draw_slice(service, "tiny", "1", count, 0, 1.0, at)
    assert error.value.field == "count"


def test_model_without_d_is_not_judged_and_says_so(service):
    sheet = ask_sheet(service)
    judged = judge(service, "tiny", sheet.images, sheet.labels)
    assert judged.real is None
    assert judged.explain == "Tiny was saved without its discriminator, so there is no verdict."
    assert judged.read is not None
    assert len(judged.read) == 12


def test_shipped_model_is_judged_and_read():
    service = Service()
    sheet = draw_sheet(service, "digits", "0123456789", 4, 1, 0.7)
    judged = judge(service, "digits", sheet.images, sheet.labels)
    assert judged.real is not None
    assert judged.read is not None
    assert all(0 <= share <= 1 for share in judged.real)
    assert len(set(judged.real)) > 10
    right = [label == str(want) for (label, _), want in zip(judged.read, sheet.labels, strict=True)]
    assert sum(right) >= 38
    noise = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    static = judge(service, "digits", noise, sheet.labels)
    assert static.real is not None
    assert np.mean(static.real) < np.mean(judged.real)


def test_link_is_checked_as_a_whole(service):
    weights = service.get("tiny").sha256
    link = {"model": "tiny", "weights": weights[:12], "digits": "20.11.2026", "rows": "3", "seed": "7", "psi": "0.8"}
    found = check_sheet_link(service, link | {"hands": "many", "locks": "1:7.1"})
    assert found == {
        "model": "tiny",
        "digits": "20112026",
        "rows": 3,
        "seed": 7,
        "psi": 0.8,
        "hands": "many",
        "locks": "1:7.1",
    }
    way = {"model": "tiny", "ends": "3.4,8.7", "method": "lerp", "travels": "noise", "loop": "round", "psi": "0.5"}
    assert check_way_link(service, way) == way | {"psi": 0.5}
    assert check_sheet_link(service, {}) == {"model": "tiny"}


@pytest.mark.parametrize(
    "link",
    [
        {"weights": "0" * 12},
        {"weights": "<script>"},
        {"digits": "x"},
        {"rows": "1e9"},
        {"seed": "NaN"},
        {"psi": "NaN"},
        {"psi": "1e400"},
        {"hands": "x"},
        {"locks": "1"},
        {"hat": "1"},
        {"model": "../x"},
        {"seed": {"a": 1}},
        {"digits": "1" * 5000},
    ],
)
def test_tampered_link_is_a_sentence(service, link):
    with pytest.raises(FieldError, match=r"\.$") as error:
        check_sheet_link(service, link)
    assert len(str(error.value)) < 300


def test_link_for_other_weights_names_both(service):
    with pytest.raises(FieldError) as error:
        check_way_link(service, {"model": "tiny", "weights": "abcdef012345"})
    assert "abcdef012345" in str(error.value)
    assert service.get("tiny").sha256[:12] in str(error.value)


def test_way_along_many_ends_meets_each_of_them(service):
    frames = draw_way(service, "tiny", "3.1,8.2,1.5,0.0", "slerp", 0.7)
    assert len(frames.images) == 61
    generator = service.get("tiny")
    for i, (digit, seed) in enumerate([(3, 1), (8, 2), (1, 5), (0, 0)]):
        assert torch.equal(frames.images[20 * i], to_uint8(generator.sample([digit], seed=seed, truncation=0.7))[0])
    assert frames.alt == "from a 3, seed 1, by 2 more, to a 0, seed 0"
    again = to_uint8(replay(frames.recipe, generator))
    assert (again.int() - frames.images.int()).abs().max() <= 1


def test_way_round_ends_where_it_began_and_its_film_shows_that_frame_once(service):
    frames = draw_way(service, "tiny", "3.1,3.2,3.5", "slerp", 0.7, "both", "round")
    assert torch.equal(frames.images[0], frames.images[-1])
    with Image.open(io.BytesIO(frames.to_film("webp"))) as film:
        assert sum(1 for _ in ImageSequence.Iterator(film)) == len(frames.images) - 1
    back = draw_way(service, "tiny", "3.1,3.2,3.5", "slerp", 0.7, "both", "back")
    with Image.open(io.BytesIO(back.to_film("webp"))) as film:
        assert sum(1 for _ in ImageSequence.Iterator(film)) == 2 * len(back.images) - 2


@pytest.mark.parametrize("count", range(2, MAX_ENDS + 1))
@pytest.mark.parametrize("loop", ["back", "round"])
def test_any_number_of_ends_gives_frames_within_the_limit(service, count, loop):
    frames = draw_way(service, "tiny", ",".join(f"{i % 10}.{i}" for i in range(count)), "lerp", 1.0, "both", loop)
    legs = count if loop == "round" else count - 1
    assert (len(frames.images) - 1) % legs == 0
    assert len(frames.images) <= MAX_FRAMES


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("3.4", "The way has 1 end; it can have from 2 to 12"),
        (",".join(["1.1"] * 13), "13 ends"),
        ("3.4,8", "End 2 is '8'; it must be digit.seed"),
        ("3.4,8.x", "End 2: the seed is 'x'"),
        ("3.4,8.", "End 2: the seed is empty"),
        ("3.4,88.1", "End 2: it has 2 digits"),
        ("a.4,8.1", "End 1: 'a' is not a digit"),
        ("3.4,8.4294967296", "End 2: the seed is 4294967296"),
        ("", "End 1 is ''"),
        (None, "The ends must be text"),
        ("1.1," * 1000, "from 2 to 12"),
    ],
)
def test_bad_ends_are_a_sentence_at_their_control(service, ends, said):
    with pytest.raises(FieldError) as error:
        draw_way(service, "tiny", ends, "slerp", 1.0)
    assert said in str(error.value)
    assert error.value.field == "ends"


def test_model_without_classes_draws_or_says_why_not(folder):
    write_tiny(folder / "blind.safetensors", ("any",), unconditional=True)
    service = Service()
    assert len(draw_sheet(service, "blind", "000", 2, 1, 1.0).images) == 6
    with pytest.raises(FieldError, match="without classes"):
        draw_sheet(service, "blind", "2026", 2, 1, 1.0)
    assert len(draw_way(service, "blind", "0.1,0.2", "slerp", 1.0).images) == 61
