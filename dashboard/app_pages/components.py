"""Components: the main directions of the embedding, and the items at both ends of each."""

from functools import partial

import numpy as np
import streamlit as st

from core.analysis.components.bases import How
from core.analysis.components.extremes import Ends, ends
from dashboard.cache import component_analyses, loaders
from dashboard.charts import components as charts
from dashboard.charts.components import scree
from dashboard.principal_components import proofs
from dashboard.principal_components import trust as component_trust
from dashboard.principal_components import words as component_words
from dashboard.principal_components.ends import both_ends
from dashboard.principal_components.how import choose
from dashboard.principal_components.method import explanation
from dashboard.principal_components.plane import component_map
from dashboard.principal_components.view import View, load_view
from dashboard.shared import elements, finding, phrases, selection, twin
from dashboard.shared.markup import escape, spoken
from dashboard.shell.needs_run import require_run

TOP = 10
"""Items at each end, as in the article."""
NAMED = 3
"""Items named on the strip at each end."""

run = require_run("has_vectors")
noun, nouns = run.dataset.noun, phrases.plural(run.dataset.noun)


def controls() -> tuple[int, int, How]:
    """The choices in one line: the component from 0, the ratings an item needs, and how the components come about."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.container(width=130)  # how many there are follows from what comes after it
        min_listed = elements.enough_ratings(
            rows.count,
            leaving=2 * TOP,
            key="min",
            words=f"Only {nouns} with this many ratings are listed at the ends; the place of others is mostly chance.",
        )
        how = choose("components", run.run_id, rows, min_listed)
    n = len(component_analyses.components(run.run_id, how).components)
    with first:
        number = elements.whole_number("Component", 1, n, 1, "component")
    return number - 1, min_listed, how


def choose_sure_end() -> bool:
    """The switch between two orders of the ends, for a model that knows how sure it is."""
    on = elements.toggle(
        "Sure ends first",
        "sure",
        "On: the ends are ordered by how far out a score surely is, a standard deviation short of it. Off: by the "
        "score itself, as in the article.",
        first=True,
    )
    order = "far out even if their score is a standard deviation too far out" if on else "furthest out by their score"
    st.caption(
        f"This model knows how well it knows each score: ± in the tables, bars on the picture. At the ends stand the "
        f"{nouns} that are {order}."
    )
    return on


def evidence(view: View) -> None:
    """What each component is worth on unseen ratings, and beside it how much of the whole each carries."""
    if not run.scorer.trained_here:
        if view.how.basis == "predictions":
            st.caption(component_words.UNTESTABLE)
        elif view.tested.chance is not None:
            tested = view.tested.signal(view.how) is not None
            st.markdown(component_words.above_chance(view.tested.chance, rows, len(view.labels), tested=tested))
        shares(view)
        return
    about = st.container()
    why_not = component_analyses.no_predictions(view.run.run_id)
    if view.tested.proof is None and why_not:
        about.caption(escape(component_words.untested(view.run, why_not)))
        shares(view)
        return
    if view.how.basis == "pca":
        about.caption(
            "Tested on unseen ratings are the components of what the model predicts. Those below are of the item "
            "matrix, in another order and along other directions: choose “What it predicts” to look at the tested ones."
        )
    with about:
        proofs.verdict(view.run, view.tested)
    left, right = st.columns(2, gap="medium")
    with left:
        proofs.section(view.run, view.how, view.tested, view.labels, view.component)
        proofs.offer(view.run, view.tested)
    with right:
        shares(view)


def strip(view: View, outermost: Ends) -> list[int]:
    """The chosen component as a strip; the items that somebody marked on it."""
    picture = st.container()
    marked = finding.several(
        f"Mark {nouns}", rows.offered, key="mark", words="They are ringed and named here and on the map below."
    )
    text = component_words.ends(ratings, rows, outermost)
    named = Ends(top=outermost.top[:NAMED], bottom=outermost.bottom[:NAMED])
    figure = charts.strip(
        view.scores,
        rows.labels,
        view.listed,
        named,
        hover=loaders.hover(run.run_id),
        label=view.label,
        noun=noun,
        marked=selection.with_chosen(marked, ratings),
        std=view.score_std,
    )
    alt = f"{nouns.capitalize()} along {view.label.short}. {spoken(text)}"
    picture.plotly_chart(figure, key="strip", config=phrases.CHART_CONFIG, alt=alt)
    picture.markdown(text)
    return marked


def shares(view: View) -> None:
    """How much each component carries."""
    text = component_words.scree(view.result, view.component)
    if view.score_std is not None:
        text = f"{text} {component_words.known(view.scores, view.score_std, rows.nouns)}"
    twins = component_analyses.strength_without_taste(view.run.run_id) if view.how.basis == "predictions" else None
    if twins is not None:
        text = f"{text} {component_words.without_taste(twins.models)}"
    ratio, cumulative = view.result.variance_ratio, view.result.cumulative
    line, name = (None, "") if twins is None else (twins.share, "without taste")
    chance = view.tested.chance
    if chance is not None and view.tested.signal(view.how) is not None:
        line, name = np.full(len(ratio), np.nan), "by chance up to"
        line[: len(chance.level)] = chance.level
    figure = scree(ratio, cumulative, chosen=view.component, labels=view.labels, line=line, line_name=name)
    alt = f"Share of the total carried by each of {len(view.labels)} components."
    elements.clickable_chart(figure, "scree", partial(proofs.choose, len(view.labels), "scree"), alt, text)
    st.caption("Select a bar to choose another.")


title, introduction = component_words.introduction(run)
st.title(title)
st.markdown(introduction)
run = twin.shown(run)
ratings, rows = loaders.ratings_of(run.run_id), loaders.item_rows(run.run_id)
view = load_view(run.run_id, *controls())
# Each part has a place of its own, whatever is in it: what follows a place that was not there is all drawn anew.
with st.container():
    for problem in view.names.problems:
        st.warning(escape(phrases.sentence(problem)), icon=":material/edit_off:")
with st.container():
    evidence(view)
with st.container():
    sure_end = view.score_std is not None and choose_sure_end()
outermost = ends(view.scores, view.listed, TOP, std=view.score_std if sure_end else None)
marked = strip(view, outermost)
with st.container(key="both_ends"):
    both_ends(
        view, outermost, component_analyses.component_hints(run.run_id, view.component, view.how, least=view.min_listed)
    )
with st.container():
    component_trust.trust(view)
component_map(run.run_id, view.component, view.min_listed, view.how, tuple(marked))
explanation(rows, run.config.dimensions)
