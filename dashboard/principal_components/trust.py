"""What is left to ask of components: how many the predictions need, and whether another start would end at them."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.components.proof import Cost
from core.analysis.components.stability import Stability
from core.jobs import study_jobs
from core.studies.stability import STABILITY, StabilitySettings
from core.studies.twins import is_twin
from dashboard.cache import component_analyses
from dashboard.charts import components as charts
from dashboard.jobs import studies
from dashboard.principal_components import words as component_words
from dashboard.principal_components.proofs import START_SECONDS, choose
from dashboard.principal_components.view import View
from dashboard.shared import elements, phrases, tables
from dashboard.shell.needs_run import explain_lack


def trust(view: View) -> None:
    """What is left to ask of components, folded away, and everything about all of them as a table."""
    trained = view.run.origin.kind == "trained"
    with st.container():
        cost = _how_many_matter(view) if trained and view.how.basis == "pca" else None
    stability = _would_it_return(view) if trained and not is_twin(view.run.run_id) else None
    _numbers(view, cost, stability)


def _would_it_return(view: View) -> Stability | None:
    """The study, or an offer to make it; what it found."""
    settings = STABILITY.latest(view.run.run_id) or StabilitySettings()
    key = STABILITY.key(view.run.run_id, settings)
    job = studies.newest_job(study_jobs.KIND, key)
    with st.expander(
        "Would another start end here?", icon=":material/casino:", expanded=job is not None and job.active
    ):
        if not STABILITY.exists(view.run.run_id, settings):
            _offer(view, settings)
            return None
        found = component_analyses.component_stability(view.run.run_id, key, view.how)
        if found is None:
            st.caption("Made by an earlier version: it knows the item matrix alone. Choose that above to see it.")
        else:
            text = component_words.returns(found, view.component)
            figure = charts.stability(found, chosen=view.component, labels=view.labels)
            alt = f"How nearly other starts end at each of {len(view.labels)} components."
            elements.clickable_chart(figure, "stability", partial(choose, len(view.labels), "stability"), alt, text)
        return found


def _offer(view: View, settings: StabilitySettings) -> None:
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
        f"{again} with everything the same but the seed, and look for each component among theirs. One that does not "
        "come back is of this start; one that does may still be chance, for all of them learned from the same ratings.",
    )


def _how_many_matter(view: View) -> Cost | None:
    """The validation error with the first k components only; None where the model cannot do without some."""
    st.header("How many matter?")
    run, n = view.run, len(view.labels)
    if not run.scorer.is_bilinear:
        explain_lack(run, "is_bilinear")
        return None
    error = component_analyses.component_cost(run.run_id, view.how)
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


def _numbers(view: View, cost: Cost | None, stability: Stability | None) -> None:
    """Everything about all components as a table, and as a file."""
    n = len(view.labels)
    found = view.tested.proof if view.how.basis == "predictions" else None
    table = pd.DataFrame(
        {
            "Component": np.arange(1, n + 1),
            "Low end": [label.low for label in view.labels],
            "High end": [label.high for label in view.labels],
            "Share": view.result.variance_ratio,
        }
    )
    tested = {} if found is None else {"Worth": found.worth, "Gain z": found.z, "Score z": found.score_z}
    rmse = cost if found is None else found
    for name, values in tested.items():
        table[name] = _filled(values, n)
    if stability is not None:
        table["r"] = stability.median_r
    if rmse is not None:
        table["RMSE up to it"] = _filled(rmse.rmse[1:], n)
    with st.expander("All components in numbers", icon=":material/table:"):
        alt = f"{', '.join(table.columns[1:])} of all {n} components"
        shown = [
            name for name in table if not str(name).endswith(" end") or table[name].any()
        ]  # before anybody names one
        elements.table(table, height=300, column_config=_COLUMNS, column_order=shown, alt=alt)
        tables.download("Download as CSV", partial(tables.csv, table), file="components.csv", key="download_components")


def _filled(values: np.ndarray, n: int) -> np.ndarray:
    """Numbers of the first components, with NaN for those that not every split has."""
    whole = np.full(n, np.nan)
    whole[: len(values)] = values[:n]
    return whole


_COLUMNS = {
    "Share": st.column_config.NumberColumn(format="percent", help="Share of the total it carries"),
    "Worth": st.column_config.NumberColumn(format="%.4f", help="By how much it lowers the error on unseen ratings"),
    "Gain z": st.column_config.NumberColumn(format="%.1f", help="What it gains, over the standard error of that"),
    "Score z": st.column_config.NumberColumn(
        format="%.1f", help="How surely it moves guesses the right way, by whatever amount"
    ),
    "r": st.column_config.NumberColumn(format="%.2f", help="Median matched |r| with other seeds"),
    "RMSE up to it": st.column_config.NumberColumn(
        format="%.4f", help="Validation error with this component and all before it"
    ),
}
