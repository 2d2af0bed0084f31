"""The MovieLens releases, with the conditions to be shown first: fetch an official archive, and make a dataset of it.

An archive arrives whole and checked, or not at all; a broken transfer goes on where it stopped.
"""

import hashlib
import http.client
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from types import MappingProxyType

from core import settings
from core.data.importing.importer import import_ratings
from core.data.importing.request import ImportOptions, ImportReport, Reporter
from core.disk import home as home_module
from core.disk.checksums import to_disk
from core.disk.files import disk_full_told, locked, remove
from core.disk.reading import IntegrityError, read_text
from core.errors import CanceledError, DownloadFailedError, LimitError

_FOR_ALL = (
    "The data may be used for research. Do not state or imply that the University of Minnesota or the GroupLens "
    "Research Group endorses you; name the data in what you publish; commercial use needs their permission; they "
    "guarantee nothing."
)
_KEEP = " The files may not be passed on to others without separate permission."
_SHARE_ALIKE = " The files, changed or not, may be passed on under these same conditions."
_README = " The README inside the archive and on grouplens.org is what counts."


@dataclass(frozen=True)
class Release:
    """One official archive."""

    release_id: str
    title: str
    file: str  # Name on the server
    # Rounded, as announced.
    ratings: int
    users: int
    movies: int
    megabytes: int  # Size of the archive, about
    licence: str  # The conditions in short, to be shown and accepted before anything is fetched
    readme: str  # Where the conditions stand in full
    fixed: bool = True  # Whether the content never changes; the others grow, so that results on them cannot be compared


def _release(
    name: str, title: str, ratings: int, users: int, movies: int, megabytes: int, licence: str, fixed: bool
) -> Release:
    ending = "txt" if name in ("ml-100k", "ml-1m") else "html"
    readme = f"https://files.grouplens.org/datasets/movielens/{name}-README.{ending}"
    return Release(
        name, title, f"{name}.zip", ratings, users, movies, megabytes, _FOR_ALL + licence + _README, readme, fixed
    )


RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        release.release_id: release
        for release in (
            _release("ml-latest-small", "MovieLens latest, small", 100_000, 600, 9_000, 1, _SHARE_ALIKE, fixed=False),
            _release("ml-100k", "MovieLens 100K", 100_000, 1_000, 1_700, 5, _KEEP, fixed=True),
            _release("ml-1m", "MovieLens 1M", 1_000_000, 6_000, 4_000, 6, _KEEP, fixed=True),
            _release("ml-10m", "MovieLens 10M", 10_000_000, 72_000, 10_000, 63, _KEEP, fixed=True),
            _release("ml-20m", "MovieLens 20M", 20_000_000, 138_000, 27_000, 190, _SHARE_ALIKE, fixed=True),
            _release("ml-25m", "MovieLens 25M", 25_000_000, 162_000, 62_000, 250, _SHARE_ALIKE, fixed=True),
            _release("ml-32m", "MovieLens 32M", 32_000_000, 200_948, 87_585, 239, _SHARE_ALIKE, fixed=True),
            _release(
                "ml-latest", "MovieLens latest, full", 33_000_000, 331_000, 86_000, 335, _SHARE_ALIKE, fixed=False
            ),
        )
    }
)
"""By id, the smallest first."""


BASE_VARIABLE = settings.PREFIX + "DOWNLOAD_BASE"
_BASE = "https://files.grouplens.org/datasets/movielens/"
_BLOCK = 2**18
_TIMEOUT = 30
_TRANSFER_SECONDS = 3600  # how long to wait for somebody else's transfer of the same archive
_MD5 = re.compile(r"\b[0-9a-f]{32}\b", re.IGNORECASE)
_LONGEST_STAMP = 1000
_MEGABYTE = 10**6
_TRANSFER_SHARE = 0.5  # Share of the progress of `fetch` that is the transfer; the rest is the import


@dataclass(frozen=True)
class Download:
    """An archive on disk; whether a published checksum was compared, and bytes there from an earlier attempt."""

    path: Path
    size: int
    checked: bool
    resumed: int


