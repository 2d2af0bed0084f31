"""A dataset at a glance: four numbers and three charts."""

import numpy as np
import pandas as pd
import streamlit as st

from core.data.nouns import with_article
from core.data.ratings import Ratings
from dashboard.charts import data as charts
from dashboard.charts.data import Bars, picture
from dashboard.shared import elements, phrases, tables


def overview(ratings: Ratings) -> None:
    """Draw the numbers and the pictures."""
    noun, nouns = ratings.noun, phrases.plural(ratings.noun)
    if not len(ratings):
        _table(ratings)
        return
    with st.grid(4, min_column_width=140):
        st.metric("Ratings", f"{len(ratings):,}", border=True)
        st.metric("People", f"{len(ratings.users):,}", border=True)
        st.metric(nouns.capitalize(), f"{len(ratings.items):,}", border=True)
        words = f"Share of all pairs of a person and {with_article(noun)} that are rated."
        st.metric("Table filled", f"{filled_share(ratings):.1%}", border=True, help=words)
    with st.grid(3, min_column_width=260):
        for bars, alt in (
            (charts.ratings_histogram(ratings), "How often each rating was given"),
            (_counts(ratings.item_count, f"How often {with_article(noun)} is rated", nouns), _HOW_MANY.format(nouns)),
            (_counts(ratings.user_count, "How much a person rates", "people"), _HOW_MANY.format("people")),
        ):
            st.html(picture(bars, f"{alt}. {_highest(bars)}"))


MOST_SHOWN = 100
"""Rows of a page of a table beside vectors; a million would be too much for a browser."""


def _table(ratings: Ratings) -> None:
    """What is known of the rows of vectors from elsewhere: how many there are, and the first of them."""
    nouns = phrases.plural(ratings.noun)
    columns = [name for name in ratings.item_table.columns if name not in ("title", "year", "genres")]
    with st.grid(4, min_column_width=140):
        st.metric(nouns.capitalize(), f"{len(ratings.items):,}", border=True)
        if len(ratings.users):
            st.metric(phrases.plural(ratings.user_noun).capitalize(), f"{len(ratings.users):,}", border=True)
        st.metric("Columns of the table", f"{len(columns):,}", border=True)
    place = st.container()
    page = elements.pages(len(ratings.items), MOST_SHOWN, f"rows_of_{ratings.dataset_id}")
    known = ratings.item_table.iloc[page].reset_index(drop=True)
    table = pd.DataFrame(
        {"Id": ratings.items.ids[page], "Title": known["title"]} | {name: known[name] for name in columns}
    )
    numbers = tables.number(*table.select_dtypes("number").columns, form="localized", width=110)
    height, alt = min(388, 38 + 35 * len(table)), f"{nouns.capitalize()} with what is known of them"
    elements.table(table, place=place, height=height, column_config=numbers, alt=alt)


_HOW_MANY = "How many {} have how many ratings"


def _highest(bars: Bars) -> str:
    """The highest bar in words."""
    return f"The most: {bars.notes[int(np.argmax(bars.counts))]}"


def filled_share(ratings: Ratings) -> float:
    """Share of all pairs of a person and an item that are rated, fraction."""
    return len(ratings) / (len(ratings.users) * len(ratings.items))


def _counts(counts: np.ndarray, title: str, nouns: str) -> Bars:
    return charts.counts_histogram(counts[counts > 0], title=title, nouns=nouns)
