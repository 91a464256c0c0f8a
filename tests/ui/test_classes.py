"""Models of one, three, ten, 26 and 100 classes: what each tab and each endpoint makes of them."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from gan.drawing.arguments import InputError
from gan.store import released as checkpoint
from gan.ui.service import Service
from gan.ui.tabs import NAMES
from gan.ui.tabs.about.tab import About
from gan.ui.tabs.explore import explorer
from gan.ui.tabs.explore.tab import Explore
from gan.ui.tabs.generate.sheet import draw_sheet
from gan.ui.tabs.generate.tab import Generate
from gan.ui.tabs.inspector.game import check_digit
from gan.ui.tabs.interpolate.tab import Interpolate
from gan.ui.tabs.interpolate.way import draw_frames
from tests.many_classes import MODELS, write_models

COUNTS = {name: 0 if name == "free" else len(names) for name, names in MODELS.items()}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = write_models(tmp_path_factory.mktemp("models"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        patch.setattr(explorer, "fit_hand", lambda *_, **__: None)  # a minute's work, which nothing here asks for
        yield Service()


def ask(tab: Any, want: str, **request: object) -> dict[str, Any]:
    answer: dict[str, Any] = tab.reply({"want": want, **request})
    return answer


@pytest.mark.parametrize("model", MODELS)
def test_every_tab_is_told_the_same_classes(service: Service, model: str):
    wanted = [] if model == "free" else list(MODELS[model])
    for name in NAMES:
        tab = import_module(f"gan.ui.tabs.{name}.tab").TAB(service)
        assert ask(tab, "classes", model=model) == {"classes": wanted}


@pytest.mark.parametrize(("model", "columns"), [("free", 1), ("three", 3), ("ten", 10), ("letters", 26), ("words", 50)])
def test_all_is_as_many_classes_as_fit_one_column_where_there_are_none(service: Service, model: str, columns: int):
    sheet = draw_sheet(service, model, "all", 8, 1, 1.0)
    assert (sheet.columns, sheet.rows) == (columns, 8)
    assert sheet.labels[:columns] == list(range(columns))


def test_a_sheet_of_classes_past_nine_by_number_by_name_and_in_a_link(service: Service):
    by_number = draw_sheet(service, "letters", "0,25", 2, 1, 1.0)
    for digits in ([0, 25], ["A", "Z"], "A,Z", ["0", "25"], "０，２５"):
        sheet = draw_sheet(service, "letters", digits, 2, 1, 1.0)
        assert sheet.recipe == by_number.recipe
        assert (sheet.images == by_number.images).all()
    assert by_number.recipe["digits"] == [0, 25, 0, 25]
    link = {"model": "letters", "digits": "0,25", "rows": "2"}
    assert ask(Generate(service), "link", link=link)["controls"]["digits"] == "0,25"


@pytest.mark.parametrize(
    ("model", "alt"),
    [
        ("free", "Sheet of 2 pictures by a model that knows no classes"),
        ("three", "Sheet of 6 handwritten digits, 2 rows of 0 1 2"),
        ("letters", "Sheet of 52 pictures, 2 rows of 1 x A, 1 x B"),
        ("words", "Sheet of 128 pictures, 2 rows of 1 x word 0"),
    ],
)
def test_captions_name_what_the_model_draws(service: Service, model: str, alt: str):
    assert draw_sheet(service, model, "all", 2, 1, 1.0).alt.startswith(alt)


@pytest.mark.parametrize(
    ("model", "ends"), [("free", [0, 0]), ("three", [0, 2]), ("ten", [3, 8]), ("letters", [3, 8]), ("words", [3, 8])]
)
def test_ends_that_nobody_gave_are_of_the_model(service: Service, model: str, ends: list[int]):
    frames = draw_frames(service, model, None, 4, None, 7, "slerp", 1.0, 5)
    assert [end.digit for end in frames.drawn.ends] == ends
    assert ("from seed 4 to seed 7" in frames.alt) == (model == "free")


def test_ends_past_nine_are_a_number_or_a_name(service: Service):
    for first, last in ((0, 25), ("0", "25"), ("A", "Z"), (0.0, 25.0)):
        frames = draw_frames(service, "letters", first, 4, last, 7, "slerp", 1.0, 5)
        assert [end.digit for end in frames.drawn.ends] == [0, 25]
    told = ask(Interpolate(service), "frames", model="letters", ends="0.4,25.7,12.1")
    assert [end["digit"] for end in told["ends"]] == [0, 25, 12]
    with pytest.raises(InputError, match=r"26 is not a digit of this model; it draws 0 to 25\."):
        draw_frames(service, "letters", 26, 4, 0, 7, "slerp", 1.0, 5)


@pytest.mark.parametrize(("model", "count"), [("free", 1), ("three", 3), ("ten", 10), ("letters", 26), ("words", 64)])
def test_explore_draws_up_to_64_classes_and_those_that_were_chosen(service: Service, model: str, count: int):
    tab = Explore(service)
    told = ask(tab, "hand", model=model)
    assert told["conditional"] == (model != "free")
    assert len(told["classes"]) == len(MODELS[model])
    assert ask(tab, "edit", model=model, seed=1, psi=1.0)["count"] == count
    assert ask(tab, "map", model=model, seed=1, psi=1.0, digit=[0])["count"] == 25
    if model == "words":
        chosen = ask(tab, "edit", model=model, seed=1, psi=1.0, digits=[99, 12])
        assert chosen["recipe"]["digits"] == [99, 12]


@pytest.mark.parametrize("model", MODELS)
def test_the_lesson_is_drawn_of_each_model(service: Service, model: str):
    told = ask(About(service), "lesson", model=model, seed=1, digit=str(max(COUNTS[model] - 1, 0)))
    assert len(told["classes"]) == COUNTS[model]
    assert told["recipe"]["digit"] == max(COUNTS[model] - 1, 0)


def test_the_inspector_takes_a_class_by_number_or_name_and_any(service: Service):
    letters, free = service.get("letters"), service.get("free")
    assert [check_digit(one, letters) for one in ("any", "25", 25, "Z")] == [None, 25, 25, 25]
    assert check_digit("7", free) is None
    with pytest.raises(InputError, match="26 is not a digit"):
        check_digit("26", letters)


def test_a_dataset_of_many_classes_has_their_labels(service: Service):
    told = ask(Generate(service), "slice", model="letters", digits="0,25", count=4, seed=1, psi=1.0, at=0)
    assert told["labels"] == [0, 25, 0, 25]
