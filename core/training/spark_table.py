"""A run of what Spark learns from a table that no memory here holds: a part of it becomes a dataset to be opened.

The part is all ratings that a sample of users gave to the most rated items. The ratings to test on are drawn from it,
as of any dataset; everything else in the table, the rest of the part included, is learned from.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core import data
from core.config import run_id
from core.data.importing import naming
from core.data.importing.isolation import Runner, in_child
from core.data.importing.request import ImportOptions
from core.data.ratings import Ratings
from core.data.splits import split
from core.data.text import one_line
from core.errors import BadFormatError, MissingColumnError, UsageError
from core.model.als import AlsConfig
from core.model.events import Event
from core.model.run import Origin, Run
from core.store.runs import RunStore
from core.training import spark, spark_session
from core.training.als import ROUNDS, arrays_of, spark_epoch
from core.training.baselines import expected
from core.training.budget import check_room
from core.training.progress import Progress
from core.training.slopes import ITEM_SHRINKAGE, USER_SHRINKAGE, MainEffects
from core.training.spark_session import first_line
from core.training.trainer import run_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

KEPT_ITEMS, KEPT_RATINGS = 100_000, 10_000_000
"""Of the part that becomes a dataset, at most; the ratings about."""

HASHES = 2**31
"""Numbers that users are drawn by."""

Effects = tuple[float, "DataFrame", "DataFrame"]
"""The mean, and frames of the users and of the items: id, offset, row."""

_OTHER = {"user": "item", "item": "user"}


@dataclass(frozen=True)
class Wanted:
    """What is asked of a table.

    Attributes:
        config: The settings; `table` is the path.
        items, ratings: Of the part that becomes a dataset, at most; the ratings about.
        factors: A folder that Spark writes the numbers of all users and items to, as Parquet; empty for none.
    """

    config: AlsConfig
    items: int = KEPT_ITEMS
    ratings: int = KEPT_RATINGS
    factors: str = ""


def fit_table(
    wanted: Wanted,
    *,
    on_event: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    runner: Runner = in_child,
) -> Run:
    """Learn from a whole table, and make a dataset of a part of it; the run is not yet published.

    Args:
        wanted: What is asked.
        on_event: Told as by `core.training.trainer.fit`.
        should_stop: Asked about four times a second.
        runner: What reads the part, as in any import.

    Raises:
        EngineMissingError: Spark is missing or does not answer.
        MissingColumnError: It is not clear which column holds the user, the item or the rating.
        UsageError: Spark cannot read the path, or `factors` is there already.
        CanceledError, LimitError, WorkerDiedError: As `spark.fitted` says.
        DatasetError: The part cannot become a dataset.
    """
    config, progress = wanted.config, Progress(on_event, should_stop)
    with spark_session.session(progress) as session, spark.told():
        table = progress.heeding(lambda: read(session, config.table), "before the first iteration")
        part, n_table = progress.heeding(lambda: _part(table, wanted), "before the first iteration")
        part = progress.heeding(part.toArrow, "before the first iteration")
        ratings = _dataset(part, config.table, should_stop, runner)
        if (known := RunStore().get(run_id(config, ratings.digest))) is not None:
            return known
        check_room(config, len(ratings.users), len(ratings.items))
        parts, began = split(ratings, config), time.perf_counter()
        begin = expected(config, ratings, parts)
        on_event(begin)
        aside = np.concatenate([parts.validation, parts.test])
        learned = progress.heeding(lambda: _without(session, table, ratings, aside), "before the first iteration")
        effects = progress.heeding(lambda: _effects(learned), "while averages are taken")
        model = spark.fitted(session, _left(learned, *effects), config, progress)
        users, items = (
            progress.heeding(partial(_numbers, session, side, factors, ids), "after the last iteration")
            for side, factors, ids in (
                (effects[1], model.userFactors, ratings.users.ids),
                (effects[2], model.itemFactors, ratings.items.ids),
            )
        )
        if wanted.factors:
            progress.heeding(lambda: _write(wanted.factors, effects, model), "while the factors were written")
    arrays = arrays_of(MainEffects(effects[0], items[0], users[0]), users[1], items[1])
    spark_epoch(config, ratings, parts, arrays, progress, began)
    run = run_of(config, ratings, begin, progress, arrays, 1, began, spark.libraries())
    return replace(run, origin=Origin("trained", _provenance(config.table, ratings, n_table)))


def read(session: "SparkSession", path: str) -> "DataFrame":
    """Ratings at any path that Spark reads: text columns `user` and `item`, `rating`, and `timestamp` where it has one.

    A pair that is there twice counts once, with its latest rating, or its highest where no time is known.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f

    kind = PurePosixPath(path.removesuffix(".gz")).suffix.removeprefix(".")
    options = {"header": "true", "sep": "\t" if kind == "tsv" else ","} if kind in ("csv", "tsv") else {}
    known = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json"}
    try:
        raw = session.read.options(**options).format(known.get(kind, "parquet")).load(path)
    except PySparkException as error:
        raise UsageError(f"Spark cannot read {path!r:.300}: {first_line(error)}") from error
    columns = {role: naming.guess(raw.columns, role) for role in ("user", "item", "rating", "timestamp")}
    if missing := [role for role in ("user", "item", "rating") if columns[role] is None]:
        raise MissingColumnError(
            f"{path!r:.300} has the columns {', '.join(raw.columns)!s:.300}, and none is known to hold the "
            f"{' and the '.join(missing)}; name the columns user, item and rating"
        )
    kinds = {"user": "string", "item": "string", "rating": "float", "timestamp": "long"}
    picked = raw.select(*(f.col(f"`{name}`").cast(kinds[role]).alias(role) for role, name in columns.items() if name))
    trimmed = {side: f.trim(side) for side in ("user", "item")}
    good = picked.withColumns(trimmed).where("user != '' AND item != '' AND NOT isnan(rating)")
    if columns["timestamp"] is None:
        return good.groupBy("user", "item").agg(f.max("rating").alias("rating"))
    latest = f.max_by("rating", f.coalesce("timestamp", f.lit(0))).alias("rating")
    return good.groupBy("user", "item").agg(latest, f.max("timestamp").alias("timestamp"))


