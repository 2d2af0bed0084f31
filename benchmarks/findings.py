"""What the embeddings know, first of all those of the default model, and how far to trust it.

    python -m benchmarks.findings [--seeds 5] [--no-maps]

Takes the presets on the bundled ratings from the store, trains what is missing
there, and prints every analysis as Markdown; the last parts read presets side by side.
`docs/findings.md` is this, read by eye.
"""

import argparse
import re
import time
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from benchmarks.likeness import by_chance, likeness, nearest_by_both
from benchmarks.shuffled import Noise, noise_band
from core import data
from core.analysis.biases.bias import biases
from core.analysis.components.examined import examine, standings
from core.analysis.components.hints import hints, words
from core.analysis.components.pca import Pca, pca
from core.analysis.components.predictions import predicted_components
from core.analysis.components.stability import Stability, stability
from core.analysis.components.truncation import cost
from core.analysis.gauge import centered_on
from core.analysis.item_attributes import ItemColumns, item_columns
from core.analysis.maps.clusters import hdbscan, kmeans, label_groups
from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.projections import MapSettings, draw_map
from core.analysis.neighbors.all_neighbors import nearest
from core.analysis.neighbors.of_one import neighbors
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.runs import RunStore

FEWEST_RATINGS = 21
NEAREST = 10
SIDE_BY_SIDE = ("default", "best-ratings", "best")
WELL_KNOWN = (1, 260, 296, 318, 356, 480, 593, 858, 1219, 1721, 2571, 4306, 4896, 4993)
"""Toy Story, Star Wars, Pulp Fiction, The Shawshank Redemption, Forrest Gump, Jurassic Park, The Silence of the
Lambs, The Godfather, Psycho, Titanic, The Matrix, Shrek, and the first Harry Potter and Lord of the Rings."""


@dataclass(frozen=True, eq=False)
class Study:
    """The first run, looked at on the items with at least `fewest` ratings."""

    ratings: Ratings
    run: Run
    fewest: int
    rows: np.ndarray
    matrix: np.ndarray
    columns: ItemColumns
    result: Pca
    noise: Noise
    stability: Stability


def trained(ratings: Ratings, seeds: int) -> list[Run]:
    """The default preset under several seeds."""
    return [stored(ratings, PRESETS["default"].model_copy(update={"seed": seed})) for seed in range(seeds)]


def stored(ratings: Ratings, config: RunConfig) -> Run:
    """A run with these settings: from the store where it is there, else trained and kept there."""
    store = RunStore()
    run = store.get(run_id(config, ratings.digest))
    if run is None:
        from core.training.trainer import fit  # TensorFlow, which takes seconds and is not needed on a second call

        run = fit(config, ratings)
        store.publish(run)
    return run


def study(ratings: Ratings, runs: list[Run], fewest: int) -> Study:
    """Everything that later sections share."""
    rows = np.flatnonzero(ratings.item_count >= fewest)
    matrices = [run.scorer.item_embedding[rows] for run in runs]
    results = [pca(matrix) for matrix in matrices]
    return Study(
        ratings=ratings,
        run=runs[0],
        fewest=fewest,
        rows=rows,
        matrix=matrices[0],
        columns=item_columns(ratings).take(rows),
        result=results[0],
        noise=noise_band(matrices[0]),
        stability=stability(results[0].scores, [result.scores for result in results[1:]]),
    )


def show_model(runs: list[Run]) -> None:
    """Settings and error of every run."""
    print("## The model\n")
    changed = ", ".join(f"{name} {value}" for name, value in runs[0].config if name != "seed")
    print(f"Settings: {changed}.\n\n| seed | run | best epoch | validation RMSE |\n| --- | --- | --- | --- |")
    for run in runs:
        print(f"| {run.config.seed} | `{run.run_id}` | {run.outcome.kept_epoch} | {run.outcome.val_rmse:.4f} |")


def show_components(at: Study) -> None:
    """Variance, band, stability and hints of the components above the band and the next two."""
    print(f"\n## Components of the {len(at.rows):,} movies with at least {_ratings(at.fewest)} (uncentered)\n")
    print(f"{at.noise.count} of {len(at.noise.ratio)} stand above the noise band ({at.noise.draws} draws).\n")
    print("| component | share | band | above | median r | high end | low end |\n" + "| --- " * 7 + "|")
    confirmed = standings(examine(at.run, at.ratings), at.result.project(at.run.scorer.item_embedding))
    for k in range(at.noise.count + 2):
        said = words(hints(at.result.scores[:, k], at.columns), confirmed[k])
        above = "yes" if at.noise.above[k] else "no"
        numbers = f"{at.noise.ratio[k]:.1%} | {at.noise.band[k]:.1%} | {above} | {at.stability.median_r[k]:.2f}"
        print(f"| {k + 1} | {numbers} | {said.top or '–'} | {said.bottom or '–'} |")
    for k in range(3):
        print(f"\nStrongest hints of component {k + 1}: ", end="")
        print(", ".join(f"{hint.name} {hint.effect:+.2f}" for hint in hints(at.result.scores[:, k], at.columns)[:8]))


