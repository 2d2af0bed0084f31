"""The presets `default`, `any-scale` and `best` on made-up ratings of several scales, most items rated seldom.

    python -m benchmarks.scales

One taste is planted and told on each scale: 300 people, 1,500 items, about 9,000 ratings with a long tail.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.data.ratings import Ratings, Vocabulary
from core.model.families import PRESETS
from core.training.trainer import fit

USERS, ITEMS, RATINGS = 300, 1_500, 9_000

Scale = tuple[float, float, Callable[[np.ndarray], np.ndarray]]
SCALES: dict[str, Scale] = {
    "0.5 to 5": (0.5, 5, lambda liking: np.round(2 * (3.6 + 0.7 * liking)) / 2),
    "1 to 10": (1, 10, lambda liking: np.round(7.5 + 1.3 * liking)),
    "0 or 1": (0, 1, lambda liking: (liking > -0.5) * 1.0),
    "−10 to 10": (-10, 10, lambda liking: np.round(3 + 4 * liking)),
    "0 to 100": (0, 100, lambda liking: np.round(70 + 12 * liking)),
    "counts": (1, 20_000, lambda liking: np.round(np.exp(4 + 1.3 * liking))),
}


def planted(scale: Scale) -> Ratings:
    """Ratings made of two biases, two tastes and chance."""
    low, high, tell = scale
    rng = np.random.default_rng(0)
    often = 1 / np.arange(1, ITEMS + 1) ** 0.7
    drawn = rng.integers(0, USERS, RATINGS) * ITEMS + rng.choice(ITEMS, RATINGS, p=often / often.sum())
    user, item = np.divmod(rng.permutation(np.unique(drawn)), ITEMS)
    taste = (rng.normal(size=(USERS, 2))[user] * rng.normal(size=(ITEMS, 2))[item]).sum(axis=1)
    liking = 0.4 * (rng.normal(size=USERS)[user] + rng.normal(size=ITEMS)[item] + taste)
    ids = np.array([str(number) for number in range(ITEMS)], object)
    return Ratings(
        dataset_id="planted",
        name="Planted",
        noun="thing",
        users=Vocabulary(ids[:USERS]),
        items=Vocabulary(ids),
        user_index=user.astype(np.int32),
        item_index=item.astype(np.int32),
        rating=np.clip(tell(liking + 0.5 * rng.normal(size=len(user))), low, high).astype(np.float32),
        timestamp=None,
        item_table=pd.DataFrame({"title": ids, "year": np.nan, "genres": [[] for _ in ids]}),
        min_rating=float(low),
        max_rating=float(high),
    )


def main() -> None:
    """Print validation RMSE, a line a scale."""
    print(f"{'scale':>10} {'mean':>10} {'averages':>10} {'default':>10} {'any-scale':>10} {'best':>10}")
    for name, scale in SCALES.items():
        ratings = planted(scale)
        runs = [fit(PRESETS[preset], ratings) for preset in ("default", "any-scale", "best")]
        lines = runs[0].started.mean_rmse, runs[0].started.averages_rmse
        print(f"{name:>10} " + " ".join(f"{x:>10.3f}" for x in (*lines, *(run.outcome.val_rmse for run in runs))))


if __name__ == "__main__":
    main()
