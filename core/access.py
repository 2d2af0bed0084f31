"""Who may do what: one table of roles and actions, asked by everything that changes what is kept.

Three settings decide, beside who asks:

    READ_ONLY   a kiosk: nothing is made, changed or removed, by whomever, but for studies of existing runs
    CLASS       the pages that manage data, models and jobs are for administrators
    ADMIN_TOKEN, ADMINS     who is an administrator (see `dashboard.session.visitor`)

A visitor may train, start studies, stop their own jobs and name things for themselves. An administrator may do
everything. The worker that carries out what was asked for does not ask again.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from core import settings
from core.errors import ExplorerError, LimitError, NotAllowedError, ReadOnlyError

_SHORTEST_TOKEN = 12
_FORWARDING = ("forwarded", "client-ip", "real-ip", "connecting-ip", "proxyuser-ip", "cluster-ip")
"""Parts of the names of headers that proxies add; each has its own way to say where a request came from."""


class Action(Enum):
    """Something that changes what is kept, or shows what is not for everybody; the value says it in words."""

    TRAIN = "Training a model"
    STUDY = "Starting a study"
    STOP = "Stopping one's own job"
    NAME = "Keeping names and axes for oneself"
    PUBLISH = "Keeping names and axes for everybody"
    IMPORT = "Importing data"
    RENAME = "Renaming data"
    DELETE = "Deleting data or models"
    RESTORE = "Restoring what was deleted"
    STOP_OTHERS = "Stopping or repeating somebody else's job"
    MANAGE = "Managing data, models and jobs"


_IN_A_KIOSK = frozenset({Action.STUDY, Action.STOP, Action.STOP_OTHERS, Action.MANAGE})
_OF_VISITORS = frozenset({Action.TRAIN, Action.STUDY, Action.STOP, Action.NAME, Action.MANAGE})


@dataclass(frozen=True)
class Visitor:
    """Who asks."""

    owner: str  # A name for the browser, or for the session where that is unknown; jobs and notes belong to it
    administrator: bool = False  # Whether everything is allowed to them
    address: str = ""  # The network address they come from; empty where it is unknown or this machine

    @property
    def network(self) -> str:
        """The network of their address, as `network_of`."""
        return network_of(self.address)


def network_of(address: str) -> str:
    """What limits by address count by: an IPv4 address, or the 64 leading bits of an IPv6 one, which one connection
    has to itself; empty where it is no address."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


COMMAND_LINE = Visitor("command line", administrator=True)
"""Whoever can start a process on this machine's home can do everything to it by hand."""


def on_job(owner: str, visitor: Visitor) -> Action:
    """What it is to this visitor to stop, or to repeat, a job of this owner."""
    return Action.STOP if owner == visitor.owner else Action.STOP_OTHERS


def check(action: Action, visitor: Visitor) -> None:
    """Pass if this visitor may do this; raises ReadOnlyError where nobody may, as in a kiosk, NotAllowedError where
    only an administrator may, and LimitError for a setting that cannot be."""
    refused = refusal(action, visitor)
    if refused:
        raise refused


def refusal(action: Action, visitor: Visitor) -> ExplorerError | None:
    """The error that `check` would raise, for who wants its sentence; raises LimitError as `check` does."""
    if read_only() and action not in _IN_A_KIOSK:
        return ReadOnlyError(
            f"{action.value} is switched off here: this explorer is for looking around. Whoever runs it can do that "
            f"where {settings.PREFIX}READ_ONLY is not set"
        )
    if visitor.administrator or (action in _OF_VISITORS and not (action is Action.MANAGE and in_class())):
        return None
    login = ", or log in as one" if administrators_are_named() else ""
    return NotAllowedError(f"{action.value} is for administrators; ask whoever runs this explorer{login}")


def check_settings() -> None:
    """Pass if the settings of this module have values that they can have; raises LimitError, naming the one."""
    read_only()
    in_class()
    administrators_are_named()


def read_only() -> bool:
    """Whether this is a kiosk; raises LimitError as `settings.switch`."""
    return settings.switch("READ_ONLY")


def in_class() -> bool:
    """Whether pupils are kept from managing; raises LimitError as `settings.switch`."""
    return settings.switch("CLASS")


def administrators_are_named() -> bool:
    """Whether a setting says who is an administrator, as else whoever sits here is; raises LimitError as `is_token`."""
    return bool(_token() or _admins())


def has_token() -> bool:
    """Whether there is a token to log in with; raises LimitError as `is_token`."""
    return bool(_token())


def is_token(attempt: str) -> bool:
    """Whether a text is the administrators' token, without telling by the time it takes how much of it is right; raises
    LimitError where the token that is set is too short to withstand guessing."""
    token = _token()
    return bool(token) and hmac.compare_digest(attempt.encode(), token.encode())


def is_listed(email: str, *, verified: bool) -> bool:
    """Whether the address of somebody who logged in by OpenID Connect, if the provider says that it is theirs, is on
    the list of administrators; compared without regard to case."""
    return verified and email.strip().casefold() in _admins()


def at_this_machine(listens_on: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request can only come from a browser on this machine. The server listens on an address, or on all.

    A forwarding header, or a Host that is another machine's name (as with a proxy, a tunnel, or a site whose name was
    made to lead here), says that it came from elsewhere. So does an Origin: a page of another site asks, or a proxy
    names this machine in Host where the browser named another.
    """
    names = {name.lower(): value for name, value in headers.items()}
    if any(name == "via" or any(part in name for part in _FORWARDING) for name in names):
        return False
    if "origin" in names and not _is_loopback(_without_port(names["origin"].partition("://")[2])):
        return False
    return _is_loopback(listens_on or "") and _is_loopback(_without_port(names.get("host", "")))


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and (":" not in name or name.endswith("]")) else host


def _token() -> str:
    token = settings.text("ADMIN_TOKEN")
    if token and len(token) < _SHORTEST_TOKEN:
        raise LimitError(
            f"{settings.PREFIX}ADMIN_TOKEN has {len(token)} characters; it must have at least {_SHORTEST_TOKEN}, "
            "best chosen at random"
        )
    return token


def _admins() -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in settings.text("ADMINS").split(",") if name.strip())
