"""What all tests share: a home of their own, and data to work on."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pandas as pd
import pytest

from core import data
from core.config import RunConfig, run_id
from core.data import catalog
from core.data.importing.isolation import in_this_process
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings, Vocabulary, part_of
from core.model.events import Epoch, Started, Step
from core.model.families import family_of, run_config
from core.model.item_features import item_features
from core.model.layers import ANY_LENGTH
from core.model.run import Outcome, Run
from core.model.scoring import Scorer

hypothesis.settings.register_profile("searching", deadline=None)  # a machine with other work takes longer for nothing
hypothesis.settings.register_profile("sure", deadline=None, derandomize=True)  # the same examples in every run
hypothesis.settings.load_profile("sure")

TOGETHER = {
    "browser": ("browser/",),
    "TensorFlow": (
        "core/training/",
        "core/test_families.py",
        "dashboard/test_families.py",
        "core/studies/",
        "core/model/",
        "core/export/",
        "core/analysis/new_item/",
        "core/analysis/components/test_examined.py",
        "core/cli/test_cli.py",
        "core/cli/test_score.py",
        "docs/",
    ),
}
"""What one process tests, since it shares what is dear: a server, its worker and a browser; models and programs that
were trained and compiled once."""

SLOWEST_FIRST = (*TOGETHER["browser"], *TOGETHER["TensorFlow"], "core/jobs/", "packaging/", "core/", "dashboard/")
"""Where the long files are, the longest first: one that begins last has a processor to itself, and the other idles."""


def place(name: str) -> int:
    """How early the file of a test is run."""
    file = name.partition("::")[0].removeprefix("tests/")
    return next((rank for rank, start in enumerate(SLOWEST_FIRST) if file.startswith(start)), len(SLOWEST_FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; within a file, and among files alike, the order stays."""
    items.sort(key=lambda item: place(item.nodeid))


def pytest_collection() -> None:
    """What is imported for the tests, TensorFlow most of all, is there to stay: none of it is searched for garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From now on garbage is searched for, and not in what was imported."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each file to one process, and all of `TOGETHER` that belongs together."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            starts = {name: tuple(f"tests/{start}" for start in places) for name, places in TOGETHER.items()}
            return next((name for name, places in starts.items() if file.startswith(places)), file)

    return Scheduling(config, log)


if TYPE_CHECKING:
    from tests.families import Trained


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for each test that asks for no folder; most of them never make it."""
    base = tmp_path_factory.mktemp("homes")
    return (base / f"home{number}" for number in count())


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, _homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that no test sees or touches a person's own runs."""
    folder = request.getfixturevalue("tmp_path") / "home" if "tmp_path" in request.fixturenames else next(_homes)
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """No test waits until the disk has what was written, which takes milliseconds for every file of every model; those
    that are about it look at the calls. What is no open file is refused as before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """The ratings that come with the program are read once, and not by each call that asks for them."""
    read, there = catalog.read_folder, catalog.place(data.BUNDLED)
    kept = cache(lambda: read(there))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "read_folder", lambda folder: kept() if folder == there else read(folder))
        yield


@pytest.fixture(scope="session")
def bundled() -> Ratings:
    """The MovieLens ratings that come with the program."""
    return data.load()


def well_known(ratings: Ratings) -> Ratings:
    """The 400 most rated items with all their ratings: what is drawn in a twentieth of the bundled ones."""
    items = np.zeros(len(ratings.items), bool)
    items[np.argsort(-ratings.item_count, kind="stable")[:400]] = True
    part = part_of(ratings, users=np.ones(len(ratings.users), bool), items=items, name=ratings.name)
    return replace(part, dataset_id=ratings.dataset_id)


@pytest.fixture(scope="session")
def families() -> Callable[[str], "Trained"]:
    """Each family trained on the same small data, when it is first asked for."""
    from tests.families import planted_ratings, train  # imports TensorFlow

    ratings = planted_ratings()
    return cache(lambda model: train(model, ratings))


@pytest.fixture(scope="session", autouse=True)
def _programs() -> Iterator[None]:
    """Every program is compiled once, however many others have been since: each takes two seconds of a processor."""
    engine = sys.modules.get("core.training.engine")  # imported with the tests, where one of them trains with it
    with pytest.MonkeyPatch.context() as patch:
        if engine:
            patch.setattr(engine, "_engine", cache(engine._engine.__wrapped__))
        yield


_indices: dict[tuple[str, bytes], TitleIndex] = {}


def titles_of(ratings: Ratings) -> TitleIndex:
    """`TitleIndex`, made once for each dataset; nothing changes one."""
    known_by = ratings.digest, ratings.item_table["year"].to_numpy(np.float64).tobytes()
    if known_by not in _indices:
        _indices[known_by] = TitleIndex(ratings)
    return _indices[known_by]


@pytest.fixture
def reading_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process: one of its own, which has its own tests, takes a second to start."""
    for call in (data.import_ratings, data.preview):
        monkeypatch.setitem(call.__kwdefaults__, "runner", in_this_process)


