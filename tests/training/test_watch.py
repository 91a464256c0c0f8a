import json
import math
from pathlib import Path

import pytest
import torch

from gan.config import PRESETS, override
from gan.data import Dataset
from gan.training import class_check, limits
from gan.training.class_check import Check, Checker
from gan.training.limits import Bell, Smooth, has_lost, has_won, is_collapsed, is_ignored, is_missing
from gan.training.observer import Progress
from gan.training.watcher import Rules, Watch
from gan.watch import main
from tests.made_digits import make_digits

NAMES = tuple("0123456789")


def step(images, **changes):
    numbers = dict.fromkeys(Progress.__dataclass_fields__, 0.0)
    healthy = {"won": 0.65, "prob_real": 0.6, "prob_fake": 0.4, "grad_d": 0.5, "grad_g": 0.2}
    return Progress(**{**numbers, **healthy, **changes, "images": images})


def look(images, accuracy=0.9, diversity=0.95, distance=0.1):
    a, d, far = (tuple(v) if isinstance(v, list) else (v,) * 10 for v in (accuracy, diversity, distance))
    return Check(images, NAMES, a, d, far, count=640)


def run(rules, first, last, **changes):
    return [alarm for images in range(first, last, 2560) for alarm in rules.on_step(step(images, **changes))]


def test_rules_at_their_edges():
    nan = math.nan
    assert has_won(prob_real=0.98, prob_fake=0.02, won=1.0)
    assert not has_won(prob_real=0.979, prob_fake=0.02, won=1.0)
    assert not has_won(prob_real=0.98, prob_fake=0.03, won=1.0)
    assert has_won(prob_real=nan, prob_fake=nan, won=0.995)
    assert not has_won(prob_real=nan, prob_fake=nan, won=0.99)
    assert has_won(prob_real=0.73, prob_fake=0.27, won=1.0, by_rank=True)
    assert not has_lost(won=0.5, level=0.0, grad_d=1.0)
    assert has_lost(won=0.5, level=-11.0, grad_d=1.0)
    assert has_lost(won=0.5, level=0.0, grad_d=0.009)
    assert not has_lost(won=0.6, level=-90.0, grad_d=0.0)
    assert is_ignored(0.49)
    assert not is_ignored(0.5)
    assert not is_ignored(nan)
    assert is_collapsed(0.49, 0.0)
    assert not is_collapsed(0.5, 1.0)
    assert is_collapsed(0.6, 1.3)
    assert not is_collapsed(nan, 1.0)
    assert is_missing(0.019, real=0.1, count=100)
    assert not is_missing(0.021, real=0.1, count=100)
    assert not is_missing(0.0, real=0.1, count=99)


def test_bell_rings_once_an_episode_and_again_after_health():
    bell = Bell(10)
    assert [bell.hear(t, ill=True, well=False) for t in (0, 9, 10, 20)] == [False, False, True, False]
    assert not bell.hear(30, ill=False, well=False)
    assert [bell.hear(t, ill=True, well=False) for t in (40, 60)] == [False, False]
    bell.hear(70, ill=False, well=True)
    assert [bell.hear(t, ill=True, well=False) for t in (80, 89, 90)] == [False, False, True]


def test_average_forgets_after_its_window_and_passes_over_nan():
    mean = Smooth(100)
    assert mean.add(1.0, 10) == 1.0
    assert mean.add(2.0, 10) == pytest.approx(1.5)
    assert mean.add(math.nan, 10) == pytest.approx(1.5)
    for _ in range(100):
        mean.add(5.0, 10)
    assert mean.value == pytest.approx(5.0, abs=0.01)


def test_healthy_run_rings_nothing():
    rules = Rules()
    alarms = run(rules, 2560, 40_000, won=1.0, prob_real=0.99, prob_fake=0.01, grad_g=9.0, grad_d=9.0)
    alarms += rules.on_check(look(50_000, accuracy=0.1, diversity=0.05))
    alarms += run(rules, 40_000, 400_000)
    alarms += run(rules, 400_000, 800_000, won=0.9, prob_real=0.8, prob_fake=0.2)
    alarms += run(rules, 800_000, 1_500_000, won=0.5)
    for images in range(100_000, 1_500_000, 50_000):
        alarms += rules.on_check(look(images))
    assert alarms == []


