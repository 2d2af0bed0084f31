"""What the guards of the server ask of a request."""

import re

from starlette.requests import HTTPConnection
from starlette.types import Scope

from core.access import network_of

_NOT_PAGES = re.compile(r"/(_stcore|static|media|component|auth|oauth2callback)(/|$)|\.(png|ico|json|txt)$")


def is_page(scope: Scope) -> bool:
    """Whether a browser asks for the page itself, and not for what the page loads."""
    return scope["type"] == "http" and scope["method"] == "GET" and not _NOT_PAGES.search(scope["path"])


def address_of(scope: Scope) -> str:
    """The address that a request comes from, as limits count by it: one home has billions of IPv6 addresses.

    Behind a proxy that is trusted it is the one that the proxy names.
    """
    client = HTTPConnection(scope).client
    return network_of(client.host) or client.host if client else ""
