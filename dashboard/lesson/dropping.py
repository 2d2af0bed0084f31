"""Step 7: what dropout does to a row in one step of training."""

import numpy as np
import streamlit as st

from core.analysis.lesson.step import Dropped, dropout, dropped_products
from dashboard.charts import lesson as charts
from dashboard.lesson.example import Example
from dashboard.lesson.wording import Question, ask, fixed
from dashboard.shared import phrases

DRAWS = 1_000
ARTICLE_RATE = 0.6
"""The article's dropout on items."""


def dropping(example: Example) -> None:
    """One draw, and many."""
    user_rate, item_rate = example.run.config.dropouts
    st.markdown(
        f"A model with {example.dims * (len(example.users) + len(example.items)):,} numbers can learn its training "
        "ratings by heart. **Dropout** makes that harder: in every step of training each number of a row is hidden "
        "with some probability, and the others are scaled up to make up for it. "
        + (
            f"This model was trained with {user_rate:.0%} hidden for people and {item_rate:.0%} for {example.nouns}."
            if user_rate or item_rate
            else "This model was trained without; here is what it would do."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.slider(
            "Share hidden, in both rows",
            0.0,
            0.9,
            item_rate if 0 < item_rate <= 0.9 else ARTICLE_RATE,
            0.1,
            key="lesson_hidden",
            bind="query-params",
            width=360,
        )
        seed = st.number_input("Draw", 0, 9999, 0, key="lesson_draw", bind="query-params", width=130)
    item = dropout(example.pair.item, rate, seed=seed)
    many = dropped_products(example.pair, user_rate=rate, item_rate=rate, draws=DRAWS, seed=seed)
    left, right = st.columns([3, 2], gap="medium")
    left.plotly_chart(
        charts.dropped(example.pair.item, item, title=f"The {example.noun}'s row in this draw"),
        key="lesson_dropped",
        config=phrases.CHART_CONFIG,
        alt=f"The row as it is and with {int((~item.kept).sum())} of its {example.dims} numbers hidden",
    )
    right.plotly_chart(
        charts.products(many, example.predicted.dot),
        key="lesson_products",
        config=phrases.CHART_CONFIG,
        alt=f"Histogram of the dot product in {DRAWS:,} draws; their mean is {fixed(float(many.mean()))}, without "
        f"dropout it is {fixed(example.predicted.dot)}",
    )
    st.markdown(dropping_words(example, item, many, rate))
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            "With rate $p$ each number is kept with probability $1 - p$ and then divided by $1 - p$, so that its "
            "average over many draws is what it was. Person and item are drawn independently; so the average of the "
            "dot product is the dot product of the averages. In use, nothing is hidden and nothing is scaled.\n\n"
            "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014), "
            "[Dropout: a simple way to prevent neural networks from overfitting]"
            "(https://jmlr.org/papers/v15/srivastava14a.html)."
        )
    ask(
        Question(
            "Once the model is trained nothing is hidden any more. Why need the rows not be scaled then?",
            "Because it was done in training already: what was kept was divided by the share kept, so each step saw, "
            "on average, the rows as they are. The rows can be used as they stand.",
        )
    )


def dropping_words(example: Example, item: Dropped, many: np.ndarray, rate: float) -> str:
    """What this draw did, and what holds over many."""
    if rate == 0:
        return "With nothing hidden every step sees the rows as they are."
    hidden = int((~item.kept).sum())
    return (
        f"In this draw {hidden} of {phrases.count(example.dims, 'number')} are hidden, and the others are divided by "
        f"1 − {rate:g}, that is, times {1 / (1 - rate):.2f}. With both rows treated like that the dot product differs "
        f"from step to step, typically by {many.std():.2f}; over {DRAWS:,} draws its mean is "
        f"{fixed(float(many.mean()), 3)}, and without dropout it is {fixed(example.predicted.dot, 3)}. As the model "
        "cannot count on any single number, it has to spread what it knows, and that carries over to ratings it has "
        "not seen."
    )
