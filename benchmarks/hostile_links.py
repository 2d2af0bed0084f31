"""Open random hostile links, and send forged widget states, and count the pages that die.

    python -m benchmarks.hostile_links --links 500 --states 100 --messages 100 --seed 0

Every link names a page and gives half of the parameters that the page has
values that no field of it offers: numbers out of range or none at all, unknown
words, long lists, control characters. Every forged state says such things of
the widgets themselves, in values of the right kind and of others, as a browser
can that is none. A page has died where an exception is shown; a link is left
where the address bar, opened anew, still holds what cannot be used. Messages
are sent to a live server, which has to serve an honest session afterwards.
"""

import argparse
import contextlib
import json
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.browser import live_server
from benchmarks.common import all_pages, own_home, without_workers
from benchmarks.session import Session
from core.data.folder import write_folder
from core.disk.home import home
from core.model.families import PRESETS
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.dashboard.unlike import KINDS

NUMBERS = (
    "inf", "-inf", "Infinity", "1e999", "-1e999", "nan", "1e5", "1e308", "-0", "0", "-1", "1_000", "٣", "²", "0x10",
    "1.5", "9" * 30, "9" * 5000, "1e-400", "+7", " 7 ", "7,5", "7.", "١٢", "0b1", "True",
)  # fmt: skip
WORDS = (
    "", " ", "\x00", "\x1b[31m", "\r\nSet-Cookie: a=b", "a" * 100_000, "None", "null", "<script>alert(1)</script>",
    "../../etc/passwd", "[1,2]", '{"a":1}', "%", "%00", "\ufffd\ufffd\ufffd", "\ufffe", "𝕏", "e\u0301", "\u202etxt",
    "$\\frac", "**", ":material/home:", "'; drop table", ",", ":", "i0:", "i0:5,i0:nan", "i1:1e999", "0" * 16,
    "run,run",
)  # fmt: skip
OWN = (
    "dataset", "run", "job", "class", "mission", "task", "models", "rated", "low_1", "high_1", "low_999", "high_0",
    f"low_{'9' * 5000}", "low_٣", "step", "embed", "embed_options", "unknown", "", "__proto__",
)  # fmt: skip
"""Parameters that no widget is bound to, and some that nothing knows."""

JSON = (
    "", "{", "null", "5", '"x"', "[]", "NaN", "[" * 2000, '{"selection":' * 500, '{"selection":5}',
    '{"selection":null}', '{"selection":{}}', '{"selection":{"rows":null,"points":null}}',
    '{"selection":{"rows":5,"points":5}}', '{"selection":{"rows":"abc","points":"abc","cells":[5]}}',
    '{"selection":{"rows":{"0":1},"points":{"0":1}}}',
    *(
        json.dumps({"selection": {"rows": [value], "columns": [value], "points": [point]}})
        for value in (-1, 10**9, 10**40, 0.5, float("nan"), float("inf"), "0", None, [0], {"a": 0}, True)
        for point in ({"customdata": value, "x": value, "y": value, "curve_number": value, "point_index": value},)
    ),
    json.dumps({"selection": {"rows": list(range(5000)), "points": [{"customdata": -5}] * 5000}}),
    json.dumps({"selection": {"rows": [0, 0, 0, 1], "points": [{}, 5, None, {"customdata": [[1]], "x": "1"}]}}),
)  # fmt: skip
"""Selections of charts and tables that no chart and no table makes."""

WITH = {
    "maps": ({"map_method": "t-SNE"}, {"map_method": "PCA", "map_view": "3D"}),
    "embeddings": ({"which": "Chosen ones"}, {"order": "By one dimension"}),
    "for_you": ({"rated": "i0:5,i1:1,i2:3"},),
    "under_the_hood": tuple({"step": str(step)} for step in range(1, 10)),
    "questions": ({"question": "Which task?"}, {"question": "An autoencoder?"}),
    "datasets": ({"section": "Bring your own"}, {"section": "Official releases"}),
    "train": ({"model": "**Neural network**"}, {"model": "**Biases only**"}),
}
"""Links that lead to further widgets, by page."""

