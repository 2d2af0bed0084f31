"""Attacks on a live server of one's own, on this machine alone: what a stranger can do to it, and to another visitor.

    python -m benchmarks.attack                          all parts, a few minutes
    python -m benchmarks.attack --part uploads           one of them

The server has an administrator's token set. Each part prints what the server
holds afterwards beside its bound, and that an honest visitor trains meanwhile.
"""

import argparse
import http.client
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from benchmarks.browser import live_server, verdict
from benchmarks.common import own_home
from benchmarks.deeds import ALLOWED, deeds, furnish, happened, long_job
from benchmarks.session import Session
from core.access import COMMAND_LINE
from core.disk import quota
from core.jobs import queue
from core.settings import MIB, JobLimits, ServerLimits

TOKEN = "a-token-of-the-benchmark"
STRANGER = {"X-Forwarded-For": "198.51.100.7"}
"""Strangers come through a proxy, from an address of their own; the honest visitor is at the machine."""

FLOOD_MB, FLOODS = 300, 6
CONNECTIONS, OPEN_FILES = 260, 256
SIXTY = 60
LOG_BYTES = 200_000
TRAINS_WITHIN_SECONDS = 120
GROWTH_MB = 60
"""What a server may grow beside the files that it holds: parsing, and its own work."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Attacks on a live server on this machine.")
    parser.add_argument("--part", action="append", choices=PARTS, help="this part alone; may be repeated")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends the server too
    within = []
    for name in options.part or PARTS:
        print(f"\n{name}", flush=True)
        with own_home() as folder:
            within.append(PARTS[name](folder))
    sys.exit(0 if all(within) else 1)


@contextmanager
def attacked(log: Path, *, open_files: int | None = None) -> Iterator[tuple[psutil.Process, str]]:
    """A server with an administrator, with one visitor who has looked around and a worker that is warm."""
    os.environ["EMBEDDING_EXPLORER_ADMIN_TOKEN"] = TOKEN
    try:
        with live_server(log, open_files) as (server, address):
            with Session(address) as visitor:
                train(visitor, seed=1)
            yield server, address
    finally:
        del os.environ["EMBEDDING_EXPLORER_ADMIN_TOKEN"]


def train(visitor: Session, seed: int) -> float:
    """Train a small model as an honest visitor does; the seconds from click to finished.

    Raises:
        TimeoutError: It was not finished in time.
    """
    visitor.open("train", f"epochs=2&seed={seed}")
    began = time.monotonic()
    visitor.click("Train")
    if not visitor.wait(TRAINS_WITHIN_SECONDS, lambda: visitor.says("Kept epoch")):
        raise TimeoutError(f"the honest visitor's training was not finished after {TRAINS_WITHIN_SECONDS} s")
    return time.monotonic() - began


def honest(visitor: Session, seed: int) -> bool:
    """Whether an honest visitor trains in time; prints how long it took."""
    try:
        seconds = train(visitor, seed)
    except (TimeoutError, LookupError, WebSocketException) as error:
        print(f"the honest visitor could not train: {error}")
        return False
    return verdict("honest visitor, click to finished", seconds, TRAINS_WITHIN_SECONDS, "s")


def uploads(folder: Path) -> bool:
    """Six files of 300 MB without a place for files, then more than is allowed with one.

    A visitor's own place is for a small file; large ones are an administrator's, who may be careless.
    """
    limits = ServerLimits()
    with (
        attacked(folder / "log") as (server, address),
        Session(address, headers=STRANGER) as stranger,
        Session(address) as visitor,
    ):
        before = megabytes(server)
        with watched(server) as highest:
            answers = [put(address, stranger.session_id, f"flood-{n}", FLOOD_MB) for n in range(FLOODS)]
        print(f"{FLOODS} files of {FLOOD_MB} MB without a place for them: answered {answers}")
        nowhere = verdict("server grown by them, MB", max(highest) - before, GROWTH_MB, "MB")
        stranger.open("for_you")
        small = {put(address, stranger.session_id, f"small-{n}", 90) for n in range(FLOODS)}
        print(f"{FLOODS} files of 90 MB with a place for a small one: answered {small}")
        log_in(stranger)
        stranger.open("datasets", "section=Bring+your+own")
        with watched(server) as highest:
            answers = [put(address, stranger.session_id, f"own-{n}", 90) for n in range(FLOODS)]
        print(f"{FLOODS} files of 90 MB with a place for them: answered {answers}")
        # A file that arrives is in memory twice for a moment: as it was parsed, and as it is kept.
        bound = limits.upload_mb_per_owner + 100 + GROWTH_MB
        some = verdict("server grown by them, MB", max(highest) - before, bound, "MB")
        return all([nowhere, some, small == {413}, set(answers) == {204, 413}, honest(visitor, 2)])


def log_in(session: Session) -> None:
    """Become an administrator."""
    session.change("text_input", "Administrators' token", string_value=TOKEN)
    session.press("Log in")


def put(address: str, session_id: str, file: str, size_mb: int) -> int:
    """Upload zeros as Streamlit's page does; the status, or 0 where the server ended the connection."""
    host = urlsplit(address).netloc
    asking = http.client.HTTPConnection(host, timeout=20)
    asking.request("GET", "/_stcore/health")
    cookie = (asking.getresponse().getheader("set-cookie") or "").split(";")[0]
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    sending = http.client.HTTPConnection(host, timeout=20)
    sending.putrequest("PUT", f"/_stcore/upload_file/{session_id}/{file}")
    sending.putheader("Content-Length", str(len(head) + size_mb * MIB + len(tail)))
    sending.putheader("Content-Type", "multipart/form-data; boundary=x")
    sending.putheader("Cookie", cookie)
    sending.putheader("X-Xsrftoken", cookie.partition("=")[2])
    sending.endheaders()
    with suppress(OSError):
        for piece in (head, *[bytes(MIB)] * size_mb, tail):
            sending.send(piece)
    try:
        return sending.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        sending.close()
        asking.close()


