"""The search for the first snapshot that is good enough, and what the command refuses."""

from pathlib import Path

import pytest

from benchmarks.time_to_quality import Moment, find_first, main


def search(curve, mark=0.9):
    read = []

    def look(path):
        index = int(path.name)
        read.append(index)
        return Moment(float(index), 10 * index, curve[index])

    moment, reached = find_first([Path(str(index)) for index in range(len(curve))], look, mark)
    assert len(read) == len(set(read))
    return moment.images // 10, reached, len(read)


@pytest.mark.parametrize("first", range(24))
def test_first_of_a_rising_curve_is_found_in_few_looks(first):
    index, reached, looks = search([0.1] * first + [0.95] * (24 - first))
    assert (index, reached) == (first, True)
    assert looks <= 6


def test_best_of_a_run_that_never_arrives():
    assert search([0.1, 0.5, 0.8, 0.7]) == (2, False, 4)


def test_run_that_fell_back_counts_when_it_had_arrived():
    assert search([0.1, 0.5, 0.92, 0.95, 0.3])[:2] == (2, True)


def test_folder_without_snapshots_is_refused(made_root, tmp_path, capsys):
    assert main([str(tmp_path), "--data", str(made_root)]) == 2
    assert "there is no snapshot in" in capsys.readouterr().err
