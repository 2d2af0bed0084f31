"""What the points of a map can be colored by."""

from collections import Counter

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from dashboard.charts.points import Classes, Coloring

GENRE, YEAR, MEAN, COUNT = "Genre", "Year", "Mean rating", "Number of ratings"
CHOICES = [MEAN, GENRE, YEAR, COUNT]
MOST_CLASSES = 8
"""Colors that can still be told apart."""


def by_number(ratings: Ratings, choice: str) -> Coloring:
    """A number for every item; the number of ratings on a scale of powers of ten."""
    if choice == YEAR:
        return Coloring(YEAR, ratings.item_table["year"].to_numpy(float))
    if choice == MEAN:
        return Coloring(MEAN, ratings.item_mean)
    often = ratings.item_count
    values = np.log10(often, out=np.full(len(often), np.nan), where=often > 0)
    ticks = range(int(np.nanmax(values)) + 1)
    return Coloring(COUNT, values, ticks=list(ticks), tick_labels=[f"{10**tick:,}" for tick in ticks])


def genres(ratings: Ratings) -> list[str]:
    """All genres, the most frequent first."""
    return [name for name, _ in Counter(genre for item in ratings.item_table["genres"] for genre in item).most_common()]


def telling(ratings: Ratings) -> list[str]:
    """Genres to show at first: of the 12 most frequent the six rarest, which say more than "Drama"."""
    return genres(ratings)[:12][-6:]


def by_genre(ratings: Ratings, shown: list[str]) -> Classes:
    """The rarest of the shown genres that an item has: it says more about it than the others."""
    rarity = {genre: place for place, genre in enumerate(genres(ratings))}
    place = {genre: number for number, genre in enumerate(shown)}
    member = [
        max((genre for genre in of_item if genre in place), key=rarity.__getitem__, default=None)
        for of_item in ratings.item_table["genres"]
    ]
    return Classes(GENRE, np.array([-1 if genre is None else place[genre] for genre in member]), shown)


def choices(ratings: Ratings) -> list[str]:
    """What can be chosen on this data: genres and years only where it has any."""
    known = {GENRE: any(ratings.item_table["genres"]), YEAR: ratings.item_table["year"].notna().any()}
    return [choice for choice in CHOICES if known.get(choice, True)]


def choose_genres(ratings: Ratings, key: str) -> list[str]:
    """A field for the genres that get a color; the link holds them under its key."""
    return st.multiselect(
        "Genres",
        genres(ratings),
        default=telling(ratings),
        max_selections=MOST_CLASSES,
        select_all=False,
        key=key,
        bind="query-params",
        help="Of several genres, the rarest of those shown gives the color.",
    )
