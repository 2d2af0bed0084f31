"""The figure of what each component is worth on ratings that the model has not seen."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.proof import Proof
from dashboard.charts.base import REFERENCE, bar_marker, figure, plain
from dashboard.principal_components.label import Label

HEIGHT = 320
BARS = 2
"""Standard errors that a bar's line reaches to both sides: beyond them from zero, a component earns its place."""


def proof(found: Proof, *, chosen: int | None, labels: Sequence[Label], unit: str) -> go.Figure:
    """By how much each component lowers the error, as bars; the first ones, and all when zoomed out."""
    n = len(found.worth)
    shown = min(n, max(16, 2 * found.signal, 0 if chosen is None else chosen + 1))
    first = f" (the first {shown} of {n})" if shown < n else ""
    across, up = f"Component{first}", f"Lowers the error by ({unit})"
    result = figure("Worth on unseen ratings", x=across, y=up, height=HEIGHT)
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
