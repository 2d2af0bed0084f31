"""The page of biases: figures of the fit, and what a model without biases says."""

import json

import numpy as np
import pytest

from core.analysis.biases.bias import biases
from core.analysis.components.extremes import ends
from core.analysis.gauge import centered_on
from core.data import splits
from core.data.ratings import Ratings
from core.model.families import PRESETS
from tests.dashboard.labels import labels_of

pytestmark = pytest.mark.few


def figure_of(app, key: str) -> dict:
    """The figure that was sent for the chart with this key."""
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    assert len(chart.proto.alt) > 20
    return json.loads(chart.proto.spec)


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info) for element in kind)


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("biases")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)


def test_the_tables_hold_those_furthest_from_what_is_expected(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("biases", min="50")
    assert not app.exception
    parts = splits.split(bundled, run.config)
    bias = centered_on(run.scorer, bundled, parts).item_bias
    fit = biases(bias, parts.training_count(bundled), parts.training_mean(bundled), run.scorer.scale)
    moved = parts.trained(bundled)
    furthest = ends(np.nan_to_num(fit.residual), moved & (bundled.item_count >= 50), 10)
    titles = labels_of(bundled)
    less, more = (table.value for table in app.dataframe)
    assert less["Title"].tolist() == titles[furthest.bottom].tolist()
    assert more["Title"].tolist() == titles[furthest.top].tolist()
    np.testing.assert_allclose(more["Bias"], bias[furthest.top], rtol=1e-5)
    np.testing.assert_allclose(more["Expected"] + more["Rest"], more["Bias"], atol=0.01)  # a −0.00 is a zero


@pytest.mark.whole
def test_the_picture_draws_all_that_were_trained(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("biases")
    figure = figure_of(app, "bias")
    assert len(json.dumps(figure)) < 2e6
    clouds = [trace for trace in figure["data"] if trace["type"] == "scattergl"]
    train = splits.split(bundled, run.config).train
    assert [trace["name"] for trace in clouds] == ["few ratings", "enough ratings"]
    assert sum(len(trace["text"]) for trace in clouds) == len(np.unique(bundled.item_index[train]))
    assert figure["layout"]["xaxis"]["title"]["text"] == "Mean training rating"
    assert figure_of(app, "believed")["layout"]["title"]["text"]


@pytest.mark.whole
def test_users_have_biases_too(open_page, publish):
    publish()
    app = open_page("biases", rows="Users")
    assert not app.exception
    assert "671 users" in figure_of(app, "bias")["layout"]["title"]["text"]
    assert [heading.value for heading in app.header[:2]] == [
        "Stricter than expected",
        "More generous than expected",
    ]


def test_a_searched_movie_is_marked_and_so_is_one_chosen_elsewhere(open_page, publish):
    publish()
    app = open_page("biases", mark_movie="Heat (1995)", items="1")
    figure = figure_of(app, "bias")
    (ring,) = [trace for trace in figure["data"] if trace.get("name") == "searched"]
    assert ["Heat (1995)" in ring["text"][0], "Toy Story (1995)" in ring["text"][1], len(ring["text"])] == [1, 1, 2]
    assert {"Heat (1995)", "Toy Story (1995)"} <= {note["text"] for note in figure["layout"]["annotations"]}


def test_a_model_without_biases_offers_to_train_one_that_has(open_page, publish):
    publish(PRESETS["article-simple-dot"])
    app = open_page("biases")
    assert not app.exception
    assert "no biases" in texts(app)
    assert [button.label for button in app.button if button.key == "offer_training"] == ["Train a model that can"]


def test_a_model_without_biases_leads_to_one_that_has(open_page, publish):
    biased, plain = publish(PRESETS["default"]), publish(PRESETS["article-simple-dot"])
    app = open_page("biases", run=plain.run_id)
    assert not app.get("plotly_chart")
    app.button(key="use_another_model").click().run()
    assert not app.exception
    assert app.query_params["run"] == biased.run_id
    assert figure_of(app, "bias")


@pytest.mark.parametrize("link", [{"min": "9999999"}, {"min": "x"}, {"rows": "..", "mark_movie": "<b>"}])
def test_odd_links_show_the_page_all_the_same(open_page, publish, link: dict[str, str]):
    publish()
    app = open_page("biases", **link)
    assert not app.exception
    assert figure_of(app, "bias")


@pytest.mark.parametrize("users", [False, True])
def test_taste_is_what_the_centered_vectors_add(open_page, publish, bundled: Ratings, users: bool):
    run = publish()
    app = open_page("biases", **({"rows": "Users"} if users else {}))
    assert not app.exception
    table = app.dataframe[0].value
    first = table.iloc[0]
    rows = (
        bundled.users.index(first["User"].removeprefix("User "))
        if users
        else (labels_of(bundled).tolist().index(first["Title"]))
    )
    parts = splits.split(bundled, run.config)
    people, movies = bundled.user_index[parts.train], bundled.item_index[parts.train]
    mine = (people if users else movies) == rows
    apart = centered_on(run.scorer, bundled, parts)
    products = np.einsum("ij,ij->i", apart.user_embedding[people[mine]], apart.item_embedding[movies[mine]])
    assert first["Taste"] == pytest.approx(products.mean(), abs=1e-5)
    assert "on average among those on the left" in texts(app)
