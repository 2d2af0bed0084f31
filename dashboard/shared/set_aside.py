"""What lies in the home and is not used, below the lists of what is."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data.text import one_line
from core.disk.reading import SetAside
from dashboard.shared import elements, phrases

MOST_LISTED = 200
"""More than this are counted, not listed."""


def report(entries: Sequence[SetAside], what: str, explanation: str) -> None:
    """List what is not used with the reason and the place, under an explanation; nothing where there is none."""
    if not entries:
        return
    with st.expander(f"{phrases.count(len(entries), f'damaged {what}')} set aside", icon=":material/warning:"):
        st.write(explanation)
        rows = ((entry.name, entry.reason, str(entry.path)) for entry in entries[:MOST_LISTED])
        table = pd.DataFrame([[one_line(text) for text in row] for row in rows], columns=["Id", "Why", "Where"])
        elements.table(table, alt=f"What was set aside as a damaged {what}, with the reason")
        if len(entries) > MOST_LISTED:
            st.caption(f"The first {MOST_LISTED} of {len(entries):,}.")
