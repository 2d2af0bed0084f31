"""Uploads: only where a page has a place for a file, and no more at once than a visitor, an address and all may have.

Streamlit takes a file from whoever has a session, whether or not a page asks for one, and keeps it in memory. A page
opens the way while it draws a place for a file, see `dashboard.shared.uploader`; this middleware lets nothing else in,
counts what comes while it comes, and what nobody uses is dropped within minutes.
"""

import asyncio
import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core import settings
from core.errors import QuotaError
from core.settings import MIB, PREFIX, ServerLimits
from dashboard.server.requests import address_of

ABANDONED_SECONDS = 120
"""A file that no page has used for so long is dropped; a browser that lost its connection is back before."""

PATIENCE_SECONDS, SLOWEST_BYTES_A_SECOND = 60, 16 * 1024
"""How long an upload may take: so long, and longer by its size at this rate. What has come is counted meanwhile."""

OTHER_BODY_BYTES = 64 * 1024
"""Most bytes of a request that is no upload: Streamlit takes none that are larger."""

FRAMING_BYTES = 64 * 1024
"""What a form adds to the file in it, at most; a small file counts as much, so that their number is bounded too."""

DRAINED_BYTES, DRAIN_SECONDS = 4 * MIB, 2.0
"""What is still read of a request that was refused."""

_UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)$")


class NoPlaceError(Exception):
    """A file comes from a session whose page has no place for one."""


@dataclass
class Place:
    """A session whose page has a place for files.

    Attributes:
        owner: Whose it is.
        largest: Most bytes of one file.
        used: Ids of the files that the page holds, by the key of the widget.
    """

    owner: str
    largest: int
    used: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class Taken:
    """Bytes of one upload, coming or kept, and who brought them."""

    owner: str
    address: str
    size: int


class Uploads:
    """Which sessions may bring files, and what has been brought. Scripts and the server use it from their threads.

    Args:
        manager: Gives what holds the files.
    """

    def __init__(self, manager: Callable[[], MemoryUploadedFileManager]) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}
        self._coming: dict[tuple[str, str], Taken] = {}
        self._kept: dict[tuple[str, str], Taken] = {}
        self._unused_since: dict[tuple[str, str], float] = {}
        self._refusals: dict[str, str] = {}

    def open(self, session: str, owner: str, largest: int) -> None:
        """Let a session bring files of at most `largest` bytes."""
        with self._lock:
            place = self._places.setdefault(session, Place(owner, largest))
            place.owner, place.largest = owner, max(place.largest, largest)

    def use(self, session: str, key: str, file_ids: frozenset[str]) -> None:
        """Note which files the widget of this key holds."""
        with self._lock:
            if session in self._places:
                self._places[session].used[key] = file_ids

    def close(self, session: str) -> None:
        """Let a session bring nothing more; what it holds counts as unused."""
        with self._lock:
            self._places.pop(session, None)

    def take_refusal(self, session: str) -> str:
        """Why the last file of this session was refused; empty where none was, and afterwards."""
        with self._lock:
            return self._refusals.pop(session, "")

    @contextlib.contextmanager
    def coming(self, session: str, file_id: str, address: str) -> Iterator["Incoming"]:
        """One upload, from its first byte to its last; counted as kept where it arrived whole.

        Raises:
            NoPlaceError: This session's page has no place for a file.
            QuotaError: The same file is under way already; or what `Incoming.reserve` raises, which the page will say.
        """
        with self._lock:
            place = self._places.get(session)
            if place is None:
                raise NoPlaceError("This page has no place for a file now. Open it again and choose the file there.")
            if (session, file_id) in self._coming:
                raise QuotaError("This file is being uploaded already. Wait until it is here.")
            taken = self._coming[session, file_id] = Taken(place.owner, address, 0)
        try:
            yield Incoming(self, taken, place.largest)
            with self._lock:
                self._kept[session, file_id] = taken
        except QuotaError as error:
            with self._lock:
                self._refusals[session] = str(error)
            raise
        finally:
            with self._lock:
                del self._coming[session, file_id]

    def reserve(self, taken: Taken, size: int, largest: int) -> None:
        """Count `size` bytes for one upload; QuotaError, and nothing more is counted, where that is too much."""
        with self._lock:
            self._check_room(taken, size, largest)
            taken.size = size

    def check_room(self, taken: Taken, size: int, largest: int) -> None:
        """Pass if `reserve` would, and count nothing; QuotaError as `reserve`."""
        with self._lock:
            self._check_room(taken, size, largest)

    def _check_room(self, taken: Taken, size: int, largest: int) -> None:
        others = [one for one in self._all() if one is not taken]
        check(
            size,
            largest,
            of_owner=sum(one.size for one in others if one.owner == taken.owner),
            of_address=sum(one.size for one in others if one.address == taken.address),
            of_all=sum(one.size for one in others),
        )

    def bytes_held(self) -> int:
        """Bytes of all uploads, coming and kept."""
        with self._lock:
            return sum(one.size for one in self._all())

    def _all(self) -> list[Taken]:
        """What is coming, and what is still held of what came: people and ending sessions remove files."""
        there = self._there()
        self._kept = {key: taken for key, taken in self._kept.items() if key in there}
        return [*self._coming.values(), *self._kept.values()]

    def _there(self) -> set[tuple[str, str]]:
        held = self._manager().file_storage
        return {(session, file_id) for session, files in list(held.items()) for file_id in list(files)}

    def sessions(self) -> frozenset[str]:
        """Those that may bring files, have brought some, or were refused one."""
        with self._lock:
            return frozenset({*self._places, *self._refusals, *(session for session, _ in self._there())})

    def sweep(self, active: frozenset[str], now: float) -> None:
        """Drop what no page has used for a while.

        Args:
            active: Sessions with a browser.
            now: The time, in seconds.
        """
        with self._lock:
            there = self._there()
            used = {
                (session, file)
                for session, place in self._places.items()
                if session in active
                for files in place.used.values()
                for file in files
            }
            self._unused_since = {key: self._unused_since.get(key, now) for key in there - used}
            for (session, file), since in self._unused_since.items():
                if now - since >= ABANDONED_SECONDS:
                    self._manager().remove_file(session, file)
            self._refusals = {session: words for session, words in self._refusals.items() if session in active}
            known = active | {session for session, _ in there}
            self._places = {session: place for session, place in self._places.items() if session in known}


