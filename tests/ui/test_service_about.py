"""What the About tab shows, without the page: pictures of the model's own, and a card that is read, not written."""

import json

import numpy as np
import pytest
import torch

from gan.data import to_uint8
from gan.drawing.generator import load
from gan.store import index
from gan.store import released as checkpoint
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tabs.about.card import FIGURES, format_figure, list_figures, read_card, split_name
from gan.ui.tabs.about.lesson import HANDS, JUDGED, PSIS, STYLES, teach
from tests.tiny_checkpoint import write_tiny


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A service whose only model, `tiny`, is untrained and was never evaluated."""
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    write_tiny(tmp_path / "tiny.safetensors")
    return Service()


def test_pictures_are_the_models_own():
    service = Service()
    lesson = teach(service, "digits", 5, "7")
    generator = load("digits")
    mine = to_uint8(generator.sample("7", seed=5))
    assert torch.equal(lesson.steps["draw"].images, mine)
    styles = lesson.steps["styles"]
    assert styles.images.shape == (10 * STYLES, 1, 28, 28)
    for row in range(STYLES):
        drawn = to_uint8(generator.sample("0123456789", seed=5, indices=[row] * 10)).int()
        assert (styles.images[10 * row : 10 * (row + 1)].int() - drawn).abs().max() <= 1
    truncated = lesson.steps["truncation"].images.reshape(len(PSIS), HANDS, 28, 28).float()
    spread = [float(row.std(dim=0).mean()) for row in truncated]
    assert spread[0] == 0
    assert spread == sorted(spread)
    assert lesson.noise.shape == (generator.z_dim,)
    assert lesson.recipe == {"model": "digits", "weights": generator.sha256, "seed": 5, "digit": 7}
    assert lesson.milliseconds > 0


def test_the_other_networks_opinion_falls_from_picture_to_picture():
    lesson = teach(Service(), "digits", 5, "7")
    judged = lesson.steps["judge"]
    shares = [int(label.removesuffix(" %")) for label in judged.labels]
    assert len(shares) == len(judged.images) == JUDGED
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 100 for share in shares)
    assert lesson.problem == ""
    assert lesson.explain.endswith(".")
    assert shares[0] > shares[-1]


def test_noise_and_pictures_depend_on_the_seed_alone():
    service = Service()
    first, again, other = (teach(service, "digits", seed, "3") for seed in (1, 1, 2))
    assert torch.equal(first.noise, again.noise)
    assert not torch.equal(first.noise, other.noise)
    for name, step in first.steps.items():
        assert torch.equal(step.images, again.steps[name].images)
        assert not torch.equal(step.images, other.steps[name].images)


def test_model_without_history_shows_ways_between_digits(service):
    lesson = teach(service, "tiny", 1, "3")
    assert not lesson.learned
    step = lesson.steps["learn"]
    assert step.labels == ["3 → 4", "3 → 6", "3 → 8", "3 → 0"]
    ways = step.images.reshape(len(step.labels), HANDS, 28, 28)
    first = to_uint8(service.get("tiny").sample("3", seed=1))[0, 0]
    assert all(torch.equal(way[0], first) for way in ways)


def test_model_without_classes_draws_what_it_likes(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    write_tiny(tmp_path / "any.safetensors", ("any",), unconditional=True)
    lesson = teach(Service(), "any", 1, "3")
    assert lesson.recipe["digit"] == 0
    styles = lesson.steps["styles"].images
    assert len(np.unique(styles.numpy().reshape(len(styles), -1), axis=0)) == 10 * STYLES
    assert "a z of its own" in lesson.steps["styles"].alt


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        (("nobody", 1, "3"), "model", "There is no model 'nobody'"),
        (("tiny", -1, "3"), "seed", "The seed is -1"),
        (("tiny", 1, "x"), "digit", "'x' is not a digit"),
        (("tiny", 1, ""), "digit", "No digit was given"),
        (("tiny", None, "3"), "seed", "The seed is empty"),
    ],
)
def test_bad_input_is_a_sentence_of_its_control(service, arguments, field, said):
    with pytest.raises(FieldError) as error:
        teach(service, *arguments)
    assert error.value.field == field
    assert str(error.value).startswith(said)


def test_card_holds_what_the_evaluator_wrote_of_these_weights():
    row = index.read_index()["digits"]
    card = read_card(Service(), "digits")
    assert card.facts["sha256"] == row["sha256"]
    assert card.facts["command"] == row["trained"]["command"]
    assert {one["name"] for one in card.figures} == set(row["metrics"])
    assert card.problem == ""
    by_name = {one["name"]: one for one in card.figures}
    figure = by_name["class_accuracy_10k"]
    assert figure["value"] == f"{100 * row['metrics']['class_accuracy_10k']['value']:.2f} %"
    assert figure["better"] == "up"
    order = [list(FIGURES).index(one["stem"]) for one in card.figures if one["stem"] in FIGURES]
    assert order == sorted(order)
    truncation = card.truncation
    assert truncation is not None
    assert truncation["sha256"] == row["sha256"]
    assert all(len(truncation[name]) == len(truncation["psi"]) for name in ("precision", "recall", "accuracy"))
    assert truncation["recall"] == sorted(truncation["recall"])  # the wider, the more of the variety is there


def test_figures_of_other_weights_are_not_shown(service, tmp_path):
    sha256 = service.get("tiny").sha256
    metrics = {"fid_60k": {"value": 1.0, "real": 0.5}}
    (tmp_path / "index.json").write_text(json.dumps({"tiny": {"sha256": "0" * 64, "metrics": metrics, "about": "x"}}))
    card = read_card(service, "tiny")
    assert card.figures == []
    assert "other weights than checkpoints/index.json tells of" in card.problem
    assert "about" not in card.facts
    (tmp_path / "index.json").write_text(json.dumps({"tiny": {"sha256": sha256, "metrics": metrics, "about": "x"}}))
    card = read_card(service, "tiny")
    assert [one["name"] for one in card.figures] == ["fid_60k"]
    assert card.facts["about"] == "x"


def test_model_that_nobody_measured_says_how_to(service):
    card = read_card(service, "tiny")
    assert card.figures == []
    assert "was not evaluated yet; python -m gan.evaluate tiny" in card.problem
    assert card.truncation is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9985, "%", "99.85 %"),
        (508068.0, "", "508,068"),
        (0.0032, "", "0.0032"),
        (1.04, "ms", "1.040 ms"),
        (None, "", "–"),
    ],
)
def test_figures_are_written_as_people_read_them(value, unit, text):
    assert format_figure(value, unit) == text


def test_a_figures_name_holds_its_count():
    assert split_name("fid_60k") == ("fid", "60k")
    assert split_name("ms_10") == ("ms_10", "")
    assert split_name("parameters") == ("parameters", "")
    unknown = list_figures({"novel_5k": {"value": 2.0, "real": None}, "fid_60k": {"value": 1.0, "real": 0.1}})
    assert [(one["stem"], one["count"], one["real"]) for one in unknown] == [
        ("fid", "60k", "0.100"),
        ("novel", "5k", "–"),
    ]