def jobs(folder: Path) -> bool:
    """Sixty strangers, each with a session of their own, ask for a long training."""
    with attacked(folder / "log") as (server, address), ExitStack() as stack, Session(address) as visitor:
        before = megabytes(server)

        def ask(number: int) -> bool:
            with suppress(OSError, WebSocketException, TimeoutError, LookupError):
                stranger = stack.enter_context(Session(address, headers=STRANGER))
                stranger.open("train", f"epochs=40&seed={1000 + number}")
                stranger.click("Train")
                return True
            return False

        with ThreadPoolExecutor(SIXTY) as strangers_at_once:
            refused = list(strangers_at_once.map(ask, range(SIXTY))).count(False)
        waiting = sum(job.state == "queued" for job in queue.jobs())
        print(f"{SIXTY} sessions ask for a training each: {refused} found no room")
        return all(
            [
                verdict("jobs waiting", waiting, JobLimits().queue_length, "jobs"),
                verdict("server, MB", megabytes(server), ServerLimits().server_mb, "MB"),
                verdict("server grown by them, MB", megabytes(server) - before, 2 * SIXTY + GROWTH_MB, "MB"),
                verdict("disk used, MB", quota.usage().total / 1e6, 50, "MB"),
                honest(visitor, 2),
            ]
        )


