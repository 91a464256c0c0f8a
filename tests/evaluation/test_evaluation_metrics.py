"""The formulas, at points where their value is known beforehand."""

import json
import math
from dataclasses import asdict

import pytest
import torch
from torch import Tensor

from gan.evaluation.classes import class_rows, diversity, share_rows
from gan.evaluation.memory import nearest_distances, remember
from gan.evaluation.metrics import fid, inception_score, kid, manifold
from gan.evaluation.report import format_report
from gan.evaluation.run import Report
from gan.evaluation.style import mean_correlation


def draw(count: int, size: int = 4, seed: int = 0) -> Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def whiten(points: Tensor) -> Tensor:
    """Points with mean 0 and covariance I, exactly, so that Gaussians fitted to them are known."""
    centred = points.double() - points.double().mean(dim=0)
    return torch.linalg.solve_triangular(torch.linalg.cholesky(torch.cov(centred.T)), centred.T, upper=False).T


def test_fid_of_known_gaussians():
    """N(0, I) and N(m, s^2 I) in 4 dimensions: |m|^2 + 4 (1 - s)^2 (Heusel et al. 2017, eq. 6)."""
    one, other = whiten(draw(500)), whiten(draw(500, seed=1))
    moved = 3 * other + torch.tensor([1.0, 2.0, 0.0, 0.0], dtype=torch.float64)
    assert fid(real=one, fake=moved) == pytest.approx(5 + 4 * 4, rel=1e-6)
    assert fid(real=moved, fake=one) == pytest.approx(21, rel=1e-6)
    assert fid(real=one, fake=other) == pytest.approx(0, abs=1e-6)


def test_fid_sees_what_is_correlated():
    """Covariances I and [[1, r], [r, 1]]: 4 - 2 (sqrt(1 + r) + sqrt(1 - r))."""
    one = whiten(draw(500, size=2))
    r = 0.6
    mixed = one @ torch.linalg.cholesky(torch.tensor([[1, r], [r, 1]], dtype=torch.float64)).T
    assert fid(real=one, fake=mixed) == pytest.approx(4 - 2 * (math.sqrt(1 + r) + math.sqrt(1 - r)), rel=1e-6)


def test_kid_is_the_unbiased_mmd_of_the_cubic_kernel():
    """With one subset of everything the estimate is a sum over all pairs, written out here."""
    real, fake = draw(40).double(), draw(40, seed=1).double() + 0.5

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / 4 + 1) ** 3

    off = ~torch.eye(40, dtype=torch.bool)
    expected = kernel(real, real)[off].mean() + kernel(fake, fake)[off].mean() - 2 * kernel(real, fake).mean()
    found = kid(real=real, fake=fake, seed=0, subsets=1, subset_size=40)
    assert found == pytest.approx(expected.item(), rel=1e-9)
    assert found > 0.1


def test_kid_of_one_source_is_about_zero_and_repeats():
    values = [kid(real=draw(2000), fake=draw(2000, seed=1), seed=5, subset_size=500) for _ in range(2)]
    assert values[0] == values[1]
    assert abs(values[0]) < 0.01


def test_inception_score_at_its_ends():
    sure = 50 * torch.eye(10).repeat(100, 1)
    assert inception_score(sure, seed=0, splits=1) == pytest.approx(10, rel=1e-6)
    assert inception_score(torch.zeros(1000, 10), seed=0) == pytest.approx(1, rel=1e-6)
    one_class = 50 * torch.eye(10)[:1].repeat(1000, 1)
    assert inception_score(one_class, seed=0) == pytest.approx(1, rel=1e-6)


def test_a_collapsed_generator_is_precise_and_recalls_nothing():
    """Precision and recall are easily swapped; a generator that draws one good digit tells them apart."""
    real = draw(500)
    fake = real[:1] + 1e-3 * draw(500, seed=1)
    found = manifold(real=real, fake=fake)
    assert found.precision == 1
    assert found.recall < 0.05
    assert found.coverage < 0.1


def test_a_scattering_generator_recalls_and_is_not_precise():
    real = draw(500)
    found = manifold(real=real, fake=10 * draw(500, seed=1))
    assert found.precision < 0.2
    assert found.recall > 0.8


def test_manifold_of_one_source():
    """Two draws of one source: the k-th neighbour of n gives coverage 1 - (1/2)^k nearly (Naeem et al. 2020)."""
    found = manifold(real=draw(2000), fake=draw(2000, seed=1), neighbours=5)
    assert found.coverage == pytest.approx(1 - 0.5**5, abs=0.02)
    assert found.density == pytest.approx(1, abs=0.05)
    assert min(found.precision, found.recall) > 0.9


def test_manifold_of_far_apart_sets_is_nothing():
    found = manifold(real=draw(100), fake=draw(100, seed=1) + 100)
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)


def test_manifold_prints_nothing(capsys):
    manifold(real=draw(20), fake=draw(20, seed=1))
    assert capsys.readouterr().out == ""


def test_nearest_distance_is_in_inked_pixels():
    known = torch.zeros(3, 1, 28, 28, dtype=torch.uint8)
    known[1, 0, :2, :2] = 255
    known[2] = 255
    asked = torch.zeros(2, 1, 28, 28, dtype=torch.uint8)
    asked[1, 0, 0, :3] = 255  # 2 of the 4 pixels of known[1], and one beside them
    found = nearest_distances(asked, known, title="test", batch_size=1)
    torch.testing.assert_close(found, torch.tensor([0.0, math.sqrt(3)]), atol=1e-3, rtol=1e-3)


