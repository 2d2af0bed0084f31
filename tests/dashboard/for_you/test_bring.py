"""Bringing a file into For you: what it says is shown, what is unsure is asked, and nothing is used before that."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core import data
from core.analysis.new_user.own_ratings import to_file
from core.data import ImportOptions, import_ratings
from core.data.importing.isolation import in_this_process
from core.data.own.files import read
from core.data.ratings import Ratings
from core.store.runs import RunStore
from dashboard.for_you import bring, method
from tests.conftest import run_on
from tests.core.data.importing import made
from tests.core.data.own.test_matching import CASE
from tests.dashboard.own_ratings import button, expected, linked, listed, new_user_model, texts

pytestmark = pytest.mark.few

GIVEN = {"1": 4.5, "6": 4.0, "2571": 3.5, "4973": 4.5, "1214": 5.0}


@pytest.fixture(autouse=True)
def _reading_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a process of its own, which has its own test."""
    monkeypatch.setattr(bring, "read_isolated", read)


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    (place,) = app.file_uploader
    place.set_value([(name, content, "application/octet-stream")]).run()
    assert not app.exception
    return app


def test_letterboxd_is_shown_first_and_then_used(open_page, publish, bundled: Ratings):
    run = publish()
    app = upload(open_page("for_you"), "ratings.csv", CASE.read_bytes())
    assert "Letterboxd, ratings from 0.5 to 5" in texts(app)
    assert "**5 of 6 ratings** matched to movies of this data · 1 not in it" in texts(app)
    shown, lost = app.dataframe[0].value, app.dataframe[1].value
    assert list(shown["Movie here"])[2:4] == [
        "The Matrix (1999)",
        "Amelie (Le Fabuleux destin d'Amélie Poulain) (2001)",
    ]
    assert list(lost["Your title"]) == ["A Film Nobody Made"]
    assert linked(app, bundled) == {}  # nothing is used yet
    button(app, "own_use").click().run()
    assert linked(app, bundled) == GIVEN
    assert listed(app) == expected(new_user_model(run, bundled), GIVEN)
    assert [toast.value for toast in app.toast] == ["5 ratings loaded."]
    assert len(app.file_uploader) == 1  # an empty place again


def test_what_is_unsure_is_used_only_when_confirmed(open_page, publish, bundled: Ratings):
    publish()
    mine = b"title,year,rating\nThe Matrix,1998,9\nStar Wars,1977,10\nHeat,1995,8\nUp,2009,\n"
    app = upload(open_page("for_you"), "list.csv", mine)
    assert "ratings from 1 to 10, as its ratings suggest" in texts(app)
    assert "2 to confirm · 1 without a rating" in texts(app)
    matrix, wars = [box for box in app.checkbox if box.key.startswith("own_is_")]
    assert "The Matrix (1999)" in matrix.label
    assert "Episode IV" in wars.label
    matrix.check().run()
    assert button(app, "own_use").label == "Use these 2 ratings"
    button(app, "own_use").click().run()
    assert linked(app, bundled) == {"2571": 4.5, "6": 4.0}


def test_the_file_wins_over_what_was_rated_and_the_rest_stays(open_page, publish, bundled: Ratings):
    publish()
    app = upload(open_page("for_you", rated="6:1,260:5"), "ratings.csv", CASE.read_bytes())
    assert "1 of these replace what you rated here" in texts(app)
    button(app, "own_use").click().run()
    assert linked(app, bundled) == {"260": 5.0, **GIVEN}


def test_another_file_can_be_chosen(open_page, publish, bundled: Ratings):
    publish()
    app = upload(open_page("for_you"), "ratings.csv", CASE.read_bytes())
    button(app, "own_other").click().run()
    assert linked(app, bundled) == {}
    upload(app, "my-ratings.json", to_file({"260": 2.5}, bundled))
    button(app, "own_use").click().run()
    assert linked(app, bundled) == {"260": 2.5}


def test_a_file_that_cannot_be_read_changes_nothing(open_page, publish, bundled: Ratings):
    publish()
    app = upload(open_page("for_you", rated="260:5"), "x.csv", b"nothing\nof use\n")
    (error,) = app.error
    assert "MISSING_COLUMN" in error.proto.title
    assert "as they were" in error.value
    assert linked(app, bundled) == {"260": 5.0}


def test_nothing_matched_can_not_be_used(open_page, publish):
    publish()
    app = upload(open_page("for_you"), "x.csv", b"title,rating\nXyzzy <b>*x*</b>,4\n")
    assert "**0 of 1 rating** matched" in texts(app)
    assert button(app, "own_use").disabled


