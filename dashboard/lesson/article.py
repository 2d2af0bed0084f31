"""What several steps end with: a question, and the article's table that is off by one row."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.bases import How
from core.analysis.lesson.article import End, article_ends
from dashboard.cache import component_analyses
from dashboard.lesson.example import Example
from dashboard.shared import elements

PRINTED, BACK, OWN = "As printed", "One row back", "Your model"
COLUMNS = {name: st.column_config.TextColumn(width=188) for name in (PRINTED, BACK, OWN)} | {
    f"{name} ★": st.column_config.NumberColumn("★", format="%.2f", width=50, help="Mean rating")
    for name in (PRINTED, BACK, OWN)
}


def ask(question: str, answer: str) -> None:
    """Something to think about, with its answer (Markdown) folded away."""
    with st.container(border=True):
        st.markdown(f"**:material/psychology: {question}**")
        with st.expander("An answer"):
            st.markdown(answer)


def off_by_one(example: Example) -> None:
    """The article's table beside the one it would have been, and that of the selected model, in a fold."""
    scores = component_analyses.components(example.run.run_id, How()).scores[:, 0]  # as the article: uncentered, of all
    ends = article_ends(example.ratings, scores)
    if ends is None:
        return
    with st.expander("What if the numbers are off by one?", icon=":material/move_up:"):
        st.markdown(
            "The article that these models are from prints the movies at both ends of its first component. It numbers "
            "movies from 1, and its matrix has a row more, for a number 0 that no movie has. R counts rows from 1 too: "
            "row 1 belongs to number 0. Looked up by the number, **every title got the row of the movie before it**. "
            "Nothing failed and the table was believable. Moved back by one row, and without any new training, it is:"
        )
        for title, end in zip(("At the high end", "At the low end"), ends, strict=True):
            st.markdown(f"**{title}**")
            elements.table(
                _table(example, end),
                column_config=COLUMNS,
                alt=f"{title}: titles as the article prints them, the same moved back by one row, and your model's",
            )
        st.markdown(words(example, ends))


def words(example: Example, ends: tuple[End, End]) -> str:
    """What the mean ratings of the three versions say."""
    high, low = ([example.ratings.item_mean[rows].mean() for rows in (end.printed, end.moved_back)] for end in ends)
    return (
        f"★ is the mean rating. Those printed at the two ends have {high[0]:.2f} and {low[0]:.2f} on average; moved "
        f"back, {high[1]:.2f} and {low[1]:.2f}: the first component tells what is acclaimed from what is not, as that "
        "of other models does. Nine of the ten titles of each end are shown. Movies with 20 ratings and fewer come in "
        "since the article chose by the number of ratings of the wrong title."
    )


def _table(example: Example, end: End) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name, rows in ((PRINTED, end.printed), (BACK, end.moved_back), (OWN, end.own)):
        columns[name] = np.array(example.items.labels, object)[rows]
        columns[f"{name} ★"] = example.ratings.item_mean[rows]
    return pd.DataFrame(columns)
