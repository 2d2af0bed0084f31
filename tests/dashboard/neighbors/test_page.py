"""The page of neighbors: the lists are those of the analysis, and everything on it survives odd titles and links."""

import csv
import io
import json

import numpy as np
import pytest
import streamlit as st

from core.analysis.neighbors.of_one import METRICS, neighbors
from core.data import splits
from core.data.ratings import Ratings
from core.model.families import PRESETS, run_config
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of, notes_of, numbers_of, titles_of

pytestmark = pytest.mark.few


def figure_of(app, key: str) -> dict:
    """The figure that was sent for the chart with this key."""
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    assert len(chart.proto.alt) > 20
    return json.loads(chart.proto.spec)


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.warning) for element in kind)


def trained(ratings: Ratings, run) -> np.ndarray:
    return np.bincount(ratings.item_index[splits.split(ratings, run.config).train], minlength=len(ratings.items)) > 0


def expected(ratings: Ratings, run, row: int, least: int) -> list[list[str]]:
    eligible = (ratings.item_count >= least) & trained(ratings, run)
    titles = labels_of(ratings)
    return [
        titles[neighbors(run.scorer.item_embedding, row, metric=metric, eligible=eligible).index].tolist()
        for metric in METRICS
    ]


def lists(app, column: str = "Title") -> list[list[str]]:
    return [table.value[column].tolist() for table in app.dataframe[:3]]


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("neighbors")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)
    assert not app.dataframe


