"""What the Explore tab asks for, without the page: hands in units, planes, models that are not measured yet."""

import io
import json
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import gan
from gan.data import to_float, to_uint8
from gan.drawing.generator import Generator, load
from gan.handwriting.fit_hand import fit_hand
from gan.handwriting.hand import Hand
from gan.handwriting.measures import MEASURES, measure_hand
from gan.handwriting.planes import Directions, find_planes
from gan.handwriting.planes_file import get_path, write_directions
from gan.recipes.read import read_recipe
from gan.store import released as checkpoint
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tabs.explore import explorer as module
from gan.ui.tabs.explore.explorer import MAP_SIDE, Explored, Explorer
from gan.ui.tabs.explore.tab import FIRST, Explore
from gan.ui.wire import pack, respond
from tests.tiny_checkpoint import write_tiny


def fit_fast(generator: Generator, say: Callable[[str], None]) -> Hand:
    """A hand of few pictures: how exact it is, is not asked here."""
    return fit_hand(generator, count=200, say=lambda _: None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(module, "fit_hand", fit_fast)
    write_tiny(tmp_path / "tiny.safetensors")
    return tmp_path


@pytest.fixture
def service(folder: Path) -> Service:
    generator = load("tiny")
    planes, notes = find_planes(generator)
    hand = fit_fast(generator, print)
    write_directions(get_path(generator), Directions("tiny", generator.sha256, planes, notes, hand))
    return Service()


@pytest.fixture
def explorer(service: Service) -> Explorer:
    return Explorer(service)


def draw(explorer: Explorer, edits: dict[str, object] | None = None, **change: object) -> Explored:
    asked: dict[str, object] = {"model": "tiny", "digits": None, "seed": 7, "psi": 0.9}
    return explorer.draw(**(asked | change), edits=edits)  # type: ignore[arg-type]


def middle(explorer: Explorer, name: str) -> float:
    low, high = explorer.describe("tiny")["ranges"][name]
    return round((low + high) / 2, 2)


def test_every_class_is_drawn_in_the_hand_of_one_z(explorer):
    explored = draw(explorer)
    generator = load("tiny")
    want = generator.sample("0", seed=7, truncation=0.9)
    assert (to_uint8(want)[0].int() - explored.images[0].int()).abs().max() <= 1
    assert explored.images.shape == (10, 1, 28, 28)
    assert explored.images.dtype == torch.uint8
    assert explored.recipe["indices"] == [0] * 10
    assert "edits" not in explored.recipe
    assert explored.alt == "10 handwritten digits, 0 1 2 3 4 5 6 7 8 9, in the hand of seed 7"
    assert explored.milliseconds > 0


def test_digits_repeat_and_keep_their_order(explorer):
    explored, ten = draw(explorer, digits="2026"), draw(explorer)
    assert torch.equal(explored.images, ten.images[[2, 0, 2, 6]])
    assert explored.list_measures()[0] == explored.list_measures()[2]


@pytest.mark.parametrize("quick", [False, True])
def test_measured_is_what_is_in_the_picture_and_asked_is_told(explorer, quick):
    slant = middle(explorer, "slant")
    explored = draw(explorer, {"slant": slant, "plane": "random", "x": 0.5}, quick=quick)
    again = measure_hand(to_float(explored.images))
    assert (again - explored.measured).abs().max() < 0.5  # the picture has whole grey levels
    told = explored.list_measures()
    assert np.mean([one["slant"]["asked"] for one in told]) == pytest.approx(slant, abs=0.02)
    assert {one["width"]["asked"] for one in told} == {None}
    assert explored.alt.endswith(f"slant {slant:.1f} °")


def test_recipe_replays_what_was_drawn_and_the_png_carries_it(explorer):
    explored = draw(explorer, {"plane": "sefa", "pair": 2, "x": -1.5, "y": 0.25, "height": middle(explorer, "height")})
    assert set(explored.recipe["edits"]) == {"plane", "pair", "x", "y", "height"}
    images = to_uint8(gan.replay(explored.recipe))
    assert (images.int() - explored.images.int()).abs().max() <= 1
    data = io.BytesIO(explored.to_png())
    assert read_recipe(data) == explored.recipe
    with Image.open(data) as picture:
        assert picture.size == ((10 * 30 + 2) * 8, 32 * 8)


@pytest.mark.parametrize(
    ("change", "edits", "field", "said"),
    [
        ({"model": "nobody"}, {}, "model", "There is no model 'nobody'; those there are: tiny."),
        ({"model": "../tiny"}, {}, "model", "There is no model"),
        ({"seed": -1}, {}, "seed", "The seed is -1; it must be a whole number from 0 to 4,294,967,295."),
        ({"psi": 2}, {}, "psi", "Truncation psi is 2"),
        ({"digits": "12a"}, {}, "digits", "'a' is not a digit; write digits from 0 to 9 only."),
        ({"digits": "7" * 65}, {}, "digits", "65 digits are too many; a row holds up to 64."),
        ({}, {"plane": "zca"}, "plane", "The plane is 'zca'"),
        ({}, {"pair": 9}, "pair", "The count is 9"),
        ({}, {"x": "4"}, "x", "X is 4; it must be a number from -3 to 3."),
        ({}, {"y": math.inf, "x": 1}, "y", "Y is inf"),
        ({}, {"y": 10**400}, "y", "Y is 1000"),
        ({}, {"slant": 10**400}, "slant", "The slant is 1000"),
        ({}, {"slant": 1000, "plane": "pca"}, "slant", "The slant is 1000; this model's hands have slants from"),
        ({}, {"height": [1]}, "height", "The height is [1]; this model's hands"),
    ],
)
def test_what_is_wrong_is_a_sentence_at_its_control(explorer, change, edits, field, said):
    with pytest.raises(FieldError) as error:
        draw(explorer, edits, **change)
    assert error.value.field == field
    assert str(error.value).startswith(said)


def test_map_is_the_plane_with_the_hand_in_its_middle(explorer):
    pictures = explorer.draw_map("tiny", "3", 7, 0.9, {"plane": "pca", "pair": 2})
    assert pictures.shape == (MAP_SIDE**2, 1, 28, 28)
    side, reach = MAP_SIDE - 1, 3.0
    for place, (x, y) in {
        MAP_SIDE**2 // 2: (0.0, 0.0), 0: (-reach, reach), side: (reach, reach), MAP_SIDE * side: (-reach, -reach)
    }.items():  # fmt: skip
        want = draw(explorer, {"plane": "pca", "pair": 2, "x": x, "y": y}, digits="3").images[0]
        assert (pictures[place].int() - want.int()).abs().max() <= 1


def wait_for(explorer: Explorer, model: str) -> dict[str, object]:
    for _ in range(600):
        told = explorer.describe(model)
        if told["ranges"]:
            return told
        time.sleep(0.05)
    raise AssertionError("the hand was never measured")


def test_model_without_a_file_has_planes_at_once_and_its_hand_later(folder):
    explorer = Explorer(service := Service())
    told = explorer.describe("tiny")
    if told["ranges"] is None:  # the fit is behind the page's back
        assert str(told["sentence"]).startswith("The handwriting of tiny is being measured, about a minute")
    assert draw(explorer, {"x": 1.0}).images.shape == (10, 1, 28, 28)
    ranges = wait_for(explorer, "tiny")["ranges"]
    assert set(ranges) == set(MEASURES)  # type: ignore[call-overload]
    assert wait_for(explorer, "tiny")["sentence"] == ""
    assert not list(folder.glob("*.directions.*"))  # a visitor writes no files
    assert service.models() == ["tiny"]


def test_while_a_hand_is_measured_asking_it_is_a_sentence_and_nothing_is_measured_twice(folder, monkeypatch):
    go, begun = threading.Event(), []

    def wait(generator: Generator, say: Callable[[str], None]) -> Hand:
        begun.append(generator.name)
        assert go.wait(30)
        return fit_fast(generator, say)

    monkeypatch.setattr(module, "fit_hand", wait)
    service = Service()
    explorer = Explorer(service)
    for _ in range(3):
        assert "`python -m gan.directions tiny`" in explorer.describe("tiny")["sentence"]
    with pytest.raises(FieldError, match="The handwriting of tiny is not measured yet") as error:
        draw(explorer, {"slant": 3})
    assert error.value.field == "slant"
    go.set()
    wait_for(explorer, "tiny")
    assert begun == ["tiny"]


def test_measuring_that_fails_is_not_tried_for_every_visitor(folder, monkeypatch, caplog):
    tries = []

    def fail(generator: Generator, say: Callable[[str], None]) -> Hand:
        tries.append(generator.name)
        raise RuntimeError("no memory left")

    monkeypatch.setattr(module, "fit_hand", fail)
    explorer = Explorer(service := Service())
    for _ in range(5):
        assert explorer.describe("tiny")["ranges"] is None
        time.sleep(0.05)
    assert tries == ["tiny"]
    assert "could not be measured" in caplog.text
    assert service.models() == ["tiny"]


def test_model_without_classes_draws_one_picture_and_says_so(folder):
    write_tiny(folder / "any.safetensors", class_names=("any",), unconditional=True)
    explorer = Explorer(service := Service())
    told = wait_for(explorer, "any")
    assert told["classes"] == ["any"]
    assert "knows no classes" in str(told["sentence"])
    assert draw(explorer, {"slant": middle_of(told, "slant")}, model="any").images.shape == (1, 1, 28, 28)
    assert sorted(service.models()) == ["any", "tiny"]


def middle_of(told: dict[str, object], name: str) -> float:
    ranges = told["ranges"]
    assert isinstance(ranges, dict)
    return sum(ranges[name]) / 2


def test_link_of_other_weights_is_a_sentence(explorer):
    sha256 = load("tiny").sha256
    assert explorer.describe("tiny", sha256[:12])["model"] == "tiny"
    with pytest.raises(FieldError, match="made with other weights"):
        explorer.describe("tiny", "0" * 12)


def test_answers_to_the_page_are_plain_json(service):
    tab = Explore(service)
    request = {**FIRST, "model": "tiny", **dict.fromkeys(MEASURES)}
    for want in ("hand", "edit", "map", "explore.png"):
        told = tab.answer({**request, "want": want, "digit": [3]})
        json.dumps(pack(told), allow_nan=False)
    told = tab.answer({**request, "want": "edit", "x": 1.0, "quick": True})
    assert told["count"] == 10
    assert told["recipe"]["edits"]["x"] == 1.0
    assert respond(tab.answer, {**request, "want": "edit", "psi": None})["field"] == "psi"


def test_a_slider_moved_draws_what_it_would_have_drawn_at_once(service, explorer):
    slant, thickness = middle(explorer, "slant"), middle(explorer, "thickness")
    moves: list[tuple[dict[str, object], dict[str, object]]] = [
        ({"slant": slant}, {}),
        ({"slant": slant + 0.1, "thickness": thickness}, {}),
        ({"slant": slant + 0.1, "x": 1.0}, {}),
        ({"slant": slant + 0.1, "x": 1.0}, {"psi": 0.5}),
        ({"slant": slant + 0.1, "x": 1.0}, {"seed": 8}),
        ({"slant": slant + 0.1, "x": 1.0}, {"digits": "31"}),
        ({"slant": slant + 0.1, "x": 1.0, "pair": 2}, {}),
    ]
    for edits, change in moves:
        fresh = draw(Explorer(service), edits, quick=True, **change)
        assert torch.equal(draw(explorer, edits, quick=True, **change).images, fresh.images)


def test_visitors_at_once_get_their_own_hands(explorer):
    alone = [draw(explorer, {"x": i / 4}, seed=i).images for i in range(8)]
    together: dict[int, torch.Tensor] = {}

    def visit(i: int) -> None:
        for _ in range(3):
            together[i] = draw(explorer, {"x": i / 4}, seed=i).images

    threads = [threading.Thread(target=visit, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(alone[i], together[i]) for i in range(8))
