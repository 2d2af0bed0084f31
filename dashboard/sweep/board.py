"""What a sweep has found so far: numbers, pictures, sentences, and the table that leads into each model."""

import pandas as pd
import streamlit as st

from core.sweeps.plan import FRESH_SPLITS
from core.sweeps.record import Sweep
from dashboard.cache import loaders
from dashboard.charts import sweep as charts
from dashboard.charts.sweep import Setting
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.sweep import words

COURSE, ONE, TWO, ALL = "Course", "One setting", "Two settings", "All at once"
FEWEST = 4
"""Finished trials from which there is more to see than their course."""


def show(sweep: Sweep, unit: str) -> None:
    """Draw it; the same places whether the sweep goes on or has ended."""
    st.caption(
        "Every dot is the same model, trained with other settings: the lower it lies, the better the model guesses."
    )
    _numbers(sweep, unit)
    _picture(sweep, unit)
    st.markdown(" ".join(filter(None, (words.course(sweep, unit), words.importance(sweep)))))
    if said := words.result(sweep, unit):
        with st.container(border=True):
            st.markdown("**On ratings that chose nothing**")
            st.markdown(" ".join(said))
    if sweep.done:
        _table(sweep, unit)


def _numbers(sweep: Sweep, unit: str) -> None:
    best = sweep.done[0].val_rmse if sweep.done else None
    fresh = sweep.result.winner.pooled.mean if sweep.result else None
    with st.grid(4, min_column_width=110):
        st.metric("Trials", f"{sweep.told} of {sweep.most}", border=True)
        for name, error, meaning in (
            ("Began with", sweep.base_rmse, "of the settings from which the sweep set out"),
            ("Best trial", best, "of the best trial so far; the best of many looks better than it is"),
            (
                "Confirmed",
                fresh,
                f"of the winner on {FRESH_SPLITS} divisions of the ratings by which nothing was chosen",
            ),
        ):
            words_of = "–" if error is None else f"{error:.3f}"
            st.metric(name, words_of, border=True, help=f"Validation RMSE in {unit} {meaning}.")


def _picture(sweep: Sweep, unit: str) -> None:
    noun, done = sweep.dataset.noun, sweep.done
    settings = [Setting(vary, words.title_of(vary.field, noun)) for vary in sweep.plan.vary]
    names = {setting.vary.field: words.name_of(setting.vary.field, noun) for setting in settings}
    by_name = {setting.vary.field: setting for setting in settings}
    views = [COURSE, ONE, *([TWO] if len(settings) > 1 else []), ALL] if len(done) >= FEWEST else [COURSE]
    if st.session_state.get("sweep_view") not in views:
        st.session_state.pop("sweep_view", None)
    first = [name for name in words.matters(sweep) if name in names] + list(names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = elements.segments("Look at", views, "sweep_view", bind=None, label_visibility="collapsed")
        across, up = first[0], next((name for name in first if name != first[0]), first[0])
        with st.container(horizontal=True, width="content"):
            if view in (ONE, TWO):
                across = _choose("Across", names, across, "sweep_x")
            if view == TWO:
                up = _choose("Up", {name: names[name] for name in names if name != across}, up, "sweep_y")
    ended = [trial for trial in sweep.trials if trial.state != "running"]
    if view == ONE:
        figure = charts.one(by_name[across], done, unit=unit)
    elif view == TWO:
        figure = charts.two(by_name[across], by_name[up], done, unit=unit)
    elif view == ALL:
        figure = charts.together(settings, done, unit=unit)
    else:
        figure = charts.course(ended, sweep.base_rmse, sweep.most, unit=unit)
    alt = f"{view} of {len(ended)} trials. {words.course(sweep, unit)}"
    st.plotly_chart(figure, key=f"sweep_{view}", config=phrases.CHART_CONFIG, alt=alt)


def _choose(label: str, names: dict[str, str], first: str, key: str) -> str:
    options = list(names)
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    place = options.index(first) if first in options else 0
    return st.selectbox(label, options, place, format_func=names.__getitem__, key=key, width=220)


def _table(sweep: Sweep, unit: str) -> None:
    """Trials that were trained to their end, the best first; a row leads into its model."""
    noun, done = sweep.dataset.noun, sweep.done
    fresh = {one.number: f"{one.pooled.mean:.4f}" for one in sweep.result.best} if sweep.result else {}
    rows = [
        {"Trial": trial.number + 1, "RMSE": trial.val_rmse, "Confirmed": fresh.get(trial.number, "")}
        | {words.name_of(name, noun).capitalize(): value for name, value in trial.values.items()}
        for trial in done
    ]
    columns = {
        "Trial": st.column_config.NumberColumn(width=60),
        "RMSE": st.column_config.NumberColumn(format="%.4f", width=80, help=f"Validation RMSE in {unit}"),
        "Confirmed": st.column_config.TextColumn(width=100, alignment="right", help="The same on fresh splits"),
    }
    st.markdown("**The trials, the best first.** Select one to look into its model.")
    alt = f"{len(done)} trials with their errors and settings"
    picked = elements.picked_rows(pd.DataFrame(rows), columns, f"sweep_trials_{sweep.sweep_id}_{len(done)}", alt)
    run_id = next(iter(done[picked[0]].run_ids), None) if picked else None
    if run_id is not None and all(run.run_id != run_id for run in loaders.runs()):
        st.caption("Its model has been deleted since.")
    elif run_id is not None:
        with st.container(horizontal=True):
            elements.button("Look into this model", "insights", "open_trial", state.select_run, run_id, primary=True)
            elements.page_link("components", "Open its components", "arrow_forward", run=run_id)
