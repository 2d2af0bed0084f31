"""Datasets: the ratings at hand, people's own, and the official MovieLens releases."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core import access, data
from core.access import Action
from core.data import BUNDLED, DatasetInfo, ImportReport
from core.data.download import RELEASES, Release
from core.data.vectors.request import VectorReport
from core.disk.trash import kept_days
from core.errors import ExplorerError
from core.jobs import import_jobs, queue, sweep_jobs
from core.jobs.job_folder import Job, read_spec
from core.store.runs import RunStore
from core.sweeps import record
from dashboard.cache import loaders
from dashboard.datasets import import_form, vectors_form
from dashboard.datasets.overview import overview
from dashboard.jobs import imports, trainings
from dashboard.session import dialogs, state, visitor
from dashboard.shared import elements, model_names, phrases, trash
from dashboard.shared.markup import escape

AT_HAND, OWN, VECTORS, RELEASED = "At hand", "Bring your own", "Open vectors", "MovieLens releases"
_MODELS_TOO = "delete_models"

COLUMNS = {
    "used": st.column_config.CheckboxColumn("In use", width="small"),
    "name": st.column_config.TextColumn("Name", width="medium"),
    "noun": st.column_config.TextColumn("Of what"),
    "ratings": st.column_config.NumberColumn("Ratings", format="localized"),
    "users": st.column_config.NumberColumn("People", format="localized"),
    "items": st.column_config.NumberColumn("Items", format="localized"),
    "scale": st.column_config.TextColumn("Scale"),
    "times": st.column_config.CheckboxColumn("Times", help="Whether it is known when a rating was given."),
    "models": st.column_config.NumberColumn("Models", help="Trained on it."),
    "since": st.column_config.DatetimeColumn("Imported", format="YYYY-MM-DD"),
    "id": st.column_config.TextColumn("Id"),
}


def table(infos: list[DatasetInfo]) -> pd.DataFrame:
    """One row a dataset, in the order given."""
    return pd.DataFrame(
        {
            "used": info.dataset_id == state.dataset_id(),
            "name": info.name,
            "noun": phrases.plural(info.noun),
            "ratings": info.ratings or None,
            "users": info.users or None,
            "items": info.items,
            "scale": f"{info.min_rating:g} to {info.max_rating:g}" if info.ratings else "",
            "times": info.timestamps,
            "models": len(loaders.runs_of(info.dataset_id)),
            "since": pd.Timestamp(info.created_at) if info.created_at else pd.NaT,
            "id": info.dataset_id,
        }
        for info in infos
    )


def at_hand() -> None:
    """The table, and the dataset picked in it, or else the one in use."""
    infos = loaders.dataset_infos()
    key = f"datasets_{hash(tuple(info.dataset_id for info in infos))}"
    rows = elements.picked_rows(table(infos), COLUMNS, key, "All datasets with their sizes")
    used = next(info for info in infos if info.dataset_id == state.dataset_id())
    detail(infos[rows[0]] if rows else used)


def detail(info: DatasetInfo) -> None:
    """One dataset: what can be done with it, its numbers and pictures."""
    used, bundled = info.dataset_id == state.dataset_id(), info.dataset_id == BUNDLED
    fixed = bundled or not visitor.may(Action.DELETE) or not visitor.may(Action.RENAME)
    st.header(escape(info.name), anchor=False)
    with st.container(horizontal=True):
        label = "In use" if used else "Use this data"
        elements.button(label, "check", "use", state.select_dataset, info.dataset_id, primary=True, disabled=used)
        untrained = not visitor.may(Action.TRAIN) or not info.ratings
        if info.ratings and st.button(
            "Train on it", icon=":material/model_training:", key="train_on", disabled=untrained
        ):
            state.select_dataset(info.dataset_id)
            st.switch_page("app_pages/train.py")
        renaming = st.button("Rename", icon=":material/edit:", disabled=fixed, key="rename")
        deleting = st.button("Delete", icon=":material/delete:", disabled=fixed, key="delete")
    if renaming:
        rename(info.dataset_id)
    elif deleting:  # two quick clicks may come at once, and only one window can open
        delete(info.dataset_id)
    if untrained and info.ratings:
        elements.allowed(Action.TRAIN)
    if bundled:
        st.caption("This data comes with the program: it can be neither renamed nor deleted.")
    else:
        elements.allowed(Action.DELETE)
    overview(loaders.ratings(info.dataset_id))


@dialogs.dialog("Rename data", icon=":material/edit:")
def rename(dataset_id: str) -> None:
    """Another name, another noun; the ratings, the id and the models stay."""
    info = data.info(dataset_id)
    name = st.text_input("Name", info.name, max_chars=100, key="new_name")
    noun = st.text_input(
        "One thing that is rated is a" if info.ratings else "One row is a", info.noun, max_chars=30, key="new_noun"
    )
    st.caption("Models that learned from it stay as they are.")
    if st.button("Save", type="primary", icon=":material/check:", key="confirm_rename"):
        try:
            data.rename(dataset_id, name, noun, by=visitor.current())
        except ExplorerError as error:
            elements.error(error.code, str(error))
            return
        loaders.forget_dataset(dataset_id)
        st.rerun()


@dialogs.dialog("Delete data", icon=":material/delete:")
def delete(dataset_id: str) -> None:
    """Ask once, say what depends on it."""
    if dataset_id not in data.dataset_ids():  # the button below has done it, or somebody else
        st.rerun()
    info, models, working = data.info(dataset_id), loaders.runs_of(dataset_id), jobs_on(dataset_id)
    twin = next((other for other in loaders.dataset_infos() if twins(info, other)), None)
    st.markdown(f"**{escape(info.name)}** will be moved to the trash: {phrases.size_words(info)}.")
    if models and twin:
        st.markdown(f"Its models stay: **{escape(twin.name)}** holds the same {'ratings' if info.ratings else 'rows'}.")
    elif models:
        many = phrases.count(len(models), "model")
        what = (
            f"{many} learned from it" if info.ratings else f"There {'is' if len(models) == 1 else 'are'} {many} of it"
        )
        st.markdown(f"{what}, which no page can show without it:")
        st.markdown("\n".join(f"- {model_names.run_words(summary)}" for summary in models[:8]))
        if len(models) > 8:
            st.caption(f"and {phrases.count(len(models) - 8, 'more model')}")
        st.checkbox("Delete these models too", key=_MODELS_TOO)
    if working:
        st.markdown("What is being trained on it will be stopped.")
    st.caption(f"What is deleted can be restored for {phrases.count(kept_days(), 'day')}.")
    elements.confirm("Delete", "delete", "confirm_delete", _delete, dataset_id)


def twins(one: DatasetInfo, other: DatasetInfo) -> bool:
    """Whether two datasets are the same ratings under two names."""
    return one.digest == other.digest and one.dataset_id != other.dataset_id


def jobs_on(dataset_id: str) -> list[Job]:
    """Sweeps and trainings that wait or run on a dataset; the sweeps first, which would ask for other trainings."""
    swept = {sweep.sweep_id for sweep in record.listing() if sweep.dataset.dataset_id == dataset_id}
    active = [job for job in loaders.jobs_now() if job.active]
    training = [job for job in active if job.kind == "train" and not job.part_of]
    asked = [job for job in training if read_spec(queue.folder() / job.job_id).get("dataset_id") == dataset_id]
    return [job for job in active if job.kind == sweep_jobs.KIND and job.key in swept] + asked


@state.reporting
def _delete(dataset_id: str) -> None:
    access.check(Action.DELETE, visitor.current())  # before anything is stopped
    models = loaders.runs_of(dataset_id) if st.session_state.get(_MODELS_TOO) else []
    for job in jobs_on(dataset_id):
        trainings.stop(job.job_id)
    also = [part for summary in models for part in RunStore().parts(summary.run_id)]
    if models:
        digest = data.info(dataset_id).digest
        also += [record.part(sweep.sweep_id) for sweep in record.listing() if sweep.dataset.digest == digest]
    entry = data.delete(dataset_id, also=also, by=visitor.current())
    loaders.forget_dataset(dataset_id)
    for summary in models:
        state.forget_run(summary.run_id)
    used = state.selected_dataset() == dataset_id
    if used:
        state.select_dataset(BUNDLED)
    trash.remember([entry], selected=dataset_id if used else None)


def releases() -> None:
    """The official archives: choose, read the conditions, accept, fetch."""
    chosen = st.selectbox("Release", list(RELEASES), format_func=lambda name: in_words(RELEASES[name]), key="release")
    release = RELEASES[chosen]
    with st.container(border=True):
        st.markdown(f"**Conditions of {release.title}**")
        st.markdown(release.licence)
        st.link_button("Read them in full", release.readme, icon=":material/open_in_new:")
    if not release.fixed:
        st.caption("This release grows from time to time: results on it cannot be compared with other people's.")
    allowed = elements.allowed(Action.IMPORT)
    accepted = st.checkbox("I have read these conditions and accept them", key=f"accepted_{chosen}")
    elements.button(
        f"Download and import, about {release.megabytes:,} MB",
        "cloud_download",
        "download",
        imports.start_download,
        chosen,
        accepted,
        primary=True,
        disabled=not accepted or not allowed,
    )
    st.caption(
        "It comes from files.grouplens.org. A transfer that breaks off goes on where it stopped. Without a network, "
        "fetch the archive elsewhere and bring it as your own."
    )


def in_words(release: Release) -> str:
    """A release in a list."""
    return (
        f"{release.title}: {phrases.count(release.ratings, 'rating')}, {phrases.count(release.users, 'person')}, "
        f"{release.movies:,} movies, "
        f"{release.megabytes:,} MB"
    )


def arrival() -> None:
    """The import or download that this session follows: its progress, what it did, or why it failed."""
    job = imports.watched()
    if job is None:
        return
    if job.active:
        imports.follow(job.job_id)
        return
    if job.state != "done":
        trainings.say_end(job)
        if job.kind == "import" and import_form.PLACE.current():
            st.caption("Your files and what you said about them are still here, under Bring your own.")
        if job.kind == import_jobs.VECTORS and vectors_form.PLACE.current():
            st.caption("Your files and what you said about them are still here, under Open vectors.")
    elif job.kind == import_jobs.VECTORS:
        if opened := import_jobs.opened(job.job_id):
            arrived(job, opened, opened.dataset_id, vectors_form.PLACE.clear)
            imports.show_opened(opened)
    elif report := import_jobs.report(job.job_id):
        arrived(job, report, report.dataset.dataset_id, import_form.PLACE.clear)
        imports.show_report(report)
    elements.button("Close", "close", "close_report", state.watch, None)


def arrived(job: Job, report: ImportReport | VectorReport, dataset_id: str, clear: Callable[[], None]) -> None:
    """Go on with what has just arrived, once, with a form that is empty again."""
    if imports.adopt_result(job, report):
        clear()
        loaders.forget_dataset(dataset_id)
        st.session_state.section = AT_HAND
        st.rerun()  # the sidebar was drawn with the data before this one


st.title("Which data shall we look at?")
trash.undo_line()
arrival()
section = elements.segments("Section", [AT_HAND, OWN, VECTORS, RELEASED], "section", label_visibility="collapsed")
if section == OWN:
    import_form.show()
elif section == VECTORS:
    vectors_form.show()
elif section == RELEASED:
    releases()
else:
    at_hand()
    trash.overview()
    trash.set_aside(
        data.set_aside(),
        "dataset",
        "Their files cannot be read, or are another version's. Nothing was deleted; import the data again to use it.",
    )
