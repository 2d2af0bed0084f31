"""Whether guesses miss by as much as they say, before and after: the plain model's words, and the posterior's.

    python -m benchmarks.calibration             split seeds 0 to 4
    python -m benchmarks.calibration --newcomers people kept out of training, a few of their ratings revealed
    python -m benchmarks.calibration --planted   ratings drawn from the model itself

Before: `default`, each person fitted to their training ratings as somebody new is, and told the curve of misses and
what the fit leaves open. After: `best`, told by the posterior of the training. Both are asked about the validation
ratings.
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.common import header, line
from benchmarks.told import Calibration, Told, by_told, calibration
from core import data
from core.analysis.new_user.foldin import doubts, fold_in, learned_prior
from core.analysis.new_user.model import NewUserModel
from core.data.own.matching import step_of
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.model.families import PRESETS, parse_config
from core.model.item_features import item_features
from core.model.variational import Variational, VariationalConfig
from core.training.progress import Progress
from core.training.trainer import fit
from core.training.variational import VariationalTraining
from tests.made_up import ids, made_up

MEASURES = ("50%", "68%", "95%", "within ±", "told", "real", "z²")
SEEDS = range(5)
ITEM_EDGES = (0, 1, 3, 10, 30, 100, np.inf)
PERSON_EDGES = (0, 30, 100, 300, np.inf)
GUESS_EDGES = (-np.inf, 2.5, 3.0, 3.5, 3.8, 4.2, 4.5, np.inf)


def main() -> None:
    parser = argparse.ArgumentParser(description="Told errors beside real ones.")
    parser.add_argument("--planted", action="store_true", help="ratings drawn from the model itself")
    parser.add_argument("--newcomers", action="store_true", help="people kept out of training")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="split seeds (default: 0 to 4)")
    options = parser.parse_args()
    if options.planted:
        print_planted()
    elif options.newcomers:
        print_newcomers(data.load())
    else:
        findings(data.load(), options.seeds)


def findings(ratings: Ratings, seeds: Sequence[int] = SEEDS) -> None:
    """Print the table before and after, all splits together."""
    for name, preset, tell in (("before", "default", folded), ("after", "best", learned)):
        models = [_model(ratings, preset, seed) for seed in seeds]
        print_table(f"{name}: `{preset}`, split seeds {', '.join(map(str, seeds))}", models, tell)
        shares = [model.validation_sureness.shares() for model in models]
        print("said of: " + ", ".join(f"{word} {np.mean([one[word] for one in shares]):.0%}" for word in shares[0]))


def _model(ratings: Ratings, preset: str, seed: int) -> NewUserModel:
    config = parse_config({"split_seed": seed}, base=PRESETS[preset])
    return NewUserModel(fit(config, ratings), ratings, split(ratings, config))


def learned(model: NewUserModel) -> Told:
    """What the posterior says of the validation ratings."""
    rows, ratings, scorer = model.parts.validation, model.ratings, model.run.scorer
    users, items = ratings.user_index[rows], ratings.item_index[rows]
    return Told.of(ratings.rating[rows], scorer.score(users, items), scorer.rating_variance(users, items), scorer.scale)


def folded(model: NewUserModel) -> Told:
    """What For you would say of them to each person, given their training ratings."""
    ratings, parts = model.ratings, model.parts
    guess, miss = np.empty(len(parts.validation)), np.empty(len(parts.validation))
    trained, asked = ratings.user_index[parts.train], ratings.user_index[parts.validation]
    for user in np.unique(asked):
        known, places = parts.train[trained == user], np.flatnonzero(asked == user)
        items = ratings.item_index[parts.validation[places]]
        person = fold_in(model.run.scorer, ratings.item_index[known], ratings.rating[known], model.prior)
        guess[places], miss[places] = model.predictions(person)[items], model.sureness(person).miss[items]
    return Told(ratings.rating[parts.validation].astype(np.float64), guess, miss**2, miss)


def print_table(title: str, models: Sequence[NewUserModel], tell: Callable[[NewUserModel], Told]) -> None:
    """Calibration of all guesses, by ratings of the item and of the person, by guess, and by what is told."""
    told, scale = [tell(model) for model in models], models[0].run.scorer.scale
    step = step_of(models[0].ratings)
    every = together(told)
    rated = {users: np.concatenate([_count(model, users=users) for model in models]) for users in (False, True)}
    print(f"\n{title}")
    header("guesses", "ratings", *MEASURES)
    _print("all", calibration(every, scale, step))
    for what, value, edges in (
        ("ratings of the movie", rated[False], ITEM_EDGES),
        ("ratings of the person", rated[True], PERSON_EDGES),
        ("guess", scale.clip(every.score), GUESS_EDGES),
    ):
        for low, high in pairwise(edges):
            inside = (value >= low) & (value < high)
            if inside.any():
                end = "and more" if np.isinf(high) else f"to {high:g}"
                _print(f"{what} {low:g} {end}", calibration(every.take(inside), scale, step))
    for number, result in enumerate(by_told(every, scale, step), 1):
        _print(f"told error, fifth {number}", result)


def together(told: Sequence[Told]) -> Told:
    """Several in one."""
    return Told(*(np.concatenate([getattr(one, name) for one in told]) for name in vars(told[0])))


def _count(model: NewUserModel, *, users: bool) -> np.ndarray:
    index = model.ratings.user_index if users else model.ratings.item_index
    return model.parts.training_count(model.ratings, users=users)[index[model.parts.validation]]


def _print(name: str, result: Calibration) -> None:
    shares = [f"{share:.1%}" for share in (*result.covered, result.within)]
    line(name, f"{result.n_ratings:,}", *shares, f"{result.told:.3f}", f"{result.real:.3f}", f"{result.z_square:.2f}")


def print_newcomers(ratings: Ratings) -> None:
    """What `best` tells people it was not trained on: in groups, all but the first 20 of their ratings guessed."""
    from benchmarks.foldin import GROUPS, REVEALED, kept_out  # it needs TensorFlow, which tests of `planted` do not

    found: dict[int, list[Told]] = {k: [] for k in REVEALED}
    groups = item_features(ratings)
    for number in range(GROUPS):
        group = kept_out(ratings, number)
        parts = Split(group.train, group.validation, 0, 0)
        silent = Progress(lambda event: None, lambda: False)
        arrays, _ = VariationalTraining(VariationalConfig(), ratings, parts, silent).run()
        scorer = Variational.make(arrays, min_rating=ratings.min_rating, max_rating=ratings.max_rating)
        prior = learned_prior(scorer, groups)
        for k in REVEALED:
            for user in group.people:
                rows, hidden = group.revealed(user, k), group.hidden(user)
                person = fold_in(scorer, ratings.item_index[rows], ratings.rating[rows], prior)
                items = ratings.item_index[hidden]
                variance = np.sum(doubts(scorer, person), axis=0)[items] + person.noise
                score = scorer.score_new_user(person.numbers, items)[0]
                found[k].append(Told.of(ratings.rating[hidden], score, variance, scorer.scale))
    header("ratings revealed", "guesses", *MEASURES)
    for k, told in found.items():
        _print(str(k), calibration(together(told), scorer.scale, step_of(ratings)))


def planted(*, n_users: int, n_items: int, n_ratings: int, seed: int, step: float = 0.0, dim: int = 3) -> Ratings:
    """Ratings drawn from the model itself: biases and vectors from normal priors, and a noise for each person.

    Args:
        n_users, n_items, n_ratings: Sizes; pairs are drawn at random, each once.
        seed: Of everything.
        step: Rounded to it and held between 0.5 and 5; 0 leaves them as they were drawn, on an endless scale.
        dim: Dimensions of taste.
    """
    chance = np.random.default_rng(seed)
    user, item = np.divmod(chance.choice(n_users * n_items, n_ratings, replace=False), n_items)
    left, right = chance.normal(0, 0.7, (n_users, dim)), chance.normal(0, 0.7, (n_items, dim))
    guess = 3.5 + chance.normal(0, 0.4, n_users)[user] + chance.normal(0, 0.5, n_items)[item]
    guess += np.einsum("ij,ij->i", left[user], right[item])
    rating = guess + np.exp(chance.normal(-0.3, 0.3, n_users))[user] * chance.normal(size=n_ratings)
    if step:
        rating = np.clip(np.round(rating / step) * step, 0.5, 5)
    order = np.lexsort((item, user))
    sides = {"users": ids("", n_users), "items": ids("", n_items)}
    ends = (0.5, 5.0) if step else (-50.0, 50.0)
    return made_up(user[order], item[order], rating[order], **sides, ends=ends, noun="movie")


def of_planted(ratings: Ratings, step: float, dim: int) -> Calibration:
    """Calibration of the model with so many dimensions on planted ratings."""
    own = {"item_columns": False, "raters": False, "embedding_dim": dim}
    config = parse_config(own, base=PRESETS["best"])
    model = NewUserModel(fit(config, ratings), ratings, split(ratings, config))
    return calibration(learned(model), model.run.scorer.scale, step)


def print_planted() -> None:
    """Coverage where the model is right, where ratings are also rounded and held, and where it has too many dimensions.

    Dimensions that nothing was drawn from are not all switched off where people differ in noise: they learn some of
    it, and what they learn is missing in what is told.
    """
    header("planted ratings", *(name for name in MEASURES if name != "within ±"))
    for seed in SEEDS:
        for name, step, dim in (
            ("as drawn", 0.0, 3),
            ("in half stars between 0.5 and 5", 0.5, 3),
            ("as drawn, by a model of 10 dimensions", 0.0, 10),
        ):
            ratings = planted(n_users=600, n_items=1500, n_ratings=90_000, seed=seed, step=step)
            found = of_planted(ratings, step or 1e-3, dim)
            shares = [f"{share:.1%}" for share in found.covered]
            line(f"seed {seed}, {name}", *shares, f"{found.told:.3f}", f"{found.real:.3f}", f"{found.z_square:.2f}")


if __name__ == "__main__":
    main()
