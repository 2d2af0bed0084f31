"""Where datasets, runs and jobs live on disk."""

from pathlib import Path

import platformdirs

from core import settings


def home() -> Path:
    """The folder that holds `datasets/`, `runs/` and `jobs/`.

    `EMBEDDING_EXPLORER_HOME` names it; without that, the user's data folder
    of the operating system. The folder is not created here.
    """
    named = settings.text("HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("embedding-explorer", appauthor=False))
