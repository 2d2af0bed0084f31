"""A process killed between two calls to the disk, and the next one's start, in one process."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.disk import processes
from core.disk.upkeep import tidy

_CALLS = ("rename", "replace", "mkdir", "unlink", "rmdir", "fsync")


class _Killed(BaseException):
    """No handler may go on after it, nor tidy up."""


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do some work and die at its call `number` to the disk, from 0; False where it makes fewer and is done.

    From that call on the disk takes nothing, also from what cleans up, and
    what the process held it holds no longer.
    """
    made = 0

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal made
            made += 1
            if made > number:
                raise _Killed
            return real(*arguments, **options)

        return call

    processes.token()  # the process was there before its work
    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, dying(getattr(os, name)))
        try:
            work()
        except _Killed:
            died = True
        else:
            died = False
    processes._own.clear()
    return died


def at_every_step(prepare: Callable[[], Path], work: Callable[[], object], check: Callable[[bool], None]) -> int:
    """Kill `work` at each of its calls to the disk, tidy up as a start does, and check; how many calls there are.

    Args:
        prepare: Makes a fresh home and returns it; `EMBEDDING_EXPLORER_HOME` names it from then on.
        check: Gets whether the work was killed.
    """
    number, died = 0, True
    while died:
        home = prepare()
        died = killed_at(number, work)
        tidy()
        left = sorted(path.name for path in home.glob("**/*") if path.name.startswith(".tmp-") or "ing-" in path.name)
        assert left == [], f"killed at call {number}"
        check(died)
        number += died
    return number
