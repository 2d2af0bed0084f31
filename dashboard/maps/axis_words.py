"""What an axis of one's own is like, in sentences made from its numbers (Markdown)."""

from core.analysis.maps.axes import AxisPair, ClosestComponent
from dashboard.embeddings.words import signed
from dashboard.principal_components.label import Label
from dashboard.shared.markup import escape

CLEAR, SAME = 0.3, 0.8
"""|cosine| from which an axis leans on a component, and from which it is nearly that component."""


def closest(component: ClosestComponent, label: Label) -> str:
    """Which component runs most nearly the same way; `label` has its names."""
    named = f" ({escape(label.ends)})" if label.named else ""
    size = abs(component.cosine)
    if size < CLEAR:
        return (
            f"No component runs this way: the closest is component {label.number}{named}, with a cosine of only "
            f"{signed(component.cosine)}. This axis cuts across what the components say."
        )
    turned = "" if component.cosine > 0 else ", the other way round"
    how = "nearly" if size >= SAME else "in part"
    return (
        f"This is {how} **component {label.number}**{named}{turned}: their cosine is {signed(component.cosine)} "
        "(1 is the same, 0 is across)."
    )


def angle(pair: AxisPair) -> str:
    """Whether two axes say different things."""
    across = min(pair.angle, 180 - pair.angle)
    if across < 20:
        verdict = "they are nearly one axis, so the map is a line drawn twice"
    elif across < 60:
        verdict = "they say much of the same"
    else:
        verdict = "they say different things"
    return f"The two axes meet at **{pair.angle:.0f}°**: {verdict}."


def end(hint: str, nouns: str) -> str:
    """What lies toward one end, from the words of the hints, which may be empty."""
    if not hint:
        return f"Nothing that is known about the {nouns} stands out at this end."
    return f"Toward this end: **{escape(hint)}**."
