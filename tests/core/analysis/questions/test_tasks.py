"""What ratings say and who rated what are planted apart: each task finds its own, and they share no neighbors."""

import numpy as np

from core.analysis.compare.measures import neighbor_overlap
from core.analysis.item_attributes import ItemColumns
from core.analysis.questions.probes import probe
from core.config import RunConfig
from core.data.ratings import Ratings
from core.model.families import parse_config, run_config
from core.training.trainer import fit
from tests.made_up import ids, made_up

ITEMS, USERS, K = 80, 150, 30
LIKED, SEEN = np.arange(ITEMS) % 2, np.arange(ITEMS) // (ITEMS // 2)
"""Who likes one item likes those of its kind; who sees one sees those of its half."""


def planted() -> Ratings:
    """Ratings that follow what is liked, of pairs that follow what is seen."""
    rng = np.random.default_rng(0)
    likes, sees = rng.choice([-1, 1], USERS), rng.integers(0, 2, USERS)
    there = rng.random((USERS, ITEMS)) < np.where(sees[:, None] == SEEN, 0.6, 0.1)
    user, item = np.nonzero(there)
    score = 3 + 1.2 * likes[user] * (2 * LIKED[item] - 1) + 0.4 * rng.normal(size=len(user))
    sides = {"users": ids("u", USERS), "items": ids("i", ITEMS)}
    return made_up(user, item, np.clip(score, 1, 5), **sides, ends=(1.0, 5.0), noun="book")


def test_a_planted_difference_of_the_tasks_shows():
    ratings = planted()

    def items(config: RunConfig) -> np.ndarray:
        return fit(config, ratings).scorer.item_embedding

    taste = run_config(model="variational", embedding_dim=4, raters=False, item_columns=False)
    rating, again = items(taste), items(taste.model_copy(update={"seed": 1}))
    ranking = items(parse_config({"model": "ranking", "embedding_dim": 4}))
    kept = [neighbor_overlap(rating, other, k=K).kept.mean() for other in (again, ranking)]
    by_chance = K**2 / (ITEMS - 1)
    assert kept[0] > 1.7 * by_chance
    assert kept[1] < 1.2 * by_chance
    groups = {"kinds": [["liked"] if one else [] for one in LIKED], "halves": [["seen"] if one else [] for one in SEEN]}
    columns = ItemColumns(numbers={}, categories=groups, titles=[""] * ITEMS)
    told = [{one.name: one.score for one in probe(matrix, columns)} for matrix in (rating, ranking)]
    assert told[0]["liked"] > 0.95
    assert told[1]["seen"] > 0.95
    assert max(told[0]["seen"], told[1]["liked"]) < 0.75
