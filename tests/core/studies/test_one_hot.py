"""One-hot vectors beside embeddings of several sizes: a planted taste shows, and is gone in the twin."""

import numpy as np
import pytest

from core.analysis.questions.one_hot import fitted
from core.data.splits import split
from core.errors import NotApplicableError
from core.model.families import run_config
from core.studies.one_hot import ONE_HOT, OneHotSettings, errors_of, sized
from core.studies.study import Work
from core.training.baselines import rmse
from core.training.trainer import fit
from tests.conftest import run_on
from tests.core.studies.tiny import CONFIG, planted


def test_a_planted_taste_is_what_embeddings_bring():
    ratings, config = planted(), CONFIG.model_copy(update={"steps": 150})
    stored = ONE_HOT.compute(Work(fit(config, ratings), ratings), OneHotSettings(most=3))
    found, parts = errors_of(stored), split(ratings, config)
    assert stored.facts["dims"] == [1, 2]
    assert stored.facts["twin_dim"] == 2
    assert found.n.sum() == len(parts.validation)
    alone = np.clip(fitted(ratings, parts.train)[0].guess(ratings, parts.validation), 0.5, 5)
    assert found.rmse[0] == pytest.approx(rmse(alone, ratings.rating[parts.validation]))
    two = fit(sized(config, 2), ratings)
    assert found.rmse[2] == pytest.approx(two.outcome.val_rmse)
    assert found.rmse[1] < found.rmse[0] - 0.2  # one number says who likes what
    np.testing.assert_allclose(stored.arrays["brings"], found.rmse[0] - found.rmse[1:], atol=1e-12)
    assert (stored.arrays["brings"] > 4 * stored.arrays["se"]).all()
    one_hot, embedding = stored.arrays["twin"]
    assert abs(embedding - one_hot) < 0.05


def test_models_know_nothing_but_ratings():
    config = run_config(model="variational", item_columns=True)
    assert not sized(config, 4).item_columns
    assert sized(run_config(), 4).dimensions == 4


def test_a_model_without_vectors_is_refused():
    ratings = planted()
    with pytest.raises(NotApplicableError):
        ONE_HOT.check_run(run_on(ratings, run_config(model="bias_only")), OneHotSettings())