def connections(folder: Path) -> bool:
    """260 connections, silent ones and websockets, at a server that may have 256 files open."""
    log = folder / "log"
    with attacked(log, open_files=OPEN_FILES) as (server, address), Session(address) as visitor:
        where = urlsplit(address)
        before = log.stat().st_size
        held, pause = [], threading.Event()
        for _ in range(CONNECTIONS):
            with suppress(OSError):
                held.append(socket.create_connection((where.hostname, where.port or 80), timeout=2))
        pause.wait(2)
        files = server.num_fds()
        works = honest(visitor, 2)
        for one in held:
            one.close()
        with ExitStack() as stack:
            opened = 0
            for _ in range(CONNECTIONS):
                with suppress(OSError, WebSocketException, TimeoutError):
                    page = stack.enter_context(
                        connect(stream(address), additional_headers=STRANGER, ping_interval=None, close_timeout=0.1)
                    )
                    page.send(BackMsg(rerun_script=ClientState()).SerializeToString())
                    opened += 1
            print(f"{CONNECTIONS} silent connections, then {CONNECTIONS} websockets, of which {opened} were let in")
            return all(
                [
                    works,
                    verdict("files that the server had open", files, OPEN_FILES - 32, "files"),
                    verdict("log written, bytes", log.stat().st_size - before, LOG_BYTES, "bytes"),
                    verdict("server, MB", megabytes(server), ServerLimits().server_mb, "MB"),
                    honest(visitor, 3),
                ]
            )


def stream(address: str) -> str:
    """Where a page's websocket goes."""
    return f"{address.replace('http', 'ws', 1)}/_stcore/stream"


def messages(folder: Path) -> bool:
    """A stranger sends what only a developer's page would, among it what empties everybody's caches."""
    with (
        attacked(folder / "log") as (server, address),
        Session(address, headers=STRANGER) as stranger,
        Session(address) as visitor,
    ):
        workers = {child.pid for child in server.children()}
        for _ in range(20):
            stranger.send(BackMsg(clear_cache=True))
            stranger.send(BackMsg(debug_shutdown_runtime=True))
        stranger.open("train")
        now = {child.pid for child in server.children()}
        return all([verdict("workers ended or started by it", len(workers ^ now), 0, "workers"), honest(visitor, 2)])


def strangers(folder: Path) -> bool:
    """Stop, delete, rename and naming of what is others', by the page's own buttons and by forged messages."""
    run_id, dataset_id = furnish(folder)
    home = Path(os.environ["EMBEDDING_EXPLORER_HOME"])
    recorded: dict[str, list[BackMsg]] = {}
    shutil.copytree(home, folder / "open")
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(folder / "open")
    os.environ["EMBEDDING_EXPLORER_DOWNLOAD_BASE"] = "http://127.0.0.1:9/"  # what would be fetched is not
    with live_server(folder / "log") as (_, address):  # no administrator's token, on this machine: anybody may
        job, worked = long_job(), True
        for name, deed in deeds(run_id, dataset_id).items():
            with Session(address) as session:
                deed(session, job)
                session.wait(1)
                recorded[name] = session.sent
                done = happened(job, run_id, dataset_id)[name]
                print(f"{'whoever may: ' + name:44}{'done' if done else 'NOT DONE'}", flush=True)
                worked = worked and done
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(home)
    with attacked(folder / "log") as (_, address), Session(address) as visitor:
        job = long_job()
        for name, deed in deeds(run_id, dataset_id).items():
            with Session(address, headers=STRANGER) as session, suppress(LookupError, TimeoutError):
                if name != ALLOWED:  # done by the messages alone: they do what they did
                    deed(session, job)
            with Session(address, headers=STRANGER) as session:  # the messages of who could, again
                for message in recorded[name]:
                    session.repeat(message)
        harm = happened(job, run_id, dataset_id)
        worked = worked and harm.pop(ALLOWED)
        for name, was_done in harm.items():
            print(f"{'a stranger: ' + name:44}{'DONE' if was_done else 'refused'}")
        queue.cancel(job, by=COMMAND_LINE)
        return worked and not any(harm.values()) and honest(visitor, 2)


@contextmanager
def watched(server: psutil.Process) -> Iterator[list[float]]:
    """Memory of the server, in MB, looked at all the while."""
    seen, end = [megabytes(server)], threading.Event()

    def look() -> None:
        while not end.wait(0.05):
            seen.append(megabytes(server))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


def megabytes(server: psutil.Process) -> float:
    """Memory of the server's own process."""
    return float(server.memory_info().rss) / 1e6


PARTS = {"uploads": uploads, "jobs": jobs, "connections": connections, "messages": messages, "strangers": strangers}

if __name__ == "__main__":
    main()
