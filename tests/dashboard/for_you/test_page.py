"""The page For you: everybody gets a list, filters hold for all of it, and no number in it is made up."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS, run_config
from dashboard.for_you.rate import ASKED
from tests.dashboard.fields import field
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import map_of, numbers_of
from tests.dashboard.own_ratings import STAR_WARS, button, expected, linked, listed, new_user_model, stars, texts

pytestmark = pytest.mark.few


def figure_of(app: AppTest, key: str) -> dict:
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    assert len(chart.proto.alt) > 20
    return json.loads(chart.proto.spec)


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("for_you")
    assert not app.exception
    assert any("first model" in one.label for one in app.button)
    assert not stars(app)


def test_before_the_first_rating_it_is_about_the_typical_person(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("for_you")
    assert not app.exception
    assert len(stars(app)) == ASKED
    assert listed(app) == expected(new_user_model(run, bundled), {})
    assert "typical person" in texts(app)
    assert "You are where people are on average" in texts(app)
    assert "rated" not in app.query_params


def test_a_recommendation_can_be_rated_and_hidden(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("for_you")
    best, second = listed(app)[:2]
    button(app, "own_hide_1").click().run()
    assert best not in listed(app)
    stars(app, "list")[0].set_value(4)
    app.run()
    assert linked(app, bundled) == {second: 5.0}
    wanted = expected(new_user_model(run, bundled), {second: 5.0}, top=11)
    assert listed(app) == [item for item in wanted if item != best][:10]
    button(app, "own_show_hidden").click().run()
    assert listed(app) == wanted[:10]


def test_filters_hold_for_every_guess(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you", like_genres="Western", like_min="40", variety="0.4")
    assert not app.exception
    rows = bundled.items.indices(listed(app))
    assert len(rows) == 10
    assert (bundled.item_count[rows] >= 40).all()
    assert all("Western" in bundled.item_table["genres"][row] for row in rows)


def test_filters_that_let_nothing_through_are_told(open_page, publish, bundled: Ratings):
    publish()
    most = int(np.sort(bundled.item_count)[-20])
    assert not any("Western" in own for own in bundled.item_table["genres"][bundled.item_count >= most])
    app = open_page("for_you", like_genres="Western", like_min=str(most))
    assert not app.exception
    assert "No movie is left that fits" in texts(app)


def test_more_like_this_moves_the_list_and_not_the_guesses(open_page, publish, bundled: Ratings):
    run = publish()
    plain = listed(open_page("for_you"))
    app = open_page("for_you", more_like="Heat (1995)")
    assert not app.exception
    assert listed(app) != plain
    known = new_user_model(run, bundled)
    best = bundled.items.index(listed(app)[0])
    assert f"**{known.predictions(known.place({}))[best]:.1f}** ±" in texts(app)


@pytest.mark.parametrize("preset", ["default", "article-simple-dot"])
def test_the_waterfall_as_printed_adds_up_to_the_guess(open_page, publish, bundled: Ratings, preset: str):
    run = publish(PRESETS[preset])
    app = open_page("for_you", rated=f"{STAR_WARS}:5,1:1", item="Heat (1995)")
    assert not app.exception
    known = new_user_model(run, bundled)
    person = known.place({STAR_WARS: 5.0, "1": 1.0})
    row = labels_of(bundled).tolist().index("Heat (1995)")
    score = run.scorer.item_embedding[row] @ person.vector
    biased = preset == "default"
    guess = 0.5 + 4.5 / (1 + np.exp(-score - person.bias - run.scorer.item_bias[row])) if biased else score
    (trace,) = figure_of(app, "own_waterfall_why")["data"]
    *steps, total = [float(text.replace("−", "-")) for text in trace["text"]]
    assert round(sum(steps), 2) == total == round(float(guess), 2)
    assert f"Together **{guess:.2f}**" in texts(app)


def test_for_somebody_in_the_data_the_true_rating_stands_beside_the_guess(open_page, publish, bundled: Ratings):
    run = publish()
    user, item = bundled.user_index[500], bundled.item_index[500]
    title = labels_of(bundled)[item]
    app = open_page("for_you", who="Somebody in the data", user=f"User {bundled.users.ids[user]}", item_of_user=title)
    assert not app.exception
    guess = run.scorer.predict(np.array([user]), np.array([item]))[0]
    assert f"Together **{guess:.2f}**" in texts(app)
    assert f"The true rating is **{bundled.rating[500]:g}**" in texts(app)
    (trace,) = figure_of(app, "own_waterfall_somebody")["data"]
    assert float(trace["text"][-1]) == round(float(guess), 2)


def test_the_worst_misses_open_one_after_the_other(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("for_you", who="Somebody in the data")
    table = app.dataframe[-1].value
    rows = split(bundled, run.config).validation
    guess = np.clip(run.scorer.predict(bundled.user_index[rows], bundled.item_index[rows]), 0.5, 5)
    apart = np.abs(guess - bundled.rating[rows])
    np.testing.assert_allclose(np.abs(table["Miss"]), np.sort(apart)[::-1][:20], rtol=1e-6)
    for place in (1, 2):
        button(app, "next_miss").click().run()
        assert not app.exception
        assert f"The true rating is **{table['True'][place]:g}**" in texts(app)
        assert field(app, "user").value == table["User"][place]


def test_why_opens_beside_the_list(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you", rated=f"{STAR_WARS}:5")
    wanted = listed(app)[1]
    button(app, "own_why_2").click().run()
    assert not app.exception
    title = labels_of(bundled)[bundled.items.index(wanted)]
    assert field(app, "item").value == title
    assert figure_of(app, "own_waterfall_dialog")["data"]


def test_the_charts_stay_small_and_say_what_they_show(open_page, publish):
    publish()
    app = open_page("for_you", rated=f"{STAR_WARS}:5")
    for key in ("own_along", "own_waterfall_why"):
        assert len(json.dumps(figure_of(app, key))) < 5e5


@pytest.mark.usefixtures("parts_in_messages")
def test_everybody_is_on_the_plane_and_you_on_top(open_page, publish, bundled: Ratings):
    publish()
    drawn = map_of(open_page("for_you", rated=f"{STAR_WARS}:5"), "own_plane")
    (you,) = drawn["named"]
    assert (you["names"], you["marked"], drawn["fly"]) == (["You"], True, False)
    assert drawn["title"] == f"You among {drawn['n']} people"
    near = numbers_of(drawn["colors"], "u1")
    assert np.flatnonzero(near).tolist() == sorted(drawn["found"]) and len(drawn["found"]) == 8
    (outline,) = drawn["outlines"]
    corners = np.reshape(outline, (-1, 2))
    np.testing.assert_allclose((corners.min(axis=0) + corners.max(axis=0)) / 2, you["points"], atol=0.02)


@pytest.mark.parametrize("config", [run_config(embedding_dim=1), PRESETS["article-simple-dot-diy"]])
def test_other_models_have_the_page_too(open_page, publish, config: RunConfig):
    publish(config)
    app = open_page("for_you", rated=f"{STAR_WARS}:5,1:0.5")
    assert not app.exception
    assert len(listed(app)) == 10
