"""What maps and axes of one's own show, and how far to trust them, in sentences made from numbers (Markdown)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.analysis.maps.axes import AxisPair, ClosestComponent
from core.analysis.maps.faithfulness import Faithfulness
from core.data.nouns import with_article
from dashboard.charts.maps import Landmarks
from dashboard.charts.points import Coloring
from dashboard.embeddings.words import signed
from dashboard.maps.drawn import DrawnMap, Sureness
from dashboard.principal_components.label import Label
from dashboard.principal_components.words import rises_and_falls
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count, plural


def trust(result: Faithfulness, noun: str) -> str:
    """The one number of a map, what chance would give, and where the picture lies most."""
    per_item = result.mean * result.k
    there = result.kept[~np.isnan(result.kept)]
    lost, sampled = float(np.mean(there == 0)), result.sampled
    text = (
        f"{f'Around {sampled:,} {plural(noun)} drawn by chance: ' if sampled else ''}"
        f"**{per_item:.1f} of {result.k} true neighbors** of {with_article(noun)} are still among the {result.k} "
        "nearest here; at "
        f"random places it would be {_small(result.chance * result.k)}."
    )
    if lost >= 0.005:
        text += f" For {lost:.0%} of the {plural(noun)} not one is: about them the picture lies."
    around = "" if result.measured_on == len(there) else f", measured around {result.measured_on:,} of them"
    return f"{text} Trustworthiness {result.trustworthiness:.2f} of 1{around}."


def in_short(result: Faithfulness | None, laid_out: int | None = None) -> str:
    """The one number of a map, and of how many rows it is a layout, for the line under its title; may be empty."""
    kept = "" if result is None else f"{result.mean * result.k:.1f} of {result.k} true neighbors kept"
    return " · ".join(filter(None, [kept, f"{laid_out:,} laid out, the rest placed among them" if laid_out else ""]))


def sure(rows: Rows, known: Sureness, *, method: str, flat: bool, faint: bool, outlined: int) -> str:
    """How well the places are known, what faint points and outlines say of it, and what they cannot say."""
    bent = known.covariance is None
    low, high = known.ends
    what = "vectors" if bent else "places"
    text = (
        f"How sure the model is: the {what} of most {rows.nouns} here are known to between ±{low:.2f} and ±{high:.2f}"
    )
    text += f" (root mean squares), and lie {known.spread:.2f} from their middle."
    if faint and known.telling:
        text += " The fainter a point, the less sure."
    if faint and not known.telling:
        text += " All are known equally well, so no point is fainter than others."
    if not flat:
        text += " In 3D all points are equally solid: points in space cannot be faint one by one."
    if bent:
        name = "t-SNE" if method == "tsne" else "UMAP"
        text += f" {name} bends space differently at every place, so no outline of what is uncertain is right; see PCA."
    elif outlined:
        text += " Inside the outline around what you looked for it lies two times in three."
    elif flat:
        text += f" Find {with_article(rows.noun)}, and an outline shows where it lies two times in three."
    return text


def landmarks(rows: Rows, shown: Landmarks) -> str:
    """What the names on a map are."""
    if not len(shown.names):
        return f"None of the column “{escape(shown.label)}” is clearly told from the others by this model."
    return (
        f"A diamond is where {with_article(rows.noun)} would lie with that alone in the column "
        f"“{escape(shown.label)}”, otherwise the average of the {rows.nouns} on this map: their mean vector, with what "
        "the column gives them on average exchanged for the vector learned for the name. Those that the model cannot "
        "tell from nothing are left out; names that would cover others show over their diamonds."
    )


def around_one(drawn: DrawnMap, row: int, title: str, k: int) -> str:
    """How many of one item's true neighbors are near it on the map; `title` made harmless."""
    at = int(np.searchsorted(drawn.rows, row))
    if drawn.trust is None or at >= len(drawn.rows) or drawn.rows[at] != row:
        return f"The lines lead from **{title}** to its {k} nearest in the model."
    kept = round(float(drawn.trust.kept[at]) * drawn.trust.k)
    verb = "is" if kept == 1 else "are"
    return f"The lines lead from **{title}** to its {k} nearest in the model: **{kept}** of them {verb} near it here."


def spread(drawn: DrawnMap, color: Coloring) -> str:
    """How the color goes together with the axes of a shadow; empty for other maps, whose axes mean nothing."""
    values = color.values[drawn.rows]
    if drawn.settings.method != "pca" or np.isnan(values).all():
        return ""
    axes = {f"component {axis + 1}": drawn.points[:, axis] for axis in range(drawn.points.shape[1])}
    return rises_and_falls(color, values, axes, "directions")


