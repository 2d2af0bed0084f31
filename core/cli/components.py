"""The calls about principal components: what lies along them, what they are named, how many the predictions need."""

import argparse
import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.access import COMMAND_LINE
from core.analysis.components.bases import How, components_of, names_covariance, why_untested
from core.analysis.components.chance import above_chance
from core.analysis.components.examined import Examined, examine, standings
from core.analysis.components.extremes import ends
from core.analysis.components.hints import Standing, hints, words
from core.analysis.components.pca import Pca
from core.analysis.components.proof import Proof, sample
from core.analysis.components.proof import cost as measure
from core.analysis.gauge import centered_on
from core.analysis.item_attributes import item_columns
from core.analysis.posterior import std_along, vector_variance
from core.cli.common import (
    Answer,
    add_listing,
    add_settings,
    attributes,
    check_range,
    entry,
    given,
    listing,
    load,
    pairs,
    table,
)
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.errors import AnalysisError, LimitError, UsageError
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.studies import component_names
from core.studies.component_names import EndNames, Name
from core.studies.proofs import stored_proof
from core.studies.stability import STABILITY, returning

MOST_HINTS = 20  # hints that the JSON holds, the strongest first


@dataclass(frozen=True, eq=False)
class Analysis:
    """One analysis of one run."""

    run: Run
    ratings: Ratings
    parts: Split
    how: How
    result: Pca

    @property
    def names(self) -> tuple[EndNames | None, ...]:
        """What people called each component."""
        names = component_names.get(self.run.run_id, by=COMMAND_LINE)
        return component_names.for_components(names, self.result, self.covariance)

    @cached_property
    def covariance(self) -> np.ndarray:
        """What tells whether two directions order the items alike."""
        return names_covariance(self.run, self.ratings, self.parts)

    @cached_property
    def examined(self) -> Examined | None:
        """The test of the components of what the run predicts."""
        return examine(self.run, self.ratings)

    @cached_property
    def proof(self) -> Proof | None:
        """On several splits where that was studied, else on the run's own; None where there is nothing to test."""
        return stored_proof(self.run.run_id) or (self.examined.proof if self.examined else None)

    def std(self, component: int) -> np.ndarray | None:
        """How well the scores along a component are known, (n_items,); None where the model does not know."""
        variance = vector_variance(self.run.scorer)
        if variance is None:
            return None
        return std_along(variance, self.result.components[[component]])[:, 0]

    @property
    def tested(self) -> dict[str, Any]:
        """What held-out ratings say of the components of what the run predicts, or why nothing.

        Of vectors from elsewhere there are none to ask; how many components stand above chance is told instead.
        """
        scorer, found = self.run.scorer, self.proof
        why = "" if found else why_untested(self.run, self.ratings, self.parts)
        if not scorer.trained_here:
            if self.how.basis == "predictions":  # what stands above chance are those of the item matrix
                return _untested(why) | {"above_chance": None}
            try:
                chance = asdict(above_chance(scorer.item_embedding))
            except AnalysisError as error:
                return _untested(str(error)) | {"above_chance": None}
            return _untested(why if scorer.guesses_ratings else scorer.why_no_guesses()) | {"above_chance": chance}
        if found is None:
            return _untested(why)
        columns = {"gain": found.gain, "se": found.se, "z": found.z, "score_z": found.score_z}
        rows = [
            {"component": number, **{name: float(values[number - 1]) for name, values in columns.items()}}
            for number in range(1, len(found.gain) + 1)
        ]
        counted = attributes(found, ("proven", "signal"))
        return counted | {"held_out": rows, "splits": found.n_splits, "untested": None}

    @property
    def stability(self) -> dict[str, Any] | None:
        """How nearly other starts end at each component, by the newest stored study; None where none says."""
        study = STABILITY.newest(self.run.run_id)
        if study is None:
            return None
        found = returning(self.run, self.ratings, self.parts, self.how, self.result, study)
        if found is None:
            return None
        return {"seeds": list(study.facts["seeds"]), "median_r": found.median_r.tolist(), "r": found.r.tolist()}


def _untested(why: str) -> dict[str, Any]:
    return {"proven": None, "signal": None, "held_out": [], "splits": None, "untested": why}


