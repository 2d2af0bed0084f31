"""The same least squares by Spark's ALS, for ratings that one machine is too small for.

Spark's `regParam` is multiplied by the number of ratings of each row, as `vector_penalty` is, so both minimize the same
sum. It has no biases and reports nothing while it goes on: averages are subtracted before, and how far it is follows
from the stages that its jobs have finished.
"""

import contextlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import LimitError, WorkerDiedError
from core.model.als import AlsConfig
from core.model.events import Step
from core.training.progress import Progress
from core.training.spark_session import first_line

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALSModel
    from pyspark.sql import DataFrame, SparkSession

MOST_UNKEPT = 30
"""Iterations for which Spark needs no place for checkpoints: with each there is more to compute again after a fault."""

GROUP = "embedding-explorer"
"""What Spark calls the jobs of a training."""

HALF = re.compile(r"flatMap at ALS\.scala")
"""Name of the stage that ends half of an iteration: the vectors of one side go to the blocks of the other."""


def libraries() -> tuple[tuple[str, str], ...]:
    """Names and versions of what computes here, beside Python and NumPy."""
    return (("pyspark", version("pyspark")),)


def frame(spark: "SparkSession", user: np.ndarray, item: np.ndarray, left: np.ndarray) -> "DataFrame":
    """Ratings of this process, (n,) each, as a table of Spark."""
    return spark.createDataFrame(pa.table({"user": user, "item": item, "left": left}))


def fitted(spark: "SparkSession", ratings: "DataFrame", config: AlsConfig, progress: Progress) -> "ALSModel":
    """What Spark's ALS finds: frames `userFactors` and `itemFactors` of `id` and `features`.

    Args:
        spark: From `spark_session.session`.
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
