"""Rows of predicted tastes: their geometry is that of the predictions, however the model is written."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components.predictions import predicted_tastes
from core.analysis.gauge import centered
from core.errors import AnalysisError
from tests.conftest import run_on, with_item_matrix


@pytest.fixture
def scorer(small):
    return run_on(small, dim=3).scorer


def counts(small):
    return small.user_count, small.item_count


def test_cosines_are_correlations_and_lengths_deviations_of_predicted_tastes(small, scorer):
    model = centered(scorer, *counts(small))
    for users, weight, taste in (
        (False, model.user_weight, model.user_embedding @ model.item_embedding.T),
        (True, model.item_weight, model.item_embedding @ model.user_embedding.T),
    ):
        rows = predicted_tastes(model, users=users).astype(np.float64)
        covariance = (taste * weight[:, None]).T @ taste  # centered: each row's weighted mean is zero
        np.testing.assert_allclose(rows @ rows.T, covariance, atol=1e-6)


def test_turning_rescaling_and_shifting_the_model_changes_nothing(small, scorer):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0] * [0.2, 1, 5]
    arrays = dict(scorer.arrays)
    shift = np.array([0.3, -0.2, 0.5])
    arrays["user_bias"] = arrays["user_bias"] - arrays["user_embedding"] @ shift
    arrays["item_embedding"] = (arrays["item_embedding"] + shift) @ np.linalg.inv(turn).T
    arrays["user_embedding"] = arrays["user_embedding"] @ turn
    other = replace(scorer, arrays={name: array.astype(np.float32) for name, array in arrays.items()})
    for users in (False, True):
        one, same = (predicted_tastes(centered(each, *counts(small)), users=users) for each in (scorer, other))
        np.testing.assert_allclose(one @ one.T, same @ same.T, atol=2e-5)


def test_the_same_taste_for_everybody_has_no_rows(small):
    run = run_on(small, dim=3)
    flat = with_item_matrix(run, np.ones_like(run.scorer.item_embedding))
    with pytest.raises(AnalysisError, match="same taste"):
        predicted_tastes(centered(flat.scorer, *counts(small)))