def _part(table: "DataFrame", wanted: Wanted) -> tuple["DataFrame", int]:
    """The ratings that a sample of users gave to the most rated items, and how many the table holds."""
    from pyspark.sql import functions as f

    table.persist()
    often = table.groupBy("item").count().orderBy(f.desc("count"), "item").limit(wanted.items)
    part = table.join(f.broadcast(often.select("item")), "item", "left_semi")
    share = wanted.ratings / max(part.count(), 1)
    if share < 1:
        part = part.where(f.pmod(f.xxhash64("user"), f.lit(HASHES)) < int(share * HASHES))
    return part, table.count()


def _dataset(part: pa.Table, path: str, should_stop: Callable[[], bool], runner: Runner) -> Ratings:
    """The part as a dataset of the home, by the way that all imports go."""
    rows = part.sort_by([("user", "ascending"), ("item", "ascending")])
    name = one_line(PurePosixPath(path).stem)[:100] or "Table"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ratings.parquet"
        pq.write_table(rows, file)
        options = ImportOptions(name=f"{name}, a part")
        report = data.import_ratings([file], options=options, should_stop=should_stop, runner=runner)
    return data.load(report.dataset.dataset_id)


def _without(session: "SparkSession", table: "DataFrame", ratings: Ratings, rows: np.ndarray) -> "DataFrame":
    """The table but for some ratings of the dataset; raises BadFormatError where they are not in it."""
    pairs = {"user": ratings.users.ids[ratings.user_index[rows]], "item": ratings.items.ids[ratings.item_index[rows]]}
    aside = session.createDataFrame(pa.table({name: pa.array(ids, pa.string()) for name, ids in pairs.items()}))
    learned = table.join(aside, ["user", "item"], "left_anti").persist()
    found = table.count() - learned.count()
    if found != len(rows):  # it would be tested on what it has learned
        raise BadFormatError(
            f"of {len(rows):,} ratings kept aside {found:,} are found again in the table: its ids are not those that "
            "an import makes of them; write them as plain text or whole numbers"
        )
    return learned