def _ratings(count: int) -> str:
    return "1 rating" if count == 1 else f"{count} ratings"


def show_cost(ratings: Ratings, run: Run) -> None:
    """Validation error by number of components kept."""
    parts = split(ratings, run.config)
    held_out = [of[parts.validation] for of in (ratings.user_index, ratings.item_index, ratings.rating)]
    model = centered_on(require_bilinear(run.scorer), ratings, parts)
    predicted = cost(model, predicted_components(model), *held_out)
    found = cost(model, pca(run.scorer.item_embedding), *held_out)
    print(f"\n## What the components cost, on {found.n_ratings:,} validation ratings\n")
    print("| kept | of predictions | of the item matrix |\n| --- | --- | --- |")
    for k in sorted({0, 1, 2, 3, 5, 8, 12, 16, 24, 32, len(found.rmse) - 1}):
        print(f"| {k} | {predicted.rmse[min(k, len(predicted.rmse) - 1)]:.4f} | {found.rmse[k]:.4f} |")
    for name, one in (("Components of predictions", predicted), ("Of the item matrix", found)):
        print(f"\n{name}: within 0.001 of the whole from {one.enough()} on; within 0.005 from {one.enough(0.005)}.")


def show_maps(at: Study) -> None:
    """Time and faithfulness of every kind of map."""
    print(f"\n## Maps of the {len(at.rows):,} movies with at least {_ratings(at.fewest)}\n")
    print("| map | seconds | neighbors kept | trustworthiness |\n| --- | --- | --- | --- |")
    wanted = [MapSettings(), MapSettings(dimensions=3), MapSettings(method="tsne")]
    if find_spec("umap"):
        wanted.append(MapSettings(method="umap"))
    for settings in wanted:
        began = time.perf_counter()
        layout = draw_map(at.matrix, settings)
        seconds = time.perf_counter() - began
        found = faithfulness(at.matrix, layout.points)
        print(f"| {settings.method} {settings.dimensions}D | {seconds:.1f} | ", end="")
        print(f"{found.mean:.1%} | {found.trustworthiness:.3f} |", flush=True)
    print(f"| items at random | | {found.chance:.1%} | 0.500 |")
    if not find_spec("umap"):
        print("\nUMAP is not installed here, so there is no row for it.")


def show_rated_once(ratings: Ratings, run: Run) -> None:
    """How much the neighbors of movies with a single rating say about the person who gave it."""
    embeddings = run.scorer.item_embedding
    rater = np.full(len(embeddings), -1)
    rater[ratings.item_index] = ratings.user_index
    once = np.flatnonzero(ratings.item_count == 1)
    near = nearest(embeddings)
    also_once = ratings.item_count[near[once]] == 1
    same = rater[near[once]][also_once] == np.broadcast_to(rater[once][:, None], also_once.shape)[also_once]
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    closest = np.einsum("ij,ij->i", unit, unit[near[:, 0]])
    often = ratings.item_count >= FEWEST_RATINGS
    print(
        f"\nMovies rated once: {len(once):,}. Of their 10 nearest {also_once.mean():.0%} are rated once too, ", end=""
    )
    print(
        f"{same.mean():.0%} of those by the same person. Median cosine with the nearest: {np.median(closest[once]):.2f}"
    )
    print(f"(movies with at least {_ratings(FEWEST_RATINGS)}: {np.median(closest[often]):.2f}).")


