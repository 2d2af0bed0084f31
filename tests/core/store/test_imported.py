"""Vectors from elsewhere are a run like any other, but for what needs ratings."""

import json

import numpy as np
import pandas as pd
import pytest

from core import data
from core.access import COMMAND_LINE
from core.analysis.components.bases import How, components_of
from core.data.ratings import Vocabulary, table_of_ids, unrated
from core.data.splits import split
from core.disk import checksums
from core.errors import LimitError, NotApplicableError
from core.model.families import parse_config
from core.model.run import Run
from core.model.scoring import require_vectors
from core.store.joining import Imported, keep
from core.store.runs import RunStore
from core.training.trainer import fit
from tests.core.equal import assert_equal
from tests.core.jobs.tiny import tiny_run

IDS = np.array(["king", "queen", "man", "woman", "#REF!"], object)


def words(
    *, name: str = "Words", noun: str = "word", table: pd.DataFrame | None = None, users: int = 0, dim: int = 3
) -> Imported:
    rng = np.random.default_rng(0)
    rows = unrated(
        Vocabulary(IDS),
        table_of_ids(IDS) if table is None else table,
        name=name,
        noun=noun,
        users=[f"u{row}" for row in range(users)],
    )
    items = rng.normal(size=(len(IDS), dim)).astype(np.float32)
    others = rng.normal(size=(users, dim)).astype(np.float32) if users else None
    return Imported(rows, items, others, {"file": "words.npy"})


@pytest.fixture
def kept() -> Run:
    return keep(words())


def test_they_come_back_with_their_rows(kept: Run):
    assert kept.origin.kind == "imported" and kept.origin.provenance == {"file": "words.npy"}
    assert_equal(RunStore().load(kept.run_id), kept)
    np.testing.assert_array_equal(kept.scorer.item_embedding, words().items)
    assert kept.scorer.user_embedding.shape == (0, 3)
    assert (kept.dataset.name, kept.dataset.noun, kept.dataset.items, kept.dataset.users) == ("Words", "word", 5, 0)
    rows = data.ratings_of(kept.dataset)
    assert list(rows.items.ids) == list(rows.item_table["title"]) == list(IDS)
    assert len(rows) == len(rows.users) == 0
    assert split(rows, kept.config).trained(rows).all()


def test_they_are_listed_without_an_error_that_was_never_measured(kept: Run):
    (summary,) = RunStore().list()
    assert summary.origin == kept.origin
    assert summary.outcome.val_rmse is None and summary.outcome.metric is None
    manifest = json.loads((RunStore().folder / kept.run_id / "manifest.json").read_text())
    assert manifest["outcome"]["val_rmse"] is None


def test_a_trained_model_has_a_measured_error():
    place = RunStore().publish(tiny_run())
    manifest = json.loads((place / "manifest.json").read_text())
    del manifest["checksum"]
    manifest["outcome"] |= {"val_rmse": None, "metric": None}
    (place / "manifest.json").write_text(json.dumps(manifest | {"checksum": checksums.checksum(manifest)}))
    assert RunStore().list() == []
    assert [aside.reason for aside in RunStore().set_aside()] == [
        "manifest.json says nothing of how a model like this ended, or too much"
    ]


def test_the_id_is_that_of_the_vectors_and_their_rows(kept: Run):
    table = table_of_ids(IDS).assign(royal=[1.0, 1.0, 0.0, 0.0, 0.0])
    again = keep(words(name="Other", noun="name", table=table))
    assert again.run_id == kept.run_id
    assert [run.run_id for run in RunStore().list()] == [kept.run_id]
    assert (again.dataset.name, again.dataset.noun) == ("Other", "name")  # the last word counts
    assert list(data.ratings_of(again.dataset).item_table["royal"]) == [1, 1, 0, 0, 0]
    assert keep(words(users=2)).run_id != kept.run_id


def test_a_second_set_is_that_of_the_users():
    run = keep(words(users=2))
    assert run.scorer.user_embedding.shape == (2, 3)
    assert list(data.ratings_of(run.dataset).users.ids) == ["u0", "u1"]


def test_a_deleted_one_comes_back(kept: Run):
    store = RunStore()
    entry = store.delete(kept.run_id, by=COMMAND_LINE)
    assert kept.run_id not in store
    store.trash.restore(entry.entry_id, by=COMMAND_LINE)
    assert_equal(store.load(kept.run_id), kept)


def test_what_needs_ratings_says_so(kept: Run):
    scorer, rows = require_vectors(kept.scorer), data.ratings_of(kept.dataset)
    parts = split(rows, kept.config)
    calls = [
        lambda: scorer.predict(np.zeros(1, int), np.zeros(1, int)),
        lambda: scorer.score_new_user(np.zeros(3), np.zeros(1, int)),
        lambda: components_of(kept, rows, parts, How("predictions")),
        lambda: fit(parse_config({"epochs": 1}), rows),
    ]
    for call in calls:
        with pytest.raises(NotApplicableError, match=r"trained elsewhere|no ratings"):
            call()
    with pytest.raises(LimitError, match="model is 'vectors'"):
        parse_config({"model": "vectors"})


def test_large_ones_stay_on_the_disk(monkeypatch: pytest.MonkeyPatch, kept: Run):
    monkeypatch.setattr(checksums, "MAPPED_BYTES", 1)
    mapped = RunStore().load(kept.run_id)
    assert isinstance(mapped.scorer.item_embedding.base, np.memmap)
    assert_equal(mapped, kept)
