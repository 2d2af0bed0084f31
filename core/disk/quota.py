"""How much the home holds, and refusing new work where it holds as much as it may.

Folders of runs, studies and datasets do not change once they are there, so each is measured once for every time its
own list of names changes: a look at the home costs one question to the disk for each of them, and no walk.
"""

import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

from core import settings
from core.disk.home import home
from core.disk.trash import Trash, size_of
from core.errors import QuotaError
from core.settings import MIB, PREFIX

_FOLDERS = {"runs": "models", "studies": "studies", "datasets": "datasets", "trash": "trash"}

_MOST_MEASURED = 20_000

_measured: dict[str, tuple[int, int]] = {}
"""Of each folder in one of the home's folders: when its list of names last changed, and the bytes in it."""


@dataclass(frozen=True)
class Usage:
    """Bytes in a home, by what takes them; `others` are uploads, downloads and the logs of jobs."""

    models: int = 0
    studies: int = 0
    datasets: int = 0
    trash: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def words(self) -> str:
        """What takes most, first: "datasets 40.0 MB, models 2.5 MB"; nothing of what takes nothing."""
        sizes = sorted(((getattr(self, field.name), field.name) for field in fields(self)), reverse=True)
        return ", ".join(f"{name} {megabytes(size)}" for size, name in sizes if size)


def usage(root: Path | None = None) -> Usage:
    """What a home holds now; the usual home without `root`."""
    sizes = dict.fromkeys((field.name for field in fields(Usage)), 0)
    if len(_measured) > _MOST_MEASURED:  # of homes and runs that are long gone
        _measured.clear()
    for folder in _inside(root or home()):
        kind = _FOLDERS.get(folder.name, "others")
        if folder.is_dir(follow_symlinks=False):
            sizes[kind] += sum(_size(child) for child in _inside(Path(folder.path)))
    return Usage(**sizes)


def is_set() -> bool:
    """Whether somebody chose a limit."""
    return bool(settings.text("HOME_MB"))


def limit(root: Path | None = None) -> int:
    """Bytes that a home may hold: what was chosen, else half of its disk.

    Raises:
        LimitError: The variable is no whole number of MiB.
    """
    if is_set():
        return MIB * settings.whole_number("HOME_MB", 1)
    place = (root or home()).absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).total // 2


def check(work: str, needed: int = 0, *, root: Path | None = None) -> None:
    """Refuse work that the home has no room for. The oldest of the trash goes where that makes the room.

    Args:
        work: What is about to begin, such as "training a model".
        needed: Bytes that its result takes, as far as that is known beforehand.
        root: The home; the usual one without it.

    Raises:
        QuotaError: The home would hold more than it may, even with an empty trash.
        LimitError: As `limit`.
    """
    used, allowed = usage(root), limit(root)
    too_much = used.total + max(1, needed) - allowed
    if too_much <= 0:
        return
    if too_much > used.trash:
        raise QuotaError(
            f"there is no room for {work}{f', about {megabytes(needed)}' if needed else ''}: "
            f"{megabytes(used.total)} of the {megabytes(allowed)} allowed are in use ({used.words or 'nothing'}). "
            "Delete models or data that are no longer needed, and start again: what is in the trash counts, and makes "
            f"room by itself, the oldest first. Or raise {PREFIX}HOME_MB"
        )
    Trash(root).make_room(too_much)


def megabytes(size: int) -> str:
    """Bytes as MB with one digit: "2.5 MB"."""
    return f"{size / MIB:,.1f} MB"


def _inside(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # not there, or not for this person to see
        return []


def _size(entry: "os.DirEntry[str]") -> int:
    """Bytes of a folder or file; measured again where a name in it came or went, or it is still being written."""
    try:
        changed = entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0
    if entry.name.startswith(".tmp-") or not entry.is_dir(follow_symlinks=False):
        return size_of(Path(entry.path))
    known = _measured.get(entry.path)
    if known is None or known[0] != changed:
        known = _measured[entry.path] = changed, size_of(Path(entry.path))
    return known[1]
