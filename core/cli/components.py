"""The calls about principal components: what lies along them, what they are named, how many the predictions need."""

import argparse
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.access import COMMAND_LINE
from core.analysis.components.examined import examine, standings
from core.analysis.components.extremes import ends
from core.analysis.components.hints import Standing, hints, words
from core.analysis.components.noise import noise_band
from core.analysis.components.pca import Pca, pca
from core.analysis.components.stability import across_seeds
from core.analysis.components.truncation import cost as measure
from core.analysis.components.truncation import sample
from core.analysis.item_attributes import item_columns
from core.analysis.posterior import std_along, vector_variance
from core.cli.answer import Answer, attributes, listing, pairs, table
from core.cli.common import add_listing, add_settings, check_range, entry, given, load
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import split, trained_rows
from core.errors import AnalysisError, LimitError, UsageError
from core.model.run import Run
from core.model.scoring import require_bilinear, require_vectors
from core.studies import component_names
from core.studies.component_names import EndNames, Name
from core.studies.stability import STABILITY

MOST_HINTS = 20
"""Hints that the JSON holds, the strongest first."""


@dataclass(frozen=True, eq=False)
class _Analysis:
    """One analysis of one run.

    Attributes:
        run, ratings: The run and its data.
        shaping: Items that took part, boolean, (n_items,).
        result: Its components.
    """

    run: Run
    ratings: Ratings
    shaping: np.ndarray
    result: Pca

    @cached_property
    def names(self) -> tuple[EndNames | None, ...]:
        """What people called each component."""
        return component_names.for_components(component_names.get(self.run.run_id, by=COMMAND_LINE), self.result)

    def std(self, component: int) -> np.ndarray | None:
        """How well the scores along a component are known, (n_items,); None where the model does not know."""
        variance = vector_variance(self.run.scorer)
        if variance is None:
            return None
        return std_along(variance, self.result.components[[component]])[:, 0]

    @property
    def noise(self) -> dict[str, Any] | None:
        """The noise band; None where shuffling the dimensions says nothing: of one, or of independent ones."""
        if self.run.config.dimensions == 1 or self.run.scorer.has_uncertainty:
            return None
        noise = noise_band(self.run.scorer.item_embedding[self.shaping], centered=self.result.centered)
        return {"count": noise.count, "band": noise.band.tolist(), "above": noise.above.tolist()}

    @property
    def stability(self) -> dict[str, Any] | None:
        """How well each component comes back, by the newest stored study; None where there is none."""
        settings = STABILITY.latest(self.run.run_id)
        study = None if settings is None else STABILITY.load(self.run.run_id, settings)
        if study is None:
            return None
        stability = across_seeds(
            self.run.scorer.item_embedding,
            list(study.arrays["embeddings"]),
            centered=self.result.centered,
            shaping=self.shaping,
            measured=trained_rows(self.ratings, self.run.config.split),
        )
        return {"seeds": list(study.facts["seeds"]), "median_r": stability.median_r.tolist(), "r": stability.r.tolist()}


