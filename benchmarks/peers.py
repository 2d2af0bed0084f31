"""Other programs that guess ratings, on rows that somebody else chose: a function a program, and a table of them.

    PYTHON -m benchmarks.peers NAME TASK.npz ANSWER.npz

`benchmarks/training.py` calls it so, once a program. This file imports nothing of the project and nothing but NumPy
until a program asks for more, so that PYTHON can be that of an environment where the others live (`make peers`).
Settings are defaults, or known from each program's documentation and from earlier comparisons; none was chosen on these
splits.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import numpy as np

NOT_INSTALLED = 3
"""Exit status where a program's package is missing."""

FACTORS = 64
SAMPLES = 200


@dataclass(frozen=True, eq=False)
class Task:
    """Ratings to learn from, and pairs to guess.

    Attributes:
        user, item, rating: The training ratings, (n,); users and items are rows from 0.
        asked_user, asked_item: The pairs to guess, (m,).
        n_users, n_items: Rows there are, those without a training rating included.
        low, high: Ends of the scale.
        year: Of each item, float, (n_items,), NaN where unknown.
        genres: Which item has which genre, boolean, (n_items, n_genres).
    """

    user: np.ndarray
    item: np.ndarray
    rating: np.ndarray
    asked_user: np.ndarray
    asked_item: np.ndarray
    n_users: int
    n_items: int
    low: float
    high: float
    year: np.ndarray
    genres: np.ndarray


@dataclass
class Stopwatch:
    """Seconds spent inside `with`, on the wall's clock and of all processors together."""

    seconds: float = 0.0
    work: float = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        began, worked = self._began
        self.seconds += time.perf_counter() - began
        self.work += time.process_time() - worked


Program = Callable[[Task, Stopwatch], np.ndarray]
"""Learns from a task, with the stopwatch running while it fits, and guesses the pairs asked, float, (m,)."""


@dataclass(frozen=True)
class Peer:
    """A program, the package that it is in, and its settings in words."""

    package: str
    settings: str
    program: Program


def _surprise(make: Callable[[Any], Any]) -> Program:
    def program(task: Task, fitting: Stopwatch) -> np.ndarray:
        import pandas as pd
        import surprise

        frame = pd.DataFrame({"user": task.user, "item": task.item, "rating": task.rating})
        reader = surprise.Reader(rating_scale=(task.low, task.high))
        data = surprise.Dataset.load_from_df(frame, reader).build_full_trainset()
        model = make(surprise)
        with fitting:
            model.fit(data)
        pairs = zip(task.asked_user.tolist(), task.asked_item.tolist(), strict=True)
        return np.array([model.predict(user, item).est for user, item in pairs])

    return program


def _surprise_neighbors(surprise: Any) -> Any:
    return surprise.KNNBaseline(sim_options={"name": "pearson_baseline", "user_based": False}, verbose=False)


def cornac_mf(task: Task, fitting: Stopwatch) -> np.ndarray:
    """It guesses the mean of all for an item that it has not seen."""
    import cornac

    columns = (task.user.tolist(), task.item.tolist(), task.rating.tolist())
    data = cornac.data.Dataset.from_uir(zip(*columns, strict=True), seed=0)
    model = cornac.models.MF(k=FACTORS, max_iter=50, learning_rate=0.01, lambda_reg=0.1, use_bias=True, seed=0)
    with fitting:
        model.fit(data)
    pairs = zip(task.asked_user.tolist(), task.asked_item.tolist(), strict=True)
    return np.array([model.rate(data.uid_map.get(user, -1), data.iid_map.get(item, -1)) for user, item in pairs])


