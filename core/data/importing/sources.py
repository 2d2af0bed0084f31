"""Files, folders, zip and gzip files as one list of byte streams, checked first and counted while they are read."""

import contextlib
import gzip
import io
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from core.data.importing.spreadsheet import is_workbook, read_sheet
from core.data.text import one_line
from core.errors import ArchiveRatioError, ArchiveUnsafeError, BadFormatError, EmptyFileError
from core.settings import MIB, ImportLimits

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
_EMPTY_ZIP = b"PK\x05\x06"
_PACKED = (ZIP, GZIP, b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_Stream = IO[bytes] | gzip.GzipFile
_Opened = tuple[_Stream, Callable[[int], int]]
_DRIVE = re.compile(r"[A-Za-z]:")
_LOCAL_HEADER = 30
_ENTRIES_PER_FILE = 10
"""What is looked at in a folder for each file that it may hold: folders, links and hidden files are entries, too."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(path: Path, limits: ImportLimits) -> list[zipfile.ZipInfo]:
    """The files in an archive that may be read, by name.

    Raises ArchiveUnsafeError for names that lead elsewhere, links, encryption, overlap, or too many files;
    ArchiveRatioError and TooLargeError for what would unfold too far; BadFormatError where it is damaged, or packed in
    a rare way.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise BadFormatError(
            f"{path.name} is a damaged zip file ({error}); pack it again or download it again"
        ) from error
    if len(entries) > limits.max_members:
        raise _unsafe(path, f"it holds {len(entries):,} files, {limits.max_members:,} are allowed")
    for entry in entries:
        _check_entry(path, entry)
    _check_together(path, entries, limits)
    shown = [entry for entry in entries if not re.search(r"(^|/)(\.|__MACOSX)", entry.filename)]
    return sorted((entry for entry in shown if not entry.is_dir()), key=lambda entry: entry.filename)


def check_ratio(name: str, packed: int, unpacked: int, limits: ImportLimits) -> None:
    """Pass while unpacking stays in proportion; raises ArchiveRatioError."""
    if unpacked > MIB and unpacked > limits.max_ratio * max(packed, 1):
        raise ArchiveRatioError(
            f"{name} unfolds to more than {limits.max_ratio} times its size ({packed:,} bytes to {unpacked:,}); "
            "no table of numbers does that: unpack it yourself if you trust it"
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


def _unsafe(path: Path, why: str) -> ArchiveUnsafeError:
    return ArchiveUnsafeError(
        f"{path.name} is not opened: {why}; unpack it yourself, look inside, and bring the tables"
    )


@dataclass(frozen=True, eq=False)
class Source:
    """One stream of bytes, unpacked."""

    name: str  # As people know it: the file's name, and the member's in an archive
    size: int  # Bytes on disk, packed
    path: Path | None  # The file itself where it lies on disk as it is read, else None
    unpack: Callable[[contextlib.ExitStack], _Opened]
    limits: ImportLimits
    # Its name where it is a sheet of a workbook, and the names of all of them.
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @contextlib.contextmanager
    def open(self, on_bytes: Callable[[int], None] = lambda packed: None) -> Iterator["CountedReader"]:
        """The bytes from the start; `on_bytes` receives how many packed ones were read since its last call."""
        with contextlib.ExitStack() as files, CountedReader(self, *self.unpack(files), on_bytes) as reader:
            yield reader

    def head(self, size: int) -> bytes:
        """Up to `size` first bytes."""
        with self.open() as file:
            return file.read(size)


class CountedReader(io.RawIOBase):
    """Reads a source's raw bytes, and refuses what unfolds too far or is damaged; `packed_at` says of unpacked bytes
    how many packed ones they are."""

    def __init__(
        self, source: Source, raw: _Stream, packed_at: Callable[[int], int], on_bytes: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._name, self._limits = source.name, source.limits
        self._raw, self._packed_at, self._on_bytes = raw, packed_at, on_bytes
        self._unpacked = self._packed = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer protocol has no narrower name
        """Raises BadFormatError, TooLargeError and ArchiveRatioError besides the system's own."""
        try:
            data = self._raw.read(len(buffer))
        except (zlib.error, EOFError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise BadFormatError(f"{self._name} is damaged ({error}); pack it again or download it again") from error
        except OSError as error:
            raise BadFormatError(f"{self._name} cannot be read ({error.strerror}); copy it and try again") from error
        buffer[: len(data)] = data
        self._unpacked += len(data)
        packed = self._packed_at(self._unpacked)
        self._on_bytes(packed - self._packed)
        self._packed = packed
        check_ratio(self._name, packed, self._unpacked, self._limits)
        self._limits.check("max_unpacked_mb", self._unpacked / MIB, f"MiB that {self._name} unfolds to")
        return len(data)


def collect(paths: Sequence[Path], limits: ImportLimits, sheet: str | None = None) -> list[Source]:
    """All streams in files, folders and archives, in the order given, by name within each; `sheet` names that of
    workbooks.

    Raises:
        BadFormatError: A path is no file or folder, or an archive is damaged.
        EmptyFileError: A file that was named has no content, or there is nothing at all.
        TooLargeError, ArchiveUnsafeError, ArchiveRatioError: As the limits say.
    """
    files = [file for path in paths for file in _files(path, limits)]
    limits.check("max_members", len(files), "files")
    limits.check("max_file_mb", sum(_status(file).st_size for file in files) / MIB, "MiB in files")
    if len(paths) == len(files) == 1 and _status(files[0]).st_size == 0:
        raise EmptyFileError(f"{_name(files[0])} has 0 bytes; export or upload it again")
    if sources := [source for file in files for source in _sources(file, limits, sheet)]:
        return sources
    raise EmptyFileError(f"there is nothing in {', '.join(_name(path) for path in paths)}; bring a table")


def _files(path: Path, limits: ImportLimits) -> list[Path]:
    mode = _status(path).st_mode
    if stat.S_ISREG(mode):
        return [path]
    if not stat.S_ISDIR(mode):
        raise BadFormatError(f"{_name(path)} is neither a file nor a folder")
    files, folders, seen = [], [path], 0
    while folders:
        for entry in _entries(folders.pop()):
            seen += 1
            limits.check("max_members", seen / _ENTRIES_PER_FILE, f"files in {_name(path)}, with what is no file")
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif entry.is_file():
                files.append(Path(entry.path))
                limits.check("max_members", len(files), f"files in {_name(path)}")
    return sorted(files)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, one after the other: there may be millions; raises BadFormatError."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        raise _refused(folder, error) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise BadFormatError(f"there is no file {str(path)!r:.200}") from error
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> BadFormatError:
    return BadFormatError(f"{_name(path)} cannot be opened ({error.strerror}); check its permissions")


def _sources(path: Path, limits: ImportLimits, sheet: str | None) -> list[Source]:
    size = _status(path).st_size
    if size == 0:  # what the system makes up, such as /proc, may wait for ever when it is read
        return []
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise _refused(path, error) from error
    if magic in (ZIP, _EMPTY_ZIP):
        entries = members(path, limits)
        if is_workbook(_name(path), entries):
            return [_sheet(path, sheet, limits)]
        return [_member(path, entry, limits) for entry in entries if entry.file_size]
    if magic.startswith(GZIP):
        return [Source(_name(path), size, None, lambda files: _gzip(path, files), limits)]
    plain = Source(_name(path), size, path, lambda files: (files.enter_context(path.open("rb")), int), limits)
    return [plain]


def _gzip(path: Path, files: contextlib.ExitStack) -> _Opened:
    packed = files.enter_context(path.open("rb"))
    return files.enter_context(gzip.open(packed)), lambda unpacked: packed.tell()


def _sheet(path: Path, wanted: str | None, limits: ImportLimits) -> Source:
    sheet, size = read_sheet(path, wanted, limits), path.stat().st_size
    share = size / max(1, sheet.text.tell())
    return Source(
        _name(path),
        size,
        None,
        lambda files: (files.enter_context(Path(sheet.text.name).open("rb")), lambda unpacked: int(unpacked * share)),
        limits,
        sheet.name,
        sheet.names,
    )


def _member(path: Path, entry: zipfile.ZipInfo, limits: ImportLimits) -> Source:
    name = f"{_name(path)}/{one_line(entry.filename, 100)}"
    share = entry.compress_size / entry.file_size

    def unpack(files: contextlib.ExitStack) -> _Opened:
        """The member's bytes, and how many packed bytes a number of unpacked ones stands for."""
        archive = files.enter_context(zipfile.ZipFile(path))
        try:
            return files.enter_context(archive.open(entry)), lambda unpacked: int(unpacked * share)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
            raise BadFormatError(f"{name} is damaged ({error}); pack it again or download it again") from error

    return Source(name, entry.compress_size, None, unpack, limits)


@contextlib.contextmanager
def on_disk(source: Source) -> Iterator[str]:
    """A path with the bytes, for formats that are not read from their beginning to their end."""
    if source.path is not None:
        yield str(source.path)
        return
    with tempfile.NamedTemporaryFile() as copy, source.open() as stream:
        while block := stream.read(2**20):
            copy.write(block)
        copy.flush()
        yield copy.name


def check_not_packed(source: Source, head: bytes) -> None:
    """Refuse an archive inside an archive; raises ArchiveUnsafeError."""
    if source.path is None and head.startswith(_PACKED):
        raise ArchiveUnsafeError(f"{source.name} is an archive inside an archive; unpack it and bring the tables")


def _name(path: Path) -> str:
    return one_line(path.name, 100) or "the file"


def raise_if_out_of_memory(error: Exception) -> None:
    """Raise MemoryError where Arrow could not start a thread: its stack counts against the memory of this process."""
    if "Failed to launch worker thread" in str(error):
        raise MemoryError from error