@dataclass(frozen=True)
class Incoming:
    """An upload while it comes."""

    uploads: Uploads
    taken: Taken
    largest: int

    def check(self, size: int) -> None:
        """Pass if there is room for so many bytes now; they are counted as they come, for who sends them slowly would
        keep others out by announcing them. QuotaError as `check`."""
        self.uploads.check_room(self.taken, max(size, FRAMING_BYTES), self.largest)

    def reserve(self, size: int) -> None:
        """Count so many bytes for it, where that is more than was counted; QuotaError as `check`."""
        if (size := max(size, FRAMING_BYTES)) > self.taken.size:
            self.uploads.reserve(self.taken, size, self.largest)


def check(size: int, largest: int, *, of_owner: int, of_address: int, of_all: int) -> None:
    """Pass if a file may come.

    Args:
        size: Its bytes, as announced or as they have come so far.
        largest: Most bytes of one file.
        of_owner: Bytes that its owner has here already.
        of_address: Bytes that came from its address.
        of_all: Bytes of everybody.

    Raises:
        QuotaError: It is too large, or too much is here already; the message says what to do.
    """
    if size > largest + FRAMING_BYTES:
        raise QuotaError(
            f"The file has more than {largest / MIB:,.0f} MB, which is the most that may be uploaded here. Bring a "
            "smaller one, or a zip of it; whoever runs this server can raise server.maxUploadSize."
        )
    limits = settings.numbers(ServerLimits)
    for held, most, whose, name in (
        (of_owner, limits.upload_mb_per_owner, "you have", "UPLOAD_MB_PER_OWNER"),
        (of_address, limits.upload_mb_per_address, "your network has", "UPLOAD_MB_PER_ADDRESS"),
        (of_all, limits.upload_mb, "all visitors have", "UPLOAD_MB"),
    ):
        if held + size > max(most * MIB, largest) + FRAMING_BYTES:
            raise QuotaError(
                f"The file was refused: with it {whose} more than {most:,} MB of files here at once. Import or remove "
                f"the others first, or try again in a few minutes; whoever runs this server can raise {PREFIX}{name}."
            )


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        raise TypeError(f"uploads are held by a {type(manager).__name__}, whose files cannot be counted")
    return manager


UPLOADS = Uploads(_manager)
"""Those of this process."""


def largest_file() -> int:
    """Most bytes of one file, as the server is configured."""
    return int(config.get_option("server.maxUploadSize")) * MIB


class UploadGuard:
    """Lets in the uploads that pages wait for, as far as there is room, and no other large request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        upload, answered = _UPLOAD.search(scope["path"]), False

        async def send_noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            if upload is None or scope["method"] != "PUT":
                await self._app(scope, _counted(receive, _check_other), send_noting)
                return
            with UPLOADS.coming(upload["session"], upload["file"], address_of(scope)) as incoming:
                announced = int(Headers(scope=scope).get("content-length", "0"))  # the server has checked that
                incoming.check(announced)
                async with asyncio.timeout(PATIENCE_SECONDS + (announced or incoming.largest) / SLOWEST_BYTES_A_SECOND):
                    await self._app(scope, _counted(receive, incoming.reserve), send_noting)
        except (NoPlaceError, QuotaError, TimeoutError) as error:
            if answered:
                raise
            words = str(error) or "The upload took too long and was ended. Try again."
            await _drain(receive)
            await PlainTextResponse(words, _STATUS[type(error)], {"connection": "close"})(scope, receive, send)


_STATUS = {NoPlaceError: 403, QuotaError: 413, TimeoutError: 408}


def _check_other(size: int) -> None:
    if size > OTHER_BODY_BYTES:
        raise QuotaError(f"A request that is no upload may have at most {OTHER_BODY_BYTES:,} bytes.")


async def _drain(receive: Receive) -> None:
    """Read the rest of a small request: a browser whose connection is closed while it sends does not see why."""
    left = DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _counted(receive: Receive, count: Callable[[int], None]) -> Receive:
    """The messages of a request; `count` is told the bytes of its body so far, and may raise."""
    so_far = 0

    async def receive_counted() -> Message:
        nonlocal so_far
        message = await receive()
        so_far += len(message.get("body", b""))
        count(so_far)
        return message

    return receive_counted
