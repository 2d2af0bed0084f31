"""How well a newcomer is served by fitting their vector alone, beside training that saw their ratings.

    python -m benchmarks.foldin              the table, over five groups of people
    python -m benchmarks.foldin --priors     other penalties beside the one in use
    python -m benchmarks.foldin --preset article-simple-dot

The people are shuffled and divided into five groups. Each group in turn is
kept out: the model trains on the others' ratings (80%, the rest tells it when to stop), then k
ratings of everybody kept out are revealed, and all but the first 20 of theirs are guessed, the same
ones for every k. People with fewer than 30 ratings are skipped. "Full training" trains anew
with the revealed ratings among the others'. RMSE is over all guesses of a group, clipped; NDCG@10
is the mean over its people.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from core import data
from core.analysis.new_user.foldin import NewUser, Prior, fold_in, people_prior, prediction_std, predictions
from core.analysis.new_user.uncertainty import miss_curve, sureness
from core.config import RunConfig
from core.data.ratings import Ratings
from core.model.families import PRESETS, family_of
from core.model.networks import arrays_of
from core.model.scoring import Scorer
from core.training.baselines import rmse
from core.training.engine import DataShape, Engine
from core.training.slopes import ITEM_SHRINKAGE, USER_SHRINKAGE

REVEALED = (1, 3, 5, 10, 20)
GROUPS, FEWEST = 5, 30
LIKED = 4.0
"""Ratings from here on count as liked where all movies compete."""


@dataclass(frozen=True, eq=False)
class Group:
    """People kept out, with the rows of their ratings in the order they are revealed, and the others' rows."""

    people: dict[int, np.ndarray]
    train: np.ndarray
    validation: np.ndarray

    def revealed(self, user: int, k: int) -> np.ndarray:
        """Rows of somebody's first `k` ratings."""
        return self.people[user][:k]

    def hidden(self, user: int) -> np.ndarray:
        """Rows of somebody's ratings that nobody is told, whatever `k`."""
        return self.people[user][max(REVEALED) :]


@dataclass(frozen=True)
class Score:
    """RMSE over a group's hidden ratings, mean NDCG@10 among them, and among all movies not revealed."""

    rmse: float
    ndcg: float
    ndcg_all: float


def ndcg(score: np.ndarray, gain: np.ndarray, *, top: int = 10) -> float:
    """Normalized discounted cumulative gain of a ranking (Järvelin and Kekäläinen 2002), 0–1.

    The gains of the `top` highest scores, each divided by log2(rank + 1), over the most that any order could give;
    equal scores keep their order. 0 where there is nothing to gain. Raises ValueError where a gain is below zero, or
    `top` below one.

    Args:
        score: What the ranking goes by, (n,).
        gain: What each is worth, at least 0, (n,).
        top: How far down the ranking counts.
    """
    if top < 1 or (gain < 0).any():
        raise ValueError(f"top is {top} and the lowest gain {gain.min()}; allowed are 1 or more, and 0 or more")
    discount = 1 / np.log2(np.arange(2, min(top, len(gain)) + 2))
    most = float(np.sort(gain)[::-1][: len(discount)] @ discount)
    if most == 0:
        return 0.0
    return float(gain[np.argsort(-score, kind="stable")[: len(discount)]] @ discount) / most


def main() -> None:
    parser = argparse.ArgumentParser(description="Fold-in against averages, popularity and full training.")
    parser.add_argument("--preset", default="default", choices=PRESETS, help="the model (default: default)")
    parser.add_argument("--groups", type=int, default=GROUPS, help=f"groups kept out in turn, 1 to {GROUPS}")
    parser.add_argument("--priors", action="store_true", help="compare penalties instead")
    options = parser.parse_args()
    ratings, config = data.load(), PRESETS[options.preset]
    trainer = Trainer(config, ratings)
    groups = [kept_out(ratings, number) for number in range(options.groups)]
    if options.priors:
        print_priors(ratings, trainer, groups)
    else:
        within = print_table(ratings, trainer, groups)
        sys.exit(0 if within else 1)


def kept_out(ratings: Ratings, number: int) -> Group:
    """One of the groups."""
    rng = np.random.default_rng(0)
    people = np.array_split(rng.permutation(len(ratings.users)), GROUPS)[number]
    order = rng.permutation(len(ratings))
    inside = np.isin(ratings.user_index[order], people)
    others = order[~inside]
    cut = int(0.8 * len(others))
    rows = {int(user): order[ratings.user_index[order] == user] for user in people}
    return Group({user: own for user, own in rows.items() if len(own) >= FEWEST}, others[:cut], others[cut:])