def analyze(arguments: argparse.Namespace) -> Analysis:
    """The analysis that `add_settings` lets a call ask for.

    Raises:
        UsageError: A choice of the item matrix was made for predictions.
        NotApplicableError: The model predicts by no sum.
        LimitError: Too few items have that many ratings.
    """
    centered, least = arguments.centered, arguments.fit_min_ratings
    if arguments.basis == "predictions" and (centered or least):
        raise UsageError("--centered and --fit-min-ratings are for --basis pca; predictions have neither choice")
    run, ratings = load(arguments.run_id)
    parts, how = split(ratings, run.config.split), How(arguments.basis, centered, least)
    try:
        result = components_of(run, ratings, parts, how)
    except AnalysisError as error:
        if how.basis == "predictions":
            raise
        if not len(ratings):
            raise LimitError(f"{error}; choose other vectors") from error
        raise LimitError(
            f"components of the {count(int(ratings.rated(least).sum()), 'item')} with at least "
            f"{count(least, 'rating')}: {error}; lower --fit-min-ratings"
        ) from error
    return Analysis(run, ratings, parts, how, result)


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `components` can be told."""
    call.add_argument("--component", type=int, default=1, metavar="K", help="Which one, counted from 1 (default 1).")
    add_listing(call)
    text = "Order the ends by the score itself, also of a model that knows how sure it is (default: by the sure end)."
    call.add_argument("--by-score", action="store_true", help=text)
    add_settings(call)


def show(arguments: argparse.Namespace) -> Answer:
    """Shares, tests and stability of all components, and the items and hints at both ends of one."""
    analysis = analyze(arguments)
    ratings, component = analysis.ratings, arguments.component
    check_range("--component", component, 1, len(analysis.result.components))
    scores = analysis.result.scores[:, component - 1]
    eligible = ratings.rated(arguments.min_ratings)
    std = analysis.std(component - 1)
    both = ends(scores, eligible, arguments.top, std=None if arguments.by_score else std)
    document = {
        "component": component,
        "basis": arguments.basis,
        "centered": arguments.centered,
        "variance_ratio": analysis.result.variance_ratio.tolist(),
        **analysis.tested,
        "stability": analysis.stability,
        "names": [attributes(names, ("low", "high")) if names else None for names in analysis.names],
        "n_items": int(eligible.sum()),
        "fit_items": int(ratings.rated(analysis.how.min_ratings).sum()),
        "hints": _hints(scores, eligible, ratings, standings(analysis.examined, scores[:, None])[0]),
        "top": [_scored(ratings, row, scores, std) for row in both.top],
        "bottom": [_scored(ratings, row, scores, std) for row in both.bottom],
    }
    carries = (
        f"component {component} of {_OF[arguments.basis]} carries "
        f"{document['variance_ratio'][component - 1]:.1%} of the variance; {count(document['n_items'], 'item')}"
        + (f" with at least {count(arguments.min_ratings, 'rating')}" if len(ratings) else "")
    )
    trust = "\n".join([carries, *_trust(document, analysis.proof)])
    return Answer(document, f"{trust}\n\n{_end(document, 'highest', 'top')}\n\n{_end(document, 'lowest', 'bottom')}")


def cost(arguments: argparse.Namespace) -> Answer:
    """Validation error with the first k components only, k from 0 to all."""
    analysis = analyze(arguments)
    run, ratings = analysis.run, analysis.ratings
    rows = sample(analysis.parts.validation)
    result = measure(
        centered_on(require_bilinear(run.scorer), ratings, analysis.parts),
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
    analysis, fresh = analyze(arguments), given(arguments, ("low", "high"))
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
            analysis.result.unit(place),
            place,
            arguments.centered,
            arguments.fit_min_ratings,
            basis=arguments.basis,
        )
        component_names.set_name(run_id, name, by=COMMAND_LINE, covariance=analysis.covariance)
        document = _named(arguments.component, analysis.names[place])
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
    if not len(ratings):
        return entry(ratings, row) | {"score": float(scores[row])}
    return entry(ratings, row) | {
        "score": float(scores[row]),
        **known,
        "mean_rating": None if math.isnan(mean) else mean,
        "n_ratings": int(ratings.item_count[row]),
        "genres": [str(genre) for genre in ratings.item_table["genres"].tolist()[row]],
    }


_OF = {"pca": "the item matrix", "predictions": "what the model predicts"}


def _trust(document: dict[str, Any], proof: Proof | None) -> list[str]:
    """How far to trust the component, as far as that is known."""
    place, stability = document["component"] - 1, document["stability"]
    lines = [f"not tested: {document['untested']}"] if proof is None else [_tested(proof)]
    if chance := document.get("above_chance"):
        above = (
            f"{count(chance['count'], 'component')}, counted from the first, around the mean of all, vary more than "
            f"those of {chance['rows']:,} rows of the same lengths in random directions; that proves nothing else"
        )
        lines = [above]
    if proof is not None and document["basis"] == "predictions" and place < len(proof.z):
        verdict = "earns its place" if place < proof.proven else "carries some signal"
        verdict = verdict if place < proof.signal else "is unproven"
        z = f"gain z = {proof.z[place]:.1f}, score z = {proof.score_z[place]:.1f}"
        lines.append(f"component {place + 1} {verdict} ({z}); it lowers the error by {proof.worth[place]:.4f}")
    if stability is not None:
        r, seeds = stability["median_r"][place], len(stability["seeds"])
        lines.append(
            f"trained again from {seeds} other seeds it comes back with r = {r:.2f} (median), which is no proof"
        )
    return lines


def _tested(proof: Proof) -> str:
    """What held-out ratings say of the components of what the model predicts."""
    splits = f" of {proof.n_splits} splits" if proof.n_splits > 1 else ""
    return (
        f"on {count(proof.n_ratings, 'held-out rating')}{splits} {proof.proven} of {count(len(proof.z), 'component')} "
        f"of what the model predicts earn their place and {proof.signal} carry some signal, counted from the first; "
        f"the error is {proof.rmse[0]:.4f} without them and {proof.rmse[-1]:.4f} with all"
    )


_RATED = {"mean_rating": "mean rating", "n_ratings": "ratings", "genres": "genres"}


def _end(document: dict[str, Any], heading: str, end: str) -> str:
    """The items at one end, under its name and what to expect there."""
    names = document["names"][document["component"] - 1]
    parts = [heading, names["high" if end == "top" else "low"] if names else "", document["hints"][end]]
    headings = {
        "item_id": "item",
        "title": "title",
        "score": "score",
        **({"std": "±"} if any("std" in one for one in document[end]) else {}),
        **(_RATED if all("n_ratings" in one for one in document[end]) else {}),
    }
    return f"{': '.join(text for text in parts if text)}\n{listing(document[end], headings)}"