def _effects(learned: "DataFrame") -> Effects:
    """`core.training.slopes.main_effects` of the whole table: the mean, and frames (id, offset, row) of both sides."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    mean = learned.agg(f.avg("rating")).first()[0]
    rated = learned.select("user", "item", (f.col("rating") - mean).alias("left"))

    def offsets(side: str, other: "DataFrame | None", shrinkage: float) -> "DataFrame":
        """Shrunken means of one side, those of the other taken off."""
        left = rated.withColumn("offset", f.lit(0.0)) if other is None else rated.join(other, _OTHER[side])
        mean_left = f.sum(f.col("left") - f.col("offset")) / (f.count("*") + shrinkage)
        return left.groupBy(side).agg(mean_left.alias("offset")).persist()

    users: Any = None
    for _ in range(ROUNDS):
        items = offsets("item", users, ITEM_SHRINKAGE)
        users = offsets("user", items, USER_SHRINKAGE)
    sides = ((users, "user"), (items, "item"))
    numbered = (side.withColumn("row", f.row_number().over(Window.orderBy(name)) - 1).persist() for side, name in sides)
    return mean, *numbered


def _left(learned: "DataFrame", mean: float, users: "DataFrame", items: "DataFrame") -> "DataFrame":
    """What the averages leave of each rating, between rows of both sides, as `spark.fitted` takes it."""
    from pyspark.sql import functions as f

    of_user, of_item = (
        side.select(name, f.col("row").alias(f"{name}_row"), f.col("offset").alias(f"{name}_offset"))
        for side, name in ((users, "user"), (items, "item"))
    )
    left = f.col("rating") - mean - f.col("user_offset") - f.col("item_offset")
    joined = learned.join(of_user, "user").join(of_item, "item")
    rows = (f.col(f"{name}_row").alias(name) for name in ("user", "item"))
    return joined.select(*rows, left.cast("float").alias("left")).persist()


def _numbers(
    session: "SparkSession", side: "DataFrame", factors: "DataFrame", ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Offsets, (n,), and vectors, (n, d), of the rows of the dataset; zeros for those without a training rating."""
    name = side.columns[0]
    places = pa.table({name: pa.array(ids, pa.string()), "place": np.arange(len(ids), dtype=np.int32)})
    kept = side.join(session.createDataFrame(places), name).join(factors, side["row"] == factors["id"])
    found = kept.select("place", "offset", "features").toArrow()
    rows, vectors = found["place"].to_numpy(), spark.matrix(found["features"])
    offset, table = np.zeros(len(ids)), np.zeros((len(ids), vectors.shape[1]), np.float32)
    offset[rows], table[rows] = found["offset"].to_numpy(), vectors
    return offset, table


def _write(folder: str, effects: Effects, model: Any) -> None:
    """All users' and items' numbers, as the Parquet export has them: the mean is in the items' biases."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f

    mean, *sides = effects
    try:
        for side, factors, more in zip(sides, (model.userFactors, model.itemFactors), (0.0, mean), strict=True):
            name = side.columns[0]
            columns = (
                f.col(name).alias(f"{name}_id"),
                (f.col("offset") + more).cast("float").alias("bias"),
                f.col("features").alias("embedding"),
            )
            joined = side.join(factors, side["row"] == factors["id"]).select(*columns)
            joined.write.parquet(f"{folder.rstrip('/')}/{name}s.parquet")
    except PySparkException as error:
        raise UsageError(f"Spark cannot write to {folder!r:.300}: {first_line(error)}") from error


def _provenance(path: str, ratings: Ratings, n_table: int) -> dict[str, str]:
    """Where the run comes from, in the words that every page says."""
    if len(ratings) == n_table:
        return {"table": path}
    return {
        "table": path,
        "part": f"Shown is a part of {path}: {len(ratings):,} of its {n_table:,} ratings, all that a sample of "
        f"{len(ratings.users):,} users gave to the {len(ratings.items):,} most rated items. The model learned from the "
        "whole, but for the part's validation ratings.",
    }
