"""Whose browser this is: a random owner id in a signed cookie, the same for all servers that share a home."""

import contextlib
import hashlib
import logging
import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.disk import files
from core.disk.files import locked
from core.disk.home import home
from core.errors import BusyError
from dashboard.server.requests import is_page

KEY_BYTES = 32
YEAR_SECONDS = 365 * 24 * 3600
_OWNER = re.compile(r"[0-9a-f]{32}")
_KEY_OF_THIS_PROCESS = secrets.token_bytes(KEY_BYTES)
"""Signs where the home cannot keep a key: owners then last as long as this server."""

_log = logging.getLogger(__name__)


def owner_of(cookies: Mapping[str, str]) -> str | None:
    """The owner id that a browser's cookies prove; None where there is none, or one that this home has not signed."""
    key = signing_key()
    value = cookies.get(cookie_name(key), "")
    if not value.isascii():
        return None
    try:
        owner = _signer(key).unsign(value).decode()
    except BadSignature:
        return None
    return owner if _OWNER.fullmatch(owner) else None


def new_cookie() -> tuple[str, str]:
    """The name and the value of a cookie for a browser that has none."""
    key = signing_key()
    return cookie_name(key), _signer(key).sign(secrets.token_hex(16)).decode()


def cookie_name(key: bytes) -> str:
    """The cookie's name: one for each key, because a browser sends the same cookies to every port of a host."""
    return f"embedding_explorer_{hashlib.sha256(b'name' + key).hexdigest()[:8]}"


def signing_key() -> bytes:
    """The key in the home, readable by its user alone; made where it is missing, renewed where it is damaged.

    Where the home cannot be written to, it is a key of this process, and the log says so once.
    """
    place = home() / "secret"
    try:
        return _read(place) or _make(place)
    except (OSError, BusyError) as error:
        _warn_once(place, error)
        return _KEY_OF_THIS_PROCESS


class Owners:
    """Gives a browser without an owner one, with the first page that it loads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_page(scope) or owner_of(HTTPConnection(scope).cookies):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                name, value = new_cookie()
                cookie = Response()
                cookie.set_cookie(
                    name,
                    value,
                    max_age=YEAR_SECONDS,
                    httponly=True,
                    samesite="lax",
                    secure=scope["scheme"] == "https",  # also where a trusted proxy says so
                )
                MutableHeaders(scope=message).append("set-cookie", cookie.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _signer(key: bytes) -> Signer:
    return Signer(key, salt="embedding-explorer owner", key_derivation="hmac", digest_method=hashlib.sha256)


def _read(place: Path) -> bytes | None:
    """The key, or None where there is no usable one; only a regular file is read, and no more than a key of it."""
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(f"{place} is not a regular file; remove it, and a new key is made")
        if stat.S_IMODE(state.st_mode) & 0o077:
            os.fchmod(handle, 0o600)
        key = os.read(handle, KEY_BYTES + 1)
    finally:
        os.close(handle)
    return key if len(key) == KEY_BYTES else None


def _make(place: Path) -> bytes:
    """A new key in its place; where another server has just made one, that."""
    with locked(place.with_name("secret.lock"), seconds=1):
        key = _read(place)
        if key is None:
            key = secrets.token_bytes(KEY_BYTES)
            fresh = files.temporary(place.parent)
            try:
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(key)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(place)
            except OSError:
                with contextlib.suppress(OSError):
                    fresh.unlink(missing_ok=True)
                raise
        return key


_warned: set[Path] = set()


def _warn_once(place: Path, reason: Exception) -> None:
    if place not in _warned:
        _warned.add(place)
        _log.warning("owners are known until this server ends: no key can be kept in the home: %s", reason)
