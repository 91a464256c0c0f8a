"""D's opinion as a probability: what each loss means by its logits, the fitted curve, and what is stored of it."""

import json
import math
import os
from pathlib import Path

import pytest
import torch

from gan.config import Config
from gan.data import load_dataset, to_float
from gan.drawing.generator import Generator, load
from gan.fit_verdict import main
from gan.judges.calibration import Calibration, fit_logistic, get_path, read_calibration, save_calibration
from gan.judges.verdict import Verdict, get_verdict, score
from gan.models import build_discriminator, build_generator
from gan.store import released as checkpoint
from gan.store.released import CheckpointError, write_released

EXTREME = torch.tensor([-math.inf, -1e38, -100.0, 0.0, 100.0, 1e38, math.inf, math.nan])


def write_model(folder: Path, loss: str, name: str = "tiny", **settings: object) -> Generator:
    """An untrained G and D of that loss, taken into `folder`, loaded."""
    config = Config(minutes=1.0, z_dim=8, w_dim=16, g_width=12, d_width=6, loss=loss, **settings)  # type: ignore[arg-type]
    names = [str(i) for i in range(config.num_classes)]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        g, d = build_generator(config), build_discriminator(config)
    path = folder / f"{name}.safetensors"
    write_released(path, config, g, d, {"class_names": names})
    return load(str(path))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    return tmp_path


def store(generator: Generator, **change: object) -> None:
    """A calibration of made numbers for this generator."""
    made: dict[str, object] = {
        "weights": generator.sha256,
        "midpoint": tuple(0.1 * i for i in range(10)),
        "slope": tuple(1.0 + i for i in range(10)),
        "real": 1000,
        "forged": 1000,
        "dataset": "mnist",
    }
    save_calibration(Calibration(**(made | change)), get_path(generator.name))  # type: ignore[arg-type]


def test_fit_finds_the_curve_that_numbers_were_drawn_from():
    # N(a, 1) against N(b, 1) with equal priors: P(real | x) is exactly logistic, slope a - b, midpoint (a + b) / 2
    rng = torch.Generator().manual_seed(1)
    real = 0.1 * torch.randn(40_000, generator=rng) + 5.15
    fake = 0.1 * torch.randn(20_000, generator=rng) + 5.0
    midpoint, slope = fit_logistic(real=real, fake=fake)
    assert midpoint == pytest.approx(5.075, abs=0.003)
    assert slope == pytest.approx(15.0, rel=0.03)


def test_fit_does_not_depend_on_how_many_of_each_there_are():
    real, fake = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([-1.0, 0.5])
    once = fit_logistic(real=real.repeat(1000), fake=fake.repeat(1000))
    assert fit_logistic(real=real.repeat(3000), fake=fake.repeat(1000)) == pytest.approx(once, rel=0.01)


def test_fit_stays_finite_where_sides_do_not_overlap_or_cannot_be_told():
    midpoint, slope = fit_logistic(real=torch.full((50,), 101.0), fake=torch.full((50,), 99.0))
    assert midpoint == pytest.approx(100.0)
    assert 1.0 < slope < 100.0
    assert fit_logistic(real=torch.full((9,), 3.0), fake=torch.full((9,), 3.0)) == (3.0, 0.0)
    assert fit_logistic(real=torch.tensor([0.0, 1.0]), fake=torch.tensor([5.0, 6.0]))[1] == 0.0
    midpoint, slope = fit_logistic(real=torch.tensor([1e30, 2e30]), fake=torch.tensor([-1e30, 0.0]))
    assert math.isfinite(midpoint)
    assert slope > 0


@pytest.mark.parametrize(("real", "fake"), [([], [1.0]), ([1.0], []), ([math.nan], [1.0]), ([1.0], [math.inf])])
def test_fit_refuses_what_no_curve_fits(real, fake):
    with pytest.raises(ValueError, match="finite logits, some of each side"):
        fit_logistic(real=torch.tensor(real), fake=torch.tensor(fake))


