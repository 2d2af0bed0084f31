"""The calls about principal components: what lies along them, and how many the predictions need."""

import argparse
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.analysis.components.extremes import ends
from core.analysis.components.hint_words import words
from core.analysis.components.hints import hints
from core.analysis.components.truncation import cost as measure
from core.analysis.components.truncation import sample
from core.analysis.item_attributes import item_columns
from core.cli.answer import Answer, table
from core.cli.common import add_settings, analyze_components, check_range
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.scoring import require_bilinear
from core.studies.component_names import EndNames

MOST_HINTS = 20
"""Hints that the JSON holds, the strongest first."""


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `components` can be told."""
    call.add_argument("--component", type=int, default=1, metavar="K", help="Which one, counted from 1 (default 1).")
    call.add_argument("--top", type=int, default=10, metavar="N", help="Items at each end (default 10).")
    call.add_argument(
        "--min-ratings", type=int, default=21, metavar="N", help="List only items with at least N ratings (default 21)."
    )
    add_settings(call)


def components(arguments: argparse.Namespace) -> Answer:
    """Shares, noise band and stability of all components, and the items and hints at both ends of one."""
    check_range("--top", arguments.top, 1)
    check_range("--min-ratings", arguments.min_ratings, 0)
    analysis = analyze_components(arguments)
    check_range("--component", arguments.component, 1, len(analysis.result.components))
    scores = analysis.result.project(analysis.run.scorer.item_embedding)[:, arguments.component - 1]
    eligible = analysis.ratings.item_count >= arguments.min_ratings
    both = ends(scores, eligible, arguments.top)
    document = {
        "component": arguments.component,
        "centered": arguments.centered,
        "variance_ratio": analysis.result.variance_ratio.tolist(),
        "noise": analysis.noise,
        "stability": analysis.stability,
        "names": [_ends_of(found) for found in analysis.named],
        "n_items": int(eligible.sum()),
        "fit_items": int(analysis.shaping.sum()),
        "hints": _hints(scores, eligible, analysis.ratings),
        "top": [_scored(analysis.ratings, row, scores) for row in both.top],
        "bottom": [_scored(analysis.ratings, row, scores) for row in both.bottom],
    }
    return Answer(document, _components_text(document, arguments))


def cost(arguments: argparse.Namespace) -> Answer:
    """Validation error with the first k components only, k from 0 to all."""
    analysis = analyze_components(arguments)
    run, ratings = analysis.run, analysis.ratings
    rows = sample(split(ratings, run.config.split).validation)
    found = measure(
        require_bilinear(run.scorer),
        analysis.result,
        ratings.user_index[rows],
        ratings.item_index[rows],
        ratings.rating[rows],
    )
    document = {
        "rmse": found.rmse.tolist(),
        "n_ratings": found.n_ratings,
        "enough": found.enough(),
        "val_rmse": run.outcome.val_rmse,
    }
    said = (
        f"the first {found.enough()} of {len(found.rmse) - 1} components are as good as all, to within 0.001; "
        f"measured on {found.n_ratings:,} validation ratings"
    )
    return Answer(document, f"{said}\n\n{table(('components', 'RMSE'), list(enumerate(found.rmse.tolist())))}")


def _ends_of(found: EndNames | None) -> dict[str, str] | None:
    return {"low": found.low, "high": found.high} if found else None


def _hints(scores: np.ndarray, eligible: np.ndarray, ratings: Ratings) -> dict[str, Any]:
    rows = np.flatnonzero(eligible)
    found = hints(scores[rows], item_columns(ratings).take(rows))
    told = words(found)
    numbers = [{"name": hint.name, "effect": hint.effect, "q": hint.q, "n": hint.n} for hint in found[:MOST_HINTS]]
    return {"top": told.top, "bottom": told.bottom, "numbers": numbers}


def _scored(ratings: Ratings, row: int, scores: np.ndarray) -> dict[str, Any]:
    mean = float(ratings.item_mean[row])
    return {
        "item_id": ratings.items.ids[row],
        "title": str(ratings.item_table["title"].iat[row]),
        "score": float(scores[row]),
        "mean_rating": None if math.isnan(mean) else mean,
        "n_ratings": int(ratings.item_count[row]),
        "genres": [str(genre) for genre in ratings.item_table["genres"].tolist()[row]],
    }


def _components_text(document: dict[str, Any], arguments: argparse.Namespace) -> str:
    share = document["variance_ratio"][arguments.component - 1]
    carries = (
        f"component {arguments.component} carries {share:.1%} of the variance; "
        f"{document['n_items']:,} items have at least {arguments.min_ratings:,} ratings"
    )
    said = [carries, *_trust(document, arguments.component)]
    ends_shown = (("highest", "top", "high"), ("lowest", "bottom", "low"))
    return "\n".join(said) + "".join(f"\n\n{_end_text(document, *end)}" for end in ends_shown)


def _trust(document: dict[str, Any], component: int) -> list[str]:
    """How far to trust the component, as far as that is known."""
    noise, stability = document["noise"], document["stability"]
    said = []
    if noise is not None:
        what = "more than chance would give" if noise["above"][component - 1] else "noise"
        band = noise["band"][component - 1]
        said.append(
            f"it is {what} (band {band:.1%}); {noise['count']} of {len(noise['above'])} are more than chance would give"
        )
    if stability is not None:
        r, seeds = stability["median_r"][component - 1], len(stability["seeds"])
        said.append(f"trained again from {seeds} other seeds it comes back with r = {r:.2f} (median)")
    return said


def _end_text(document: dict[str, Any], heading: str, end: str, side: str) -> str:
    named = document["names"][document["component"] - 1]
    parts = [heading, named[side] if named else "", document["hints"][end]]
    headings = ("item", "title", "score", "mean rating", "ratings", "genres")
    rows: Sequence[Sequence[Any]] = [
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
    return f"{': '.join(text for text in parts if text)}\n{table(headings, rows)}"
