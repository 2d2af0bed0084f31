"""Who may do what, who counts as an administrator, and what counts as one network."""

import pytest

from core import access
from core.access import COMMAND_LINE, Action, Visitor
from core.errors import LimitError, NotAllowedError, ReadOnlyError

VISITOR = Visitor("ada")
ADMINISTRATOR = Visitor("grace", administrator=True)
TOKEN = "a token of some length"
FREE = {Action.TRAIN, Action.STUDY, Action.STOP, Action.NAME, Action.MANAGE}
IN_A_KIOSK = {Action.STUDY, Action.STOP, Action.MANAGE}


def allowed(visitor: Visitor) -> set[Action]:
    return {action for action in Action if access.refusal(action, visitor) is None}


def test_a_visitor_works_for_themselves_and_an_administrator_for_all():
    assert allowed(VISITOR) == FREE
    assert allowed(ADMINISTRATOR) == allowed(COMMAND_LINE) == set(Action)


def test_a_class_keeps_pupils_from_managing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", "1")
    assert allowed(VISITOR) == FREE - {Action.MANAGE}
    assert allowed(ADMINISTRATOR) == set(Action)


@pytest.mark.parametrize("visitor", [VISITOR, ADMINISTRATOR, COMMAND_LINE])
def test_a_kiosk_is_one_for_everybody(monkeypatch: pytest.MonkeyPatch, visitor: Visitor):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    assert allowed(visitor) == IN_A_KIOSK | ({Action.STOP_OTHERS} if visitor.administrator else set())
    with pytest.raises(ReadOnlyError, match="Training a model is switched off here"):
        access.check(Action.TRAIN, visitor)


def test_a_kiosk_for_a_class_is_both(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", "1")
    assert allowed(VISITOR) == IN_A_KIOSK - {Action.MANAGE}


def test_who_is_refused_learns_who_may(monkeypatch: pytest.MonkeyPatch):
    assert str(access.refusal(Action.DELETE, VISITOR)) == (
        "Deleting data or models is for administrators; ask whoever runs this explorer"
    )
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    with pytest.raises(NotAllowedError, match=r"runs this explorer, or log in as one$") as it:
        access.check(Action.DELETE, VISITOR)
    assert it.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize("name", ["READ_ONLY", "CLASS", "ADMIN_TOKEN"])
def test_a_server_does_not_start_with_a_setting_that_cannot_be(monkeypatch: pytest.MonkeyPatch, name: str):
    access.check_settings()
    monkeypatch.setenv(f"EMBEDDING_EXPLORER_{name}", "yes")
    with pytest.raises(LimitError, match=f"EMBEDDING_EXPLORER_{name} "):
        access.check_settings()


@pytest.mark.parametrize("name", ["READ_ONLY", "CLASS"])
def test_a_setting_that_is_misspelt_allows_nothing(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(f"EMBEDDING_EXPLORER_{name}", "yes")
    with pytest.raises(LimitError):
        access.check(Action.MANAGE, VISITOR)


def test_only_the_token_is_the_token(monkeypatch: pytest.MonkeyPatch):
    assert not access.is_token("")
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    assert access.is_token(TOKEN)
    assert not any(access.is_token(other) for other in ("", TOKEN[:-1], TOKEN + " ", TOKEN.upper(), "é"))


def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", "secret")
    with pytest.raises(LimitError, match="ADMIN_TOKEN has 6 characters; it must have at least 12"):
        access.is_token("secret")


def test_the_list_counts_verified_addresses_alone(monkeypatch: pytest.MonkeyPatch):
    assert not access.is_listed("", verified=True)
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMINS", "ada@example.org, Grace@Example.org,")
    assert access.is_listed("grace@example.org", verified=True)
    assert not access.is_listed("grace@example.org", verified=False)
    assert not any(access.is_listed(other, verified=True) for other in ("", "eve@example.org", "ada@example.org,"))


def test_a_setting_names_administrators(monkeypatch: pytest.MonkeyPatch):
    assert not access.administrators_are_named()
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMINS", " , ")
    assert not access.administrators_are_named()
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMINS", "ada@example.org")
    assert access.administrators_are_named()


HERE = ["localhost", "localhost:8501", "127.0.0.1:8501", "127.9.9.9", "[::1]:8501", "[::1]", "LOCALHOST:1"]
ELSEWHERE = [
    *("", "example.org", "example.org:8501", "192.168.1.2:8501", "0.0.0.0:8501", "[::]:8501", "localhost.example.org"),
    *("127.0.0.1.example.org", "localhost:8501:1", "127.0.0.1@example.org", "localhost:", "2130706433", "127.1"),
]


@pytest.mark.parametrize(("host", "here"), [*((host, True) for host in HERE), *((host, False) for host in ELSEWHERE)])
def test_a_request_to_another_name_comes_from_elsewhere(host: str, here: bool):
    assert access.at_this_machine("localhost", {"Host": host}) is here


@pytest.mark.parametrize("listens_on", [None, "", "0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_a_server_that_others_can_reach_has_requests_from_elsewhere(listens_on: str | None):
    assert not access.at_this_machine(listens_on, {"Host": "localhost:8501"})


@pytest.mark.parametrize(
    "name",
    [
        *("Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "X-Original-Forwarded-For"),
        *("Forwarded-For", "X-Real-IP", "Via", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP"),
    ],
)
def test_a_request_that_was_passed_on_comes_from_elsewhere(name: str):
    assert access.at_this_machine("127.0.0.1", {"host": "127.0.0.1:8501"})
    assert not access.at_this_machine("127.0.0.1", {"host": "127.0.0.1:8501", name: "127.0.0.1"})


@pytest.mark.parametrize(
    ("origin", "here"),
    [
        ("http://localhost:8501", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8501", True),
        ("https://explorer.example.org", False),
        ("http://localhost.example.org", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_of_another_site_is_elsewhere(origin: str, here: bool):
    """As behind a proxy that puts this machine's name into Host, or from a site that somebody here looks at."""
    assert access.at_this_machine("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": origin}) is here


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", ""),
        ("no address", ""),
    ],
)
def test_one_connection_is_one_network(address: str, network: str):
    assert Visitor("ada", address=address).network == network
