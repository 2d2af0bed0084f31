"""A log that a visitor cannot fill: of each message so many a minute, and then how many were left out."""

import logging
import time
from collections.abc import Callable

MOST_A_MINUTE = 10


class Bounded(logging.Filter):
    """Lets each message pass so many times a minute; the next that passes afterwards says how many did not.

    A message is known by the line of code that writes it, whatever is put into it.

    Args:
        most: Times a minute.
        clock: Gives the time in seconds.
    """

    def __init__(self, most: int = MOST_A_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most, self._clock = most, clock
        self._minutes: dict[tuple[str, str, int], tuple[int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write it."""
        line, minute = (record.name, record.pathname, record.lineno), int(self._clock() // 60)
        began, times = self._minutes.get(line, (minute, 0))
        if began != minute:
            if times > self._most:
                record.msg = f"{record.getMessage()} (and {times - self._most:,} times more until now, left out)"
                record.args = ()
            began, times = minute, 0
        self._minutes[line] = began, times + 1
        return times < self._most


def bound() -> None:
    """Bound what the event loop, the server, Streamlit and this program write; raises nothing, and may come twice."""
    bounded = Bounded()
    names = [name for name in logging.Logger.manager.loggerDict if name.split(".")[0] in _OF]
    for name in {*names, *_OF}:
        logger = logging.getLogger(name)
        if not any(isinstance(present, Bounded) for present in logger.filters):
            logger.addFilter(bounded)


_OF = ("asyncio", "uvicorn", "websockets", "streamlit", "dashboard", "core")
