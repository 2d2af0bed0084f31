"""The call that shows what lies closest to an item, or to a person."""

import argparse
import sys

from core.analysis.neighbors.agreement import agreement
from core.analysis.neighbors.of_one import METRICS, neighbors
from core.cli.answer import Answer, listing
from core.cli.common import add_count, entry, load
from core.data.splits import trained_rows
from core.model.scoring import require_vectors


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `neighbors` can be told."""
    whose = call.add_mutually_exclusive_group(required=True)
    whose.add_argument("--item", metavar="ID", help="The item's own id in the data.")
    whose.add_argument("--user", metavar="ID", help="A user's own id in the data: the people who rate alike.")
    call.add_argument("--metric", choices=METRICS, default="cosine", help="How closeness is measured (default cosine).")
    add_count(call, "--top", 10, "How many (default 10).", minimum=1)
    about_trained = (
        "Those without a rating in the training part are never listed: their numbers are the random ones they started "
        "from."
    )
    add_count(
        call, "--min-ratings", 1, f"List only items, or users, with at least N ratings (default 1). {about_trained}"
    )


def show(arguments: argparse.Namespace) -> Answer:
    """The rows closest to one, among those that training has moved; says so on stderr where it has not moved that one.

    For a person also how many items both have rated, and how far apart on average; the model has no part in these two.
    """
    run, ratings = load(arguments.run_id)
    users = arguments.user is not None
    row = ratings.users.index(arguments.user) if users else ratings.items.index(arguments.item)
    name = f"user {arguments.user}" if users else entry(ratings, row)["title"]
    trained = trained_rows(ratings, run.config.split, users=users)
    if not trained[row]:
        print(
            f"{name} has no rating in the training part: its numbers are the random ones it started from, and so are "
            "its neighbors",
            file=sys.stderr,
        )
    scorer = require_vectors(run.scorer)
    near = neighbors(
        scorer.user_embedding if users else scorer.item_embedding,
        row,
        metric=arguments.metric,
        top=arguments.top,
        eligible=trained & ((ratings.user_count if users else ratings.item_count) >= arguments.min_ratings),
    )
    document = [
        entry(ratings, index, users=users) | {"similarity": float(similarity)}
        for index, similarity in zip(near.index, near.similarity, strict=True)
    ]
    headings = {"item_id": "item", "title": "title", "similarity": arguments.metric}
    if users:
        both = agreement(ratings, row, near.index)
        for one, shared, apart in zip(document, both.shared, both.difference, strict=True):
            one |= {"shared": int(shared), "difference": None if shared == 0 else float(apart)}
        headings = {
            "user_id": "user",
            "similarity": arguments.metric,
            "shared": "items both rated",
            "difference": "apart",
        }
    return Answer(document, f"closest to {name}\n\n{listing(document, headings)}")
