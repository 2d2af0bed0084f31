"""Figures of principal components: what each carries and is worth, how far to trust it, and where the items lie."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from core.analysis.components.proof import Cost, Proof
from core.analysis.components.stability import Stability
from core.data.nouns import count
from dashboard.charts import points
from dashboard.charts.base import (
    ACCENT,
    CHOSEN,
    MUTED,
    REFERENCE,
    above_level,
    add_line,
    bar_marker,
    figure,
    level,
    plain,
    sampled,
)
from dashboard.charts.points import Hover, add_points, ring
from dashboard.principal_components.label import Label

_ALONG = "%{text}: <b>%{x:.2f}</b>"
"""Over a point along one component."""


def strip(
    scores: np.ndarray,
    titles: Sequence[str],
    listed: np.ndarray,
    ends: Ends,
    *,
    hover: Hover,
    label: Label,
    noun: str,
    marked: Sequence[int] = (),
    std: np.ndarray | None = None,
) -> go.Figure:
    """All items along one component, the outermost of the listed ones named, and any others that are asked for.

    `scores` in embedding units, (n_items,). Those not `listed` are drawn paler, of many a sample. `std` draws how
    well the score of what is named is known, (n_items,), as bars.
    """
    named = np.concatenate([ends.top, ends.bottom, np.array(marked, int)])
    to_see = listed.copy()
    to_see[named] = True
    known = np.flatnonzero(to_see)
    keep = known if len(known) <= points.MOST_IN_SWARM else named
    drawn = points.sample(np.arange(len(scores)), keep=keep, most=points.MOST_IN_SWARM)
    every, of_all = "All " if len(drawn) == len(scores) else "", sampled(len(drawn), len(scores))
    result = figure(
        f"{every}{count(len(scores), noun)} along {label.short}{of_all}",
        x=axis_title(label),
        height=320,
        yaxis={"visible": False, "range": [-2.1, 3.2 if len(marked) else 2.1], "fixedrange": True},
        uirevision=f"strip {label.number}",
        showlegend=False,
    )
    height = points.swarm(scores[drawn])
    few = {"size": 3, "color": MUTED, "opacity": 0.5}
    many = {"size": 4, "color": ACCENT, "opacity": 0.65}
    for enough, name, marker in ((False, "few ratings", few), (True, "enough ratings", many)):
        mask = listed[drawn] == enough
        rows = drawn[mask]
        spots, texts = (scores[rows], height[mask]), hover.names[rows]
        add_points(result, spots, texts, name=name, marker=marker, template=_ALONG)
    if std is not None:
        _add_bars(result, scores, std, height[np.searchsorted(drawn, named)], named, hover)
    points.name_ends(result, scores, titles, ends, first=1.2, step=0.34)
    if len(marked):
        _mark(result, scores, height, drawn, list(marked), titles, hover)
    return result


def _add_bars(
    result: go.Figure, scores: np.ndarray, std: np.ndarray, height: np.ndarray, rows: np.ndarray, hover: Hover
) -> None:
    """Points of chosen items with a standard deviation to both sides."""
    bars = {"type": "data", "array": std[rows].astype(np.float32), "color": CHOSEN, "thickness": 1.5, "width": 3}
    texts = [f"{hover.names[row]} (±{std[row]:.2f})" for row in rows]
    marker: dict[str, object] = {"size": 6, "color": CHOSEN}
    spots = scores[rows], height
    points.add_points(result, spots, texts, name="known to", marker=marker, template=_ALONG, error_x=bars)


def axis_title(label: Label, *, unit: bool = True) -> str:
    """An axis of scores, from one named end to the other, made harmless."""
    text = plain(label.span, 120)
    if not label.low:
        text = f"{text[0].upper()}{text[1:]}"
    if not unit:
        return text
    return f"{text}{'<br>' if label.named else ' · '}{label.unit}"  # two names fill a line on a phone


def _mark(
    result: go.Figure,
    scores: np.ndarray,
    height: np.ndarray,
    drawn: np.ndarray,
    marked: list[int],
    titles: Sequence[str],
    hover: Hover,
) -> None:
    """Rings around chosen items, and lines to their titles, in three rows above everything else."""
    places = [
        (scores[row], 2.25 + 0.36 * (place % 3), titles[row], "center")
        for place, row in enumerate(sorted(marked, key=lambda row: scores[row]))
    ]
    points.name_in_swarm(result, places, color=CHOSEN)
    spots = scores[marked], height[np.searchsorted(drawn, marked)]
    add_points(result, spots, hover.names[marked], name="marked", marker=points.ring(12), template=_ALONG)


_TOTAL_AXIS = {
    "range": [0, 1.02],
    "tickformat": ".0%",
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
    "showgrid": False,
    "title": {"text": "Running total"},
    "overlaying": "y",
    "side": "right",
    "automargin": True,
}
"""The scale of the running total, at the right."""


def scree(
    variance_ratio: np.ndarray,
    cumulative: np.ndarray,
    *,
    chosen: int,
    labels: Sequence[Label],
    line: np.ndarray | None = None,
    line_name: str = "without taste",
) -> go.Figure:
    """Share of every component as bars, the running total as a line, both fractions, (n_components,).

    What is unproven is hatched. `line` holds what as many components carry where there is nothing to be found, as
    shares of the same total, NaN where that is not known.
    """
    result = figure(
        "What each carries",
        x="Component",
        y="Share of the total",
        height=320,
        # The marks beside the bars would be less than a percent apart.
        yaxis={"tickformat": ".0%" if variance_ratio.max() > 0.04 else ".1%", "rangemode": "tozero"},
        yaxis2=_TOTAL_AXIS,
        bargap=0.15,
        hovermode="x",  # so that the smallest bar can be hit from anywhere above it
        showlegend=False,
        uirevision="scree",
    )
    number = np.arange(1, len(variance_ratio) + 1, dtype=np.int32)
    result.add_bar(
        x=number,
        y=variance_ratio.astype(np.float32),
        marker=bar_marker(chosen, ["/" if label.unproven else "" for label in labels]),
        text=[_over(label) for label in labels],
        textposition="none",
        name="each",
        hovertemplate="%{text}: <b>%{y:.1%}</b> of the total<extra></extra>",
    )
    look, over = {"color": "#b7791f", "width": 2}, "Components 1 to %{x} together: <b>%{y:.0%}</b>"
    add_line(result, number, cumulative, "running total", over, line=look, yaxis="y2")
    if line is not None:
        look = {"color": REFERENCE, "width": 2, "dash": "dot"}
        add_line(result, number, line, line_name, f"{line_name} <b>%{{y:.1%}}</b>", line=look)
    return result


def _over(label: Label) -> str:
    """What stands over a bar, made harmless."""
    short = f"{label.short[0].upper()}{label.short[1:]}"
    return f"<b>{plain(label.ends, 90)}</b><br>{short}" if label.named else short


BARS = 2
"""Standard errors that a bar's line reaches to both sides: beyond them from zero, a component earns its place."""


