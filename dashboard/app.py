"""Entry point of the dashboard: `streamlit run dashboard/app.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts only this file's own folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402 - the path has to be right first

from dashboard.shell import frame  # noqa: E402 - the same

st.set_page_config(
    page_title="Embedding Explorer",
    page_icon=str(ROOT / "dashboard" / "icon.svg"),
    layout="wide",
    initial_sidebar_state="auto",
)
frame.run()
