"""What the page For you says, in sentences made from its numbers (Markdown)."""

from collections.abc import Callable, Sequence

import numpy as np

from core.analysis.new_user.explain import Explanation, Influence
from core.analysis.new_user.position import Generosity
from core.analysis.new_user.uncertainty import Sureness
from dashboard.embeddings.words import signed
from dashboard.principal_components.label import Label
from dashboard.shared.markup import escape
from dashboard.shared.phrases import count, guessed, unit_of

NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""A picture of one transparent point."""


TOO_SURE = (
    "This model was trained elsewhere. How far its guesses miss is known only of ratings that it may have learned "
    "from: take it to be less sure than it is said to be."
)


def list_heading(n: int, *, by_taste: bool) -> str:
    """What the list is called, by the ratings behind it and by its order."""
    if n == 0:
        return "What most people like"
    return "You would like more than others do" if by_taste else "You would like"


def list_lead(n: int, nouns: str) -> str:
    """What the list is, by how many ratings stand behind it."""
    if n == 0:
        return f"Nobody has rated anything yet: these are guesses for the typical person, among the {nouns} rated most."
    return f"Guesses from your {count(n, 'rating')}; nothing was trained. Rate what you know: it makes room for others."


def same_for_all(nouns: str) -> str:
    """What a list by a model without vectors is."""
    return (
        f"This model has no vectors and so knows no taste: everybody's {nouns} come in the same order, and what you "
        "rate only says how generous you are."
    )


def guess(rating: float, sure: Sureness, place: int, noun: str, scale: tuple[float, float], taste: str = "") -> str:
    """A guess, how far it may be off, how much of it is taste, and in small what the doubt comes of."""
    because = {"": "", "item": f", {noun} rated seldom", "person": ", tastes differ on it"}[sure.reason(place)]
    number, miss = guessed(rating, scale), guessed(sure.miss[place], scale)
    return f"**{number}** ± {miss}{taste and f' · {taste}'} :small[:gray[{sure.word(place)}{because}]]"


def known_to(sure: Sureness, place: int, scale: tuple[float, float]) -> str:
    """How far a guess is probably off, in a sentence."""
    return f"The guess is known to ± **{guessed(sure.miss[place], scale)}**: {sure.word(place)}."


def personal(part: float, scale: tuple[float, float]) -> str:
    """How much of a guess is the person's own taste: how far it lies above what everybody likes."""
    digits = guessed(abs(part), scale)
    sign = "" if float(digits.replace(",", "")) == 0 else "+" if part > 0 else "−"
    return f"For you: **{sign}{digits}**"


def why(title: str) -> str:
    """The button "Why" (Markdown); the title is the text of a picture without a point, which a screen reader reads."""
    return f"Why ![{escape(title)}]({NOTHING})"


def generosity(found: Generosity, n: int) -> str:
    """A newcomer's bias beside those of the people in the data."""
    if n == 0:
        return "Without a rating you count as the typical person: about as generous as most."
    side = "more generously" if found.below >= 0.5 else "more strictly"
    share = max(found.below, 1 - found.below)
    bias, spread = signed(found.bias), f"(± {found.spread:.2f})"
    if abs(found.below - 0.5) < 0.1:
        return f"You rate about as generously as most: your bias is **{bias}** {spread}."
    return f"You rate **{side} than {share:.0%}** of the people in the data: your bias is {bias} {spread}."


def where(n: int, furthest: Label | None, z: float, end: str) -> str:
    """The component along which somebody is furthest from the average person."""
    if n == 0:
        return "You are where people are on average, each counting once: rate something, and you move."
    if furthest is None or abs(z) < 0.2:
        return "Nothing sets you apart yet: along every component you are close to the average person."
    which = f"**{escape(end)}**" if end else f"the {'high' if z > 0 else 'low'} end"
    return (
        f"What sets you apart most is {furthest.short}: toward {which}, {abs(z):.1f} standard deviations of all "
        "people from the average."
    )


def nearest(names: Sequence[str], cosine: np.ndarray, shared: np.ndarray) -> str:
    """Who leans the same way."""
    if not names:
        return ""
    both = f"; you have both rated {count(int(shared[0]), 'title')}" if shared[0] else ", though you share no rating"
    return f"**{escape(names[0])}** leans most nearly the same way (cosine {signed(cosine[0])}{both})."


def explanation(
    parts: Explanation,
    steps: Sequence[float],
    toward: Callable[[int, bool], str],
    who: str,
    noun: str,
    ends: tuple[float, float],
) -> str:
    """The way from the average to the guess, its largest steps named; `toward` says what an end is called."""
    average, person, item, *_ = steps
    verb = "rate" if who == "you" else "rates"
    sentences = [
        f"The average guess is {average:,.2f}.",
        f"{who[0].upper()}{who[1:]} {verb} {_more(person, 'higher', 'lower')} than the average person.",
        f"This {noun} is liked {_more(item, 'better', 'less')} than the average one.",
    ]
    on = [(term, step) for term, step in zip(parts.terms, steps, strict=True) if term.component >= 0]
    if on:
        term, step = max(on, key=lambda pair: abs(pair[1]))
        lean = "you lean" if who == "you" else f"{who} leans"
        way = "that way too" if term.score > 0 else "the other way"
        sentences.append(
            f"Taste does most along {escape(toward(term.component, term.item > 0))}: the {noun} lies there, and "
            f"{lean} {way} ({signed(step)} {unit_of(*ends)})."
        )
    return f"{' '.join(sentences)} Together **{parts.rating:,.2f}**{_held(parts.rating, ends)}."


def parts(
    found: Explanation, steps: Sequence[float], names: Sequence[str], who: str, noun: str, ends: tuple[float, float]
) -> str:
    """The way from the mean of all ratings to the guess, by what the item is known by; as `explanation`."""
    mean, person, *rest = steps
    sentences = [
        f"All ratings together have a mean of {mean:,.2f}.",
        f"{'Your' if who == 'you' else 'Their'} bias adds **{signed(person)}**.",
    ]
    if len(rest) > 1:
        most = max(range(len(rest)), key=lambda place: abs(rest[place]))
        name = escape(names[2 + most])
        sentences.append(
            f"What is known of this {noun} meets {'your' if who == 'you' else 'their'} taste; most comes from "
            f"“{name[0].lower()}{name[1:]}” ({signed(rest[most])} {unit_of(*ends)})."
        )
    return f"{' '.join(sentences)} Together **{found.rating:,.2f}**{_held(found.rating, ends)}."


def _held(rating: float, ends: tuple[float, float]) -> str:
    """That a guess beyond the scale counts as its end."""
    low, high = ends
    return "" if low <= rating <= high else f", held inside the scale at {np.clip(rating, low, high):,.2f}"


def _more(step: float, up: str, down: str) -> str:
    if abs(step) < 0.005:
        return f"neither {up} nor {down}"
    return f"**{abs(step):.2f}** {up if step > 0 else down}"


def influence(result: Influence, titles: Sequence[str], given: Sequence[float], ends: tuple[float, float]) -> str:
    """The ratings that pulled a guess most."""
    if len(result.rated) == 0:
        return "You have rated nothing yet, so this is the guess for the typical person."
    place, effect = result.rated[0], result.effect[0]
    if abs(effect) < 0.005:
        return "None of your ratings changes this guess by as much as a hundredth."
    pulled = "up" if effect > 0 else "down"
    return (
        f"Your **{given[place]:g}** for **{escape(titles[place])}** pulled it {pulled} the most: without that rating "
        f"the guess would be {abs(effect):,.2f} {unit_of(*ends)} {'lower' if effect > 0 else 'higher'}."
    )
