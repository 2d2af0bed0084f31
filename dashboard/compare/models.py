"""The models that are compared: choosing them, and their results, settings and curves beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.compare.score import SplitScore
from core.config import RunConfig
from core.model.families import FAMILIES, PRESETS, differences
from core.model.run import Run
from core.store.run_files import RunSummary
from dashboard.cache import loaders
from dashboard.charts import compare as charts
from dashboard.charts.training import Named
from dashboard.compare import words as compare_words
from dashboard.jobs import trainings
from dashboard.session import address_bar, state, visitor
from dashboard.shared import elements, glossary, model_names, phrases
from dashboard.train import curve

NARROWEST, WIDEST, ON_PHONE = 86, 320, 110
"""Pixels that a column of settings has."""
MOST = 6
"""More curves than this cannot be told apart."""

LETTERS = "ABCDEF"

LINK = "models"
"""Query parameter with the ids of the compared runs."""

SPLITS_LINK = "splits"
"""Query parameter with the number of splits of the scoreboard, and its field."""

_KEPT, _WIDGET = "_compared", "compared"
"""Session keys: what somebody chose, and the field, which Streamlit forgets on other pages."""

RESULT_COLUMNS = {
    "letter": st.column_config.TextColumn("Model", pinned=True),
    "val_rmse": st.column_config.NumberColumn(
        "RMSE", format="%.4f", help=f"{glossary.meaning('RMSE')} Here of the validation ratings."
    ),
    "warm_rmse": st.column_config.NumberColumn(
        "Seen", format="%.4f", help="RMSE on what has a training rating; lower is better."
    ),
    "cold_rmse": st.column_config.NumberColumn(
        "Unseen", format="%.4f", help="RMSE on what has no training rating; lower is better."
    ),
    "raw_rmse": st.column_config.NumberColumn(
        "Raw", format="%.4f", help="RMSE before guesses beyond the scale are moved to its ends."
    ),
    "metric": st.column_config.TextColumn(
        "Judged by", help="Of models that guess no ratings: what they are judged by. Higher is better."
    ),
    "val_mae": st.column_config.NumberColumn("MAE", format="%.4f", help=glossary.meaning("MAE")),
    "epochs": st.column_config.NumberColumn("Epochs", format="%d", help="Epochs trained."),
    "seconds": st.column_config.NumberColumn("Time", format="%.1f s", help="Training time."),
    "size": st.column_config.NumberColumn("Size", format="%.1f MB", help="On disk."),
    "data": st.column_config.TextColumn("Data"),
}


@dataclass(frozen=True)
class Chosen:
    """The models in the order chosen; each goes by its letter."""

    summaries: tuple[RunSummary, ...]

    @property
    def letters(self) -> str:
        """One letter a model."""
        return LETTERS[: len(self.summaries)]

    @property
    def names(self) -> list[str]:
        """What each is called in a picture or a table: its letter, and what tells it from the others."""
        named = model_names.named_apart(self.summaries, with_error=False).values()
        return [f"{letter}: {name}" for letter, name in zip(self.letters, named, strict=True)]


def at_hand() -> list[RunSummary]:
    """Models whose data is there, those on the selected data first, the newest first."""
    here = {info.digest for info in loaders.dataset_infos()}
    summaries = [summary for summary in loaders.runs() if summary.dataset.digest in here]
    on_selected = {summary.run_id for summary in loaders.runs_of(state.dataset_id())}
    return sorted(summaries, key=lambda summary: summary.run_id not in on_selected)


def choose(summaries: list[RunSummary]) -> Chosen:
    """The field with the models; at first the selected one and the newest other on the same data."""
    by_id = {summary.run_id: summary for summary in summaries}
    linked = address_bar.news(LINK)
    if linked and not by_id.keys() >= set(linked.split(",")):
        address_bar.ignore(LINK, linked, "ids of models that are here, with commas between them")
    if _WIDGET not in st.session_state or linked:
        st.session_state[_WIDGET] = _first(by_id, linked.split(",") if linked else st.session_state.get(_KEPT, []))
    else:
        elements.hold(_WIDGET, [run_id for run_id in st.session_state[_WIDGET] if run_id in by_id])
    names = model_names.named_apart(summaries)
    picked = st.multiselect(
        "Models, two to six",
        list(by_id),
        format_func=names.__getitem__,
        key=_WIDGET,
        max_selections=MOST,
        select_all=False,
        on_change=_keep,
        placeholder="Choose two models",
    )
    address_bar.put(**{LINK: ",".join(picked) or None})
    return Chosen(tuple(by_id[run_id] for run_id in picked))


def link_to(settings: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows the selected model beside the other one of a study."""
    return {LINK: settings["other_run_id"], "min": str(max(1, settings["min_ratings"]))}


def link(run_ids: Sequence[str], splits: int) -> dict[str, str]:
    """Query parameters with which the page shows the scoreboard of these models."""
    return {LINK: ",".join(run_ids), SPLITS_LINK: str(splits)}


def _keep() -> None:
    st.session_state[_KEPT] = list(st.session_state[_WIDGET])


