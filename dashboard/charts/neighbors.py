"""The figure behind the neighbors: how long the vectors are, against how often their rows were rated."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import MUTED, figure, plain
from dashboard.charts.points import sample
from dashboard.shared.phrases import plural

_MARKS = (("circle-open", "#0072b2", 11), ("square-open", "#d55e00", 15), ("diamond-open", "#009e73", 20))
"""Symbol, color and size for each list of neighbors: told apart by shape too, and visible over one another."""

_CHOSEN = "#e8590c"


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
    of_all = "" if len(drawn) == len(shown) else f" (a sample of {len(drawn):,})"
    result = figure(
        f"Length and number of ratings of {len(shown):,} {plural(noun)}{of_all}",
        x="Ratings (each step tenfold)",
        y="Length of the vector (embedding units)",
        height=420,
    )
    cloud = {"size": 5, "color": MUTED, "opacity": 0.7}
    _add(result, (length, count), drawn, hover, name=f"all {plural(noun)}", marker=cloud)
    for (name, rows), (symbol, color, size) in zip(marked.items(), _MARKS, strict=False):
        mark = {"size": size, "symbol": symbol, "color": color, "line": {"width": 2, "color": color}}
        _add(result, (length, count), rows, hover, name=name, marker=mark)
    star = {"size": 15, "symbol": "star", "color": _CHOSEN, "line": {"width": 1, "color": "white"}}
    one = np.array([chosen])
    if count[chosen] > 0:
        _add(result, (length, count), one, hover, name=plain(title, 40), marker=star)
    result.update_xaxes(type="log", dtick=1, tickformat=",")
    result.update_yaxes(rangemode="tozero")
    legend = {"xanchor": "left", "x": 0, "y": 1.0, "itemsizing": "trace"}
    result.update_layout(margin_t=84, legend=legend, uirevision="lengths", clickmode="event+select")
    return result


def _add(
    result: go.Figure,
    place: tuple[np.ndarray, np.ndarray],
    rows: np.ndarray,
    hover: Sequence[str],
    *,
    name: str,
    marker: dict[str, object],
) -> None:
    length, count = place
    result.add_trace(
        go.Scattergl(
            x=count[rows].astype(np.int32),
            y=length[rows].astype(np.float32),
            mode="markers",
            name=name,
            marker=marker,
            text=[hover[row] for row in rows],
            customdata=np.asarray(rows, np.int32),
            hovertemplate="%{text}<br>length %{y:.2f}<extra></extra>",
        )
    )
