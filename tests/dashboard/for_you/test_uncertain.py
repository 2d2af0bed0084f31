"""For you before a model that knows how sure it is: one's own taste first, and what a movie is known by."""

import json

import numpy as np
import pytest

from core.analysis.new_user.recommend import best
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
    assert f"for you: **{part}** beyond what everybody likes" in texts(app)
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