def _first(by_id: dict[str, RunSummary], wanted: Sequence[str]) -> list[str]:
    """What the link names or was chosen before, as far as it is there, else the selected model and the newest other."""
    named = [run_id for run_id in dict.fromkeys(wanted) if run_id in by_id][:MOST]
    if len(named) >= 2:
        return named
    selected = state.run_id()
    if named and selected in by_id and selected not in named:
        return [str(selected), *named]
    on_data = loaders.runs_of(state.dataset_id())
    same_data = [summary.run_id for summary in (*state.one_of_each(on_data), *on_data) if summary.run_id != selected]
    noun = by_id[selected].dataset.noun if selected in by_id else None
    others = same_data or [one for one in by_id if one != selected and by_id[one].dataset.noun == noun]
    return ([selected] if selected in by_id else []) + others[:1]


def pair(chosen: Chosen) -> tuple[int, int]:
    """Places of the two models side by side: of more than two they can be chosen."""
    if len(chosen.summaries) == 2:
        return 0, 1
    left = st.selectbox("Left", list(chosen.letters), key="left", bind="query-params", width=90)
    rest = [letter for letter in chosen.letters if letter != left]
    right = st.selectbox("Right", rest, key="right", bind="query-params", width=90)
    return chosen.letters.index(left), chosen.letters.index(right)


def offer_second(run: Run) -> None:
    """With a single model, a second one can be trained right here; vectors from elsewhere can be brought."""
    if run.origin.kind == "imported":
        ids = f"the same {phrases.plural(run.dataset.noun)} in them"
        st.info(
            f"There is one set of vectors, and comparing takes two. Bring another with {ids}.", icon=":material/info:"
        )
        elements.page_link("datasets", "Bring another", "upload_file", section="Open vectors")
        return
    st.info(
        "There is one model, and comparing takes two. A second training of the same settings from another seed shows "
        "how much of the map is chance; another preset shows what a setting does.",
        icon=":material/info:",
    )
    options = second_configs(run.config)
    name = st.pills("Train", list(options), default=next(iter(options)), required=True, key="second", wrap=True)
    trainings.offer(options[name], label="Train a second model")


def second_configs(config: RunConfig) -> dict[str, RunConfig]:
    """What can be trained beside a model, by its words."""
    configs = {"Same settings, another seed": config.model_copy(update={"seed": (config.seed + 1) % 2**31})}
    configs |= {phrases.PRESET_WORDS[name]: preset for name, preset in PRESETS.items() if preset != config}
    return configs


def results(chosen: Chosen, scores: Sequence[SplitScore | None]) -> None:
    """How each did; `scores` are theirs, None of a model that guesses no ratings."""
    several = len({summary.dataset.digest for summary in chosen.summaries}) > 1
    table = pd.DataFrame(
        {
            "letter": name,
            "val_rmse": summary.outcome.val_rmse,
            "metric": "" if score is not None else model_names.measured_words(summary.outcome)[:-2],
            **{name: getattr(score, name, None) for name in ("warm_rmse", "cold_rmse", "raw_rmse")},
            "val_mae": summary.outcome.val_mae,
            "epochs": summary.outcome.epochs,
            "seconds": summary.outcome.train_seconds,
            "size": summary.size / 1e6,
            "data": summary.dataset.name,
        }
        for name, summary, score in zip(chosen.names, chosen.summaries, scores, strict=True)
    )
    left_out = {"data": not several, "metric": None not in scores}
    order = [name for name in RESULT_COLUMNS if not left_out.get(name)]
    alt = f"Results of the {len(table)} models"
    columns = RESULT_COLUMNS | {"letter": st.column_config.TextColumn("Model", pinned=True, width=_wide(chosen.names))}
    elements.table(table, column_order=order, column_config=columns, alt=alt)


def differing_settings(summaries: Sequence[RunSummary], names: Sequence[str]) -> None:
    """A table with one row a setting that is not the same in all models, in the words of the form."""
    differing = differences([summary.config for summary in summaries])
    noun = summaries[0].dataset.noun
    if not differing:
        st.caption("They have all settings in common and differ in their data.")
        return
    values = {
        name: [_value(setting.name, setting.values[place], noun) for setting in differing]
        for place, name in enumerate(names)
    }
    settings = [phrases.with_noun(one.title, noun) for one in differing]
    elements.table(
        pd.DataFrame({"Setting": settings, **values}),
        column_config={"Setting": st.column_config.TextColumn(pinned=True, width=_wide(settings))}
        | {name: st.column_config.TextColumn(width=_wide(values[name])) for name in names},
        alt=f"The {phrases.count(len(differing), 'setting')} in which the models differ",
    )


def _wide(texts: Sequence[str]) -> int:
    """Pixels in which each of the texts stands whole, or nearly; the last of six models are reached by scrolling, while
    a phone has room for two."""
    return min(ON_PHONE if visitor.on_phone() else WIDEST, max(NARROWEST, 30 + 7 * max(map(len, texts))))


def _value(name: str, value: object, noun: str) -> str:
    """A setting as the form shows it."""
    return phrases.with_noun(FAMILIES[str(value)].short_title, noun) if name == "model" else model_names.setting(value)


def curves(summaries: Sequence[RunSummary], names: Sequence[str]) -> None:
    """The curves of models in one picture, with what guessing without a model reaches where that is one for all."""
    named = [
        Named(name, curve.of_run(loaders.run(summary.run_id))) for name, summary in zip(names, summaries, strict=True)
    ]
    references = named[0].curve.started if compare_words.same_test(summaries) else None
    units = {phrases.unit(summary.dataset) for summary in summaries}
    st.plotly_chart(
        charts.curves(named, references, unit=units.pop() if len(units) == 1 else "rating units"),
        key="compared_curves",
        config=elements.chart_tools(),
        alt=f"What {phrases.count(len(named), 'model')} reached after each epoch",
    )
