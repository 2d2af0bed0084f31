"""`compare` and `biases` print what the analyses find, and refuse in words."""

import csv
from dataclasses import asdict, replace

import numpy as np
import pytest

from core.analysis.biases.bias import average_terms, biases
from core.analysis.compare.comparison import compare, part, shared
from core.analysis.gauge import centered_on
from core.analysis.item_attributes import item_columns
from core.analysis.neighbors.of_one import agreement, neighbors
from core.analysis.questions.probes import in_short, probe
from core.analysis.questions.spectra import angles, taste
from core.cli import main
from core.config import run_id
from core.data.folder import write_folder
from core.data.ratings import Ratings, Vocabulary
from core.data.splits import split, trained_rows
from core.model.families import run_config
from core.model.scale import Scale
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused


@pytest.fixture
def runs(bundled):
    """Two runs on the bundled data: the second a turned copy of the first, three items of it moved."""
    first = run_on(bundled, dim=8)
    config = run_config(embedding_dim=8, seed=1)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0].astype(np.float32)
    matrix = first.scorer.item_embedding @ turn
    matrix[np.argsort(-bundled.item_count)[:3]] += 4
    second = replace(
        first,
        config=config,
        run_id=run_id(config, bundled.digest),
        scorer=replace(first.scorer, arrays=first.scorer.arrays | {"item_embedding": matrix}),
    )
    for run in (first, second):
        RunStore().publish(run)
    return first, second


def test_compare_prints_what_the_analysis_finds(capsys, bundled, runs):
    first, second = runs
    printed = asked(capsys, "compare", first.run_id, second.run_id)
    found = shared(part(first, bundled), part(second, bundled), min_ratings=21)
    expected = compare(first.scorer.item_embedding[found.first], second.scorer.item_embedding[found.second])
    assert printed["common_items"] == len(found)
    assert printed["left_out"] == {"untrained": found.untrained, "rare": found.rare}
    assert printed["common_items"] + found.untrained + found.rare == printed["in_both"] == 9066
    assert printed["cka"] == pytest.approx(expected.measured.cka)
    assert printed["procrustes"] == pytest.approx(expected.measured.distance)
    assert printed["overlap_mean"] == pytest.approx(expected.overlap.mean)
    assert printed["overlap_by_chance"] < 0.01
    assert 0.9 < printed["overlap_mean"] < 1
    assert printed["settings"] == [{"setting": "seed", "title": "Seed", "first": 0, "second": 1}]
    assert [run["run_id"] for run in printed["metrics"]] == [first.run_id, second.run_id]
    assert printed["same_data"] is True
    tastes = [taste(one.scorer.user_embedding, one.scorer.item_embedding[found.first]).items for one in runs]
    assert printed["directions"]["degrees"] == pytest.approx(angles(*tastes).degrees)
    matrix, columns = first.scorer.item_embedding[found.first], item_columns(bundled).take(found.first)
    assert printed["told"][0]["genres"] == asdict(in_short(probe(matrix, columns))["genres"])


def test_a_run_is_the_same_as_itself(capsys, runs):
    printed = asked(capsys, "compare", runs[0].run_id, runs[0].run_id, "--k", "3")
    assert (printed["cka"], printed["procrustes"], printed["overlap_mean"]) == pytest.approx((1, 0, 1))
    assert printed["settings"] == []


def test_what_became_of_every_item_as_a_file(capsys, bundled, runs, tmp_path):
    file = tmp_path / "new" / "items.csv"
    printed = asked(capsys, "compare", runs[0].run_id, runs[1].run_id, "--to", str(file))
    assert printed["files"] == [str(file)]
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == printed["common_items"]
    assert np.mean([float(row["jaccard"]) for row in rows]) == pytest.approx(printed["overlap_mean"])
    furthest = {row["item_id"] for row in sorted(rows, key=lambda row: -float(row["moved"]))[:3]}
    assert furthest == set(bundled.items.ids[np.argsort(-bundled.item_count)[:3]])
    kept = [int(row["kept"]) for row in rows]
    assert kept == sorted(kept)


def test_for_people_as_a_table(capsys, runs):
    assert main(["compare", runs[0].run_id, runs[1].run_id]) == 0
    text = capsys.readouterr().out
    assert "neighbors kept" in text and "by chance" in text and "Seed" in text


