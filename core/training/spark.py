"""The same least squares by Spark's ALS, for ratings that one machine is too small for.

Spark's `regParam` is multiplied by the number of ratings of each row as `row_penalty` is, so both minimize the same sum.
It has no biases and reports nothing while it goes on: averages are subtracted before, and how far it is follows from the
stages that its jobs have finished.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from core import settings
from core.errors import CanceledError, EngineMissingError, LimitError, WorkerDiedError
from core.model.als import AlsConfig
from core.model.events import Step
from core.training.progress import Progress

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

JAVA = 17
"""The oldest Java that Spark 4 runs on."""

HERE = "local[*]"
"""The master without one given: Spark's own for one machine, with all its processors."""

CHECKPOINTS_FROM = 30
"""Iterations from which Spark has to be told where to keep checkpoints: what it would compute again grows with each."""

GROUP = "embedding-explorer-als"
"""Spark's name of the jobs of a training."""

HALF = re.compile(r"flatMap at ALS\.scala")
"""Name of the stage that ends half an iteration: vectors of one side are sent to the blocks of the other."""
