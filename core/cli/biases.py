"""The call that lists learned biases beside plain averages."""

import argparse
from typing import Any

import numpy as np

from core.analysis.biases.bias import Biases
from core.analysis.biases.bias import biases as fit
from core.analysis.biases.score_contributions import average_terms
from core.analysis.components.extremes import ends
from core.cli.answer import Answer, pairs, table
from core.cli.common import check_range
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.splits import trained_rows
from core.model.run import Run
from core.model.scoring import require_biases, require_bilinear
from core.store.runs import RunStore

_NUMBERS = ("rest", "taste", "bias", "expected", "mean_rating", "n_ratings")


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `biases` can be told."""
    call.add_argument("--users", action="store_true", help="The users' biases (default: the items').")
    call.add_argument("--top", type=int, default=10, metavar="N", help="Rows at each end (default 10).")
    call.add_argument(
        "--min-ratings", type=int, default=21, metavar="N", help="List only rows with at least N ratings (default 21)."
    )


def biases(called: argparse.Namespace) -> Answer:
    """How far averages explain the biases, and who departs furthest from that."""
    check_range("--top", called.top, 1)
    check_range("--min-ratings", called.min_ratings, 0)
    run = RunStore().load(called.run_id)
    ratings = ratings_of(run.dataset)
    scorer = require_biases(run.scorer)
    bias = scorer.user_bias if called.users else scorer.item_bias
    count = ratings.user_count if called.users else ratings.item_count
    mean = ratings.user_mean if called.users else ratings.item_mean
    found = fit(bias, count, mean, scorer.scale)
    listed = trained_rows(ratings, run.config.split, users=called.users) & (count >= called.min_ratings)
    both = ends(np.nan_to_num(found.residual), listed, called.top)
    document = {
        "users": called.users,
        "n": int(listed.sum()),
        "r2": found.r2,
        "shrinkage": found.shrinkage,
        "slope": found.slope,
        "level": found.level,
        "center": found.center,
        "top": _rows(run, ratings, found, both.top, users=called.users),
        "bottom": _rows(run, ratings, found, both.bottom, users=called.users),
    }
    return Answer(document, _text(document))


def _rows(run: Run, ratings: Ratings, found: Biases, rows: np.ndarray, *, users: bool) -> list[dict[str, Any]]:
    """With what tastes add to the score, on average over the ratings of each."""
    taste = average_terms(require_bilinear(run.scorer), ratings, rows, users=users).taste
    return [
        _row(ratings, found, row, users=users) | {"taste": float(term)} for row, term in zip(rows, taste, strict=True)
    ]


def _row(ratings: Ratings, found: Biases, row: int, *, users: bool) -> dict[str, Any]:
    expected, rest = float(found.expected[row]), float(found.residual[row])
    name = (
        {"user_id": ratings.users.ids[row]}
        if users
        else {"item_id": ratings.items.ids[row], "title": str(ratings.item_table["title"].iat[row])}
    )
    mean, count = (ratings.user_mean, ratings.user_count) if users else (ratings.item_mean, ratings.item_count)
    return name | {
        "bias": expected + rest,
        "expected": expected,
        "rest": rest,
        "mean_rating": float(mean[row]),
        "n_ratings": int(count[row]),
    }


def _text(document: dict[str, Any]) -> str:
    facts = pairs([(name, document[name]) for name in ("n", "r2", "shrinkage", "center")])

    def listed(end: str) -> str:
        """One end as a table."""
        columns = (*(("user_id",) if document["users"] else ("item_id", "title")), *_NUMBERS)
        return table(columns, [[row[column] for column in columns] for row in document[end]])

    return f"{facts}\n\nabove what averages lead to expect\n{listed('top')}\n\nbelow\n{listed('bottom')}"
