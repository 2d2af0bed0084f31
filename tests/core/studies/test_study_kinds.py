"""Studies: what they store is what the analyses say, they go through the queue, and refuse early."""

import numpy as np
import pytest
from pydantic import ValidationError

from core.access import COMMAND_LINE, Visitor
from core.analysis.maps import projections
from core.analysis.maps.clusters import kmeans
from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.projections import MapSettings, draw_map
from core.config import run_id
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import CanceledError, LimitError, UnknownRunError
from core.jobs import kinds, queue, study_jobs
from core.model.families import run_config
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.studies import maps, study_kinds
from core.studies.clusters import CLUSTERS, ClusterSettings
from core.studies.maps import MAP, MapStudySettings
from core.studies.overlap import OverlapSettings
from core.studies.stability import STABILITY, StabilitySettings
from core.studies.study import items_taking_part
from tests.conftest import run_on, with_item_matrix

TSNE = MapStudySettings(method="tsne", perplexity=5, iterations=250, min_ratings=150)


@pytest.fixture
def run(bundled: Ratings) -> Run:
    made = run_on(bundled)
    RunStore().publish(made)
    return made


class Shares:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)


def reseeded(run: Run, ratings: Ratings, seed: int) -> Run:
    """The same run from another seed: its weights turned a little."""
    config = run.config.model_copy(update={"seed": seed})
    noise = np.random.default_rng(seed).normal(scale=0.05, size=run.scorer.item_embedding.shape)
    matrix = run.scorer.item_embedding + noise
    return with_item_matrix(run, matrix, config=config, run_id=run_id(config, ratings.digest))


def test_those_take_part_that_training_has_moved(run: Run, bundled: Ratings):
    rows = items_taking_part(run, bundled, 2)
    trained = set(bundled.item_index[split(bundled, run.config).train].tolist())
    assert trained.issuperset(rows.tolist())
    assert (bundled.item_count[rows] >= 2).all()
    expected = trained & set(np.flatnonzero(bundled.item_count >= 2).tolist())
    assert len(rows) == len(expected)
    with pytest.raises(LimitError, match="lower that number"):
        items_taking_part(run, bundled, 10_000)


def test_a_map_is_that_of_the_analysis_with_its_faithfulness(run: Run, bundled: Ratings):
    shares: list[float] = []
    found = MAP.make(run, bundled, TSNE, on_progress=shares.append)
    rows = found.arrays["rows"]
    matrix = run.scorer.item_embedding[rows]
    drawn = draw_map(matrix, MapSettings(method="tsne", perplexity=5, iterations=250))
    np.testing.assert_array_equal(found.arrays["points"], drawn.points)
    told = faithfulness(matrix, drawn.points)
    np.testing.assert_allclose(found.arrays["kept"], told.kept, rtol=1e-6)
    assert (found.facts["kept"], found.facts["trustworthiness"]) == (told.mean, told.trustworthiness)
    assert found.facts["loss"] == drawn.loss
    assert shares == sorted(shares) and shares[-1] <= 1


def test_a_stored_study_is_not_made_again(run: Run, bundled: Ratings, monkeypatch: pytest.MonkeyPatch):
    pca = MapStudySettings(min_ratings=100)
    first = MAP.make(run, bundled, pca)
    monkeypatch.setattr(maps, "draw_map", None)
    again = MAP.make(run, bundled, pca)
    np.testing.assert_array_equal(first.arrays["points"], again.arrays["points"])
    assert first.facts == again.facts


def test_a_stopped_map_leaves_nothing(run: Run, bundled: Ratings):
    with pytest.raises(CanceledError):
        MAP.make(run, bundled, TSNE, should_stop=lambda: True)
    assert not study_store.exists(run.run_id, "map", TSNE)


def test_a_study_of_a_run_deleted_meanwhile_is_not_kept(run: Run, bundled: Ratings):
    store = RunStore()
    with pytest.raises(UnknownRunError):
        MAP.make(
            run,
            bundled,
            TSNE,
            on_progress=lambda _: store.delete(run.run_id, by=COMMAND_LINE) if run.run_id in store else None,
        )
    assert not study_store.folder(run.run_id).exists()


def test_settings_that_do_not_fit_are_told(run: Run, bundled: Ratings):
    with pytest.raises(LimitError, match="perplexity is 200"):
        MAP.make(run, bundled, MapStudySettings(method="tsne", perplexity=200, min_ratings=200))


def test_settings_of_other_methods_make_no_other_study():
    first = MapStudySettings(method="tsne", neighbors=99, centered=True)
    assert first == MapStudySettings(method="tsne")
    assert MapStudySettings.model_validate(first.model_dump()) == first
    assert MapStudySettings(method="umap", neighbors=99).neighbors == 99
    with pytest.raises(ValidationError):
        MapStudySettings(method="tsne", perplexity=1)
    with pytest.raises(ValidationError):
        MapStudySettings(method="tsne", colour="red")


