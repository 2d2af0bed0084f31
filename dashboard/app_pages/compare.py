"""Compare: two to six models beside each other, and two of them on one map."""

import streamlit as st

from core.analysis.compare.comparison import FEW, FEWEST, Shared
from core.analysis.compare.score import Paired
from core.errors import LimitError
from core.model.run import Run
from core.studies.overlap import OVERLAP
from dashboard.cache import analyses, loaders
from dashboard.compare import models as compared_models
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.models import Chosen
from dashboard.compare.pair import Names
from dashboard.compare.scoreboard import scores_on_splits
from dashboard.compare.side_by_side import side_by_side
from dashboard.jobs import studies
from dashboard.session import state
from dashboard.shared import elements, model_names, phrases, score_words
from dashboard.shell.needs_run import explain_lack, require_run
from dashboard.sweep import all_models

run = require_run()


def behind(chosen: Chosen) -> list[Paired | None]:
    """How much further off each model is than the best, rating by rating; None for the best, and on other ratings."""
    if not compare_words.same_test(chosen.summaries):
        return [None] * len(chosen.summaries)
    best = chosen.summaries[compare_words.best(chosen.summaries)].run_id
    data = loaders.run(best).dataset.dataset_id
    return [None if one.run_id == best else analyses.paired_errors(one.run_id, best, data) for one in chosen.summaries]


def pair(chosen: Chosen) -> None:
    """Two of the models on the items they share."""
    both = " and ".join(chosen.letters)
    st.header(f"Do {both} know the same?" if len(chosen.letters) == 2 else "Two of them side by side")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first, second = compared_models.pair(chosen)
        letters = chosen.letters[first], chosen.letters[second]
        left, right = (loaders.run(chosen.summaries[place].run_id) for place in (first, second))
        without = next((model for model in (left, right) if not model.scorer.has_vectors), None)
        if without is not None:
            explain_lack(without, "has_vectors")
            return
        min_ratings = elements.enough_ratings(
            *(loaders.item_rows(model.run_id).count for model in (left, right)),
            leaving=FEW,
            key="min",
            words="Only what has this many ratings in the data of both is compared; the place of others is mostly "
            "chance.",
        )
    names = Names(letters, left.run_id, right.run_id, min_ratings)
    items = compare_pair.shared(names)
    noun = left.dataset.noun
    if len(items) < FEWEST:
        too_few(items, noun)
        return
    sizes = None if left.dataset.digest == right.dataset.digest else (left.dataset.items, right.dataset.items)
    st.caption(compare_words.left_out(items, min_ratings, sizes, noun))
    if compared(names, left, items):
        side_by_side(names)


def too_few(items: Shared, noun: str) -> None:
    """Say why nothing is compared."""
    nouns = phrases.plural(noun)
    text = (
        f"They have {phrases.count(len(items), noun)} to be compared on, and {FEWEST} are needed. {items.in_both:,} "
        f"{nouns} occur in the data of both, by their ids"
    )
    if items.untrained or items.rare:
        text += (
            f"; {items.untrained:,} of these have no rating in the training part of one of the models, {items.rare:,} "
            "too few ratings. Lower the number above, or choose"
        )
    else:
        text += ". Choose"
    st.warning(f"{text} models of data with more in common.", icon=":material/join_inner:")


def compared(names: Names, left: Run, items: Shared) -> bool:
    """Whether the comparison is there; of very many items a study makes it, which is offered here."""
    if len(items) <= compare_pair.QUICK_ITEMS:
        try:
            return compare_pair.load_pair(names) is not None
        except LimitError:  # all rows of an embedding are equal
            st.warning("One of them has learned nothing that could be compared: all its vectors are the same.")
            return False
    noun = left.dataset.noun
    fewer = f" Ask for more ratings above, and with fewer {phrases.plural(noun)} it is immediate."
    quicker = fewer if left.dataset.ratings else ""
    made = studies.study(
        OVERLAP,
        left,
        names.settings,
        title=f"Compare {phrases.count(len(items), noun)}",
        button="Compare them",
        # Finding neighbors in two models, a pair of items, on two processors.
        about_seconds=max(1.0, 9e-9 * len(items) ** 2),
        words=f"The neighbors of every {noun} are looked up in both models.{quicker}",
    )
    return made is not None


ERRORS = (
    "*Errors* are compared rating by rating: the mean of the differences of squared errors, divided by the sum "
    "of both RMSE, with the standard error of that mean, clustered by person (Liang and Zeger 1986). Twice as "
    "much is called more than the luck of who was asked. That another seed or split would come out differently "
    "is not in it; several splits, above, say that.\n\n"
)


