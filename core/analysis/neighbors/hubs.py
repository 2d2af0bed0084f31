"""Hubs: items that stand in the lists of very many others."""

import numpy as np

MANY = 10
"""Times the average number of lists from which an item is a hub."""


def listed(near: np.ndarray, n_items: int) -> np.ndarray:
    """In how many lists each item stands, int64, (n_items,).

    Args:
        near: The lists, such as `nearest` makes them, int, (n_lists, k).
        n_items: Rows there are.
    """
    return np.bincount(near.ravel(), minlength=n_items)


def hubs(near: np.ndarray, n_items: int) -> np.ndarray:
    """Items that stand in at least `MANY` times as many lists as the average item, most first, int64.

    In many dimensions, and by the dot product in few, some points are near neighbors of a great share of all others
    (Radovanović, Nanopoulos and Ivanović 2010, "Hubs in Space"): such a neighbor says little about the one who has it.
    """
    count = listed(near, n_items)
    found = np.flatnonzero(count >= MANY * near.size / n_items)
    return found[np.argsort(-count[found], kind="stable")]
