"""The calls about maps, groups, other seeds and own axes give the numbers of the studies."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.cli import main
from core.config import run_id
from core.data.ratings import Ratings
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.studies import saved_axes
from core.studies.clusters import ClusterSettings
from core.studies.maps import MapStudySettings
from core.studies.saved_axes import OwnAxis
from core.studies.study import items_taking_part
from tests.conftest import run_on
from tests.core.cli.calling import asked


@pytest.fixture
def run(bundled: Ratings) -> Run:
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


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