def test_the_most_rated_movie_at_first_by_three_measures(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("neighbors")
    assert not app.exception
    row = int(np.argmax(bundled.item_count))
    assert lists(app) == expected(bundled, run, row, 21)
    distance = app.dataframe[2].value["Distance"].to_numpy()
    assert (distance > 0).all() and (np.diff(distance) >= 0).all()
    assert [subheader.value for subheader in app.header[:3]] == ["Cosine", "Dot product", "Euclidean distance"]


def test_a_link_opens_the_same_neighbors(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("neighbors", near_movie="Heat (1995)", min="100")
    row = labels_of(bundled).tolist().index("Heat (1995)")
    assert lists(app) == expected(bundled, run, row, 100)
    assert "Heat (1995)" in texts(app)


@pytest.mark.parametrize("said", ["No such movie", "../x", "\x00", "<script>alert(1)</script>"])
def test_a_link_with_an_unknown_movie_shows_the_page_all_the_same(open_page, publish, said: str):
    publish()
    app = open_page("neighbors", near_movie=said, min="-4", rows="Aliens")
    assert not app.exception
    assert len(app.dataframe) == 3


def test_people_are_compared_by_what_both_have_rated(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("neighbors", rows="Users", near_user="User 1")
    assert not app.exception
    table = app.dataframe[0].value
    other = bundled.users.index(table["User"][0].removeprefix("User ").removesuffix(" (untrained)"))
    one = bundled.users.index("1")
    mine, theirs = (
        dict(zip(bundled.item_index[bundled.user_index == u], bundled.rating[bundled.user_index == u], strict=True))
        for u in (one, other)
    )
    both = mine.keys() & theirs.keys()
    assert table["Both"][0] == len(both)
    if both:
        assert table["Apart"][0] == pytest.approx(np.mean([abs(mine[item] - theirs[item]) for item in both]))


@pytest.mark.whole
@pytest.mark.usefixtures("parts_in_messages")
def test_a_movie_that_training_never_saw_says_so(open_page, publish, bundled: Ratings):
    run = publish()
    row = int(np.flatnonzero(~trained(bundled, run))[0])
    app = open_page("neighbors", near_movie=labels_of(bundled)[row])
    assert "no rating in the training part" in app.warning[0].value
    assert any("(untrained)" in note for note in notes_of(map_of(app, "lengths")))


def test_untrained_movies_are_nobodys_neighbors(open_page, publish):
    publish()
    app = open_page("neighbors", min="1")
    assert not app.exception
    assert not any("(untrained)" in title for titles in lists(app) for title in titles)


@pytest.mark.usefixtures("parts_in_messages")
def test_lengths_are_drawn_for_all_and_marked_for_the_lists(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("neighbors")
    drawn, row = map_of(app, "lengths"), int(np.argmax(bundled.item_count))
    places = numbers_of(drawn["places"], "<f4").reshape(-1, 2)
    np.testing.assert_allclose(10 ** places[:, 0], bundled.item_count, rtol=1e-5)
    np.testing.assert_allclose(places[:, 1], np.linalg.norm(run.scorer.item_embedding, axis=1), rtol=1e-5)
    assert (drawn["powers"], drawn["equal"], drawn["picks"]) == (True, False, True)
    for measure, titles in zip(["cosine", "dot product", "distance"], lists(app), strict=True):
        member = numbers_of(drawn["colors"], "u1").astype(int) - 1
        said = [measure in name.lower() for name in drawn["color"]["names"]]
        marked = [title for title, place in zip(titles_of(drawn), member, strict=True) if place >= 0 and said[place]]
        assert sorted(marked) == sorted(titles)
    (star,) = drawn["named"]
    assert star["names"] == [labels_of(bundled)[row]]
    np.testing.assert_allclose(star["points"], places[row], rtol=1e-5)
    assert f"**{np.linalg.norm(run.scorer.item_embedding[row]):.2f}** long" in texts(app)


def test_analogies_are_computed_only_when_opened(open_page, publish):
    publish()
    assert len(open_page("neighbors").dataframe) == 3
    app = open_page("neighbors", arithmetic="true", a="Heat (1995)", b="Casino (1995)", c="Toy Story (1995)")
    assert not app.exception
    answers = app.dataframe[3].value["Title"].tolist()
    assert len(answers) == 10
    assert not {"Heat (1995)", "Casino (1995)", "Toy Story (1995)"} & set(answers)
    assert "Read this with care" in texts(app)


def test_an_analogy_that_cancels_out_is_explained(open_page, publish):
    publish()
    app = open_page("neighbors", arithmetic="true", a="Heat (1995)", b="Heat (1995)")
    assert not app.exception
    assert "cancels out" in texts(app)
    assert len(app.dataframe) == 3


def test_one_dimension_has_neighbors_too(open_page, publish):
    publish(run_config(embedding_dim=1))
    app = open_page("neighbors", arithmetic="true")
    assert not app.exception
    assert len(app.dataframe) >= 3


def test_a_model_without_biases_has_neighbors(open_page, publish):
    publish(PRESETS["article-simple-dot"])
    assert not open_page("neighbors").exception


@pytest.mark.parametrize("users", [False, True])
def test_the_file_has_all_three_lists_with_ids(open_page, publish, bundled: Ratings, monkeypatch, users: bool):
    run = publish()
    files = []
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.append((label, data)))
    open_page("neighbors", **({"rows": "Users"} if users else {}))
    ((label, make),) = files
    assert label == "Download all three as CSV"
    rows = list(csv.DictReader(io.StringIO(make().decode("utf-8-sig"))))
    assert len(rows) == 30
    first = (
        "Measure,Rank,Id,User,Cosine,Both,Apart,Mean,Ratings"
        if users
        else ("Measure,Rank,Id,Title,Cosine,Length,Mean,Ratings,Genres,Year")
    )
    assert list(rows[0])[: first.count(",") + 1] == first.split(",")
    matrix, count, ids = (
        (run.scorer.user_embedding, bundled.user_count, bundled.users.ids)
        if users
        else (run.scorer.item_embedding, bundled.item_count, bundled.items.ids)
    )
    asked = int(np.argmax(count))
    index = bundled.user_index if users else bundled.item_index
    learned = np.bincount(index[splits.split(bundled, run.config).train], minlength=len(ids)) > 0
    near = neighbors(matrix, asked, eligible=learned & (count >= 21))
    assert [row["Id"] for row in rows[:10]] == ids[near.index].tolist()
