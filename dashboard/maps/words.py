"""What a map shows and how far to trust it, in sentences made from its numbers (Markdown)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.analysis.ranks import rank_correlation
from dashboard.charts.points import Coloring
from dashboard.embeddings.words import signed
from dashboard.maps.drawn import DrawnMap, Trust
from dashboard.shared.phrases import count, plural

CLEAR = 0.2
"""Rank correlations below this are not worth a sentence."""


def trust(result: Trust, noun: str) -> str:
    """The one number of a map, what chance would give, and where the picture lies most."""
    per_item = result.mean * result.k
    lost = float(np.mean(result.kept == 0))
    text = (
        f"**{per_item:.1f} of {result.k} true neighbors** of a {noun} are still among the {result.k} nearest here; at "
        f"random places it would be {_small(result.chance * result.k)}."
    )
    if lost >= 0.005:
        text += f" For {lost:.0%} of the {plural(noun)} not one is: about them the picture lies."
    around = "" if result.measured_on == len(result.kept) else f", measured around {result.measured_on:,} of them"
    return f"{text} Trustworthiness {result.trustworthiness:.2f} of 1{around}."


def in_short(result: Trust | None) -> str:
    """The one number of a map, for the line under its title; empty where it has not been measured."""
    return "" if result is None else f"{result.mean * result.k:.1f} of {result.k} true neighbors kept"


def around_one(drawn: DrawnMap, row: int, title: str, k: int) -> str:
    """How many of one item's true neighbors are near it on the map; `title` made harmless."""
    at = int(np.searchsorted(drawn.rows, row))
    if drawn.trust is None or at >= len(drawn.rows) or drawn.rows[at] != row:
        return f"The lines lead from **{title}** to its {k} nearest in the model."
    kept = round(float(drawn.trust.kept[at]) * drawn.trust.k)
    verb = "is" if kept == 1 else "are"
    return f"The lines lead from **{title}** to its {k} nearest in the model: **{kept}** of them {verb} near it here."


def spread(drawn: DrawnMap, color: Coloring, noun: str) -> str:
    """For a shadow: how the color goes together with its axes. For the others: whether neighbors share it."""
    values = color.values[drawn.rows]
    if np.isnan(values).all():
        return ""
    if drawn.settings.method != "pca":
        return ""
    name = color.label[0].lower() + color.label[1:]
    links = [(rank_correlation(values, drawn.points[:, axis]), axis) for axis in range(drawn.points.shape[1])]
    clear = sorted((link for link in links if abs(link[0]) >= CLEAR), key=lambda link: -abs(link[0]))
    if not clear:
        return f"The {name} has little to do with these directions (rank correlations below {CLEAR})."
    told = " and ".join(
        f"{'rises' if r > 0 else 'falls'} along component {axis + 1} (rank correlation {signed(r)})"
        for r, axis in clear
    )
    return f"The {name} {told}."


def earlier(given: Mapping[str, Any]) -> str:
    """A stored map by its settings."""
    if given["method"] == "tsne":
        how = f"t-SNE, perplexity {given['perplexity']:g}, {given['iterations']:,} steps"
    else:
        how = f"UMAP, {given['neighbors']} neighbors, packing {given['min_dist']:g}"
    near = "" if given["metric"] == "cosine" else f", {given['metric']}"
    return f"{how}{near}, seed {given['seed']}, at least {count(max(1, given['min_ratings']), 'rating')}"


def _small(number: float) -> str:
    return f"{number:.1f}" if number >= 0.95 else f"{number:.1g}"
