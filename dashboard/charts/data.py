"""The ratings at a glance, and small pictures of bars as HTML: drawn at once, with no chart library to be fetched."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from core.data.ratings import Ratings
from dashboard.charts import base
from dashboard.charts.base import VALIDATION
from dashboard.shared.phrases import plural, unit

TALL = 150
"""Height of the highest bar, in pixels."""

USERS, ITEMS = 60, 14
"""Columns and rows of the table of ratings."""

MOST_TICKS = 8
"""With as many bars or more, every second one has its name below: more would touch where three pictures stand side by
side."""


@dataclass(frozen=True, eq=False)
class Bars:
    """A picture of bars: the title above it, what the names below and the heights, whole numbers (n,), are.

    `notes` are said when somebody points at a bar, as somebody may have written them.
    """

    title: str
    along: str
    up: str
    names: Sequence[str]
    counts: np.ndarray
    notes: Sequence[str]


def ratings_histogram(ratings: Ratings) -> Bars:
    """How often each rating was given."""
    values, counts = np.unique(ratings.rating, return_counts=True)
    names = starts = [f"{value:g}" for value in values]
    if len(values) > 41:  # of more, such as counts, the bars are ranges
        edges = _edges(ratings.rating)
        counts, _ = np.histogram(ratings.rating, bins=edges)
        starts = [_three_digits(edge) for edge in edges]
        names = [f"{low} to {high}" for low, high in pairwise(starts)]
    from_up = ", from this much up" if len(starts) > len(names) else ""
    notes = [
        f"{name} {unit(ratings)}: {count:,} ratings ({count / len(ratings):.1%})"
        for name, count in zip(names, counts.tolist(), strict=True)
    ]
    along = f"Rating ({unit(ratings)}{from_up})"
    return Bars("How people rate", along, "ratings", starts[: len(names)], counts, notes)


def _edges(rating: np.ndarray) -> np.ndarray:
    """Ends of 20 ranges: of equal width, or each by the same factor wider where most ratings are near the low end."""
    low, middle, high = np.quantile(rating.astype(np.float64), [0, 0.5, 1])
    return np.geomspace(low, high, 21) if low > 0 and high > 50 * middle else np.linspace(low, high, 21)


def _three_digits(number: float) -> str:
    """A number with three digits that count: "0.125", "352,000"."""
    return f"{float(f'{number:.3g}'):,.10g}"


def counts_histogram(counts: np.ndarray, *, title: str, nouns: str) -> Bars:
    """How many movies (or people) have how many ratings, at least 1 each, (n,), in bins that double."""
    edges = 2 ** np.arange(int(np.log2(counts.max())) + 2)
    bars, _ = np.histogram(counts, bins=edges)
    first = int(np.flatnonzero(bars)[0])
    bars, low, high = bars[first:], edges[first:-1], edges[first + 1 :] - 1
    ranges = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in zip(low, high, strict=True)]
    notes = [
        f"{name} ratings: {many:,} {nouns} ({many / len(counts):.1%})"
        for name, many in zip(ranges, bars.tolist(), strict=True)
    ]
    return Bars(title, "Ratings, from this many up", nouns, [f"{number:,}" for number in low], bars, notes)


def rating_matrix(ratings: Ratings, titles: Sequence[str]) -> go.Figure:
    """The ratings as a table with gaps: the most-rated items, by people from the most to the least active."""
    rows = np.argsort(-ratings.item_count, kind="stable")[:ITEMS]
    by_activity = np.argsort(-ratings.user_count, kind="stable")
    columns = by_activity[np.linspace(0, len(by_activity) - 1, min(USERS, len(by_activity))).astype(int)]
    row_of = np.full(len(ratings.items), -1)
    row_of[rows] = np.arange(len(rows))
    column_of = np.full(len(ratings.users), -1)
    column_of[columns] = np.arange(len(columns))
    visible = (row_of[ratings.item_index] >= 0) & (column_of[ratings.user_index] >= 0)
    table = np.full((len(rows), len(columns)), np.nan, np.float32)
    table[row_of[ratings.item_index[visible]], column_of[ratings.user_index[visible]]] = ratings.rating[visible]
    names = [base.plain(titles[row], 28) for row in rows]
    noun = ratings.noun
    figure = base.figure(
        f"The best-known {plural(noun)}, and who rated them",
        x=f"{len(columns)} people, the most active first",
        y=f"{noun.capitalize()}",
        height=400,
    )
    figure.add_heatmap(
        z=table,
        y=names,
        colorscale=base.AMOUNT,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        colorbar={"title": {"text": unit(ratings).capitalize()}, "thickness": 10},
        hovertemplate=f"%{{y}}: %{{z}} {unit(ratings)}<extra></extra>",
    )
    figure.update_xaxes(showticklabels=False, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, title_text="")
    return figure


def picture(bars: Bars, alt: str) -> str:
    """The picture as HTML, everything in it that somebody has written escaped; `alt` for those who do not see it."""
    most = max(1, int(bars.counts.max()))
    every = 1 if len(bars.names) < MOST_TICKS else 2
    columns = "".join(
        _column(name if place % every == 0 else "", count / most, note)
        for place, (name, count, note) in enumerate(zip(bars.names, bars.counts.tolist(), bars.notes, strict=True))
    )
    small = "font-size:12px;opacity:.75"
    top = f"{most:,} {html.escape(bars.up)}"
    return (
        f'<div role="img" aria-label="{html.escape(alt)}" style="font-variant-numeric:tabular-nums">'
        f'<div style="font-weight:600;font-size:15px;margin-bottom:6px">{html.escape(bars.title)}</div>'
        f'<div style="{small};border-bottom:1px dashed;line-height:18px">{top}</div>'
        f'<div style="display:flex;align-items:flex-end;gap:1px;height:{TALL + 20}px">{columns}</div>'
        f'<div style="{small};text-align:center;margin-top:4px">{html.escape(bars.along)}</div></div>'
    )


def _column(name: str, share: float, note: str) -> str:
    """A bar, and its name under it, which may be wider than the bar."""
    tall = max(TALL * share, 1 if share > 0 else 0)
    # An edge, and no background: where a system forces its own colors, backgrounds are not there.
    bar = f'<div style="border-top:{tall:.1f}px solid {VALIDATION}"></div>'
    middle = "display:flex;justify-content:center;width:0;margin:auto;white-space:nowrap"
    below = f'<div style="height:20px;line-height:20px;font-size:11px;{middle}">{html.escape(name)}</div>'
    return f'<div title="{html.escape(note)}" style="flex:1;min-width:0">{bar}{below}</div>'