def proof(found: Proof, *, chosen: int | None, labels: Sequence[Label], unit: str) -> go.Figure:
    """By how much each component lowers the error, as bars; the first ones, and all when zoomed out."""
    n = len(found.worth)
    shown = min(n, max(16, 2 * found.signal, 0 if chosen is None else chosen + 1))
    first = f" (the first {shown} of {n})" if shown < n else ""
    across, up = f"Component{first}", f"Lowers the error by ({unit})"
    result = figure("Worth on unseen ratings", x=across, y=up, height=320)
    number = np.arange(1, n + 1, dtype=np.int32)
    both = found.rmse[:-1] + found.rmse[1:]  # a difference of squares, by this, is one of their roots
    se = np.divide(found.se, both, out=np.zeros(n), where=both > 0)
    shapes = ["" if place < found.proven else "." if place < found.signal else "/" for place in range(n)]
    standing = ["earns its place" if not shape else "some signal" if shape == "." else "unproven" for shape in shapes]
    result.add_bar(
        x=number,
        y=found.worth.astype(np.float32),
        marker=bar_marker(chosen, shapes),
        error_y={"type": "data", "array": (BARS * se).astype(np.float32), "thickness": 1, "width": 0}
        | {"color": REFERENCE},
        text=[
            f"{_name(label)}Component {label.number}: <b>{worth:.4f}</b> ± {BARS * error:.4f}, {words}"
            for label, worth, error, words in zip(labels, found.worth, se, standing, strict=True)
        ],
        textposition="none",
        name="worth",
        hovertemplate="%{text}<extra></extra>",
    )
    result.update_xaxes(range=[0.4, shown + 0.6])
    result.update_yaxes(exponentformat="none")
    result.update_layout(bargap=0.15, hovermode="x", showlegend=False, uirevision="proof")
    _say_shapes(result, shapes)
    return result


