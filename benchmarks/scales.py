"""The presets on made-up ratings: scales of many kinds, small and empty data, and a MovieLens 100K as downloaded.

    python -m benchmarks.scales

Nothing is set for any of them. Beside the presets stand what the averages reach, what knowing the planted liking itself
would reach ("truth"; the rest is noise), and `best` with twice its steps: where that changes nothing, it has converged.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import header, line
from core.data import import_ratings
from core.data.folder import read_folder
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS, parse_config
from core.training.baselines import rmse
from core.training.trainer import fit
from tests.made_up import ids, made_up

PRESET_NAMES = ("default", "any-scale", "best-ratings", "best")
GENRES = 19

Tell = Callable[[np.ndarray], np.ndarray]
SCALES: dict[str, tuple[float, float, Tell]] = {
    "0.5 to 5": (0.5, 5, lambda liking: np.round(2 * (3.6 + 0.7 * liking)) / 2),
    "1 to 10": (1, 10, lambda liking: np.round(7.5 + 1.3 * liking)),
    "0 or 1": (0, 1, lambda liking: (liking > -0.5) * 1.0),
    "−10 to 10": (-10, 10, lambda liking: np.round(3 + 4 * liking)),
    "0 to 100": (0, 100, lambda liking: np.round(70 + 12 * liking)),
    "counts": (1, 20_000, lambda liking: np.round(np.exp(4 + 1.3 * liking))),
}


def planted(
    scale: str = "0.5 to 5", users: int = 300, items: int = 1_500, pairs: int = 9_000, *, liking: float = 1.0
) -> tuple[Ratings, np.ndarray]:
    """Ratings made of two biases, two tastes and chance, and what each would be without the chance.

    A few items have most of the ratings. An item's taste is half its own and half that of its genres.

    Args:
        scale: One of SCALES, on which they are told.
        users, items: How many there are.
        pairs: Ratings drawn; the same pair counts once.
        liking: How much of it is there; 0 leaves nothing but chance.
    """
    low, high, tell = SCALES[scale]
    rng = np.random.default_rng(0)
    often = 1 / np.arange(1, items + 1) ** 0.7
    drawn = rng.integers(0, users, pairs) * items + rng.choice(items, pairs, p=often / often.sum())
    user, item = np.divmod(rng.permutation(np.unique(drawn)), items)
    has = rng.random((items, GENRES)) < 1.7 / GENRES
    of_genres = has @ rng.normal(size=(GENRES, 2)) / np.sqrt(np.maximum(has.sum(axis=1, keepdims=True), 1))
    item_taste = np.sqrt(0.5) * (of_genres + rng.normal(size=(items, 2)))
    taste = (rng.normal(size=(users, 2))[user] * item_taste[item]).sum(axis=1)
    liked = 0.4 * liking * (rng.normal(size=users)[user] + rng.normal(size=items)[item] + taste)
    told, known = (
        np.clip(tell(value), low, high).astype(np.float32)
        for value in (liked + 0.5 * rng.normal(size=len(user)), liked)
    )
    genres = [[f"genre {number}" for number in np.flatnonzero(own)] for own in has]
    sides = {"users": ids("", users), "items": ids("", items)}
    return made_up(user, item, told, **sides, ends=(float(low), float(high)), noun="thing", genres=genres), known


def without_table(ratings: Ratings) -> Ratings:
    """The same data where nothing is known of the items."""
    return replace(ratings, item_table=ratings.item_table.assign(genres=[[] for _ in range(len(ratings.items))]))


def hundred_thousand() -> Ratings:
    """Planted ratings of MovieLens 100K's size, written in the layout of its files and imported from there."""
    made, _ = planted("0.5 to 5", 943, 1_682, 160_000)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(made))[:100_000])
    stars = np.clip(np.ceil(made.rating[rows]), 1, 5).astype(int)
    has = [{int(name.removeprefix("genre ")) for name in own} for own in made.item_table["genres"]]
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "ml-100k"
        folder.mkdir()
        pairs = zip(made.user_index[rows] + 1, made.item_index[rows] + 1, stars, strict=True)
        (folder / "u.data").write_text("".join(f"{user}\t{item}\t{star}\t880000000\n" for user, item, star in pairs))
        lines = (
            f"{row + 1}|Ça va {row + 1} (19{row % 70 + 20})|01-Jan-1995||http://us.imdb.com/|"
            + "|".join("01"[number in own] for number in range(GENRES))
            for row, own in enumerate(has)
        )
        (folder / "u.item").write_text("\n".join(lines) + "\n", encoding="latin-1")
        (folder / "u.user").write_text("".join(f"{user}|24|M|technician|85711\n" for user in range(1, 944)))
        report = import_ratings([folder], home=Path(kept) / "home")
        return read_folder(Path(kept) / "home/datasets" / report.dataset.dataset_id)


def data() -> dict[str, Callable[[], tuple[Ratings, np.ndarray | None]]]:
    """All the data, each made when asked for; with what the ratings would be without chance, where that is known."""
    thumbs = {
        "12 × 8, thumbs": lambda: planted("0 or 1", 12, 8, 90),
        "12 × 8, 1 to 10": lambda: planted("1 to 10", 12, 8, 90),
    }
    scales = {name: (lambda name=name: planted(name)) for name in SCALES}
    return (
        scales
        | thumbs
        | {
            "nothing but chance": lambda: planted(liking=0),
            "no item table": lambda: (without_table(planted()[0]), planted()[1]),
            "MovieLens 100K's layout": lambda: (hundred_thousand(), None),
        }
    )


def main() -> None:
    """Print validation RMSE, a line for each."""
    names = ("mean", "averages", "truth", *PRESET_NAMES, "best, 300 steps", "seconds of best")
    header("data", "ratings", *names)
    longer = parse_config({"steps": 300}, base=PRESETS["best"])
    for name, make in data().items():
        ratings, known = make()
        runs = {
            preset: fit(config, ratings) for preset, config in [*((p, PRESETS[p]) for p in PRESET_NAMES), ("", longer)]
        }
        rows, lines = split(ratings, longer).validation, runs["best"].started
        truth = f"{rmse(known[rows], ratings.rating[rows]):.3f}" if known is not None else "–"
        without = [f"{error:.3f}" for error in (lines.mean_rmse, lines.averages_rmse)]
        errors = [f"{run.outcome.val_rmse:.3f}" for run in runs.values()]
        line(name, f"{len(ratings):,}", *without, truth, *errors, f"{runs['best'].outcome.train_seconds:.2f}")


if __name__ == "__main__":
    main()
