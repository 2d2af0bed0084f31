"""Run the reading process, and end it when it must end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from core.data.importing import child
from core.data.importing.limits import MIB, ImportLimits
from core.errors import BadFormatError, CanceledError, TooLargeError

Reporter = Callable[[float, str], None]
Runner = Callable[[Path, ImportLimits, Reporter, Callable[[], bool]], dict[str, Any]]
"""Does what a folder's `spec.json` asks for; what it returns is what `core.data.importing.child.work` returns."""

_ROOT = Path(__file__).parents[3]
_POLL = 0.1
_TAIL = 4000


def in_child(folder: Path, limits: ImportLimits, report: Reporter, should_stop: Callable[[], bool]) -> dict[str, Any]:
    """In a process of its own, within the limits.

    Raises:
        TooLargeError: It took more memory or time than allowed.
        BadFormatError: A file made the reader crash.
        CanceledError: `should_stop` said so.
        RuntimeError: A bug in the reader; its traceback is the message.
    """
    errors = folder / "stderr.txt"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.data.importing", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,
        )
    try:
        _watch(process, folder, limits, report, should_stop)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    result = folder / child.RESULT
    if process.returncode == 0 and result.exists():
        return dict(json.loads(result.read_text(encoding="utf-8")))
    raise _died(process.returncode, limits, errors)


def in_this_process(
    folder: Path, limits: ImportLimits, report: Reporter, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """In this very process, without its limits of memory and time: for trusted files, and for tests."""
    return child.work(folder, report)


def _watch(
    process: subprocess.Popen[bytes],
    folder: Path,
    limits: ImportLimits,
    report: Reporter,
    should_stop: Callable[[], bool],
) -> None:
    deadline, told = time.monotonic() + limits.max_seconds, None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
            return
        progress = _progress(folder)
        if progress and progress != told:
            told = progress
            report(*progress)
        if should_stop():
            raise CanceledError("the import was stopped; nothing was changed")
        if time.monotonic() > deadline:
            raise _out_of_time(limits)
        if _memory(process.pid) > limits.max_memory_mb * MIB:
            raise _out_of_memory(limits)


def _progress(folder: Path) -> tuple[float, str] | None:
    try:
        progress, text = json.loads((folder / child.PROGRESS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return float(progress), str(text)


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _environment() -> dict[str, str]:
    """One thread for each library, and memory that goes back to the system when it is let go: the limit measures it.

    Without the two thresholds glibc keeps most of what the batches used: 839 instead of 365 MiB after reading ten
    million rows.
    """
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    glibc = dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(MIB))
    return os.environ | threads | glibc | {"ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1"}


def _died(returncode: int, limits: ImportLimits, errors: Path) -> Exception:
    tail = errors.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    if returncode == -signal.SIGXCPU:
        return _out_of_time(limits)
    if returncode in (-signal.SIGKILL, -signal.SIGABRT) or "std::bad_alloc" in tail:
        return _out_of_memory(limits)
    if returncode < 0:
        return BadFormatError(f"the files make their reader end with signal {-returncode}; export them again")
    return RuntimeError(f"the reading process ended with {returncode}:\n{tail}")


def _out_of_time(limits: ImportLimits) -> TooLargeError:
    return TooLargeError(
        f"reading took longer than the {limits.max_seconds:,} s allowed; bring fewer rows, "
        "or raise EMBEDDING_EXPLORER_IMPORT_MAX_SECONDS"
    )


def _out_of_memory(limits: ImportLimits) -> TooLargeError:
    return TooLargeError(
        f"reading needs more than the {limits.max_memory_mb:,} MiB of memory allowed; bring fewer rows, "
        "or raise EMBEDDING_EXPLORER_IMPORT_MAX_MEMORY_MB"
    )
