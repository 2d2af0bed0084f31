"""Spark's program: one for each training, at the master that is named. It is watched, and ends with the training.

PySpark keeps its program, and the memory that it has taken, for as long as the process lives. A worker of a server
lives for days, so here the program ends, with whatever went wrong in it, before the next training starts its own.
"""

import contextlib
import importlib.util
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import settings
from core.data.nouns import count
from core.errors import EngineMissingError
from core.training.progress import Progress

if TYPE_CHECKING:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

JAVA = 17
"""The oldest Java that Spark 4 runs on."""

CONNECT_SECONDS = 5.0
"""How long a master may take to accept a connection; Spark itself would try for a minute."""

END_SECONDS = 3.0
"""How long Spark's program has to end by itself."""

PATIENCE_SECONDS = 10.0
"""How long a cluster may be without an executor before somebody is told."""

LOOK_SECONDS = 1.0
"""Between two counts of the executors."""

_STARTING = "before Spark had started"
_logger = logging.getLogger(__name__)


@contextlib.contextmanager
def session(progress: Progress) -> "Iterator[SparkSession]":
    """Spark at the master that `EMBEDDING_EXPLORER_SPARK_MASTER` names; it is let go at the end.

    Raises:
        CanceledError: A stop was asked for before it answered.
        EngineMissingError: PySpark or Java is missing, or the master does not answer.
        LimitError: What is named is no master.
    """
    master = settings.spark_master()
    _check_installed()
    with tempfile.TemporaryDirectory(prefix="spark-") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        _check_reachable(master)
        with _program(master, folder, progress) as (gateway, asked):
            spark = _begun(gateway, asked, progress)
            with _executors_told(spark, master):
                try:
                    yield spark
                except BaseException:
                    _silence(spark)  # what is cut off would be told as errors, each with its stack
                    raise
                finally:
                    _stop(spark)


@contextlib.contextmanager
def _program(master: str, folder: str, progress: Progress) -> "Iterator[tuple[Any, SparkConf]]":
    """PySpark's gateway to Spark's program, which has asked no master yet, and its settings; it ends with this."""
    from pyspark import SparkConf
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    asked = SparkConf().setAppName("Embedding Explorer").setMaster(master)
    asked.setAll(list(_usual(master, folder).items()))
    try:
        gateway = progress.heeding(lambda: launch_gateway(asked), _STARTING, unwanted=end)
    except (PySparkException, OSError) as error:
        raise EngineMissingError(
            f"Spark's program does not start ({first_line(error)}); what it says stands above, or in the log of the job"
        ) from error
    try:
        yield gateway, asked
    finally:
        end(gateway)


def _begun(gateway: Any, asked: "SparkConf", progress: Progress) -> "SparkSession":
    """A session at the master, which may take its time; raises EngineMissingError where it does not answer."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    ended = threading.Event()

    def begin() -> "SparkSession":
        """Not in the main thread: there, Spark would take Ctrl-C over."""
        try:
            return SparkSession(SparkContext(conf=asked, gateway=gateway))
        finally:
            ended.set()

    try:
        return progress.heeding(begin, _STARTING, unwanted=_stop)
    except (Py4JError, PySparkException, OSError) as error:
        raise EngineMissingError(_unanswered(str(asked.get("spark.master")), error)) from error
    finally:
        if not ended.is_set():  # a stop: the call returns when the program has gone, and lets PySpark begin anew
            end(gateway)
            ended.wait(END_SECONDS)


def end(gateway: Any) -> None:
    """End Spark's program, and have PySpark forget it; it ends when nobody holds its input, by itself or by force."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()
    with contextlib.suppress(Py4JError, OSError):
        gateway.shutdown()
    half = SparkContext._active_spark_context  # noqa: SLF001
    if half is not None:  # it was cut off while it began, and could not say so to itself
        with contextlib.suppress(Py4JError, OSError), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            half.stop()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None  # noqa: SLF001


def _silence(spark: "SparkSession") -> None:
    from py4j.protocol import Py4JError

    with contextlib.suppress(Py4JError, OSError):
        spark.sparkContext.setLogLevel("OFF")


def _stop(spark: "SparkSession") -> None:
    from py4j.protocol import Py4JError

    with contextlib.suppress(Py4JError, OSError), warnings.catch_warnings():  # it may have gone before
        warnings.simplefilter("ignore", RuntimeWarning)
        spark.stop()


@contextlib.contextmanager
def _executors_told(spark: "SparkSession", master: str) -> Iterator[None]:
    """Say so where a cluster gives no executor: Spark waits for one without end, and its log is silent here."""
    if master.startswith("local"):
        yield
        return
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=(spark, master, ended), name="spark executors", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join(END_SECONDS)


def _watch(spark: "SparkSession", master: str, ended: threading.Event) -> None:
    from py4j.protocol import Py4JError

    tracker, seen, told = spark.sparkContext._jsc.sc().statusTracker(), time.monotonic(), False  # noqa: SLF001
    while not ended.wait(LOOK_SECONDS):
        try:
            executors = len(tracker.getExecutorInfos()) - 1  # the driver is one of them
        except (Py4JError, OSError):
            return
        if executors:
            seen = time.monotonic()
            if told:
                _logger.warning("Spark goes on with %s", count(executors, "executor"))
            told = False
        elif not told and time.monotonic() - seen >= PATIENCE_SECONDS:
            _logger.warning(
                "the training waits: Spark at %s gives it no executor. It has no worker, none with a free processor "
                "and spark.executor.memory to spare, or other work goes first; the master's own page says which",
                master,
            )
            told = True


def _check_reachable(master: str) -> None:
    """Raise EngineMissingError where nobody listens at a standalone master; of several one is enough."""
    failed = []
    for place in master.removeprefix("spark://").split(",") if master.startswith("spark://") else ():
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS):
                return
        except OSError as error:
            failed.append(f"{place}: {error.strerror or error}")
    if failed:
        raise EngineMissingError(
            f"no Spark master answers at {master!r:.200} ({'; '.join(failed)!s:.200}); start it, or name another with "
            "--master"
        )


def _unanswered(master: str, error: Exception) -> str:
    if not master.startswith("spark://"):
        return (
            f"Spark at {master!r:.200} does not start ({first_line(error)}); mend that, or name another with --master"
        )
    return (
        f"what answers at {master!r:.200} does not take this program on: it is no Spark master (their port is 7077 "
        f"unless said otherwise; 8080 is their page), or not of this version, {version('pyspark')}; install the same "
        "on both, or name another with --master"
    )


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


def first_line(error: Exception) -> str:
    """What went wrong, without the stack of Java."""
    text = str(getattr(error, "java_exception", "") or error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:300]