class Trainer:
    """Trains on any rows of the ratings with one compiled program, as `core.training.trainer` does."""

    def __init__(self, config: RunConfig, ratings: Ratings) -> None:
        self.config, self.ratings = config, ratings
        shape = DataShape(
            n_users=len(ratings.users),
            n_items=len(ratings.items),
            min_rating=ratings.min_rating,
            max_rating=ratings.max_rating,
            n_train=len(ratings),
            batch_size=config.batch_size,
        )
        self.engine = Engine(config, shape)

    def _scorer(self) -> Scorer:
        family, ratings = family_of(self.config), self.ratings
        shapes = family.shapes(self.config, len(ratings.users), len(ratings.items))
        arrays = arrays_of(self.engine.model, family, shapes)
        return family.make(arrays, min_rating=ratings.min_rating, max_rating=ratings.max_rating)

    def train(self, rows: np.ndarray, validation: np.ndarray) -> tuple[Scorer, float]:
        """Weights of the best epoch, and its validation RMSE."""
        config, ratings, engine = self.config, self.ratings, self.engine
        engine.reset(config, learning_rate=config.learning_rate, seed=config.seed)
        best, kept, waited = np.inf, self._scorer(), 0
        for epoch in range(1, config.epochs + 1):
            drawn = np.random.default_rng((config.seed, epoch)).permutation(rows)
            columns = ratings.user_index[drawn], ratings.item_index[drawn], ratings.rating[drawn]
            batches = engine.batches(*columns)
            engine.train(batches, 0, -(-len(rows) // config.batch_size), l2=config.l2, total=0.0)
            scorer = self._scorer()
            guess = predict_rows(scorer, ratings, validation)
            error = rmse(guess, ratings.rating[validation])
            if error < best:
                best, kept, waited = error, scorer, 0
            elif (waited := waited + 1) >= config.patience:
                break
        return kept, best


def predict_rows(scorer: Scorer, ratings: Ratings, rows: np.ndarray) -> np.ndarray:
    """Clipped guesses of some of the ratings."""
    return scorer.scale.clip(scorer.predict(ratings.user_index[rows], ratings.item_index[rows]))


def score(ratings: Ratings, group: Group, k: int, rank: Callable[[int], np.ndarray], clip: bool = True) -> Score:
    """Measure a way of guessing.

    Args:
        rank: A number for every item, given the person; a rating where `clip` (else only its order counts).
    """
    misses, among_hidden, among_all = [], [], []
    for user in group.people:
        value, hidden = rank(user), group.hidden(user)
        items, actual = ratings.item_index[hidden], ratings.rating[hidden]
        if clip:
            misses.append(value[items] - actual)
        among_hidden.append(ndcg(value[items], actual))
        gain = np.zeros(len(ratings.items))
        gain[items] = actual >= LIKED
        left = np.ones(len(gain), bool)
        left[ratings.item_index[group.revealed(user, k)]] = False
        among_all.append(ndcg(value[left], gain[left]))
    error = float(np.sqrt(np.mean(np.square(np.concatenate(misses))))) if clip else float("nan")
    return Score(error, float(np.mean(among_hidden)), float(np.mean(among_all)))


def item_means(ratings: Ratings, train: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Plain item means (the overall mean without ratings), shrunken item offsets, and the overall mean."""
    index, rating = ratings.item_index[train], ratings.rating[train].astype(np.float64)
    mean, count = float(rating.mean()), np.bincount(index, minlength=len(ratings.items))
    total = np.bincount(index, weights=rating - mean, minlength=len(ratings.items))
    plain = np.divide(total, count, out=np.zeros(len(count)), where=count > 0) + mean
    return plain, total / (count + ITEM_SHRINKAGE), mean


def person_prior(scorer: Scorer, ratings: Ratings, group: Group, noise: float) -> Prior:
    """What the others say about a newcomer."""
    trained = np.bincount(ratings.user_index[group.train], minlength=len(ratings.users)) > 0
    return people_prior(scorer, trained, noise=noise)


def fitted(scorer: Scorer, ratings: Ratings, group: Group, k: int, prior: Prior) -> Callable[[int], NewUser]:
    """How to fit somebody who is kept out."""

    def fit(user: int) -> NewUser:
        rows = group.revealed(user, k)
        return fold_in(scorer, ratings.item_index[rows], ratings.rating[rows], prior)

    return fit


def folded(scorer: Scorer, ratings: Ratings, group: Group, k: int, prior: Prior) -> Callable[[int], np.ndarray]:
    """How to guess every rating of somebody who is kept out."""
    fit = fitted(scorer, ratings, group, k, prior)
    return lambda user: predictions(scorer, fit(user))


def ways(ratings: Ratings, trainer: Trainer, group: Group) -> dict[str, dict[int, Score]]:
    """Every way of guessing at every k, for one group."""
    scorer, error = trainer.train(group.train, group.validation)
    prior = person_prior(scorer, ratings, group, error**2)
    means, offsets, overall = item_means(ratings, group.train)
    popularity = np.bincount(ratings.item_index[group.train], minlength=len(ratings.items)).astype(float)
    found: dict[str, dict[int, Score]] = {}

    def measure(name: str, k: int, rank: Callable[[int], np.ndarray], clip: bool = True) -> None:
        found.setdefault(name, {})[k] = score(ratings, group, k, rank, clip)

    def averages(user: int, k: int) -> np.ndarray:
        rows = group.revealed(user, k)
        rest = ratings.rating[rows] - overall - offsets[ratings.item_index[rows]]
        own = float(rest.sum()) / (k + USER_SHRINKAGE)
        return np.clip(overall + offsets + own, ratings.min_rating, ratings.max_rating)

    for k in REVEALED:
        measure("popularity", k, lambda user: popularity, False)
        measure("item means", k, lambda user: means)
        measure("averages of item and person", k, lambda user, k=k: averages(user, k))
        measure("fold-in", k, folded(scorer, ratings, group, k, prior))
        revealed = np.concatenate([group.revealed(user, k) for user in group.people])
        full, _ = trainer.train(np.concatenate([group.train, revealed]), group.validation)
        measure("full training", k, lambda user, full=full: _of_everything(full, user, ratings))
    return found


def _of_everything(scorer: Scorer, user: int, ratings: Ratings) -> np.ndarray:
    items = np.arange(len(ratings.items))
    guess = scorer.predict(np.full(len(items), user), items)
    return np.clip(guess, ratings.min_rating, ratings.max_rating)


def print_table(ratings: Ratings, trainer: Trainer, groups: Sequence[Group]) -> bool:
    """Means over the groups; whether fold-in at k = 10 does what is asked of it."""
    found = [ways(ratings, trainer, group) for group in groups]
    mean = {way: {k: replace_mean([one[way][k] for one in found]) for k in REVEALED} for way in found[0]}
    people = np.mean([len(group.people) for group in groups])
    print(f"{len(groups)} groups of {people:.0f} people kept out; means over the groups")
    for name, title in (
        ("rmse", "RMSE"),
        ("ndcg", "NDCG@10 among the hidden ratings (gain: the rating)"),
        ("ndcg_all", f"NDCG@10 among all movies not revealed (gain: rated {LIKED:g} or more)"),
    ):
        print_lines(title, {way: [getattr(scores[k], name) for k in REVEALED] for way, scores in mean.items()}, 68)
    print_sureness(ratings, trainer, groups[0])
    fold, full, plain, popular = (mean[way][10] for way in ("fold-in", "full training", "item means", "popularity"))
    checks = {
        f"RMSE at 10 below item means: {fold.rmse:.4f} < {plain.rmse:.4f}": fold.rmse < plain.rmse,
        f"NDCG@10 at 10 above popularity: {fold.ndcg:.4f} > {popular.ndcg:.4f}": fold.ndcg > popular.ndcg,
        f"RMSE at 10 within 2% of full training: {fold.rmse / full.rmse - 1:+.2%}": fold.rmse <= 1.02 * full.rmse,
    }
    print()
    for said, holds in checks.items():
        print(f"{'yes' if holds else 'NO ':4}{said}")
    return all(checks.values())


def replace_mean(scores: Sequence[Score]) -> Score:
    """The mean of several groups' scores."""
    return Score(*np.mean([astuple(score) for score in scores], axis=0).tolist())


def print_lines(title: str, lines: dict[str, list[float]], width: int) -> None:
    """A table by the number of ratings revealed, a dash where there is nothing."""
    print(f"\n{title + ', ratings revealed':{width}}{''.join(f'{k:>9}' for k in REVEALED)}")
    for name, values in lines.items():
        print(f"{name:{width}}{''.join('        –' if np.isnan(value) else f'{value:9.4f}' for value in values)}")


def print_sureness(ratings: Ratings, trainer: Trainer, group: Group) -> None:
    """Whether guesses called sure miss by less: what was expected beside what happened, by thirds."""
    scorer, error = trainer.train(group.train, group.validation)
    prior = person_prior(scorer, ratings, group, error**2)
    count = np.bincount(ratings.item_index[group.train], minlength=len(ratings.items))
    rows = group.validation
    curve = miss_curve(count[ratings.item_index[rows]], predict_rows(scorer, ratings, rows) - ratings.rating[rows])
    spread = float(ratings.rating[group.train].std())
    print("\nsureness, first group: expected miss and actual RMSE, by thirds of what was expected")
    for k in REVEALED:
        person, expected, missed = fitted(scorer, ratings, group, k, prior), [], []
        for user in group.people:
            items, actual = ratings.item_index[group.hidden(user)], ratings.rating[group.hidden(user)]
            known = person(user)
            sure = sureness(curve, count, prediction_std(scorer, known), spread=spread)
            expected.append(sure.miss[items])
            missed.append(predictions(scorer, known)[items] - actual)
        together, misses = np.concatenate(expected), np.concatenate(missed)
        thirds = np.array_split(np.argsort(together), 3)
        said = ", ".join(
            f"{np.sqrt(np.mean(together[third] ** 2)):.3f} → {np.sqrt(np.mean(misses[third] ** 2)):.3f}"
            for third in thirds
        )
        print(f"  {k:>2} revealed: {said}")


def print_priors(ratings: Ratings, trainer: Trainer, groups: Sequence[Group]) -> None:
    """RMSE and NDCG@10 with other penalties."""
    found: dict[str, dict[int, list[Score]]] = {}
    for group in groups:
        scorer, error = trainer.train(group.train, group.validation)
        for name, prior_at in _priors(scorer, ratings, group, error, trainer.config.l2).items():
            for k in REVEALED:
                fold = folded(scorer, ratings, group, k, prior_at(k))
                measured = score(ratings, group, k, fold)
                found.setdefault(name, {}).setdefault(k, []).append(measured)
    for measure in ("rmse", "ndcg"):
        means = {
            name: [np.mean([getattr(one, measure) for one in scores[k]]) for k in REVEALED]
            for name, scores in found.items()
        }
        print_lines(measure, means, 58)


def _priors(
    scorer: Scorer, ratings: Ratings, group: Group, error: float, l2: float
) -> dict[str, Callable[[int], Prior]]:
    """Penalties by name; each may depend on the number of ratings."""
    learned = person_prior(scorer, ratings, group, error**2)
    p, dim = len(learned.mean), scorer.item_embedding.shape[1]

    def ridge(penalty: float, mean: np.ndarray) -> Prior:
        """Plain ridge on the vector; the bias keeps the variance it has among people."""
        diagonal = np.full(p, learned.noise / penalty)
        if p > dim:
            diagonal[dim] = learned.covariance[dim, dim]
        return Prior(mean, np.diag(diagonal), learned.noise)

    zero = np.zeros(p)
    zero[dim:] = learned.mean[dim:]
    found: dict[str, Callable[[int], Prior]] = {"learned people (in use)": lambda k: learned}
    for factor in (2.0, 4.0):
        wider = replace(learned, covariance=factor * learned.covariance)
        found[f"learned people, covariance × {factor:g}"] = lambda k, wider=wider: wider
    for penalty in (1.0, 10.0):
        found[f"ridge toward the mean person, penalty {penalty:g}"] = lambda k, penalty=penalty: ridge(
            penalty, learned.mean
        )
        found[f"ridge toward zero, penalty {penalty:g}"] = lambda k, penalty=penalty: ridge(penalty, zero)
    if l2 > 0:
        found["ridge toward zero, training's penalty (l2 a rating)"] = lambda k: ridge(l2 * k, zero)
        found["ridge toward the mean person, training's penalty"] = lambda k: ridge(l2 * k, learned.mean)
    return found


if __name__ == "__main__":
    main()
