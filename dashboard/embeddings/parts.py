"""Parts that pages about the rows of a model share: a chart with its reading, a row to choose, how it is computed."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.cache import loaders
from dashboard.session import chosen_items
from dashboard.shared import finding, phrases
from dashboard.shared.markup import spoken
from dashboard.shared.matrix_rows import Rows


def show_chart(
    figure: go.Figure, key: str, alt: str, *, reading: str = "", place: DeltaGenerator | None = None
) -> None:
    """A chart and, below it and in its text alternative, its reading (Markdown), if any."""
    whole = f"{alt} {spoken(reading)}".strip()
    (place or st).plotly_chart(figure, key=key, config=phrases.CHART_CONFIG, alt=whole)
    if reading:
        st.markdown(reading)


def choose_row(
    rows: Rows, label: str, key: str, *, first: int, width: int | None = None, place: DeltaGenerator | None = None
) -> int:
    """A field in which one row is chosen by its name, kept in the link under its key; `width` in pixels."""
    at = rows.labels[first]
    return rows.offered[finding.one_of(label, rows.offered, key=key, first=at, width=width, place=place)]


def choose_followed(
    run_id: str, rows: Rows, label: str, key: str, *, width: int | None = None, place: DeltaGenerator | None = None
) -> int:
    """As `choose_row`, first the best known of the items chosen on any page, or of all; a choice holds there too."""
    ratings = loaders.ratings_of(run_id)
    of_items = rows.noun == ratings.noun
    chosen = chosen_items.best_known(ratings) if of_items else None
    first = int(rows.by_count[0]) if chosen is None else chosen
    row = choose_row(rows, label, key, first=first, width=width, place=place)
    if of_items and row != first:
        chosen_items.choose(ratings.dataset_id, [str(ratings.items.ids[row])])
        chosen_items.write_link()
    return row


def warn_untrained(noun: str, consequence: str = "") -> None:
    """A warning that training never moved a row, and what comes of that."""
    st.warning(
        f"This {noun} has no rating in the training part: its numbers were never learned{consequence}.",
        icon=":material/casino:",
    )


def show_method(text: str) -> None:
    """Formulas and sources (Markdown), folded away."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(text)
