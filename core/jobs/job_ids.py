"""Ids of jobs: sequence numbers of eight digits, none given twice."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from core.disk import files
from core.disk.home import home
from core.disk.reading import IntegrityError, read_text
from core.errors import BusyError

FORM = re.compile(r"\d{1,8}", re.ASCII)
_LAST = 99_999_999
_BEFORE_ANY_JOB = datetime(2020, 1, 1, tzinfo=UTC)
_given: dict[Path, int] = {}  # the last number that this process gave, by folder


def next_id(folder: Path) -> str:
    """The next number; never one that was given before, though its job, or all of them, may be gone.

    Args:
        folder: Where the job folders are.

    Raises:
        BusyError: All numbers have been given.
    """
    counter, earlier = home() / "last_job_id", folder / ".sequence"  # earlier versions kept it among the jobs
    known = [_counted(path) for path in (counter, earlier) if os.path.lexists(path)]
    known += [int(path.name) for path in folder.glob("[0-9]*") if FORM.fullmatch(path.name)]
    number = 1 + max([*known, _given.get(folder, 0)])
    if number > _LAST:
        raise BusyError(f"job ids end at {_LAST:,}, and that one was given; move {counter} away to begin anew")
    if counter.is_dir() and not counter.is_symlink():
        counter.rename(counter.with_name(f"{counter.name}.damaged-{number}"))
    files.replace_text(counter, str(number))
    _given[folder] = number
    return f"{number:08d}"


def _counted(path: Path) -> int:
    """The last number given, as a file counts it. One that is damaged may have counted any: the clock is ahead of it.

    Fewer jobs than one a minute are asked for, over the years, and what the clock once gave is counted from again.
    """
    try:
        text = read_text(path, most=100).strip()
    except IntegrityError:
        text = ""
    if FORM.fullmatch(text):
        return int(text)
    return int((datetime.now(UTC) - _BEFORE_ANY_JOB).total_seconds() // 60)
