"""Biases of a model that knows how sure it is: the shrinkage it chose, how far each is known, what it is made of."""

import numpy as np

from core.analysis.biases.bias import bias_posterior
from core.analysis.gauge import centered_on
from core.data.splits import split
from core.model.item_features import item_features
from tests.dashboard.own_ratings import texts
from tests.dashboard.uncertain import publish_uncertain


def test_each_bias_says_how_far_it_is_known_and_what_it_is_a_sum_of(open_page):
    run, ratings = publish_uncertain()
    app = open_page("biases", dataset="planted", run=run.run_id)
    assert not app.exception
    model = centered_on(run.scorer, ratings, split(ratings, run.config))
    known = bias_posterior(run.scorer, run.scorer.item_parts(item_features(ratings)), model, users=False)
    assert f"biases differ by **{known.prior_std:.2f}** beyond what else it knows" in texts(app)
    assert f"**{max(1, round(known.doubt))} ratings** are believed by half" in texts(app)
    less, _, sums = (frame.value for frame in app.dataframe)
    rows = less["Title"].astype(int)
    np.testing.assert_allclose(less["±"], known.std[rows])
    parts = ["The movie itself", "Who rated it", "Its genres", "Its year"]
    np.testing.assert_allclose(sums[parts].sum(axis=1), sums["Bias"], atol=0.02)  # a −0.00 is a zero
    np.testing.assert_allclose(sums["Bias"], model.item_bias[sums["Title"].astype(int)], atol=0.005)


def test_people_have_no_parts(open_page):
    run, _ = publish_uncertain()
    app = open_page("biases", dataset="planted", run=run.run_id, rows="Users")
    assert not app.exception
    assert "The model chose this itself" in texts(app)
    assert "What a bias is made of" not in [header.value for header in app.header]
