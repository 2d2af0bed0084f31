"""What learned biases show, in sentences made from their numbers (Markdown)."""

from collections.abc import Sequence

import numpy as np

from core.analysis.biases.bias import MOST_SHRINKAGE, Biases, BiasPosterior
from core.analysis.components.extremes import Ends
from core.analysis.gauge import CenteredModel
from core.data.nouns import with_article
from dashboard.embeddings.words import signed
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count

CLEAR = 0.1
"""Differences between mean scores below this are not worth a reason."""


def alone(model: CenteredModel, bias: float) -> float:
    """The rating that one bias alone leads to, the other of the two being average."""
    return float(model.scale.rating(model.constant + bias))


def no_fit(rows: Rows, mean: np.ndarray) -> str:
    """Why nothing can be said of what a bias should be: too few rows are rated, or all have one average."""
    rated = mean[rows.count > 0]
    if len(rated) < 3:
        return (
            f"What a bias should be takes three rated {rows.nouns} to say, and there "
            f"{'is' if len(rated) == 1 else 'are'} {len(rated)}."
        )
    return (
        f"All {len(rated):,} rated {rows.nouns} have the same average, {rated[0]:,.2f}: nothing sets them apart that a "
        "bias could follow. What biases differ by comes of where training began, or of the vectors."
    )


def meaning(rows: Rows, model: CenteredModel) -> str:
    """What a bias does to a guess, told by the highest and the lowest of the trained rows."""
    trained, bias = np.flatnonzero(rows.trained), model.user_bias if rows.noun == "user" else model.item_bias
    if len(trained) == 0:
        return ""
    top, bottom = (trained[place(bias[trained])] for place in (np.argmax, np.argmin))
    return (
        f"A bias of 0 guesses {alone(model, 0):,.2f}, what the average person is expected to give to what is average; "
        f"the highest, {signed(bias[top])} of {escape(rows.labels[top])}, guesses {alone(model, bias[top]):,.2f}, the "
        f"lowest, {signed(bias[bottom])} of {escape(rows.labels[bottom])}, {alone(model, bias[bottom]):,.2f}."
    ).replace(" -", " −")


def picture(rows: Rows, fit: Biases, sides: Ends) -> str:
    """How much the averages explain, and who departs furthest from them."""
    text, pronoun = _explained(rows, fit), "their" if rows.noun == "user" else "its"
    parts = []
    if len(sides.top):
        row = sides.top[0]
        parts.append(
            f"**{escape(rows.labels[row])}** is furthest above what {pronoun} average leads one to expect "
            f"({signed(_bias(fit, row))} where {signed(fit.expected[row])} is expected)"
        )
    if len(sides.bottom):
        row = sides.bottom[0]
        parts.append(
            f"**{escape(rows.labels[row])}** furthest below ({signed(_bias(fit, row))} where "
            f"{signed(fit.expected[row])} is expected)"
        )
    return f"{text} {', '.join(parts)}.".strip() if parts else text


def taste(rows: Rows, more: np.ndarray, less: np.ndarray) -> str:
    """What tastes have to do with being liked more or less than an average says, from what they add to the scores."""
    if len(more) == 0 or len(less) == 0:
        return ""
    above, below = float(np.mean(more)), float(np.mean(less))
    users = rows.noun == "user"
    added = f"{signed(below)} on average among those on the left, {signed(above)} among those on the right"
    if below - above > CLEAR:
        why = (
            "those on the left rate what suits them, and need no generosity for a high average"
            if users
            else f"the {rows.nouns} on the left are rated by those they suit, and taste earns their average"
        )
        return f"Taste explains much of it. It adds {added}: {why}."
    if above - below > CLEAR:
        return (
            f"Taste goes the other way here: it adds {added}. What the averages do not say, taste does not take back."
        )
    return f"Taste hardly explains it: it adds {added}."


