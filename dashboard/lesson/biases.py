"""Step 6: why biases help."""

import streamlit as st

from core.model.families import family_of
from core.model.metrics import guess_error
from core.store.run_files import RunSummary
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts import lesson as charts
from dashboard.lesson.article import ask
from dashboard.lesson.example import Example
from dashboard.shared import model_names, score_words
from dashboard.shared.elements import show_chart
from dashboard.shared.phrases import fixed

MEAN, AVERAGES = "always the mean rating", "averages of person and {noun}"
SLOPES = "averages, consensus, popularity"
BIASES, WHOLE, WITHOUT = "this model, biases alone", "this model, whole", "another model, without biases"


def biases(example: Example) -> None:
    """What biases reach alone, what taste adds, and what vectors reach without biases."""
    st.markdown(
        f"Some people give high ratings to everything, and some {example.nouns} are liked by everybody. That has "
        "nothing to do with taste, and a dot product has to bend its rows to express it. A **bias** is one number for "
        f"it, added to the score: how generous the person is, how liked the {example.noun}."
    )
    if _has_both(example):
        st.markdown(_this_pair(example))
    rmse = errors(example)
    alt = "Error of each way of guessing: " + ", ".join(f"{name} {value:.3f}" for name, value in rmse.items())
    show_chart(charts.errors(rmse, unit=example.unit), "lesson_errors", alt)
    st.markdown(biases_words(example, rmse))
    ask(
        "Somebody gives everything the highest rating. What does their row look like in a model without biases, "
        "and in one with them?",
        f"Without biases the row has to be long and to point where all {example.nouns} have something in common, "
        "or the dot products would not all be high: it looks like a strong taste and is none. With biases one "
        "number says it all, and the row is free to stay near zero, as it should for somebody who prefers nothing.",
    )


def _has_both(example: Example) -> bool:
    """Whether the model has biases beside its vectors, so that the one can be set against the other."""
    return example.run.scorer.has_biases and example.run.scorer.has_vectors


def _this_pair(example: Example) -> str:
    """The guess for the rating followed, without taste."""
    model = component_analyses.centered_model(example.run.run_id)
    user, item = model.user_bias[example.user], model.item_bias[example.item]
    alone = float(model.scale.rating(model.constant + user + item))
    return (
        f"Measured from the average person and the average {example.noun}, {example.person} has a bias of "
        f"{fixed(user)}, {example.title} one of {fixed(item)}. Together they guess {fixed(alone)}. Taste, the dot "
        f"product of how far the two rows are from the average ones, makes it {fixed(example.predicted.rating)}. "
        f"Really given: {example.rating:g}. (The stored biases are other numbers: part of what everybody shares lies "
        "in the rows, and is moved where it belongs before the two are set against each other.)"
    )


def errors(example: Example) -> dict[str, float]:
    """Validation RMSE by way of guessing; of other models the best one without biases on the same split."""
    run = example.run
    rmse = {
        MEAN: guess_error(run.started.mean_rmse),
        AVERAGES.format(noun=example.noun): guess_error(run.started.averages_rmse),
        WHOLE: run.outcome.guess_error,
    }
    if run.started.slopes_rmse is not None:
        rmse[SLOPES] = run.started.slopes_rmse
    if _has_both(example):
        rmse[BIASES] = analyses.biases_alone(run.run_id).biases_rmse
    other = _other(example)
    if other is not None:
        rmse[_named(other)] = other.outcome.guess_error
    return rmse


def _other(example: Example) -> RunSummary | None:
    """The best model of the other sort on the same split, if there is one."""
    config, biased = example.run.config, example.run.scorer.has_biases
    same_split = [
        summary
        for summary in loaders.runs_of(example.ratings.dataset_id)
        if family_of(summary.config).has_biases != biased
        and summary.config.split == config.split
        and summary.outcome.val_rmse is not None
    ]
    return min(same_split, key=lambda summary: summary.outcome.guess_error, default=None)


def _named(other: RunSummary) -> str:
    return "another model, with biases" if family_of(other.config).has_biases else WITHOUT


def biases_words(example: Example, rmse: dict[str, float]) -> str:
    """What the comparison shows."""
    sentences, averages = [], AVERAGES.format(noun=example.noun)
    if BIASES in rmse:
        sentences.append(
            f"The biases alone are off by {rmse[BIASES]:.3f} {example.unit}, the whole model by {rmse[WHOLE]:.3f}: "
            f"taste is worth {rmse[BIASES] - rmse[WHOLE]:.3f}."
        )
        if rmse[BIASES] > rmse[averages]:
            sentences.append(
                "(Plain averages do better than these biases, which were learned to work with the vectors.)"
            )
    elif example.run.scorer.has_biases:
        sentences.append(
            f"This model is nothing but biases; it is off by {rmse[WHOLE]:.3f} {example.unit}, where averages that "
            f"nobody trained are off by {rmse[averages]:.3f}."
        )
    else:
        sentences.append(
            f"This model has no biases; it is off by {rmse[WHOLE]:.3f} {example.unit}, where averages alone are off "
            f"by {rmse[averages]:.3f}."
        )
    other = _other(example)
    if other is not None:
        sentences.append(f"The model *{_named(other)}* is your {model_names.run_words(other)}.")
    else:
        missing = "without" if example.run.scorer.has_biases else "with"
        sentences.append(f"Train one {missing} biases on the Train page, and it appears here beside this one.")
    return " ".join([*sentences, _seen_and_unseen(example, other)])


def _seen_and_unseen(example: Example, other: RunSummary | None) -> str:
    """Both models apart by what they have seen: much of what a model without biases lacks is on what it has not."""
    data, noun = example.ratings.dataset_id, example.noun
    mine = analyses.score_on(example.run.run_id, data)
    if other is None:
        return score_words.seen_and_unseen(mine, noun, example.unit)
    both = [mine, analyses.score_on(other.run_id, data)]
    return score_words.side_by_side(["this model", "the other"], both, noun, example.unit)
