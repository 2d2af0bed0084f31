"""Components: the main directions of the embedding, and the items at both ends of each."""

from functools import partial

import numpy as np
import streamlit as st

from core.analysis.components.extremes import Ends, ends
from dashboard.cache import analyses, loaders
from dashboard.charts import components as charts
from dashboard.charts.scree import scree
from dashboard.principal_components import trust as component_trust
from dashboard.principal_components import words as component_words
from dashboard.principal_components.ends import both_ends
from dashboard.principal_components.method import explanation
from dashboard.principal_components.naming import How
from dashboard.principal_components.plane import component_map
from dashboard.principal_components.view import View, look
from dashboard.shared import phrases, selection
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import require_run

TOP = 10
"""Items at each end, as in the article."""
NAMED = 3
"""Items named on the strip at each end."""
WELL_KNOWN = 21
"""Ratings an item needs to be listed, at first: the article's "more than 20"."""

run = require_run("has_vectors")
ratings = loaders.ratings(run.dataset.dataset_id)
rows = loaders.item_rows(run.run_id)
noun, nouns = rows.noun, rows.nouns


def most_asked() -> int:
    """The highest number of ratings that still leaves items for two ends; at least 1."""
    return max(1, int(np.sort(rows.count)[-min(2 * TOP, len(rows))]))


def controls() -> tuple[int, int, How]:
    """The choices in one line: the component from 0, the ratings an item needs, and how the components come about."""
    n = min(run.config.dimensions, len(rows))
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
    return number - 1, least, How(centered, least if shaped else 0)


def overview(view: View, found: Ends) -> list[int]:
    """The scree plot, and the chosen component as a strip; the items that somebody marked on it."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        shares(view)
    picture = right.container()
    with right:
        marked = selection.search(
            f"Mark {nouns}", rows.offered, key="mark", words="They are ringed and named here and on the map below."
        )
    said = component_words.ends(ratings, rows, found)
    picture.plotly_chart(
        charts.strip(
            view.scores,
            rows.labels,
            view.listed,
            Ends(top=found.top[:NAMED], bottom=found.bottom[:NAMED]),
            label=view.label,
            noun=noun,
            marked=marked,
        ),
        key="strip",
        config=phrases.CHART_CONFIG,
        alt=f"All {nouns} along {view.label.short}. {said}",
    )
    picture.markdown(said)
    return marked


def shares(view: View) -> None:
    """How much each component carries."""
    said = component_words.scree(view.result, view.component)
    if view.noise is not None:
        said = f"{said} {component_words.noise(view.noise, view.component)}"
    st.plotly_chart(
        scree(
            view.result.variance_ratio,
            view.result.cumulative,
            chosen=view.component,
            noise=view.noise,
            labels=view.labels,
        ),
        key="scree",
        on_select=partial(component_trust.choose, len(view.labels), "scree"),
        selection_mode="points",
        config=phrases.CHART_CONFIG,
        alt=f"Share of the total carried by each of {len(view.labels)} components. {said}",
    )
    st.markdown(f"{said} Select a bar to choose another.")


st.title("Which tastes did it find?")
st.markdown(
    f"Principal components are the main directions in the {noun} matrix, the strongest first. Look at the {nouns} at "
    "both ends of a component: what sets them apart is what the model learned to tell apart, and it is yours to name."
)
view = look(run.run_id, *controls())
for problem in view.names.problems:
    st.warning(escape(phrases.sentence(problem)), icon=":material/edit_off:")
found = ends(view.scores, view.listed, TOP)
marked = overview(view, found)
both_ends(
    view,
    found,
    analyses.component_hints(
        run.run_id,
        view.component,
        centered=view.how.centered,
        min_ratings=view.how.min_ratings,
        least=view.least,
    ),
)
component_trust.trust(view)
component_map(run.run_id, view.component, view.least, view.how, tuple(marked))
explanation(noun, run.config.dimensions)