def _name(label: Label) -> str:
    """A line with what a component is called, made harmless; empty where nobody has named it."""
    return f"<b>{plain(label.ends, 90)}</b><br>" if label.named else ""


def _say_shapes(result: go.Figure, shapes: Sequence[str]) -> None:
    """What dots and hatching mean, on the picture."""
    meaning = {".": "dots: some signal", "/": "hatched: unproven"}
    if said := " · ".join(words for shape, words in meaning.items() if shape in shapes):
        place = {"x": 1, "xref": "paper", "xanchor": "right", "y": 1, "yref": "paper", "yanchor": "bottom"}
        result.add_annotation(**place, text=said, showarrow=False, font_size=12)


def stability(study: Stability, *, chosen: int, labels: Sequence[Label]) -> go.Figure:
    """How well every component comes back: its median |r| as a bar, what single trainings gave as a line over it."""
    result = figure(
        "How well each component comes back",
        x="Component",
        y="Matched |r| with other seeds",
        height=320,
        yaxis={"range": [0, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        bargap=0.15,
        hovermode="x",
        showlegend=False,
        uirevision="stability",
    )
    number = np.arange(1, len(study.median_r) + 1, dtype=np.int32)
    low, high = study.r.min(axis=0), study.r.max(axis=0)
    result.add_bar(
        x=number,
        y=study.median_r.astype(np.float32),
        marker=bar_marker(chosen, ["/" if label.unproven else "" for label in labels]),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (high - study.median_r).astype(np.float32),
            "arrayminus": (study.median_r - low).astype(np.float32),
            "thickness": 1,
            "width": 0,
            "color": REFERENCE,
        },
        text=[_over_match(*one) for one in zip(labels, study.median_r, low, high, strict=True)],
        textposition="none",
        name="median",
        hovertemplate="%{text}<extra></extra>",
    )
    return result


def _over_match(label: Label, r: float, low: float, high: float) -> str:
    """What stands over a bar, made harmless."""
    name = f"<br>{plain(label.ends, 90)}" if label.named else ""
    return f"Component {label.number}: <b>r = {r:.2f}</b> ({low:.2f} to {high:.2f}){name}"


def cost(errors: Cost, *, chosen: int, all_words: str, none_words: str, unit: str) -> go.Figure:
    """Validation error by number of components kept; two lines say the level of all components and of none."""
    n, none, everything = len(errors.rmse) - 1, float(errors.rmse[0]), float(errors.rmse[-1])
    low, high = float(errors.rmse.min()), float(errors.rmse.max())
    room = 0.14 * (high - low) or 0.01
    result = figure(
        "What the predictions need",
        x="Components kept",
        y=f"Validation RMSE ({unit})",
        height=320,
        yaxis={"range": [low - room, high + room]},
        shapes=[level(y, color=REFERENCE, dash="dot", width=1) for y in (everything, none)],
        annotations=[
            above_level(everything, f"{all_words}: {everything:.3f}", below=True, size=12),
            above_level(none, f"{none_words}: {none:.3f}", size=12),
        ],
        showlegend=False,
        uirevision="cost",
    )
    result.add_scatter(
        x=np.arange(n + 1, dtype=np.int32),
        y=errors.rmse.astype(np.float32),
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"size": 5},
        name="error",
        hovertemplate="The first %{x}: <b>%{y:.4f}</b><extra></extra>",
    )
    result.add_scatter(
        x=[chosen + 1],
        y=[float(errors.rmse[chosen + 1])],
        mode="markers",
        marker=ring(13, color=ACCENT),
        name="chosen",
        hoverinfo="skip",
    )
    return result
