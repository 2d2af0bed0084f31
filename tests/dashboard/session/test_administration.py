"""Logging in with the token: for some hours, by one browser, and not by guessing."""

import pytest

from core.access import Visitor
from core.errors import NotAllowedError
from dashboard.session import visitor
from dashboard.session.visitor import HOURS, TRIES_OF_NETWORK, TRIES_OF_OWNER, WINDOW_SECONDS, LogIns

TOKEN = "the token of these tests"
ADA, BOB = Visitor("ada", address="192.0.2.1"), Visitor("bob", address="192.0.2.2")


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    return Clock()


def wrong(log_ins: LogIns, visitor: Visitor) -> str:
    with pytest.raises(NotAllowedError) as refused:
        log_ins.log_in("a guess", visitor)
    return str(refused.value)


def test_a_log_in_is_of_one_owner_lasts_for_hours_and_can_be_left(clock: Clock):
    log_ins = LogIns(clock)
    log_ins.log_in(TOKEN, ADA)
    log_ins.log_in(TOKEN, BOB)
    log_ins.log_out(BOB.owner)
    log_ins.log_out(BOB.owner)
    assert (log_ins.holds("ada"), log_ins.holds("bob")) == (True, False)
    clock.now = HOURS * 3600
    assert not log_ins.holds("ada")


def test_a_browser_has_a_few_tries_and_then_not_even_the_token_helps(clock: Clock):
    log_ins = LogIns(clock)
    for _ in range(TRIES_OF_OWNER):
        assert wrong(log_ins, ADA).startswith("this is not the administrators' token")
    assert wrong(log_ins, ADA).startswith("there were too many wrong tokens; try again in 10 minutes")
    with pytest.raises(NotAllowedError):
        log_ins.log_in(TOKEN, ADA)
    log_ins.log_in(TOKEN, BOB)
    clock.now = WINDOW_SECONDS
    log_ins.log_in(TOKEN, ADA)
    assert log_ins.holds("ada")


def test_new_browsers_at_one_address_have_tries_together(clock: Clock):
    log_ins = LogIns(clock)
    for number in range(TRIES_OF_NETWORK):
        wrong(log_ins, Visitor(f"browser {number}", address="2001:db8::1"))
    assert wrong(log_ins, Visitor("another", address="2001:db8::2")).startswith("there were too many")
    log_ins.log_in(TOKEN, ADA)


def test_wrong_tries_take_no_more_memory_than_allowed(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visitor, "_MOST_REMEMBERED", 6)
    log_ins = LogIns(clock)
    for number in range(9):
        wrong(log_ins, Visitor(f"browser {number}", address=f"192.0.2.{number}"))
    assert len(log_ins._wrong) == 6
    clock.now = WINDOW_SECONDS
    log_ins.log_in(TOKEN, ADA)
    assert not log_ins._wrong


def test_without_a_token_nobody_logs_in(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("EMBEDDING_EXPLORER_ADMIN_TOKEN")
    with pytest.raises(NotAllowedError):
        LogIns(clock).log_in("", ADA)
