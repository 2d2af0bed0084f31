"""The three open questions in numbers, over several splits, with what chance and twins without taste give.

    python -m benchmarks.questions [one-hot] [tasks] [autoencoder] [--seeds 5] [--planted]

Trains what is not in the store, and prints each answer as Markdown; `docs/findings.md` is this, read by eye. With
`--planted` the ratings are made up, from two biases and two tastes (`benchmarks.scales`).
"""

import argparse
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.common import header, line, mean
from benchmarks.scales import planted
from benchmarks.stored import stored
from core import data
from core.analysis.compare.comparison import Comparison, compare
from core.analysis.compare.score import paired, predict_rows
from core.analysis.item_attributes import item_columns
from core.analysis.questions.one_hot import by_support, group_names
from core.analysis.questions.probes import in_short, probe
from core.analysis.questions.spectra import STRONGEST, angles, taste
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.families import PRESETS, parse_config
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.one_hot import ONE_HOT, OneHotSettings, errors_of
from core.studies.study import Work
from core.training.twin import twin_config, without_taste

MODELS = ("best-ratings", "default")
TASKS = ("rating", "ranking", "labels", "item2vec")
FEWEST_RATINGS = 21


def main() -> None:
    """Print the answers that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", help="one-hot, tasks, autoencoder (default: all).")
    parser.add_argument("--seeds", type=int, default=5, help="Split seeds 0, 1, … (default 5).")
    parser.add_argument("--models", nargs="+", default=MODELS, help="Presets whose vectors stand against one-hot ones.")
    parser.add_argument("--planted", action="store_true", help="Made-up ratings in the place of MovieLens.")
    called = parser.parse_args()
    ratings = planted("0.5 to 5", 943, 1_682, 100_000)[0] if called.planted else data.load()
    asked = called.questions or ("one-hot", "tasks", "autoencoder")
    seeds = range(called.seeds)
    if "one-hot" in asked:
        one_hot_or_embedding(ratings, seeds, called.models)
    if "tasks" in asked:
        tasks(ratings, seeds)
    if "autoencoder" in asked:
        autoencoders(ratings, seeds)


def of_split(config: RunConfig, seed: int) -> RunConfig:
    """The settings on another split."""
    return config.model_copy(update={"split_seed": seed})


def one_hot_or_embedding(ratings: Ratings, seeds: range, models: Sequence[str]) -> None:
    """RMSE of one-hot vectors and of embeddings of each size; the same without taste; by training ratings."""
    print("\n### One-hot or embedding?")
    for name in models:
        made = [study_of(ratings, of_split(PRESETS[name], seed)) for seed in seeds]
        errors, dims = [errors_of(one) for one in made], made[0].facts["dims"]
        header(f"`{name}`", "RMSE", "brings")
        line("one-hot", mean([one.rmse[0] for one in errors]), "–")
        for place, dim in enumerate(dims):
            gains = [one.arrays["brings"][place] for one in made]
            line(dim, mean([one.rmse[place + 1] for one in errors]), mean(gains))
        alone, twin = (np.array([one.arrays["twin"][place] for one in made]) for place in (0, 1))
        line(
            f"without taste: one-hot, then {made[0].facts['twin_dim']}",
            f"{mean(alone)}, {mean(twin)}",
            mean(alone - twin),
        )
        best = int(np.mean([one.rmse for one in errors], axis=0)[1:].argmin()) + 1
        header("training ratings", "ratings", "one-hot", f"{dims[best - 1]} numbers")
        for place, group in enumerate(group_names()):
            if all(one.n[place] for one in errors):
                cells = [np.mean([one.by_group[row, place] for one in errors]) for row in (0, best)]
                line(group, int(np.mean([one.n[place] for one in errors])), *(f"{cell:.4f}" for cell in cells))


def study_of(ratings: Ratings, config: RunConfig) -> Stored:
    """One-hot vectors and embeddings of this kind."""
    return ONE_HOT.compute(Work(stored(config, ratings), ratings), OneHotSettings())


def tasks(ratings: Ratings, seeds: range) -> None:
    """Neighbors kept and CKA of every two tasks, beside chance and the twin; what the vectors of each tell."""
    print("\n### Which task?")
    pairs: dict[tuple[str, str], list[Comparison]] = {}
    told: dict[str, list[Mapping[str, float]]] = {}
    timed = ratings.timestamp is not None
    for seed in seeds:
        runs = {name: stored(of_task(name, seed), ratings) for name in TASKS if timed or name != "item2vec"}
        rows = shared_rows(ratings, runs["rating"])
        matrices = {name: run.scorer.item_embedding[rows] for name, run in runs.items()}
        matrices["rating without taste"] = twin_of(runs["rating"], ratings).scorer.item_embedding[rows]
        names = list(matrices)
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                pairs.setdefault((first, second), []).append(compare(matrices[first], matrices[second]))
            found = in_short(probe(matrices[first], item_columns(ratings).take(rows)))
            scores = {thing: one.score for thing, one in found.items()}
            told.setdefault(first, []).append(
                scores | {f"{thing}, by chance": one.chance for thing, one in found.items()}
            )
    header("between", "neighbors kept of 10", "by chance", "CKA", "by chance")
    for (first, second), every in pairs.items():
        found = [one.measured for one in every]
        cells = [[getattr(one, name) for one in found] for name in ("kept", "kept_by_chance", "cka", "cka_by_chance")]
        line(f"{first} and {second}", *(mean(cell) for cell in cells))
    things = list(told["rating"][0])
    header("told by", *things)
    for name, every in told.items():
        line(name, *(mean([one[thing] for one in every]) for thing in things))


def of_task(name: str, seed: int) -> RunConfig:
    """The usual settings for a task."""
    return of_split(PRESETS["best-ratings"] if name == "rating" else parse_config({"model": name}), seed)


def shared_rows(ratings: Ratings, run: Run) -> np.ndarray:
    """Items with enough ratings, some of them in training."""
    known = split(ratings, run.config.split).trained(ratings)
    return np.flatnonzero(known & (ratings.item_count >= FEWEST_RATINGS))


def twin_of(run: Run, ratings: Ratings) -> Run:
    """The same training on ratings without taste."""
    from core.training.trainer import fit  # may need TensorFlow

    return fit(twin_config(run, seed=1), without_taste(ratings, seed=1))


def autoencoders(ratings: Ratings, seeds: range) -> None:
    """Errors, shared directions and neighbors of autoencoders beside a factorization and its twin."""
    print("\n### An autoencoder?")
    for name in ("autoencoder_items", "autoencoder_users"):
        found: dict[str, list[float]] = {}
        for seed in seeds:
            for what, value in beside(
                ratings, *(stored(of_task(one, seed), ratings) for one in ("rating", name))
            ).items():
                found.setdefault(what, []).append(value)
        header(f"`{name}` beside `best-ratings`", "mean")
        for what, values in found.items():
            line(what, mean(values))


def beside(ratings: Ratings, factorization: Run, autoencoder: Run) -> dict[str, float]:
    """What sets the two apart on one split, by name."""
    parts, rows = split(ratings, factorization.config.split), shared_rows(ratings, factorization)
    runs = (factorization, autoencoder)
    guesses = [run.scorer.scale.clip(predict_rows(run, ratings, parts.validation)) for run in runs]
    rating, count = (
        ratings.rating[parts.validation],
        parts.training_count(ratings)[ratings.item_index[parts.validation]],
    )
    errors = by_support(guesses, rating, count)
    apart = paired(guesses[1], guesses[0], rating, ratings.user_index[parts.validation])
    twin = twin_of(factorization, ratings)
    directions = [taste(run.scorer.user_embedding, run.scorer.item_embedding[rows]).items for run in (*runs, twin)]
    first, second, without = (one[:, :STRONGEST] for one in directions)
    shared, by_twin = angles(first, second), angles(second, without)
    measured = compare(*(run.scorer.item_embedding[rows] for run in runs))
    order = np.argsort(ratings.item_count[rows], kind="stable")
    third = len(rows) // 3
    groups = {
        f"RMSE with {name} training ratings": place for place, name in enumerate(group_names()) if errors.n[place]
    }
    return {
        "RMSE of the factorization": errors.rmse[0],
        "RMSE of the autoencoder": errors.rmse[1],
        "further off by": apart.difference,
        **{
            f"{name}, {kind}": errors.by_group[row, place]
            for name, place in groups.items()
            for row, kind in enumerate(("factorization", "autoencoder"))
        },
        f"share of {STRONGEST} directions": shared.shared,
        "share of directions, by chance": shared.shared_by_chance,
        "share of directions, with the twin": by_twin.shared,
        "neighbors kept of 10": measured.measured.kept,
        "neighbors kept, by chance": measured.measured.kept_by_chance,
        "neighbors kept, the third rated least": float(measured.overlap.kept[order[:third]].mean()),
        "neighbors kept, the third rated most": float(measured.overlap.kept[order[-third:]].mean()),
    }


if __name__ == "__main__":
    main()
