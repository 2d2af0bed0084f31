"""Steps 1 to 3: an item is a row number; the number picks a row; the same by multiplying."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lesson.step import LookUp, Seconds, look_up
from dashboard.cache import analyses
from dashboard.charts import lesson_rows as charts
from dashboard.lesson.example import Example
from dashboard.lesson.wording import Question, ask, fixed, short_time
from dashboard.shared import phrases
from dashboard.shared.markup import escape

AROUND = 4
"""Rows shown before and after the chosen one."""
FIRST_DIMENSIONS = 6
"""Dimensions whose numbers can be printed in the cells, on a phone too."""


def number(example: Example) -> None:
    """Ids become row numbers, and nothing else of an item reaches the model."""
    st.markdown(
        f"The model never sees a title. Before training, every {example.noun} gets a number, counted from 0 in the "
        "order of the data, and every person too. From then on the number stands for it."
    )
    shown = _around(example)
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [example.items.labels[row] for row in shown],
                "Id in the data": [str(example.ratings.items.ids[row]) for row in shown],
                "Row number": shown,
                "": ["◀ followed here" if row == example.item else "" for row in shown],
            }
        ),
        hide_index=True,
        column_config={"Row number": st.column_config.NumberColumn(format="%d")},
        alt=f"{len(shown)} {example.nouns} with their ids in the data and their row numbers",
    )
    st.markdown(number_words(example))
    ask(
        Question(
            f"Suppose the {example.nouns} were numbered in another order. What could the model no longer learn?",
            "Nothing would be lost. A row number only says which row to fetch. The rows would stand in another order, "
            "each as free to become anything as before; only the random numbers they start from would be dealt out "
            "differently, as with another seed.",
        )
    )


def number_words(example: Example) -> str:
    """The two row numbers, and what they are not."""
    item_id, user_id = example.ratings.items.ids[example.item], example.ratings.users.ids[example.user]
    return (
        f"**{example.title}** has the id {escape(str(item_id))} in the data and is **row {example.item:,}** in the "
        f"model. The person with the id {escape(str(user_id))} is row {example.user:,} of another table. There are "
        f"{len(example.items):,} {example.nouns}, rows 0 to {len(example.items) - 1:,}. Such a number is a name, not "
        "an amount: neighboring rows have no more in common than any two."
    )


def picking(example: Example) -> None:
    """The matrix, and the row lifted out of it."""
    st.markdown(
        f"Everything the model knows about {example.nouns} is one table, the **embedding matrix**: "
        f"{len(example.items):,} rows, one a {example.noun}, of {phrases.count(example.dims, 'number')} each. To use a "
        f"{example.noun}, it takes the row with that number. Red is below zero, blue above."
    )
    shown = _around(example)
    said = picking_words(example)
    st.plotly_chart(
        charts.lifted_row(
            example.items.matrix[shown], shown.tolist(), _titles(example, shown), shown.tolist().index(example.item)
        ),
        key="lesson_row",
        config=phrases.CHART_CONFIG,
        alt=f"{len(shown)} rows of the embedding matrix as colors, row {example.item:,} framed and again below. {said}",
    )
    st.markdown(said)
    total = len(example.items) * example.dims
    ask(
        Question(
            f"How many numbers does the model keep for {example.nouns}, and how many does it read to guess one rating?",
            f"It keeps {len(example.items):,} × {example.dims} = {total:,}, and reads {example.dims} of them: one row. "
            f"(Beside them the {example.dims} numbers of one person"
            + (", and a bias for each of the two.)" if example.run.scorer.has_biases else ".)"),
        )
    )


def picking_words(example: Example) -> str:
    """What the lifted row holds."""
    values = example.items.matrix[example.item]
    return (
        f"Row {example.item:,} holds {phrases.count(example.dims, 'number')}, from {fixed(values.min(), 2)} to "
        f"{fixed(values.max(), 2)}. Nobody gave them a meaning; training moved them to where they are. In code the "
        f"look-up is `matrix[{example.item}]`, and that is all an embedding layer does."
    )


def multiplying(example: Example) -> None:
    """A one-hot vector times the matrix gives the same row, at a price."""
    found = look_up(example.items.matrix, example.item)
    seconds = analyses.look_up_seconds(example.run.run_id, example.item)
    st.markdown(
        f"Textbooks write the look-up as a product: a list of {len(example.items):,} zeros with a single one at the "
        "row number, a **one-hot vector**, times the matrix. Every row is multiplied by its 0 or 1 and all are added "
        "up; so all vanish but one."
    )
    with st.grid(4, min_column_width=150):
        st.metric("Largest difference", f"{np.abs(found.row - found.product).max():g}", border=True)
        st.metric(
            "Multiplications", f"{found.multiplications:,}", border=True, help="Of the product; picking needs none."
        )
        st.metric("Product took", short_time(seconds.product), border=True, help="The fastest of seven tries, here.")
        st.metric("Picking took", short_time(seconds.look_up), border=True, help="The fastest of seven tries, here.")
    shown, dims = _around(example), min(FIRST_DIMENSIONS, example.dims)
    st.plotly_chart(
        charts.one_hot(
            example.items.matrix[shown, :dims],
            shown.tolist(),
            _titles(example, shown),
            shown.tolist().index(example.item),
        ),
        key="lesson_one_hot",
        config=phrases.CHART_CONFIG,
        alt=f"Rows times 0, row {example.item:,} times 1, and their sum, which is that row",
    )
    if dims < example.dims or len(shown) < len(example.items):
        st.caption(
            f"The picture has {len(shown)} of {len(example.items):,} rows and the first {dims} of {example.dims} "
            "dimensions. The numbers above are about all."
        )
    st.markdown(multiplying_words(example, found, seconds))
    ask(
        Question(
            "If picking is so much cheaper, why does anybody write it as a product?",
            "Because the product shows that an embedding layer is an ordinary layer of a neural network: a dense layer "
            "without bias, whose input happens to be one-hot. So it is trained like any other. The slope of the "
            "product in the matrix is zero in all rows times 0: only the picked row moves, as the step after next "
            "shows. The look-up is the same computation with the useless zeros left out.",
        )
    )


def multiplying_words(example: Example, found: LookUp, seconds: Seconds) -> str:
    """That both ways agree, and what each costs."""
    difference = float(np.abs(found.row - found.product).max())
    equal = "equal to the last digit" if difference == 0 else f"at most {difference:.1g} apart"
    times = float(f"{seconds.product / seconds.look_up:.1g}")
    slower = f"the product is about {times:,.0f} times slower" if times >= 2 else "at this size that hardly differs"
    return (
        f"Both ways give the same {phrases.count(example.dims, 'number')}, {equal}. The product takes "
        f"{found.multiplications:,} multiplications and took {short_time(seconds.product)} on this machine; picking "
        f"the row takes none and took {short_time(seconds.look_up)}: {slower}."
    )


def _around(example: Example) -> np.ndarray:
    """Row numbers about the chosen one, as many at the edges as in the middle."""
    n = len(example.items)
    first = max(0, min(example.item - AROUND, n - 2 * AROUND - 1))
    return np.arange(first, min(n, first + 2 * AROUND + 1))


def _titles(example: Example, shown: np.ndarray) -> list[str]:
    return [example.items.labels[row] for row in shown.tolist()]
