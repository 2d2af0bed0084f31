"""The article's own table of its first component, as printed and with every title moved back to its row."""

from dataclasses import dataclass

import numpy as np

from core.data.ratings import Ratings

LOW = (
    "Starman (1984)",
    "Bulworth (1998)",
    "Cable Guy, The (1996)",
    "Species (1995)",
    "Save the Last Dance (2001)",
    "Spanish Prisoner, The (1997)",
    "Sgt. Bilko (1996)",
    "Swordfish (2001)",
    "Addams Family Values (1993)",
)
HIGH = (
    "Graduate, The (1967)",
    "Vertigo (1958)",
    "Breakfast at Tiffany's (1961)",
    "Boot, Das (Boat, The) (1981)",
    "Flintstones, The (1994)",
    "Rock, The (1996)",
    "In the Heat of the Night (1967)",
    "Quiz Show (1994)",
    "Striptease (1996)",
)
"""Nine of the ten titles printed at either end, in the order of the article."""

FEWEST = 21  # ratings that the article's table asks for: more than 20


@dataclass(frozen=True, eq=False)
class End:
    """One end of a first component in three versions, rows of items, (n,) each."""

    printed: np.ndarray  # as the article has it
    moved_back: np.ndarray  # the items numbered just before those, whose vectors they were given
    own: np.ndarray  # of another model, as many


def article_ends(ratings: Ratings, scores: np.ndarray) -> tuple[End, End] | None:
    """The high and the low end in three versions; None for ratings in which the article's titles do not occur.

    The article numbers movies from 1 in the order in which they first occur in the ratings, and gives the embedding
    layer one row more than there are movies, for a number 0 that no movie has. R counts rows from 1: its first row is
    that of number 0. Joined by number to row number, every title gets the row of the one before.

    `scores`: of another model's items along its first component, (n_items,). Its high end counts as the one with the
    higher mean ratings: which end is high is a convention.
    """
    rows = {title: row for row, title in enumerate(ratings.item_table["title"])}
    if not rows.keys() >= {*LOW, *HIGH}:
        return None
    before = numbered_before(ratings)
    listed = np.flatnonzero(ratings.item_count >= FEWEST)
    order = listed[np.argsort(scores[listed], kind="stable")]
    if np.corrcoef(scores[listed], ratings.item_mean[listed])[0, 1] < 0:
        order = order[::-1]
    ends = []
    for titles, own in ((HIGH, order[::-1]), (LOW, order)):
        printed = np.array([rows[title] for title in titles])
        ends.append(End(printed=printed, moved_back=before[printed], own=own[: len(titles)]))
    return ends[0], ends[1]


def numbered_before(ratings: Ratings) -> np.ndarray:
    """Row of the item that first occurs in the ratings just before each, int64, (n_items,); -1 for the first one, and
    for items without a rating."""
    items, first = np.unique(ratings.item_index, return_index=True)
    order = items[np.argsort(first)]
    before = np.full(len(ratings.items), -1)
    before[order[1:]] = order[:-1]
    return before
