"""Biases: how liked something is before any taste is compared, beside its plain average."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.analysis.biases.bias import Biases
from core.analysis.components.extremes import Ends, ends
from core.data.nouns import with_article
from core.errors import AnalysisError
from dashboard.biases import tables, words
from dashboard.cache import analyses, component_analyses
from dashboard.charts import biases as charts
from dashboard.shared import elements, finding, phrases, selection, sides
from dashboard.shared.elements import show_chart, show_method
from dashboard.shared.markup import spoken
from dashboard.shared.sides import Side
from dashboard.shell.needs_run import require_ratings, require_run, stop_without

TOP = 10
require_ratings(
    "Biases",
    "A bias says how liked something is before anything is compared. Vectors from elsewhere come without one.",
)
run = require_run()
noun = run.dataset.noun
scorer = run.scorer


def controls() -> tuple[Side, int, list[int]]:
    """The side, the ratings a row needs to be listed, and rows to mark."""
    with st.container(horizontal=True):
        side = sides.choose(run)
        min_ratings = side.enough(leaving=2 * TOP, words="colored and listed.")
        marked = finding.several(f"Find {side.nouns}", side.rows.offered, key=f"mark_{side.noun}")
    return side, min_ratings, marked if side.users else selection.with_chosen(marked, side.ratings)


def picture(side: Side, fit: Biases, listed: np.ndarray, marked: list[int]) -> Ends:
    """Bias against mean; the rows furthest from what is expected, which the tables list."""
    rows = side.rows
    furthest = ends(np.nan_to_num(fit.residual), listed, TOP)
    drawn = np.flatnonzero(rows.trained)
    learned_from, mean = analyses.training_averages(run.run_id, users=side.users)
    reading = words.picture(rows, fit, furthest)
    st.plotly_chart(
        charts.scatter(
            fit,
            mean,
            learned_from,
            side.hover,
            rated=drawn,
            listed=listed,
            marked=[row for row in marked if rows.trained[row]],
            titles=rows.labels,
            known=analyses.known_biases(run.run_id, users=side.users),
            noun=side.noun,
        ),
        key="bias",
        config=elements.chart_tools(),
        alt=f"Learned bias against mean rating of {phrases.count(len(drawn), side.noun)}, sized by number of ratings. "
        f"{spoken(reading)}",
    )
    st.markdown(reading)
    return furthest


def shrinkage(side: Side, fit: Biases) -> None:
    """How many ratings it takes until an average counts."""
    st.header("Why few ratings make a small bias")
    known = analyses.known_biases(run.run_id, users=side.users)
    learned_from, _ = analyses.training_averages(run.run_id, users=side.users)
    reading = words.shrinkage(replace(side.rows, count=learned_from), fit, known)
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    picture = charts.believed(fit, int(learned_from.max()), known=known)
    alt = f"Share of an average that is believed, rising with the number of ratings. {spoken(reading)}"
    show_chart(picture, "believed", alt, place=left)
    right.markdown(reading)


def sums(side: Side, listed: np.ndarray, furthest: Ends, marked: list[int]) -> None:
    """What biases are a sum of, where they are: for all that are listed, and one by one for those in the tables."""
    known = analyses.known_biases(run.run_id, users=side.users)
    reading = "" if known is None else words.sums(known, np.flatnonzero(listed), side.noun)
    if known is None or not reading:
        return
    st.header("What a bias is made of")
    st.markdown(reading)
    tables.sums(side, known, np.array([*marked, *furthest.top, *furthest.bottom[::-1]], np.int64))


def explanation() -> None:
    """Formulas and sources."""
    inside = " inside $\\sigma$" if scorer.scale.sigmoid else ", which is the guess"
    line = "the log odds of that mean between the ends of the scale" if scorer.scale.sigmoid else "that mean"
    taste = (
        f"*Taste* is the mean of $a \\cdot b$ over the training ratings of {with_article(noun)}, or of a user. The "
        f"mean score of {with_article(noun)} is the average pair's, plus its bias, plus that, plus the mean bias of "
        "those who rated it.\n\n"
        if scorer.has_vectors
        else ""
    )
    known = (
        "*±* is the standard deviation of a bias in the posterior. The dashed line is "
        "$n / (n + \\sigma^2 / \\tau^2)$, with the noise $\\sigma$ of a rating and the spread $\\tau$ of biases around "
        "what else the model knows, both found by itself (its evidence is highest there). The share of a part in the "
        "differences between biases is its covariance with the whole over the variance of the whole; shares add up to "
        "100%.\n\n"
        if scorer.has_uncertainty
        else ""
    )
    seen = (
        "Means and counts behind the picture and the curve are those of the training ratings, which is what the model "
        "saw; the tables, and the field above, count the whole data. "
        if scorer.trained_here
        else "Which ratings the model learned from is not known, so all count. "
    )
    show_method(
        f"The model's guess: {scorer.rating_latex()}. The same guesses can be written with other numbers: part of a "
        "bias can lie in the vectors. So all is measured from the average person $\\bar u$ and the average "
        f"{noun} $\\bar v$, each counting as often as they have a training rating: with $a = u - \\bar u$ and "
        "$b = v - \\bar v$ the biases shown here are $b_v + \\bar u \\cdot b$ and $b_u + a \\cdot \\bar v$, "
        f"their means taken off, in units of the score{inside}. What is left, $a \\cdot b$, is taste.\n\n"
        "What an average leads one to expect is fitted, not known. The mean that is believed, from $n$ ratings "
        "with mean $m$, is\n\n"
        "$$c + \\frac{n}{n + s} \\, (m - c),$$\n\n"
        f"with the overall mean $c$; the expected bias is a straight line in {line}. "
        "The shrinkage $s$, level and slope are those with the smallest squared error over all "
        f"{phrases.plural(noun)}, or all users. "
        f"Gray lines show it for a few numbers of ratings. {seen}Color spans 95% of what is colored.\n\n"
        f"{taste}{known}"
        "Form of the shrinkage: Y. Koren (2010), *Factor in the neighbors*, section 2.1, "
        "[doi:10.1145/1644873.1644874](https://doi.org/10.1145/1644873.1644874)."
    )


def show() -> None:
    """Everything on the page for a model that has biases."""
    side, min_ratings, marked = controls()
    try:
        fit = analyses.bias_fit(run.run_id, users=side.users)
    except AnalysisError:  # fewer than three rated, or all averages equal
        st.info(words.no_fit(side.rows, side.mean), icon=":material/info:")
        return
    listed = side.rows.trained & (side.rows.count >= min_ratings)
    furthest = picture(side, fit, listed, marked)
    st.caption(words.meaning(side.rows, component_analyses.centered_model(run.run_id)))
    tables.both_ends(run.run_id, side, fit, furthest, min_ratings)
    shrinkage(side, fit)
    sums(side, listed, furthest, marked)
    explanation()


st.title(f"Which {phrases.plural(noun)} does everybody like, and who is generous?")
st.markdown(
    f"A bias is one number {with_article(noun)}: what the model adds to its guess whoever is asked, before any taste "
    "is compared. "
    "People have one too: how generous they are. Most of it is the plain average; the rest is worth a look."
)
if scorer.has_biases:
    show()
else:
    stop_without(run, "has_biases")