@pytest.fixture
def small() -> Ratings:
    """A table for which a person can do the sums, new for each test."""
    return small_ratings()


def small_ratings() -> Ratings:
    """Six users, five items; the last item has no rating, and titles are awkward."""
    users = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5], np.int32)
    items = np.array([0, 1, 2, 0, 3, 1, 2, 3, 0, 1, 2, 0], np.int32)
    stamps = np.array([30, 10, 20, 5, 5, 1, 2, 3, 9, 8, 7, 6], np.int64)
    titles = ["Plain (1999)", '=HYPERLINK("x")', "-5", "Tab\tand\nline\u2028end", "@ nobody saw it"]
    genres = [["Drama"], ["Comedy", "Drama"], [], ["=1+1"], ["Drama"]]
    table = pd.DataFrame({"title": titles, "year": [1999, np.nan, np.nan, np.nan, np.nan], "genres": genres})
    return Ratings(
        dataset_id="small",
        name="Small",
        noun="movie",
        users=Vocabulary(np.array([f"u{number}" for number in range(6)], object)),
        items=Vocabulary(np.array(["007", "7", "-5", "+x", "é"], object)),
        user_index=users,
        item_index=items,
        rating=np.array([5, 3, 1, 4, 2, 3, 5, 1, 4, 4, 2, 0.5], np.float32),
        timestamp=stamps,
        item_table=table,
        min_rating=0.5,
        max_rating=5.0,
    )


def scorer_on(ratings: Ratings, config: RunConfig, *, seed: int = 0) -> Scorer:
    """A scorer of made-up numbers that fits the data; each seed has numbers of its own."""
    family, rng = family_of(config), np.random.default_rng(seed)
    shapes = family.shapes(config, len(ratings.users), len(ratings.items))
    shapes |= _lengths(ratings, config, shapes)
    arrays = {name: rng.normal(scale=0.5, size=shape).astype(np.float32) for name, shape in shapes.items()}
    arrays |= {
        name: np.abs(array) for name, array in arrays.items() if name.endswith(("variance", "precision", "noise"))
    }
    return family.make(arrays, min_rating=ratings.min_rating, max_rating=ratings.max_rating)


def _lengths(ratings: Ratings, config: RunConfig, shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Shapes of the arrays whose length the data decide: those of what describes the items."""
    groups = item_features(ratings) if getattr(config, "item_columns", False) else ()
    features = sum(len(group.labels) for group in groups)
    lengths = {"prior_precision": 4 + 2 * len(groups)}
    return {name: (lengths.get(name, features), *shape[1:]) for name, shape in shapes.items() if shape[0] == ANY_LENGTH}


def run_on(
    ratings: Ratings, config: RunConfig | None = None, *, model: str = "dot_with_bias", dim: int = 4, seed: int = 0
) -> Run:
    """A run of made-up numbers that fits the data, as training would leave it."""
    if config is None:
        vectors = {} if model == "bias_only" else {"embedding_dim": dim}
        config = run_config(model=model, **vectors)
    return Run(
        run_id=run_id(config, ratings.digest),
        config=config,
        dataset=ratings.reference,
        started=Started(2, int(0.8 * len(ratings)), len(ratings) - int(0.8 * len(ratings)), 1, 0, 1.05, 0.9),
        history=tuple(Epoch(number, 0.1, 0.9, 0.8, 0.6, 0.9, 0.95, 0.7) for number in (1, 2)),
        steps=(Step(0.5, 1.25),),
        outcome=Outcome(2, 2, False, 0.95, 0.7, 0.95, 0.2),
        scorer=scorer_on(ratings, config, seed=seed),
        created_at="2026-01-01T00:00:00+00:00",
        versions=(("python", "3.11"),),
    )


def with_item_matrix(run: Run, matrix: np.ndarray, **changes: Any) -> Run:
    """The run with another item matrix, and with other changes."""
    scorer = replace(run.scorer, arrays={**run.scorer.arrays, "item_embedding": matrix.astype(np.float32)})
    return replace(run, scorer=scorer, **changes)