def test_very_many_unsure_ones_are_asked_about_a_page_at_a_time(open_page, publish, bundled: Ratings):
    publish()
    titles = bundled.item_table["title"].iloc[:40].str.replace(r" \(\d{4}\)$", "", regex=True)
    rows = "\n".join(json.dumps(title) + ",1800,4" for title in titles)
    app = upload(open_page("for_you"), "x.csv", f"title,year,rating\n{rows}\n".encode())
    boxes = [box for box in app.checkbox if box.key.startswith("own_is_")]
    assert len(boxes) == bring.MOST_ASKED
    app.checkbox(key="own_all_unsure").check().run()
    assert len([box for box in app.checkbox if box.key.startswith("own_is_")]) == 40


def test_books_are_brought_in_the_words_of_books(open_page, brought):
    books = data.load(brought(noun="book"))
    run = run_on(books, dim=3)
    RunStore().publish(run)
    app = open_page("for_you", run=run.run_id)
    title = str(books.item_table["title"].iloc[0])
    upload(app, "x.csv", f"title,rating\n{title},4\n".encode())
    assert "**1 of 1 rating** matched to books of this data" in texts(app)
    assert "Book here" in app.dataframe[0].value.columns
    button(app, "own_use").click().run()
    assert "movie" not in texts(app).replace(method.measured(None), "").lower()


def test_data_whose_ratings_are_all_equal(open_page, tmp_path):
    table = "userId,movieId,rating\n" + "".join(f"{user},{item},3\n" for user in range(12) for item in range(8))
    made.write(tmp_path / "in", {"r.csv": table})
    report = import_ratings([tmp_path / "in" / "r.csv"], options=ImportOptions(name="Equal"), runner=in_this_process)
    run = run_on(data.load(report.dataset.dataset_id), dim=3)
    exact = replace(run.outcome, val_rmse=0.0, val_mae=0.0, best_val_rmse=0.0)
    RunStore().publish(replace(run, outcome=exact, started=replace(run.started, mean_rmse=0.0, averages_rmse=0.0)))
    app = upload(open_page("for_you", run=run.run_id), "x.csv", b"title,rating\n0,4\n1,2\n")
    button(app, "own_use").click().run()
    assert not app.exception
    assert linked(app, data.load(report.dataset.dataset_id)) == {"0": 4.0, "1": 2.0}


def test_ticks_outlast_a_visit_to_another_page(open_page, publish, bundled: Ratings, monkeypatch):
    publish()
    app = upload(open_page("for_you"), "x.csv", b"title,year,rating\nThe Matrix,1998,4\nHeat,1995,3\n")
    (box,) = [box for box in app.checkbox if box.key.startswith("own_is_")]
    box.check().run()
    with monkeypatch.context() as nothing_asked:  # Streamlit forgets boxes that are not shown, as on another page
        nothing_asked.setattr(bring, "MOST_ASKED", 0)
        app.run()
    assert not [box for box in app.checkbox if box.key.startswith("own_is_")]
    app.run()
    assert [box.value for box in app.checkbox if box.key.startswith("own_is_")] == [True]
    button(app, "own_use").click().run()
    assert linked(app, bundled) == {"2571": 4.0, "6": 3.0}


def test_the_scale_that_was_told_is_shown_and_can_be_changed(open_page, publish, bundled: Ratings):
    publish()
    app = upload(open_page("for_you"), "x.csv", b"title,rating\nHeat,4\nToy Story,2\nAlien,0\n")
    assert "a list, ratings from 0.5 to 5 as in this data" in texts(app)
    assert "1 without a rating (1 with a 0)" in texts(app)
    (scale,) = [box for box in app.selectbox if box.label == "Ratings are out of"]
    scale.set_value(10).run()
    assert "a list, ratings from 1 to 10" in texts(app)
    assert "suggest" not in texts(app)
    assert list(app.dataframe[0].value["Here"]) == [2.0, 1.0]
    button(app, "own_use").click().run()
    assert linked(app, bundled) == {"6": 2.0, "1": 1.0}


def test_a_fault_of_the_reader_does_not_take_the_page_down(open_page, publish, bundled: Ratings, monkeypatch):
    def fails(_content: bytes) -> None:
        raise RuntimeError("the reader ended with 1")

    monkeypatch.setattr(bring, "read_isolated", fails)
    publish()
    app = upload(open_page("for_you", rated="260:5"), "x.csv", b"title,rating\nHeat,4\n")
    (error,) = app.error
    assert "INTERNAL" in error.proto.title
    assert linked(app, bundled) == {"260": 5.0}


def test_books_brought_to_films_are_said_and_asked(open_page, publish):
    publish()
    text = b"Book Id,Title,Author,My Rating,Year Published,Original Publication Year\n1,Heat,Somebody,4,2001,1995\n"
    app = upload(open_page("for_you"), "x.csv", text)
    assert "These are ratings of books, and this data is about movies" in texts(app)
    assert "1 to confirm" in texts(app)
