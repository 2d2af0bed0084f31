"""What a person has done is taken as a whole and in its order, whatever they do next.

Streamlit ends a script as soon as its browser asks for another one, at the next thing that it says or looks up, and a
callback is part of the script. The next script begins beside it and finds the changed value known already, so that it
calls no callback: a name that was typed was lost where a click came before it was kept, and of two changes that were
kept side by side the older one could come last. No public function stands between, so one method of a session and one
of a script are wrapped here, once; this module's tests fail where a later Streamlit has other ones.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState

_here = threading.local()
"""`taking`, while the thread is calling callbacks; `said`, see below."""

_last: dict[str, threading.Event] = {}
"""Of each session in which callbacks are called or wait, by its id: set once those that came last have ended."""

_queueing = threading.Lock()

PATIENCE_SECONDS = 60.0
"""What waits longer than any lock on disk does is called beside the one before, as without this."""

_take, _heed = (
    SafeSessionState.on_script_will_rerun,
    ScriptRunner._maybe_handle_execution_control_request,  # noqa: SLF001 - see above
)


def install() -> None:
    """Call callbacks as a whole from now on; once a process."""
    if SafeSessionState.on_script_will_rerun.__module__ != __name__:
        SafeSessionState.on_script_will_rerun = _take_whole  # type: ignore[method-assign, assignment]
        ScriptRunner._maybe_handle_execution_control_request = _heed_between  # type: ignore[method-assign, assignment]  # noqa: SLF001


def said() -> Collection[str | None]:
    """Keys of the widgets of which the browser has told what they hold, in the message that this script answers.

    It has not drawn the others yet, whatever the script before was about to tell it.
    """
    return getattr(_here, "said", frozenset())


def _take_whole(state: SafeSessionState, told: WidgetStates | None, **options: Any) -> None:
    """Hear what a browser says of its widgets and call the callbacks of those that have changed.

    A script that was to end before it came here takes nothing, as without this: the one after it hears the same.
    """
    state._yield_callback()  # noqa: SLF001 - see above
    with _turn():
        _here.taking = True
        _here.said = frozenset(user_key_from_element_id(widget.id) for widget in (told.widgets if told else ()))
        try:
            _take(state, told, **options)
        finally:
            _here.taking = False


def _heed_between(runner: ScriptRunner) -> None:
    """End the script where it is to end, and no callback has begun that has not ended."""
    if not getattr(_here, "taking", False):
        _heed(runner)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for those of the session that came before."""
    context = get_script_run_ctx()
    session, ended = context.session_id if context else "", threading.Event()
    with _queueing:
        before = _last.get(session)
        _last[session] = ended
    try:
        if before:
            before.wait(PATIENCE_SECONDS)
        yield
    finally:
        ended.set()
        with _queueing:
            if _last.get(session) is ended:
                del _last[session]
