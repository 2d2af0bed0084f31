"""The process that reads what strangers bring: what it does, and how it is watched and ended.

`python -m core.data.importing FOLDER` is that process. FOLDER holds `spec.json`; the process writes `progress.json`
while it works, then `result.json`, and, for an import, the dataset under `dataset/`. It holds itself to limits of
memory, time and file size before it opens anything.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, TypeVar

import psutil

from core.data.importing.request import ImportRequest, Reporter, of_json
from core.data.text import one_line
from core.disk.files import is_disk_full, replace_text
from core.errors import BadFormatError, CanceledError, DiskFullError, ExplorerError, TooLargeError, error_of
from core.settings import MIB, ImportLimits

Request = TypeVar("Request")

Runner = Callable[[Path, ImportLimits, Reporter, Callable[[], bool]], dict[str, Any]]
"""Does what a folder's `spec.json` asks for; what it returns is what `work` returns."""

SPEC, DATASET = "spec.json", "dataset"
_RESULT, _PROGRESS, _ERRORS = "result.json", "progress.json", "stderr.txt"
_ROOT = Path(__file__).parents[3]
_PROGRESS_SECONDS = 0.2
_POLL_SECONDS = 0.1
_MESSAGE_CHARACTERS = 1000
_ERROR_BYTES = 4000


def work(folder: Path, report: Reporter) -> dict[str, Any]:
    """Do what `spec.json` in the folder asks for; a failure is an object with `code` and `message`."""
    from core.data.importing.building import build, preview  # and pandas: whoever only asks can do without

    return answered(
        folder, ImportRequest, preview, lambda request: {"report": build(request, folder / DATASET, report)}
    )


def answered(
    folder: Path, kind: type[Request], preview: Callable[[Request], Any], make: Callable[[Request], dict[str, Any]]
) -> dict[str, Any]:
    """What the task of a folder's `spec.json` returns; a failure is an object with `code` and `message`."""
    spec, failure = read_spec(folder), ExplorerError()
    request = of_json(kind, spec)
    try:
        if spec["task"] != "preview":
            return make(request)
        seen = asdict(preview(request))
        return {"preview": seen | {"message": _message(seen["message"])}}
    except ExplorerError as error:
        failure = error
    except MemoryError:
        failure = _over(ImportLimits(**spec["limits"]))
    except OSError as error:
        if not is_disk_full(error):
            raise
        failure = DiskFullError("the disk has no room for the dataset; delete runs or datasets and import again")
    return {"code": failure.code, "message": _message(str(failure))}


def _message(text: str) -> str:
    """A message may hold names of files, which are as long as somebody likes."""
    return one_line(text, _MESSAGE_CHARACTERS)


def ask(
    task: str, request: Any, folder: Path, reporter: Reporter, should_stop: Callable[[], bool], runner: Runner
) -> dict[str, Any]:
    """Have the reading process do its task in a folder; raises the error that it ends with."""
    (folder / SPEC).write_text(json.dumps({"task": task, **asdict(request)}, default=str), encoding="utf-8")
    result = runner(folder, request.limits, reporter, should_stop)
    if "code" in result:
        raise error_of(result["code"], result["message"])
    return result


def read_spec(folder: Path) -> dict[str, Any]:
    """What the folder's `spec.json` asks for."""
    return dict(json.loads((folder / SPEC).read_text(encoding="utf-8")))


def limit_this_process(limits: ImportLimits) -> None:
    """Hold this process to the limits, where the operating system can.

    Memory is limited as data, not as address space: libraries reserve far more addresses than they use.
    """
    if sys.platform == "win32":
        return  # the parent watches memory and time there
    import resource  # does not exist on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (limits.max_memory_mb * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (4 * limits.max_seconds,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.max_unpacked_mb * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _progress_writer(folder: Path) -> Reporter:
    """Writes progress a few times a second, and ends this process when nobody is left to read it."""
    parent, next_time = os.getppid(), 0.0

    def report(progress: float, text: str) -> None:
        """Write it, unless that was done a moment ago."""
        nonlocal next_time
        if time.monotonic() < next_time:
            return
        next_time = time.monotonic() + _PROGRESS_SECONDS
        if os.getppid() != parent:
            sys.exit(f"the process that asked ({parent}) is gone")
        replace_text(folder / _PROGRESS, json.dumps([progress, text]))

    return report


