"""Work that somebody may stop."""

import threading

import pytest

from core.errors import CanceledError
from core.training.progress import Progress


@pytest.mark.parametrize("late", [False, True])
def test_what_comes_of_work_after_a_stop_is_let_go(late: bool):
    """Whether it was there already when the stop was heard, or comes when nobody waits any more."""
    go, made, gone = threading.Event(), threading.Event(), threading.Event()
    asked, got = iter([False, True]), []

    def work() -> str:
        go.wait()
        made.set()
        return "made"

    def should_stop() -> bool:
        stop = next(asked)
        if stop and not late:
            go.set()
            made.wait()
        return stop

    def let_go(result: str) -> None:
        got.append(result)
        gone.set()

    with pytest.raises(CanceledError, match="stopped in the middle"):
        Progress(print, should_stop).heeding(work, "in the middle", unwanted=let_go)
    assert not (late and got)
    go.set()
    assert gone.wait(10) and got == ["made"]


def test_what_fails_after_a_stop_is_nobodys():
    asked, go = iter([False, True]), threading.Event()
    got: list[None] = []

    def work() -> None:
        go.wait()
        raise ValueError("late")

    with pytest.raises(CanceledError):
        Progress(print, lambda: next(asked)).heeding(work, unwanted=got.append)
    go.set()
    assert not got
