"""The figure behind the neighbors: how long the vectors are, against how often their rows were rated."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import CHOSEN, MUTED, figure, plain, sampled
from dashboard.charts.points import add_points, sample
from dashboard.shared.phrases import plural

_MARKS = (("circle-open", "#0072b2", 11), ("square-open", "#d55e00", 15), ("diamond-open", "#009e73", 20))
"""Symbol, color and size for each list of neighbors: told apart by shape too, and visible over one another."""


def lengths(
    length: np.ndarray,
    count: np.ndarray,
    shown: np.ndarray,
    hover: Sequence[str],
    *,
    chosen: int,
    title: str,
    marked: Mapping[str, np.ndarray],
    noun: str,
) -> go.Figure:
    """Length of every vector against the number of ratings, with one row and its neighbors marked.

    Args:
        length: Euclidean length of every vector, (n_rows,), in embedding units.
        count: Ratings of every row, (n_rows,).
        shown: Rows to draw, all of them rated; of very many a sample, which the title says.
        hover: What to show over a row, one text a row of `length`, made harmless.
        chosen: The row asked about, drawn whether shown or not.
        title: What it is called.
        marked: Up to three lists of its neighbors by name, rows.
        noun: What a row is.

    The custom data of a point is its row.
    """
    neighbors = np.concatenate([*marked.values(), [chosen]]).astype(np.int64)
    drawn = sample(shown, keep=neighbors)
    result = figure(
        f"Length and number of ratings of {len(shown):,} {plural(noun)}{sampled(len(drawn), len(shown))}",
        x="Ratings (each step tenfold)",
        y="Length of the vector (embedding units)",
        height=420,
    )
    layers = [(f"all {plural(noun)}", drawn, {"size": 5, "color": MUTED, "opacity": 0.7})]
    for (name, rows), (symbol, color, size) in zip(marked.items(), _MARKS, strict=False):
        layers.append(
            (name, rows, {"size": size, "symbol": symbol, "color": color, "line": {"width": 2, "color": color}})
        )
    if count[chosen] > 0:
        star = {"size": 15, "symbol": "star", "color": CHOSEN, "line": {"width": 1, "color": "white"}}
        layers.append((plain(title, 40), np.array([chosen]), star))
    for name, rows, marker in layers:
        spots, texts = (count[rows], length[rows]), [hover[row] for row in rows]
        template = "%{text}<br>length %{y:.2f}"
        add_points(result, spots, texts, name=name, marker=marker, rows=rows, template=template)
    result.update_xaxes(type="log", dtick=1, tickformat=",")
    result.update_yaxes(rangemode="tozero")
    legend = {"xanchor": "left", "x": 0, "y": 1.0, "itemsizing": "trace"}
    result.update_layout(margin_t=84, legend=legend, uirevision="lengths", clickmode="event+select")
    return result