def download(
    release_id: str,
    *,
    accepted: bool,
    home: Path | None = None,
    reporter: Reporter = lambda progress, text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Download:
    """Fetch a release into the home's `downloads/`; one that is there already is not fetched again.

    `EMBEDDING_EXPLORER_DOWNLOAD_BASE` names another server.

    Args:
        accepted: That the person has seen the release's licence and accepts it.

    Raises:
        LimitError: There is no such release, or its licence was not accepted.
        DownloadFailedError: No network, a refusal, too few or too many bytes, or another checksum.
        CanceledError: `should_stop` returned True; what has arrived is kept for the next attempt.
        DiskFullError: There is no room.
        BusyError: Somebody else has been fetching it for an hour.
    """
    if release_id not in RELEASES:
        raise LimitError(f"there is no release {release_id!r:.60}; there are: {', '.join(RELEASES)}")
    release = RELEASES[release_id]
    if not accepted:
        raise LimitError(
            f"the conditions of {release.title} were not accepted; read and accept them to go on: {release.licence}"
        )
    folder = (home or home_module.home()) / "downloads"
    place, part = folder / release.file, folder / f"{release.file}.part"
    marker = place.with_suffix(".checked")  # stands beside an archive whose checksum was compared
    with disk_full_told(release.file, folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder / f"{release.file}.lock"  # two people who ask at once share one transfer
        with locked(lock, _TRANSFER_SECONDS, should_stop=should_stop):
            _clear_away(place, part, _stamp(part), marker)
            if place.exists():
                return Download(place, place.stat().st_size, checked=marker.exists(), resumed=0)
            resumed = _fetch(release, part, reporter, should_stop)
            checked = _check(release, part, reporter)
            if checked:
                marker.touch()
            part.replace(place)
    _forget(part)
    reporter(1.0, f"{release.file} is here")
    return Download(place, place.stat().st_size, checked, resumed)


def fetch(
    release_id: str,
    *,
    accepted: bool,
    reporter: Reporter = lambda progress, text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Make a dataset of an official release; arguments and errors as `download` and `import_ratings` have them."""
    archive = download(
        release_id,
        accepted=accepted,
        reporter=lambda at, text: reporter(_TRANSFER_SHARE * at, text),
        should_stop=should_stop,
    )
    return import_ratings(
        [archive.path],
        options=ImportOptions(name=RELEASES[release_id].title),
        reporter=lambda at, text: reporter(_TRANSFER_SHARE + (1 - _TRANSFER_SHARE) * at, text),
        should_stop=should_stop,
    )


def base_url() -> str:
    """Where releases are fetched from, ending with a slash; raises LimitError where the variable is no web address."""
    base = settings.text("DOWNLOAD_BASE", _BASE)
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise LimitError(f"{BASE_VARIABLE} is {base!r:.100}; it must begin with http:// or https://")
    return base.rstrip("/") + "/"


def _fetch(release: Release, part: Path, reporter: Reporter, should_stop: Callable[[], bool]) -> int:
    """Fill `part`; how many of its bytes were there before."""
    have = part.stat().st_size if part.exists() else 0
    stamp = _stamp(part)
    version = _version(stamp) if have else ""
    headers = {"Range": f"bytes={have}-", "If-Range": version} if version else {}
    try:
        with _open(release.file, headers) as response:
            if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                have = 0
            _forget(part)
            if validator := response.headers.get("ETag") or response.headers.get("Last-Modified"):
                stamp.write_text(validator, encoding="utf-8")
            _copy(release, response, part, have, reporter, should_stop)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            _forget(part)
            part.unlink(missing_ok=True)
        raise _failed(release, f"the server answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _failed(release, str(getattr(error, "reason", error)) or type(error).__name__) from error
    return have


def _copy(
    release: Release, response: HTTPResponse, part: Path, have: int, reporter: Reporter, should_stop: Callable[[], bool]
) -> None:
    length = response.headers.get("Content-Length")
    total = have + int(length) if length and length.isdecimal() else None
    max_bytes = 2 * release.megabytes * _MEGABYTE + 10 * _MEGABYTE
    if total is not None and total > max_bytes:
        raise _failed(release, f"the server announces {total:,} bytes, {max_bytes:,} at most are expected")
    with part.open("ab" if have else "wb") as file:
        while block := response.read(_BLOCK):
            if should_stop():
                raise CanceledError(
                    f"the download of {release.file} was stopped; what has arrived is kept and goes on next time"
                )
            file.write(block)
            have += len(block)
            if have > max_bytes:
                raise _failed(release, f"more than {max_bytes:,} bytes arrive")
            expected = total or release.megabytes * _MEGABYTE
            reporter(min(0.99, have / expected), f"{have / _MEGABYTE:,.1f} MB of {expected / _MEGABYTE:,.1f} MB")
        to_disk(file)
    if total is not None and have < total:
        raise _failed(release, f"the connection ended after {have:,} of {total:,} bytes")


def _check(release: Release, part: Path, reporter: Reporter) -> bool:
    """Compare with the checksum beside the archive; False where none is published."""
    reporter(0.99, "Comparing the checksum")
    try:
        with _open(f"{release.file}.md5", {}) as response:
            published = _MD5.search(response.read(1000).decode("ascii", "replace"))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.FORBIDDEN):
            return False
        raise _failed(release, f"the server answers {error.code} to its checksum") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _failed(release, f"its checksum does not arrive: {getattr(error, 'reason', error)}") from error
    if published is None:
        return False
    with part.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != published[0].lower():
        part.unlink()
        _forget(part)
        raise _failed(
            release, f"its MD5 is {md5}, the server publishes {published[0].lower()}; what arrived was thrown away"
        )
    return True


def _open(file: str, headers: dict[str, str]) -> "urllib.request._UrlopenRet":
    request = urllib.request.Request(base_url() + file, headers=headers)  # noqa: S310 - base_url() lets http and https pass alone
    return urllib.request.urlopen(request, timeout=_TIMEOUT)  # noqa: S310 - the same


def _failed(release: Release, why: str) -> DownloadFailedError:
    return DownloadFailedError(
        f"{release.file} could not be fetched from {base_url()}: {why}; check the network and try again, "
        "or fetch the file with a browser and import it"
    )


def _stamp(part: Path) -> Path:
    """Beside a part: what tells the server which version of the file it belongs to."""
    return part.with_suffix(".version")


def _version(stamp: Path) -> str:
    """What the server called the version of a part, as it can stand in a header; empty where that is not known."""
    try:
        text = read_text(stamp, most=_LONGEST_STAMP).strip()
    except IntegrityError:
        return ""
    return text if text.isascii() and text.isprintable() else ""


def _clear_away(*places: Path) -> None:
    """Remove what is no file where a file of a download belongs; of a link nothing but the link."""
    for place in places:
        if os.path.lexists(place) and (place.is_symlink() or not place.is_file()):
            remove(place)


def _forget(part: Path) -> None:
    _stamp(part).unlink(missing_ok=True)
