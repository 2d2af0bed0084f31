"""The compared models on several splits of the ratings: offered, followed, and shown."""

from functools import partial

import pandas as pd
import streamlit as st

from core.access import Action
from core.analysis.compare.score import Row, SplitScore, is_clear, pairs
from core.errors import ExplorerError
from core.jobs import score_jobs
from core.jobs.kinds import score_key
from core.model.run import Run
from core.studies import scoreboard
from dashboard.cache import analyses, loaders
from dashboard.charts import compare as charts
from dashboard.compare import words
from dashboard.compare.models import SPLITS_LINK, Chosen
from dashboard.jobs import studies, sweeps
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape, spoken

COLUMNS = {
    "model": st.column_config.TextColumn("Model", pinned=True, width="small"),
    "seed": st.column_config.NumberColumn("Split seed", format="%d", width="small"),
    **{
        name: st.column_config.NumberColumn(title, format="%.4f", help=text)
        for name, title, text in (
            ("val_rmse", "RMSE", "Of all validation ratings; lower is better."),
            ("warm_rmse", "Seen", "RMSE on what has a training rating."),
            ("cold_rmse", "Unseen", "RMSE on what has no training rating."),
            ("raw_rmse", "Raw", "RMSE before guesses beyond the scale are moved to its ends."),
        )
    },
}


def scores_on_splits(chosen: Chosen) -> None:
    """Whether another split would say the same: the models on several, or the offer to train them there."""
    st.header("Would another split say the same?")
    st.markdown(
        "All that is above comes from one way to divide the ratings into those to learn from and those to test on. "
        "Here the same settings learn and are tested on several."
    )
    runs = [loaders.run(summary.run_id) for summary in chosen.summaries]
    try:
        scoreboard.check(runs, scoreboard.FEWEST)
    except ExplorerError as error:
        st.info(escape(phrases.sentence(str(error))), title=phrases.error_title(error.code), icon=":material/info:")
        return
    splits = elements.whole_number(
        "Splits",
        scoreboard.FEWEST,
        scoreboard.MOST,
        scoreboard.SPLITS,
        SPLITS_LINK,
        width=190,
        words="Those of split seed 0, 1, 2 and so on. More of them make the means surer.",
    )
    if scoreboard.missing(runs, splits):
        _offer(runs, splits)
    else:
        _show(chosen.letters, runs, splits)


def _offer(runs: list[Run], splits: int) -> None:
    names = tuple(run.run_id for run in runs)
    lacking = [len(scoreboard.missing([run], splits)) for run in runs]
    studies.offer(
        (score_jobs.KIND, score_key(names, splits)),
        Action.TRAIN,
        partial(sweeps.train_on_splits, names, splits),
        title=f"{phrases.count(len(scoreboard.missing(runs, splits)), 'training')} to go",
        button="Train them",
        about_seconds=sum(n * run.outcome.train_seconds for n, run in zip(lacking, runs, strict=True)),
        words="Each of them is a model like any other and stays among all models. What is trained when you stop stays "
        "too.",
    )


def _show(letters: str, runs: list[Run], splits: int) -> None:
    ratings = loaders.ratings_of(runs[0].run_id)
    rows = scoreboard.rows(runs, splits, lambda name: analyses.score_on(name, ratings.dataset_id))
    found = pairs(rows)
    names = [letters[a] + letters[b] for a in range(len(rows)) for b in range(a + 1, len(rows))]
    unit, differences = phrases.unit(ratings), [pair.difference for pair in found]
    clear = [is_clear(one, runs[0].config.validation_fraction) for one in differences]
    text = words.means(letters, rows, unit)
    st.markdown(text)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        alt = f"Validation RMSE of {len(rows)} models on {splits} splits, and the means. {spoken(text)}"
        st.plotly_chart(
            charts.splits(letters, rows, unit=unit), key="score_splits", config=phrases.CHART_CONFIG, alt=alt
        )
    apart = words.apart(names, differences, clear, unit)
    with right:
        alt = f"Differences of every two models on the same splits, with standard errors. {spoken(apart)}"
        figure = charts.differences([" − ".join(pair) for pair in names], differences, unit=unit)
        st.plotly_chart(figure, key="score_pairs", config=phrases.CHART_CONFIG, alt=alt)
    st.markdown(apart)
    st.markdown(words.luck(letters, rows, [run.config.split_seed for run in runs]))
    st.caption(words.ABOUT)
    with st.expander("Every split", icon=":material/table_rows:"):
        alt = f"Errors of {len(rows)} models on {splits} splits"
        elements.table(_table(letters, rows), column_config=COLUMNS, alt=alt)


def _table(letters: str, rows: tuple[Row, ...]) -> pd.DataFrame:
    figures = ("val_rmse", "warm_rmse", "cold_rmse", "raw_rmse")

    def line(letter: str, seed: int, score: SplitScore) -> dict[str, object]:
        return {"model": letter, "seed": seed} | {name: getattr(score, name) for name in figures}

    return pd.DataFrame(
        line(letter, seed, score)
        for letter, row in zip(letters, rows, strict=True)
        for seed, score in enumerate(row.splits)
    )
