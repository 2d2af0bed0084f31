"""Small pictures of bars as HTML: a few hundred bytes, drawn at once, with no chart library to be fetched."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.charts.base import VALIDATION

TALL = 150
"""Height of the highest bar, in pixels."""

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
