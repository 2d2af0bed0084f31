"""The first question: what embeddings bring over one-hot vectors, and how the two are the same."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lesson.step import look_up
from core.analysis.questions.one_hot import nearest_pair
from core.errors import ExplorerError
from core.model.run import Run
from core.studies.one_hot import ONE_HOT, OneHotSettings, errors_of
from dashboard.cache import analyses, loaders
from dashboard.charts import questions as charts
from dashboard.jobs import studies
from dashboard.questions import words
from dashboard.shared import elements, phrases
from dashboard.shared.elements import show_chart
from dashboard.shared.markup import escape
from dashboard.shared.phrases import fixed

MOST = 64
"""Numbers in the largest vectors."""

SHOWN, SHOWN_DIMS = 3, 2
"""Rows and columns of the example that can be read number by number."""

KNOWN = 200
"""Of so many items with the most ratings the two most alike are looked for."""


def show(run: Run) -> None:
    """The whole tab."""
    rows = loaders.item_rows(run.run_id)
    st.header("What do embeddings bring?")
    st.markdown(
        "The plainest way to tell a computer which {noun} is meant is a **one-hot vector**: a list as long as there "
        f"are {{nouns}}, {len(rows):,} numbers here, all zero but for a single one. From one-hot vectors of {{a_noun}} "
        "and a person, a model can learn how liked the {noun} is and how generous the person, and no more: any two "
        "{nouns} are equally unlike. An **embedding** puts a short list of numbers in its place, in which {nouns} can "
        "be alike.".format(**phrases.nouns(rows.noun))
    )
    _in_stars(run)
    _same_step(run)
    _dense_layer(run)
    _explanation(run)


def _in_stars(run: Run) -> None:
    """Error with one-hot vectors and with embeddings, by size and by the ratings of an item."""
    settings = OneHotSettings(most=MOST)
    try:
        ONE_HOT.check_run(run, settings)
    except ExplorerError as error:
        st.info(escape(phrases.sentence(str(error))), icon=":material/info:")
        return
    noun, unit, sizes = run.dataset.noun, phrases.unit(run.dataset), settings.dims
    stored = studies.study(
        ONE_HOT,
        run,
        settings,
        title="One-hot vectors against embeddings",
        button="Train them all",
        about_seconds=4 + 1.2 * (len(sizes) + 1) * run.outcome.train_seconds,
        words=f"Fits a model on one-hot vectors, and trains your kind of model with 1, 2, 4 … {sizes[-1]} numbers, all "
        "on the same ratings and nothing else; then once more on ratings without taste.",
    )
    if stored is None:
        return
    errors, dims = errors_of(stored), stored.facts["dims"]
    first = min(dims, key=lambda dim: abs(dim - run.config.dimensions))
    dim = st.select_slider("Numbers in a vector", dims, first, key="size", bind="query-params", width=330)
    place = dims.index(dim)
    size = phrases.count(dim, "number")
    with st.grid(3, min_column_width=170):
        st.metric("One-hot vectors", f"{errors.rmse[0]:.3f}", border=True, help=f"Validation RMSE, {unit}.")
        st.metric(f"Embedding, {size}", f"{errors.rmse[place + 1]:.3f}", border=True, help=f"Validation RMSE, {unit}.")
        gain = stored.arrays["brings"][place]
        st.metric(f"It brings, {unit}", fixed(gain, 3), border=True, help="The first less the second.")
    st.markdown(f"{words.brings(stored, place, noun, unit)} {words.best_size(errors, dims)}")
    with st.grid(2, min_column_width=330):
        with st.container():
            alt = f"The error of embeddings of {dims[0]} to {dims[-1]} numbers, and of one-hot vectors as a line."
            show_chart(charts.by_size(errors, dims, chosen=place, unit=unit), "by_size", alt)
            st.markdown(words.without_taste(stored, unit))
        with st.container():
            alt = f"The error of one-hot vectors and of an embedding of {size}, by the training ratings of the {noun}."
            show_chart(
                charts.by_ratings(errors, {"one-hot": 0, f"embedding, {size}": place + 1}, noun=noun, unit=unit),
                "by_ratings",
                alt,
                reading=words.by_ratings(errors, place, noun, unit),
            )


def _same_step(run: Run) -> None:
    """Multiplying by a one-hot vector and looking up: the same numbers, at different cost."""
    rows = loaders.item_rows(run.run_id)
    item = int(rows.by_count[0])
    both = look_up(rows.matrix, item)
    measured = analyses.picking_costs(run.config.dimensions)
    st.header("The same step, computed twice")
    st.markdown(
        f"How does a one-hot vector become a short list? By multiplying it with a table of {len(rows):,} rows, one a "
        f"{rows.noun}. All rows times zero vanish; the one times one stays. So it is the same to look that row up."
    )
    left, right = st.columns((1, 2), gap="medium")
    with left:
        difference = float(np.abs(both.product - both.row).max(initial=0))
        st.metric("Largest difference", f"{difference:g}", border=True, help=f"Of {rows.labels[item]}, both ways.")
        st.metric("Multiplications of the product", f"{both.multiplications:,}", border=True)
        st.metric("Multiplications of the look-up", "0", border=True)
    with right:
        alt = "Microseconds that one-hot times table and look-up take, by the number of rows."
        show_chart(charts.costs(measured, noun=rows.noun), "costs", alt, reading=words.costs(measured, rows.noun))
        elements.button("Measure again", "timer", "measure_again", _measure_again, run.run_id)


def _measure_again(run_id: str) -> None:
    """Time both ways anew; a callback."""
    analyses.picking_costs.clear(loaders.run(run_id).config.dimensions)


def _dense_layer(run: Run) -> None:
    """A dense layer on one-hot vectors, on an example small enough to be read."""
    rows = loaders.item_rows(run.run_id)
    st.header("A dense layer on one-hot vectors is an embedding")
    chosen = rows.by_count[:SHOWN]
    dims = min(SHOWN_DIMS, rows.matrix.shape[1])
    apart = np.argsort(-rows.matrix[chosen].std(axis=0), kind="stable")[:dims]  # the dimensions that tell them apart
    weights = np.round(rows.matrix[chosen][:, apart].astype(float), 2)
    one_hots = np.eye(len(chosen), dtype=int)
    outputs = one_hots @ weights
    st.markdown(
        "In a neural network, a *dense layer* multiplies what comes in by its weights and adds up. "
        f"Here is one with {phrases.count(len(chosen), 'input')} and {phrases.count(dims, 'output')}; its weights are "
        f"taken from your model, rounded. For the one-hot vector of a {rows.noun}, what comes out is one row "
        "of the weights: the layer *is* the table."
    )
    elements.table(
        pd.DataFrame(
            {
                rows.noun.capitalize(): [rows.labels[row] for row in chosen.tolist()],
                "One-hot vector": [" ".join(map(str, line)) for line in one_hots.tolist()],
                "Weights": ["  ".join(fixed(value, 2) for value in line) for line in weights.tolist()],
                "What comes out": ["  ".join(fixed(value, 2) for value in line) for line in outputs.tolist()],
            }
        ),
        alt="A few one-hot vectors, the rows of the weights, and what comes out, which are the same rows",
    )
    at = len(chosen) - 1
    sums = " + ".join(
        f"{int(hot)} × {fixed(weight, 2)}" for hot, weight in zip(one_hots[at], weights[:, 0], strict=True)
    )
    st.markdown(f"The first number of {escape(rows.labels[chosen[at]])}: {sums} = **{fixed(outputs[at, 0], 2)}**.")
    _alike(run)


def _alike(run: Run) -> None:
    """What the table adds: two items can be alike."""
    rows = loaders.item_rows(run.run_id)
    moved = [row for row in rows.by_count[:KNOWN] if rows.trained[row] and rows.matrix[row].any()]
    if len(moved) < 2:
        return
    found = nearest_pair(rows.matrix, np.array(moved))
    first, second = (escape(rows.labels[row]) for row in found.rows)
    st.markdown(
        f"What the table adds is nearness. One-hot vectors of any two {rows.nouns} have a cosine of {found.one_hot:g}. "
        f"In your model the two most alike of the {len(moved)} best known, **{first}** and **{second}**, have "
        f"{fixed(found.embedding, 2)}."
    )


def _explanation(run: Run) -> None:
    elements.show_method(
        "*One-hot vectors.* Ridge regression of the ratings, less their mean, on the one-hot vectors of person and "
        f"{run.dataset.noun} side by side: the weights are $(X^\\top X + \\lambda I)^{{-1}} X^\\top y$ (Hoerl and "
        "Kennard 1970, [doi:10.1080/00401706.1970.10488634](https://doi.org/10.1080/00401706.1970.10488634)), "
        "found by LSQR (Paige and Saunders 1982) without making that matrix. The penalty $\\lambda$ is the best of "
        "six on a tenth of the training ratings.\n\n"
        "*Embeddings.* The kind of model that is selected, with its settings, each size trained on the same "
        "training ratings; it looks at no genres, years or further columns. Errors are on the validation ratings, "
        "guesses held inside the scale. ± is the standard error of the difference, rating by rating, "
        "clustered by person.\n\n"
        "*Without taste.* What is left of each rating beyond the averages is shuffled among the ratings of the "
        "same person, and both are fitted to that.\n\n"
        "*Time.* The fastest of seven tries on random tables of 100 to 100,000 rows, on the machine that this page "
        "comes from; the one-hot vector is made beforehand."
    )
