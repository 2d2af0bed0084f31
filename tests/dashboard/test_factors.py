"""Vectors opened with a dataset that has ratings: its counts, years and genres beside them, and what is not known."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import svds

from core.data.ratings import Ratings
from core.jobs import queue
from core.jobs.worker import run_job
from core.model.run import Run
from core.store.joining import Imported, keep
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.dashboard.test_vectors import dropped, said

pytestmark = pytest.mark.few
UNKNOWN = ("it had not seen", "it has never seen", "training part", "training has seen", "was tested on")
"""What nobody can say of a model that was trained elsewhere."""


def factors(ratings: Ratings, model: str = "factors_with_bias", dim: int = 8) -> Run:
    """A truncated decomposition of what is left of the ratings beside averages, as another program would make it."""
    mean = float(ratings.rating.mean())
    item = np.nan_to_num(ratings.item_mean - mean)
    left = ratings.rating - mean - item[ratings.item_index]
    u, s, v = svds(coo_array((left.astype(float), (ratings.user_index, ratings.item_index))).tocsr(), dim, rng=0)
    users, items = (u * np.sqrt(s)).astype(np.float32), (v.T * np.sqrt(s)).astype(np.float32)
    if model == "vectors":
        return keep(Imported(ratings, items, None, {"file": "items.npy"}))
    biases = (item + mean).astype(np.float32), np.zeros(len(users), np.float32)
    return keep(Imported(ratings, items, users, {"file": "factors.csv"}, biases, model))


def test_of_items_alone_years_and_genres_are_hints_and_colors(bundled, open_page):
    run = factors(bundled, "vectors")
    app = open_page("components", dataset=run.dataset.dataset_id, run=run.run_id)
    assert not app.exception and not app.error
    ends = [one.value for one in app.markdown if one.value.startswith("Toward this end")]
    assert any("better rated" in end for end in ends) and any("newer" in end for end in ends)
    assert {"Mean rating", "Number of ratings", "Year"} <= set(app.selectbox(key="color").options)
    assert {"Mean", "Ratings"} <= set(app.dataframe[0].value.columns)
    assert not [text for text in said(app) if any(one in text for one in UNKNOWN)]
    assert "no rating follows from them" in " ".join(said(open_page("for_you", run=run.run_id)))


@pytest.mark.parametrize("page", ["for_you", "components", "biases", "neighbors", "questions", "under_the_hood"])
def test_what_guesses_guesses_and_says_what_is_not_known(page, bundled, open_page):
    run = factors(bundled)
    rated = {"rated": "260:5,1:4,6:1"} if page == "for_you" else {}
    app = open_page(page, dataset=run.dataset.dataset_id, run=run.run_id, **rated)
    assert not app.exception and not app.error
    text = " ".join(said(app))
    assert not [one for one in UNKNOWN if one in text]
    told = {
        "for_you": "its error on the ratings here, which it may have seen",
        "components": "cannot be tested: it was trained elsewhere",
        "biases": "Which ratings the model learned from is not known",
        "questions": "was trained here",
        "under_the_hood": "of their training, which is what is asked about here, nothing came along",
    }
    assert told.get(page, "") in text
    assert page != "for_you" or "take it to be less sure than it is said to be" in text


def test_a_set_is_compared_with_a_model_trained_here(bundled, open_page):
    own, other = run_on(bundled, dim=8), factors(bundled, "vectors")
    RunStore().publish(own)
    app = open_page("compare", run=own.run_id, models=f"{own.run_id},{other.run_id}")
    assert not app.exception and not app.error
    assert [metric.label for metric in app.metric] == ["Neighbors kept, of 10", "Linear CKA", "Procrustes distance"]


@pytest.mark.usefixtures("reading_vectors_here")
def test_dropped_files_are_opened_with_the_dataset_that_was_named(bundled, open_page):
    rng = np.random.default_rng(0)
    sides = {"items": bundled.items.ids, "users": bundled.users.ids}
    tables = {
        f"{side}.csv": f"{side[:-1]}_id,f0,f1,f2\n"
        + "".join(f"{one},{','.join(map(str, rng.normal(size=3).round(3)))}\n" for one in ids)
        for side, ids in sides.items()
    }
    app = dropped(open_page, *tables.items())
    of = next(one for one in app.selectbox if one.label == "They belong to")
    of.set_value(bundled.dataset_id).run()
    assert "Of the first 20 rows, 20 are movies of MovieLens." in " ".join(said(app))
    next(one for one in app.selectbox if one.label == "A rating is").set_value("product").run()
    app.button(key="open").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    app.run()
    app.run()
    assert not app.exception
    assert "400 movies and 671 users, 3 numbers each" in app.success[0].value
    assert "no better than the mean" in app.success[0].value  # these numbers are chance
    (summary,) = RunStore().list()
    assert (summary.config.model, summary.dataset.dataset_id) == ("factors", bundled.dataset_id)