def _analyze(arguments: argparse.Namespace) -> _Analysis:
    """The analysis that `add_settings` lets a call ask for; LimitError where too few items have that many ratings."""
    run, ratings = load(arguments.run_id)
    shaping = ratings.item_count >= arguments.fit_min_ratings
    try:
        result = pca(require_vectors(run.scorer).item_embedding[shaping], centered=arguments.centered)
    except AnalysisError as error:
        raise LimitError(
            f"components of the {count(int(shaping.sum()), 'item')} with at least "
            f"{count(arguments.fit_min_ratings, 'rating')}: "
            f"{error}; lower --fit-min-ratings"
        ) from error
    return _Analysis(run, ratings, shaping, result)


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `components` can be told."""
    call.add_argument("--component", type=int, default=1, metavar="K", help="Which one, counted from 1 (default 1).")
    add_listing(call)
    text = "Order the ends by the score itself, also of a model that knows how sure it is (default: by the sure end)."
    call.add_argument("--by-score", action="store_true", help=text)
    add_settings(call)


def show(arguments: argparse.Namespace) -> Answer:
    """Shares, noise band and stability of all components, and the items and hints at both ends of one."""
    analysis = _analyze(arguments)
    ratings, component = analysis.ratings, arguments.component
    check_range("--component", component, 1, len(analysis.result.components))
    scores = analysis.result.project(analysis.run.scorer.item_embedding)[:, component - 1]
    eligible = ratings.item_count >= arguments.min_ratings
    std = analysis.std(component - 1)
    both = ends(scores, eligible, arguments.top, std=None if arguments.by_score else std)
    document = {
        "component": component,
        "centered": arguments.centered,
        "variance_ratio": analysis.result.variance_ratio.tolist(),
        "noise": analysis.noise,
        "stability": analysis.stability,
        "names": [attributes(names, ("low", "high")) if names else None for names in analysis.names],
        "n_items": int(eligible.sum()),
        "fit_items": int(analysis.shaping.sum()),
        "hints": _hints(scores, eligible, ratings, standings(examine(analysis.run, ratings), scores[:, None])[0]),
        "top": [_scored(ratings, row, scores, std) for row in both.top],
        "bottom": [_scored(ratings, row, scores, std) for row in both.bottom],
    }
    carries = (
        f"component {component} carries {document['variance_ratio'][component - 1]:.1%} of the variance; "
        f"{count(document['n_items'], 'item')} with at least {count(arguments.min_ratings, 'rating')}"
    )
    trust = "\n".join([carries, *_trust(document)])
    return Answer(document, f"{trust}\n\n{_end(document, 'highest', 'top')}\n\n{_end(document, 'lowest', 'bottom')}")


def cost(arguments: argparse.Namespace) -> Answer:
    """Validation error with the first k components only, k from 0 to all."""
    analysis = _analyze(arguments)
    run, ratings = analysis.run, analysis.ratings
    rows = sample(split(ratings, run.config.split).validation)
    result = measure(
        require_bilinear(run.scorer),
        analysis.result,
        ratings.user_index[rows],
        ratings.item_index[rows],
        ratings.rating[rows],
    )
    document = {
        "rmse": result.rmse.tolist(),
        "n_ratings": result.n_ratings,
        "enough": result.enough(),
        "val_rmse": run.outcome.val_rmse,
    }
    summary = (
        f"the first {result.enough()} of {len(result.rmse) - 1} components are as good as all, to within 0.001; "
        f"measured on {result.n_ratings:,} validation ratings"
    )
    return Answer(document, f"{summary}\n\n{table(('components', 'RMSE'), list(enumerate(document['rmse'])))}")


def add_name_flags(call: argparse.ArgumentParser) -> None:
    """What `name` can be told."""
    call.add_argument("--component", type=int, metavar="K", help="Which one, counted from 1; without it all are shown.")
    for end in ("low", "high"):
        call.add_argument(f"--{end}", metavar="TEXT", help=f"Name of the {end} end; an empty one takes it away.")
    add_settings(call)


def name(arguments: argparse.Namespace) -> Answer:
    """Name the ends of a component, or show the names there are."""
    analysis, fresh = _analyze(arguments), given(arguments, ("low", "high"))
    if arguments.component is None:
        if fresh:
            raise UsageError("which component is meant? add --component K")
        entries = [_named(number, names) for number, names in enumerate(analysis.names, 1) if names]
        headings = {"component": "component", "low": "low", "high": "high"}
        return Answer(entries, listing(entries, headings, empty="no component of this run has a name"))
    check_range("--component", arguments.component, 1, len(analysis.names))
    place = arguments.component - 1
    document = _named(arguments.component, analysis.names[place])
    if fresh:
        run_id, ends_named = analysis.run.run_id, document | fresh
        name = Name(
            ends_named["low"],
            ends_named["high"],
            analysis.result.components[place],
            place,
            arguments.centered,
            arguments.fit_min_ratings,
        )
        component_names.set_name(run_id, name, by=COMMAND_LINE)
        names = component_names.for_components(component_names.get(run_id, by=COMMAND_LINE), analysis.result)[place]
        document = _named(arguments.component, names)
    return Answer(document, pairs(document.items()))


def _named(component: int, names: EndNames | None) -> dict[str, Any]:
    return {"component": component, "low": names.low if names else "", "high": names.high if names else ""}


def _hints(scores: np.ndarray, eligible: np.ndarray, ratings: Ratings, standing: Standing) -> dict[str, Any]:
    rows = np.flatnonzero(eligible)
    strongest = hints(scores[rows], item_columns(ratings).take(rows))
    numbers = [attributes(hint, ("name", "effect", "z", "q", "n")) for hint in strongest[:MOST_HINTS]]
    return attributes(words(strongest, standing), ("top", "bottom")) | {"numbers": numbers}


def _scored(ratings: Ratings, row: int, scores: np.ndarray, std: np.ndarray | None) -> dict[str, Any]:
    mean = float(ratings.item_mean[row])
    known = {} if std is None else {"std": float(std[row])}
    return entry(ratings, row) | {
        "score": float(scores[row]),
        **known,
        "mean_rating": None if math.isnan(mean) else mean,
        "n_ratings": int(ratings.item_count[row]),
        "genres": [str(genre) for genre in ratings.item_table["genres"].tolist()[row]],
    }


def _trust(document: dict[str, Any]) -> list[str]:
    """How far to trust the component, as far as that is known."""
    place, noise, stability = document["component"] - 1, document["noise"], document["stability"]
    lines = []
    if noise is not None:
        what = "more than chance would give" if noise["above"][place] else "noise"
        band, n = noise["band"][place], len(noise["above"])
        lines.append(f"it is {what} (band {band:.1%}); {noise['count']} of {n} are more than chance would give")
    if stability is not None:
        r, seeds = stability["median_r"][place], len(stability["seeds"])
        lines.append(f"trained again from {seeds} other seeds it comes back with r = {r:.2f} (median)")
    return lines


def _end(document: dict[str, Any], heading: str, end: str) -> str:
    """The items at one end, under its name and what to expect there."""
    names = document["names"][document["component"] - 1]
    parts = [heading, names["high" if end == "top" else "low"] if names else "", document["hints"][end]]
    headings = {
        "item_id": "item",
        "title": "title",
        "score": "score",
        **({"std": "±"} if any("std" in one for one in document[end]) else {}),
        "mean_rating": "mean rating",
        "n_ratings": "ratings",
        "genres": "genres",
    }
    return f"{': '.join(text for text in parts if text)}\n{listing(document[end], headings)}"