def test_copies_are_found_out():
    test = torch.linspace(1, 3, 1001)
    copied = remember(test=test, fake=torch.zeros(1000))
    assert (copied.ratio, copied.close) == (0, 1)
    fresh = remember(test=test, fake=test)
    assert fresh.ratio == 1
    assert fresh.close == pytest.approx(0.01, abs=0.002)
    assert remember(test=test, fake=2 * test).ratio == pytest.approx(2)


def test_diversity_is_relative_to_the_real():
    real = draw(300)
    assert diversity(real=real, fake=0.5 * real + 7) == pytest.approx(0.5, rel=1e-4)
    assert diversity(real=real, fake=real[:1].repeat(300, 1)) == 0


def test_class_rows_name_what_is_ignored_and_what_collapsed():
    labels = torch.arange(10).repeat_interleave(60)
    features = draw(600, size=8) + 20 * labels[:, None]
    logits = 9 * torch.eye(10)[labels]
    fake_features, fake_logits = draw(600, size=8, seed=1) + 20 * labels[:, None], logits.clone()
    fake_features[labels == 3] = features[labels == 3][:1] + 1e-4 * draw(60, size=8)
    fake_logits[labels == 7] = 9 * torch.eye(10)[1]
    rows = class_rows(
        real=(features, logits, labels),
        fake=(fake_features, fake_logits, labels),
        test=(draw(600, size=8, seed=2) + 20 * labels[:, None], labels),
        names="abcdefghij",
        neighbours=5,
    )
    assert [(row.label, row.name) for row in rows] == list(enumerate("abcdefghij"))
    assert [row.verdict for row in rows] == ["ok"] * 3 + ["collapsed"] + ["ok"] * 3 + ["ignored"] + ["ok"] * 2
    assert rows[3].accuracy == 1
    assert (rows[3].recall or 0) < 0.1
    assert rows[7].accuracy == 0
    assert rows[0].diversity == pytest.approx(1, abs=0.1)
    assert all((row.recall_real or 0) > 0.6 and (row.coverage_real or 0) > 0.8 for row in rows)


@pytest.mark.parametrize("count", [2, 3, 5, 6, 7])
@pytest.mark.parametrize("side", ["real", "fake", "test"])
def test_a_class_too_small_for_its_neighbours_has_a_dash_and_the_others_their_figures(count, side):
    labels = torch.arange(3).repeat_interleave(40)
    sides = {}
    for seed, name in enumerate(("real", "fake", "test")):
        kept = torch.cat([torch.arange(80), torch.arange(80, 80 + (count if name == side else 40))])
        sides[name] = (draw(120, size=8, seed=seed) + 20 * labels[:, None])[kept], labels[kept]
    (real, real_labels), (fake, fake_labels) = sides["real"], sides["fake"]
    rows = class_rows(
        real=(real, 9 * torch.eye(3)[real_labels], real_labels),
        fake=(fake, 9 * torch.eye(3)[fake_labels], fake_labels),
        test=sides["test"],
        names="abc",
        neighbours=5,
    )
    assert [row.verdict for row in rows[:2]] == ["ok", "ok"]
    assert (rows[2].verdict == "too few") == (count < 7)
    assert rows[2].compared == count
    assert (rows[2].recall is None, rows[2].coverage_real is None) == (count < 7, count < 7)
    assert rows[2].diversity is not None
    assert all(row.recall is not None and row.coverage is not None for row in rows[:2])
    assert format_report(Report(classes=rows)).count("–") == (0 if count == 7 else 2)


def test_a_class_of_equal_pictures_has_no_diversity_to_compare_with():
    labels = torch.arange(2).repeat_interleave(20)
    features = draw(40, size=8) + 20 * labels[:, None]
    same = features.clone()
    same[20:] = features[20]
    sides = (features, 9 * torch.eye(2)[labels], labels)
    rows = class_rows(real=sides, fake=sides, test=(same, labels), names="ab", neighbours=5)
    assert rows[1].diversity is None
    assert json.loads(json.dumps(asdict(rows[1])))["diversity"] is None


def test_share_rows_name_what_is_rare_and_what_is_missing():
    real = 9 * torch.eye(3)[torch.arange(300) % 3]
    fake = 9 * torch.eye(3)[torch.tensor([0] * 190 + [1] * 9 + [2])]
    rows = share_rows(real=real, fake=fake, names=("a", "b", "c"))
    assert [row.name for row in rows] == ["a", "b", "c"]
    assert [row.count for row in rows] == [190, 9, 1]
    assert [row.verdict for row in rows] == ["ok", "rare", "missing"]
    assert [row.share for row in rows] == pytest.approx([0.95, 0.045, 0.005])
    assert [row.share_real for row in rows] == pytest.approx([1 / 3] * 3)


def test_mean_correlation():
    hand = draw(400, size=1)
    assert mean_correlation(hand.repeat(1, 10) * torch.arange(1, 11) + 3) == pytest.approx(1)
    assert mean_correlation(draw(4000, size=10)) == pytest.approx(0, abs=0.02)
    # Half of the variance in common is a correlation of a half; one constant class of three takes two pairs away.
    mixed = hand.repeat(1, 3) + draw(400, size=3, seed=1)
    expected = torch.corrcoef(mixed.T)[[0, 0, 1], [1, 2, 2]].mean().item()
    assert mean_correlation(mixed) == pytest.approx(expected, rel=1e-5)
    mixed[:, 0] = 2
    assert mean_correlation(mixed) == pytest.approx(torch.corrcoef(mixed[:, 1:].T)[0, 1].item() / 3, rel=1e-5)
    with pytest.raises(ValueError, match="two rows"):
        mean_correlation(torch.zeros(1, 10))