def show_likeness(ratings: Ratings) -> None:
    """Of every preset with vectors: do its neighbors make sense, and how long does it train."""
    rows = np.flatnonzero(ratings.item_count >= FEWEST_RATINGS)
    columns = item_columns(ratings).take(rows)
    chance = by_chance(columns, NEAREST)
    print(f"\n## Do neighbors make sense, among the {len(rows):,} movies with at least {_ratings(FEWEST_RATINGS)}\n")
    print(f"Found: share of {chance.in_series} movies of well-known series with another of theirs among the {NEAREST}")
    print(
        "nearest. Genres: overlap (Jaccard) with the nearest. By cosine of the vectors, and by how predictions agree.\n"
    )
    print("| preset | found | by predictions | genres | by predictions | seconds | RMSE |\n" + "| --- " * 7 + "|")
    for name, config in PRESETS.items():
        run = stored(ratings, config)
        lists = nearest_by_both(require_bilinear(run.scorer), rows, NEAREST)
        own, told = (likeness(lists[way], columns) for way in ("vectors", "predictions"))
        print(f"| {name} | {own.found:.0%} | {told.found:.0%} | {own.genres:.3f} | {told.genres:.3f} ", end="")
        print(f"| {run.outcome.train_seconds:.1f} | {run.outcome.val_rmse:.4f} |", flush=True)
    print(f"| by chance | {chance.found:.0%} | | {chance.genres:.3f} | | | |")


def show_neighbors(ratings: Ratings) -> None:
    """Neighbors of well-known movies, movie by movie, as each of three presets sees them."""
    rows = np.flatnonzero(ratings.item_count >= FEWEST_RATINGS)
    titles = item_columns(ratings).take(rows).titles
    print(f"\n## Neighbors by cosine among movies with at least {_ratings(FEWEST_RATINGS)}\n")
    matrices = {name: stored(ratings, PRESETS[name]).scorer.item_embedding[rows] for name in SIDE_BY_SIDE}
    print(f"| movie | {' | '.join(matrices)} |\n" + "| --- " * (1 + len(matrices)) + "|")
    for item in WELL_KNOWN:
        row = int(np.flatnonzero(rows == ratings.items.index(str(item)))[0])
        lists = [neighbors(matrix, row, top=6).index for matrix in matrices.values()]
        print(f"| {name_of(titles[row])} | ", end="")
        print(" | ".join("; ".join(name_of(titles[other]) for other in near) for near in lists) + " |")


def name_of(title: str) -> str:
    """A title as people say it: "The Matrix" for "Matrix, The (1999)"."""
    name, _, _ = title.partition(" (")
    return re.sub(r"^(.*), (The|A|An)$", r"\2 \1", name)


def show_clusters(at: Study) -> None:
    """Labels of k-means groups, and whether there are dense groups at all."""
    print("\n## Clusters in the original space (cosine)\n\n| movies | label |\n| --- | --- |")
    found = kmeans(at.matrix)
    for size, label in zip(found.sizes, label_groups(found.label, at.columns), strict=True):
        print(f"| {size} | {label.text or '–'} |")
    dense = hdbscan(at.matrix)
    print(f"\nHDBSCAN: {len(dense.sizes)} dense groups, {dense.sizes.sum():,} of {len(at.rows):,} movies in them.")


def show_biases(ratings: Ratings, run: Run) -> None:
    """The shrinkage curve, and who is liked more or less than it expects among movies with many ratings."""
    parts = split(ratings, run.config)
    model = centered_on(require_bilinear(run.scorer), ratings, parts)
    print("\n## Biases\n")
    users, found = (
        biases(
            model.user_bias if people else model.item_bias,
            parts.training_count(ratings, users=people),
            parts.training_mean(ratings, users=people),
            model.scale,
        )
        for people in (True, False)
    )
    for name, fit in (("Movies", found), ("Users", users)):
        print(f"- {name}: half believed at {fit.shrinkage:.1f} ratings, R² {fit.r2:.2f}")
    often = np.flatnonzero((ratings.item_count >= 100) & parts.trained(ratings))
    order = often[np.argsort(found.residual[often])]
    titles = ratings.item_table["title"]
    print("- More liked than their average says (at least 100 ratings):", "; ".join(titles[order[::-1][:6]]))
    print("- Less liked:", "; ".join(titles[order[:6]]))


def main() -> None:
    """Print the whole reading."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="runs in the stability study")
    parser.add_argument("--no-maps", action="store_true", help="leave out the maps, which take minutes")
    args = parser.parse_args()
    ratings = data.load()
    runs = trained(ratings, args.seeds)
    show_model(runs)
    studies = [study(ratings, runs, fewest) for fewest in (FEWEST_RATINGS, 1)]
    for at in studies:
        show_components(at)
    show_cost(ratings, runs[0])
    if not args.no_maps:
        for at in studies:
            show_maps(at)
    show_rated_once(ratings, runs[0])
    show_likeness(ratings)
    show_neighbors(ratings)
    show_clusters(studies[0])
    show_biases(ratings, runs[0])


if __name__ == "__main__":
    main()
