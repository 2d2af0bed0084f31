"""The process that reads what strangers bring: `python -m core.data FOLDER`.

FOLDER holds `spec.json`; the process writes `progress.json` while it works,
then `result.json`, and, for an import, the dataset under `dataset/`. It holds
itself to limits of memory, time and file size before it opens anything.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data.importing.building import build
from core.data.importing.limits import MIB, ImportLimits
from core.data.importing.previewing import look
from core.data.importing.request import ColumnMapping, ImportOptions
from core.data.importing.text import one_line
from core.disk.files import is_disk_full, replace_text
from core.errors import DiskFullError, ExplorerError, TooLargeError

SPEC, RESULT, PROGRESS, DATASET = "spec.json", "result.json", "progress.json", "dataset"
_TELL_EVERY = 0.2
_MESSAGE = 1000


def work(folder: Path, report: Callable[[float, str], None]) -> dict[str, Any]:
    """Do what `spec.json` in the folder asks for; a failure is an object with `code` and `message`."""
    spec = json.loads((folder / SPEC).read_text(encoding="utf-8"))
    paths = [Path(path) for path in spec["paths"]]
    mapping, options = ColumnMapping(**spec["mapping"]), ImportOptions(**spec["options"])
    limits = ImportLimits(**spec["limits"])
    try:
        if spec["task"] == "preview":
            seen = look(paths, mapping, options, limits)
            return {"preview": seen | {"message": one_line(seen["message"], _MESSAGE)}}
        out = folder / DATASET
        out.mkdir()
        return {"report": build(paths, mapping, options, limits, out, report)}
    except ExplorerError as error:
        return {"code": error.code, "message": one_line(str(error), _MESSAGE)}  # file names speak in it
    except MemoryError:
        message = (
            f"reading needs more than the {limits.max_memory_mb:,} MiB of memory allowed; bring fewer rows, or raise "
        )
        return {"code": TooLargeError.code, "message": message + "EMBEDDING_EXPLORER_IMPORT_MAX_MEMORY_MB"}
    except OSError as error:
        if not is_disk_full(error):
            raise
        return {
            "code": DiskFullError.code,
            "message": "the disk has no room for the dataset; delete runs or datasets and import again",
        }


def limit_this_process(limits: ImportLimits) -> None:
    """Hold this process to the limits, where the operating system can.

    Memory is limited as data, not as address space: libraries reserve far
    more addresses than they use.
    """
    if sys.platform == "win32":
        return  # the parent watches memory and time there
    import resource  # does not exist on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (limits.max_memory_mb * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (4 * limits.max_seconds,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.max_unpacked_mb * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Teller:
    """Writes progress a few times a second, and ends this process when nobody is left to read it."""

    def __init__(self, folder: Path) -> None:
        self._path, self._parent, self._next = folder / PROGRESS, os.getppid(), 0.0

    def __call__(self, progress: float, text: str) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _TELL_EVERY
        if os.getppid() != self._parent:
            sys.exit(f"the process that asked ({self._parent}) is gone")
        replace_text(self._path, json.dumps([progress, text]))


def main(folder: Path) -> None:
    """Work within the limits and write the result."""
    spec = json.loads((folder / SPEC).read_text(encoding="utf-8"))
    limit_this_process(ImportLimits(**spec["limits"]))
    tempfile.tempdir = str(folder)  # nothing is written outside
    replace_text(folder / RESULT, json.dumps(work(folder, _Teller(folder))))
