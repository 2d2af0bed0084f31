"""Steps 1 to 4: an item is a row number; the number picks a row; the same by multiplying; two rows make a guess."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lesson.step import LookUp, Seconds, look_up
from core.data.nouns import with_article
from dashboard.cache import analyses
from dashboard.charts import lesson as charts
from dashboard.lesson.article import ask, off_by_one
from dashboard.lesson.example import Example
from dashboard.shared import elements, phrases, told
from dashboard.shared.elements import show_chart
from dashboard.shared.markup import escape
from dashboard.shared.phrases import fixed, short_time, summand

AROUND = 4
"""Rows shown before and after the chosen one."""
PERSON, ITEM, PRODUCT = "Person", "Item", "Product"


def number(example: Example) -> None:
    """Ids become row numbers, which is all of an item that reaches a model that is told nothing more."""
    known = told.columns(example.run)
    st.markdown(
        f"The model never sees a title. Before training, every {example.noun} gets a number, counted from 0 in the "
        "order of the data, and every person too. From then on the number stands for it."
        + (f" Beside it, this model is told {known}." if known else "")
    )
    rows = _around(example)
    elements.table(
        pd.DataFrame(
            {
                "Title": [example.items.labels[row] for row in rows],
                "Id in the data": [str(example.ratings.items.ids[row]) for row in rows],
                "Row number": rows,
                "Followed": ["◀ here" if row == example.item else "" for row in rows],
            }
        ),
        column_config={
            "Title": st.column_config.TextColumn(width=160),
            "Id in the data": st.column_config.TextColumn(width=92),
            "Row number": st.column_config.NumberColumn(format="%d", width=82),
        },
        alt=f"{len(rows)} {example.nouns} with their ids in the data and their row numbers",
    )
    st.markdown(number_words(example))
    ask(
        f"Suppose the {example.nouns} were numbered in another order. What could the model no longer learn?",
        "Nothing would be lost. A row number only says which row to fetch. The rows would stand in another order, "
        "each as free to become anything as before; only the random numbers they start from would be dealt out "
        "differently, as with another seed.",
    )


def number_words(example: Example) -> str:
    """The two row numbers, and what they are not."""
    item_id, user_id = example.ratings.items.ids[example.item], example.ratings.users.ids[example.user]
    return (
        f"**{example.title}** has the id {escape(str(item_id))} in the data and is **row {example.item:,}** in the "
        f"model. The person with the id {escape(str(user_id))} is row {example.user:,} of another table. There are "
        f"{phrases.count(len(example.items), example.noun)}, rows 0 to {len(example.items) - 1:,}. Such a number is a "
        "name, not "
        "an amount: neighboring rows have no more in common than any two."
    )


def picking(example: Example) -> None:
    """The matrix, and the row lifted out of it."""
    st.markdown(
        f"Everything the model knows about {example.nouns} is one table, the **embedding matrix**: "
        f"{phrases.count(len(example.items), 'row')}, one {with_article(example.noun)}, of "
        f"{phrases.count(example.dims, 'number')} "
        "each. To use "
        f"{with_article(example.noun)}, it takes the row with that number. Red is below zero, blue above."
    )
    rows = _around(example)
    picture = charts.lifted_row(example.items.matrix[rows], rows, _titles(example, rows), _place(example, rows))
    alt = f"{len(rows)} rows of the embedding matrix as colors, row {example.item:,} framed and again below."
    show_chart(picture, "lesson_row", alt, reading=picking_words(example))
    if example.run.scorer.has_uncertainty:
        st.markdown(sure_words(example))
    total = len(example.items) * example.dims
    ask(
        f"How many numbers does the model keep for {example.nouns}, and how many does it read to guess one rating?",
        f"It keeps {len(example.items):,} × {example.dims} = {total:,}, and reads {example.dims} of them: one row. "
        f"(Beside them the {example.dims} numbers of one person"
        + (", and a bias for each of the two.)" if example.run.scorer.has_biases else ".)"),
    )
    off_by_one(example)


def picking_words(example: Example) -> str:
    """What the lifted row holds."""
    values = example.items.matrix[example.item]
    return (
        f"Row {example.item:,} holds {phrases.count(example.dims, 'number')}, from {fixed(values.min(), 2)} to "
        f"{fixed(values.max(), 2)}. Nobody gave them a meaning; training moved them to where they are. In code the "
        f"look-up is `matrix[{example.item}]`, and that is all an embedding layer does."
    )


def sure_words(example: Example) -> str:
    """What it means that a number knows how sure it is, on the row followed and on the least known one."""
    spread = np.sqrt(example.run.scorer.arrays["item_variance"][:, 1:].mean(axis=1))
    trained = np.flatnonzero(example.items.trained)
    least = int(trained[spread[trained].argmax()])
    text = (
        "In this model **every number knows how sure it is**: beside its value stands how far it may be off. Those of "
        f"{example.title}, with {phrases.count(int(example.items.count[example.item]), 'rating')}, may be off by "
        f"{spread[example.item]:.2f}; those of {escape(example.items.labels[least])}, with "
        f"{phrases.count(int(example.items.count[least]), 'rating')}, by {spread[least]:.2f}."
    )
    known = told.columns(example.run)
    return f"{text} A row is a sum, of what {known} say and of what only ratings could tell." if known else text


def multiplying(example: Example) -> None:
    """A one-hot vector times the matrix gives the same row, at a price."""
    result = look_up(example.items.matrix, example.item)
    seconds = analyses.look_up_seconds(example.run.run_id, example.item)
    st.markdown(
        f"Textbooks write the look-up as a product: a list of {len(example.items):,} zeros with a single one at the "
        "row number, a **one-hot vector**, times the matrix. Every row is multiplied by its 0 or 1 and all are added "
        "up; so all vanish but one."
    )
    with st.grid(4, min_column_width=150):
        st.metric("Largest difference", f"{np.abs(result.row - result.product).max():g}", border=True)
        st.metric(
            "Multiplications", f"{result.multiplications:,}", border=True, help="Of the product; picking needs none."
        )
        st.metric("Product took", short_time(seconds.product), border=True, help="The fastest of seven tries, here.")
        st.metric("Picking took", short_time(seconds.look_up), border=True, help="The fastest of seven tries, here.")
    rows, dims = _around(example), min(6, example.dims)  # whose numbers can be printed in the cells, on a phone too
    picture = charts.one_hot(example.items.matrix[rows, :dims], rows, _titles(example, rows), _place(example, rows))
    alt = f"Rows times 0, row {example.item:,} times 1, and their sum, which is that row"
    show_chart(picture, "lesson_one_hot", alt)
    if dims < example.dims or len(rows) < len(example.items):
        st.caption(
            f"The picture has {len(rows)} of {phrases.count(len(example.items), 'row')} and the first {dims} of "
            f"{example.dims} "
            "dimensions. The numbers above are about all."
        )
    st.markdown(multiplying_words(example, result, seconds))
    ask(
        "If picking is so much cheaper, why does anybody write it as a product?",
        "Because the product shows that an embedding layer is an ordinary layer of a neural network: a dense layer "
        "without bias, whose input happens to be one-hot. So it is trained like any other. The slope of the "
        "product in the matrix is zero in all rows times 0: only the picked row moves, as the step after next "
        "shows. The look-up is the same computation with the useless zeros left out.",
    )


def multiplying_words(example: Example, result: LookUp, seconds: Seconds) -> str:
    """That both ways agree, and what each costs."""
    difference = float(np.abs(result.row - result.product).max())
    equal = "equal to the last digit" if difference == 0 else f"at most {difference:.1g} apart"
    times = float(f"{seconds.product / seconds.look_up:.1g}")
    slower = f"the product is about {times:,.0f} times slower" if times >= 2 else "at this size that hardly differs"
    return (
        f"Both ways give the same {phrases.count(example.dims, 'number')}, {equal}. The product takes "
        f"{result.multiplications:,} multiplications and took {short_time(seconds.product)} on this machine; picking "
        f"the row takes none and took {short_time(seconds.look_up)}: {slower}."
    )


def guessing(example: Example) -> None:
    """The product of the two rows, term by term, then the biases and the scale."""
    st.markdown(
        f"To guess a rating, the model takes the person's row and the {example.noun}'s row, multiplies them number by "
        "number, and adds everything up: the **dot product**. Where both numbers have the same sign the guess rises, "
        "where the signs differ it falls."
    )
    guess, names = example.predicted, (example.users.labels[example.user], example.items.labels[example.item])
    products = phrases.count(example.dims, "product")
    alt = f"The two rows as colors, and the {products} of their numbers as bars. They add up to {fixed(guess.dot)}."
    show_chart(charts.terms(example.pair, guess.terms, names, noun=example.noun), "lesson_terms", alt)
    st.markdown(guessing_words(example))
    if example.pair.scale.sigmoid:
        low, high = example.ratings.min_rating, example.ratings.max_rating
        picture = charts.sigmoid({"guess": (guess.score, guess.rating)}, example.pair.scale, rating=example.rating)
        alt = f"The sigmoid from {low:g} to {high:g}; the score {fixed(guess.score)} leads to {fixed(guess.rating)}"
        show_chart(picture, "lesson_sigmoid", alt)
    with st.expander("All products", icon=":material/table_rows:"):
        numbers = {PERSON: example.pair.user, ITEM: example.pair.item, PRODUCT: guess.terms}
        elements.table(
            pd.DataFrame({"Dimension": np.arange(1, example.dims + 1), **numbers}),
            height=300,
            column_config=dict.fromkeys(numbers, st.column_config.NumberColumn(format="%.4f"))
            | {ITEM: st.column_config.NumberColumn(example.noun.capitalize(), format="%.4f")},
            alt=f"Both rows and their product in all {example.dims} dimensions",
        )
    _ask_for_the_largest(example)


def guessing_words(example: Example) -> str:
    """The prediction, part after part, to the rating."""
    guess, pair = example.predicted, example.pair
    text = f"The {phrases.count(example.dims, 'product')} add up to a dot product of **{fixed(guess.dot)}**"
    if not pair.has_biases:
        text += ", and in this model that is the guess itself."
    else:
        mean = " and the mean of all ratings" if pair.constant else ""
        added = f" {summand(pair.constant, 5)}" if pair.constant else ""
        text += (
            f". The biases of {example.person} and of {example.title}{mean} are added: {fixed(guess.dot, 5)} "
            f"{summand(pair.user_bias, 5)} {summand(pair.item_bias, 5)}{added} = **{fixed(guess.score)}**"
        )
        text += _onto_the_scale(example) if pair.scale.sigmoid else ", and in this model that is the guess itself."
    return f"{text} {example.person} really gave {example.rating:g} {example.unit}."


def _onto_the_scale(example: Example) -> str:
    guess, low, high = example.predicted, example.ratings.min_rating, example.ratings.max_rating
    return (
        f", the score. The sigmoid makes it a share of the scale, {fixed(guess.share, 6)}; the guess is {low:g} + "
        f"{high - low:g} × {fixed(guess.share, 6)} = **{fixed(guess.rating)}**."
    )


def _ask_for_the_largest(example: Example) -> None:
    """Ask about the dimension that counts most for this guess."""
    terms = example.predicted.terms
    at = int(np.abs(terms).argmax())
    u, v, term = example.pair.user[at], example.pair.item[at], terms[at]
    ask(
        "Which dimension moves this guess most, and what would the dot product be if the person's number there had the "
        "opposite sign?",
        f"Dimension {at + 1}: {fixed(u)} × {fixed(v)} = {fixed(term)}. With the opposite sign the same amount would "
        f"count the other way, so the dot product would change by twice as much, from "
        f"{fixed(example.predicted.dot)} to {fixed(example.predicted.dot - 2 * term)}.",
    )


def _around(example: Example) -> np.ndarray:
    """Row numbers about the chosen one, as many at the edges as in the middle."""
    n = len(example.items)
    first = max(0, min(example.item - AROUND, n - 2 * AROUND - 1))
    return np.arange(first, min(n, first + 2 * AROUND + 1))


def _place(example: Example, rows: np.ndarray) -> int:
    """Which of these rows is the one that the lesson follows."""
    return int(np.flatnonzero(rows == example.item)[0])


def _titles(example: Example, rows: np.ndarray) -> list[str]:
    return [example.items.labels[row] for row in rows]