@pytest.mark.parametrize("loss", ["bce", "minimax", "hinge", "lsgan"])
def test_absolute_loss_gives_its_own_probability(folder, loss):
    verdict = Verdict(write_model(folder, loss))
    assert (verdict.kind, verdict.calibrated) == ("absolute", False)
    assert loss in verdict.explain
    logits, labels = torch.tensor([-2.0, 0.25, 3.0]), torch.tensor([0, 5, 9])
    expected = logits.clamp(0, 1) if loss == "lsgan" else torch.sigmoid(logits)
    torch.testing.assert_close(verdict.read(logits, labels), expected)


@pytest.mark.parametrize("loss", ["relativistic", "wgan-gp"])
def test_comparing_loss_reads_the_stored_curve_of_the_class(folder, loss):
    generator = write_model(folder, loss)
    store(generator)
    verdict = Verdict(generator)
    assert (verdict.kind, verdict.calibrated) == ("calibrated", True)
    assert "50 %" in verdict.explain
    labels = torch.tensor([0, 3, 9])
    midpoints = torch.tensor([0.0, 0.3, 0.9])
    torch.testing.assert_close(verdict.read(midpoints, labels), torch.full((3,), 0.5))
    above = verdict.read(midpoints + 1.0, labels)
    torch.testing.assert_close(above, torch.sigmoid(torch.tensor([1.0, 4.0, 10.0])))


@pytest.mark.parametrize("loss", ["relativistic", "wgan-gp"])
def test_comparing_loss_without_a_curve_ranks_among_own_forgeries(folder, loss):
    generator = write_model(folder, loss)
    verdict = Verdict(generator)
    assert (verdict.kind, verdict.calibrated) == ("relative", False)
    assert "no calibration is stored" in verdict.explain
    labels = torch.full((400,), 3)
    shares = verdict.judge(generator.sample(labels, seed=9), labels)
    assert shares.mean().item() == pytest.approx(0.5, abs=0.06)  # forgeries rank evenly among forgeries
    assert shares.min() < 0.1
    assert shares.max() > 0.9


@pytest.mark.parametrize("loss", ["bce", "lsgan", "relativistic"])
@pytest.mark.parametrize("stored", [False, True])
def test_extreme_logits_stay_in_range_and_in_order(folder, loss, stored):
    generator = write_model(folder, loss)
    if stored:
        store(generator, slope=(0.0, *[1e6] * 9))
    verdict = Verdict(generator)
    for label in (0, 1):
        shares = verdict.read(EXTREME, torch.full((len(EXTREME),), label))
        assert shares.dtype == torch.float32
        assert bool(shares.isfinite().all())
        assert bool(((shares >= 0) & (shares <= 1)).all())
        assert bool((shares[:7].diff() >= 0).all())
        assert shares[7] == 0.5


def test_judging_does_not_depend_on_the_batch(folder):
    generator = write_model(folder, "bce")
    labels = torch.arange(300) % 10
    images = generator.sample(labels, seed=4)
    verdict = Verdict(generator)
    together = verdict.judge(images, labels)
    assert together.shape == (300,)
    torch.testing.assert_close(verdict.judge(images[290:], labels[290:]), together[290:])
    assert len(verdict.judge(images[:0], labels[:0])) == 0


def test_model_without_classes_judges_any_label(folder):
    generator = write_model(folder, "bce", num_classes=1, unconditional=True)
    images = generator.sample([0, 0], seed=1)
    verdict = Verdict(generator)
    torch.testing.assert_close(verdict.judge(images, torch.tensor([7, 3])), verdict.judge(images, torch.tensor([0, 0])))


def test_file_without_a_discriminator_is_said(folder):
    config = Config(minutes=1.0, z_dim=8, w_dim=16, g_width=12)
    write_released(folder / "blind.safetensors", config, build_generator(config), None, {})
    with pytest.raises(CheckpointError, match="blind was saved without its discriminator"):
        Verdict(load("blind"))