def test_runs_on_different_data_are_compared_on_common_items(capsys, bundled, home, runs):
    rows = bundled.user_index < 300
    items = np.unique(bundled.item_index[rows])
    place = np.full(len(bundled.items), -1)
    place[items] = np.arange(len(items))
    part_of = Ratings(
        dataset_id="part",
        name="Part",
        noun="movie",
        users=Vocabulary(bundled.users.ids[:300]),
        items=Vocabulary(bundled.items.ids[items]),
        user_index=bundled.user_index[rows],
        item_index=place[bundled.item_index[rows]].astype(np.int32),
        rating=bundled.rating[rows],
        timestamp=bundled.timestamp[rows],
        item_table=bundled.item_table.iloc[items].reset_index(drop=True),
        min_rating=0.5,
        max_rating=5.0,
    )
    folder = home / "datasets" / "part"
    folder.mkdir(parents=True)
    write_folder(folder, part_of)
    other = run_on(part_of, dim=3)
    RunStore().publish(other)
    printed = asked(capsys, "compare", runs[0].run_id, other.run_id, "--min-ratings", "10")
    assert printed["same_data"] is False
    assert printed["in_both"] == len(items)
    assert 20 < printed["common_items"] < len(items)
    assert printed["overlap_mean"] < 0.1


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (("--min-ratings", "340"), "LIMIT", "too few items to compare, 1 where 5 are needed"),
        (("--min-ratings", "-1"), "LIMIT", "allowed is 0 or more"),
        (("--k", "0"), "LIMIT", "allowed is 1 or more"),
        (("--k", "9999"), "LIMIT", "k is 9999"),
        (("--to", "/dev/null/x.csv"), "USAGE", "cannot be written to"),
    ],
)
def test_what_cannot_be_compared_is_refused(capsys, runs, flags, code, says):
    said = refused(capsys, "compare", runs[0].run_id, runs[1].run_id, *flags)
    assert said.startswith(f"{code}: ") and says in said


def test_an_unknown_other_run_is_refused(capsys, runs):
    assert refused(capsys, "compare", runs[0].run_id, "0" * 16).startswith("UNKNOWN_RUN: ")


@pytest.mark.parametrize("users", [False, True])
def test_biases_are_those_of_the_analysis(capsys, bundled, runs, users):
    run = runs[0]
    printed = asked(capsys, "biases", run.run_id, "--top", "4", *(["--users"] if users else []))
    parts = split(bundled, run.config)
    model = centered_on(run.scorer, bundled, parts)
    bias, count, ids = (
        (model.user_bias, bundled.user_count, bundled.users)
        if users
        else (model.item_bias, bundled.item_count, bundled.items)
    )
    learned_from = parts.training_count(bundled, users=users)
    expected = biases(bias, learned_from, parts.training_mean(bundled, users=users), Scale(0.5, 5.0, sigmoid=True))
    assert printed["r2"] == pytest.approx(expected.r2)
    assert printed["shrinkage"] == pytest.approx(expected.shrinkage)
    assert len(printed["top"]) == len(printed["bottom"]) == 4
    best = printed["top"][0]
    row = ids.index(best["user_id" if users else "item_id"])
    assert best["bias"] == pytest.approx(bias[row], abs=1e-6)
    assert best["rest"] == pytest.approx(expected.residual[row])
    learned = bundled.user_index[parts.train], bundled.item_index[parts.train]
    terms = average_terms(model, *learned, np.array([row]), users=users)
    assert best["taste"] == pytest.approx(terms.taste[0])
    assert best["n_ratings"] == count[row] >= 21
    assert best["rest"] == pytest.approx(max(expected.residual[(count >= 21) & (learned_from > 0)]))
    assert main(["biases", run.run_id]) == 0
    assert "above what averages lead to expect" in capsys.readouterr().out


def test_a_model_without_biases_says_so(capsys, bundled):
    run = run_on(bundled, model="simple_dot")
    RunStore().publish(run)
    assert "has no biases" in refused(capsys, "biases", run.run_id)
    assert "allowed is 1 or more" in refused(capsys, "biases", run.run_id, "--top", "0")


def test_people_who_rate_alike(capsys, bundled, runs):
    run = runs[0]
    printed = asked(capsys, "neighbors", run.run_id, "--user", "15", "--top", "3", "--min-ratings", "30")
    row = bundled.users.index("15")
    eligible = trained_rows(bundled, run.config.split, users=True) & (bundled.user_count >= 30)
    near = neighbors(run.scorer.user_embedding, row, top=3, eligible=eligible)
    assert [one["user_id"] for one in printed] == bundled.users.ids[near.index].tolist()
    both = agreement(bundled, row, near.index)
    assert [one["shared"] for one in printed] == both.shared.tolist()
    assert [one["difference"] for one in printed] == pytest.approx(both.difference)
    assert main(["neighbors", run.run_id, "--user", "15"]) == 0
    assert "items both rated" in capsys.readouterr().out


@pytest.mark.parametrize("flags", [("--user", "nobody"), ("--user", "15", "--item", "1"), ()])
def test_neighbors_are_of_one_known_row(capsys, runs, flags):
    assert refused(capsys, "neighbors", runs[0].run_id, *flags).split(":")[0] in {"UNKNOWN_ITEM", "USAGE"}
