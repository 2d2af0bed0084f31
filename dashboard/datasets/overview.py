"""A dataset at a glance: four numbers and three charts."""

import numpy as np
import streamlit as st

from core.data.nouns import with_article
from core.data.ratings import Ratings
from dashboard.charts import data as charts
from dashboard.charts.data import Bars, picture
from dashboard.shared import phrases


def overview(ratings: Ratings) -> None:
    """Draw the numbers and the pictures."""
    noun, nouns = ratings.noun, phrases.plural(ratings.noun)
    if not len(ratings):
        from dashboard.datasets import unrated  # and with it pandas, without which the first page is drawn

        unrated.table(ratings)
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
            st.html(picture(bars, f"{alt}. The most: {bars.notes[int(np.argmax(bars.counts))]}"))


_HOW_MANY = "How many {} have how many ratings"


def filled_share(ratings: Ratings) -> float:
    """Share of all pairs of a person and an item that are rated, fraction."""
    return len(ratings) / (len(ratings.users) * len(ratings.items))


def _counts(counts: np.ndarray, title: str, nouns: str) -> Bars:
    return charts.counts_histogram(counts[counts > 0], title=title, nouns=nouns)
