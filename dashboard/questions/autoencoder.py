"""The third question: how the factors of an autoencoder differ from those of a factorization."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.compare.comparison import FEWEST
from core.analysis.questions.spectra import STRONGEST, Angles, Taste
from core.analysis.questions.spectra import angles as angles_between
from core.errors import LimitError
from core.model.families import FAMILIES
from core.model.run import Run
from core.studies.twins import twin_id
from dashboard.cache import analyses, loaders
from dashboard.charts import questions as charts
from dashboard.compare import words as compare_words
from dashboard.questions import words
from dashboard.questions.models import beside, offer
from dashboard.shared import elements, phrases, tables, twin
from dashboard.shared.elements import show_chart, show_method

KINDS = {"autoencoder_items": "The ratings of one {noun}", "autoencoder_users": "The ratings of one person"}
"""The families of autoencoders, by what goes in."""

LISTED = 20
"""Items that moved most in the table."""

FACTORIZATION, AUTOENCODER = "factorization", "autoencoder"


@dataclass(frozen=True)
class Both:
    """A factorization and an autoencoder, on the items with `least` ratings that both have learned about."""

    run: Run
    other: Run
    least: int

    @property
    def rows(self) -> np.ndarray:
        """Rows of the items, rising; both learned from the same data."""
        return analyses.shared_items(self.run.run_id, self.other.run_id, min_ratings=self.least).first

    def taste(self, run_id: str) -> Taste:
        """What the vectors of one of them, or of the twin, predict of the items."""
        return analyses.taste(run_id, self.rows)

    @property
    def most(self) -> int:
        """Directions that both have, and fewer than items."""
        narrowest = min(len(self.taste(run.run_id).values) for run in (self.run, self.other))
        return max(1, min(narrowest, len(self.rows) // 3))


def show(run: Run) -> None:
    """The whole tab, about a run that guesses ratings."""
    noun = run.dataset.noun
    st.header("Does an autoencoder find the same?")
    st.markdown(
        "Until here an embedding was what two lists have to be so that multiplied they give the rating. An "
        "**autoencoder** comes from elsewhere: all ratings of {a_noun} go in at once, are squeezed through a few "
        "numbers, and are to come out again. What has to be kept in the few numbers is an embedding too.".format(
            **phrases.nouns(noun)
        )
    )
    kinds = {words.format(noun=noun): family for family, words in KINDS.items()}
    family = kinds[elements.segments("What goes in", list(kinds), "goes_in")]
    model = beside(run, family, FAMILIES[family].title)
    if model.run_id is None:
        offer([model])
        _shrinking(run)
        return
    other = loaders.run(model.run_id)
    count = loaders.item_rows(run.run_id).count
    both = Both(run, other, min(elements.WELL_KNOWN, elements.most_asked_for(count, 2 * FEWEST)))
    if len(both.rows) < FEWEST:
        st.info(
            f"Both have learned about {phrases.count(len(both.rows), noun)} with enough ratings only; {FEWEST} are "
            "needed to compare them.",
            icon=":material/info:",
        )
        return
    _errors(both)
    _directions(both)
    _shrinking(run)
    _moved(both)
    if loaders.twins(run.run_id) is None:
        st.header("What would be alike without taste?")
        twin.offer(run)
    _explanation()


def _shrinking(run: Run) -> None:
    """In closed form: how both shrink the singular values of the ratings, by the penalty."""
    values = analyses.rating_spectrum(run.run_id)
    if not values.any():
        st.info("These ratings hold nothing beyond averages, so there is nothing to shrink.", icon=":material/info:")
        return
    st.header("Why they differ, on paper")
    st.markdown(
        "In their simplest form both can be solved exactly. Ratings less the averages are a sum of directions, each "
        "with a strength, its *singular value*; both models keep the directions and shrink the strengths, a "
        "factorization by taking the same off each, an autoencoder by pressing down the weak ones "
        "([Jin et al. 2021](https://arxiv.org/abs/2105.12937)). Move the penalty:"
    )
    most = float(np.ceil(values[0]))
    penalty = st.slider("Penalty", 0.0, most, most / 4, most / 100, key="penalty", bind="query-params", width=330)
    with st.grid(2, min_column_width=330):
        with st.container():
            alt = (
                "Strengths of the directions in the ratings, and what a factorization and an autoencoder keep of them."
            )
            show_chart(charts.shrunk(values, penalty), "shrunk", alt)
        with st.container():
            st.markdown(words.shrunk(values, penalty))


def _errors(both: Both) -> None:
    """How far off both are, everywhere and by the ratings of an item."""
    ids, noun, unit = (both.run.run_id, both.other.run_id), both.run.dataset.noun, phrases.unit(both.run.dataset)
    errors = analyses.errors_by_support(ids)
    with st.grid(3, min_column_width=170):
        st.metric("Factorization", f"{errors.rmse[0]:.3f}", border=True, help=f"Validation RMSE, {unit}.")
        st.metric("Autoencoder", f"{errors.rmse[1]:.3f}", border=True, help=f"Validation RMSE, {unit}.")
        st.metric(f"Difference, {unit}", f"{abs(errors.rmse[1] - errors.rmse[0]):.3f}", border=True)
    with st.grid(2, min_column_width=330):
        with st.container():
            alt = f"The error of both by the training ratings of the {noun}."
            figure = charts.by_ratings(errors, {AUTOENCODER: 1, FACTORIZATION: 0}, noun=noun, unit=unit)
            show_chart(figure, "by_ratings", alt)
        with st.container():
            apart = analyses.paired_errors(ids[1], ids[0], both.run.dataset.dataset_id)
            st.markdown(words.errors(errors, apart, noun, unit))


def _directions(both: Both) -> None:
    """Spectra of the trained models, and the angles between their strongest directions."""
    st.header("Do they look in the same directions?")
    tastes = {AUTOENCODER: both.taste(both.other.run_id), FACTORIZATION: both.taste(both.run.run_id)}
    if not all(one.values[0] > 0 for one in tastes.values()):
        st.info("One of them has learned no taste at all.", icon=":material/info:")
        return
    most = both.most
    many = elements.whole_number("Strongest directions", 1, most, min(STRONGEST, most), "directions", width=190)
    found = angles_between(*(one.items[:, :many] for one in tastes.values()))
    beside = _twin_angles(both, tastes[AUTOENCODER], many)
    with st.grid(2, min_column_width=330):
        with st.container():
            alt = "Strengths of the directions that each model has learned, relative to its first."
            show_chart(charts.spectra({name: one.values for name, one in tastes.items()}), "spectra", alt)
        with st.container():
            chart = {"without taste": beside.degrees} if beside else {}
            alt = "Angles between the strongest directions of both models, and by chance."
            figure = charts.angles({"by chance": found.by_chance, "the two": found.degrees} | chart)
            show_chart(figure, "angles", alt)
    st.markdown(words.directions(found, beside, many))


def _twin_angles(both: Both, of: Taste, many: int) -> Angles | None:
    """The angles of the autoencoder's directions with those of the factorization without taste; None without twins."""
    if loaders.twins(both.run.run_id) is None:
        return None
    other = both.taste(twin_id(both.run.run_id))
    return angles_between(of.items[:, :many], other.items[:, :many])