HUGE = 10_000_000
"""Characters of the longest texts."""

MOST_PRINTED = 20
"""Kinds of failures that are printed, one of each."""


@dataclass
class Counts:
    """What was tried and what came of it; `died` and `left` name page, query and message."""

    links: int = 0
    states: int = 0
    messages: int = 0
    values: int = 0
    told: int = 0
    died: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Hostile:
    """Draws links and states; what a page's widgets are is learned from the pages that it opened."""

    def __init__(self, open_page: Callable[..., AppTest], pages: list[str], base: dict[str, str], seed: int) -> None:
        self.counts = Counts()
        self._open, self._pages, self._base = open_page, pages, base
        self._random = random.Random(seed)
        self._bound: dict[str, dict[str, list[str]]] = {page: {} for page in pages}

    def links(self, times: int) -> None:
        """Open so many links, page after page."""
        for number in range(times):
            page = self._pages[number % len(self._pages)]
            query = self._query(page)
            app = self._opened(page, query)
            self.counts.links += 1
            self.counts.values += len(query)
            self.counts.told += any("BAD_LINK" in str(error.proto) for error in app.error)
            if number % 5 == 0:  # what the address bar now holds is a good link
                self._reopen(page, app)

    def states(self, times: int) -> None:
        """Send so many forged states, page after page, and a plain one after each."""
        for number in range(times):
            page = self._pages[number % len(self._pages)]
            app = self._opened(page, self._base | dict(self._random.choice(WITH.get(page, ({},)))))
            forged = WidgetStates(widgets=self._forged(app))
            self._note(page, f"forged {[state.id[-30:] for state in forged.widgets]}", app._run(forged))
            self.counts.values += len(forged.widgets)
            self._note(page, "a plain run after it", app.run())
            self.counts.states += 1

    def messages(self, times: int) -> None:
        """Send so many messages that no browser sends to a live server, each on a connection of its own."""
        with live_server() as (_, address):
            for _ in range(times):
                message = self._random.choice(MESSAGES)(self._random)
                with (
                    connect(f"{address.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=["streamlit"]) as socket,
                    contextlib.suppress(ConnectionClosed, TimeoutError),
                ):
                    socket.send(message)
                    socket.recv(timeout=1)
                self.counts.messages += 1
            with Session(address, "&".join(f"{key}={value}" for key, value in self._base.items())) as honest:
                for page in self._pages[1:]:
                    honest.open(page)
                    if list(honest._all("exception")):
                        self.counts.died.append(f"{page} on the live server")

    def _opened(self, page: str, query: dict[str, Any]) -> AppTest:
        app = self._open(page, **query)
        self._note(page, str({key: str(value)[:60] for key, value in query.items()}), app)
        for metadata in widgets(app):
            if metadata.bind:
                name = metadata.id.split("-", 2)[2]
                self._bound[page][name] = list(metadata.formatted_options or ())
        return app

    def _reopen(self, page: str, app: AppTest) -> None:
        query = dict(app.query_params)
        again = self._opened(page, query)
        told = [error.value for error in again.error if "BAD_LINK" in str(error.proto)]
        self.counts.left += [f"{page}: {query}: {words}" for words in told]

    def _note(self, page: str, what: str, app: AppTest) -> None:
        for problem in app.exception:
            trace = "\n    ".join(problem.stack_trace[-2:])
            self.counts.died.append(f"{problem.message}\n    {trace}\n    on {page}: {what}")

    def _query(self, page: str) -> dict[str, Any]:
        draw = self._random
        query: dict[str, Any] = dict(self._base) | dict(draw.choice(WITH.get(page, ({},))))
        for name, options in self._bound[page].items():
            if draw.random() < 0.5:
                query[name] = self._value(options)
        for name in draw.sample(OWN, 2):
            query[name] = self._value(["on", "off", "1", *self._base.values()])
        return query

    def _value(self, options: list[str]) -> Any:
        draw = self._random
        one = draw.choice([NUMBERS, WORDS, options or NUMBERS])
        several = draw.choice([0, 0, 0, 2, 50])
        values = [draw.choice(one) for _ in range(several)] if several else draw.choice(one)
        return values if several else str(values)

    def _forged(self, app: AppTest) -> Iterator[WidgetState]:
        draw = self._random
        for metadata in list(widgets(app)):
            if draw.random() < 0.5:
                kind = metadata.value_type if draw.random() < 0.7 else draw.choice(list(_MAKE))
                state = WidgetState(id=metadata.id)
                _MAKE.get(kind, _MAKE["string_value"])(state, draw, list(metadata.formatted_options or ()))
                yield state
        yield WidgetState(id="$$ID-0123456789abcdef-None", trigger_value=True)
        yield WidgetState(id="", string_value="x")


def widgets(app: AppTest) -> Iterator[Any]:
    """What Streamlit knows of the widgets on a page."""
    yield from app._session_state._state._new_widget_state.widget_metadata.values()


def _text(draw: random.Random, options: list[str]) -> str:
    text: str = draw.choice(draw.choice([NUMBERS, WORDS, JSON, options or JSON]))
    return text.encode("utf-8", "replace").decode()


def _words(state: WidgetState, draw: random.Random, options: list[str]) -> None:
    state.string_value = _text(draw, options) if draw.random() < 0.97 else "x" * HUGE


def _list(state: WidgetState, draw: random.Random, options: list[str]) -> None:
    several = draw.choice([0, 1, 2, 40, 10_000])
    state.string_array_value.data.extend([_text(draw, options)[:50] for _ in range(several)])


def _number(draw: random.Random) -> float:
    return draw.choice([float("nan"), float("inf"), -float("inf"), 1e308, -1e308, -0.0, 0.5, -1.0, 1e9, 5e-324, 3.0])


def _files(state: WidgetState, draw: random.Random, _: list[str]) -> None:
    for _ in range(draw.choice([0, 1, 50])):
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = "not/mine", draw.choice(["../x.csv", "a.exe", "", "\x00.csv"]), 1 << 60
        info.file_urls.upload_url, info.file_urls.delete_url = "http://elsewhere/", "file:///etc/passwd"


_MAKE: dict[str, Callable[[WidgetState, random.Random, list[str]], object]] = {
    "trigger_value": lambda state, draw, _: setattr(state, "trigger_value", draw.random() < 0.8),
    "bool_value": lambda state, draw, _: setattr(state, "bool_value", draw.random() < 0.5),
    "double_value": lambda state, draw, _: setattr(state, "double_value", _number(draw)),
    "int_value": lambda state, draw, _: setattr(state, "int_value", draw.choice([-1, 0, 10**9, -(2**63), 2**63 - 1])),
    "string_value": _words,
    "string_array_value": _list,
    "double_array_value": lambda state, draw, _: state.double_array_value.data.extend(
        [_number(draw) for _ in range(draw.choice([0, 1, 2, 2, 2, 1000]))]
    ),
    "int_array_value": lambda state, draw, _: state.int_array_value.data.extend([draw.choice([-1, 0, 10**9])] * 3),
    "json_value": lambda state, draw, _: setattr(state, "json_value", draw.choice(JSON)),
    "bytes_value": lambda state, _, __: setattr(state, "bytes_value", b"\xff\xfe"),
    "string_trigger_value": lambda state, draw, o: setattr(state.string_trigger_value, "data", _text(draw, o)),
    "file_uploader_state_value": _files,
    "nothing": lambda *_: None,
}
"""How a value of each kind is forged."""


def _message(**changes: Any) -> bytes:
    """A request for a run, with nonsense in it."""
    return BackMsg(rerun_script=ClientState(**changes)).SerializeToString()


MESSAGES: tuple[Callable[[random.Random], bytes], ...] = (
    lambda draw: draw.randbytes(200),
    lambda _: b"",
    lambda _: _message(query_string="q" * 30).replace(b"q" * 30, b"\xff\xed\xa0\x80" + b"\xc0" * 26),  # no UTF-8
    lambda draw: _message(query_string="&".join(f"{name}={draw.choice(NUMBERS)}" for name in OWN)),
    lambda _: _message(query_string="a=1&" * 5000),
    lambda _: _message(query_string="epochs=%ED%A0%80%FF%00;;&&==&epochs[]=1&%", page_name="train"),
    lambda _: _message(query_string="x" * 1_000_000),
    lambda _: _message(page_script_hash="0" * 32, page_name="../../etc"),
    lambda _: _message(fragment_id="nothing", is_auto_rerun=True),
    lambda _: _message(fragment_id="nothing", is_history_navigation=True),
    lambda _: _message(widget_states=WidgetStates(widgets=[WidgetState(id="$$ID-0-x", string_value="x" * 10_000_000)])),
    lambda _: _message(widget_states=WidgetStates(widgets=[WidgetState(id=f"_{n}", int_value=n) for n in range(9999)])),
    lambda _: _message(cached_message_hashes=["x" * 1000] * 1000),
    lambda _: BackMsg(load_git_info=True).SerializeToString(),
    lambda _: BackMsg(clear_cache=True).SerializeToString(),
)
"""Messages that are none, or that no browser sends."""


def prepare() -> dict[str, str]:
    """Put a small dataset and two made-up models into the home; the query that selects the newer one."""
    ratings = KINDS["tiny"].ratings()
    folder = home() / "datasets" / ratings.dataset_id
    folder.mkdir(parents=True)
    write_folder(folder, ratings)
    for seed in (1, 0):
        run = run_on(ratings, PRESETS["default"].model_copy(update={"seed": seed}), seed=seed)
        RunStore().publish(run)
    return {"dataset": ratings.dataset_id, "run": run.run_id}


def main() -> None:
    parser = argparse.ArgumentParser(description="Random hostile links and forged widget states.")
    parser.add_argument("--links", type=int, default=500)
    parser.add_argument("--states", type=int, default=100)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # Streamlit misses its server
    config.set_option("client.showErrorDetails", "full")
    with own_home():
        without_workers()  # what is forged may ask for trainings
        hostile = Hostile(open_page, all_pages(), prepare(), options.seed)
        began = time.perf_counter()
        hostile.links(options.links)
        hostile.states(options.states)
        if options.messages:
            hostile.messages(options.messages)
        hostile.counts.seconds = time.perf_counter() - began
    print_counts(hostile.counts)
    sys.exit(1 if hostile.counts.died or hostile.counts.left else 0)


def open_page(name: str, **query: Any) -> AppTest:
    """Open a page of the app without a server."""
    from tests.dashboard.conftest import APP

    app = AppTest.from_file(APP, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    if name != "start":
        app.switch_page(f"app_pages/{name}.py")
    return app.run()


def print_counts(counts: Counts) -> None:
    """The figures, and what died, each kind once."""
    print(f"{counts.links} links and {counts.states} forged states with {counts.values:,} hostile values")
    print(f"{counts.messages} messages to a live server")
    print(f"{counts.told} links told what they left out; {counts.seconds:.1f} s")
    print(f"pages that died: {len(counts.died)}; addresses that kept what cannot be used: {len(counts.left)}")
    kinds = {words.partition("\n    on ")[0]: words for words in reversed([*counts.died, *counts.left])}
    for words in list(kinds.values())[:MOST_PRINTED]:
        print(f"  {words[:1000]}")


if __name__ == "__main__":
    main()
