"""Preloaded by a Dask worker of the tests: it knows the tiny kinds of job, and so do its processes."""

from core.jobs.kinds import KINDS
from core.jobs.on_dask import place
from tests.core.jobs.tiny import COMMAND, TINY

KINDS["tiny"] = TINY
place.COMMAND = COMMAND