WON = {"won": 1.0, "prob_real": 0.999, "prob_fake": 0.001}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("d_won", WON),
        ("d_lost", {"won": 0.5, "logit_real": -23.0, "logit_fake": -23.1}),
        ("d_lost", {"won": 0.5, "grad_d": 1e-5}),
        ("gradients", {"grad_g": 1e4}),
        ("gradients", {"grad_d": 1e4}),
    ],
)
def test_ill_run_rings_once_rearms_and_says_what_to_try(kind, changes):
    rules = Rules()
    assert run(rules, 2560, 600_000) == []
    first = run(rules, 600_000, 900_000, **changes)
    assert [alarm.kind for alarm in first] == [kind]
    assert "try " in first[0].message
    assert first[0].images > 600_000
    assert run(rules, 900_000, 1_800_000) == []
    assert [alarm.kind for alarm in run(rules, 1_800_000, 2_100_000, **changes)] == [kind]


def test_losses_without_a_probability_are_judged_by_rank():
    nothing = {"prob_real": math.nan, "prob_fake": math.nan}
    rules = Rules(by_rank=True)
    assert run(rules, 2560, 600_000, won=0.98, **nothing) == []
    assert [alarm.kind for alarm in run(rules, 600_000, 1_200_000, won=1.0, **nothing)] == ["d_won"]


def test_log_without_gradients_is_judged_by_the_rest():
    nothing = {"grad_d": math.nan, "grad_g": math.nan}
    rules = Rules()
    assert run(rules, 2560, 600_000, **nothing) == []
    assert [alarm.kind for alarm in run(rules, 600_000, 900_000, **WON, **nothing)] == ["d_won"]


def test_single_outlier_is_no_explosion():
    rules = Rules()
    run(rules, 2560, 600_000)
    assert rules.on_step(step(602_560, grad_g=1e6)) == []
    assert run(rules, 605_120, 700_000) == []


def test_winner_is_no_alarm_while_the_pictures_improve():
    rules, alarms = Rules(), []
    for k, images in enumerate(range(50_000, 500_000, 50_000)):
        alarms += rules.on_check(look(images, accuracy=0.5 + 0.02 * k))
        alarms += run(rules, images, images + 50_000, **WON)
    assert alarms == []
    for images in range(500_000, 800_000, 50_000):
        alarms += rules.on_check(look(images, accuracy=0.6))
        alarms += run(rules, images, images + 50_000, **WON)
    assert [alarm.kind for alarm in alarms] == ["d_won"]


def test_class_is_ignored_only_after_time_and_only_if_it_lasts():
    rules, bad = Rules(), [0.9] * 3 + [0.2] + [0.9] * 6
    assert [a for t in (50_000, 100_000, 150_000, 200_000) for a in rules.on_check(look(t, accuracy=bad))] == []
    (alarm,) = rules.on_check(look(250_000, accuracy=bad))
    assert alarm.kind == "ignored"
    assert "3 (20%)" in alarm.message
    assert rules.on_check(look(300_000, accuracy=bad)) == []
    rules.on_check(look(350_000))
    assert rules.on_check(look(400_000, accuracy=bad)) == []
    assert len(rules.on_check(look(450_000, accuracy=bad))) == 1


@pytest.mark.parametrize(("before", "after"), [(0.6, 0.4), (1.0, 0.45)])
def test_collapse_is_told_for_the_class(before, after):
    rules = Rules()
    assert [a for t in range(50_000, 300_000, 50_000) for a in rules.on_check(look(t, diversity=before))] == []
    bad = [before] * 7 + [after] + [before] * 2
    found = [a for t in range(300_000, 600_000, 50_000) for a in rules.on_check(look(t, diversity=bad))]
    assert [alarm.kind for alarm in found] == ["collapsed"]
    assert f"7 ({after:.0%})" in found[0].message


