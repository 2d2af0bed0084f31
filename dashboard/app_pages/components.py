"""Components: the main directions of the embedding, and the items at both ends of each."""

from functools import partial

import streamlit as st

from core.analysis.components.counterparts import ALIKE
from core.analysis.components.extremes import Ends, ends
from core.analysis.components.hints import CLEAR_EFFECT, CLEAR_EFFECT_FIRST, CLEAR_Z, CLEAR_Z_FIRST, FEWEST_NAMED
from core.data.nouns import with_article
from dashboard.cache import analyses, loaders
from dashboard.charts import components as charts
from dashboard.charts.scree import scree
from dashboard.principal_components import trust as component_trust
from dashboard.principal_components import words as component_words
from dashboard.principal_components.ends import both_ends
from dashboard.principal_components.naming import How
from dashboard.principal_components.plane import component_map
from dashboard.principal_components.view import View, load_view
from dashboard.shared import elements, phrases, selection
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import require_run

TOP = 10
"""Items at each end, as in the article."""
NAMED = 3
"""Items named on the strip at each end."""

run = require_run("has_vectors")
ratings = loaders.ratings(run.dataset.dataset_id)
rows = loaders.item_rows(run.run_id)
noun, nouns = rows.noun, rows.nouns


def controls() -> tuple[int, int, How]:
    """The choices in one line: the component from 0, the ratings an item needs, and how the components come about."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = elements.whole_number("Component", 1, min(run.config.dimensions, len(rows)), 1, "component", width=130)
        min_listed = elements.enough_ratings(
            rows.count,
            leaving=2 * TOP,
            key="min",
            words=f"Only {nouns} with this many ratings are listed at the ends; the place of others is mostly chance.",
        )
        shaped = elements.toggle(
            "Only these shape the components",
            "shaped",
            f"Off: all {len(rows):,} {nouns} take part in the analysis. On: only those with enough ratings do.",
        )
        centered = elements.toggle(
            "Centered",
            "centered",
            "Subtract the mean of every dimension first. The article does not, so its first component also holds "
            f"what all {nouns} have in common.",
        )
    return number - 1, min_listed, How(centered, min_listed if shaped else 0)


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


def overview(view: View, outermost: Ends) -> list[int]:
    """The scree plot, and the chosen component as a strip; the items that somebody marked on it."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        shares(view)
    picture = right.container()
    with right:
        marked = selection.search(
            f"Mark {nouns}", rows.offered, key="mark", words="They are ringed and named here and on the map below."
        )
    text = component_words.ends(ratings, rows, outermost)
    named = Ends(top=outermost.top[:NAMED], bottom=outermost.bottom[:NAMED])
    figure = charts.strip(
        view.scores,
        rows.labels,
        view.listed,
        named,
        hover=loaders.item_hover(run.run_id),
        label=view.label,
        noun=noun,
        marked=marked,
        std=view.score_std,
    )
    alt = f"All {nouns} along {view.label.short}. {text}"
    picture.plotly_chart(figure, key="strip", config=phrases.CHART_CONFIG, alt=alt)
    picture.markdown(text)
    return marked


def shares(view: View) -> None:
    """How much each component carries."""
    text = component_words.scree(view.result, view.component)
    if view.noise is not None:
        text = f"{text} {component_words.noise(view.noise, view.component)}"
    if view.score_std is not None:
        text = f"{text} {component_words.known(view.scores, view.score_std, rows.nouns)}"
    ratio, cumulative = view.result.variance_ratio, view.result.cumulative
    figure = scree(ratio, cumulative, chosen=view.component, noise=view.noise, labels=view.labels)
    alt = f"Share of the total carried by each of {len(view.labels)} components."
    elements.clickable_chart(figure, "scree", partial(component_trust.choose, len(view.labels), "scree"), alt, text)
    st.caption("Select a bar to choose another.")


def explanation(dimensions: int) -> None:
    """How all of this is computed, folded away: formulas and sources."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"The {noun} matrix $X$ has one row of {dimensions} numbers {with_article(noun)}. Its singular value "
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
            "than chance in this matrix, not that another training would find the component again. A model that knows "
            "how sure it is has no band: its dimensions are independent as they are, so shuffling them says nothing. "
            "It says itself how well a score $v \\cdot c$ is known: its posterior is a normal distribution with the "
            "variance $\\sum_j c_j^2 s_j$, where $s_j$ is that of the number in dimension $j$.\n\n"
            "Whether one would is measured by training again from other seeds: the same analysis of each of those "
            "matrices, and their components matched one to one ([Kuhn 1955](https://doi.org/10.1002/nav.3800020109)) "
            "so that the sum of $|r|$ is largest, with $r$ the Pearson correlation of the scores of the trained "
            f"{nouns} that shape the components. The bar is the median over the other seeds.\n\n"
            f"How many matter is measured by rebuilding every {noun}'s vector from its first $k$ components, "
            "$\\hat v = m + \\sum_{i \\le k} ((v - m) \\cdot c_i) \\, c_i$ with $m$ the mean vector where "
            "centered and else zero, and predicting validation ratings with it; biases stay as they are. Of more than "
            "100,000 validation ratings as many are drawn.\n\n"
            "A name you give belongs to the direction: with other settings it stands at the component that points the "
            "same way (cosine of at least 0.95), its ends swapped where the sign is.\n\n"
            f"The hints look at the {nouns} with enough ratings. For a number the effect is Spearman's correlation "
            "with the score; for a category 2 AUC − 1, how much more often one of its members lies above one of the "
            "others than below; p is corrected after "
            "[Benjamini and Hochberg (1995)](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). Words appear only "
            "for a component that held-out ratings confirm, or that follows one of them ($|r|$ of at least "
            f"{ALIKE}), and only for effects at least {CLEAR_Z} times their standard error ({CLEAR_Z_FIRST} for the "
            f"first component); a category also needs {FEWEST_NAMED} {nouns} and an effect of at least {CLEAR_EFFECT} "
            f"({CLEAR_EFFECT_FIRST} for the first). Data without taste hardly ever give such a hint. They go together "
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
view = load_view(run.run_id, *controls())
for problem in view.names.problems:
    st.warning(escape(phrases.sentence(problem)), icon=":material/edit_off:")
sure_end = view.score_std is not None and choose_sure_end()
outermost = ends(view.scores, view.listed, TOP, std=view.score_std if sure_end else None)
marked = overview(view, outermost)
both_ends(
    view,
    outermost,
    analyses.component_hints(
        run.run_id, view.component, centered=view.how.centered, min_ratings=view.how.min_ratings, least=view.min_listed
    ),
)
component_trust.trust(view)
component_map(run.run_id, view.component, view.min_listed, view.how, tuple(marked))
explanation(run.config.dimensions)
