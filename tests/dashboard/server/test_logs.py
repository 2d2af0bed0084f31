"""The log: of each message so many a minute, then their number."""

import logging

import pytest

from dashboard.server.logs import Bounded, bound


@pytest.fixture
def written():
    """A logger of its own with what passes, and its clock."""
    logger, now, lines = logging.getLogger("flood"), [0.0], []
    bounded = Bounded(3, lambda: now[0])
    logger.addFilter(bounded)
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger.addHandler(handler)
    yield logger, now, lines
    logger.removeHandler(handler)
    logger.removeFilter(bounded)


def test_a_flood_is_a_few_lines_and_a_number(written):
    logger, now, lines = written
    for minute in (0, 1):
        now[0] = minute * 60
        for number in range(1000):
            logger.error("accept failed: %d", number)
    assert lines == [
        *(f"accept failed: {number}" for number in range(3)),
        "accept failed: 0 (and 997 times more until now, left out)",
        "accept failed: 1",
        "accept failed: 2",
    ]


def test_other_messages_pass_beside_a_flood_and_few_are_left_alone(written):
    logger, now, lines = written
    for _ in range(9):
        logger.warning("flood")
    logger.warning("100% other")
    now[0] = 60
    logger.warning("100% other")
    assert lines == ["flood"] * 3 + ["100% other"] * 2


def test_loggers_are_bounded_once_each():
    bound()
    bound()
    for name in ("asyncio", "uvicorn.error", "dashboard.server.visits"):
        logging.getLogger(name)
    bound()
    for name in ("asyncio", "uvicorn.error", "dashboard.server.visits", "streamlit.runtime.runtime"):
        assert sum(isinstance(one, Bounded) for one in logging.getLogger(name).filters) == 1, name
