"""Vectors opened with the dataset whose rows they are: in its order, with its ratings, and perhaps with guesses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import data
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.data.splits import split
from core.data.vectors.building import in_this_process
from core.data.vectors.request import VectorOptions, VectorReport
from core.errors import BadVectorsError, LimitError, NotApplicableError, UnknownDatasetError
from core.export.formats import export
from core.model.run import Run
from core.model.scoring import require_guesses
from core.store.joining import error_on
from core.store.opening import open_vectors, preview_vectors
from core.store.runs import RunStore
from tests.conftest import run_on

PAIRS = np.divmod(np.arange(30), 5)
"""Every user of the small data with every item."""


@pytest.fixture
def known(small: Ratings, home: Path) -> Ratings:
    """The small data where the program looks for it."""
    folder = home / "datasets" / small.dataset_id
    folder.mkdir(parents=True)
    write_folder(folder, small)
    return small


def opened(folder: Path, **said: object) -> tuple[Run, VectorReport]:
    report = open_vectors([folder], options=VectorOptions(of="small", **said), runner=in_this_process)
    return RunStore().load(report.run_id), report


def exported(ratings: Ratings, folder: Path, *, model: str = "dot_with_bias", as_: str = "parquet") -> Run:
    run = run_on(ratings, model=model)
    export(run, ratings, as_, folder)
    return run


@pytest.mark.parametrize(
    ("model", "family"),
    [("simple_dot", "factors"), ("dot_with_bias", "factors_in_scale"), ("variational", "factors_with_bias")],
)
def test_an_export_guesses_as_the_run_does(known: Ratings, tmp_path: Path, model: str, family: str):
    theirs = exported(known, tmp_path / "out", model=model)
    (tmp_path / "out" / "layers.parquet").unlink(missing_ok=True)
    run, report = opened(tmp_path / "out")
    assert (run.config.model, run.dataset.dataset_id, report.users, report.rows) == (family, "small", 6, 5)
    np.testing.assert_allclose(run.scorer.predict(*PAIRS), theirs.scorer.predict(*PAIRS), atol=1e-5)
    assert data.ratings_of(run.dataset).digest == known.digest
    assert (run.outcome.val_rmse, run.origin.kind) == (None, "imported")
    missed = error_on(theirs.scorer, known)
    assert f"{missed:.3f}" in report.notes[-2 if missed > known.rating.std() else -1]
    assert run.origin.provenance["rating"] == theirs.scorer.formula().removeprefix("rating = ")
    again, report = opened(tmp_path / "out")
    assert (again.run_id, report.already_there) == (run.run_id, True)


def test_a_table_for_spreadsheets_does_too_where_it_is_said(known: Ratings, tmp_path: Path):
    theirs = exported(known, tmp_path / "out", as_="csv")
    run, report = opened(tmp_path / "out")
    assert run.config.model == "vectors" and "none is guessed" in report.notes[-1]
    np.testing.assert_array_equal(run.scorer.item_embedding, theirs.scorer.item_embedding)
    with pytest.raises(NotApplicableError):
        require_guesses(run.scorer)
    said, _ = opened(tmp_path / "out", guess="sigmoid")
    assert said.run_id != run.run_id
    np.testing.assert_allclose(said.scorer.predict(*PAIRS), theirs.scorer.predict(*PAIRS), atol=1e-5)


def test_no_rating_counts_as_unseen(known: Ratings, tmp_path: Path):
    exported(known, tmp_path / "out")
    run, _ = opened(tmp_path / "out")
    parts = split(known, run.config.split)
    assert (len(parts.train), len(parts.validation)) == (len(known), 0)
    assert run.scorer.learned_items(parts.trained(known)).all()


def shuffled(
    known: Ratings, folder: Path, items: list[int], extra: list[str], users: list[int] | None = None
) -> np.ndarray:
    """A table of some items' vectors and of strangers', and of some users'; the vectors."""
    rng, vectors = np.random.default_rng(0), {}
    folder.mkdir()
    sides = {"items": [*known.items.ids[items], *extra]} | ({"users": list(known.users.ids[users])} if users else {})
    for side, ids in sides.items():
        vectors[side] = rng.normal(size=(len(ids), 3)).astype(np.float32)
        table = pd.DataFrame(vectors[side], columns=["f0", "f1", "f2"])
        table.insert(0, "id", ids)
        table.to_csv(folder / f"{side}.csv", index=False)
    return vectors["items"]


