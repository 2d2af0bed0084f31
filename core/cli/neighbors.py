"""The call that shows what lies closest to an item, or to a person."""

import argparse
import sys

import numpy as np

from core.analysis.neighbors import of_one as analysis
from core.analysis.neighbors.agreement import agreement
from core.analysis.neighbors.of_one import METRICS
from core.cli.answer import Answer, table
from core.cli.common import check_range
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.splits import trained_rows
from core.model.run import Run
from core.model.scoring import require_vectors
from core.store.runs import RunStore


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `neighbors` can be told."""
    whose = call.add_mutually_exclusive_group(required=True)
    whose.add_argument("--item", metavar="ID", help="The item's own id in the data.")
    whose.add_argument("--user", metavar="ID", help="A user's own id in the data: the people who rate alike.")
    call.add_argument("--metric", choices=METRICS, default="cosine", help="How closeness is measured (default cosine).")
    call.add_argument("--top", type=int, default=10, metavar="N", help="How many (default 10).")
    call.add_argument(
        "--min-ratings",
        type=int,
        default=1,
        metavar="N",
        help="List only items, or users, with at least N ratings (default 1). Those without a rating in the training "
        "part are never listed: their numbers are the random ones they started from.",
    )


def neighbors(called: argparse.Namespace) -> Answer:
    """The rows closest to one, among those that training has moved."""
    check_range("--top", called.top, 1)
    check_range("--min-ratings", called.min_ratings, 0)
    run = RunStore().load(called.run_id)
    ratings = ratings_of(run.dataset)
    return _of_item(run, ratings, called) if called.user is None else _of_user(run, ratings, called)


def _of_item(run: Run, ratings: Ratings, called: argparse.Namespace) -> Answer:
    row = ratings.items.index(called.item)
    eligible = _eligible(run, ratings, row, called, name=_title(ratings, row))
    vectors = require_vectors(run.scorer).item_embedding
    near = analysis.neighbors(vectors, row, metric=called.metric, top=called.top, eligible=eligible)
    document = [
        {"item_id": ratings.items.ids[index], "title": _title(ratings, index), "similarity": float(similarity)}
        for index, similarity in zip(near.index, near.similarity, strict=True)
    ]
    rows = [(entry["item_id"], entry["title"], entry["similarity"]) for entry in document]
    return Answer(document, f"closest to {_title(ratings, row)}\n\n{table(('item', 'title', called.metric), rows)}")


def _of_user(run: Run, ratings: Ratings, called: argparse.Namespace) -> Answer:
    """With how many items both have rated, and how far apart on average; the model has no part in these two."""
    row = ratings.users.index(called.user)
    eligible = _eligible(run, ratings, row, called, name=f"user {called.user}")
    vectors = require_vectors(run.scorer).user_embedding
    near = analysis.neighbors(vectors, row, metric=called.metric, top=called.top, eligible=eligible)
    found = agreement(ratings, row, near.index)
    document = [
        {
            "user_id": ratings.users.ids[index],
            "similarity": float(similarity),
            "shared": int(shared),
            "difference": None if shared == 0 else float(apart),
        }
        for index, similarity, shared, apart in zip(
            near.index, near.similarity, found.shared, found.difference, strict=True
        )
    ]
    rows = [tuple(entry.values()) for entry in document]
    return Answer(
        document,
        f"closest to user {called.user}\n\n{table(('user', called.metric, 'items both rated', 'apart'), rows)}",
    )


def _eligible(run: Run, ratings: Ratings, row: int, called: argparse.Namespace, *, name: str) -> np.ndarray:
    """Rows that may be listed; says so on stderr where the row asked about is itself untrained."""
    users = called.user is not None
    trained = trained_rows(ratings, run.config.split, users=users)
    if not trained[row]:
        print(
            f"{name} has no rating in the training part: its numbers are the random ones it started from, and so are "
            "its neighbors",
            file=sys.stderr,
        )
    return trained & ((ratings.user_count if users else ratings.item_count) >= called.min_ratings)


def _title(ratings: Ratings, row: int) -> str:
    return str(ratings.item_table["title"].iat[row])
