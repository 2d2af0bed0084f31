"""Components: the main directions of the embedding, and the items at both ends of each."""

import numpy as np
import streamlit as st

from core.analysis.ends import Ends, ends
from core.analysis.pca import Pca
from dashboard import component_words, copy, loaders, tables
from dashboard.charts import components as charts
from dashboard.component_map import component_map
from dashboard.needs_run import require_run

TOP = 10
"""Items at each end, as in the article."""
NAMED = 3
"""Items named on the strip at each end."""
WELL_KNOWN = 21
"""Ratings an item needs to be listed, at first: the article's "more than 20"."""

run = require_run()
ratings = loaders.ratings(run.dataset.dataset_id)
rows = loaders.item_rows(run.run_id)
noun = rows.noun


def most_asked() -> int:
    """The highest number of ratings that still leaves items for two ends; at least 1."""
    return max(1, int(np.sort(rows.count)[-min(2 * TOP, len(rows))]))


def controls() -> tuple[int, int, Pca]:
    """The chosen component from 0, the ratings an item needs to be listed, and the components."""
    n = min(run.config.embedding_dim, len(rows))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input("Component", 1, n, 1, key="component", bind="query-params", width=130)
        least = st.number_input(
            "Enough ratings: at least",
            1,
            most_asked(),
            min(WELL_KNOWN, most_asked()),
            key="min",
            bind="query-params",
            width=190,
            help=f"Only {noun}s with this many ratings are listed at the ends; the place of others is mostly chance.",
        )
        shaped = st.toggle(
            "Only these shape the components",
            key="shaped",
            bind="query-params",
            help=f"Off: all {len(rows):,} {noun}s take part in the analysis. On: only those with enough ratings do.",
        )
        centered = st.toggle(
            "Centered",
            key="centered",
            bind="query-params",
            help="Subtract the mean of every dimension first. The article does not, so its first component also holds "
            f"what all {noun}s have in common.",
        )
    return number - 1, least, loaders.item_pca(run.run_id, centered=centered, min_ratings=least if shaped else 0)


def choose_bar() -> None:
    """A click on a bar chooses its component."""
    points = st.session_state.scree.selection.points
    if points:
        st.session_state.component = int(points[0]["x"])


def overview(result: Pca, component: int, listed: np.ndarray) -> Ends:
    """The scree plot and the chosen component as a strip; the ends that the tables list."""
    found = ends(result.scores[:, component], listed, TOP)
    left, right = st.columns([2, 3], gap="medium")
    said = component_words.scree(result, component)
    left.plotly_chart(
        charts.scree(result.variance_ratio, result.cumulative, chosen=component),
        key="scree",
        on_select=choose_bar,
        selection_mode="points",
        config=copy.CHART_CONFIG,
        alt=f"Share of the total carried by each of {len(result.variance_ratio)} components. {said}",
    )
    left.markdown(f"{said} Select a bar to choose another.")
    said = component_words.ends(ratings, rows, found)
    right.plotly_chart(
        charts.strip(
            result.scores[:, component],
            rows.labels,
            listed,
            Ends(top=found.top[:NAMED], bottom=found.bottom[:NAMED]),
            component=component + 1,
            noun=noun,
        ),
        key="strip",
        config=copy.CHART_CONFIG,
        alt=f"All {noun}s along component {component + 1}. {said}",
    )
    right.markdown(said)
    return found


def both_ends(result: Pca, component: int, found: Ends) -> None:
    """The lowest and the highest items as tables that face each other, with the article's columns."""
    beside = component + 1 if component + 1 < result.scores.shape[1] else component - 1
    shown = [component] if beside < 0 else [component, beside]
    sides = (("lowest", found.bottom), ("highest", found.top))
    for place, (words, chosen) in zip(st.columns(2, gap="medium"), sides, strict=True):
        with place:
            st.subheader(f"The {len(chosen)} {words} on component {component + 1}")
            scores = {f"PC {axis + 1}": result.scores[chosen, axis] for axis in shown}
            st.dataframe(
                tables.items(ratings, rows, chosen, scores),
                hide_index=True,
                column_order=[tables.TITLE, *scores, tables.MEAN, tables.COUNT, tables.GENRES],
                column_config=tables.COLUMNS | tables.number(*scores),
                alt=f"The {len(chosen)} {noun}s {words} on component {component + 1}",
            )


def explanation(result: Pca) -> None:
    """Formulas and sources."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"The {noun} matrix $X$ has one row of {run.config.embedding_dim} numbers a {noun}. Its singular value "
            "decomposition $X = U S V^\\top$ gives the components, the rows of $V^\\top$, and the scores $X V$. "
            "Component $k$ carries the share $s_k^2 / \\sum_j s_j^2$ of the total. Without centering this is what the "
            "article computes with R's `prcomp(center = FALSE)`: the total is the mean squared length of a row, not a "
            "variance, and the first component often points from zero to the middle of all rows. *Centered* subtracts "
            "the mean of each dimension first.\n\n"
            "A component and its mirror image are the same finding. The sign is fixed so that its largest loading is "
            f"positive: which end is called high has no meaning. {noun.capitalize()}s that do not shape the components "
            "are placed on them all the same, by the same projection.\n\n"
            "Number colors span the middle 90% of what is drawn; values beyond have the color of the nearest end. A "
            "correlation named under the map is Spearman's, over the ranks of what is drawn.\n\n"
            "I. T. Jolliffe (2002), *Principal Component Analysis*, 2nd edition, Springer, "
            "[doi:10.1007/b98835](https://doi.org/10.1007/b98835) · "
            "[R documentation of prcomp](https://stat.ethz.ch/R-manual/R-devel/library/stats/html/prcomp.html)"
        )


st.title("Which tastes did it find?")
st.markdown(
    f"Principal components are the main directions in the {noun} matrix, the strongest first. Look at the {noun}s at "
    "both ends of a component: what sets them apart is what the model learned to tell apart, and it is yours to name."
)
component, least, result = controls()
listed = rows.count >= least
found = overview(result, component, listed)
both_ends(result, component, found)
component_map(ratings, rows, result, listed, least, loaders.item_hover(run.run_id))
explanation(result)
