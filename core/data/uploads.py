"""Files that people upload, kept in the home until their import is done.

    uploads/<token>/<number>/<name>

The token is ours. The name that came with a file only tells people which file
it was: it reaches the disk as letters, digits, dots, dashes and underscores.
"""

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from core import access
from core.access import Action, Visitor
from core.disk import files, quota
from core.disk.home import home
from core.errors import BadFormatError
from core.settings import MIB, ImportLimits

KEPT_SECONDS = 24 * 3600  # An upload that nobody imported for so long is removed when the next one comes

_TOKEN = re.compile(r"[0-9a-f]{32}")
_NAME_LENGTH = 60  # of up to four bytes each, below the 255 that file systems allow


def folder() -> Path:
    """Where uploads are kept."""
    return home() / "uploads"


def keep(uploaded: Sequence[tuple[str, BinaryIO]], *, by: Visitor) -> str:
    """Put files, each with the name it came with, on the disk; the token that finds them again.

    Raises ReadOnlyError or NotAllowedError where only an administrator may; TooLargeError where they are more, or
    larger, than an import may be; QuotaError or DiskFullError where there is no room.
    """
    access.check(Action.IMPORT, by)
    limits = ImportLimits.from_environment()
    limits.check("max_members", len(uploaded), "files")
    size = sum(file.seek(0, os.SEEK_END) for _, file in uploaded)
    limits.check("max_file_mb", size / MIB, "MiB in files")
    quota.check("keeping these files", size)
    token = secrets.token_hex(16)
    with files.new_folder(folder(), "the upload") as new:
        _remove_old()
        for number, (name, file) in enumerate(uploaded, start=1):
            place = new / str(number)
            place.mkdir(mode=0o700)
            file.seek(0)
            with (place / safe_name(name)).open("xb") as copy:
                shutil.copyfileobj(file, copy)
        new.rename(folder() / token)
    return token


def paths(token: str) -> list[Path]:
    """The files of an upload, in the order in which they came; raises BadFormatError where they are no longer there."""
    kept = (folder() / token).glob("*/*") if _TOKEN.fullmatch(token) else ()
    numbered = [path for path in kept if path.parent.name.isdecimal()]
    if files_in_order := sorted(numbered, key=lambda path: int(path.parent.name)):
        return files_in_order
    raise BadFormatError("the uploaded files are no longer here; choose them again")


def discard(token: str) -> None:
    """Remove an upload; one that is gone already is no error."""
    if _TOKEN.fullmatch(token):
        files.remove(folder() / token)


def safe_name(name: str) -> str:
    """The last part of a file's name, of letters, digits, dots, dashes and underscores, not hidden, not long."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.-]+", "-", last)[-_NAME_LENGTH:].lstrip(".-") or "upload"


def _remove_old() -> None:
    """Remove what nobody imported; one that cannot be removed stops no upload."""
    for path in folder().iterdir():
        if _TOKEN.fullmatch(path.name):
            with contextlib.suppress(FileNotFoundError, PermissionError):
                if time.time() - path.lstat().st_mtime > KEPT_SECONDS:
                    files.remove(path)