def spoil(path: Path, **change: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other/1"}, "is not what python -m gan.fit_verdict writes"),
        ({"slope": [math.nan] * 10}, "is not what python -m gan.fit_verdict writes"),
        ({"slope": [-1.0] * 10}, "is not what python -m gan.fit_verdict writes"),
        ({"slope": []}, "is not what python -m gan.fit_verdict writes"),
        ({"midpoint": "wide"}, "is not what python -m gan.fit_verdict writes"),
        ({"midpoint": 7}, "is not what python -m gan.fit_verdict writes"),
        ({"real": "many"}, "is not what python -m gan.fit_verdict writes"),
        ({"more": 1}, "is not what python -m gan.fit_verdict writes"),
        ({"weights": "0" * 64}, "was fitted to other weights"),
        ({"slope": [1.0] * 3, "midpoint": [1.0] * 3}, "is not of 10 classes"),
    ],
)
def test_foreign_curve_is_not_used_and_said(folder, change, said):
    generator = write_model(folder, "relativistic")
    store(generator)
    spoil(get_path("tiny"), **change)
    with pytest.raises(CheckpointError, match=said):
        read_calibration(get_path("tiny"), generator)
    verdict = Verdict(generator)
    assert verdict.kind == "relative"
    assert said in verdict.explain


@pytest.mark.parametrize("text", ["", "[1]", "{", "null", "\0"])
def test_broken_file_is_not_used(folder, text):
    generator = write_model(folder, "relativistic")
    get_path("tiny").write_text(text)
    assert Verdict(generator).kind == "relative"


def test_verdict_is_made_once_and_again_when_the_curve_was_renewed(folder):
    generator = write_model(folder, "relativistic")
    first = get_verdict(generator)
    assert get_verdict(generator) is first
    store(generator)
    assert get_verdict(generator).calibrated


def test_command_stores_a_curve_that_belongs_to_the_weights(folder, made_root, capsys):
    generator = write_model(folder, "relativistic")
    assert main(["tiny", "--data", str(made_root), "--count", "30"]) == 0
    assert generator.sha256[:12] in capsys.readouterr().out
    made = read_calibration(get_path("tiny"), generator)
    assert made is not None
    assert (made.real, made.forged) == (300, 300)
    assert Verdict(generator).calibrated
    # Even an untrained D tells blurred noise from strokes, one way or the other; no class may come out reversed
    assert min(made.slope) >= 0


def test_command_fits_a_model_without_classes(folder, made_root):
    generator = write_model(folder, "relativistic", num_classes=1, unconditional=True)
    assert main(["tiny", "--data", str(made_root), "--count", "40"]) == 0
    assert len(Verdict(generator).judge(generator.sample([0], seed=1), torch.tensor([0]))) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "There is no 'nobody'"),
        (["../tiny"], "There is no '../tiny'"),
        (["tiny", "--count", "0"], "--count is 0; it must be from 10 to 10000."),
        (["tiny", "--data", "nowhere"], "No MNIST under nowhere"),
        (["plain"], "Plain was trained with bce, which gives probabilities itself"),
    ],
)
def test_command_says_what_is_wrong_and_writes_nothing(folder, capsys, arguments, said):
    write_model(folder, "relativistic")
    write_model(folder, "bce", "plain")
    assert main(arguments) == 2
    problem = capsys.readouterr().err
    assert said in problem
    assert len(problem.splitlines()) == 1
    assert not list(folder.glob("*.json"))


def test_released_discriminator_finds_unseen_real_digits_more_real_than_forged_ones():
    """On MNIST's test digits, which D never saw; without the real data, on its forgeries alone."""
    generator = load("digits")
    labels = torch.arange(10).repeat(40)
    forged = score(generator, generator.sample(labels, seed=11), labels)
    assert bool(forged.isfinite().all())
    if "GAN_DATA" in os.environ:
        test = load_dataset(os.environ["GAN_DATA"], "test")
        for label in range(10):
            real = score(generator, to_float(test.images[test.labels == label][:100]), torch.full((100,), label))
            assert real.mean() > forged[labels == label].mean()
    shares = Verdict(generator).read(forged, labels)
    assert 0.2 < shares.mean() < 0.6  # D is not fooled always, nor never
    eights = shares[labels == 8][forged[labels == 8].argsort()]
    assert bool((eights.diff() >= 0).all())  # the more real D finds one, the larger its share
    assert eights[-1] > eights[0] + 0.2
