"""What analyses find in a preset's model, beside the same in its twins without taste."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from benchmarks.common import header, line
from benchmarks.likeness import by_chance, likeness, nearest_by_both
from benchmarks.shuffled import noise_band
from benchmarks.stored import examined
from core.analysis.biases.bias import Biases, biases
from core.analysis.compare.comparison import compare
from core.analysis.components.examined import Examined
from core.analysis.components.hints import Standing, hints, words
from core.analysis.components.proof import consensus
from core.analysis.components.stability import Stability, stability
from core.analysis.gauge import centered_on
from core.analysis.item_attributes import GENRES, ItemColumns, item_columns
from core.analysis.maps.clusters import Label, hdbscan, kmeans, label_groups, repeatability, silhouette
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.training.twin import twin_config, without_taste

NEAREST, GROUPS, SHOWN = 10, 12, 10


@dataclass(frozen=True, eq=False)
class Trained:
    """A model, the ratings it learned from, and the same from other first numbers.

    Attributes:
        run: The model.
        ratings: The ratings behind it.
        again: The same ratings and settings, other seeds; may be none.
        rows: Items that are looked at.
        columns: What is known of them.
    """

    run: Run
    ratings: Ratings
    again: Sequence[Run]
    rows: np.ndarray
    columns: ItemColumns

    @cached_property
    def matrix(self) -> np.ndarray:
        """Vectors of the items, (n_items, embedding_dim)."""
        return self.run.scorer.item_embedding[self.rows]

    @cached_property
    def examined(self) -> Examined:
        """Components of its predictions and their proof."""
        return examined(self.run, self.ratings)

    @cached_property
    def returning(self) -> Stability:
        """How well components of the predictions come back from the other seeds, over the items."""
        mine, *others = (self._scores(run) for run in (self.run, *self.again))
        return stability(mine, others)

    def _scores(self, run: Run) -> np.ndarray:
        found = self.examined if run is self.run else examined(run, self.ratings)
        return found.result.scores[self.rows]


@dataclass(frozen=True, eq=False)
class Beside:
    """A preset on the bundled ratings, and on ratings without taste."""

    preset: str
    bundled: Trained
    twins: Sequence[Trained]

    @property
    def both(self) -> tuple[tuple[str, Sequence[Trained]], ...]:
        """The bundled ratings and the twins, by what they are called."""
        return ("bundled", [self.bundled]), ("twins", self.twins)


def beside(
    preset: str, runs: Sequence[Run], ratings: Ratings, rows: np.ndarray, *, twins: int, fit: Callable[..., Run]
) -> Beside:
    """Train the twins of the first run, the first of them from as many seeds as there are runs.

    Args:
        preset: What the settings are called.
        runs: On the bundled ratings, which differ in their seed alone.
        ratings: The bundled ratings.
        rows: Items that are looked at.
        twins: How many sets of ratings without taste.
        fit: Trains a configuration on ratings.
    """
    columns = item_columns(ratings).take(rows)
    made = []
    for seed in range(1, twins + 1):
        null = without_taste(ratings, seed=seed)
        seeds = range(seed, seed + (len(runs) if seed == 1 else 1))
        first, *again = (fit(twin_config(runs[0], seed=number), null) for number in seeds)
        made.append(Trained(first, null, again, rows, columns))
    return Beside(preset, Trained(runs[0], ratings, runs[1:], rows, columns), made)


def show_counts(found: Sequence[Beside]) -> None:
    """How many components are proven and carry signal, and what the noise band and other seeds say of them."""
    print("\n## Components of what the models predict, beside twins")
    header("preset", "ratings", "proven", "signal", "band (item matrix)", "median r of 1 to 5", "taste worth")
    for one in found:
        for name, models in one.both:
            proofs = [model.examined.proof for model in models]
            proven, signal = (_spread([getattr(proof, of) for proof in proofs]) for of in ("proven", "signal"))
            band = _spread([noise_band(model.matrix).count for model in models])
            r = ", ".join(f"{value:.2f}" for value in models[0].returning.median_r[:5])
            worth = _spread([proof.rmse[0] - proof.rmse[-1] for proof in proofs], digits=4)
            line(one.preset, name, proven, signal, band, r, worth)


def show_proofs(found: Sequence[Beside]) -> None:
    """Each preset's first components: their proof, whether other seeds end there, and what they go together with."""
    for one in found:
        model, twin = one.bundled, one.twins[0]
        proof, result = model.examined.proof, model.examined.result
        parts = split(model.ratings, model.run.config)
        boring = consensus(model.examined.model, result, model.ratings, parts, parts.validation)
        print(f"\n### {one.preset}: {proof.proven} of {len(proof.z)} proven, {proof.signal} carry some signal")
        header(
            *("component", "worth", "gain z", "score z", "r"), *("twin: gain z, score z, r", "consensus", "high", "low")
        )
        others = twin.examined.proof
        for k in range(min(SHOWN, len(proof.z))):
            said = words(hints(result.scores[model.rows, k], model.columns), Standing(k < proof.signal, k == 0))
            z = f"{proof.worth[k]:.4f}", f"{proof.z[k]:.1f}", f"{proof.score_z[k]:.1f}"
            null = "–"
            if k < len(others.z):
                null = f"{others.z[k]:.1f}, {others.score_z[k]:.1f}, {twin.returning.median_r[k]:.2f}"
            mostly = f"{boring.explained[k]:.0%}{', mostly' if boring.mostly[k] else ''}"
            line(k + 1, *z, f"{model.returning.median_r[k]:.2f}", null, mostly, said.top or "–", said.bottom or "–")