def explanation(*, trained: bool) -> None:
    """Formulas and sources; with that of errors where models were trained here."""
    elements.show_method(
        "*Alignment.* Both matrices are centered and scaled to $\\lVert A \\rVert = \\lVert B \\rVert = 1$; a "
        "narrower one is widened with zeros. The orthogonal $R$ that brings $B$ closest to $A$ follows from the "
        "singular values of $A^\\top B = U S V^\\top$ as $R = V U^\\top$, the best factor is "
        "$\\operatorname{tr} S$, and the *Procrustes distance* is what is left, $1 - (\\operatorname{tr} S)^2$: "
        "P. H. Schönemann (1966), [doi:10.1007/BF02289451](https://doi.org/10.1007/BF02289451). The axes of both "
        "maps are the centered principal components of the left model on what is compared.\n\n"
        "*Linear CKA* is $\\lVert A^\\top B \\rVert_F^2 \\,/\\, (\\lVert A^\\top A \\rVert_F \\, \\lVert B^\\top B "
        "\\rVert_F)$: S. Kornblith, M. Norouzi, H. Lee and G. Hinton (2019), [Similarity of Neural Network "
        "Representations Revisited](https://arxiv.org/abs/1905.00414). It listens mostly to the strongest "
        "directions; the neighbors listen to all. Without the first centered principal component of either matrix "
        "it says what else they share. The verdict is that of the measure that is nearest to chance on its way to "
        "the same: below a tenth of the way hardly more than chance, below 40% alike in little, below 70% in part, "
        "below 90% much.\n\n"
        "*Neighbors kept*: the ten nearest by cosine in all dimensions, among what is compared, in each model; no "
        "alignment is needed. The Jaccard overlap is those in both lists by those in either.\n\n"
        f"{ERRORS if trained else ''}"
        "*By chance* is the mean over pairing the rows of one model with those of the other at random: for lists "
        "the hypergeometric distribution, for CKA exactly $1 / ((n - 1) \\lVert A^\\top A \\rVert_F \\lVert "
        "B^\\top B \\rVert_F)$ for $n$ rows of size one in all, for the distance five random pairings. It is no "
        "test of meaning: two trainings on the same data agree in the noise of these as well."
    )


def results(chosen: Chosen) -> None:
    """What each has learned and how well it guesses, of models that were trained here."""
    guessing = all(one.outcome.val_rmse is not None for one in chosen.summaries)
    if guessing:
        st.markdown(compare_words.errors(chosen.letters, chosen.summaries, behind(chosen)))
    else:
        st.markdown(compare_words.judged_apart(chosen.letters, chosen.summaries))
    st.header("How they learned")
    compared_models.curves(chosen.summaries, chosen.names)
    kinds = {model_names.model_words(one.config) for one in chosen.summaries}
    alike = f" All have one kind: {kinds.pop()}." if len(kinds) == 1 else ""
    st.caption(f"{compare_words.curves(chosen.letters, chosen.summaries)}{alike}")
    compared_models.differing_settings(chosen.summaries, chosen.names)
    st.header("How well they guess")
    scores = [analyses.split_score(one.run_id) for one in chosen.summaries]
    known = [score for score in scores if score is not None]
    if guessing and len(known) == len(scores) and compare_words.same_test(chosen.summaries):
        data = chosen.summaries[0].dataset
        st.markdown(score_words.side_by_side(chosen.letters, known, data.noun, phrases.unit(data)))
    compared_models.results(chosen, scores)
    st.caption(compare_words.chosen_by(chosen.letters, chosen.summaries))
    scores_on_splits(chosen)


title, introduction = compare_words.introduction(run)
st.title(title)
st.markdown(introduction)
summaries = compared_models.at_hand()
if len(summaries) < 2:
    compared_models.offer_second(run)
else:
    chosen = compared_models.choose(summaries)
    if len(chosen.summaries) < 2:
        st.info("Choose at least two models.", icon=":material/info:")
    else:
        imported = [one.origin.kind == "imported" for one in chosen.summaries]
        if not any(imported):
            results(chosen)
        else:
            st.markdown(compare_words.who_is_who(chosen.letters, chosen.summaries))
        pair(chosen)
        if run.origin.kind == "trained":
            all_models.section(loaders.runs_of(state.dataset_id()), run.config, run.dataset.noun)
        explanation(trained=not all(imported))
