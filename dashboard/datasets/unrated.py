"""What is known of the rows of vectors from elsewhere, at a glance."""

import pandas as pd
import streamlit as st

from core.data.ratings import Ratings
from dashboard.shared import elements, phrases, tables

MOST_SHOWN = 100
"""Rows of a page of the table; a million would be too much for a browser."""

_USUAL = ("title", "year", "genres")


def table(ratings: Ratings) -> None:
    """What is known of the rows of vectors from elsewhere: how many there are, and the first of them."""
    nouns, columns = phrases.plural(ratings.noun), [name for name in ratings.item_table.columns if name not in _USUAL]
    with st.grid(4, min_column_width=140):
        st.metric(nouns.capitalize(), f"{len(ratings.items):,}", border=True)
        if len(ratings.users):
            st.metric(phrases.plural(ratings.user_noun).capitalize(), f"{len(ratings.users):,}", border=True)
        st.metric("Columns of the table", f"{len(columns):,}", border=True)
    place = st.container()
    page = elements.pages(len(ratings.items), MOST_SHOWN, f"rows_of_{ratings.dataset_id}")
    known = ratings.item_table.iloc[page].reset_index(drop=True)
    shown = pd.DataFrame(
        {"Id": ratings.items.ids[page], "Title": known["title"]} | {name: known[name] for name in columns}
    )
    numbers = tables.number(*shown.select_dtypes("number").columns, form="localized", width=110)
    height, alt = min(388, 38 + 35 * len(shown)), f"{nouns.capitalize()} with what is known of them"
    elements.table(shown, place=place, height=height, column_config=numbers, alt=alt)
