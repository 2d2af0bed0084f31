"""A dataset at a glance: four numbers and three charts."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from core.data.nouns import with_article
from core.data.ratings import Ratings
from dashboard.charts import data as charts
from dashboard.shared import phrases


def overview(ratings: Ratings, prefix: str) -> None:
    """Draw the numbers and charts; the keys of the charts begin with `prefix`."""
    noun, nouns = ratings.noun, phrases.plural(ratings.noun)
    with st.grid(4, min_column_width=140):
        st.metric("Ratings", f"{len(ratings):,}", border=True)
        st.metric("People", f"{len(ratings.users):,}", border=True)
        st.metric(nouns.capitalize(), f"{len(ratings.items):,}", border=True)
        words = f"Share of all pairs of a person and {with_article(noun)} that are rated."
        st.metric("Table filled", f"{filled_share(ratings):.1%}", border=True, help=words)
    by_item = _counts(ratings.item_count, f"How often {with_article(noun)} is rated", noun)
    by_person = _counts(ratings.user_count, "How much a person rates", "person")
    with st.grid(3, min_column_width=260):
        for figure, name, alt in (
            (charts.ratings_histogram(ratings), "ratings", "How often each rating was given"),
            (by_item, "items", f"How many {nouns} have how many ratings"),
            (by_person, "users", "How many people gave how many ratings"),
        ):
            st.plotly_chart(figure, key=f"{prefix}_{name}", config=phrases.CHART_CONFIG, alt=alt)


def filled_share(ratings: Ratings) -> float:
    """Share of all pairs of a person and an item that are rated, fraction."""
    return len(ratings) / (len(ratings.users) * len(ratings.items))


def _counts(counts: np.ndarray, title: str, noun: str) -> Figure:
    return charts.counts_histogram(counts[counts > 0], title=title, noun=noun)
