import json

import numpy as np
import pytest

from core.data import splits
from core.data.ratings import Ratings
from core.model.families import run_config
from dashboard.charts.base import plain
from tests.dashboard.fields import field
from tests.dashboard.labels import labels_of

pytestmark = pytest.mark.few


def figure_of(app, key: str) -> dict:
    """The figure that was sent for the chart with this key."""
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    return json.loads(chart.proto.spec)


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.warning) for element in kind)


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("embeddings")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)
    assert not app.get("plotly_chart")


def test_the_first_twenty_movies_by_all_dimensions(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("embeddings")
    assert not app.exception
    figure = figure_of(app, "heatmap")
    assert figure["data"][0]["y"] == [
        title + ("" if moved else " (untrained)")
        for title, moved in zip(labels_of(bundled)[:20], trained(bundled, run)[:20], strict=True)
    ]
    assert len(figure["data"]) == 1
    assert "20 movies by 64 dimensions" in figure["layout"]["title"]["text"]
    assert "1 to 20 of 400" in texts(app)
    app.pagination[0].set_value(20).run()
    assert figure_of(app, "heatmap")["data"][0]["y"][-1].startswith(labels_of(bundled)[399])
    assert "381 to 400 of 400" in texts(app)


def trained(ratings: Ratings, run) -> np.ndarray:
    return np.bincount(ratings.item_index[splits.split(ratings, run.config).train], minlength=len(ratings.items)) > 0


@pytest.mark.whole
def test_untrained_movies_are_counted(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("embeddings")
    n = int(np.count_nonzero(~trained(bundled, run)))
    assert n > 0
    assert f"{n} movies of 9,066 have no rating in the training part" in texts(app)


def test_a_link_opens_the_same_view(open_page, publish):
    publish()
    app = open_page("embeddings", rows="Users", which="Most ratings", order="By one dimension", dim="7", rows_page="2")
    assert not app.exception
    figure = figure_of(app, "heatmap")
    assert "20 users by 64 dimensions" in figure["layout"]["title"]["text"]
    assert app.number_input(key="dim").value == 7
    assert "21 to 40 of" in texts(app)


def test_order_by_a_dimension_sorts_the_rows(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("embeddings", order="By one dimension", dim="3")
    shown = [name.removesuffix(" (untrained)") for name in figure_of(app, "heatmap")["data"][0]["y"]]
    values = dict(zip(labels_of(bundled), run.scorer.item_embedding[:20, 2].tolist(), strict=False))
    assert [values[name] for name in shown] == sorted((values[name] for name in shown), reverse=True)


def test_chosen_movies_only(open_page, publish):
    publish()
    app = open_page("embeddings", which="Chosen")
    assert not app.exception
    app.multiselect(key="chosen_movie").set_value([]).run()
    for title in ("Heat (1995)", "Jumanji (1995)"):
        field(app, "chosen_movie_field").choose(title)
    assert {name.split(" (")[0] for name in figure_of(app, "heatmap")["data"][0]["y"]} == {"Heat", "Jumanji"}
    app.multiselect(key="chosen_movie").set_value([]).run()
    assert not app.exception
    assert "Choose at least one movie" in texts(app)


@pytest.mark.usefixtures("parts_in_messages")
def test_equal_titles_can_both_be_chosen(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("embeddings", which="Chosen")
    options = field(app, "chosen_movie_field").names
    assert len(options) == len(set(options)) == len(bundled.items)


def test_a_movie_beside_its_nearest_neighbor(open_page, publish):
    publish()
    app = open_page("embeddings")
    field(app, "one_movie").choose("Heat (1995)")
    assert not app.exception
    assert figure_of(app, "two_rows")["data"][0]["name"] == "Heat (1995)"
    assert "have a cosine of" in texts(app)
    assert len(app.dataframe[-1].value) == 64


@pytest.mark.whole
def test_a_movie_without_training_ratings_says_so(open_page, publish, bundled: Ratings):
    run = publish()
    row = int(np.flatnonzero(~trained(bundled, run))[0])
    app = open_page("embeddings")
    field(app, "one_movie").choose(labels_of(bundled)[row])
    assert "has no rating in the training part" in app.warning[0].value


@pytest.mark.parametrize("model", ["simple_dot", "dot_with_bias"])
def test_a_bias_is_shown_where_the_model_has_one(open_page, publish, model: str):
    publish(run_config(model=model, embedding_dim=8))
    app = open_page("embeddings")
    assert not app.exception
    assert ("Its bias is" in texts(app)) == (model == "dot_with_bias")


def test_one_dimension_is_enough(open_page, publish):
    publish(run_config(embedding_dim=1))
    app = open_page("embeddings")
    assert not app.exception
    assert "20 movies by 1 dimensions" in figure_of(app, "heatmap")["layout"]["title"]["text"]


def test_values_in_a_link_that_mean_nothing_are_ignored(open_page, publish):
    publish()
    app = open_page("embeddings", which="Everything", order="'; drop", dim="999", one_movie="No such movie", least="-4")
    assert not app.exception
    assert len(figure_of(app, "heatmap")["data"][0]["y"]) == 20


def test_another_movie_has_other_neighbors(open_page, publish):
    publish()
    app = open_page("embeddings")
    second = app.selectbox(key="beside_movie").options[1]
    app.selectbox(key="beside_movie").set_value(second).run()
    assert figure_of(app, "two_rows")["data"][1]["text"][0] == plain(second)
    field(app, "one_movie").choose("Heat (1995)")
    assert not app.exception
    assert figure_of(app, "two_rows")["data"][1]["text"][0] == plain(app.selectbox(key="beside_movie").value)
