"""How much the home holds, and refusing new work where it holds as much as it may.

Files in it are replaced, never changed in place (but for logs, and downloads under way), so a folder's files are
measured again only when its own list of names has changed: a look costs one question to the disk for each folder.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

from core import settings
from core.disk.home import home
from core.disk.trash import Trash
from core.errors import QuotaError
from core.settings import MIB, PREFIX

_FOLDERS = {"runs": "models", "studies": "studies", "sweeps": "sweeps", "datasets": "datasets", "trash": "trash"}

_MOST_MEASURED = 100_000

_measured: dict[str, tuple[int, int, tuple[str, ...]]] = {}
"""Of each folder: when its list of names last changed, the bytes of its files then, and the folders in it."""


@dataclass(frozen=True)
class Usage:
    """Bytes in a home, by what takes them; `others` are uploads, downloads and the logs of jobs."""

    models: int = 0
    studies: int = 0
    sweeps: int = 0
    datasets: int = 0
    trash: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def words(self) -> str:
        """What takes most, first: "datasets 40.0 MB, models 2.5 MB"; nothing of what would be shown as 0.0 MB."""
        sizes = sorted(((getattr(self, field.name), field.name) for field in fields(self)), reverse=True)
        return ", ".join(f"{name} {megabytes(size)}" for size, name in sizes if size >= MIB / 20)


def usage(root: Path | None = None) -> Usage:
    """What a home holds now; the usual home without `root`."""
    if len(_measured) > _MOST_MEASURED:  # of homes and runs that are long gone
        _measured.clear()
    place = root or home()
    sizes = {kind: _size(str(place / name)) for name, kind in _FOLDERS.items()}
    return Usage(**sizes, others=max(0, _size(str(place)) - sum(sizes.values())))


def is_set() -> bool:
    """Whether somebody chose a limit."""
    return bool(settings.text("HOME_MB"))


def limit(root: Path | None = None) -> int:
    """Bytes that a home may hold: what was chosen, else half of its disk; LimitError for no whole number of MiB."""
    if is_set():
        return MIB * settings.whole_number("HOME_MB", 1)
    place = (root or home()).absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).total // 2


def check(work: str, needed: int = 0, *, root: Path | None = None) -> None:
    """Refuse work, such as "training a model", that the home has no room for, as far as is known what it needs.

    The oldest of the trash goes where that makes the room. Raises QuotaError where the home would hold more than it may
    even with an empty trash, and LimitError as `limit`.
    """
    used, allowed = usage(root), limit(root)
    too_much = used.total + max(1, needed) - allowed
    if too_much <= 0:
        return
    if too_much > used.trash:
        raise QuotaError(
            f"there is no room for {work}{f', about {megabytes(needed)}' if needed else ''}: "
            f"{megabytes(used.total)} of the {megabytes(allowed)} allowed are in use ({used.words or 'small files'}). "
            "An administrator can delete models or data that are no longer needed: what is in the trash counts, and "
            f"makes room by itself, the oldest first. Or whoever runs this can raise {PREFIX}HOME_MB"
        )
    Trash(root).make_room(too_much)


def megabytes(size: int) -> str:
    """Bytes as MB with one digit: "2.5 MB"."""
    return f"{size / MIB:,.1f} MB"


def _size(folder: str) -> int:
    """Bytes below a folder; its files are measured again where a name in it came or went, or one is being written."""
    try:
        changed = Path(folder).stat().st_mtime_ns
        known = _measured.get(folder)
        if known is None or known[0] != changed or "/.tmp-" in folder:
            known = _measured[folder] = changed, *_look(folder)
    except OSError:  # gone meanwhile, or not for this person to see
        return 0
    return known[1] + sum(map(_size, known[2]))


def _look(folder: str) -> tuple[int, tuple[str, ...]]:
    """Bytes of the files in a folder, and the folders in it; links are not followed."""
    size, folders = 0, []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                with contextlib.suppress(FileNotFoundError):
                    size += entry.stat(follow_symlinks=False).st_size
    return size, tuple(folders)
