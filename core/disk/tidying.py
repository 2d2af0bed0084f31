"""What a start does to a home before anything else: finish what was interrupted, and remove what was left."""

from pathlib import Path

from core.disk.files import sweep
from core.disk.home import home
from core.disk.trash import Trash


def tidy(root: Path | None = None) -> tuple[str, ...]:
    """Finish interrupted deletions and restorations, and remove what has been in the trash for long enough.

    Then everything that processes which have ended left half written goes, in whichever folder of the home it is.

    Args:
        root: The home; the usual one without it.

    Returns:
        Names of what was left half written.

    Raises:
        BusyError: Another process holds the store's lock.
        LimitError: As `trash.kept_days`.
    """
    root = root or home()
    trash = Trash(root)
    with trash.alone():
        pass
    trash.expire()
    below = [path for pattern in ("*", "*/*", "*/.set-aside/*", "studies/*/of/*") for path in root.glob(pattern)]
    return sweep(root, *(path for path in below if path.is_dir() and not path.is_symlink()))
