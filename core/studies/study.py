"""What a study is: everything about one kind of result that takes longer than a page may, in one object."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from core.analysis.features import placed_items
from core.data.nouns import count
from core.data.ratings import Ratings
from core.data.splits import trained_rows
from core.disk import quota
from core.errors import AnalysisError, CanceledError, LimitError
from core.model.run import Run
from core.model.scoring import require_vectors
from core.store import study_store
from core.store.study_store import Stored

Settings = TypeVar("Settings", bound=BaseModel)

MIN_RATINGS = 21  # ratings an item needs to take part, at first: the article's "more than 20"
FEWEST_ITEMS = 5  # a map or a grouping of fewer items says nothing


@dataclass(frozen=True)
class Work:
    """What a study is computed from, and who watches: `on_progress` is told the share done, 0–1; `should_stop` is asked
    now and then, and True ends the work."""

    run: Run
    ratings: Ratings
    on_progress: Callable[[float], None] = lambda share: None
    should_stop: Callable[[], bool] = lambda: False

    def check_canceled(self) -> None:
        """Raise CanceledError where the work should stop."""
        if self.should_stop():
            raise CanceledError("the study was stopped before it was finished; start it again to get it")

    def reached(self, share: float) -> None:
        """Tell how far it is, and stop where that is asked for."""
        self.check_canceled()
        self.on_progress(share)


@dataclass(frozen=True)
class Study(Generic[Settings]):
    """One kind of study."""

    name: str  # in commands, jobs and folders; lower-case letters
    page: str  # key of the page that shows its result
    settings: type[Settings]  # what can be chosen. Equal settings on one run are one study.
    title: Callable[[Settings], str]  # what a job that makes it is called
    compute: Callable[[Work, Settings], Stored]
    # raises LimitError or UnknownRunError where the settings cannot work with a run; `compute` checks what takes
    # reading the ratings
    check: Callable[[Run, Settings], None] = lambda run, settings: None

    def check_run(self, run: Run, settings: Settings) -> None:
        """Refuse before anything waits in a queue what cannot work; every study looks at vectors.
        Raises NotApplicableError: the model has no vectors; LimitError, UnknownRunError as `check` says."""
        require_vectors(run.scorer)
        self.check(run, settings)

    def parse(self, values: dict[str, Any]) -> Settings:
        """Checked settings; raises LimitError where one is unknown or out of range."""
        try:
            return self.settings.model_validate(values)
        except ValidationError as error:
            details = [
                f"{'.'.join(map(str, detail['loc']))} is {detail['input']!r:.60}: "
                f"{detail['msg'].removeprefix('Input ')}"
                for detail in error.errors()
            ]
            raise LimitError("; ".join(details)) from None

    def key(self, run_id: str, settings: Settings) -> str:
        """The name of the result among all."""
        return study_store.key_of(run_id, self.name, settings)

    def exists(self, run_id: str, settings: Settings) -> bool:
        """Whether the result is stored."""
        return study_store.exists(run_id, self.name, settings)

    def load(self, run_id: str, settings: Settings) -> Stored | None:
        """The stored result, every byte checked; None where there is none."""
        return study_store.load(run_id, self.name, settings)

    def latest(self, run_id: str) -> Settings | None:
        """Settings of the newest stored result of a run; None where there is none."""
        for values in study_store.listing(run_id, self.name):
            with contextlib.suppress(ValidationError):  # of another version
                return self.settings.model_validate(values)
        return None

    def newest(self, run_id: str) -> Stored | None:
        """The newest stored result of a run; None where there is none."""
        settings = self.latest(run_id)
        return None if settings is None else self.load(run_id, settings)

    def make(
        self,
        run: Run,
        ratings: Ratings,
        settings: Settings,
        *,
        on_progress: Callable[[float], None] = lambda share: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Stored:
        """The stored result, or a new one, which is stored.

        Raises as `study_store.save` does; LimitError: the settings do not fit the data; QuotaError: the home is full;
        CanceledError: `should_stop` returned True.
        """
        result = self.load(run.run_id, settings)
        if result is None:
            quota.check("this study")
            result = self.compute(Work(run, ratings, on_progress, should_stop), settings)
            study_store.save(run.run_id, self.name, settings, result.arrays, result.facts)
        return result


def min_ratings_field() -> Any:
    """The setting that says which items take part, as `items_taking_part` reads it."""
    text = "Only items with at least this many ratings take part, and only those that training has moved."
    return Field(MIN_RATINGS, ge=0, description=text)


def items_taking_part(run: Run, ratings: Ratings, min_ratings: int) -> np.ndarray:
    """Rows of the items with enough ratings that training has moved, or that genres and the like place, int64, rising.
    Raises LimitError: they are too few; NotApplicableError: the model has no vectors."""
    require_vectors(run.scorer)
    placed = placed_items(run.scorer, ratings, trained_rows(ratings, run.config.split))
    rows = np.flatnonzero(placed & ratings.rated(min_ratings))
    if len(rows) < FEWEST_ITEMS:
        raise LimitError(
            f"{count(len(rows), 'item')} with at least {count(min_ratings, 'rating')}; {FEWEST_ITEMS} are needed; "
            "lower that number"
        )
    return rows


@contextlib.contextmanager
def as_limit_error() -> Iterator[None]:
    """Turn the error of an analysis that these settings do not suit into an error that a person can mend."""
    try:
        yield
    except AnalysisError as error:
        raise LimitError(f"{error}; choose other settings, or a model that has learned more") from error
