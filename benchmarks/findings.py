"""What the embeddings know, first of all those of the default model, and how far to trust it.

    python -m benchmarks.findings [--seeds 5] [--twins 5] [--no-maps]

Takes the presets on the bundled ratings from the store, trains what is missing
there and their twins without taste, and prints every analysis as Markdown, beside
what it finds in the twins. `docs/findings.md` is this, read by eye.
"""

import argparse
import re
import time
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from benchmarks import beside_twins
from benchmarks.beside_twins import Beside
from benchmarks.common import header, line
from benchmarks.shuffled import DRAWS, Noise, noise_band
from benchmarks.stored import stored
from core import data
from core.analysis.components.examined import examine, standings
from core.analysis.components.hints import hints, words
from core.analysis.components.pca import Pca, pca
from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import cost
from core.analysis.components.stability import Stability, stability
from core.analysis.gauge import centered_on
from core.analysis.item_attributes import ItemColumns, item_columns
from core.analysis.maps.clusters import kmeans, label_groups
from core.analysis.maps.faithfulness import faithfulness
from core.analysis.maps.projections import MapSettings, draw_map
from core.analysis.neighbors.all_neighbors import nearest
from core.analysis.neighbors.of_one import neighbors
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS
from core.model.run import Run
from core.model.scoring import require_bilinear

FEWEST_RATINGS = 21
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


def trained(ratings: Ratings, seeds: int, preset: str = "default") -> list[Run]:
    """A preset under several seeds."""
    return [stored(PRESETS[preset].model_copy(update={"seed": seed}), ratings) for seed in range(seeds)]


def without_taste(ratings: Ratings, seeds: int, twins: int) -> list[Beside]:
    """The presets that are read side by side, each beside its twins."""
    from core.training.trainer import fit  # TensorFlow

    rows = np.flatnonzero(ratings.item_count >= FEWEST_RATINGS)
    every = [(name, trained(ratings, seeds, name)) for name in SIDE_BY_SIDE]
    return [beside_twins.beside(name, runs, ratings, rows, twins=twins, fit=fit) for name, runs in every]


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
    print(f"Settings: {changed}.")
    header("seed", "run", "best epoch", "validation RMSE")
    for run in runs:
        line(run.config.seed, f"`{run.run_id}`", run.outcome.kept_epoch, f"{run.outcome.val_rmse:.4f}")


def show_components(at: Study) -> None:
    """Components of the item matrix, as in the article: those above the old noise band, and what is confirmed."""
    print(f"\n## Of the item matrix, shaped by {len(at.rows):,} movies with at least {_ratings(at.fewest)}\n")
    print(f"The old noise band has {at.noise.count} of {len(at.noise.ratio)} above it ({DRAWS} draws).")
    header("component", "share", "band", "median r", "follows a confirmed one", "high end", "low end")
    confirmed = standings(examine(at.run, at.ratings), at.result.project(at.run.scorer.item_embedding))
    for k in range(at.noise.count):
        said = words(hints(at.result.scores[:, k], at.columns), confirmed[k])
        follows = "yes" if confirmed[k].carries_signal else "no"
        numbers = f"{at.noise.ratio[k]:.1%}", f"{at.noise.band[k]:.1%}", f"{at.stability.median_r[k]:.2f}"
        line(k + 1, *numbers, follows, said.top or "–", said.bottom or "–")


def _ratings(count: int) -> str:
    return "1 rating" if count == 1 else f"{count} ratings"


def show_cost(title: str, ratings: Ratings, run: Run) -> None:
    """Validation error by number of components kept."""
    parts = split(ratings, run.config)
    held_out = [of[parts.validation] for of in (ratings.user_index, ratings.item_index, ratings.rating)]
    model = centered_on(require_bilinear(run.scorer), ratings, parts)
    predicted = cost(model, predicted_components(model), *held_out)
    found = cost(model, pca(run.scorer.item_embedding), *held_out)
    print(f"\n## What the components cost, on {found.n_ratings:,} held-out {title}")
    header("kept", "of predictions", "of the item matrix")
    for k in sorted({0, 1, 2, 3, 5, 8, 12, 16, 24, 32, len(found.rmse) - 1}):
        line(k, f"{predicted.rmse[min(k, len(predicted.rmse) - 1)]:.4f}", f"{found.rmse[k]:.4f}")
    for name, one in (("Components of predictions", predicted), ("Of the item matrix", found)):
        print(f"\n{name}: within 0.001 of the whole from {one.enough()} on; within 0.005 from {one.enough(0.005)}.")