def test_missing_digits_are_told_without_conditions():
    rules, alarms = Rules(real_shares=(0.1,) * 10), []
    for images in range(50_000, 400_000, 50_000):
        shares = (0.2, 0.0, *(0.1,) * 8)
        check = Check(images, ("any",), (math.nan,), (0.9,), (0.1,), shares, count=640)
        alarms += rules.on_check(check)
    assert [alarm.kind for alarm in alarms] == ["missing"]
    assert "1 (0%)" in alarms[0].message


def test_resumed_watch_repeats_nothing_and_counts_on():
    rules = Rules()
    run(rules, 2560, 600_000)
    assert len(run(rules, 600_000, 900_000, **WON)) == 1
    again = Rules()
    again.load_state_dict(json.loads(json.dumps(rules.state_dict())))
    assert again.state_dict() == rules.state_dict()
    assert run(again, 900_000, 1_200_000, **WON) == []
    assert len(run(Rules(), 900_000, 1_200_000, **WON)) == 1


def test_run_that_went_back_is_judged_on():
    rules = Rules()
    run(rules, 2560, 600_000)
    assert run(rules, 450_000, 600_000) == []
    assert [alarm.kind for alarm in run(rules, 600_000, 900_000, **WON)] == ["d_won"]


def test_page_about_watching_gives_the_limits_there_are():
    text = (Path(limits.__file__).parents[2] / "docs" / "watching.md").read_text(encoding="utf-8")
    images = (limits.WINDOW, limits.WON_FOR, limits.LOST_FOR, limits.EXPLODED_FOR, 2 * limits.GRACE, limits.LOOK_TIME)
    said = [
        *(f"{n:,}" for n in (*images, limits.CLASS_TIME)),
        f"{class_check.SAMPLE} real ones",
        f"±{limits.WANDERED:.0f}",
    ]
    said += [f"{share:.0%}".replace("%", " %") for share in (limits.SURE, limits.CHANCE, limits.STARVED)]
    said += [f"{limits.RANKS:.1%}".replace("%", " %"), f"{limits.EXPLODED:.0f} times"]
    assert [one for one in said if one not in text] == []


@pytest.fixture(scope="module")
def made():
    images, labels = make_digits(600, 0)
    return Dataset(torch.from_numpy(images)[:, None], torch.from_numpy(labels).long(), NAMES)


def test_watch_measures_pictures_against_the_data(made):
    eyes = Watch(override(PRESETS["digits"], images=1000), made, None)
    pictures, labels = made.images[:300].float() / 127.5 - 1, made.labels[:300]
    real, alarms = eyes.on_check(1000, pictures, labels)
    assert alarms == []
    assert all(value == pytest.approx(1, abs=0.2) for value in real.diversity)
    assert real.overall_distance < 0.1
    assert math.isnan(real.overall_accuracy)
    assert not real.judged
    assert "no reader" in real.describe()
    one = torch.stack([pictures[labels == y][0] for y in range(10)]).repeat_interleave(8, 0)
    assert eyes.checker.look(1, one, torch.arange(10).repeat_interleave(8)).overall_diversity < 0.01
    row = json.loads(json.dumps(real.to_dict(), allow_nan=False))
    assert row["accuracy"] is None
    assert Check.from_dict(row).to_dict() == row


def test_watch_reads_classes_and_shares(made):
    class Reader:
        def read(self, images):
            return torch.eye(10)[torch.full((len(images),), 3)]

    pictures, labels = made.images[:200].float() / 127.5 - 1, made.labels[:200]
    config = override(PRESETS["digits"], images=1000)
    check = Checker(config, made, Reader()).look(1, pictures, labels)
    assert check.accuracy == tuple(float(y == 3) for y in range(10))
    free = Watch(override(config, unconditional=True), made, Reader())
    check = free.checker.look(1, pictures, torch.zeros_like(labels))
    assert check.shares[3] == 1
    assert math.isnan(check.accuracy[0])
    assert check.diversity[0] == pytest.approx(1, abs=0.05)
    assert sum(free.rules.real_shares) == pytest.approx(1)


def test_replay_command(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "is missing" in capsys.readouterr().err
    rows = [{"images": n, "won": 1.0 if n > 300_000 else 0.7, "loss_d": 0.1} for n in range(2560, 700_000, 2560)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main([str(tmp_path)]) == 1
    assert "D has won" in capsys.readouterr().out