def _moved(both: Both) -> None:
    """Who moved most, and how popular and unpopular ones differ."""
    noun, items = both.run.dataset.noun, loaders.item_rows(both.run.run_id)
    st.header(f"Which {items.nouns} moved?")
    try:
        result = analyses.comparison(both.run.run_id, both.other.run_id, min_ratings=both.least)
    except LimitError:
        st.info("One of them has learned nothing that could be compared.", icon=":material/info:")
        return
    st.markdown(words.who_moved(result, both.rows, items.count, noun))
    order = np.argsort(-result.moved, kind="stable")[:LISTED]
    changed = {"Moved": result.moved[order], "Neighbors kept": result.overlap.kept[order]}
    elements.table(
        tables.items(loaders.ratings_of(both.run.run_id), items, both.rows[order], changed),
        column_config=tables.COLUMNS
        | tables.number("Moved", form="%.2f", width=70)
        | tables.number("Neighbors kept", form="%d", width=90),
        alt=f"The {items.nouns} that are furthest from their place in the other model",
    )
    st.markdown(compare_words.alike("the factorization", "the autoencoder", result, noun))


def _explanation() -> None:
    show_method(
        "*On paper.* With $X$ the training ratings less the averages, 0 where there is none, and its singular values "
        "$\\sigma$: a factorization that minimizes $\\lVert X - PQ^\\top \\rVert^2 + \\lambda(\\lVert P \\rVert^2 + "
        "\\lVert Q \\rVert^2)$ keeps $\\max(\\sigma - \\lambda, 0)$, an autoencoder that minimizes $\\lVert X - XW "
        "\\rVert^2 + \\lambda^2 \\lVert W \\rVert^2$ keeps $\\sigma^3 / (\\sigma^2 + \\lambda^2)$: R. Jin et al. "
        "(2021), [arXiv:2105.12937](https://arxiv.org/abs/2105.12937), with the autoencoder's penalty counted in the "
        "same units. Of more than 2,000 people a sample is taken. The models on this page differ from these: they look "
        "only at ratings that were given.\n\n"
        "*Directions.* The singular vectors of what each predicts, $u \\cdot v$ less its means over people and items, "
        "for the items compared. *Principal angles* between the spaces of the strongest: Å. Björck and G. H. Golub "
        "(1973), [doi:10.2307/2005662](https://doi.org/10.2307/2005662); by chance: five random pairings of the items. "
        "*Shared* is the mean squared cosine.\n\n"
        "*Moved*: the distance left after alignment, as on the page Compare. The autoencoder is AutoRec (S. Sedhain et "
        "al. 2015, [doi:10.1145/2740908.2742726](https://doi.org/10.1145/2740908.2742726))."
    )
