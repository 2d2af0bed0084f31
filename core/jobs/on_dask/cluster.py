"""A Dask cluster as one server sees it: the connection, the workers that fit, their free threads and their data."""

import contextlib
import hashlib
import logging
import secrets
import socket
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import distributed
from distributed import Client, Future
from distributed.security import Security
from distributed.utils import LoopRunner
from distributed.versions import VersionMismatchWarning

from core.disk.home import home
from core.jobs.on_dask import task, worker_side
from core.jobs.on_dask.task import JobRequest
from core.jobs.on_dask.transfer import parts_of

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
"""How long a scheduler may take to answer."""


ENCRYPTED = ("tls://", "wss://")
TLS = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


@dataclass(frozen=True)
class Slot:
    """A thread of a worker, and the id of the plugin that it had then."""

    worker: str
    plugin_id: str


NO_SLOT = Slot("", "")

OnMessage = Callable[[dict[str, Any]], None]
"""Takes what the workers tell, on a thread of the connection."""

_logger = logging.getLogger(__name__)


class _RefusedError(Exception):
    """A scheduler that cannot be worked with; the message says why."""


class Cluster:
    """The connection to a scheduler, made anew where it is lost.

    Args:
        address: The scheduler's.
        on_message: Told what workers tell of jobs.

    Attributes:
        trouble: What keeps trainings from being done, as a sentence; empty where nothing does.
    """

    def __init__(self, address: str, on_message: OnMessage) -> None:
        self.address, self.trouble = address, f"the scheduler at {address} is being asked for its workers"
        self._on_message = on_message
        warnings.filterwarnings("ignore", category=VersionMismatchWarning)  # it is told in our own words, and so is
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is wrong with the connection
        # One home's servers share a topic: a scheduler keeps what was told last of each.
        self._topic = f"{task.NAME}-{hashlib.sha256(f'{socket.gethostname()}:{home()}'.encode()).hexdigest()[:16]}"
        self._client: Client | None = None
        self._loop = LoopRunner()  # one for all connections: a client that cannot connect would leave its own behind
        self._lock = threading.Lock()
        self._answers = False  # at the last look
        self._plugins: dict[str, str] = {}  # id of the plugin on each worker that fits
        self._unfit: dict[str, str] = {}  # why the others do not
        self._free: Counter[str] = Counter()
        self._given: Counter[str] = Counter()

    def look(self) -> None:
        """See which workers there are and what they do; connect where that is not so. Takes seconds without answer."""
        try:
            client = self._connected()
            threads = client.sync(client.scheduler.ncores, workers=None, callback_timeout=ANSWER_SECONDS)
            self._meet(client, threads)
            processing = client.sync(client.scheduler.processing, workers=None, callback_timeout=ANSWER_SECONDS)
        except _RefusedError as refusal:
            self._say(str(refusal))
            self.close()
        except (OSError, TimeoutError, ValueError) as error:  # the jobs that run may go on all the same
            _logger.info("the scheduler at %s does not answer: %s", self.address, error)
            self._answers = False
            trust = ", have its certificate signed by one in CA_FILE" if self.address.startswith(ENCRYPTED) else ""
            self._say(
                f"the scheduler at {self.address} does not answer; start it with python -m dask scheduler{trust}, or "
                "correct EMBEDDING_EXPLORER_SCHEDULER"
            )
        else:
            with self._lock:
                self._answers = True
                for worker in self._plugins:
                    self._free[worker] = threads[worker] - max(len(processing.get(worker, ())), self._given[worker])
            self._say(self._lack())

    def has(self, slot: Slot) -> bool:
        """Whether a worker is still the one that it was, as far as was seen."""
        return self._plugins.get(slot.worker) == slot.plugin_id

    def take(self) -> Slot | None:
        """A free thread, which is free no more; None where there is none."""
        with self._lock:
            worker, free = max(self._free.items(), key=lambda entry: entry[1], default=("", 0))
            if free <= 0 or not self._answers:
                return None
            self._free[worker] -= 1
            self._given[worker] += 1
            return Slot(worker, self._plugins[worker])

    def give_back(self, slot: Slot) -> None:
        """Let go of a thread."""
        with self._lock:
            self._given[slot.worker] -= 1
            if self.has(slot):
                self._free[slot.worker] += 1

    def forget(self, worker: str) -> None:
        """Meet a worker anew: it is not the one that it was."""
        with self._lock:
            self._plugins.pop(worker, None)
            self._free.pop(worker, None)

    def request(self, plugin_id: str, **job: Any) -> JobRequest:
        """A job for a worker, with a token of its own."""
        return JobRequest(token=secrets.token_hex(8), plugin_id=plugin_id, topic=self._topic, **job)

    def submit(self, worker: str, request: JobRequest) -> Future:
        """Have a job done by this worker and no other."""
        return self._required().submit(
            task.carry_out,
            request,
            key=f"{task.NAME}-{request.kind}-{request.token}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    def send_data(self, worker: str, request: JobRequest, dataset_id: str) -> None:
        """Bring a dataset to a worker, which has said that it lacks it; it keeps that as long as it runs."""
        for part in parts_of(dataset_id):
            self._required().run(worker_side.receive, request.token, part, workers=[worker])

    def end(self) -> None:
        """Close, for good."""
        self.close()
        self._loop.stop()

    def close(self) -> None:
        """End the connection; what runs for this server is stopped by who runs it."""
        client, self._client = self._client, None
        with self._lock:
            self._plugins, self._unfit = {}, {}
            self._free.clear()
        if client is not None:
            with contextlib.suppress(OSError, TimeoutError):
                client.close(timeout=1)

    def _required(self) -> Client:
        if self._client is None:
            raise ConnectionError("the scheduler is gone")
        return self._client

    def _connected(self) -> Client:
        if self._client is not None and self._client.status == "running":
            return self._client
        self.close()
        _check_encryption(self.address)
        if not self._loop.is_started():
            self._loop.start()
        how = {"timeout": CONNECT_SECONDS, "name": task.NAME, "set_as_default": False, "loop": self._loop.loop}
        self._client = client = Client(self.address, **how)
        versions = client.sync(client.scheduler.versions, packages=[], callback_timeout=ANSWER_SECONDS)["packages"]
        if versions["distributed"] != distributed.__version__:
            raise _RefusedError(
                f"the scheduler at {self.address} runs distributed {versions['distributed']}, and this server has "
                f"{distributed.__version__}; install the same version on both, as constraints.txt has it"
            )
        try:
            client.run_on_scheduler(task.known)
        except ImportError as error:
            raise _RefusedError(
                f"the scheduler at {self.address} lacks the program ({error}); start it in the program's folder by "
                "python -m dask scheduler, or install the program there"
            ) from error
        client.subscribe_topic(self._topic, lambda event: self._on_message(event[1]))
        return client

    def _meet(self, client: Client, threads: dict[str, int]) -> None:
        """Make places on workers that are new, and forget those that have gone."""
        known = self._plugins.keys() | self._unfit.keys()
        new = [*(threads.keys() - known)]
        found = client.run(worker_side.install, worker_side.identity(), workers=new, on_error="return") if new else {}
        with self._lock:
            for worker in known - threads.keys():
                self._plugins.pop(worker, None)
                self._unfit.pop(worker, None)
                self._free.pop(worker, None)
            for worker, answer in found.items():
                if isinstance(answer, dict) and "plugin_id" in answer:
                    self._plugins[worker] = answer["plugin_id"]
                else:
                    self._unfit[worker] = _why(answer)
                    _logger.warning("no training goes to the Dask worker %s: %s", worker, self._unfit[worker])

    def _lack(self) -> str:
        if self._plugins:
            return ""
        if not self._unfit:
            return (
                f"the scheduler at {self.address} has no workers; start some with "
                f"python -m dask worker {self.address} --nthreads 1, in the program's folder"
            )
        worker, why = next(iter(self._unfit.items()))
        return (
            f"none of the workers at {self.address} can be used: {worker} {why}. Install there what is installed here, "
            "and start them again"
        )

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            _logger.warning("trainings wait: %s", trouble)
        self.trouble = trouble


def _check_encryption(address: str) -> None:
    """Raise _RefusedError where Dask's configuration does not go with the address: it would say so by a TypeError."""
    try:
        found = Security().get_connection_args("client")
    except OSError as error:
        raise _RefusedError(
            f"the certificates that Dask's configuration names for {address} cannot be used ({error}); correct {TLS}"
        ) from error
    encrypted = address.startswith(ENCRYPTED)
    if encrypted and found["ssl_context"] is None:
        raise _RefusedError(f"the scheduler at {address} speaks TLS, and no certificate is named here; set {TLS}")
    if found["require_encryption"] and not encrypted:
        raise _RefusedError(
            f"Dask's configuration demands encryption, and {address} is without; name the scheduler by tls:// in "
            "EMBEDDING_EXPLORER_SCHEDULER"
        )


def _why(answer: object) -> str:
    """Why a worker does not fit, by what it answered."""
    if isinstance(answer, dict):
        differs = [name for name, mine in worker_side.identity().items() if answer.get(name) != mine]
        return f"has another version of {' and of '.join(differs)}"
    if isinstance(answer, ImportError):
        return f"lacks the program, or a part of it ({answer})"
    return f"could not prepare itself ({type(answer).__name__}: {answer})"
