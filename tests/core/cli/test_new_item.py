"""`new-item`: an item that nobody has rated, and what the model does not know of it."""

import pytest

from core.model.families import run_config
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused


@pytest.fixture
def run(bundled):
    stored = run_on(bundled, run_config(model="variational", embedding_dim=3))
    RunStore().publish(stored)
    return stored


def test_a_described_item_has_neighbors_and_people_who_would_like_it(capsys, run, bundled):
    title = '=HYPERLINK("x")\u202e<b>'
    told = ("--title", title, "--year", "1994", "--genre", "Comedy", "--genre", "Drama")
    found = asked(capsys, "new-item", run.run_id, *told, "--top", "4")
    assert found["title"] == title
    assert len(found["neighbors"]) == len(found["liked_by"]) == 4
    similarity = [entry["similarity"] for entry in found["neighbors"]]
    assert similarity == sorted(similarity, reverse=True)
    assert all(0 <= entry["found_again"] <= 1 for entry in found["neighbors"])
    for entry in found["neighbors"]:
        row = bundled.items.index(entry["item_id"])
        assert entry["title"] == bundled.item_table["title"][row]
        assert bundled.item_count[row] >= 21
    above = [entry["above_own_mean"] for entry in found["liked_by"]]
    assert above == sorted(above, reverse=True)
    assert 0 <= found["liked_share"] <= 1
    assert bundled.min_rating <= found["predicted_mean"] <= bundled.max_rating
    assert found == asked(capsys, "new-item", run.run_id, *told, "--column", "genres=Drama", "--top", "4")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ((), "LIMIT: nothing is said of the item"),
        (("--title", "Alien"), "LIMIT: nothing is said of the item"),
        (("--genre", "Opera"), "LIMIT: 'Opera' is none of the genres; there are Action, Adventure"),
        (("--year", "2031"), "LIMIT: no item of the data has a year like 2031; there are 1900"),
        (("--column", "mood"), "USAGE: --column is 'mood'; it should be NAME=VALUE"),
        (("--column", "year=soon"), "USAGE: --column year is 'soon'; it should be a number"),
        (("--column", "mood=dark"), "LIMIT: the model learned nothing from a column 'mood'"),
    ],
)
def test_what_the_model_does_not_know_is_refused(capsys, run, flags, message):
    assert refused(capsys, "new-item", run.run_id, *flags).startswith(message)


def test_a_model_of_ratings_alone_is_refused(capsys, bundled):
    stored = run_on(bundled, run_config(model="variational", embedding_dim=3, item_columns=False))
    RunStore().publish(stored)
    assert refused(capsys, "new-item", stored.run_id, "--genre", "Comedy").startswith("NOT_APPLICABLE: ")
