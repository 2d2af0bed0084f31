"""A session of the app without a browser: what a browser sends is sent, what it would draw is read.

Ten browsers on the machine that serves them take most of its processors, and
the times are theirs. Sessions like these leave it to the server, as ten people
at computers of their own do.
"""

import heapq
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

_PATIENCE_SECONDS, _ANSWER_SECONDS = 120, 5
_LARGEST_MESSAGE = 2**27


@dataclass
class Times:
    """Seconds that a server took, by what was asked for.

    Attributes:
        answered: From the request for a whole page to the end of its script, waiting included.
        scripts: The script alone, from its first message, reruns that it asked for itself included.
        fragments: Scripts of fragments alone: the live curve, the tray.
    """

    answered: list[float] = field(default_factory=list)
    scripts: list[float] = field(default_factory=list)
    fragments: list[float] = field(default_factory=list)

    def __iadd__(self, other: "Times") -> Self:
        for name in ("answered", "scripts", "fragments"):
            getattr(self, name).extend(getattr(other, name))
        return self


class Session:
    """One person's session, on one thread.

    Args:
        address: Of the server, such as "http://127.0.0.1:8501".
        query: What the address bar says behind the "?".
        headers: What the browser, or a proxy on this machine, sends along.

    Attributes:
        session_id: The name that the server gave it.
        sent: All messages to the server.
        times: What the server took so far.
        largest: Bytes of the largest message since the last page was opened; one chart is one message.
    """

    def __init__(self, address: str, query: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.times, self.largest, self.session_id = Times(), 0, ""
        self.sent: list[BackMsg] = []
        self._fragments: dict[tuple[int, ...], str] = {}  # that draw an element, by its place
        self._socket = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]  # any string will do
            max_size=_LARGEST_MESSAGE,
            ping_interval=None,  # the server asks whether somebody is there
            additional_headers=headers,
        )
        self._query, self._page = query, ""
        self._pages: dict[str, str] = {}  # hashes by name in the address
        self._elements: dict[tuple[int, ...], Element] = {}
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, float] = {}  # seconds between two runs of a fragment, by its id
        self._due: list[tuple[float, int, str]] = []
        self._number = itertools.count()
        self._asked: float | None = None
        self._began = 0.0
        self._ask()

    def __enter__(self) -> Self:
        self.settle()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def open(self, page: str, query: str = "") -> None:
        """Go to a page, by its name in the address, and wait until it is complete; the empty one is the first."""
        self._page, self._query = self._pages[page], query
        self._states.clear()
        self.largest = 0
        self._ask()
        self.settle()

    def click(self, label: str) -> None:
        """Click a button, and wait for the whole page; LookupError where there is none."""
        button = next((found.button for found in self._all("button") if found.button.label == label), None)
        if button is None:
            raise LookupError(f"no button {label!r}; there are {[found.button.label for found in self._all('button')]}")
        self._ask(WidgetState(id=button.id, trigger_value=True))
        self.settle()

    def press(self, label: str) -> None:
        """Click the last button of a label, also one in a dialog, which runs alone; LookupError where there is none."""
        self.change("button", label, trigger_value=True)

    def change(self, kind: str, label: str, **state: Any) -> None:
        """Give the last widget of a kind and the beginning of a label a state; LookupError where there is none.

        The server hears it as from a browser: a fragment runs alone. A table has no label, and one without an id is
        no widget.
        """
        paths = [
            path
            for path, element in self._elements.items()
            if element.WhichOneof("type") == kind
            and getattr(element, kind).id
            and getattr(getattr(element, kind), "label", "").startswith(label)
        ]
        if not paths:
            raise LookupError(f"no {kind} {label!r}")
        widget = WidgetState(id=getattr(self._elements[paths[-1]], kind).id, **state)
        if not widget.trigger_value:
            self._states[widget.id] = widget
        message = BackMsg()
        message.rerun_script.fragment_id = self._fragments.get(paths[-1], "")
        self._asked = time.monotonic()
        self._send(message, widget if widget.trigger_value else None)
        self.settle()

    def send(self, message: BackMsg) -> None:
        """Send any message; what is sent is kept in `sent`."""
        self.sent.append(message)
        self._socket.send(message.SerializeToString())

    def repeat(self, message: BackMsg) -> None:
        """Send what another session has sent, and wait for the answer; some seconds where there is none."""
        self._asked = time.monotonic()
        self.send(message)
        self.wait(_ANSWER_SECONDS, lambda: self._asked is None)

    def says(self, words: str) -> bool:
        """Whether the page shows these words in a text or on a number."""
        texts = itertools.chain(
            (found.markdown.body for found in self._all("markdown")),
            (found.metric.label for found in self._all("metric")),
        )
        return any(words in text for text in texts)

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let the page live for a while: hear the server, and run the fragments that tick; whether `until` came."""
        deadline = time.monotonic() + seconds
        while not until():
            now = time.monotonic()
            if now >= deadline:
                return False
            self._tick(now)
            upcoming = self._due[0][0] if self._due else deadline
            self._hear(max(0.0, min(upcoming, deadline) - now))
        return True

    def settle(self) -> None:
        """Wait until the page that was asked for is complete; TimeoutError where it never is."""
        if not self.wait(_PATIENCE_SECONDS, lambda: self._asked is None):
            raise TimeoutError(f"a page was not complete after {_PATIENCE_SECONDS} s")

    def _all(self, kind: str) -> Iterator[Element]:
        return (element for element in self._elements.values() if element.WhichOneof("type") == kind)

    def _ask(self, trigger: WidgetState | None = None) -> None:
        self._asked = time.monotonic()
        self._timers.clear()
        self._due.clear()
        self._send(BackMsg(), trigger)

    def _send(self, message: BackMsg, trigger: WidgetState | None = None) -> None:
        request = message.rerun_script
        request.query_string, request.page_script_hash = self._query, self._page
        request.widget_states.widgets.extend([*self._states.values(), *([trigger] if trigger else [])])
        self.send(message)

    def _tick(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _, _, fragment = heapq.heappop(self._due)
            if fragment not in self._timers:
                continue
            self._plan(fragment)
            if self._asked is None:
                message = BackMsg()
                message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
                self._send(message)

    def _plan(self, fragment: str) -> None:
        heapq.heappush(self._due, (time.monotonic() + self._timers[fragment], next(self._number), fragment))

    def _hear(self, seconds: float) -> None:
        try:
            said = self._socket.recv(timeout=seconds)
        except TimeoutError:
            return
        self.largest = max(self.largest, len(said))
        message, now = ForwardMsg.FromString(said), time.monotonic()  # type: ignore[arg-type]  # never text
        match message.WhichOneof("type"):
            case "new_session":
                self._began = now
                self.session_id = message.new_session.initialize.session_id or self.session_id
                if not message.metadata.run.fragment_ids:
                    self._elements.clear()
            case "script_finished":
                self._finished(message.script_finished, now)
            case _:
                self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        """Keep what the server tells about the page."""
        match message.WhichOneof("type"):
            case "navigation":
                self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta" if message.delta.HasField("new_element"):
                self._elements[tuple(message.metadata.delta_path)] = message.delta.new_element
                self._fragments[tuple(message.metadata.delta_path)] = message.delta.fragment_id
            case "auto_rerun":
                if message.auto_rerun.fragment_id not in self._timers:
                    self._timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
                    self._plan(message.auto_rerun.fragment_id)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._timers.pop(fragment, None)

    def _finished(self, how: int, now: float) -> None:
        if how == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self.times.fragments.append(now - self._began)
            if self.sent[-1].rerun_script.fragment_id and not self.sent[-1].rerun_script.is_auto_rerun:
                self._asked = None
        elif how == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.times.scripts.append(now - self._began)
            if self._asked is not None:
                self.times.answered.append(now - self._asked)
            self._asked = None
