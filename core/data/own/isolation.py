"""The process that reads a file of own ratings: bytes in, one JSON document out, nothing on the disk.

`python -m core.data.own` is that process. It holds itself to limits of memory and time before it looks at the bytes.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, TextIO

from core.data.importing.isolation import limit_this_process, reader_environment
from core.data.importing.request import of_json
from core.data.own.files import OwnFile, check_size, read
from core.data.text import one_line
from core.errors import BadFormatError, DatasetError, TooLargeError, error_of
from core.settings import ImportLimits

LIMITS = ImportLimits(max_memory_mb=1024, max_seconds=120, max_unpacked_mb=1)
"""Of the process; it writes no file, so `max_unpacked_mb`, the size of its files, is as small as can be."""
_TOO_MUCH = (
    f"reading the file takes more than {LIMITS.max_seconds} s or {LIMITS.max_memory_mb:,} MiB of memory; export your "
    "ratings alone"
)
_ERROR_BYTES = 2000
_ROOT = Path(__file__).parents[3]


def work(content: BinaryIO, answer: TextIO) -> None:
    """Read the bytes within the limits, and write what they hold, or `code` and `message`."""
    limit_this_process(LIMITS)
    try:
        document = asdict(read(content.read()))
    except DatasetError as error:
        document = {"code": error.code, "message": one_line(str(error), 1000)}
    except MemoryError:
        document = {"code": TooLargeError.code, "message": _TOO_MUCH}
    json.dump(document, answer)


def read_isolated(content: bytes) -> OwnFile:
    """`files.read` in a process of its own; raises as that does, TooLargeError also for memory and time, BadFormatError
    also where it made the reader crash, and RuntimeError with the traceback of a bug in it."""
    check_size(len(content))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.data.own"],
            input=content,
            capture_output=True,
            timeout=LIMITS.max_seconds,
            check=False,
            cwd=_ROOT,
            env=reader_environment(),
        )
    except subprocess.TimeoutExpired:
        raise TooLargeError(_TOO_MUCH) from None
    if done.returncode < 0:
        raise BadFormatError(f"the file makes its reader end with signal {-done.returncode}; export it again")
    if done.returncode > 0:
        raise RuntimeError(f"the reader ended with {done.returncode}:\n{done.stderr[-_ERROR_BYTES:].decode()}")
    document = json.loads(done.stdout)
    if "code" in document:
        raise error_of(document["code"], document["message"])
    return of_json(OwnFile, document)
