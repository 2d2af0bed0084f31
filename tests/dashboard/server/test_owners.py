"""Owners: one for each browser, signed by the home's key, whichever server of it answers."""

import os
import threading
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from core.disk.home import home
from dashboard.server import owners
from dashboard.server.owners import Owners, new_cookie, owner_of, signing_key
from tests.dashboard.server.asking import ask, page


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "home"))


def cookies(answer) -> dict[str, str]:
    return {name: morsel.value for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items()}


def test_the_first_page_gives_an_owner_and_the_next_keeps_it():
    first = ask(Owners(page))
    owner = owner_of(cookies(first))
    assert owner and len(owner) == 32
    (name, value), *_ = cookies(first).items()
    assert "set-cookie" not in ask(Owners(page), cookie=f"{name}={value}").headers
    assert owner_of(cookies(ask(Owners(page)))) != owner


def test_a_script_cannot_read_the_cookie_and_other_sites_do_not_send_it():
    words = ask(Owners(page)).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=31536000"} <= set(words.split("; "))
    assert "Secure" not in words
    assert "Secure" in ask(Owners(page), scope={"scheme": "https"}).headers["set-cookie"]


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/js/index.js", "/media/1.png", "/favicon.png"])
def test_what_a_page_loads_sets_no_cookie(path):
    assert "set-cookie" not in ask(Owners(page), path).headers


def test_what_this_home_has_not_signed_is_no_owner():
    name, value = new_cookie()
    owner, signature = value.split(".")
    other = ("0" if owner[0] != "0" else "1") + owner[1:]
    for forged in ["", ".", owner, f"{other}.{signature}", f"{value}x", f"é{value}", f"{value}\ud800", "." * 99]:
        assert owner_of({name: forged}) is None
    assert owner_of({"embedding_explorer": value}) is None
    assert owner_of({name: value}) == owner


def test_a_signed_word_that_is_no_owner_id_is_none():
    key = signing_key()
    assert owner_of({owners.cookie_name(key): owners._signer(key).sign("../x").decode()}) is None


def test_two_homes_have_cookies_of_two_names(monkeypatch, tmp_path):
    here, _ = new_cookie()
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "other"))
    assert new_cookie()[0] != here


def test_the_key_is_kept_readable_by_its_user_alone():
    key = signing_key()
    place = home() / "secret"
    assert (len(key), place.read_bytes(), place.stat().st_mode & 0o777) == (32, key, 0o600)
    place.chmod(0o644)
    assert signing_key() == key
    assert place.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damaged", [b"", b"short", b"x" * 33])
def test_a_damaged_key_is_renewed(damaged):
    home().mkdir()
    (home() / "secret").write_bytes(damaged)
    key = signing_key()
    assert key != damaged
    assert signing_key() == key


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda place: place.symlink_to("/dev/zero")])
def test_what_is_no_file_is_left_alone_and_the_key_is_that_of_the_process(make, caplog):
    home().mkdir()
    make(home() / "secret")
    owners._warned.clear()
    assert signing_key() == signing_key() == owners._KEY_OF_THIS_PROCESS
    assert len(caplog.records) == 1
    assert "no key can be kept in the home" in caplog.text


def test_servers_that_start_together_agree_on_one_key():
    keys, gate = [], threading.Barrier(8)

    def start() -> None:
        gate.wait()
        keys.append(signing_key())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert [path.name for path in home().glob(".tmp-*")] == []
