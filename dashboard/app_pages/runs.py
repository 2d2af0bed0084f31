"""Runs: all trained models, to open, compare and delete."""

import pandas as pd
import streamlit as st

from core.access import Action
from core.analysis.compare.score import SplitScore
from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.disk.trash import Entry, kept_days
from core.model.families import PRESETS, differences, family_of
from core.model.run import Run
from core.store.run_files import RunSummary
from core.store.runs import RunStore
from core.sweeps import record
from dashboard.cache import analyses, loaders
from dashboard.compare import models as compared_models
from dashboard.jobs import trainings
from dashboard.session import dialogs, state, visitor
from dashboard.shared import elements, glossary, model_names, phrases, score_words, trash
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import best_of
from dashboard.train import curve, form


def table(summaries: list[RunSummary]) -> pd.DataFrame:
    """One row a run, in the order given; RMSE in rating units, size in bytes; nothing of a training elsewhere."""
    return pd.DataFrame(
        {
            "model": _model(summary),
            "val_rmse": summary.outcome.val_rmse,
            "metric": "" if summary.outcome.val_rmse is not None else model_names.measured_words(summary.outcome)[:-2],
            "preset": preset_of(summary.config) or unlike_preset(summary.config),
            "split": _split(summary.config) if (here := summary.origin.kind == "trained") else "",
            "dim": summary.config.dimensions,
            "epochs": summary.outcome.epochs if here else None,
            "kept": summary.outcome.kept_epoch if here else None,
            "seconds": summary.outcome.train_seconds if here else None,
            "trained": pd.Timestamp(summary.created_at),
            "val_mae": summary.outcome.val_mae,
            "data": summary.dataset.name,
            "size": summary.size / 1e6,
            "run_id": summary.run_id,
        }
        for summary in summaries
    )


def _model(summary: RunSummary) -> str:
    """The kind of a model; of vectors from elsewhere what they are called."""
    title = family_of(summary.config).title
    return title if summary.origin.kind == "trained" else f"{summary.dataset.name} ({title.lower()})"


def preset_of(config: RunConfig) -> str:
    """Words of the preset that a config is, on whatever split seed, or nothing."""
    usual = config.model_copy(update={"split_seed": 0})
    return next((phrases.PRESET_WORDS[name] for name, preset in PRESETS.items() if preset == usual), "")


def unlike_preset(config: RunConfig) -> str:
    """How a config differs from the nearest preset of its kind: "no penalty"; nothing where none is of its kind."""
    presets = [preset for preset in PRESETS.values() if preset.model == config.model]
    if not presets:
        return ""
    nearest = min(presets, key=lambda preset: len(differences([config, preset])))
    return model_names.apart([config, nearest])[0]


def _split(config: RunConfig) -> str:
    return f"seed {config.split_seed}" if config.is_drawn else model_names.setting(config.split_kind)


COLUMNS = {
    "model": st.column_config.TextColumn("Model", width=246),
    "preset": st.column_config.TextColumn(
        "Settings", width=122, help="The named settings it was trained with, or how its own differ from the nearest."
    ),
    "split": st.column_config.TextColumn(
        "Split", width=60, help="Which ratings are kept aside: drawn by chance from a seed, or by time."
    ),
    "dim": st.column_config.NumberColumn("Dims", format="%d", width=50, help="Dimensions: numbers per vector."),
    "epochs": st.column_config.NumberColumn("Epochs", format="%d", width=58, help="Epochs trained."),
    "kept": st.column_config.NumberColumn(
        "Kept", format="%d", width=50, help="The epoch whose numbers the model keeps."
    ),
    "val_rmse": st.column_config.NumberColumn(
        "RMSE", format="%.4f", width=64, help=f"{glossary.meaning('RMSE')} Here of the validation ratings."
    ),
    "metric": st.column_config.TextColumn(
        "Judged by", width=110, help="Of models that guess no ratings: what they are judged by. Higher is better."
    ),
    "val_mae": st.column_config.NumberColumn("Validation MAE", format="%.4f", help=glossary.meaning("MAE")),
    "seconds": st.column_config.NumberColumn("Time", format="%.1f s", width=60, help="Training time."),
    "trained": st.column_config.DatetimeColumn("Trained", format="YYYY-MM-DD", width=86),
    "data": st.column_config.TextColumn("Data"),
    "size": st.column_config.NumberColumn("Size", format="%.1f MB", help="On disk."),
    "run_id": st.column_config.TextColumn("Id"),
}


