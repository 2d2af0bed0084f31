"""What the page For you says, in sentences made from its numbers (Markdown)."""

from collections.abc import Callable, Sequence

import numpy as np

from core.analysis.new_user.explain import Explanation, Influence
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.uncertainty import Sureness
from core.model.run import Run
from dashboard.embeddings.words import signed
from dashboard.principal_components.label import Label
from dashboard.shared.markup import escape
from dashboard.shared.phrases import count, guessed, unit_of


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


def guess(rating: float, sure: Sureness, place: int, noun: str, scale: tuple[float, float]) -> str:
    """A guess, how far it may be off, and in small what that comes of."""
    because = {"": "", "item": f", {noun} rated seldom", "person": ", tastes differ on it"}[sure.reason(place)]
    number, miss = guessed(rating, scale), guessed(sure.miss[place], scale)
    return f"**{number}** ± {miss} :small[:gray[{sure.word(place)}{because}]]"


def why_help(title: str) -> str:
    """What the button "Why" does."""
    return f"Take the guess for {escape(title)} apart"


def generosity(person: NewUser, others: np.ndarray, n: int) -> str:
    """A newcomer's bias beside those of the people in the data; empty where the model has none."""
    if len(others) == 0:
        return ""
    below = float(np.mean(others < person.bias))
    if n == 0:
        return "Without a rating you count as exactly average: neither generous nor strict."
    spread = float(person.covariance[-1, -1]) ** 0.5
    side = "more generously" if below >= 0.5 else "more strictly"
    share = max(below, 1 - below)
    if abs(below - 0.5) < 0.1:
        return f"You rate about as generously as most: your bias is **{signed(person.bias)}** (± {spread:.2f})."
    return (
        f"You rate **{side} than {share:.0%}** of the people in the data: your bias is {signed(person.bias)} "
        f"(± {spread:.2f})."
    )


def where(n: int, furthest: Label | None, z: float, end: str) -> str:
    """The component along which somebody is furthest from the average person."""
    if n == 0:
        return "You are in the middle, where the average person is: rate something, and you move."
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
    """The way from the average to the guess, its largest steps named.

    Args:
        parts: The steps.
        steps: What each adds to the guess, as printed.
        toward: What a component is called, by the end something lies toward.
        who: "you", or a name, already harmless.
        noun: What the item is.
        ends: Of the scale.
    """
    average, person, item, *_ = steps
    verb = "rate" if who == "you" else "rates"
    sentences = [
        f"The average guess is {average:,.2f}.",
        f"{who[0].upper()}{who[1:]} {verb} {_more(person, 'higher', 'lower')} than most.",
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
    low, high = ends
    held = "" if low <= parts.rating <= high else f", held inside the scale at {np.clip(parts.rating, low, high):,.2f}"
    return f"{' '.join(sentences)} Together **{parts.rating:,.2f}**{held}."


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


def foldin(run: Run, nouns: str) -> str:
    """How a newcomer is fitted, and what "sure" means (Markdown)."""
    scorer = run.scorer
    parts = [("vector", "u")] * scorer.has_vectors + [("bias", "b_u")] * scorer.has_biases
    names, letters = " and ".join(name for name, _ in parts), ", ".join(letter for _, letter in parts)
    yours = f"your {names} $x = {f'({letters})' if len(parts) > 1 else letters}$"
    return (
        f"A guess follows from the formula {scorer.rating_latex()}. The {nouns} stay as training left them; {yours} "
        "minimizes\n\n"
        "$$\\sum_{\\text{your ratings}} (r - \\text{guess}(x))^2 + s^2 \\, (x - m)^\\top C^{-1} (x - m),$$\n\n"
        "ridge regression toward the typical person: $m$ and $C$ are mean and covariance of the people the model was "
        f"trained on, $s$ = {run.outcome.val_rmse:,.3f} its error on ratings it had not seen. With few ratings you "
        "stay close to $m$, most of all in directions in which people hardly differ.\n\n"
        "*±* is how far the guess is probably off. Its square is the sum of two: how far the model's guesses of "
        f"{nouns} with as many ratings missed in its test, and how little your ratings say about this one (the "
        "variance that the fit leaves, carried through the slope of the guess). *Fairly sure* explains at least a "
        "quarter of what always guessing the mean gets wrong, *a rough guess* a tenth.\n\n"
        "The first set is drawn from those with the most ratings, each as unlike those before it as can be "
        "(T. Gonzalez 1985, [doi:10.1016/0304-3975(85)90224-5](https://doi.org/10.1016/0304-3975(85)90224-5)). "
        "*Variety* is maximal marginal relevance (J. Carbonell and J. Goldstein 1998, "
        "[doi:10.1145/290941.291025](https://doi.org/10.1145/290941.291025)). *More like these* adds up to "
        "15% of the scale to the rank, not to the guess, by the cosine with what you name."
    )


def measured() -> str:
    """What the benchmark of fold-in found, on the bundled ratings (Markdown)."""
    return (
        "Measured on the bundled movie ratings with the default model: five groups of people were kept out of training "
        "in turn, a few of their ratings revealed, and the rest of theirs guessed. RMSE by the number revealed:\n\n"
        "| | 1 | 3 | 5 | 10 | 20 |\n|---|---|---|---|---|---|\n"
        "| the movie's mean | 1.002 | 1.002 | 1.002 | 1.002 | 1.002 |\n"
        "| averages of the movie and the person | 0.968 | 0.954 | 0.942 | 0.924 | 0.913 |\n"
        "| **this page** | **0.962** | **0.945** | **0.931** | **0.913** | **0.900** |\n"
        "| trained anew with the revealed ratings | 1.042 | 1.000 | 0.977 | 0.941 | 0.919 |\n\n"
        "With so few ratings, fitting you alone does better than training everything anew. It also puts a person's "
        "own favorites in order better than popularity does (NDCG@10 with 10 revealed: 0.867 against "
        "0.839). What people watch at all is another question: there popularity is ahead (0.313 against 0.266 among "
        "all movies). What is said behind ± holds: the guesses called surest do miss least, and all miss a little less "
        "than promised."
    )
