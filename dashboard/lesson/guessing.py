"""Step 4: two rows, their dot product, and the rating it leads to."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.charts import lesson as charts
from dashboard.charts import lesson_rows
from dashboard.lesson.example import Example
from dashboard.lesson.wording import Question, ask, fixed, summand
from dashboard.shared import phrases

PERSON, ITEM, PRODUCT = "Person", "Item", "Product"


def guessing(example: Example) -> None:
    """The product of the two rows, term by term, then the biases and the scale."""
    st.markdown(
        f"To guess a rating, the model takes the person's row and the {example.noun}'s row, multiplies them number by "
        "number, and adds everything up: the **dot product**. Where both numbers have the same sign the guess rises, "
        "where the signs differ it falls."
    )
    found = example.predicted
    st.plotly_chart(
        lesson_rows.terms(
            example.pair,
            found.terms,
            (example.users.labels[example.user], example.items.labels[example.item]),
            noun=example.noun,
        ),
        key="lesson_terms",
        config=phrases.CHART_CONFIG,
        alt=f"The two rows as colors, and the {phrases.count(example.dims, 'product')} of their numbers as bars. "
        f"They add up to {fixed(found.dot)}.",
    )
    st.markdown(guessing_words(example))
    if example.pair.scale.sigmoid:
        low, high = example.ratings.min_rating, example.ratings.max_rating
        st.plotly_chart(
            charts.sigmoid({"guess": (found.score, found.rating)}, example.pair.scale, rating=example.rating),
            key="lesson_sigmoid",
            config=phrases.CHART_CONFIG,
            alt=f"The sigmoid from {low:g} to {high:g}; the score {fixed(found.score)} leads to {fixed(found.rating)}",
        )
    with st.expander("All products", icon=":material/table_rows:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Dimension": np.arange(1, example.dims + 1),
                    PERSON: example.pair.user,
                    ITEM: example.pair.item,
                    PRODUCT: found.terms,
                }
            ),
            hide_index=True,
            height=300,
            column_config=dict.fromkeys((PERSON, ITEM, PRODUCT), st.column_config.NumberColumn(format="%.4f"))
            | {ITEM: st.column_config.NumberColumn(example.noun.capitalize(), format="%.4f")},
            alt=f"Both rows and their product in all {example.dims} dimensions",
        )
    ask(_question(example))


def guessing_words(example: Example) -> str:
    """The prediction, part after part, to the rating."""
    found, pair = example.predicted, example.pair
    said = f"The {phrases.count(example.dims, 'product')} add up to a dot product of **{fixed(found.dot)}**"
    if not pair.has_biases:
        said += ", and in this model that is the guess itself."
    else:
        low, high = example.ratings.min_rating, example.ratings.max_rating
        said += (
            f". The biases of {example.person} and of {example.title} are added: {fixed(found.dot, 5)} "
            f"{summand(pair.user_bias, 5)} {summand(pair.item_bias, 5)} = **{fixed(found.score)}**, the score. The "
            f"sigmoid makes it a share of the scale, {fixed(found.share, 6)}; the guess is {low:g} + {high - low:g} × "
            f"{fixed(found.share, 6)} = **{fixed(found.rating)}**."
        )
    return f"{said} {example.person} really gave {example.rating:g} {example.unit}."


def _question(example: Example) -> Question:
    """About the dimension that counts most for this guess."""
    terms = example.predicted.terms
    at = int(np.abs(terms).argmax())
    u, v, term = example.pair.user[at], example.pair.item[at], terms[at]
    return Question(
        "Which dimension moves this guess most, and what would the dot product be if the person's number there had the "
        "opposite sign?",
        f"Dimension {at + 1}: {fixed(u)} × {fixed(v)} = {fixed(term)}. With the opposite sign the same amount would "
        f"count the other way, so the dot product would change by twice as much, from "
        f"{fixed(example.predicted.dot)} to {fixed(example.predicted.dot - 2 * term)}.",
    )
