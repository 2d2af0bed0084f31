"""Preloaded by a Dask worker of the tests, and what it starts: both know the tiny kinds of job, and warm up for none.

`python tests/core/jobs/on_dask/preloaded.py` is the process that does the jobs.
"""

import sys
from dataclasses import replace
from pathlib import Path

from core.jobs import worker
from core.jobs.kinds import KINDS
from tests.core.jobs.tiny import TINY

KINDS["tiny"] = TINY
KINDS["train"] = replace(KINDS["train"], warm=lambda: None, warm_further=lambda: None)

if __name__ == "__main__":
    worker.main()
else:
    from core.jobs.on_dask import worker_side

    worker_side.COMMAND = (sys.executable, str(Path(__file__).resolve()))