def _explained(rows: Rows, fit: Biases) -> str:
    if fit.r2 < 0.1:
        return (
            f"How often and how well {with_article(rows.noun)} was rated explains almost nothing of its bias "
            f"({max(fit.r2, 0):.0%} of the differences): these biases are not about being liked."
            if rows.noun != "user"
            else "How often and how well somebody rates explains almost nothing of their bias "
            f"({max(fit.r2, 0):.0%} of the differences): these biases are not about generosity."
        )
    who = "somebody rates" if rows.noun == "user" else f"{with_article(rows.noun)} was rated"
    rest = "Color is the rest, blue above what is expected and red below; larger circles have more ratings."
    return f"How often and how well {who} explains **{fit.r2:.0%}** of the differences between biases. {rest}"


def _bias(fit: Biases, row: int) -> float:
    return float(fit.expected[row] + fit.residual[row])


def part_names(names: Sequence[str], noun: str) -> dict[str, str]:
    """What the parts of an item's numbers are called, by their names in the model."""
    return {name: {"own": f"The {noun} itself", "raters": "Who rated it"}.get(name, f"Its {name}") for name in names}


def sums(known: BiasPosterior, listed: np.ndarray, noun: str) -> str:
    """What part of the differences between biases comes of what; empty where nothing can be said."""
    shares, names = known.shares(listed), part_names(list(known.parts), noun)
    if len(shares) < 2:
        return ""
    largest = sorted(shares, key=lambda name: -shares[name])
    told = [f"{shares[name]:.0%} from “{escape(names[name])}”".replace("-", "−") for name in largest]
    return (
        f"A bias here is a sum. The differences between the biases of the {count(len(listed), noun)} with enough "
        f"ratings come to {', '.join(told[:-1])} and {told[-1]}."
    )


def chosen(known: BiasPosterior, rows: Rows) -> str:
    """The shrinkage that the model chose, and what follows for those with few and with many ratings."""
    rated = np.flatnonzero(rows.trained & (rows.count > 0))
    few, many = (known.std[rated[place(rows.count[rated])]] for place in (np.argmin, np.argmax))
    return (
        f"The model chose this itself: it found that biases differ by **{known.prior_std:.2f}** beyond what else it "
        f"knows, so that **{count(max(1, round(known.doubt)), 'rating')}** are believed by half (dashed). "
        f"Still unknown is {few:.2f} for the {rows.noun} with the fewest ratings and {many:.2f} for the one with the "
        "most: the column ±."
    )


def shrinkage(rows: Rows, fit: Biases, known: BiasPosterior | None = None) -> str:
    """How many ratings it takes until an average is believed, and who decided that."""
    curve = _curve(rows, fit)
    if known is not None:
        return f"{curve} {chosen(known, rows)}"
    if not 0.5 <= fit.shrinkage <= int(rows.count.max()):
        return curve
    return (
        f"{curve} That is no rule somebody wrote: a bias starts at zero, each rating pulls at it, and training stops, "
        "or the penalty holds it, before a few ratings have pulled it far."
    )


def _curve(rows: Rows, fit: Biases) -> str:
    """The fitted curve in a sentence."""
    noun, nouns = rows.noun, rows.nouns
    half = fit.shrinkage
    if half < 0.5:
        return f"This model takes averages at face value: even {nouns} with a single rating get the bias it suggests."
    if half > 0.99 * MOST_SHRINKAGE:
        return (
            f"No number of ratings makes this model believe an average: its biases hardly follow the averages of the "
            f"{nouns} at all, so the curve says little."
        )
    most = int(rows.count.max())
    many = min(100, most)
    one, of_many, at_most = (float(fit.believed(np.array([n]))[0]) for n in (1, many, most))
    if half > most:
        return (
            f"No {noun} has enough ratings for half of its distance from the overall mean of {fit.center:.2f} to be "
            f"believed: of the one with the most, {count(most, 'rating')}, {at_most:.0%} is."
        )
    return (
        f"With **{count(max(1, round(half)), 'rating')}** about half of {with_article(noun)}'s distance from the "
        f"overall mean of {fit.center:.2f} is believed, with a single one {one:.0%}, with {many:,} {of_many:.0%}."
    )
