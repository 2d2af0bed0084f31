"""Components: the main directions of the embedding, and the items at both ends of each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.ends import Ends, ends
from core.analysis.hints import Hint
from core.analysis.noise import Noise
from core.analysis.pca import Pca
from core.analysis.wording import words
from dashboard import analyses, component_words, copy, loaders, tables
from dashboard.charts import components as charts
from dashboard.charts.scree import scree
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
noun, nouns = rows.noun, copy.plural(rows.noun)


def most_asked() -> int:
    """The highest number of ratings that still leaves items for two ends; at least 1."""
    return max(1, int(np.sort(rows.count)[-min(2 * TOP, len(rows))]))


@dataclass(frozen=True, eq=False)
class Chosen:
    """What the controls say: the component from 0, the ratings an item needs, and how the components come about."""

    component: int
    least: int
    centered: bool
    shaped_by: int

    def pca(self) -> Pca:
        return analyses.item_pca(run.run_id, centered=self.centered, min_ratings=self.shaped_by)

    def noise(self) -> Noise | None:
        """What chance would give; None for a single dimension, of which shuffling changes nothing."""
        if run.config.embedding_dim == 1:
            return None
        return analyses.item_noise(run.run_id, centered=self.centered, min_ratings=self.shaped_by)

    def hints(self) -> tuple[Hint, ...]:
        return analyses.component_hints(
            run.run_id, self.component, centered=self.centered, min_ratings=self.shaped_by, least=self.least
        )


def controls() -> Chosen:
    """The choices in one line."""
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
            help=f"Only {nouns} with this many ratings are listed at the ends; the place of others is mostly chance.",
        )
        shaped = st.toggle(
            "Only these shape the components",
            key="shaped",
            bind="query-params",
            help=f"Off: all {len(rows):,} {nouns} take part in the analysis. On: only those with enough ratings do.",
        )
        centered = st.toggle(
            "Centered",
            key="centered",
            bind="query-params",
            help="Subtract the mean of every dimension first. The article does not, so its first component also holds "
            f"what all {nouns} have in common.",
        )
    return Chosen(number - 1, least, centered, shaped_by=least if shaped else 0)


def choose_bar() -> None:
    """A click on a bar chooses its component."""
    points = st.session_state.scree.selection.points
    if points:
        st.session_state.component = int(points[0]["x"])


def overview(result: Pca, noise: Noise | None, component: int, listed: np.ndarray) -> Ends:
    """The scree plot and the chosen component as a strip; the ends that the tables list."""
    found = ends(result.scores[:, component], listed, TOP)
    left, right = st.columns([2, 3], gap="medium")
    said = component_words.scree(result, component)
    if noise is not None:
        said = f"{said} {component_words.noise(noise, component)}"
    left.plotly_chart(
        scree(result.variance_ratio, result.cumulative, chosen=component, noise=noise),
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
            noise=noise is not None and not noise.above[component],
        ),
        key="strip",
        config=copy.CHART_CONFIG,
        alt=f"All {nouns} along component {component + 1}. {said}",
    )
    right.markdown(said)
    return found


def both_ends(result: Pca, component: int, found: Ends, hinted: tuple[Hint, ...]) -> None:
    """The lowest and the highest items as tables that face each other, with the article's columns and hints."""
    told = words(hinted)
    beside = component + 1 if component + 1 < result.scores.shape[1] else component - 1
    shown = [component] if beside < 0 else [component, beside]
    sides = (("lowest", found.bottom, told.bottom), ("highest", found.top, told.top))
    for place, (which, chosen, hint) in zip(st.columns(2, gap="medium"), sides, strict=True):
        with place:
            st.subheader(f"The {len(chosen)} {which} on component {component + 1}")
            st.markdown(component_words.end(hint, nouns))
            scores = {f"PC {axis + 1}": result.scores[chosen, axis] for axis in shown}
            st.dataframe(
                tables.items(ratings, rows, chosen, scores),
                hide_index=True,
                column_order=[tables.TITLE, *scores, tables.MEAN, tables.COUNT, tables.GENRES],
                column_config=tables.COLUMNS | tables.number(*scores),
                alt=f"The {len(chosen)} {nouns} {which} on component {component + 1}",
            )
    if hinted:
        hints_in_numbers(hinted)


def hints_in_numbers(hinted: tuple[Hint, ...]) -> None:
    """Effect sizes and corrected p-values, the strongest first."""
    with st.expander("The hints in numbers", icon=":material/label:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "What": [hint.name for hint in hinted],
                    "Effect": [hint.effect for hint in hinted],
                    "Corrected p": [hint.q for hint in hinted],
                    rows.noun.capitalize() + " count": [hint.n for hint in hinted],
                }
            ),
            hide_index=True,
            height=300,
            column_config={
                "Effect": st.column_config.NumberColumn(
                    format="%+.2f", help="From −1, only at the low end, to +1, only at the high end"
                ),
                "Corrected p": st.column_config.NumberColumn(
                    format="%.2g", help="How often chance alone does as much, corrected for looking at many things"
                ),
            },
            alt="Everything known that goes together with this component, the strongest first",
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
            f"positive: which end is called high has no meaning. {nouns.capitalize()} that do not shape the components "
            "are placed on them all the same, by the same projection.\n\n"
            "The noise band is parallel analysis ([Horn 1965](https://doi.org/10.1007/BF02289447)): every column of "
            "the matrix is shuffled by itself, 20 times, and the band is the 95th percentile of what components carry "
            "then. Without centering, the part that all rows have in common is added to it. Above the band means more "
            "than chance in this matrix, not that another training would find the component again.\n\n"
            f"The hints look at the {nouns} with enough ratings. For a number the effect is Spearman's correlation "
            "with the score; for a category 2 AUC − 1, how much more often one of its members lies above one of the "
            "others than below. The words name effects of at least 0.1 with p below 0.05 after the correction of "
            "[Benjamini and Hochberg (1995)](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). They go together "
            "with the component; that it is about them is for you to judge.\n\n"
            "Number colors span the middle 90% of what is drawn; values beyond have the color of the nearest end. A "
            "correlation named under the map is Spearman's, over the ranks of what is drawn.\n\n"
            "I. T. Jolliffe (2002), *Principal Component Analysis*, 2nd edition, Springer, "
            "[doi:10.1007/b98835](https://doi.org/10.1007/b98835) · "
            "[R documentation of prcomp](https://stat.ethz.ch/R-manual/R-devel/library/stats/html/prcomp.html)"
        )


st.title("Which tastes did it find?")
st.markdown(
    f"Principal components are the main directions in the {noun} matrix, the strongest first. Look at the {nouns} at "
    "both ends of a component: what sets them apart is what the model learned to tell apart, and it is yours to name."
)
chosen = controls()
result = chosen.pca()
listed = rows.count >= chosen.least
found = overview(result, chosen.noise(), chosen.component, listed)
both_ends(result, chosen.component, found, chosen.hints())
component_map(ratings, rows, result, listed, chosen.least, loaders.item_hover(run.run_id))
explanation(result)
