"""The same least squares by Spark's ALS, for ratings that one machine is too small for.

Spark's `regParam` is multiplied by the number of ratings of each row, as `vector_penalty` is, so both minimize the same
sum. It has no biases and reports nothing while it goes on: averages are subtracted before, and how far it is follows
from the stages that its jobs have finished.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core import settings
from core.errors import EngineMissingError, LimitError, WorkerDiedError
from core.model.als import AlsConfig
from core.model.events import Step
from core.training.progress import Progress

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALSModel
    from pyspark.sql import DataFrame, SparkSession

JAVA = 17
"""The oldest Java that Spark 4 runs on."""

HERE = "local[*]"
"""The master where none is named: this machine, with all its processors."""

MOST_UNKEPT = 30
"""Iterations for which Spark needs no place for checkpoints: with each there is more to compute again after a fault."""

GROUP = "embedding-explorer"
"""What Spark calls the jobs of a training."""

HALF = re.compile(r"flatMap at ALS\.scala")
"""Name of the stage that ends half of an iteration: the vectors of one side go to the blocks of the other."""


@contextlib.contextmanager
def session(progress: Progress) -> "Iterator[SparkSession]":
    """Spark at the master that `EMBEDDING_EXPLORER_SPARK_MASTER` names; it is let go at the end.

    Raises:
        CanceledError: A stop was asked for before it answered.
        EngineMissingError: PySpark or Java is missing, or the master does not answer.
    """
    master = settings.text("SPARK_MASTER", HERE)
    _check_installed()
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="spark-") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        building = SparkSession.builder.appName("Embedding Explorer").master(master)
        for name, value in _usual(master, folder).items():
            building = building.config(name, value)
        try:
            # In a thread of its own: in the main one, Spark would take Ctrl-C over.
            spark = progress.heeding(building.getOrCreate, "before Spark had started")
        except (Py4JError, PySparkException, OSError) as error:
            # What was half begun would be taken for the next one.
            if (half := SparkContext._active_spark_context) is not None:  # noqa: SLF001
                half.stop()
            raise EngineMissingError(
                f"Spark at {master!r:.200} does not answer ({first_line(error)}); start it, or name another with "
                "--master"
            ) from error
        try:
            yield spark
        finally:
            with contextlib.suppress(Py4JError, OSError):  # it may have gone before
                spark.stop()


def _usual(master: str, folder: str) -> dict[str, str]:
    """What is set beside what spark-defaults.conf says: silence, and on one machine room and a place to keep things."""
    quiet = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false", "spark.driver.maxResultSize": "0"}
    if not master.startswith("local"):
        return quiet
    parts = str(2 * (os.cpu_count() or 1))  # Spark's 200 are for many machines: here each costs its start alone
    quiet |= {"spark.sql.shuffle.partitions": parts, "spark.default.parallelism": parts}
    room = {"spark.driver.memory": f"{settings.memory_mb() // 2}m", "spark.driver.host": "127.0.0.1"}
    return quiet | room | {"spark.ui.enabled": "false", "spark.checkpoint.dir": folder, "spark.local.dir": folder}


def _check_installed() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if importlib.util.find_spec("pyspark") is None:
        raise EngineMissingError(
            "the engine spark needs PySpark, which is not installed: pip install -r requirements-spark.txt; or train "
            "with --engine here"
        )
    said = (
        "" if java is None else subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    )
    release = re.search(r'version "(\d+)', said)
    if release is None or int(release[1]) < JAVA:
        found = f"Java {release[1]} was found" if release else "no Java was found on the path or at JAVA_HOME"
        raise EngineMissingError(
            f"the engine spark needs Java {JAVA} or newer, and {found}; install it (on Debian: apt-get install "
            f"openjdk-{JAVA}-jre-headless), or train with --engine here"
        )


def libraries() -> tuple[tuple[str, str], ...]:
    """Names and versions of what computes here, beside Python and NumPy."""
    return (("pyspark", version("pyspark")),)


def frame(spark: "SparkSession", user: np.ndarray, item: np.ndarray, left: np.ndarray) -> "DataFrame":
    """Ratings of this process, (n,) each, as a table of Spark."""
    return spark.createDataFrame(pa.table({"user": user, "item": item, "left": left}))


def fitted(spark: "SparkSession", ratings: "DataFrame", config: AlsConfig, progress: Progress) -> "ALSModel":
    """What Spark's ALS finds: frames `userFactors` and `itemFactors` of `id` and `features`.

    Args:
        spark: From `session`.
        ratings: Whole numbers `user` and `item`, and `left`, what averages leave of the rating.
        config: The settings.
        progress: Hears of every half of an iteration, and stops it.

    Raises:
        CanceledError: A stop was asked for.
        LimitError: There are many iterations, and Spark knows no place for checkpoints.
    """
    from pyspark.ml.recommendation import ALS

    context = spark.sparkContext
    if config.epochs > MOST_UNKEPT and not spark.conf.get("spark.checkpoint.dir", ""):
        raise LimitError(
            f"epochs is {config.epochs}; Spark does more than {MOST_UNKEPT} iterations only where spark.checkpoint.dir "
            "names a folder that all its machines share: set it in spark-defaults.conf, or choose fewer"
        )
    columns = {"userCol": "user", "itemCol": "item", "ratingCol": "left"}
    als = ALS(rank=config.embedding_dim, maxIter=config.epochs, regParam=config.vector_penalty, **columns)
    if context.master.startswith("local"):
        als = als.setNumBlocks(context.defaultParallelism)  # Spark's ten are for many machines, too
    stages: set[int] = set()
    tracker = context.statusTracker()

    def fit() -> "ALSModel":
        """What takes long, as jobs of one name."""
        context.setJobGroup(GROUP, "alternating least squares", interruptOnCancel=True)
        return als.setSeed(config.seed).fit(ratings)

    def tell() -> None:
        """Count the stages that have ended since the last time."""
        before = len(stages)
        for job in tracker.getJobIdsForGroup(GROUP):
            stages.update(_ended(tracker, job))
        if len(stages) > before:
            progress.step(Step(at=min(len(stages) / 2 / config.epochs, 1.0), loss=None))

    model = progress.heeding(fit, "in Spark", tell)
    if len(stages) < 2 * config.epochs:  # the last ones ended after the last look
        progress.step(Step(at=1.0, loss=None))
    return model


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What goes wrong in Spark in a sentence: raises WorkerDiedError in place of its errors."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise WorkerDiedError(
            f"Spark gave up: {first_line(error)}; look into the logs of its executors, give them more memory, or "
            "choose fewer dimensions"
        ) from error


def _ended(tracker: Any, job: int) -> set[int]:
    """The stages of a job that were halves of an iteration and have ended."""
    info = tracker.getJobInfo(job)
    found = {number: tracker.getStageInfo(number) for number in (info.stageIds if info else ())}
    return {
        number
        for number, stage in found.items()
        if stage and HALF.match(stage.name) and stage.numCompletedTasks == stage.numTasks > 0
    }


def matrix(features: pa.ChunkedArray) -> np.ndarray:
    """A column of vectors as float32, (n, d)."""
    flat = pc.list_flatten(features).to_numpy()
    return np.asarray(flat, np.float32).reshape(len(features), -1)


def first_line(error: Exception) -> str:
    """What went wrong, without the stack of Java."""
    text = str(getattr(error, "java_exception", "") or error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:300]
