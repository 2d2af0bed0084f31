"""Two questions about components: would they come back from another seed, and how many do the predictions need?"""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.truncation import Cost
from core.studies.stability import STABILITY
from dashboard.cache import analyses
from dashboard.charts import trust as charts
from dashboard.jobs import studies
from dashboard.principal_components import words as component_words
from dashboard.principal_components.view import View, settings_of
from dashboard.shared import elements, phrases, tables
from dashboard.shell.needs_run import explain_lack

START_SECONDS = 3.0
"""What a worker needs before the first of the trainings."""


def trust(view: View) -> None:
    """Both questions side by side, and everything about all components as a table."""
    left, right = st.columns(2, gap="medium")
    with left:
        _would_it_return(view)
    with right:
        cost = _how_many_matter(view)
    _numbers(view, cost)


def choose(n: int, chart: str) -> None:
    """A click on a bar or point chooses its component; a callback."""
    points = elements.selected_points(chart, n + 1, "x")
    if points and points[0] > 0:
        st.session_state.component = points[0]


def _would_it_return(view: View) -> None:
    """The study, or an offer to make it."""
    st.header("Would it come back?")
    if view.stability is None:
        _offer(view)
        return
    text = component_words.returns(view.stability, view.component)
    figure = charts.stability(view.stability, chosen=view.component, labels=view.labels)
    alt = f"How well each of {len(view.labels)} components comes back from other seeds."
    elements.clickable_chart(figure, "stability", partial(choose, len(view.labels), "stability"), alt, text)


def _offer(view: View) -> None:
    settings = settings_of(view.run.run_id)
    others = settings.runs - 1
    again = phrases.count(others, "more time")
    studies.study(
        STABILITY,
        view.run,
        settings,
        title="The same model from other seeds",
        button=f"Train it {again}",
        about_seconds=START_SECONDS + others * view.run.outcome.train_seconds,
        words="A model starts from random numbers, and from other ones it would end elsewhere. Train it "
        f"{again} with everything the same but the seed, and look for each component among theirs: one that does not "
        f"come back says something about this training, not about the {view.rows.nouns}.",
    )


def _how_many_matter(view: View) -> Cost | None:
    """The validation error with the first k components only; None where the model cannot do without some."""
    st.header("How many matter?")
    run, n = view.run, len(view.labels)
    if not run.scorer.is_bilinear:
        explain_lack(run, "is_bilinear")
        return None
    error = analyses.component_cost(run.run_id, centered=view.how.centered, min_ratings=view.how.min_ratings)
    biases, whole = run.scorer.has_biases, n == run.config.dimensions
    unit = phrases.unit(view.ratings)
    text = component_words.cost(error, view.component, biases=biases, whole=whole, unit=unit)
    figure = charts.cost(
        error,
        chosen=view.component,
        all_words="the whole model" if whole else f"all {n} components",
        none_words="biases alone" if biases else "no taste",
        unit=unit,
    )
    alt = "Validation error by number of components kept."
    elements.clickable_chart(figure, "cost", partial(choose, n, "cost"), alt, text)
    return error


def _numbers(view: View, cost: Cost | None) -> None:
    """Everything about all components as a table, and as a file."""
    n = len(view.labels)
    unknown = np.full(n, np.nan)
    table = pd.DataFrame(
        {
            "Component": np.arange(1, n + 1),
            "Low end": [label.low for label in view.labels],
            "High end": [label.high for label in view.labels],
            "Share": view.result.variance_ratio,
            "By chance": unknown if view.noise is None else view.noise.band,
            "Noise": ["yes" if label.noise else "no" for label in view.labels],
            "r": unknown if view.stability is None else view.stability.median_r,
            "RMSE up to it": unknown if cost is None else cost.rmse[1:],
        }
    )
    with st.expander("All components in numbers", icon=":material/table:"):
        rmse = "Validation error with this component and all before it"
        columns = {
            "Share": st.column_config.NumberColumn(format="percent", help="Share of the total it carries"),
            "By chance": st.column_config.NumberColumn(format="percent", help="The noise band"),
            "r": st.column_config.NumberColumn(format="%.2f", help="Median matched |r| with other seeds"),
            "RMSE up to it": st.column_config.NumberColumn(format="%.4f", help=rmse),
        }
        alt = f"Name, share, noise band, stability and validation error of all {n} components"
        st.dataframe(table, hide_index=True, height=300, column_config=columns, alt=alt)
        tables.download("Download as CSV", partial(tables.csv, table), file="components.csv", key="download_components")