def test_clusters_are_named_after_what_they_hold(run: Run, bundled: Ratings):
    horror = np.array(["Horror" in genres for genres in bundled.item_table["genres"]])
    run.scorer.item_embedding[horror] += 5
    found = CLUSTERS.make(run, bundled, ClusterSettings(n_clusters=2, min_ratings=50))
    rows, label = found.arrays["rows"], found.arrays["label"]
    expected = kmeans(run.scorer.item_embedding[rows], 2)
    np.testing.assert_array_equal(label, expected.label)
    groups = found.facts["groups"]
    assert [group["size"] for group in groups] == expected.sizes.tolist()
    (named,) = [number for number, group in enumerate(groups) if group["label"].startswith("Horror")]
    assert set(groups[named]["typical"]) <= set(rows[label == named].tolist())
    assert len(groups[named]["typical"]) == 5
    assert found.facts["none"] == 0


def test_stability_takes_from_the_store_what_is_there(run: Run, bundled: Ratings):
    others = [reseeded(run, bundled, seed) for seed in (1, 2)]
    for other in others:
        RunStore().publish(other)
    found = STABILITY.make(run, bundled, StabilitySettings(runs=3))
    assert found.facts["seeds"] == [1, 2]
    np.testing.assert_array_equal(found.arrays["embeddings"], [other.scorer.item_embedding for other in others])


def test_stability_trains_what_is_missing_and_does_not_publish_it():
    from core.training.trainer import fit
    from tests.families import planted_ratings, settings

    ratings = planted_ratings()
    config = run_config(**settings("dot_with_bias") | {"epochs": 2})
    run = fit(config, ratings)
    RunStore().publish(run)
    shares: list[float] = []
    found = STABILITY.make(run, ratings, StabilitySettings(runs=3), on_progress=shares.append)
    again = fit(config.model_copy(update={"seed": config.seed + 2}), ratings)
    np.testing.assert_array_equal(found.arrays["embeddings"][1], again.scorer.item_embedding)
    assert found.facts["val_rmse"][1] == again.outcome.val_rmse
    assert [summary.run_id for summary in RunStore().list()] == [run.run_id]
    assert shares == sorted(shares) and shares[-1] == 1


def test_a_study_goes_through_the_queue(run: Run):
    pca = MapStudySettings(min_ratings=100)
    job = study_jobs.submit_study(run.run_id, MAP, pca, by=Visitor("ann"))
    assert study_jobs.submit_study(run.run_id, MAP, pca, by=Visitor("bob")).job_id == job.job_id
    assert (job.kind, job.state, job.run_id) == ("study", "queued", None)
    assert study_jobs.asked_for(job.job_id) == (run.run_id, "map", pca.model_dump())

    reporter = Shares()
    kinds.KINDS["study"].run(queue.spec(job.job_id), reporter, lambda: False)
    assert study_store.exists_key(job.key)
    assert reporter.told
    queue.cancel(job.job_id, by=COMMAND_LINE)
    done = study_jobs.submit_study(run.run_id, MAP, pca, by=Visitor("ann"))
    assert (done.job_id, done.state) == ("", "done")


def test_what_cannot_work_is_refused_before_it_waits(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(maps, "umap_installed", lambda: False)
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    refused = [
        ("map", MapStudySettings(method="umap"), LimitError, "umap-learn"),
        ("stability", StabilitySettings(), LimitError, "MiB"),
        ("overlap", OverlapSettings(other_run_id="0" * 16), UnknownRunError, "0000"),
    ]
    for kind, settings, error, words in refused:
        with pytest.raises(error, match=words):
            study_jobs.submit_study(run.run_id, study_kinds.study_named(kind), settings, by=Visitor("ann"))
    with pytest.raises(UnknownRunError):
        study_jobs.submit_study("0" * 16, MAP, MapStudySettings(), by=Visitor("ann"))
    assert queue.jobs() == []


def test_wrong_settings_are_told_by_name():
    with pytest.raises(LimitError, match="perplexity"):
        MAP.parse({"method": "tsne", "perplexity": 9999})
    with pytest.raises(LimitError, match="there is no study"):
        study_kinds.study_named("horoscope")
    assert CLUSTERS.parse({"n_clusters": 3}) == ClusterSettings(n_clusters=3)


def test_umap_is_found_where_it_is_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projections.importlib.util, "find_spec", lambda name: object() if name == "umap" else None)
    assert projections.umap_installed()
