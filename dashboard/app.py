"""Entry point of the dashboard: `streamlit run dashboard/app.py`. The pages start in `main.py`."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
if str(FOLDER.parent) not in sys.path:  # `streamlit run` puts only this file's own folder on the path
    sys.path.insert(0, str(FOLDER.parent))

import streamlit as st  # noqa: E402 - the path has to be right first

from core import access  # noqa: E402 - the same
from core.errors import EngineMissingError, LimitError  # noqa: E402 - the same
from core.jobs.chosen_runner import check_engine  # noqa: E402 - the same
from dashboard.server import protection  # noqa: E402 - the same

try:
    access.check_settings()
    check_engine()
    app = st.App(FOLDER / "main.py", middleware=protection.middleware(), lifespan=protection.lifespan)
except (LimitError, EngineMissingError) as error:
    sys.stderr.write(f"error: {error.code}: {error}\n")
    sys.exit(2)
