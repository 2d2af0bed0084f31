"""Figures of a sweep: its course, one setting or two against the error, and all settings at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.sweeps.plan import Among, Between, Value, Vary
from core.sweeps.record import Trial
from dashboard.charts.base import ACCENT, CHOSEN, MUTED, REFERENCE, above_level, annotate, figure, level

SCALE = "Cividis"
"""Colors of errors: dark is low, and good."""

LINES = [[0, CHOSEN], [0.25, ACCENT], [1, REFERENCE]]
"""The same for thin lines, which have to be seen on a dark page, too."""

FURTHEST = 4
"""How many times as far above the best as the middle one a trial may lie, to be told apart from worse ones."""

CELLS = 6
"""Cells of the heat map along a number."""


@dataclass(frozen=True)
class Setting:
    """A setting that varies: from where to where, and what people call it, with its unit."""

    vary: Vary
    title: str

    @property
    def is_log(self) -> bool:
        """Whether it is shown by its logarithm."""
        return isinstance(self.vary, Between) and self.vary.log

    def places(self, values: Sequence[Value]) -> np.ndarray:
        """Where values lie along an even axis, float, (n,): numbers, their logarithms, or their place in the list."""
        if isinstance(self.vary, Among):
            return np.array([self.vary.values.index(value) for value in values], float)
        numbers = np.array(values, float)
        return np.log10(numbers) if self.vary.log else numbers

    def axis(self) -> dict[str, object]:
        """Settings of the figure's axis along which it lies."""
        if isinstance(self.vary, Among):
            return {
                "tickvals": list(range(len(self.vary.values))),
                "ticktext": [_text(one) for one in self.vary.values],
            }
        return {"type": "log"} if self.vary.log else {}

    def shown(self, values: Sequence[Value]) -> list[float]:
        """Values as `axis` takes them."""
        return self.places(values).tolist() if isinstance(self.vary, Among) else [float(value) for value in values]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _hover(trial: Trial) -> str:
    values = [f"{name.replace('_', ' ')}: {_text(value)}" for name, value in trial.values.items()]
    return "<br>".join([f"Trial {trial.number + 1}", *values])


def _errors(trials: Sequence[Trial]) -> np.ndarray:
    """Errors of trials that were measured to the end, float, (n,)."""
    return np.array([trial.val_rmse for trial in trials], float)


def _ceiling(errors: np.ndarray) -> float:
    """The highest error that is told apart: one trial that went astray is not to press all others to the ground."""
    if not len(errors):
        return 1.0
    return float(min(errors.max(), errors.min() + FURTHEST * (np.median(errors) - errors.min())))


def _dots(errors: np.ndarray, names: Sequence[str], ceiling: float) -> dict[str, object]:
    """Height and symbol of a dot for each error: above the ceiling an arrow on it, whose error is told on hovering."""
    return {
        "mode": "markers",
        "y": np.minimum(errors, ceiling),
        "text": [f"<b>{error:.4f}</b><br>{name}" for error, name in zip(errors, names, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "color": ACCENT,
            "size": 8,
            "opacity": 0.8,
            "symbol": np.where(errors > ceiling, "triangle-up", "circle").tolist(),
        },
    }


def course(trials: Sequence[Trial], base_rmse: float | None, most: int, *, unit: str) -> go.Figure:
    """Every trial in its order, the best so far, and the settings it began with, where these are known."""
    result = figure("Every trial", x="Trial", y=f"Validation RMSE ({unit})", height=320)
    done = [trial for trial in trials if trial.val_rmse is not None]
    by_error = sorted(done, key=lambda trial: trial.val_rmse or 0)  # the legend shows the symbol of the first
    errors = _errors(done)
    top = max(_ceiling(errors), base_rmse or 0)
    numbers = [trial.number + 1 for trial in done]
    dots = _dots(np.sort(errors), [_hover(trial) for trial in by_error], top)
    result.add_scatter(x=[trial.number + 1 for trial in by_error], name="a trial", **dots)
    if len(errors):
        best = np.minimum(np.minimum.accumulate(errors), top).tolist()
        line = {"color": CHOSEN, "width": 2, "shape": "hv"}
        steps = {"x": [*numbers, max(most, numbers[-1])], "y": [*best, best[-1]], "hoverinfo": "skip"}
        result.add_scatter(**steps, mode="lines", name="the best so far", line=line)
    out = [trial for trial in trials if trial.state in ("pruned", "failed")]
    if out:
        words = {"pruned": "given up by its curve", "failed": "could not be trained"}
        result.add_scatter(
            x=[trial.number + 1 for trial in out],
            y=[top] * len(out),
            mode="markers",
            name="given up",
            marker={"color": REFERENCE, "size": 8, "symbol": "x-thin", "line": {"width": 2, "color": REFERENCE}},
            text=[f"{words[trial.state]}<br>{_hover(trial)}" for trial in out],
            hovertemplate="%{text}<extra></extra>",
        )
    if base_rmse is not None:
        annotate(
            result,
            [above_level(base_rmse, "the settings it began with", color=REFERENCE, size=12)],
            [level(base_rmse, color=REFERENCE, dash="dot", width=1.5)],
        )
    result.update_xaxes(range=[0.3, max(most, 2) + 0.7])
    if not trials:  # errors that nobody has seen have no scale
        result.update_yaxes(showticklabels=False)
    return result.update_layout(uirevision="sweep_course", dragmode=False)


def one(setting: Setting, trials: Sequence[Trial], *, unit: str) -> go.Figure:
    """One setting across, the error up, a dot a trial measured to the end; the best, the first of them, marked."""
    result = figure(f"{setting.title} against the error", x=setting.title, y=f"Validation RMSE ({unit})", height=360)
    values = setting.shown([trial.values[setting.vary.field] for trial in trials])
    errors = _errors(trials)
    dots = _dots(errors, [_hover(trial) for trial in trials], _ceiling(errors))
    result.add_scatter(x=values, showlegend=False, **dots)
    others = len(trials) - 1
    result.update_traces(marker={"color": [CHOSEN, *[ACCENT] * others], "size": [12, *[8] * others]})
    result.update_xaxes(**setting.axis())
    return result.update_layout(uirevision=f"sweep_{setting.vary.field}", dragmode=False)


def two(across: Setting, up: Setting, trials: Sequence[Trial], *, unit: str) -> go.Figure:
    """Two settings as a heat map: the mean error of the trials in each cell, with the trials as dots."""
    title = f"{across.title} and {up.title[0].lower()}{up.title[1:]}"
    result = figure(title, x=across.title, y=up.title, height=400)
    x, y = (setting.places([trial.values[setting.vary.field] for trial in trials]) for setting in (across, up))
    errors = np.minimum(_errors(trials), _ceiling(_errors(trials)))
    (x_edges, x_cell), (y_edges, y_cell) = _cells(across, x), _cells(up, y)
    shape = (len(y_edges) - 1, len(x_edges) - 1)
    count, total = np.zeros(shape, int), np.zeros(shape)
    np.add.at(count, (y_cell, x_cell), 1)
    np.add.at(total, (y_cell, x_cell), _errors(trials))
    mean = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    result.add_heatmap(
        x=x_edges,
        y=y_edges,
        z=mean,
        text=count,
        colorscale=SCALE,
        zmin=errors.min(),
        zmax=errors.max(),
        colorbar={"title": {"text": f"RMSE ({unit})", "side": "right"}, "thickness": 12},
        hovertemplate="mean of %{text} trials: <b>%{z:.4f}</b><extra></extra>",
    )
    result.add_scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"color": errors, "colorscale": SCALE, "size": 9, "line": {"color": "white", "width": 1.5}},
        text=[f"<b>{trial.val_rmse:.4f}</b><br>{_hover(trial)}" for trial in trials],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    result.update_xaxes(**_even_axis(across, x_edges))
    result.update_yaxes(**_even_axis(up, y_edges))
    return result.update_layout(uirevision=f"sweep_{across.vary.field}_{up.vary.field}", dragmode=False)


