"""Zip files from strangers: what may be opened, decided before a byte is unpacked."""

import re
import stat
import zipfile
from itertools import pairwise
from pathlib import Path

from core.data.importing.limits import MIB, ImportLimits
from core.errors import ArchiveRatioError, ArchiveUnsafeError, BadFormatError

_DRIVE = re.compile(r"[A-Za-z]:")
_LOCAL_HEADER = 30
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(path: Path, limits: ImportLimits) -> list[zipfile.ZipInfo]:
    """The files in an archive that may be read, by name.

    Raises:
        ArchiveUnsafeError: Names that lead elsewhere, links, encryption, overlap, or too many files.
        ArchiveRatioError: It would unfold to more than `limits.max_ratio` times its size.
        TooLargeError: It would unfold to more bytes than allowed.
        BadFormatError: It is damaged, packed in a rare way, or an office document.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise BadFormatError(
            f"{path.name} is a damaged zip file ({error}); pack it again or download it again"
        ) from error
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise BadFormatError(f"{path.name} is an office document; save the sheet as CSV and bring that")
    if len(entries) > limits.max_members:
        raise _unsafe(path, f"it holds {len(entries):,} files, {limits.max_members:,} are allowed")
    for entry in entries:
        _check_entry(path, entry)
    _check_together(path, entries, limits)
    files = [entry for entry in entries if not entry.is_dir() and not _hidden(entry.filename)]
    return sorted(files, key=lambda entry: entry.filename)


def check_ratio(name: str, packed: int, unpacked: int, limits: ImportLimits) -> None:
    """Pass while unpacking stays in proportion; raises ArchiveRatioError."""
    if unpacked > MIB and unpacked > limits.max_ratio * max(packed, 1):
        raise ArchiveRatioError(
            f"{name} unfolds to more than {limits.max_ratio} times its size ({packed:,} bytes to {unpacked:,}); "
            "no rating table does that: unpack it yourself if you trust it"
        )


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    name, mode = entry.orig_filename, entry.external_attr >> 16
    if entry.flag_bits & 0x1:
        raise _unsafe(path, "it is encrypted")
    if "\0" in name or "\\" in name or name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise _unsafe(path, f"its member {name!r:.60} would lead out of its folder")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _unsafe(path, f"its member {name!r:.60} is a link or a device")
    if not 0 <= entry.header_offset <= path.stat().st_size - _LOCAL_HEADER:
        raise BadFormatError(f"{path.name} is a damaged zip file; pack it again or download it again")
    if entry.compress_type not in _METHODS:
        raise BadFormatError(
            f"{path.name} is packed in a way that is not read here; pack it as an ordinary zip (deflate)"
        )


def _check_together(path: Path, entries: list[zipfile.ZipInfo], limits: ImportLimits) -> None:
    by_place = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(by_place):
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename.encode()) + entry.compress_size
        if end > following.header_offset:
            raise _unsafe(path, f"its members {entry.filename!r:.60} and {following.filename!r:.60} overlap")
    if len({entry.filename for entry in entries}) < len(entries):
        raise _unsafe(path, "two of its members have one name")
    for entry in entries:
        check_ratio(f"{path.name}, member {entry.filename!r:.60}", entry.compress_size, entry.file_size, limits)
    unpacked = sum(entry.file_size for entry in entries)
    check_ratio(path.name, path.stat().st_size, unpacked, limits)
    limits.check("max_unpacked_mb", unpacked / MIB, f"MiB that {path.name} unfolds to")


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _unsafe(path: Path, why: str) -> ArchiveUnsafeError:
    return ArchiveUnsafeError(
        f"{path.name} is not opened: {why}; unpack it yourself, look inside, and bring the tables"
    )
