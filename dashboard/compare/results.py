"""Several models beside each other: results, settings that differ, and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.model.events import Started
from core.model.families import FAMILIES, differences
from core.store.runs import RunSummary
from dashboard.cache import loaders
from dashboard.charts import compare as charts
from dashboard.charts.training import Named
from dashboard.compare import words as compare_words
from dashboard.compare.choice import Chosen
from dashboard.shared import phrases
from dashboard.train import curve

if TYPE_CHECKING:  # of Streamlit's inner modules only the name of a type
    from streamlit.elements.lib.column_types import ColumnConfig

COLUMNS: dict[str, ColumnConfig] = {
    "letter": st.column_config.TextColumn("Model", pinned=True, width=84),
    "val_rmse": st.column_config.NumberColumn(
        "RMSE", format="%.4f", help="Of the validation ratings; lower is better."
    ),
    "val_mae": st.column_config.NumberColumn("MAE", format="%.4f", help="Mean absolute error; lower is better."),
    "epochs": st.column_config.NumberColumn("Epochs", format="%d", help="Epochs trained."),
    "seconds": st.column_config.NumberColumn("Time", format="%.1f s", help="Training time."),
    "size": st.column_config.NumberColumn("Size", format="%.1f MB", help="On disk."),
    "data": st.column_config.TextColumn("Data"),
}


def results(chosen: Chosen) -> None:
    """How each did."""
    summaries = chosen.summaries
    several = len({summary.dataset.digest for summary in summaries}) > 1
    st.dataframe(
        pd.DataFrame(
            {
                "letter": f"{letter} ({summary.run_id[:4]})",
                "val_rmse": summary.outcome.val_rmse,
                "val_mae": summary.outcome.val_mae,
                "epochs": summary.outcome.epochs,
                "seconds": summary.outcome.train_seconds,
                "size": summary.size / 1e6,
                "data": summary.dataset.name,
            }
            for letter, summary in zip(chosen.letters, summaries, strict=True)
        ),
        hide_index=True,
        column_order=[name for name in COLUMNS if name != "data" or several],
        column_config=COLUMNS,
        alt=f"Results of the {len(summaries)} models",
    )


def differing_settings(summaries: Sequence[RunSummary], names: Sequence[str], *, width: int | None = None) -> None:
    """A table with one row a setting that is not the same in all models, in the words of the form.

    Args:
        summaries: The models.
        names: What each is called in the heading of its column.
        width: Of a column, in pixels; by what is in it without.
    """
    differing = differences([summary.config for summary in summaries])
    noun = summaries[0].dataset.noun
    if not differing:
        st.caption("They have all settings in common and differ in their data.")
        return
    values = {
        name: [_value(setting.name, setting.values[place]) for setting in differing] for place, name in enumerate(names)
    }
    st.dataframe(
        pd.DataFrame({"Setting": [phrases.with_noun(one.title, noun) for one in differing], **values}),
        hide_index=True,
        column_config={"Setting": st.column_config.TextColumn(pinned=True)}
        | {name: st.column_config.TextColumn(width=width) for name in names},
        alt=f"The {phrases.count(len(differing), 'setting')} in which the models differ",
    )


def _value(name: str, value: object) -> str:
    """A setting as the form shows it."""
    return FAMILIES[str(value)].short_title if name == "model" else phrases.setting(value)


def curves(chosen: Chosen) -> None:
    """Their curves in one picture, with what guessing without a model reaches where that is the same for all."""
    st.header("How they learned")
    named = [
        Named(f"{letter}: {phrases.short_run_words(summary)}", curve.of_run(loaders.run(summary.run_id)))
        for letter, summary in zip(chosen.letters, chosen.summaries, strict=True)
    ]
    st.plotly_chart(
        charts.curves(named, _references(chosen.summaries)),
        key="compared_curves",
        config=phrases.CHART_CONFIG,
        alt=f"Validation and training RMSE of {phrases.count(len(named), 'model')} after each epoch",
    )
    st.caption("Solid: validation. Dotted: training.")


def _references(summaries: tuple[RunSummary, ...]) -> Started | None:
    if not compare_words.same_test(summaries):
        return None
    return loaders.run(summaries[0].run_id).started