def _cmfrec(*, who_rated: bool = False, columns: bool = False) -> Program:
    def program(task: Task, fitting: Stopwatch) -> np.ndarray:
        import cmfrec
        import pandas as pd

        frame = pd.DataFrame({"UserId": task.user, "ItemId": task.item, "Rating": task.rating})
        known = pd.DataFrame(np.hstack([task.genres, year_bins(task.year)]).astype(float))
        known.columns = [f"attribute {number}" for number in known]
        known.insert(0, "ItemId", np.arange(task.n_items))
        model = cmfrec.CMF(add_implicit_features=who_rated, verbose=False)
        with fitting:
            model.fit(frame, I=known if columns else None)
        guess = np.asarray(model.predict(task.asked_user, task.asked_item), float)
        return np.where(np.isnan(guess), task.rating.mean(), guess)

    return program


def lenskit_biased_mf(task: Task, fitting: Stopwatch) -> np.ndarray:
    """With its bias model where it knows no vector, as its own pipelines do."""
    import pandas as pd
    from lenskit.als import BiasedMFScorer
    from lenskit.batch import predict
    from lenskit.data import ItemListCollection, from_interactions_df
    from lenskit.pipeline import predict_pipeline

    frame = pd.DataFrame({"user_id": task.user, "item_id": task.item, "rating": task.rating})
    data = from_interactions_df(frame)
    pipeline = predict_pipeline(BiasedMFScorer(embedding_size=50))
    with fitting:
        pipeline.train(data)
    asked = pd.DataFrame({"user_id": task.asked_user, "item_id": task.asked_item})
    found = predict(pipeline, ItemListCollection.from_df(asked, ["user_id"]), n_jobs=1).to_df()
    return asked.merge(found, on=["user_id", "item_id"], how="left")["score"].to_numpy(float)


def fastai_collab(task: Task, fitting: Stopwatch) -> np.ndarray:
    """The settings of fastai's own lesson: 50 factors, five epochs, weight decay 0.1."""
    import pandas as pd
    from fastai.collab import CollabDataLoaders, collab_learner
    from fastai.torch_core import set_seed

    set_seed(0)
    frame = pd.DataFrame({"user": task.user, "item": task.item, "rating": task.rating})
    loaders = CollabDataLoaders.from_df(frame, seed=0, valid_pct=0.0, bs=64)
    learner = collab_learner(loaders, n_factors=50, y_range=(0, task.high + 0.5))
    with fitting, learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(5, 5e-3, wd=0.1)
    asked = pd.DataFrame({"user": task.asked_user, "item": task.asked_item})
    with learner.no_bar():
        return learner.get_preds(dl=loaders.test_dl(asked))[0].numpy().ravel()


def year_bins(year: np.ndarray, width: int = 5) -> np.ndarray:
    """Which item falls into which bin of years, boolean, (n_items, n_bins); no bin where the year is not known."""
    known = np.isfinite(year)
    bins = np.where(known, np.nan_to_num(year) // width, np.nan)
    return bins[:, None] == np.unique(bins[known])[None, :]


def share(membership: Any) -> Any:
    """Rows scaled to length 1, as is usual for sets in factorization machines; a sparse matrix. Empty rows stay."""
    from scipy import sparse

    matrix = sparse.csr_matrix(membership, dtype=np.float64)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(length, 1e-12)) @ matrix


def raters(task: Task) -> Any:
    """Who rated each item in the training part, 1 / √n each: sparse, (n_items, n_users)."""
    from scipy import sparse

    shape = (task.n_items, task.n_users)
    return share(sparse.coo_matrix((np.ones(len(task.user)), (task.item, task.user)), shape).tocsr().sign())


