"""An error that counts down beside what guessing without a model reaches: a small picture, drawn at once and in place.

It is HTML of a few hundred bytes, made of numbers and fixed words: no chart library has to be fetched for it while a
first model trains, and it takes the page's own text color.
"""

from core.model.events import Started
from core.model.metrics import RMSE
from dashboard.charts.base import VALIDATION
from dashboard.shared import phrases
from dashboard.train.curve import Curve

TALL = 150
"""Height in pixels, whatever is known yet."""

NAMES = {"mean": "always the mean", "averages": "averages only", "chance": "by chance", "popularity": "most popular"}
"""The lines beside it, of those in `Started.references`."""

_TOP, _ROOM = 22, 104
"""Where the highest value lies, and how much further down the lowest, in pixels."""

_LABEL = 17
"""Height of a label, in pixels."""


def countdown(curve: Curve) -> str:
    """The validation error after each epoch as a row of dots, beside two lines; at first only the room is kept."""
    inside = ""
    if curve.started is not None:
        errors = [epoch.value for epoch in curve.epochs]
        levels = [(value, name) for name, value in _known(curve.started)]
        values = [*errors, *(value for value, _ in levels)]
        low, high = min(values), max(values)
        heights = {value: _TOP + _ROOM * ((high - value) / (high - low) if high > low else 0.5) for value in values}
        inside = _levels(levels, heights) + _dots(curve, errors, heights)
    return (
        f'<div role="img" aria-label="{words(curve)}" style="position:relative;height:{TALL}px;font-size:13px">'
        f"{inside}</div>"
    )


def words(curve: Curve) -> str:
    """What the picture shows, for those who do not see it."""
    if curve.started is None:
        return "Nothing is measured yet"
    beside = ", ".join(f"{name} {value:,.3f}" for name, value in _known(curve.started))
    shown = curve.shown_epoch
    now = "no epoch yet" if shown is None else f"{shown.value:,.3f} after {phrases.count(shown.epoch, 'epoch')}"
    judged = "Error on ratings" if curve.metric is RMSE else f"{curve.metric.title}, higher is better, on what"
    return f"{judged} it has never seen: {now}; {beside}"


def _known(started: Started) -> list[tuple[str, float]]:
    """The two lines: what is reached without a model, in words."""
    return [(NAMES[name], value) for name, value in started.references.items() if name in NAMES]


def _levels(levels: list[tuple[float, str]], heights: dict[float, float]) -> str:
    near = len(levels) > 1 and abs(heights[levels[0][0]] - heights[levels[1][0]]) < _LABEL
    result = ""
    for (value, name), side in zip(levels, ("right", "left" if near else "right"), strict=False):  # none over another
        top = heights[value]
        result += (
            f'<div style="position:absolute;left:0;right:0;top:{top:.1f}px;border-top:1px dashed;opacity:.5"></div>'
            f'<div style="position:absolute;{side}:0;top:{top - _LABEL:.1f}px;line-height:{_LABEL}px;opacity:.8">'
            f"{name} {value:,.2f}</div>"
        )
    return result


def _dots(curve: Curve, errors: list[float], heights: dict[float, float]) -> str:
    if not errors or curve.started is None:
        return ""
    planned = max(len(errors), 2) if curve.kept_epoch is not None else max(curve.started.epochs, 2)
    shown = curve.kept_epoch - 1 if curve.kept_epoch is not None else len(errors) - 1
    result = ""
    for place, error in enumerate(errors):
        wide = 11 if place == shown else 5
        left, top = 2 + 96 * place / (planned - 1), heights[error]
        result += (
            f'<div style="position:absolute;left:{left:.1f}%;top:{top:.1f}px;border:{wide / 2}px solid {VALIDATION};'
            f'margin:-{wide / 2}px;border-radius:50%"></div>'
        )
        if place == shown:
            side = "left" if left < 50 else "right"
            at = left if left < 50 else 100 - left
            result += (
                f'<div style="position:absolute;{side}:{at:.1f}%;top:{top + 7:.1f}px;font-size:15px;font-weight:600">'
                f"{error:,.2f}</div>"
            )
    return result