def show_maps(title: str, matrix: np.ndarray) -> None:
    """Time and faithfulness of every kind of map."""
    print(f"\n## Maps of {len(matrix):,} movies, {title}")
    header("map", "seconds", "neighbors kept", "trustworthiness")
    wanted = [MapSettings(), MapSettings(dimensions=3), MapSettings(method="tsne")]
    if find_spec("umap"):
        wanted.append(MapSettings(method="umap"))
    for settings in wanted:
        began = time.perf_counter()
        layout = draw_map(matrix, settings)
        seconds = time.perf_counter() - began
        found = faithfulness(matrix, layout.points)
        kept, trusted = f"{found.mean:.1%}", f"{found.trustworthiness:.3f}"
        line(f"{settings.method} {settings.dimensions}D", f"{seconds:.1f}", kept, trusted)
    line("items at random", "", f"{found.chance:.1%}", "0.500")
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


def show_neighbors(ratings: Ratings) -> None:
    """Neighbors of well-known movies, movie by movie, as each of three presets sees them."""
    rows = np.flatnonzero(ratings.item_count >= FEWEST_RATINGS)
    titles = item_columns(ratings).take(rows).titles
    print(f"\n## Neighbors by cosine among movies with at least {_ratings(FEWEST_RATINGS)}")
    matrices = {name: stored(PRESETS[name], ratings).scorer.item_embedding[rows] for name in SIDE_BY_SIDE}
    header("movie", *matrices)
    for item in WELL_KNOWN:
        row = int(np.flatnonzero(rows == ratings.items.index(str(item)))[0])
        lists = [neighbors(matrix, row, top=6).index for matrix in matrices.values()]
        line(name_of(titles[row]), *("; ".join(name_of(titles[other]) for other in near) for near in lists))


def name_of(title: str) -> str:
    """A title as people say it: "The Matrix" for "Matrix, The (1999)"."""
    name, _, _ = title.partition(" (")
    return re.sub(r"^(.*), (The|A|An)$", r"\2 \1", name)


def show_labels(at: Study) -> None:
    """Labels of k-means groups."""
    print("\n## Groups of `default` (k-means, cosine)")
    header("movies", "label")
    found = kmeans(at.matrix)
    for size, label in zip(found.sizes, label_groups(found.label, at.columns), strict=True):
        line(size, label.text or "–")


def main() -> None:
    """Print the whole reading."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="runs that differ in their seed alone, at least two")
    parser.add_argument("--twins", type=int, default=5, help="sets of ratings without taste, for each preset")
    parser.add_argument("--no-maps", action="store_true", help="leave out the maps, which take minutes")
    args = parser.parse_args()
    ratings = data.load()
    runs = trained(ratings, args.seeds)
    show_model(runs)
    found = without_taste(ratings, args.seeds, args.twins)
    beside_twins.show_counts(found)
    beside_twins.show_proofs(found)
    studies = [study(ratings, runs, fewest) for fewest in (FEWEST_RATINGS, 1)]
    for at in studies:
        show_components(at)
    show_cost("bundled ratings", ratings, runs[0])
    show_cost("ratings without taste", found[0].twins[0].ratings, found[0].twins[0].run)
    show_rated_once(ratings, runs[0])
    beside_twins.show_likeness(found)
    show_neighbors(ratings)
    show_labels(studies[0])
    beside_twins.show_groups(found)
    beside_twins.show_compared(found)
    beside_twins.show_biases(found)
    if not args.no_maps:
        show_maps("without taste", found[0].twins[0].matrix)
        for at in studies:
            show_maps(f"at least {_ratings(at.fewest)}", at.matrix)


if __name__ == "__main__":
    main()
