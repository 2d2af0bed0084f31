"""The engine spark, with a real Spark on this machine. Its program starts once for all of this file."""

import gc
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import psutil
import pytest

from core import data
from core.data.importing.isolation import in_this_process
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import CanceledError, EngineMissingError, LimitError, MissingColumnError, UsageError
from core.model.events import Step
from core.model.families import run_config
from core.store.runs import RunStore
from core.training import spark, spark_session
from core.training.progress import Progress
from core.training.slopes import main_effects
from core.training.spark_table import Wanted, fit_table, read
from core.training.trainer import fit
from tests.core.training.test_als import CMFREC
from tests.families import planted_ratings

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none on the path"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),  # of PySpark, about pandas 3
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # it leaves its sockets to the end of the process
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
"""Options of a Java that is quick to start, and not to run."""

SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
}
"""Settings of Spark for some hundred ratings: nothing is compiled for them, and they are in one piece."""


@pytest.fixture(scope="module")
def planted() -> Ratings:
    return planted_ratings()


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Iterator[tuple[Any, Any]]:
    """Spark's program, which takes seconds to start."""
    folder = str(tmp_path_factory.mktemp("spark"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JDK_JAVA_OPTIONS", QUICK)
        with spark_session._program("local[1]", folder, Progress(print, bool)) as (gateway, asked):
            asked.setAll(list(SMALL.items()))
            yield gateway, asked
    gc.collect()  # what it left open is let go here, and not in the test of another


@pytest.fixture
def one_program(program, monkeypatch) -> Iterator[None]:
    """The trainings of a test do not start programs of their own."""
    from pyspark import SparkContext

    monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", "local[1]")
    monkeypatch.setattr(spark_session, "_program", lambda *_: nullcontext(program))
    yield
    SparkContext._gateway = SparkContext._jvm = None  # the other tests have programs of their own


@pytest.mark.usefixtures("one_program")
def test_its_factors_give_our_predictions_and_its_iterations_are_told(planted):
    config = run_config(model="als", engine="spark", embedding_dim=3, vector_penalty=0.02, epochs=2)
    models, events, fitted = [], [], spark.fitted

    def keeping(session, frame, *others):
        model = fitted(session, frame, *others)
        models.append(model.transform(frame).toArrow().to_pandas())
        return model

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spark, "fitted", keeping)
        run = fit(config, planted, on_event=events.append)
    (asked,) = models
    rows = split(planted, config).train
    effects = main_effects(planted, rows, rounds=4)
    user, item = (asked[name].to_numpy() for name in ("user", "item"))
    own = effects.mean + effects.user[user] + effects.item[item] + asked["prediction"].to_numpy()
    np.testing.assert_allclose(run.scorer.predict(user, item), own, atol=1e-5)
    told = [event.at for event in events if isinstance(event, Step)]
    assert told == sorted(told) and told[-1] == 1 and all(event.loss is None for event in run.steps)
    assert run.outcome.guess_error < run.started.averages_rmse
    RunStore().publish(run)
    assert RunStore().load(run.run_id).outcome == run.outcome
    assert dict(run.versions).keys() >= {"pyspark"}


@pytest.fixture
def table(planted, tmp_path) -> Path:
    """The planted ratings as somebody else's table, one pair in it twice."""
    ids = {"User ID": planted.users.ids[planted.user_index], "movie": planted.items.ids[planted.item_index]}
    frame = pd.DataFrame(ids | {"stars": planted.rating, "timestamp": planted.timestamp})
    earlier = frame.head(1).assign(stars=0.5, timestamp=5)
    pd.concat([frame, earlier]).to_parquet(tmp_path / "ratings.parquet")
    return tmp_path / "ratings.parquet"


@pytest.mark.thorough
@pytest.mark.usefixtures("one_program")
def test_of_a_table_a_part_is_kept_and_everything_else_is_learned_from(planted, table, tmp_path):
    config = run_config(model="als", engine="spark", table=str(table), embedding_dim=2, epochs=1)
    wanted = Wanted(config, items=20, ratings=300, factors=str(tmp_path / "factors"))
    run = fit_table(wanted, runner=in_this_process)
    part = data.ratings_of(run.dataset)
    assert len(part.items) == 20 and 200 < len(part) < 400
    assert set(part.items.ids) <= set(planted.items.ids)
    assert f"{len(part)} of its 700 ratings" in run.origin.provenance["part"]
    kept = split(part, config)
    sides = {name: pd.read_parquet(tmp_path / "factors" / f"{name}s.parquet") for name in ("user", "item")}
    assert len(sides["item"]) == 30  # all of the table, also what is not shown
    tables = {name: side.set_index(f"{name}_id") for name, side in sides.items()}
    rows = kept.validation[:20]
    for user, item, guess in zip(
        part.users.ids[part.user_index[rows]],
        part.items.ids[part.item_index[rows]],
        run.scorer.predict(part.user_index[rows], part.item_index[rows]),
        strict=True,
    ):
        one, other = tables["user"].loc[user], tables["item"].loc[item]
        assert one["bias"] + other["bias"] + np.dot(one["embedding"], other["embedding"]) == pytest.approx(
            guess, abs=1e-5
        )
    learned = len(planted) - len(kept.validation)  # the mean is of all that is learned from
    aside = part.rating[kept.validation].sum(dtype=float)
    assert run.scorer.constant == pytest.approx((planted.rating.sum(dtype=float) - aside) / learned, abs=1e-5)


@pytest.mark.usefixtures("one_program")
def test_a_table_that_cannot_be_read_is_refused_with_what_to_do(tmp_path):
    pd.DataFrame({"a": [1], "b": [2]}).to_csv(tmp_path / "two.csv", index=False)
    with spark_session.session(Progress(print, lambda: False)) as session:
        with pytest.raises(MissingColumnError, match="a, b, and none is known to hold the user and the item"):
            read(session, str(tmp_path / "two.csv"))
        with pytest.raises(UsageError, match="cannot read"):
            read(session, str(tmp_path / "none.parquet"))


@pytest.mark.usefixtures("one_program")
def test_a_stop_is_heard_in_spark(planted):
    config = run_config(model="als", engine="spark", embedding_dim=2, epochs=30)
    told = []
    with pytest.raises(CanceledError, match="in Spark"):
        fit(config, planted, on_event=told.append, should_stop=lambda: any(isinstance(one, Step) for one in told))


@pytest.mark.thorough
def test_a_stop_while_spark_starts_leaves_nothing_and_the_next_training_starts_it_anew(monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", "local[1]")
    monkeypatch.setenv("JDK_JAVA_OPTIONS", QUICK)
    before = psutil.Process().children(recursive=True)
    begin, begun = spark_session._begun, threading.Event()
    monkeypatch.setattr(spark_session, "_begun", lambda *all_of: (begun.set(), begin(*all_of))[1])
    with (
        pytest.raises(CanceledError, match="before Spark had started"),
        spark_session.session(Progress(print, begun.is_set)),
    ):
        pass
    assert psutil.Process().children(recursive=True) == before
    with spark_session.session(Progress(print, lambda: False)) as session:
        assert session.range(3).count() == 3
    assert psutil.Process().children(recursive=True) == before


def test_who_is_no_master_is_said_before_anything_is_started(monkeypatch):
    for master in ("mesos://10.0.0.5:5050", "spark://10.0.0.5", "local[0]", "10.0.0.5:7077"):
        monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", master)
        with pytest.raises(LimitError, match=re.escape(master)), spark_session.session(Progress(print, bool)):
            pass


def test_a_master_that_does_not_answer_is_said_at_once(monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", "spark://127.0.0.1:1,127.0.0.1:2")
    said = "no Spark master answers at .*127.0.0.1:1: Connection refused; 127.0.0.1:2: Connection refused"
    with pytest.raises(EngineMissingError, match=said), spark_session.session(Progress(print, bool)):
        pass


@pytest.mark.thorough
def test_who_answers_and_is_no_master_of_this_version_is_said(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", f"spark://127.0.0.1:{somebody.getsockname()[1]}")
        said = pytest.raises(EngineMissingError, match="does not take this program on")
        with said, spark_session.session(Progress(print, bool)):
            pass
    monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", "local[1]")
    with spark_session.session(Progress(print, bool)) as session:
        assert session.range(3).count() == 3


@pytest.mark.parametrize("came", [False, True])
def test_who_waits_for_an_executor_is_told(monkeypatch, caplog, came):
    """Of a cluster that gives none, and of one that gives one later; Spark itself would wait without a word."""
    counts, ended = iter([1, 1, 1, 2 if came else 1]), threading.Event()
    monkeypatch.setattr(spark_session, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(spark_session, "LOOK_SECONDS", 0)

    def executors():
        """With the driver, which is always one of them."""
        if (count := next(counts, None)) is None:
            ended.set()
        return [None] * (count or 1)

    session = MagicMock()
    session.sparkContext._jsc.sc().statusTracker().getExecutorInfos = executors
    spark_session._watch(session, "spark://10.0.0.5:7077", ended)
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("the training waits: Spark at spark://10.0.0.5:7077 gives it no executor")
    assert said[1:] == (["Spark goes on with 1 executor", *said[:1]] if came else [])


@pytest.mark.thorough
@pytest.mark.usefixtures("one_program")
def test_it_is_within_a_hundredth_of_cmfrec(bundled):
    config = run_config(model="als", engine="spark", embedding_dim=16)
    assert fit(config, bundled).outcome.guess_error == pytest.approx(CMFREC, abs=0.01)


@pytest.mark.thorough
def test_an_executor_may_die(bundled, monkeypatch):
    """In a program of its own: this one runs at full speed, and has more than one process."""
    monkeypatch.setenv("EMBEDDING_EXPLORER_SPARK_MASTER", "local-cluster[2,1,1024]")
    killed = threading.Event()

    def kill(event):
        if isinstance(event, Step) and not killed.is_set():
            executors = [
                process
                for process in psutil.Process().children(recursive=True)
                if any("CoarseGrainedExecutorBackend" in word for word in process.cmdline())
            ]
            executors[0].kill()
            killed.set()

    config = run_config(model="als", engine="spark", embedding_dim=8, epochs=6)
    run = fit(config, bundled, on_event=kill)
    here = fit(run_config(model="als", embedding_dim=8, epochs=6), bundled)
    assert killed.is_set()
    assert run.outcome.guess_error == pytest.approx(here.outcome.guess_error, abs=0.02)
