"""The article's table of its first component: as printed, moved back by one row, and as trained here.

    python -m benchmarks.article

Takes the article's model with biases from the store, or trains it (some 25 s). `docs/article.md` is made of it.
"""

import numpy as np

from benchmarks.common import header, line
from benchmarks.findings import name_of
from benchmarks.stored import stored
from core import data
from core.analysis.components.pca import pca
from core.analysis.lesson.article import FEWEST, End, article_ends
from core.data.ratings import Ratings
from core.model.families import PRESETS


def show(ratings: Ratings, end: End) -> None:
    """One end as a table."""
    titles, mean = ratings.item_table["title"], ratings.item_mean
    header("as printed", "moved back by one row", "trained here")
    for rows in zip(end.printed, end.moved_back, end.own, strict=True):
        line(*(f"{name_of(titles[row])} ({mean[row]:.2f})" for row in rows))


def main() -> None:
    """Print both ends, and where their movies are with the model trained here."""
    ratings = data.load()
    scores = pca(stored(PRESETS["article-dot-with-bias"], ratings).scorer.item_embedding).scores[:, 0]
    ends = article_ends(ratings, scores)
    if ends is None:
        raise SystemExit("these are not the ratings of the article")
    high, low = ends
    listed = np.flatnonzero(ratings.item_count >= FEWEST)
    order = listed[np.argsort(scores[listed])]
    order = order if order[-1] == high.own[0] else order[::-1]
    place = {row: len(order) - at for at, row in enumerate(order.tolist())}
    for name, end in (("High", high), ("Low", low)):
        print(f"\n{name} end:")
        show(ratings, end)
        for version, rows in (("printed", end.printed), ("moved back", end.moved_back)):
            print(f"\n{version}, places of {len(order):,}: {', '.join(str(place.get(row, '–')) for row in rows)}")


if __name__ == "__main__":
    main()
