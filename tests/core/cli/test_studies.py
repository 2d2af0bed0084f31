"""The calls about maps, groups, other seeds and own axes give the numbers of the studies."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.analysis.components.predictions import predicted_tastes
from core.analysis.gauge import centered_on
from core.analysis.neighbors.of_one import neighbors
from core.cli import main
from core.config import run_id
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.data.splits import split
from core.disk.home import home
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store import study_store
from core.store.runs import RunStore
from core.studies import saved_axes
from core.studies.clusters import ClusterSettings
from core.studies.maps import MapStudySettings
from core.studies.neighbors import NEIGHBORS, support_of
from core.studies.one_hot import ONE_HOT, OneHotSettings, errors_of
from core.studies.proofs import PROOF, ProofSettings, proof_of
from core.studies.saved_axes import OwnAxis
from core.studies.study import items_taking_part
from tests.conftest import run_on
from tests.core.cli.calling import asked
from tests.core.studies.tiny import planted, trained


@pytest.fixture
def run(bundled: Ratings) -> Run:
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


def stored_dataset() -> Ratings:
    """Planted ratings, where the program looks for datasets."""
    ratings = planted()
    folder = home() / "datasets" / ratings.dataset_id
    folder.mkdir(parents=True)
    write_folder(folder, ratings)
    return ratings


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What stands on stderr of a call that fails, progress and usage included."""
    assert main([*arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_a_map_is_made_stored_and_written(capsys, run: Run, bundled: Ratings, tmp_path: Path):
    target = tmp_path / "map.csv"
    flags = ["--method", "tsne", "--perplexity", "5", "--iterations", "250", "--min-ratings", "150"]
    found = asked(capsys, "map", run.run_id, *flags, "--to", str(target))
    settings = MapStudySettings(method="tsne", perplexity=5, iterations=250, min_ratings=150)
    stored = study_store.load(run.run_id, "map", settings)
    assert found["kept"] == stored.facts["kept"]
    assert found["settings"] == settings.model_dump()
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["n_items"] == len(stored.arrays["rows"])
    assert [float(row["x"]) for row in rows] == pytest.approx(stored.arrays["points"][:, 0].tolist(), rel=1e-5)
    assert rows[0]["item_id"] == bundled.items.ids[stored.arrays["rows"][0]]
    assert asked(capsys, "map", run.run_id, *flags)["kept"] == found["kept"]


def test_a_map_for_people(capsys, run: Run):
    assert main(["map", run.run_id, "--min-ratings", "100"]) == 0
    out, err = capsys.readouterr()
    assert "true neighbors are near on the map" in out
    assert "at work" in err
    assert main(["map", run.run_id, "--min-ratings", "100"]) == 0
    assert "at work" not in capsys.readouterr().err


def test_a_map_that_cannot_be_written_or_drawn_is_refused(capsys, run: Run, tmp_path: Path):
    assert "error: USAGE" in refused(capsys, "map", run.run_id, "--min-ratings", "100", "--to", str(tmp_path))
    assert "error: LIMIT: perplexity is '1'" in refused(
        capsys, "map", run.run_id, "--method", "tsne", "--perplexity", "1"
    )
    assert "error: LIMIT" in refused(capsys, "map", run.run_id, "--min-ratings", "100000")
    assert "error: UNKNOWN_RUN" in refused(capsys, "map", "0" * 16)


def test_clusters(capsys, run: Run, bundled: Ratings, tmp_path: Path):
    target = tmp_path / "groups.csv"
    found = asked(capsys, "clusters", run.run_id, "--n-clusters", "4", "--min-ratings", "50", "--to", str(target))
    stored = study_store.load(run.run_id, "clusters", ClusterSettings(n_clusters=4, min_ratings=50))
    assert [group["size"] for group in found["groups"]] == [group["size"] for group in stored.facts["groups"]]
    assert found["groups"][0]["typical"][0]["title"] in bundled.item_table["title"].tolist()
    with target.open(encoding="utf-8", newline="") as file:
        label = [int(row["group"]) for row in csv.DictReader(file)]
    assert label == (stored.arrays["label"] + 1).tolist()


def test_stability_of_runs_in_the_store(capsys, run: Run, bundled: Ratings):
    config = run.config.model_copy(update={"seed": run.config.seed + 1})
    twin = replace(run, config=config, run_id=run_id(config, bundled.digest))
    RunStore().publish(twin)
    found = asked(capsys, "stability", run.run_id, "--runs", "2")
    assert found["seeds"] == [run.config.seed + 1]
    np.testing.assert_allclose(found["median_r"], 1, atol=1e-6)
    assert len(found["median_r"]) == 8


def test_an_axis_as_on_the_page_and_kept(capsys, run: Run, bundled: Ratings):
    flags = ["--low", "1,2078", "--low", "364", "--high", "1258", "--min-ratings", "100", "--top", "3"]
    found = asked(capsys, "axis", run.run_id, *flags, "--low-name", "children's", "--save")
    own = OwnAxis(("1", "2078", "364"), ("1258",), "children's")
    positions = saved_axes.project(own, run.scorer.item_embedding, bundled.items).positions
    assert saved_axes.saved(run.run_id, by=COMMAND_LINE) == (own,)
    assert [item["place"] for item in found["low"]] == sorted(item["place"] for item in found["low"])
    for item in found["low"] + found["high"]:
        assert item["place"] == positions[bundled.items.index(item["item_id"])]
        assert item["n_ratings"] >= 100
    trained = items_taking_part(run, bundled, 100)
    assert found["high"][0]["place"] == positions[trained].max()
    assert -1 <= found["closest"]["cosine"] <= 1


def test_an_axis_without_sense_is_refused(capsys, run: Run):
    assert "UNKNOWN_ITEM" in refused(capsys, "axis", run.run_id, "--low", "nobody", "--high", "1")
    assert "both poles" in refused(capsys, "axis", run.run_id, "--low", "1", "--high", "1")
    assert "0 items" in refused(capsys, "axis", run.run_id, "--low", ",", "--high", "1")


def test_a_proof_tells_of_every_component(capsys):
    ratings = stored_dataset()
    run = trained(ratings)
    found = asked(capsys, "proof", run.run_id, "--splits", "2")
    expected = proof_of(PROOF.make(run, ratings, ProofSettings(splits=2)))
    assert (found["proven"], found["signal"], found["n_ratings"]) == (1, 1, expected.n_ratings)
    assert [one["component"] for one in found["held_out"]] == list(range(1, len(expected.z) + 1))
    for name in ("gain", "se", "z", "score_z"):
        assert [one[name] for one in found["held_out"]] == getattr(expected, name).tolist()
    assert main(["proof", run.run_id, "--splits", "2"]) == 0
    assert "1 component proven" in capsys.readouterr().out


def test_twins_are_trained_and_looked_at(capsys):
    ratings = stored_dataset()
    run = trained(ratings)
    assert f"twins {run.run_id}" in refused(capsys, "clusters", run.run_id, "--twin", "--min-ratings", "2")
    found = asked(capsys, "twins", run.run_id, "--twins", "1")
    assert (found["seeds"], found["proven"]) == ([1], [0])
    groups = ("clusters", run.run_id, "--min-ratings", "2", "--n-clusters", "3")
    of_twin, of_run = asked(capsys, *groups, "--twin"), asked(capsys, *groups)
    assert of_twin["settings"]["twin"] is True and "twin" not in of_run["settings"]
    assert of_twin["groups"] != of_run["groups"]
    assert -1 <= of_run["silhouette"] <= 1 and of_run["repeat"] <= 1


def test_one_hot_vectors_beside_embeddings(capsys):
    ratings = stored_dataset()
    run = trained(ratings)
    found = asked(capsys, "one-hot", run.run_id, "--most", "2")
    stored = ONE_HOT.load(run.run_id, OneHotSettings(most=2))
    assert [one["embedding_dim"] for one in found["embeddings"]] == [1, 2]
    assert [found["one_hot_rmse"], *(one["rmse"] for one in found["embeddings"])] == errors_of(stored).rmse.tolist()
    assert [one["brings"] for one in found["embeddings"]] == stored.arrays["brings"].tolist()
    assert main(["one-hot", run.run_id, "--most", "2"]) == 0
    assert "without taste: one-hot" in capsys.readouterr().out


def test_neighbors_tell_how_well_they_hold_where_that_was_studied(capsys):
    ratings = stored_dataset()
    run = trained(ratings)
    call = ("neighbors", run.run_id, "--item", "i3", "--top", "4")
    assert all("support" not in one for one in asked(capsys, *call))
    made = asked(capsys, "support", run.run_id, "--trainings", "2", "--min-ratings", "5")
    assert len(made["val_rmse"]) == 2
    stored = NEIGHBORS.load(run.run_id, NEIGHBORS.latest(run.run_id))
    for metric in ("cosine", "predictions"):
        found = asked(capsys, *call, "--metric", metric)
        near = np.array([ratings.items.index(one["item_id"]) for one in found])
        expected = support_of(stored, ratings.items.index("i3"), near, metric)
        assert [one["support"] for one in found] == expected.tolist()
        likely, sure = made[metric]["likely"], made[metric]["sure"]
        marks = [0.01 if one > sure else 0.05 if one > likely else None for one in expected]
        assert [one["holds"] for one in found] == marks
    assert all("support" not in one for one in asked(capsys, *call, "--metric", "dot"))


def test_neighbors_by_predictions_are_those_of_the_analysis_on_both_sides(capsys):
    ratings = stored_dataset()
    run = trained(ratings)
    model = centered_on(require_bilinear(run.scorer), ratings, split(ratings, run.config))
    for flag, some, users in (("--item", "i3", False), ("--user", "u5", True)):
        found = asked(capsys, "neighbors", run.run_id, flag, some, "--metric", "predictions", "--top", "3")
        row = (ratings.users if users else ratings.items).index(some)
        expected = neighbors(predicted_tastes(model, users=users), row, top=3)
        assert [one["similarity"] for one in found] == pytest.approx(expected.similarity.tolist())
