"""The call that lists learned biases beside plain averages."""

import argparse

import numpy as np

from core.analysis.biases.bias import biases
from core.analysis.biases.score_contributions import average_terms
from core.analysis.components.extremes import ends
from core.cli.answer import Answer, attributes, listing, pairs
from core.cli.common import add_listing, entry, load
from core.data.splits import trained_rows
from core.model.scoring import require_biases, require_bilinear


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `biases` can be told."""
    call.add_argument("--users", action="store_true", help="The users' biases (default: the items').")
    add_listing(call, rows="rows", top="Rows at each end")


def show(arguments: argparse.Namespace) -> Answer:
    """How far averages explain the biases, who departs furthest from that, and what tastes add to their scores."""
    run, ratings = load(arguments.run_id)
    scorer, users = require_biases(run.scorer), arguments.users
    bias, count, mean = (
        (scorer.user_bias, ratings.user_count, ratings.user_mean)
        if users
        else (scorer.item_bias, ratings.item_count, ratings.item_mean)
    )
    fitted = biases(bias, count, mean, scorer.scale)
    listed = trained_rows(ratings, run.config.split, users=users) & (count >= arguments.min_ratings)
    both = ends(np.nan_to_num(fitted.residual), listed, arguments.top)
    top, bottom = (
        [
            entry(ratings, row, users=users)
            | {
                "bias": float(fitted.expected[row]) + float(fitted.residual[row]),
                "expected": float(fitted.expected[row]),
                "rest": float(fitted.residual[row]),
                "mean_rating": float(mean[row]),
                "n_ratings": int(count[row]),
                "taste": float(taste),
            }
            for row, taste in zip(
                rows, average_terms(require_bilinear(scorer), ratings, rows, users=users).taste, strict=True
            )
        ]
        for rows in (both.top, both.bottom)
    )
    facts = attributes(fitted, ("r2", "shrinkage", "slope", "level", "center"))
    document = {"users": users, "n": int(listed.sum()), **facts, "top": top, "bottom": bottom}
    names = ("user_id",) if users else ("item_id", "title")
    headings = {name: name for name in (*names, "rest", "taste", "bias", "expected", "mean_rating", "n_ratings")}
    parts = [
        pairs((name, document[name]) for name in ("n", "r2", "shrinkage", "center")),
        f"above what averages lead to expect\n{listing(top, headings)}",
        f"below\n{listing(bottom, headings)}",
    ]
    return Answer(document, "\n\n".join(parts))
