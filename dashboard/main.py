"""Where the pages start: the script that Streamlit runs for each session, and that tests begin with."""

from pathlib import Path

import streamlit as st

from dashboard.shell import frame

st.set_page_config(
    page_icon=str(Path(__file__).with_name("icon.svg")),
    layout="wide",
    initial_sidebar_state="auto",
)
frame.run()