def earlier(given: Mapping[str, Any], *, rated: bool = True) -> str:
    """A stored map by its settings; `rated` where the items have ratings of which they need some."""
    if given["method"] == "tsne":
        how = f"t-SNE, perplexity {given['perplexity']:g}, {given['iterations']:,} steps"
    else:
        how = f"UMAP, {given['neighbors']} neighbors, packing {given['min_dist']:g}"
    near = "" if given["metric"] == "cosine" else f", {given['metric']}"
    least = f", at least {count(max(1, given['min_ratings']), 'rating')}" if rated else ""
    return f"{how}{near}, seed {given['seed']}{least}"


def _small(number: float) -> str:
    return f"{number:.1f}" if number >= 0.95 else f"{number:.1g}"


ALIKE, APART = 0.75, 0.25
"""Adjusted Rand index and silhouette from which groups are more than cuts through one cloud; of the silhouette, 0.25
and less is "no substantial structure" in Kaufman and Rousseeuw (1990), Finding Groups in Data."""


def repeated(facts: Mapping[str, Any], other: Mapping[str, Any] | None, nouns: str, *, twin: bool) -> str:
    """How far groups would come again and how far they lie apart, and what that makes of them.

    `facts` are of the study on the screen, `other` of the same study of its twin, or of the twin's model. Empty
    where an earlier version made it.
    """
    repeat, apart = facts.get("repeat"), facts.get("silhouette")
    if apart is None:
        return ""
    text = "**Would these groups come again?** "
    if repeat is None:
        text += "HDBSCAN draws nothing by chance, so on the same vectors they would. "
    else:
        text += (
            f"Groupings from other starts agree with each other to **{signed(repeat)}** (adjusted Rand index: 1 is the "
            "same groups, 0 is chance). "
        )
    text += (
        f"How much closer {nouns} lie to their own group than to the next is **{signed(apart)}** (silhouette: 1 is far "
        "apart, 0 is no gap)."
    )
    if other is not None and other.get("silhouette") is not None:
        numbers = [value for value in (other.get("repeat"), other["silhouette"]) if value is not None]
        whose = "The model itself has" if twin else "The same model trained without taste has"
        text += f" {whose} {' and '.join(signed(value) for value in numbers)}."
        if not twin and other["silhouette"] >= apart:
            return f"{text} Groups as clear as these come without any taste, so they are no finding about it."
    if apart <= APART or (repeat is not None and repeat < ALIKE):
        return (
            f"{text} So these are cuts through one cloud: good for a walk through it, but not kinds of {nouns} with "
            "borders of their own."
        )
    return f"{text} So these groups are there in the vectors, with gaps between them."


def found_on(n: int, nouns: str, dense: bool) -> str:
    """Among how many of very many rows groups were found, and where the others went; `dense` where by HDBSCAN."""
    where = "in the group of most of its 10 nearest among these" if dense else "in the group of the nearest middle"
    return f"The groups were found among {n:,} {nouns} drawn by chance; each of the others is {where}."


LEANS, SAME = 0.3, 0.8
"""|cosine| from which an axis leans on a component, and from which it is nearly that component."""


def closest(component: ClosestComponent, label: Label, measure: str = "cosine") -> str:
    """Which component runs most nearly the same way; `label` has its names, `measure` says how that was told."""
    named = f" ({escape(label.ends)})" if label.named else ""
    size = abs(component.likeness)
    if size < LEANS:
        return (
            f"No component runs this way: the closest is component {label.number}{named}, with a {measure} of only "
            f"{signed(component.likeness)}. This axis cuts across what the components say."
        )
    turned = "" if component.likeness > 0 else ", the other way round"
    how = "nearly" if size >= SAME else "in part"
    return (
        f"This is {how} **component {label.number}**{named}{turned}: their {measure} is {signed(component.likeness)} "
        "(1 is the same, 0 is across)."
    )


def angle(pair: AxisPair) -> str:
    """Whether two axes say different things."""
    across = min(pair.angle, 180 - pair.angle)
    if across < 20:
        verdict = "they are nearly one axis, so the map is a line drawn twice"
    elif across < 60:
        verdict = "they say much of the same"
    else:
        verdict = "they say different things"
    return f"The two axes meet at **{pair.angle:.0f}°**: {verdict}."
