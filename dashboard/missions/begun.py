"""Whether a mission concerns what is drawn: most visitors are on none, and what missions look at is slow to import."""

import streamlit as st

MISSION, TASK = "mission", "task"
"""Query parameters: which mission, and the number of the step that is seen, from 1."""

CURRENT = "_mission"
"""Session key of the mission that is on."""


def concerned() -> bool:
    """Whether one is on in this session, or the address names one, or a step of one."""
    return CURRENT in st.session_state or MISSION in st.query_params or TASK in st.query_params