def _cells(setting: Setting, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the cells along a setting, and the cell of each trial."""
    if isinstance(setting.vary, Among):
        edges = np.arange(len(setting.vary.values) + 1) - 0.5
    else:
        low, high = setting.places([setting.vary.low, setting.vary.high])
        edges = np.linspace(low, high, CELLS + 1)
    return edges, np.clip(np.searchsorted(edges, places, side="right") - 1, 0, len(edges) - 2)


def _even_axis(setting: Setting, edges: np.ndarray) -> dict[str, object]:
    """An axis with the values of the setting at its even places."""
    if isinstance(setting.vary, Among):
        return setting.axis()
    ticks = np.linspace(edges[0], edges[-1], 5)
    values = 10**ticks if setting.is_log else ticks
    return {"tickvals": ticks, "ticktext": [f"{value:.3g}" for value in values]}


def together(settings: Sequence[Setting], trials: Sequence[Trial], *, unit: str) -> go.Figure:
    """Parallel coordinates: a line a trial through all its settings to its error."""
    result = figure("All settings at once: a line a trial, the best orange, the worst gray", height=380)
    errors = np.minimum(_errors(trials), _ceiling(_errors(trials)))
    dimensions: list[dict[str, object]] = []
    for setting in settings:
        places = setting.places([trial.values[setting.vary.field] for trial in trials])
        edges, _ = _cells(setting, places)
        axis = _even_axis(setting, edges)
        room = {"values": places, "range": [float(edges[0]), float(edges[-1])]}
        dimensions.append({"label": setting.title.partition(" (")[0], **room, **axis})
    ticks = np.linspace(errors.min(), errors.max(), 5)
    words = [f"{tick:.3f}" for tick in ticks]
    if errors.max() < _errors(trials).max():
        words[-1] += " or more"
    dimensions.append({"label": f"RMSE ({unit})", "values": errors, "tickvals": ticks, "ticktext": words})
    result.add_parcoords(dimensions=dimensions, line={"color": errors, "colorscale": LINES}, labelfont={"size": 12})
    return result.update_layout(margin={"l": 60, "r": 60, "t": 90, "b": 24})


def effect(
    values: Sequence[float | str],
    errors: Sequence[float],
    names: Sequence[str],
    alike: Sequence[bool],
    title: str,
    *,
    unit: str,
) -> go.Figure:
    """A setting across, the error up, one dot a model, whoever trained it; those not tested `alike` are pale."""
    result = figure(f"{title} over all models", x=title, y=f"Validation RMSE ({unit})", height=320)
    order = np.argsort(alike, kind="stable")  # the pale ones lie below
    measured = np.array(errors, float)[order]
    dots = _dots(measured, [names[place] for place in order], _ceiling(measured))
    result.add_scatter(x=[values[place] for place in order], showlegend=False, **dots)
    result.update_traces(marker={"color": [ACCENT if alike[place] else MUTED for place in order], "size": 9})
    numbers = [value for value in values if not isinstance(value, str)]
    if numbers and min(numbers) > 0 and max(numbers) >= 30 * min(numbers):
        result.update_xaxes(type="log")
    return result.update_layout(uirevision=f"effect_{title}", dragmode=False)
