"""For pages that look into a model: the model, or an offer to train one, or to take another, right there."""

from collections.abc import Sequence
from typing import Literal, NoReturn

import streamlit as st

from core.data import BUNDLED
from core.data.ratings import Ratings
from core.model.families import family_of
from core.model.run import Run
from core.model.scoring import Scorer
from core.store.run_files import RunSummary
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.session import state
from dashboard.shared import elements, model_names, phrases

Ability = Literal["guesses_ratings", "has_vectors", "has_user_vectors", "has_biases", "is_bilinear", "trained_here"]
"""What a page may need of a model; names of `Scorer`."""

_LACKS: dict[Ability, str] = {
    "guesses_ratings": "This model guesses no ratings: it was trained on something else, and what is asked here is "
    "about ratings.",
    "has_user_vectors": "This model has vectors for {nouns} alone: it learned nothing about people.",
    "has_vectors": "This model has no vectors: it guesses from one number for each person and one for each {noun}, and "
    "what is asked here is about vectors.",
    "has_biases": "This model has no biases: how liked something is, and how generous somebody, has to fit into its "
    "vectors.",
    "is_bilinear": "The guess of this model is no sum of terms: both vectors go through a hidden layer together. So it "
    "cannot be taken apart into averages and components.",
    "trained_here": "These numbers were trained elsewhere: of their training, which is what is asked about here, "
    "nothing came along.",
}
_NO_RATING_FOLLOWS = (
    "These vectors were trained elsewhere, and no rating follows from them. Where the product of the vectors of a "
    "person and of {a_noun} is one, bring both sets and say so when you open them."
)


GONE = "What is known of the {nouns} is kept, but their vectors were deleted. Open the same file again to see them."
"""Where a dataset without ratings has no run."""


class PageEnded(Exception):  # noqa: N818 - nothing went wrong
    """A page says no more. What stands at the end of every page still does, as it would not after `st.stop`."""


def require_run(*abilities: Ability) -> Run:
    """The selected run. Where there is none yet, the page offers a first training and ends here.

    Of a model that lacks one of the abilities this is told, with the way to one that has them.
    """
    run_id = state.run_id()
    if run_id is None:
        _offer(loaders.ratings(state.dataset_id()))
        raise PageEnded
    run = loaders.run(run_id)
    for needs in abilities:
        if not can(run.scorer, needs):
            st.title("This page looks at vectors" if needs == "has_vectors" else "This page needs another model")
            stop_without(run, needs)
    return run


def require_ratings(title: str, why: str) -> None:
    """End a page that is all about ratings where the selected data has none: say why, and what there is instead."""
    data = loaders.ratings(state.dataset_id())
    if len(data):
        return
    st.title(title)
    st.info(why.format(**phrases.nouns(data.noun)), icon=":material/info:")
    st.write("What these vectors know is on other pages:")
    with st.container(horizontal=True):
        for page, icon, label in phrases.FOR_VECTORS:
            elements.page_link(page, label, icon)
    label = "Use the data that comes with the program"
    elements.button(label, "swap_horiz", "use_bundled", state.select_dataset, BUNDLED)
    raise PageEnded


def can(scorer: Scorer | type[Scorer], needs: Ability) -> bool:
    """Whether a model, or every model of a family, has an ability."""
    return bool(getattr(scorer, needs))


def explain_lack(run: Run, needs: Ability) -> None:
    """Say why a question does not apply to this model."""
    if not run.scorer.guesses_ratings and not can(run.scorer, needs) and needs in ("is_bilinear", "has_biases"):
        needs = "guesses_ratings"
    none_follows = needs == "guesses_ratings" and not run.scorer.trained_here
    text = _NO_RATING_FOLLOWS if none_follows else _LACKS[needs]
    st.info(text.format(**phrases.nouns(run.dataset.noun)), icon=":material/info:")


def stop_without(run: Run, needs: Ability) -> NoReturn:
    """Say why this page does not apply to the model, lead to one on the same data that it applies to, and end."""
    explain_lack(run, needs)
    others = [summary for summary in loaders.runs_of(run.dataset.dataset_id) if can(family_of(summary.config), needs)]
    if not others:
        st.write("The usual model can answer this.")
        trainings.offer(trainings.first_config(), label="Train a model that can")
    else:
        best = best_of(others)
        st.write(f"There is one on the same data that can: {model_names.run_words(best)}.")
        label = "Look at that model instead"
        elements.button(label, "swap_horiz", "use_another_model", state.select_run, best.run_id, primary=True)
    raise PageEnded


def best_of(summaries: Sequence[RunSummary]) -> RunSummary:
    """The one that guesses ratings best, or where none guesses any the first of the best by its metric."""
    guessing = [summary for summary in summaries if summary.outcome.val_rmse is not None]
    if guessing:
        return min(guessing, key=lambda summary: summary.outcome.guess_error)
    best = summaries[0]
    for other in summaries[1:]:
        if other.outcome.metric and best.outcome.metric and other.outcome.metric.better_than(best.outcome.metric):
            best = other
    return best


def _offer(data: Ratings) -> None:
    if not len(data):
        st.title("The vectors are not here")
        st.write(GONE.format(**phrases.nouns(data.noun)))
        elements.page_link("datasets", "Bring them again", "upload_file", section="Open vectors")
        return
    noun = data.noun
    st.title("This page needs a trained model")
    config = trainings.first_config()
    st.write(
        f"There is none on this data yet. The usual settings learn {config.dimensions} numbers for every {noun} and "
        "every person; then this page shows what was learned."
    )
    trainings.offer(config, label="Train a first model")
