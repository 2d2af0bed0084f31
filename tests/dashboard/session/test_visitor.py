"""Who a request comes from: the browser by its cookie, an administrator by being at this machine."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from core.access import Action
from dashboard.server import owners
from dashboard.session import visitor

TOKEN = "the token of these tests"
HERE = {"Host": "localhost:8501"}


@dataclass
class Context:
    """What Streamlit tells of a request."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    ip_address: str | None = None


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The visitor of a request to a server that listens on this machine alone."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(visitor, "_is_served", lambda: True)
    monkeypatch.setattr(st, "get_option", {"server.address": "localhost"}.get)

    def ask_(headers: dict[str, str] | None = None, **request: Any) -> visitor.Visitor:
        monkeypatch.setattr(st, "context", Context(headers or {}, **request))
        return visitor.current()

    return ask_


def test_a_browser_is_known_by_its_cookie_in_every_session(ask, monkeypatch):
    name, value = owners.new_cookie()
    first = ask(HERE, cookies={name: value}, ip_address="192.0.2.1")
    monkeypatch.setattr(st, "session_state", {})
    assert ask(HERE, cookies={name: value}).owner == first.owner == value.partition(".")[0]
    assert first.address == "192.0.2.1"


@pytest.mark.parametrize("cookie", ["", "0" * 32, "0" * 32 + ".forged", "session 1"])
def test_a_session_without_a_good_cookie_is_an_owner_of_its_own(ask, monkeypatch, cookie: str):
    name, _ = owners.new_cookie()
    first, again = ask(HERE, cookies={name: cookie}), ask(HERE, cookies={name: cookie})
    assert first.owner == again.owner
    monkeypatch.setattr(st, "session_state", {})
    assert ask(HERE, cookies={name: cookie}).owner != first.owner


def test_whoever_sits_at_the_machine_is_its_administrator(ask):
    assert ask(HERE).administrator
    assert not ask({"Host": "explorer.example.org"}).administrator
    assert not ask(HERE | {"X-Forwarded-For": "127.0.0.1"}).administrator


def test_a_token_or_a_list_takes_that_away(ask, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMINS", "grace@example.org")
    assert not ask(HERE).administrator
    monkeypatch.delenv("EMBEDDING_EXPLORER_ADMINS")
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    assert not ask(HERE).administrator
    visitor.log_ins().log_in(TOKEN, ask(HERE))
    assert ask({"Host": "explorer.example.org"}).administrator
    visitor.log_ins().log_out(ask(HERE).owner)


def test_a_script_that_goes_on_when_the_browser_has_left_has_no_more_rights(ask, monkeypatch):
    gone = ask()
    assert not gone.administrator, "it may have left before the script began"
    stranger = ask({"Host": "explorer.example.org"}, ip_address="192.0.2.1")
    assert ask() == stranger
    name, value = owners.new_cookie()
    known = ask(HERE, cookies={name: value})
    assert ask() == known


def test_a_script_that_no_server_runs_is_at_this_machine(ask, monkeypatch):
    monkeypatch.setattr(visitor, "_is_served", lambda: False)
    assert ask().administrator
    assert visitor.may(Action.DELETE)


@pytest.mark.parametrize(
    ("user", "administrator"),
    [
        ({"is_logged_in": True, "email": "Grace@example.org", "email_verified": True}, True),
        ({"is_logged_in": True, "email": "grace@example.org", "email_verified": False}, False),
        ({"is_logged_in": True, "email": "grace@example.org"}, False),
        ({"is_logged_in": True, "email": "eve@example.org", "email_verified": True}, False),
        ({"is_logged_in": True}, False),
        ({"is_logged_in": False, "email": "grace@example.org", "email_verified": True}, False),
        ({}, False),
    ],
)
def test_the_list_counts_who_has_logged_in(ask, monkeypatch, user: dict[str, Any], administrator: bool):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMINS", "grace@example.org")
    monkeypatch.setattr(st, "user", SimpleNamespace(**user, get=user.get))
    assert ask(HERE).administrator is administrator
