"""The families that are no factorization of ratings: known answers, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import LimitError, NotApplicableError
from core.model.families import run_config
from core.model.metrics import AUC, RMSE, Measured
from core.sweeps.plan import SweepPlan, check
from core.training import full_ranking
from core.training.item2vec import neighbors, next_cases
from core.training.labels import auc
from core.training.trainer import fit
from tests.made_up import ids, made_up


def made(user: np.ndarray, item: np.ndarray, rating: np.ndarray, genres: list[list[str]] | None = None) -> Ratings:
    """Ratings by their rows, each a second after the one before it."""
    sides = {"users": ids("u", int(user.max()) + 1), "items": ids("i", int(item.max()) + 1)}
    ends, stamps = (float(rating.min()), float(rating.max())), np.arange(len(user), dtype=np.int64) + 1_000_000_000
    return made_up(user, item, rating, **sides, ends=ends, noun="movie", genres=genres, timestamp=stamps)


def two_groups() -> Ratings:
    """40 people who have each seen 12 of the 20 items of their own half, one after the other, and nothing else."""
    chance = np.random.default_rng(0)
    item = np.concatenate([chance.permutation(20)[:12] + 20 * (number % 2) for number in range(40)])
    genres = [["War", "Drama"] if row < 20 else ["Comedy", "Music"] for row in range(40)]
    return made(np.repeat(np.arange(40), 12), item, chance.integers(1, 6, 480), genres)


@pytest.mark.parametrize("by", ["items", "users"])
def test_a_linear_autoencoder_finds_the_planted_subspace(by: str):
    chance = np.random.default_rng(1)
    tastes, kinds = chance.normal(size=(60, 2)), chance.normal(size=(50, 2))
    user, item = np.divmod(np.arange(60 * 50), 50)
    data = made(user, item, 3 + np.einsum("ij,ij->i", tastes[user], kinds[item]))
    config = run_config(
        model=f"autoencoder_{by}", activation="identity", embedding_dim=2, penalty=0.0, epochs=40, learning_rate=0.03
    )
    run = fit(config, data)
    for learned, planted in ((run.scorer.item_embedding, kinds), (run.scorer.user_embedding, tastes)):
        one, other = (np.linalg.qr(numbers - numbers.mean(axis=0))[0] for numbers in (learned, planted))
        assert np.linalg.svd(one.T @ other, compute_uv=False).min() > 0.95  # the cosine of the larger principal angle
    assert run.outcome.guess_error < 0.5 * min(run.started.references.values())


@pytest.mark.parametrize("model", ["ranking", "item2vec", "labels"])
def test_a_planted_grouping_is_found(model: str):
    data = two_groups()
    config = run_config(model=model, embedding_dim=4)
    if model == "item2vec":
        config = config.model_copy(update={"epochs": 20, "pair_penalty": 0.01})
    run = fit(config, data)
    vectors = run.scorer.item_embedding - run.scorer.item_embedding.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    alike = np.equal.outer(np.arange(40) < 20, np.arange(40) < 20)
    assert cosine[alike].mean() > cosine[~alike].mean() + 0.5
    assert run.outcome.metric.value > run.started.references["chance"] + 0.05
    assert run.outcome.val_rmse is run.outcome.best_val_rmse is run.history[-1].rmse is run.started.mean_rmse is None


def test_the_ranking_reads_no_rating():
    data = two_groups()
    thumbs = replace(data, rating=np.ones_like(data.rating), min_rating=1.0, max_rating=1.0)
    one, other = (fit(run_config(model="ranking", epochs=2), some) for some in (data, thumbs))
    np.testing.assert_array_equal(one.scorer.item_embedding, other.scorer.item_embedding)
    assert one.outcome.metric == other.outcome.metric


def test_popularity_and_chance_are_ranked_in_full():
    data = two_groups()
    parts = split(data, run_config(model="ranking"))
    seen, wanted = (full_ranking.pairs_of(data, rows) for rows in (parts.train, parts.validation))
    chance = np.random.default_rng(0)
    drawn = [full_ranking.ndcg(seen, wanted, lambda rows: chance.random((len(rows), 40))) for _ in range(60)]
    assert np.mean(drawn) == pytest.approx(full_ranking.ndcg_by_chance(seen, wanted), abs=0.02)
    assert full_ranking.ndcg(seen, wanted, lambda rows: wanted[rows].toarray() * np.arange(1, 41)) == pytest.approx(1)
    assert full_ranking.ndcg(seen, wanted, lambda rows: -wanted[rows].toarray()) < 0.01
    cases = next_cases(data, parts)
    assert full_ranking.recall(cases, seen, lambda rows: np.zeros((len(rows), 40))) == 0  # all equal is no answer


def test_what_comes_next():
    data = made(np.array([0, 0, 0, 1, 1]), np.array([3, 1, 2, 0, 3]), np.arange(5.0))
    one, other = neighbors(data, np.arange(5), 1)
    assert sorted(zip(one.tolist(), other.tolist(), strict=True)) == [(0, 3), (1, 2), (1, 3), (2, 1), (3, 0), (3, 1)]
    parts = replace(split(data, run_config()), train=np.array([0, 2, 3]), validation=np.array([1, 4]))
    assert next_cases(data, parts).tolist() == [[0, 3, 1], [1, 0, 3]]


def test_auc_is_the_share_of_pairs_in_order():
    has, aside = np.array([[1.0], [0], [1], [0], [0]]), np.array([[True], [True], [True], [True], [False]])
    assert auc(np.array([[3.0], [2], [1], [1], [9]]), has, aside) == pytest.approx((1 + 1 + 0 + 0.5) / 4)


def test_data_without_what_is_learned_from_are_refused():
    data = two_groups()
    with pytest.raises(NotApplicableError, match="does not say when"):
        fit(run_config(model="item2vec"), replace(data, timestamp=None))
    plain = replace(data, item_table=data.item_table.assign(genres=[[] for _ in range(40)]))
    with pytest.raises(NotApplicableError, match="which genres"):
        fit(run_config(model="labels"), plain)
    with pytest.raises(LimitError, match="labels have no time"):
        run_config(model="labels", split_kind="temporal")
    with pytest.raises(NotApplicableError, match="guesses none"):
        check(SweepPlan(base={"model": "ranking"}, vary=[{"field": "epochs", "values": [2, 3]}]))


def test_a_metric_knows_its_direction():
    assert (RMSE.best([0.9, 0.8, 1.0]), AUC.best([0.9, 0.8, 1.0])) == (1, 2)
    assert Measured("auc", 0.8).better_than(Measured("auc", 0.7))
    assert Measured("rmse", 0.7).better_than(Measured("rmse", 0.8))
    assert not Measured("auc", 0.9).better_than(Measured("rmse", 1.0))
