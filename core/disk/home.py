"""Where datasets, runs and jobs live on disk."""

from pathlib import Path

import platformdirs

from core import settings


def home() -> Path:
    """The folder of `datasets/`, `runs/` …, not created here: EMBEDDING_EXPLORER_HOME, else the user's data folder."""
    named = settings.text("HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("embedding-explorer", appauthor=False))
