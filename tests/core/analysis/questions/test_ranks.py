import numpy as np
import pytest

from core.analysis.questions.probes import rank_correlation


def test_any_rising_curve_has_correlation_one():
    x = np.arange(1.0, 8.0)
    assert rank_correlation(x, np.exp(x)) == pytest.approx(1)
    assert rank_correlation(x, -(x**3)) == pytest.approx(-1)


def test_ties_share_their_mean_rank():
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 over sqrt(4.5 * 5).
    assert rank_correlation(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(np.sqrt(0.9))


def test_pairs_with_a_missing_value_are_left_out():
    a = np.array([1.0, 2.0, np.nan, 3.0, 4.0])
    b = np.array([2.0, 4.0, -9.0, 6.0, np.nan])
    assert rank_correlation(a, b) == pytest.approx(1)


def test_too_few_pairs_or_a_constant_have_no_correlation():
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])))
    assert np.isnan(rank_correlation(np.ones(5), np.arange(5.0)))


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        rank_correlation(np.ones(3), np.ones(4))


def test_it_agrees_with_scipy():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, 200).astype(float), rng.normal(size=200)
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
