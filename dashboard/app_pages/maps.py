"""Maps: pictures of all items at once, how far to trust them, and axes of people's own."""

import streamlit as st

from core.data.nouns import with_article
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.maps import axis_view, view
from dashboard.shared import elements, twin
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shell.needs_run import require_run

MAP, AXIS = "A map", "An axis of your own"


def _unless_described(rows: Rows) -> str:
    return f", but where {escape(rows.described_by)} say where they lie" if rows.features else ""


def _who(rows: Rows) -> str:
    """Which rows take part; empty where all do."""
    if not rows.rated:
        return ""
    if not rows.scorer.trained_here:
        return f"Only {rows.nouns} with enough ratings take part. "
    return (
        f"Only {rows.nouns} with enough ratings take part, and of them those with a rating in the training part: the "
        f"others' numbers were never learned{_unless_described(rows)}. "
    )


def _of_predictions(rows: Rows) -> str:
    if not rows.scorer.guesses_ratings:
        return ""
    return (
        f", or, of what the model predicts, the one along which the places of the {rows.nouns} correlate most, each "
        "counting as often as it was rated"
    )


def _where_confirmed(rows: Rows) -> str:
    if not (rows.scorer.guesses_ratings and rows.scorer.trained_here):
        return ""
    return "; an axis has them where it follows a component that held-out ratings confirm"


def _uncertainty(rows: Rows) -> str:
    """How it is computed how sure places are; empty where the model does not know."""
    if rows.variance is None:
        return ""
    return (
        "\n\n**How sure** a place is follows from the posterior of a vector: independent normal numbers with variances "
        "$s$. Where a map is $W v$, as PCA and own axes are, the place has the covariance $W \\, \\mathrm{diag}(s) \\, "
        "W^\\top$, exactly; its outline holds two thirds of that. A point is solid where the root of the trace is "
        "small among the points shown, faint where it is large."
    )


def explanation(run: Run, rows: Rows) -> None:
    """How maps, groups and axes are computed, folded away: formulas and sources."""
    nouns, width = rows.nouns, run.config.dimensions
    elements.show_method(
        f"{_who(rows)}In 3D, of more than 12,000 a sample is drawn; everything else, neighbors and downloads "
        "included, uses all of them.\n\n"
        "**PCA** lays the map along the first components of the page Components, the same whichever "
        f"{nouns} are drawn. **t-SNE** "
        "([van der Maaten and Hinton 2008](https://jmlr.org/papers/v9/vandermaaten08a.html)) "
        "turns distances into chances of being neighbors, $p_{ij}$ in the model and $q_{ij}$ on the map, and moves "
        "the points until $\\sum p_{ij} \\log (p_{ij} / q_{ij})$ is small. It is scikit-learn's, with the "
        "Barnes–Hut shortcut ([2014](https://jmlr.org/papers/v15/vandermaaten14a.html)), and starts from the "
        "principal components. **UMAP** ([McInnes, Healy and Melville 2018](https://arxiv.org/abs/1802.03426)) "
        "does the like with a graph of neighbors; it needs the package `umap-learn`. Equal settings and seeds give "
        "equal maps.\n\n"
        f"**Faithfulness** compares the 10 nearest of each {rows.noun} in all {width} dimensions, by the measure "
        "that the map was made with (cosine for PCA), with the 10 nearest on the picture, by eye. Trustworthiness "
        "([Venna and Kaski 2001](https://doi.org/10.1007/3-540-44668-0_68)) is 1 where no stranger is drawn among "
        "the 10 nearest, and falls with how far off the strangers truly are.\n\n"
        "**Groups** are found in the model's own space: k-means brings all vectors to length one where near means "
        "cosine, and is started four times; HDBSCAN "
        "([Campello, Moulavi and Sander 2013](https://doi.org/10.1007/978-3-642-37456-2_14)) draws nothing by "
        "chance. A name holds genres, decades and words of titles whose odds are at least twice those elsewhere, "
        "the surest difference first (z-score of two proportions, at least 4). How far groups would come again is "
        "the mean adjusted Rand index ([Hubert and Arabie 1985](https://doi.org/10.1007/BF01908075)) of k-means "
        "from four seeds; how far they lie apart the mean silhouette "
        "([Rousseeuw 1987](https://doi.org/10.1016/0377-0427%2887%2990125-7)).\n\n"
        "**An axis of one's own** runs from the mean $a$ of the low pole's vectors to the mean $b$ of the high "
        f"pole's. {with_article(rows.noun).capitalize()} $v$ lies at "
        "$2 \\, (v - (a + b) / 2) \\cdot (b - a) / \\lVert b - a \\rVert^2$: "
        "−1 is the one mean, 1 the other. The closest component is that of the page Components with "
        f"the largest |cosine| to $b - a${_of_predictions(rows)}; the angle between two axes is measured between "
        "their directions. The words at the ends are hints as on the page Components: Spearman's correlation, or "
        f"2 AUC − 1 for a category{_where_confirmed(rows)}.{_uncertainty(rows)}"
    )


run = require_run("has_vectors")

st.title(f"Where does each {run.dataset.noun} lie?")
run = twin.shown(run)
ratings, rows = loaders.ratings_of(run.run_id), loaders.item_rows(run.run_id)
introduction = st.container()
line = st.container(horizontal=True, vertical_alignment="bottom")
with line:
    part = elements.segments("Look at", [MAP, AXIS], "maps")
show, words = (view.show, view.INTRODUCTION) if part == MAP else (axis_view.show, axis_view.INTRODUCTION)
introduction.markdown(words.format(noun=rows.noun, nouns=rows.nouns, dimensions=run.config.dimensions))
show(run, ratings, rows, line)
explanation(run, rows)
