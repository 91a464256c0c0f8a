"""Planes of w and handwriting in units: what is asked comes true, what is kept is verified."""

import itertools
import math
from pathlib import Path

import pytest
import torch

import gan
from gan.directions import main
from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator, load
from gan.handwriting import planes as planes_module
from gan.handwriting import planes_file
from gan.handwriting.edits import REACH, Edits, check_edits, edit
from gan.handwriting.fit_hand import HIDDEN, fit_hand
from gan.handwriting.hand import NAMES, Hand
from gan.handwriting.measures import MEASURES, measure_hand, measure_size
from gan.handwriting.planes import PAIRS, PLANES, Directions, find_planes, find_readers
from gan.handwriting.planes_file import find, get_path, read_directions, write_directions
from gan.handwriting.write import EXACT, QUICK, Memo, write, write_targets
from gan.store import released as checkpoint
from gan.store.released import CheckpointError
from tests.tiny_checkpoint import write_tiny


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    return load(str(write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.safetensors")))


@pytest.fixture(scope="module")
def found(tiny: Generator) -> Directions:
    planes, notes = find_planes(tiny)
    return Directions(tiny.name, tiny.sha256, planes, notes, fit_hand(tiny, count=300, say=quiet))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    write_tiny(tmp_path / "tiny.safetensors")
    return tmp_path


def make_hand(classes: int = 10, w_dim: int = 16) -> Hand:
    """A hand made up: quantiles that rise, differ between classes and are not evenly spaced, a random regression."""
    random = torch.Generator().manual_seed(0)
    knots = (torch.rand(5, classes, 4, generator=random) + 0.2).cumsum(0) * 5
    sizes = (w_dim + classes, HIDDEN, HIDDEN, 4)
    layers = [
        part
        for a, b in itertools.pairwise(sizes)
        for part in (torch.randn(b, a, generator=random) / a**0.5, torch.randn(b, generator=random))
    ]
    return Hand(knots, torch.ones(classes, 4), torch.randn(classes, w_dim, generator=random), tuple(layers))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("name", NAMES)
def test_what_the_classes_are_asked_for_means_what_the_hand_was_asked_for(name: str, share: float):
    hand = make_hand()
    low, high = hand.ranges[name]
    value = low + share * (high - low)
    asked = hand.share(name, value)
    assert asked.mean().item() == pytest.approx(value, abs=1e-3)
    assert asked.std() > 0.1  # each class has its own
    if share in (0.0, 1.0):
        torch.testing.assert_close(asked, hand.knots[0 if share == 0 else -1, :, NAMES.index(name)])


def test_regression_gives_its_own_jacobian():
    hand = make_hand()
    w, y = torch.randn(3, 16, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 4, 9])
    same, found = hand.predict_with_jacobian(w, y)
    assert torch.equal(same, hand.predict(w, y))
    whole = torch.autograd.functional.jacobian(lambda w: hand.predict(w, y), w)  # (3, 4, 3, 16)
    torch.testing.assert_close(found, torch.stack([whole[i, :, i] for i in range(3)]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("steps", [EXACT, QUICK])
def test_what_was_seen_from_a_place_serves_the_next_wish(tiny, found, steps):
    z, memo, looks = tiny.draw_z(7, [0]).expand(10, -1), Memo(), []
    assert found.hand is not None
    low, high = found.hand.ranges["slant"]
    for slant in (low, high):
        asked = {"slant": slant}
        again = write(tiny, found.hand, z, range(10), asked, truncation=0.8, steps=steps, memo=memo)
        fresh = write(tiny, found.hand, z, range(10), asked, truncation=0.8, steps=steps)
        assert torch.equal(again.images, fresh.images)
        looks.append(memo.here)
    assert looks[0] is looks[1]


def test_asked_for_nothing_a_hand_is_as_it_comes(tiny, found):
    z = tiny.draw_z(7, [0]).expand(10, -1)
    written = write(tiny, found.hand, z, range(10), truncation=0.7)
    want = tiny.synthesize(tiny.truncate(tiny.map(z, torch.arange(10)), torch.arange(10), 0.7))
    torch.testing.assert_close(written.images, want, atol=1e-5, rtol=0)
    assert written.asked.isnan().all()
    torch.testing.assert_close(written.measured, measure_hand(written.images))


@pytest.fixture(scope="module")
def released() -> tuple[Generator, Directions]:
    generator = load("digits")
    return generator, find(generator)


@pytest.mark.parametrize(("name", "unit"), MEASURES.items())
def test_released_hands_have_what_they_are_asked_for_and_the_rest_stays(released, name, unit):
    generator, found = released
    assert found.hand is not None
    hands, k = 12, NAMES.index(name)
    y = torch.arange(10).repeat(hands)
    z = generator.draw_z(99, [i for i in range(hands) for _ in range(10)])
    free = write(generator, found.hand, z, y)
    low, high = found.hand.ranges[name]
    targets = torch.full((len(y), 4), math.nan)
    values = torch.linspace(low, high, hands).tolist()
    targets[:, k] = torch.cat([found.hand.share(name, value) for value in values])
    written = write_targets(generator, found.hand, z, y, targets)
    torch.testing.assert_close(written.measured, measure_hand(written.images))  # honest
    error = (written.measured - targets)[:, k].abs()
    assert error.median() <= (2.0 if unit == "°" else 0.3)
    moved, spread = (written.measured - free.measured).abs().median(0).values, found.hand.spread.mean(0)
    others = [i for i in range(4) if i != k]
    assert (moved[others] < 0.4 * spread[others]).all()
    assert moved[k] > 0.5 * spread[k]


def test_released_directions_are_of_the_released_weights():
    generator = load("digits")
    assert read_directions(get_path(generator), generator).hand is not None


def test_several_wishes_at_once_off_the_middle_of_a_plane_and_truncated(released):
    generator, found = released
    wishes = {"slant": 20.0, "thickness": 3.2, "width": 14.0}
    edits = check_edits(found, {"plane": "sefa", "pair": 2, "x": 0.5, "y": -0.5, **wishes})
    z = generator.draw_z(3, [0]).expand(10, -1)
    written = edit(generator, found, z, torch.arange(10), edits, truncation=0.8)
    for name, tolerance in (("slant", 2.0), ("thickness", 0.3), ("width", 0.5)):
        k = NAMES.index(name)
        assert (written.measured - written.asked)[:, k].abs().median() <= tolerance
        assert written.asked[:, k].mean().item() == pytest.approx(wishes[name], abs=1e-3)
    assert written.asked[:, NAMES.index("height")].isnan().all()


def test_width_is_that_of_the_upright_letter():
    rows, cols = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")

    def draw(slant: float) -> torch.Tensor:
        across = cols - 13.5 + (rows - 13.5) * slant
        return (2 * ((across.abs() < 4) & ((rows - 13.5).abs() < 9)).float() - 1)[None, None]

    upright, leaning = measure_hand(torch.cat([draw(0.0), draw(0.4)]))
    assert upright[2].item() == pytest.approx(measure_size(draw(0.0))[0].item(), abs=0.01)
    assert leaning[2].item() == pytest.approx(upright[2].item(), abs=0.4)
    assert measure_size(draw(0.4))[0].item() > upright[2].item() + 1
    assert leaning[0].item() == pytest.approx(math.degrees(math.atan(0.4)), abs=1.5)


@pytest.mark.parametrize("settings", [{}, {"generator": "mlp"}, {"generator": "dcgan"}, {"generator": "mlp-batchnorm"}])
def test_planes_count_standard_deviations_of_w_and_leave_the_class_alone(tmp_path, settings):
    generator = load(str(write_tiny(tmp_path / "one.safetensors", **settings)))
    planes, _ = find_planes(generator)
    assert set(planes) == set(PLANES)
    y = torch.full((2000,), 3)
    w = generator.map(generator.draw_z(5, range(2000)), y)
    moving = w.std(0) > 1e-6
    for rows in planes.values():
        assert rows.shape == (2 * PAIRS, generator.w_dim)
        lengths = rows.norm(dim=1, keepdim=True)
        along = (w - w.mean(0)) @ (rows / lengths).T
        # pooled over the classes, so that one class comes near it alone
        assert ((along.std(0) / lengths[:, 0] - 1).abs() < 0.5).all()
        assert rows[:, ~moving].abs().max() < 1e-6 if bool((~moving).any()) else True
    unit = planes["pca"] / planes["pca"].norm(dim=1, keepdim=True)
    torch.testing.assert_close(unit @ unit.T, torch.eye(2 * PAIRS), atol=1e-4, rtol=0)


def test_sefa_moves_the_layers_that_read_w_the_most(tiny, found):
    readers = find_readers(tiny)
    assert len(readers) == 5  # the canvas, and the scales of four convolutions
    assert all(weight.shape[1] == tiny.w_dim for weight in readers)
    stacked = torch.cat([weight / weight.norm() for weight in readers])
    planes = found.planes["sefa"] / found.planes["sefa"].norm(dim=1, keepdim=True)
    answers = (stacked @ planes.T).norm(dim=0)
    assert (answers[:-1] >= answers[1:] - 1e-5).all()
    others = torch.randn(200, tiny.w_dim, generator=torch.Generator().manual_seed(0))
    assert answers[0] > (stacked @ (others / others.norm(dim=1, keepdim=True)).T).norm(dim=0).max()


def test_where_no_layer_reads_w_sefa_says_so(tiny, monkeypatch):
    monkeypatch.setattr(planes_module, "find_readers", lambda _: [])
    planes, notes = find_planes(tiny)
    torch.testing.assert_close(planes["sefa"], planes["pca"])
    assert notes["sefa"].startswith("No layer of this model reads w by itself")


def test_noise_as_w_has_no_principal_directions_and_the_note_says_so(tmp_path):
    generator = load(str(write_tiny(tmp_path / "one.safetensors", generator="mlp")))
    assert "PCA finds no way of its own" in find_planes(generator)[1]["pca"]


def test_file_keeps_everything_and_draws_the_same(tiny, found, tmp_path):
    path = tmp_path / "tiny.directions.safetensors"
    write_directions(path, found)
    again = read_directions(path, tiny)
    assert (again.model, again.sha256, again.notes) == (found.model, found.sha256, found.notes)
    z = tiny.draw_z(1, [0]).expand(10, -1)
    low, high = found.hand.ranges["slant"] if found.hand else (0, 0)
    edits = Edits("random", 2, 1.0, -1.0, {"slant": (low + high) / 2})
    images = [edit(tiny, one, z, torch.arange(10), edits).images for one in (found, again)]
    torch.testing.assert_close(*images, atol=2e-3, rtol=0)  # rounding alone


def test_file_that_is_missing_damaged_or_of_other_weights_is_refused(tiny, found, tmp_path):
    path = tmp_path / "tiny.directions.safetensors"
    with pytest.raises(
        CheckpointError, match="there is no tiny.directions.safetensors; `python -m gan.directions tiny`"
    ):
        read_directions(path, tiny)
    write_directions(path, Directions(found.model, "0" * 64, found.planes, {}, found.hand))
    with pytest.raises(
        CheckpointError, match="was made for other weights; `python -m gan.directions tiny` makes it anew"
    ):
        read_directions(path, tiny)
    write_directions(path, found)
    whole = path.read_bytes()
    path.write_bytes(whole[:-8] + bytes(8))
    with pytest.raises(CheckpointError, match="is damaged"):
        read_directions(path, tiny)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="is damaged"):
        read_directions(path, tiny)
    write_directions(path, Directions(found.model, found.sha256, found.planes, {}, None))
    with pytest.raises(CheckpointError, match="is damaged"):
        read_directions(path, tiny)


def test_command_writes_the_file_beside_the_weights_and_no_model_of_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(planes_file, "fit_hand", lambda generator, say: fit_hand(generator, count=100, say=say))
    assert main(["tiny"]) == 0
    assert "tiny.directions.safetensors, hands of slant" in capsys.readouterr().out
    assert checkpoint.list_names() == ["tiny"]
    generator = load("tiny")
    assert find(generator).hand is not None
    assert sorted(path.name for path in folder.iterdir()) == ["tiny.directions.safetensors", "tiny.safetensors"]
    assert main(["nobody"]) == 2
    assert "There is no checkpoint 'nobody'" in capsys.readouterr().err


def test_without_a_file_planes_are_found_and_the_hand_where_it_is_wanted(folder, monkeypatch):
    monkeypatch.setattr(planes_file, "fit_hand", lambda generator, say: fit_hand(generator, count=100, say=say))
    generator = load("tiny")
    assert find(generator, measure=False).hand is None
    assert find(generator).hand is not None


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"plane": "zca"}, "the plane is 'zca'; it can be pca, sefa or random."),
        ({"pair": 5}, "the count is 5; it must be a whole number from 1 to 4."),
        ({"x": 3.1}, f"x is 3.1; it must be a number from -{REACH:g} to {REACH:g}."),
        ({"y": "far"}, "y is far; it must be a number from -3 to 3."),
        ({"y": math.nan}, "y is nan; it must be a number"),
        ({"slant": 500}, "the slant is 500; this model's hands have slants from"),
        ({"width": True}, "the width is True; this model's hands have widths from"),
        ({"height": math.nan}, "the height is nan; this model's hands"),
        ({"thickness": "thick"}, "the thickness is 'thick'; this model's hands"),
        ({"weight": 1}, "'weight' is no edit; there are plane, pair, x, y, slant, thickness, width, height."),
    ],
)
def test_wrong_edits_are_a_sentence(found, edits, said):
    with pytest.raises(InputError) as error:
        check_edits(found, edits)
    assert said in str(error.value)