def _myfm(*, who_rated: bool = False, columns: bool = False) -> Program:
    """Bayesian factorization machine; with who rated an item as its features it is Rendle's "flipped" SVD++."""

    def program(task: Task, fitting: Stopwatch) -> np.ndarray:
        import myfm
        from scipy import sparse

        groups = [sparse.identity(task.n_items, format="csr")]
        if who_rated:
            groups.append(raters(task))
        if columns:
            groups += [share(task.genres), share(year_bins(task.year))]
        users, items = sparse.identity(task.n_users, format="csr"), sparse.hstack(groups, format="csr")

        def blocks(user: np.ndarray, item: np.ndarray) -> list[Any]:
            return [myfm.RelationBlock(user, users), myfm.RelationBlock(item, items)]

        sizes = [task.n_users, *(group.shape[1] for group in groups)]
        model = myfm.MyFMRegressor(rank=10, random_seed=0)
        learn = blocks(task.user, task.item)
        with fitting:
            model.fit(None, task.rating, X_rel=learn, group_shapes=sizes, n_iter=SAMPLES, n_kept_samples=SAMPLES)
        return model.predict(None, blocks(task.asked_user, task.asked_item))

    return program


PEERS: dict[str, Peer] = {
    "Surprise BaselineOnly": Peer("scikit-surprise", "defaults", _surprise(lambda s: s.BaselineOnly(verbose=False))),
    "Surprise SVD": Peer(
        "scikit-surprise", "64 factors", _surprise(lambda s: s.SVD(n_factors=FACTORS, random_state=0))
    ),
    "Surprise SVD++": Peer("scikit-surprise", "defaults", _surprise(lambda s: s.SVDpp(random_state=0))),
    "Surprise KNNBaseline": Peer("scikit-surprise", "by items, pearson_baseline", _surprise(_surprise_neighbors)),
    "Cornac MF": Peer("cornac", "64 factors, 50 iterations, rate 0.01, penalty 0.1", cornac_mf),
    "cmfrec": Peer("cmfrec", "CMF, defaults", _cmfrec()),
    "cmfrec, genres and years": Peer("cmfrec", "CMF, defaults", _cmfrec(columns=True)),
    "cmfrec, who rated, genres and years": Peer(
        "cmfrec", "CMF, implicit features", _cmfrec(who_rated=True, columns=True)
    ),
    "LensKit": Peer("lenskit", "BiasedMF by ALS, 50 features", lenskit_biased_mf),
    "fastai": Peer("fastai", "collab_learner, 50 factors, 5 epochs, wd 0.1", fastai_collab),
    "myFM": Peer("myfm", "rank 10, 200 samples", _myfm()),
    "myFM, who rated": Peer("myfm", "rank 10, 200 samples", _myfm(who_rated=True)),
    "myFM, genres and years": Peer("myfm", "rank 10, 200 samples", _myfm(columns=True)),
    "myFM, who rated, genres and years": Peer("myfm", "rank 10, 200 samples", _myfm(who_rated=True, columns=True)),
}

GUESS_NO_RATINGS = {
    "implicit": "learns who chose what from counts without a scale; its scores order items and are no ratings",
}
"""Well-known programs that have no place in the table, and why."""


def tasks(given: Any) -> list[Task]:
    """One a split, from the arrays that `training.write_task` keeps."""
    pairs, rating, shape = (given["user"], given["item"]), given["rating"], given["shape"].tolist()
    low, high = given["scale"].tolist()
    return [
        Task(
            *(index[train] for index in pairs),
            rating[train],
            *(index[asked] for index in pairs),
            *shape,
            low,
            high,
            given["year"],
            given["genres"],
        )
        for train, asked in zip(given["train"], given["validation"], strict=True)
    ]


def times(watches: list[Stopwatch]) -> dict[str, list[float]]:
    """What an answer says of the time, a number for each split."""
    return {"seconds": [watch.seconds for watch in watches], "work": [watch.work for watch in watches]}


def main() -> int:
    name, given, answer = sys.argv[1:]
    peer = PEERS[name]
    try:
        release = version(peer.package)
    except PackageNotFoundError:
        return NOT_INSTALLED
    guesses, watches = [], []
    with np.load(given) as arrays:
        for task in tasks(arrays):
            watches.append(Stopwatch())
            guesses.append(peer.program(task, watches[-1]))
    np.savez(Path(answer), guesses=guesses, release=release, **times(watches))
    return 0


if __name__ == "__main__":
    sys.exit(main())