class _WithoutPandas(MetaPathFinder):
    """Arrow imports pandas wherever it is, which takes half of the time of a small import; nothing here needs it."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """No module is found here, and none of that name anywhere."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def main(folder: Path, work: Callable[[Path, Reporter], dict[str, Any]] = work) -> None:
    """Work within the limits and write the result."""
    sys.meta_path.insert(0, _WithoutPandas)
    limit_this_process(ImportLimits(**read_spec(folder)["limits"]))
    tempfile.tempdir = str(folder)  # nothing is written outside
    replace_text(folder / _RESULT, json.dumps(work(folder, _progress_writer(folder))))


def in_child(
    folder: Path,
    limits: ImportLimits,
    report: Reporter,
    should_stop: Callable[[], bool],
    *,
    module: str = "core.data.importing",
) -> dict[str, Any]:
    """In a process of its own, which runs `module` on the folder with `spec.json`, within limits of memory and time.

    Raises TooLargeError where it took more than allowed, BadFormatError where a file made the reader crash,
    CanceledError where `should_stop`, which is asked several times a second, returned True, and RuntimeError with the
    traceback of a bug.
    """
    with (folder / _ERRORS).open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            cwd=_ROOT,
            env=reader_environment(),
            start_new_session=True,
        )
    try:
        _watch(process, folder, limits, report, should_stop)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    result = folder / _RESULT
    if process.returncode == 0 and result.exists():
        return dict(json.loads(result.read_text(encoding="utf-8")))
    raise _died(process.returncode, limits, folder / _ERRORS)


def in_this_process(
    folder: Path,
    limits: ImportLimits,
    report: Reporter,
    should_stop: Callable[[], bool],
    *,
    work: Callable[[Path, Reporter], dict[str, Any]] = work,
) -> dict[str, Any]:
    """In this very process, without its limits of memory and time: for trusted files, and for tests."""
    return work(folder, report)


def _watch(
    process: subprocess.Popen[bytes],
    folder: Path,
    limits: ImportLimits,
    report: Reporter,
    should_stop: Callable[[], bool],
) -> None:
    deadline, reported = time.monotonic() + limits.max_seconds, None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
        progress = _progress(folder)
        if progress and progress != reported:
            reported = progress
            report(*progress)
        if process.returncode is not None:
            return  # only now: what a quick reader said is reported, too
        if should_stop():
            raise CanceledError("the import was stopped; nothing was changed")
        if time.monotonic() > deadline:
            raise _over(limits, time=True)
        if _memory(process.pid) > limits.max_memory_mb * MIB:
            raise _over(limits)


def _progress(folder: Path) -> tuple[float, str] | None:
    try:
        progress, text = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return float(progress), str(text)


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def reader_environment() -> dict[str, str]:
    """The environment of a reading process: one thread a library, and memory that goes back when it is let go.

    The limit measures that memory. Without the two thresholds glibc keeps most of what the batches used: 839 instead
    of 365 MiB after reading ten million rows.
    """
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    glibc = dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(MIB))
    return os.environ | threads | glibc | {"ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1"}


def _died(returncode: int, limits: ImportLimits, errors: Path) -> Exception:
    tail = errors.read_bytes()[-_ERROR_BYTES:].decode("utf-8", "replace")
    if returncode == -signal.SIGXCPU:
        return _over(limits, time=True)
    if returncode in (-signal.SIGKILL, -signal.SIGABRT) or "std::bad_alloc" in tail:
        return _over(limits)
    if returncode < 0:
        return BadFormatError(f"the files make their reader end with signal {-returncode}; export them again")
    return RuntimeError(f"the reading process ended with {returncode}:\n{tail}")


def _over(limits: ImportLimits, *, time: bool = False) -> TooLargeError:
    seconds, memory = (
        f"took longer than the {limits.max_seconds:,} s",
        f"needs more than the {limits.max_memory_mb:,} MiB",
    )
    what, limit = (seconds, "MAX_SECONDS") if time else (f"{memory} of memory", "MAX_MEMORY_MB")
    return TooLargeError(f"reading {what} allowed; bring fewer rows, or raise EMBEDDING_EXPLORER_IMPORT_{limit}")
