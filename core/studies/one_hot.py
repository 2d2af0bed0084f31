"""One-hot vectors against embeddings of 1, 2, 4, … numbers, all on the same ratings, and the same without taste."""

import numpy as np
from pydantic import BaseModel, Field

from core.analysis.compare.score import paired, predict_rows
from core.analysis.questions.one_hot import BySupport, by_support, fitted
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import NotApplicableError
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.retraining import Training, check_trainable, train_all
from core.studies.study import Study, Work
from core.training.baselines import rmse
from core.training.twin import twin_config, without_taste


class OneHotSettings(BaseModel, frozen=True, extra="forbid"):
    """Up to how many numbers the vectors have."""

    most: int = Field(64, ge=1, le=1024, description="Vectors of 1, 2, 4, … numbers are trained, up to so many.")

    @property
    def dims(self) -> list[int]:
        """The sizes of vectors, rising."""
        return [2**power for power in range(self.most.bit_length())]


def sized(config: RunConfig, dim: int) -> RunConfig:
    """The settings with another size of the vectors, learning from ratings alone: one-hot vectors know no genres."""
    alone = {"item_columns": False} if "item_columns" in type(config).model_fields else {}
    return config.model_copy(update={"embedding_dim": dim} | alone)


def _check(run: Run, settings: OneHotSettings) -> None:
    check_trainable(run)
    if "embedding_dim" not in type(run.config).model_fields:
        raise NotApplicableError("the vectors of this model have no size that could be chosen; choose another model")


def _compute(work: Work, settings: OneHotSettings) -> Stored:
    """Arrays: `n` and `squared` of `BySupport` for the one-hot vectors and then each size, (n_dims + 1, n_groups);
    `brings` and `se`, how much less far off than they each size is, as `Paired` has it, (n_dims,); `twin`, the RMSE of
    the one-hot vectors and of one size on ratings without taste, (2,).

    Facts: `dims`; `penalty` of the one-hot vectors; `twin_dim`, the size trained without taste.
    """
    dims, parts, config = settings.dims, split(work.ratings, work.run.config.split), work.run.config
    own = min(dims, key=lambda dim: abs(dim - config.dimensions))
    tasteless = without_taste(work.ratings, seed=1)
    effects, penalty = fitted(work.ratings, parts.train)
    work.check_canceled()
    guesses = [effects.guess(work.ratings, parts.validation)]
    trainings = [Training(sized(config, dim), work.ratings) for dim in dims]
    trainings.append(Training(sized(twin_config(work.run, seed=1), own), tasteless, stored=False))
    for training, run in zip(trainings, train_all(work, trainings), strict=True):
        guesses.append(predict_rows(run, training.ratings, parts.validation))
    without = [fitted(tasteless, parts.train)[0].guess(tasteless, parts.validation), guesses.pop()]
    rating, people = (values[parts.validation] for values in (work.ratings.rating, work.ratings.user_index))
    guesses = [_inside(guess, work.ratings) for guess in guesses]
    brings = [paired(guesses[0], guess, rating, people) for guess in guesses[1:]]
    count = parts.training_count(work.ratings)[work.ratings.item_index[parts.validation]]
    found = by_support(guesses, rating, count)
    aside = tasteless.rating[parts.validation]
    return Stored(
        {
            "n": found.n,
            "squared": found.squared,
            "brings": np.array([one.difference for one in brings]),
            "se": np.array([one.se for one in brings]),
            "twin": np.array([rmse(_inside(guess, tasteless), aside) for guess in without]),
        },
        {"dims": dims, "penalty": penalty, "twin_dim": own},
    )


def _inside(guess: np.ndarray, ratings: Ratings) -> np.ndarray:
    """The guesses held inside the scale."""
    return np.clip(guess, ratings.min_rating, ratings.max_rating)


def errors_of(stored: Stored) -> BySupport:
    """The errors that a study holds: of the one-hot vectors, then of each size."""
    return BySupport(stored.arrays["n"], stored.arrays["squared"])


ONE_HOT = Study(
    name="onehot",
    page="questions",
    settings=OneHotSettings,
    title=lambda settings: f"Vectors of 1 to {settings.dims[-1]} numbers",
    compute=_compute,
    check=_check,
)
