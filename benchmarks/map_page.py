"""The page that `benchmarks.live_map` opens: the same made-up points as our map, as Plotly's, or as a film."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard.charts.base import AMOUNT
from dashboard.charts.maps import Places
from dashboard.charts.points import OUTLINE, Coloring, Hover, add_points
from dashboard.map_view import component

FRAMES, MOST_PLACES = 40, 16_000_000


@st.cache_resource
def made(n: int) -> tuple[Places, np.ndarray]:
    """Points in 40 clouds, and two numbers for each."""
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(40, 2))[rng.integers(0, 40, n)] * 2 + rng.normal(size=(n, 2)) * 0.4).astype(np.float32)
    titles = [f"A title of usual length {number} (1995)" for number in range(n)]
    notes = [f"rated {3.5:.2f} by {number:,}" for number in range(n)]
    hover = Hover(np.array(titles), np.array(notes))
    return Places(np.arange(n), points, ["", ""], hover, titles, notes), rng.normal(size=(2, n))


@st.cache_resource
def film(n: int) -> component.Moments:
    """The points on their way out of the middle, in fewer frames where they are very many."""
    places, _ = made(n)
    frames = min(FRAMES, MOST_PLACES // n)
    grown = np.linspace(0, 1, frames, dtype=np.float32)[:, None, None] ** 0.5
    return component.Moments(np.arange(frames), (grown * places.points).astype(np.float32))


def plotly(places: Places, values: np.ndarray, title: str) -> go.Figure:
    """The points as `charts.maps` draws fewer of them."""
    marker: dict[str, object] = {
        "size": 6,
        "opacity": 0.85,
        "color": values.astype(np.float32),
        "colorscale": AMOUNT,
        "line": OUTLINE,
    }
    x, y = places.points.T
    figure = go.Figure(
        layout={"height": component.HEIGHT, "dragmode": "pan", "title": {"text": title}, "uirevision": "1"}
    )
    figure.update_yaxes(scaleanchor="x")
    add_points(figure, [x, y], places.hover, name="points", marker=marker, rows=places.rows)
    return figure


st.set_page_config(layout="wide")
n, kind = int(st.query_params["n"]), st.query_params["kind"]
places, numbers = made(n)
moments = film(n) if kind == "film" else None
drawn = st.session_state.get("drawn", 0) + st.button("Draw")
st.session_state["drawn"] = drawn
if drawn:
    values, title = numbers[drawn % 2], f"Colored {drawn} times"
    if kind == "plotly":
        st.plotly_chart(plotly(places, values, title), key="chart", config={"displaylogo": False})
    else:
        color, looks = Coloring("Amount", values), component.Looks(known=places.rows)
        component.show(places, color, key="map", title=title, alt="Made-up points", looks=looks, film=moments)