@dialogs.dialog("Delete models", icon=":material/delete:")
def confirm_delete(run_ids: list[str]) -> None:
    """Ask once, say what goes."""
    chosen = [summary for summary in loaders.runs() if summary.run_id in run_ids]
    st.write("These will be moved to the trash, with the names, axes, maps and other studies kept with them:")
    st.markdown("\n".join(f"- {model_names.run_words(summary)}" for summary in chosen))
    st.caption(f"They can be restored for {phrases.count(kept_days(), 'day')}. Jobs keep their logs.")
    elements.confirm("Delete", "delete", "confirm_delete", _delete, run_ids)


@state.reporting
def _delete(run_ids: list[str]) -> None:
    entries: list[Entry] = []
    try:
        for run_id in run_ids:
            entries += filter(None, [state.delete_run(run_id)])
    finally:  # where one is refused, those before it can be had back
        trash.remember(entries)


def actions(chosen: list[RunSummary]) -> None:
    """What can be done with the selected rows."""
    one = chosen[0] if len(chosen) == 1 else None
    with st.container(horizontal=True):
        page, icon, label = phrases.first_look(one.config if one else PRESETS[form.START])
        if st.button(label, type="primary", icon=f":material/{icon}:", disabled=one is None, key="open_run") and one:
            state.look_into(one)
            st.switch_page(f"app_pages/{page}.py")
        several = 2 <= len(chosen) <= compared_models.MOST
        if st.button("Compare", icon=":material/compare_arrows:", disabled=not several, key="open_compare") and several:
            named = ",".join(summary.run_id for summary in chosen)
            st.switch_page("app_pages/compare.py", query_params={compared_models.LINK: named})
        trained_here = one is not None and one.origin.kind == "trained"
        if st.button("Use its settings", icon=":material/tune:", disabled=not trained_here) and one:
            state.watch(None)
            form.fill(one.config)
            st.switch_page("app_pages/train.py")
        disabled = not chosen or not visitor.may(Action.DELETE)
        if st.button("Delete", icon=":material/delete:", disabled=disabled):
            confirm_delete([summary.run_id for summary in chosen])
    elements.allowed(Action.DELETE)
    if not chosen:
        st.caption("Select one row to open it, two to six to compare them.")


def compare(chosen: list[RunSummary]) -> None:
    """Curves of the selected runs, and the settings in which they differ."""
    if len(chosen) > compared_models.MOST:
        st.caption(f"The first {compared_models.MOST} of the {len(chosen)} selected models are drawn.")
    drawn = chosen[: compared_models.MOST]
    drawn = [summary for summary in drawn if summary.origin.kind == "trained"]
    if not drawn:
        return
    names = list(model_names.named_apart(drawn).values())
    compared_models.curves(drawn, names)
    best = best_of(drawn)
    if len(drawn) == 1:
        unit, score = phrases.unit(best.dataset), analyses.split_score(best.run_id)
        apart = [score_words.seen_and_unseen(score, best.dataset.noun, unit)] if score else []
        st.markdown(" ".join([curve.result_words(best.outcome, unit, score), *apart]))
    else:
        text = "Solid lines are validation, dotted ones training."
        if best.outcome.val_rmse is not None:
            text += f" The lowest kept validation RMSE, {best.outcome.val_rmse:,.3f}, is that of "
            text += f"{model_names.run_words(best)}."
        st.markdown(text)
    if len(drawn) > 1:
        st.header("Settings that differ")
        compared_models.differing_settings(drawn, names)