def test_nothing_is_asked_of_a_hand_that_is_not_measured(found):
    bare = Directions(found.model, found.sha256, found.planes)
    with pytest.raises(InputError, match="the handwriting of tiny is not measured yet"):
        check_edits(bare, {"slant": 1.0})
    assert check_edits(bare, {"x": 1, "slant": None, "width": ""}) == Edits(x=1.0)


def test_recipe_with_edits_replays(found, folder):
    generator = load("tiny")
    write_directions(get_path(generator), found)
    low, high = found.hand.ranges["slant"] if found.hand else (0, 0)
    edits = {"plane": "sefa", "pair": 1, "x": 1.0, "y": 0.5, "slant": round((low + high) / 2, 2)}
    recipe = {"model": "tiny", "weights": generator.sha256, "seed": 7, "digits": [2, 0], "indices": [0, 0]}
    images = gan.replay({**recipe, "edits": edits}, generator)
    want = edit(generator, found, generator.draw_z(7, [0, 0]), torch.tensor([2, 0]), check_edits(found, edits))
    torch.testing.assert_close(images, want.images)
    assert not torch.allclose(images, gan.replay(recipe, generator), atol=1e-3)
    for wrong, said in (
        ({"slant": 999}, "the slant is 999"),
        ({"colour": 1}, "'colour' is no edit"),
        (7, "must be an"),
    ):
        with pytest.raises(InputError, match=said):
            gan.replay({**recipe, "edits": wrong}, generator)
