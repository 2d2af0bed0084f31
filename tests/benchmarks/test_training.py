"""The parts of the comparison that need no other program."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import training
from benchmarks.peers import NOT_INSTALLED, PEERS, Stopwatch, Task, raters, share, tasks, year_bins
from core.config import SplitConfig
from core.data.ratings import Ratings
from core.data.splits import split


def result(*errors: float) -> training.Result:
    return training.Result("one", "defaults", errors, 1.0, 1.5)


def test_a_difference_is_paired_over_the_splits():
    found = training.difference(result(0.9, 0.8, 0.85), result(0.8, 0.71, 0.74))
    assert found is not None
    assert found.mean == pytest.approx(0.1) and found.se == pytest.approx(0.01 / np.sqrt(3))


def test_one_split_has_no_standard_error():
    assert training.difference(result(0.9), result(0.8, 0.7)) is None


def test_a_row_has_a_dash_for_a_split_not_tried():
    assert training.row(result(0.9), 3) == "| one (defaults) | 0.9000 | – | – | – | 1.00 | 1.50 |"


def test_a_task_comes_back_as_it_was_written(bundled: Ratings, tmp_path: Path):
    parts = [split(bundled, SplitConfig(split_seed=seed)) for seed in (0, 1)]
    with np.load(training.write_task(bundled, parts, tmp_path / "task.npz")) as arrays:
        found = tasks(arrays)
    for task, part in zip(found, parts, strict=True):
        np.testing.assert_array_equal(task.user, bundled.user_index[part.train])
        np.testing.assert_array_equal(task.asked_item, bundled.item_index[part.validation])
        assert (task.n_users, task.n_items, task.low, task.high) == (671, 9066, 0.5, 5.0)
        assert task.genres.shape[0] == len(task.year) == 9066
    assert training.judge(
        "Cornac MF", {"guesses": np.full((2, 20_001), 9.0), "seconds": np.ones(2), "work": np.ones(2)}, bundled, parts
    )


def test_guesses_are_clipped_and_a_missing_one_is_told(bundled: Ratings):
    parts = [split(bundled, SplitConfig())]
    actual = bundled.rating[parts[0].validation]
    far = np.where(actual == 5, 99, actual)[None]
    assert training.judge(
        "myFM", {"guesses": far, "seconds": np.ones(1), "work": np.ones(1)}, bundled, parts
    ).val_rmse == (0.0,)
    far[0, 3] = np.nan
    with pytest.raises(ValueError, match="1 pairs without a guess"):
        training.judge("myFM", {"guesses": far, "seconds": np.ones(1), "work": np.ones(1)}, bundled, parts)


def test_what_is_not_installed_is_said(tmp_path: Path):
    assert "make peers" in training.run("myFM", tmp_path / "task.npz", tmp_path / "no-python")
    stub = tmp_path / "python"
    stub.write_text(f"#!/bin/sh\nexit {NOT_INSTALLED}\n")
    stub.chmod(0o755)
    assert "not installed" in training.run("myFM", tmp_path / "task.npz", stub)
    stub.write_text("#!/bin/sh\necho 'it broke' >&2\nexit 1\n")
    assert training.run("myFM", tmp_path / "task.npz", stub) == "failed: it broke"


def test_a_stopwatch_adds_what_was_inside():
    watch = Stopwatch()
    with watch:
        pass
    first = watch.seconds
    with watch:
        pass
    assert 0 < first < watch.seconds


def test_raters_have_length_one_and_years_one_bin():
    none = np.zeros(0)
    user, item = np.array([0, 1, 2, 0]), np.array([0, 0, 1, 1])
    task = Task(user, item, np.ones(4), none, none, 3, 3, 1, 5, none, none)
    np.testing.assert_allclose(raters(task).toarray() ** 2, [[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0, 0]])
    assert year_bins(np.array([1994, 1995, np.nan, 1999])).tolist() == [
        [True, False],
        [False, True],
        [False] * 2,
        [False, True],
    ]
    np.testing.assert_allclose(share([[True, True], [False, False]]).toarray(), [[0.5**0.5] * 2, [0, 0]])


def test_every_program_says_its_package_and_settings():
    assert all(peer.package and peer.settings for peer in PEERS.values())
