"""The search for the first snapshot that is good enough, and what the command refuses."""

from pathlib import Path

import pytest

from benchmarks.time_to_quality import Moment, find_first, list_snapshots, main


def search(curve, mark=0.9, glances=None):
    read, seen = [], []

    def look(path):
        index = int(path.name)
        read.append(index)
        return Moment(float(index), 10 * index, curve[index])

    def glance(path):
        seen.append(path)
        return Moment(0.0, 0, (glances or curve)[int(path.name)])

    found = find_first([Path(str(index)) for index in range(len(curve))], look, glance, mark)
    assert len(read) == len(set(read))
    assert [int(path.name) for path in seen] in ([], [i for i in range(len(curve)) if 10 * i >= len(curve) - 1])
    return found, len(read)


@pytest.mark.parametrize("first", range(24))
def test_first_of_a_rising_curve_is_found_in_few_looks_with_the_one_before(first):
    found, looks = search([0.1] * first + [0.95] * (24 - first))
    assert (found.moment.images, found.reached) == (10 * first, True)
    assert found.before == (Moment(first - 1.0, 10 * (first - 1), 0.1) if first else None)
    assert looks <= 6


def test_best_of_a_run_that_never_arrives():
    found, looks = search([0.1, 0.5, 0.8, 0.7])
    assert (found.moment.images, found.before, found.reached, looks) == (20, None, False, 2)


def test_what_came_before_a_tenth_of_a_run_is_not_glanced_at():
    found, looks = search([0.1, 0.95, *[0.2] * 18, 0.3], glances=[0.99] * 2 + [0.1] * 18 + [0.2])
    assert (found.moment.images, found.reached, looks) == (200, False, 1)


def test_a_glance_that_is_wrong_costs_no_more_than_the_end():
    found, looks = search([0.1, 0.5, 0.6, 0.7], glances=[0.1, 0.3, 0.2, 0.2])
    assert (found.moment.images, found.reached, looks) == (30, False, 2)


def test_run_that_fell_back_counts_when_it_had_arrived():
    found, _ = search([0.1, 0.5, 0.92, 0.95, 0.3])
    assert (found.moment.images, found.before.cas, found.reached) == (20, 0.5, True)


def test_the_untrained_generator_is_no_moment_of_a_run(tmp_path):
    (tmp_path / "history").mkdir()
    for name in ("000000000", "000000640", "000064000", "mine"):
        (tmp_path / "history" / f"{name}.safetensors").touch()
    assert [path.stem for path in list_snapshots(tmp_path)] == ["000000640", "000064000"]


def test_folder_without_snapshots_is_refused(made_root, tmp_path, capsys):
    assert main([str(tmp_path), "--data", str(made_root)]) == 2
    assert "there is no snapshot in" in capsys.readouterr().err