def show_likeness(found: Sequence[Beside]) -> None:
    """Whether movies of one series are neighbors, and neighbors share genres."""
    columns = found[0].bundled.columns
    chance = by_chance(columns, NEAREST)
    print(f"\n## Neighbors beside twins: series found (of {chance.in_series} movies), overlap of genres")
    header("preset", "ratings", "found", "by predictions", "genres", "by predictions")
    for one in found:
        for name, models in one.both:
            texts = []
            every = [nearest_by_both(require_bilinear(model.run.scorer), model.rows, NEAREST) for model in models]
            for way in ("vectors", "predictions"):
                both = [likeness(lists[way], columns) for lists in every]
                texts.append((_mean([each.found for each in both], "{:.0%}"), _mean([each.genres for each in both])))
            (series, genres), (by_predictions, told) = texts
            line(one.preset, name, series, by_predictions, genres, told)
    line("by chance", "", f"{chance.found:.0%}", "", f"{chance.genres:.3f}", "")


def show_groups(found: Sequence[Beside]) -> None:
    """Whether there are groups, and what of them has a name."""
    print(f"\n## Groups beside twins: k-means, {GROUPS} groups, cosine")
    last = "with a label", "of these by genre", "dense groups (HDBSCAN)"
    header("preset", "ratings", "repeat", "silhouette", *last)
    for one in found:
        for name, models in one.both:
            groups = [kmeans(model.matrix, GROUPS) for model in models]
            labels = [label_groups(of.label, m.columns) for of, m in zip(groups, models, strict=True)]
            named = [sum(bool(label.text) for label in each) for each in labels]
            genres = [sum(_by_genre(label) for label in each) for each in labels]
            repeat = [repeatability(model.matrix, GROUPS) for model in models]
            apart = [silhouette(m.matrix, of) for m, of in zip(models, groups, strict=True)]
            dense = [len(hdbscan(model.matrix).sizes) for model in models]
            line(one.preset, name, _mean(repeat, "{:.2f}"), _mean(apart), *map(_spread, (named, genres, dense)))


def show_compared(found: Sequence[Beside]) -> None:
    """How alike two models are: the same settings from another seed, and other presets."""
    print("\n## Compare beside twins")
    header("models", "ratings", "neighbors kept of 10", "CKA", "without the strongest direction")
    pairs: list[tuple[str, str, np.ndarray, np.ndarray]] = []
    for one in found:
        for name, models in one.both:
            other = models[0].again[0].scorer.item_embedding[models[0].rows]
            pairs.append((f"{one.preset}, another seed", name, models[0].matrix, other))
    for first, second in pairwise(found):
        for (name, mine), (_, theirs) in zip(first.both, second.both, strict=True):
            pairs.append((f"{first.preset}, {second.preset}", name, mine[0].matrix, theirs[0].matrix))
    for title, name, first_matrix, second_matrix in pairs:
        measured = compare(first_matrix, second_matrix).measured
        rest = "–" if measured.cka_rest is None else f"{measured.cka_rest:.2f}"
        line(title, name, f"{measured.kept:.1f}", f"{measured.cka:.2f}", rest)


def show_biases(found: Sequence[Beside]) -> None:
    """The shrinkage curve, and who is liked more or less than its average says among movies with many ratings."""
    print("\n## Biases beside twins")
    header("preset", "ratings", "movies: half believed at, R²", "people", "distances from the curve")
    said = []
    for one in found:
        for name, models in one.both:
            fits = [curves(model.run, model.ratings) for model in models]
            movies, people = (
                f"{_mean([fit[side].shrinkage for fit in fits], '{:.1f}')}, "
                f"{_mean([fit[side].r2 for fit in fits], '{:.0%}')}"
                for side in (0, 1)
            )
            far = [_ends(fit[0], model) for fit, model in zip(fits, models, strict=True)]
            low, high = np.mean([(values[0], values[-1]) for _, values in far], axis=0)
            line(one.preset, name, movies, people, f"{low:+.2f} to {high:+.2f}")
            rows, _ = far[0]
            titles = models[0].ratings.item_table["title"]
            said.append(f"- {one.preset}, {name}, more: {'; '.join(titles[rows[::-1][:6]])}")
            said.append(f"- {one.preset}, {name}, less: {'; '.join(titles[rows[:6]])}")
    print("\n" + "\n".join(said))


def curves(run: Run, ratings: Ratings) -> tuple[Biases, Biases]:
    """The curve that centered biases follow, of items and of people, by counts and means of the training ratings."""
    parts = split(ratings, run.config)
    model = centered_on(require_bilinear(run.scorer), ratings, parts)
    items, people = (
        biases(
            model.user_bias if users else model.item_bias,
            parts.training_count(ratings, users=users),
            parts.training_mean(ratings, users=users),
            model.scale,
        )
        for users in (False, True)
    )
    return items, people


def _ends(fit: Biases, model: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Well-known items in the order of their distance from the curve, and these distances."""
    trained = split(model.ratings, model.run.config).trained(model.ratings)
    often = np.flatnonzero((model.ratings.item_count >= 100) & trained)
    rows = often[np.argsort(fit.residual[often])]
    return rows, fit.residual[rows]


def _by_genre(label: Label) -> bool:
    """Whether a genre is part of a group's name."""
    return any(sign.column == GENRES for sign in label.signs if sign.text in label.text)


def _mean(values: Sequence[float], form: str = "{:.3f}") -> str:
    return form.format(float(np.mean(values)))


def _spread(values: Sequence[float], digits: int = 0) -> str:
    """The mean, and the range where there are several."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{np.mean(values):.{max(digits, 1)}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"
