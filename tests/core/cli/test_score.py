"""`score` prints what the analysis finds, trains nothing twice, and refuses in words."""

import re
from dataclasses import asdict

import numpy as np
import pytest

from core import data
from core.analysis.compare.score import score_of
from core.cli import main
from core.data.folder import write_folder
from core.data.splits import split
from core.disk.home import home
from core.model.families import run_config
from core.store.runs import RunStore
from core.training import trainer
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused


def imported(ratings):
    """The ratings as the command line finds them."""
    place = home() / "datasets" / ratings.dataset_id
    place.mkdir(parents=True)
    write_folder(place, ratings)
    return data.load(ratings.dataset_id)


@pytest.fixture
def runs(small):
    """Two models on small data, each on split seeds 0 and 1."""
    ratings = imported(small)
    made = [
        run_on(ratings, run_config(model=model, split_seed=seed), seed=seed)
        for model in ("dot_with_bias", "simple_dot")
        for seed in (0, 1)
    ]
    for run in made:
        RunStore().publish(run)
    return ratings, made


def test_the_document(runs, capsys):
    ratings, (a, a1, b, b1) = runs
    document = asked(capsys, "score", a.run_id, b.run_id, "--splits", "2")
    scores = {run.run_id: score_of(run, ratings, split(ratings, run.config)) for run in (a, a1, b, b1)}
    for entry, splits in zip(document["runs"], ((a, a1), (b, b1)), strict=True):
        assert entry["run_id"] == splits[0].run_id
        errors = [scores[run.run_id].val_rmse for run in splits]
        assert entry["mean"] == pytest.approx(np.mean(errors))
        assert entry["se"] == pytest.approx(abs(errors[0] - errors[1]) / 2)
        for seed, (one, run) in enumerate(zip(entry["splits"], splits, strict=True)):
            score = scores[run.run_id]
            assert one == {
                "split_seed": seed,
                "val_rmse": score.val_rmse,
                "warm_rmse": score.warm_rmse,
                "cold_rmse": score.cold_rmse,
                "raw_rmse": score.raw_rmse,
            }
    (pair,) = document["pairs"]
    first, second = document["runs"]
    assert (pair["a"], pair["b"]) == (a.run_id, b.run_id)
    assert pair["difference"] == pytest.approx(first["mean"] - second["mean"])
    assert document.keys() == {"runs", "pairs"} and pair.keys() == {"a", "b", "difference", "se"}


def test_show_tells_the_error_apart_as_long_as_the_data_is_there(runs, capsys):
    ratings, (run, *_) = runs
    score = score_of(run, ratings, split(ratings, run.config))
    assert asked(capsys, "show", run.run_id)["score"] == asdict(score)
    assert main(["show", run.run_id]) == 0
    printed = capsys.readouterr().out
    assert f"on items without ({score.n_cold} rating" in printed
    assert main(["delete-dataset", ratings.dataset_id]) == 0
    capsys.readouterr()
    assert asked(capsys, "show", run.run_id)["score"] is None
    assert main(["show", run.run_id]) == 0
    assert "on items without" not in capsys.readouterr().out


def test_one_run_has_no_pair_and_a_run_named_twice_is_one(runs, capsys):
    a = runs[1][0].run_id
    document = asked(capsys, "score", a, a, "--splits", "2")
    assert len(document["runs"]) == 1
    assert document["pairs"] == []
    assert main(["score", a, "--splits", "2"]) == 0
    assert "better there by" in capsys.readouterr().out


def test_no_cold_rating_no_cold_error(capsys, bundled, monkeypatch):
    """Of data in which every item is rated by all, every item has a training rating."""
    monkeypatch.setattr(trainer, "fit", lambda config, ratings, **_: run_on(ratings, config))
    from tests.families import planted_ratings

    ratings = planted_ratings()
    run = run_on(imported(ratings))
    RunStore().publish(run)
    document = asked(capsys, "score", run.run_id, "--splits", "3")
    assert [one["cold_rmse"] for one in document["runs"][0]["splits"]] == [None, None, None]
    assert len(RunStore().list()) == 3


@pytest.mark.parametrize(
    ("settings", "arguments", "says"),
    [
        ({}, ["--splits", "1"], "LIMIT: splits is 1; allowed is 2 to 20"),
        ({"split_kind": "temporal"}, [], "NOT_APPLICABLE: run .* has split_kind temporal, where chance has no part"),
        ({}, ["0123456789abcdef"], "UNKNOWN_RUN: there is no run 0123456789abcdef"),
        ({}, ["--splits", "many"], "USAGE: "),
    ],
)
def test_what_cannot_be_scored(small, capsys, settings, arguments, says):
    run = run_on(small, run_config(**settings))
    RunStore().publish(run)
    assert re.match(says, refused(capsys, "score", run.run_id, *arguments))


def test_a_kiosk_scores_what_is_there_and_trains_nothing(runs, capsys, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    a = runs[1][0].run_id
    assert asked(capsys, "score", a, "--splits", "2")["runs"]
    assert "READ_ONLY" in refused_at_last(capsys, "score", a, "--splits", "3")


def refused_at_last(capsys, *arguments):
    assert main(arguments) == 2
    return capsys.readouterr().err.splitlines()[-1]
