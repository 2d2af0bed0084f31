"""For you before a model that knows how sure it is: one's own taste first, and what a movie is known by."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from core.analysis.new_user.recommend import best
from core.model.families import PRESETS
from dashboard.for_you import method
from tests.dashboard.own_ratings import listed, new_user_model, texts
from tests.dashboard.uncertain import publish_uncertain

GIVEN = {"0": 5.0, "3": 4.5, "1": 1.0, "4": 1.5}
RATED = ",".join(f"{item}:{rating:g}" for item, rating in GIVEN.items())


@pytest.mark.parametrize("taste", [False, True])
def test_the_switch_in_the_link_puts_ones_own_taste_first(open_page, taste: bool):
    run, ratings = publish_uncertain()
    app = open_page("for_you", dataset="planted", run=run.run_id, rated=RATED, own_taste=str(taste).lower())
    assert not app.exception
    known = new_user_model(run, ratings)
    person = known.place(GIVEN)
    guess, own, sure = known.predictions(person), known.personal(person), known.sureness(person)
    left = known.item_count > 0
    left[ratings.items.indices(GIVEN)] = False
    wanted = best(own if taste else guess, run.scorer.item_embedding, left & (ratings.item_count >= 21))
    assert listed(app) == [ratings.items.ids[row] for row in wanted]
    part = f"{own[wanted[0]]:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")
    assert f"**{guess[wanted[0]]:.1f}** ± {sure.miss[wanted[0]]:.1f}" in texts(app)
    assert f"For you: **{part}**" in texts(app)
    shares = known.validation_sureness.shares()
    assert f"{shares['fairly sure']:.0%} of the guesses that this model was tested on" in texts(app)


def test_a_guess_by_what_the_movie_is_known_by_adds_up_as_printed(open_page):
    run, ratings = publish_uncertain()
    app = open_page("for_you", dataset="planted", run=run.run_id, rated=RATED, item="7", why_by="What it is known by")
    assert not app.exception
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith("-own_waterfall_why")]
    (trace,) = json.loads(chart.proto.spec)["data"]
    names = ["The mean of all ratings", "You, whatever is asked about", "Who rated it", "Its genres", "Its year"]
    assert trace["customdata"] == [*names, "The movie itself", "The guess"]
    *steps, total = [float(text.replace("−", "-")) for text in trace["text"]]
    person = new_user_model(run, ratings).place(GIVEN)
    score, _ = run.scorer.score_new_user(person.numbers, np.array([7]))
    assert round(sum(steps), 2) == total == round(float(score[0]), 2)


def test_the_guess_for_somebody_in_the_data_comes_with_how_far_it_is_known(open_page):
    run, ratings = publish_uncertain()
    app = open_page("for_you", dataset="planted", run=run.run_id, who="Somebody in the data")
    known = new_user_model(run, ratings)
    place = known.looked_at[np.argmax(np.abs(known.validation_guesses - ratings.rating[known.looked_at]))]
    sure = known.known_sureness(ratings.user_index[[place]], ratings.item_index[[place]])
    variance = run.scorer.rating_variance(ratings.user_index[[place]], ratings.item_index[[place]])
    assert sure.miss[0] <= np.sqrt(variance[0])  # held inside the scale it can only miss by less
    assert f"The guess is known to ± **{sure.miss[0]:.1f}**: {sure.word(0)}." in texts(app)
    assert "The model on the screen is another one, and was not measured" in texts(app)


def test_the_measured_figures_say_whose_they_are(bundled):
    def text(config):
        model = SimpleNamespace(run=SimpleNamespace(config=config), ratings=bundled)
        return method.measured(method.measured_preset(model))

    assert "The model on the screen is “Best guesses” (bold)" in text(PRESETS["best"])
    assert "| **Best guesses** | **0.951**" in text(PRESETS["best"].model_copy(update={"split_seed": 3}))
    assert "| **Fast and good** | **0.962**" in text(PRESETS["default"])
    assert "was not measured" in text(PRESETS["large"])