def details(summary: RunSummary) -> None:
    """Everything the manifest knows about one run."""
    run = loaders.run(summary.run_id)
    data = run.dataset
    with st.expander("Everything about this model", icon=":material/description:"):
        left, right = st.columns(2, gap="large")
        fields = type(summary.config).model_fields
        settings = {phrases.with_noun(str(fields[name].title), data.noun): str(value) for name, value in summary.config}
        if run.origin.kind == "trained":
            settings["Formula"] = escape(run.scorer.formula())
        left.markdown("**Settings**")
        left.table(settings, border="horizontal")
        facts = {
            "Data": f"{escape(data.name)}: {_size(data)}",
            **_learned_from(run),
            **(
                {f"Validation {measured.metric.title}": f"{measured.value:.4f}"}
                if (measured := run.outcome.metric)
                else {}
            ),
            **_apart(analyses.split_score(run.run_id), phrases.plural(data.noun)),
            **({"Best validation RMSE": f"{best:.4f}"} if (best := run.outcome.best_val_rmse) is not None else {}),
            "Trained" if run.origin.kind == "trained" else "Opened": summary.created_at,
            "Id": summary.run_id,
            **dict(run.versions),
        }
        right.markdown("**Facts**")
        right.table(facts, border="horizontal")
        right.caption(score_words.chosen(run.config, run.outcome))


def _size(data: DatasetRef) -> str:
    """How much there is in the data."""
    items, users = phrases.count(data.items, data.noun), data.users
    if data.ratings:
        return f"{phrases.count(data.ratings, 'rating')}, {phrases.count(users, 'person')}, {items}"
    return f"{items}, and {users:,} of a second set" if users else items


def _learned_from(run: Run) -> dict[str, str]:
    """What a run was trained and tested on, or what is known of vectors from elsewhere."""
    if run.origin.kind == "imported":
        known = {escape(name).capitalize(): escape(said) for name, said in run.origin.provenance.items()}
        return {"From": "another program"} | known
    started = run.started
    return {
        "Training ratings": f"{started.n_train:,}",
        "Validation ratings": f"{started.n_validation:,}, {started.unseen_items:,} on unseen "
        f"{phrases.plural(run.dataset.noun)}",
    }


def _apart(score: SplitScore | None, nouns: str) -> dict[str, str]:
    """The error apart by what training has seen, and before clipping; nothing where the data is gone."""
    if score is None:
        return {}

    def of(rmse: float | None, n: int) -> str:
        return "–" if rmse is None else f"{rmse:.4f} on {phrases.count(n, 'rating')}"

    return {
        f"RMSE on seen {nouns}": of(score.warm_rmse, score.n_warm),
        f"RMSE on unseen {nouns}": of(score.cold_rmse, score.n_cold),
        "RMSE before clipping": f"{score.raw_rmse:.4f}",
        "Guesses within one RMSE": f"{score.within:.1%}",
    }


st.title("All models")
trash.undo_line()
summaries = loaders.runs()
if not summaries:
    st.markdown("Every training ends here, with its settings and results. There is none yet.")
    trainings.lead_to_first()
else:
    st.markdown(
        "Every training ends here, with its settings and results, and so do vectors that were opened. Equal settings "
        "on equal data are one model."
    )
    key = f"runs_{hash(tuple(summary.run_id for summary in summaries))}"
    alt = "All models with their settings and results"
    chosen = [summaries[row] for row in elements.picked_rows(table(summaries), COLUMNS, key, alt, several=True)]
    actions(chosen)
    if chosen:
        compare(chosen)
    if len(chosen) == 1:
        details(chosen[0])
trash.set_aside(
    RunStore().set_aside(),
    "model",
    "Their files do not match what was written when they were trained. Nothing was deleted; they are not used.",
)
trash.set_aside(
    record.set_aside(), "sweep", "What is known of them cannot be read. Nothing was deleted; their models stay."
)
trash.overview()
