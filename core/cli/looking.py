"""The calls that look inside a run: components and neighbors."""

import argparse
import math
from typing import Any

import numpy as np

from core.analysis import neighbors as analysis
from core.analysis.ends import ends
from core.analysis.pca import Pca, pca
from core.cli.answer import Answer, table
from core.cli.data import ratings_of
from core.errors import LimitError
from core.ratings import Ratings
from core.store import RunStore


def components(called: argparse.Namespace) -> Answer:
    """Variance shares, and the items at both ends of one component."""
    _check_range("--top", called.top, 1)
    _check_range("--min-ratings", called.min_ratings, 0)
    _check_range("--fit-min-ratings", called.fit_min_ratings, 0)
    run = RunStore().load(called.run_id)
    ratings = ratings_of(run)
    takes_part = ratings.item_count >= called.fit_min_ratings
    found = _pca(run.weights.item_embedding[takes_part], called)
    _check_range("--component", called.component, 1, len(found.components))
    scores = found.project(run.weights.item_embedding)[:, called.component - 1]
    eligible = ratings.item_count >= called.min_ratings
    both = ends(scores, eligible, called.top)
    document = {
        "component": called.component,
        "centered": called.centered,
        "variance_ratio": found.variance_ratio.tolist(),
        "n_items": int(eligible.sum()),
        "fit_items": int(takes_part.sum()),
        "top": [_scored(ratings, row, scores) for row in both.top],
        "bottom": [_scored(ratings, row, scores) for row in both.bottom],
    }
    return Answer(document, _components_text(document, called))


def neighbors(called: argparse.Namespace) -> Answer:
    """The items closest to one."""
    _check_range("--top", called.top, 1)
    run = RunStore().load(called.run_id)
    ratings = ratings_of(run)
    row = ratings.items.index(called.item)
    near = analysis.neighbors(run.weights.item_embedding, row, metric=called.metric, top=called.top)
    document = [
        {"item_id": ratings.items.ids[index], "title": _title(ratings, index), "similarity": float(similarity)}
        for index, similarity in zip(near.index, near.similarity, strict=True)
    ]
    rows = [(entry["item_id"], entry["title"], entry["similarity"]) for entry in document]
    return Answer(document, f"closest to {_title(ratings, row)}\n\n{table(('item', 'title', called.metric), rows)}")


def _pca(embeddings: np.ndarray, called: argparse.Namespace) -> Pca:
    try:
        return pca(embeddings, centered=called.centered)
    except ValueError as error:
        raise LimitError(
            f"components of the {len(embeddings):,} items with at least {called.fit_min_ratings:,} ratings: {error}; "
            "lower --fit-min-ratings"
        ) from error


def _check_range(flag: str, value: int, least: int, most: int | None = None) -> None:
    if value < least or (most is not None and value > most):
        allowed = f"{least} to {most}" if most is not None else f"{least} or more"
        raise LimitError(f"{flag} is {value}; allowed is {allowed}")


def _title(ratings: Ratings, row: int) -> str:
    return str(ratings.item_table["title"].iat[row])


def _scored(ratings: Ratings, row: int, scores: np.ndarray) -> dict[str, Any]:
    mean = float(ratings.item_mean[row])
    return {
        "item_id": ratings.items.ids[row],
        "title": _title(ratings, row),
        "score": float(scores[row]),
        "mean_rating": None if math.isnan(mean) else mean,
        "n_ratings": int(ratings.item_count[row]),
        "genres": [str(genre) for genre in ratings.item_table["genres"].tolist()[row]],
    }


def _components_text(document: dict[str, Any], called: argparse.Namespace) -> str:
    share = document["variance_ratio"][called.component - 1]
    headings = ("item", "title", "score", "mean rating", "ratings", "genres")

    def listed(end: str) -> str:
        rows = [
            (
                item["item_id"],
                item["title"],
                item["score"],
                item["mean_rating"],
                item["n_ratings"],
                "|".join(item["genres"]),
            )
            for item in document[end]
        ]
        return table(headings, rows)

    return (
        f"component {called.component} carries {share:.1%} of the variance; "
        f"{document['n_items']:,} items have at least {called.min_ratings:,} ratings\n\n"
        f"highest\n{listed('top')}\n\nlowest\n{listed('bottom')}"
    )
