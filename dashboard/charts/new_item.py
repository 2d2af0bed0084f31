"""The map with an item on it that nobody has rated."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.posterior import ellipse
from dashboard.charts.base import ACCENT, CHOSEN, MUTED, figure, plain
from dashboard.charts.maps import name_apart
from dashboard.shared.phrases import plural

MOST_DRAWN = 1_500
"""Well-known items behind it."""


_NAME = 0.25, 0.06
"""Width and height of a title, as shares of the map's."""


def place_on_map(
    scores: np.ndarray,
    titles: Sequence[str],
    near: np.ndarray,
    at: np.ndarray,
    covariance: np.ndarray,
    *,
    name: str,
    noun: str,
) -> go.Figure:
    """Well-known items along two components, (n, 2), the nearest ones named, and the new one with where it may lie.

    `near` are its nearest by all dimensions, int, (k,); `covariance`, (2, 2), says how uncertain its place is.
    """
    result = figure(f"Among {plural(noun)}", x="Component 1", y="Component 2", height=420)
    names = [plain(title) for title in titles]
    result.add_scatter(
        x=scores[:, 0].astype(np.float32),
        y=scores[:, 1].astype(np.float32),
        mode="markers",
        marker={"size": 4, "color": MUTED},
        customdata=names,
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )
    _add_outline(result, at, covariance)
    result.add_scatter(
        x=scores[near, 0],
        y=scores[near, 1],
        mode="markers",
        marker={"size": 7, "color": ACCENT},
        customdata=[names[row] for row in near],
        hovertemplate="%{customdata}<extra></extra>",
        name="nearest by all dimensions",
    )
    result.add_scatter(
        x=at[:1],
        y=at[1:],
        mode="markers",
        marker={"size": 13, "color": CHOSEN, "symbol": "diamond"},
        hovertemplate=f"{plain(name)}<extra></extra>",
        name=plain(name, 30),
    )
    # the new one takes part without a name, so that no other covers it
    name_apart(
        result,
        np.vstack([at, scores[near]]),
        ["", *(plain(titles[row], 24) for row in near)],
        np.ptp(scores, axis=0),
        size=_NAME,
    )
    return result


def _add_outline(result: go.Figure, at: np.ndarray, covariance: np.ndarray) -> None:
    """Where the new item lies two times in three; under the points."""
    outline = ellipse(at, covariance)
    outline = np.concatenate([outline, outline[:1]])  # a line back to where it began
    result.add_scatter(
        x=outline[:, 0],
        y=outline[:, 1],
        mode="lines",
        line={"color": CHOSEN, "width": 1.5, "dash": "dot"},
        name="there two times in three",
        hoverinfo="skip",
    )