def test_items_alone_in_another_order(known: Ratings, tmp_path: Path):
    vectors = shuffled(known, tmp_path / "in", [4, 2, 0, 1, 3], ["stranger"])
    run, report = opened(tmp_path / "in")
    np.testing.assert_array_equal(run.scorer.item_embedding, vectors[[2, 3, 1, 4, 0]])
    assert run.dataset == known.reference and not run.scorer.has_user_vectors
    assert report.notes == ("1 vector of no movie of Small (stranger) is left out.",)
    with pytest.raises(BadVectorsError, match="bring both"):
        opened(tmp_path / "in", guess="product")


def test_of_some_only_their_ratings_are_there(known: Ratings, tmp_path: Path):
    vectors = shuffled(known, tmp_path / "in", [3, 0], [], [2, 0, 5])
    run, report = opened(tmp_path / "in")
    rows = data.ratings_of(run.dataset)
    assert (list(rows.items.ids), list(rows.users.ids)) == (["007", "+x"], ["u0", "u2", "u5"])
    assert sorted(zip(rows.user_index, rows.item_index, rows.rating, strict=True)) == [
        (0, 0, 5),
        (1, 1, 1),
        (2, 0, 0.5),
    ]
    np.testing.assert_array_equal(run.scorer.item_embedding, vectors[[1, 0]])
    assert rows.name == "Small, the part with vectors" and rows.noun == "movie"
    assert list(rows.item_table["title"]) == [known.item_table["title"][0], known.item_table["title"][3]]
    assert report.notes[0] == "3 movies of Small have no vector."
    assert report.notes[2] == "3 ratings of 12 are of rows that have a vector; the others are left out."


@pytest.mark.parametrize("spoiled", ["1e39", "high", "nan"])
def test_a_bias_that_is_no_number_is_none(known: Ratings, tmp_path: Path, spoiled: str):
    exported(known, tmp_path / "out", as_="csv")
    items = pd.read_csv(tmp_path / "out" / "items.csv", dtype=str)
    items.loc[1, "bias"] = spoiled
    items.to_csv(tmp_path / "out" / "items.csv", index=False)
    run, report = opened(tmp_path / "out", guess="product")
    assert any(note.startswith("The column bias of the items is no bias") for note in report.notes)
    np.testing.assert_array_equal(run.scorer.item_bias, 0)


def test_what_does_not_fit_is_refused(known: Ratings, tmp_path: Path):
    shuffled(known, tmp_path / "strange", [], ["a", "b", "c"])
    with pytest.raises(BadVectorsError, match="such as 'a', are not those of the movies of Small, such as '007'"):
        opened(tmp_path / "strange")
    seen = preview_vectors([tmp_path / "strange"], options=VectorOptions(of="small"), runner=in_this_process)
    assert seen.notes == ("Of the first 3 rows, 0 are movies of Small, whose ids look like '007'.",)
    (tmp_path / "unnamed").mkdir()
    np.save(tmp_path / "unnamed" / "v.npy", np.random.default_rng(0).normal(size=(8, 3)))
    with pytest.raises(BadVectorsError, match="nothing beside the vectors names their rows"):
        opened(tmp_path / "unnamed")
    with pytest.raises(UnknownDatasetError):
        open_vectors([tmp_path / "strange"], options=VectorOptions(of="no-such"), runner=in_this_process)
    with pytest.raises(LimitError, match="name it with of"):
        VectorOptions(guess="product").check()
    with pytest.raises(LimitError, match="none, product, sigmoid"):
        VectorOptions(of="small", guess="cosine").check()
