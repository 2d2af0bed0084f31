"""How far each browser has come in guided tours, kept so that sessions, tabs and a restarted server agree.

    journeys/<16 hex>.json      one owner's, whom nobody can tell from the name of the file

Plain JSON that is replaced as a whole. A file says which steps were done, never what was typed. Their number is
bounded, since anybody can be many; those that nobody has touched for a while are forgotten. A file that cannot be read
counts as none, and the next step replaces it: nothing is lost that could not be done again in minutes.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from core import access
from core.access import Action, Visitor
from core.disk.files import disk_full_told, locked, remove, replace_text
from core.disk.home import home
from core.disk.reading import IntegrityError, MissingError, read_bytes
from core.errors import LimitError

_logger = logging.getLogger(__name__)

MOST_OWNERS = 500  # Owners whose way is kept; for one more, whoever was away longest is forgotten
UNTOUCHED_SECONDS = 60 * 86_400  # What nobody has changed for so long is forgotten
MOST_TOURS, MOST_STEPS = 40, 20
_MOST_BYTES = 16_384
LONGEST = 24  # Characters in a nickname


class Journey(BaseModel, frozen=True, extra="forbid"):
    """One owner's way through the tours."""

    number: int = Field(ge=1)  # What stands for them on a board; the first one is 1, and nobody else has it
    nickname: str = Field("", max_length=LONGEST)  # What they chose to be called there; empty where nothing
    tour: str = Field("", max_length=40)  # The one they are in; empty for none
    step: int = Field(0, ge=0, le=MOST_STEPS)  # The step that they see, from 0
    # Steps done of each tour, from 0, rising.
    done: dict[str, tuple[int, ...]] = Field(default_factory=dict, max_length=MOST_TOURS)
    seen: float = Field(0.0, ge=0)  # When they last did something, seconds since 1970

    def steps(self, tour: str) -> frozenset[int]:
        """Steps done of a tour."""
        return frozenset(self.done.get(tour, ()))

    def at(self, tour: str, step: int) -> "Journey":
        """The same at this step of a tour."""
        return self.model_copy(update={"tour": tour, "step": step})

    def with_steps(self, tour: str, steps: frozenset[int]) -> "Journey":
        """The same with these steps of a tour done."""
        return self.model_copy(update={"done": {**self.done, tour: tuple(sorted(steps))}})

    def called(self, nickname: str) -> "Journey":
        """The same under a nickname; raises LimitError where it is too long."""
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in nickname).split())
        if len(text) > LONGEST:
            raise LimitError(f"the nickname has {len(text)} characters; it can have up to {LONGEST}")
        return self.model_copy(update={"nickname": text})


def of(owner: str) -> Journey | None:
    """The way of one owner; None where nothing is kept."""
    return _read(_place(owner))


def everybody() -> list[Journey]:
    """All that are kept, by their numbers."""
    return sorted((journey for _, journey in _all()), key=lambda journey: journey.number)


def change(by: Visitor, change: Callable[[Journey], Journey]) -> Journey:
    """Replace the way of a visitor by what `change` makes of it, alone with it across threads and processes; raises
    ReadOnlyError in a kiosk, and BusyError, UsageError or DiskFullError where it cannot be written."""
    access.check(Action.NAME, by)
    place = _place(by.owner)
    with locked(place.parent / ".lock"), disk_full_told("how far somebody is", place.parent):
        before = _read(place)
        after = change(Journey(number=_next_number()) if before is None else before)
        if before is None or after != before:
            after = after.model_copy(update={"seen": time.time()})
            replace_text(place, after.model_dump_json())
        return after


def _next_number() -> int:
    """The number of whoever comes anew; room is made for them."""
    kept = sorted(_all(), key=lambda pair: pair[1].seen)
    oldest = time.time() - UNTOUCHED_SECONDS
    for rank, (path, journey) in enumerate(kept):
        if journey.seen < oldest or rank <= len(kept) - MOST_OWNERS:
            remove(path)
    return 1 + max((journey.number for _, journey in kept), default=0)


def _all() -> list[tuple[Path, Journey]]:
    found = [(path, _read(path)) for path in _folder().glob("[0-9a-f]*.json")]
    return [(path, journey) for path, journey in found if journey is not None]


def _read(path: Path) -> Journey | None:
    try:
        return Journey.model_validate_json(read_bytes(path, _MOST_BYTES))
    except MissingError:
        return None
    except (IntegrityError, ValidationError):
        _logger.warning("%s cannot be read and counts as none", path.name, exc_info=True)
        return None


def _folder() -> Path:
    return home() / "journeys"


def _place(owner: str) -> Path:
    return _folder() / f"{hashlib.sha256(owner.encode()).hexdigest()[:16]}.json"
