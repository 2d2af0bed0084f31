"""What the points of a map can be colored by."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
import streamlit as st

from core.data.ratings import Ratings, category_columns, category_names, number_columns
from dashboard.charts.points import Classes, Coloring

GENRE, YEAR, MEAN, COUNT, ORDER = "Genre", "Year", "Mean rating", "Number of ratings", "Place in the file"
CHOICES = [MEAN, GENRE, YEAR, COUNT]


def by_column(ratings: Ratings, choice: str) -> Coloring | Classes:
    """A number or a class for every item: numbers of ratings by powers of ten, of many classes the most frequent."""
    further = _further(ratings.dataset_id or ratings.digest, ratings)
    if choice in further:
        return further[choice]
    if choice == ORDER:
        return Coloring(ORDER, np.arange(1.0, len(ratings.items) + 1))
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
    return [name for name, _ in Counter(chain.from_iterable(ratings.genres)).most_common()]


def telling(ratings: Ratings) -> list[str]:
    """Genres to show at first, of those there are."""
    return telling_of(genres(ratings))


def telling_of(names: list[str]) -> list[str]:
    """Of the 12 most frequent the six rarest, which say more than "Drama"; `names` by how frequent they are."""
    return names[:12][-6:]


def kinds(ratings: Ratings) -> tuple[list[str], Sequence[Sequence[str]]]:
    """Genres, the most frequent first, and those of each item; beside vectors, classes where there are no genres."""
    belongs: Sequence[Sequence[str]] = ratings.genres
    if not len(ratings) and not any(belongs):
        belongs = next((of for name, of in category_columns(ratings.item_table).items() if name != "genres"), belongs)
    often = Counter(chain.from_iterable(belongs))
    return [name for name, _ in often.most_common()], belongs


def by_genre(ratings: Ratings, shown: list[str]) -> Classes:
    """The rarest of the shown genres that an item has: it says more about it than the others."""
    rarity = {genre: place for place, genre in enumerate(genres(ratings))}
    place = {genre: number for number, genre in enumerate(shown)}
    member = [
        max((genre for genre in of_item if genre in place), key=rarity.__getitem__, default=None)
        for of_item in ratings.genres
    ]
    return Classes(GENRE, np.array([-1 if genre is None else place[genre] for genre in member]), shown)


def choices(ratings: Ratings) -> list[str]:
    """What can be chosen on this data: genres, years and ratings only where it has any, and further columns.

    Vectors from elsewhere come first with what is known of their rows; their order in the file is often one too: word
    vectors begin with the most frequent word.
    """
    rated, table = len(ratings) > 0, ratings.item_table
    known = {GENRE: any(table["genres"]), YEAR: table["year"].notna().any(), MEAN: rated, COUNT: rated}
    usual = [choice for choice in CHOICES if known[choice]]
    columns = _further(ratings.dataset_id or ratings.digest, ratings)
    further = [name for name in columns if name not in (*CHOICES, ORDER)]
    return [*usual, *further] if rated else [*further, *usual, ORDER]


def first(ratings: Ratings) -> Coloring | Classes:
    """What the points are colored by where there is no choice."""
    return by_column(ratings, next(choice for choice in choices(ratings) if choice != GENRE))


@st.cache_resource(max_entries=4, show_spinner=False)
def _further(data_id: str, _ratings: Ratings) -> dict[str, Coloring | Classes]:
    """The further columns of a table as colors, classes first; `data_id` stands for the data."""
    table, result = _ratings.item_table, dict[str, Coloring | Classes]()
    for name in category_names(table):
        often = table[name][table[name] != ""].value_counts()
        shown = often.index[:12]  # the last share a color with the first, and have another symbol
        result[name] = Classes(name, shown.get_indexer_for(table[name].array), list(map(str, shown)))
    numbers = number_columns(table)
    return result | {
        name: Coloring(name, values) for name, values in numbers.items() if name != "year" and np.isfinite(values).any()
    }


def choose_genres(ratings: Ratings, key: str) -> list[str]:
    """A field for the genres that get a color; the link holds them under its key."""
    return st.multiselect(
        "Genres",
        genres(ratings),
        default=telling(ratings),
        max_selections=8,  # colors that can still be told apart
        select_all=False,
        key=key,
        bind="query-params",
        help="Of several genres, the rarest of those shown gives the color.",
    )
