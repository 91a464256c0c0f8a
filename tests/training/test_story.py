"""A run's film and summary, made from its files: whole runs, old logs, half a run, no run."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan.drawing.sheets import make_sheet
from gan.story import main
from gan.training.curves import StoryError, draw_run, make_summary, plan_panels, smooth
from gan.training.film import FILM_BYTES, make_film, pick_evenly, read_sheets

ROOT = Path(__file__).resolve().parent.parent.parent


def write_sheets(out: Path, moments: list[int], columns: int = 10, noise: float = 1.0) -> None:
    (out / "sheets").mkdir(parents=True, exist_ok=True)
    for images in moments:
        pictures = torch.randn(8 * columns, 1, 28, 28, generator=torch.Generator().manual_seed(images)) * noise
        make_sheet(pictures.clamp(-1, 1), columns, scale=2).save(out / "sheets" / f"{images:09d}.png")


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def log_rows(count: int = 40, **more: Any) -> list[dict[str, Any]]:
    return [
        {"images": 100 * k, "fraction": k / count, "loss_d": 1 / k, "loss_g": 1.0, "won": 0.6, "seconds": k, **more}
        for k in range(1, count + 1)
    ]


CHECKS = [
    {"images": 1000 * k, "accuracy": 0.3 * k, "accuracy_by_class": {"a": 0.3 * k, "b": 0.1}, "diversity": 0.9}
    for k in (1, 2, 3)
]


def titles(log: list[dict[str, Any]], checks: list[dict[str, Any]]) -> list[str]:
    return [panel.title for panel in plan_panels(log, checks)]


def test_tells_a_whole_run(tmp_path):
    write_sheets(tmp_path, [0, 1000, 4000])
    write_rows(
        tmp_path / "log.jsonl", log_rows(prob_real=0.6, prob_fake=0.4, grad_d=1.0, grad_g=0.1, lr=1e-4, gamma=1.0)
    )
    write_rows(tmp_path / "checks.jsonl", CHECKS)
    write_rows(tmp_path / "alarms.jsonl", [{"images": 100 * k, "message": f"$alarm_{k}"} for k in range(9)])
    film, summary = draw_run(tmp_path)
    assert (film.name, summary.name) == ("film.gif", "summary.png")
    with Image.open(summary) as page:
        assert page.width > 1000
        assert np.asarray(page.convert("L")).std() > 10
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_film_holds_the_sheets_in_order_over_a_strip_and_rests_on_the_last(tmp_path):
    write_sheets(tmp_path, [0, 1000, 4000], noise=0.5)
    film = make_film(tmp_path)
    assert film is not None
    sheets = read_sheets(tmp_path)
    with Image.open(film) as movie:
        assert movie.n_frames == 3  # type: ignore[attr-defined]
        assert movie.info["loop"] == 0
        durations, strips = [], []
        for k, (_, sheet) in enumerate(sheets):
            movie.seek(k)
            durations.append(movie.info["duration"])
            frame = np.asarray(movie.convert("L"))
            height = sheet.size[1]
            assert frame.shape[1] == sheet.size[0]
            assert np.abs(frame[:height].astype(int) - np.asarray(sheet)).max() <= 9  # its greys are fewer
            strips.append(frame[height:])
    assert durations[2] > 2 * durations[0]
    assert all(strip.max() > 200 for strip in strips)  # there is text
    assert not np.array_equal(strips[0], strips[1])


def test_film_of_noise_still_fits(tmp_path):
    write_sheets(tmp_path, list(range(0, 60_000, 1000)))
    film = make_film(tmp_path)
    assert film is not None
    assert film.stat().st_size <= FILM_BYTES


def test_one_sheet_or_none(tmp_path):
    write_sheets(tmp_path / "one", [0], columns=1)
    assert [path.name for path in draw_run(tmp_path / "one")] == ["film.gif", "summary.png"]
    write_rows(tmp_path / "none" / "log.jsonl", log_rows(1))
    assert [path.name for path in draw_run(tmp_path / "none")] == ["summary.png"]


def test_broken_sheets_and_sheets_of_another_size_are_left_out(tmp_path):
    write_sheets(tmp_path, [10], columns=3)
    write_sheets(tmp_path, [0, 20, 30])
    whole = (tmp_path / "sheets" / "000000020.png").read_bytes()
    (tmp_path / "sheets" / "000000020.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "sheets" / "notes.png").write_bytes(b"")
    assert [images for images, _ in read_sheets(tmp_path)] == [0, 30]


def test_panels_are_those_with_numbers():
    assert titles(log_rows(), []) == ["Losses", "Skill: pairs that D ranks right"]
    assert titles(log_rows(gamma=0.0, penalty=math.nan, style=None), []) == [
        "Losses",
        "Skill: pairs that D ranks right",
    ]
    assert titles([], CHECKS) == ["Class accuracy", "Diversity within a class"]
    critic = plan_panels(log_rows(prob_real=math.nan, logit_real=3.0, logit_fake=1.0), [])
    assert [panel.unit for panel in critic if panel.title == "What D says"] == ["logit"]
    judge = plan_panels(log_rows(prob_real=0.7, logit_real=3.0), [])
    assert [panel.unit for panel in judge if panel.title == "What D says"] == ['probability "real"']


def test_lowest_class_is_named():
    (accuracy,) = [panel for panel in plan_panels([], CHECKS) if panel.title == "Class accuracy"]
    assert [curve.name for curve in accuracy.curves] == ["", "lowest now: b", "all classes"]


def test_smoothing_is_a_centred_mean_that_keeps_lines_and_ends():
    line = np.linspace(0, 5, 30)
    assert np.abs(smooth(line, 7) - line).max() < 1e-9
    rng = np.random.default_rng(0)
    noise = rng.normal(size=300)
    calm = smooth(noise, 11)
    assert calm[100] == pytest.approx(noise[95:106].mean())
    assert (calm[0], calm[-1]) == pytest.approx((noise[0], noise[-1]))
    assert np.array_equal(smooth(noise[:1], 1), noise[:1])


def test_pick_evenly_keeps_the_ends():
    assert pick_evenly(list(range(9)), 40) == list(range(9))
    assert pick_evenly(list(range(101)), 5) == [0, 25, 50, 75, 100]


def test_no_run_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err == (
        f"gan.story: {tmp_path / 'nowhere'} is not a folder; name the folder of a run, such as runs/digits.\n"
    )
    assert main([str(tmp_path)]) == 2
    assert "holds no run: there is neither log.jsonl nor a sheet" in capsys.readouterr().err
    with pytest.raises(StoryError):
        make_summary(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_command_prints_what_it_wrote(tmp_path, capsys):
    write_rows(tmp_path / "log.jsonl", [*log_rows(5), {"images": "many"}])
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"images": 700, "lo')
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(str(tmp_path / "summary.png"))


def test_drawing_leaves_matplotlib_as_it_was(tmp_path):
    """No pyplot, no backend chosen, no settings changed: whoever else draws in this process is not disturbed."""
    write_rows(tmp_path / "log.jsonl", log_rows(5))
    code = (
        "import sys; from pathlib import Path; import gan.training.curves; assert 'matplotlib' not in sys.modules;"
        "import matplotlib as m; before = dict(m.rcParams.copy());"
        f"gan.training.curves.make_summary(Path({str(tmp_path)!r}));"
        "assert 'matplotlib.pyplot' not in sys.modules; assert dict(m.rcParams.copy()) == before"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
