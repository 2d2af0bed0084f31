"""The frame around every page: navigation, the two choices everything depends on, the job tray, and the log-in."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import access, data
from core.access import Action
from core.data.ratings import Ratings
from core.errors import ExplorerError, UsageError
from core.jobs.job_folder import Job
from core.store.run_files import RunSummary
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.missions import begun
from dashboard.principal_components import how
from dashboard.session import address_bar, chosen_items, classroom, dialogs, state, untrusted, visitor
from dashboard.session.visitor import HOURS, log_ins
from dashboard.shared import elements, finding, glossary, model_names, phrases, uploader
from dashboard.shared.markup import escape
from dashboard.shell import memory
from dashboard.shell.needs_run import PageEnded
from dashboard.train import link

NAME = "Embedding Explorer"
LOGO = Path(__file__).parents[1] / "logo.svg"

_keep_focus = st.components.v2.component("keep_focus", js=Path(__file__).with_name("focus.js").read_text("utf-8"))

PAGES = {
    "Learn": [
        ("start", "Start", ":material/home:"),
        ("under_the_hood", "Under the hood", ":material/school:"),
        ("questions", "Open questions", ":material/contact_support:"),
        ("missions", "Missions", ":material/flag:"),
    ],
    "Explore": [
        ("train", "Train", ":material/model_training:"),
        ("embeddings", "Embeddings", ":material/grid_on:"),
        ("components", "Components", ":material/insights:"),
        ("maps", "Maps", ":material/map:"),
        ("neighbors", "Neighbors", ":material/near_me:"),
        ("biases", "Biases", ":material/thumbs_up_down:"),
        ("compare", "Compare", ":material/compare_arrows:"),
        ("for_you", "For you", ":material/recommend:"),
    ],
    "Manage": [
        ("datasets", "Datasets", ":material/database:"),
        ("runs", "Runs", ":material/inventory_2:"),
        ("jobs", "Jobs", ":material/list_alt:"),
    ],
}

untrusted.install()

TRAY_LINES = 4
"""More jobs than this are counted in the tray, not listed."""

_WHOLE = "_whole_page"
"""Session key, there while the whole page is drawn: what is to be said is then said in the same run."""


def run() -> None:
    """Draw the frame and the page in it. An error that a person can mend is shown as one."""
    memory.give_back()
    dialogs.closed()
    uploader.begin()
    runner = loaders.runner()
    st.logo(LOGO, size="large")
    address_bar.restore()
    state.adopt_link()
    classroom.adopt_link()
    _adopt_mission()
    how.adopt_link()
    chosen_items.adopt_link()
    page = _navigation()
    address_bar.open_page(page.url_path)
    if address_bar.from_another_page():
        finding.leave()
    with st.sidebar:
        subject = _choices()
        _job_tray(page.title)
        _administration()
        _keep_focus(key="keep_focus", height=1)
    st.set_page_config(page_title=_tab_title(page, subject))
    state.write_link()
    classroom.write_link()
    how.write_link()
    chosen_items.write_link()
    _mission_bar(page.url_path or "start")
    top = st.container()
    _say_problems(top)
    if unusable := loaders.home_problem():
        elements.error(UsageError.code, unusable)
    if runner.trouble:
        _say_waiting(runner.trouble)
    try:
        if refused := classroom.closed(page.url_path):
            st.title(page.title)
            raise refused
        with contextlib.suppress(PageEnded):
            page.run()
        glossary.fold(page.url_path, rated=len(loaders.ratings(state.dataset_id())) > 0)
    except ExplorerError as error:
        elements.error(error.code, str(error))
    uploader.settle()
    _say_problems(top)  # what the page's widgets could not take from the link


def _adopt_mission() -> None:
    if begun.concerned():
        from dashboard.missions import progress  # see `begun`

        progress.adopt_link()


def _mission_bar(page: str) -> None:
    if begun.concerned():
        from dashboard.missions import bar  # see `begun`

        bar.show(page)


def _say_waiting(trouble: str) -> None:
    """Say that trainings wait; why, with addresses of machines, is for who can mend it."""
    why = trouble if visitor.may(Action.IMPORT) else "the machines that train are away; yours begins when they are back"
    st.warning(escape(phrases.sentence(why)), title="Trainings wait", icon=":material/hourglass_empty:")


def _say_problems(place: DeltaGenerator) -> None:
    for problem in state.take_problems():
        with place:
            elements.error(problem.code, problem.message)


def _navigation() -> st.Page:
    in_class = classroom.on()
    groups = {
        group: [
            st.Page(
                f"app_pages/{name}.py",
                title=title,
                icon=icon,
                help=phrases.PAGE_HELP[name],
                default=name == "start",
                visibility="hidden" if in_class and group == "Manage" else "visible",
            )
            for name, title, icon in pages
        ]
        for group, pages in PAGES.items()
    }
    return st.navigation(groups, expanded=True)


def _tab_title(page: st.Page, subject: str) -> str:
    """What the browser calls the page, in its tab and its history: the page, what it is about, and the program."""
    about_a_model = page.title in [title for _, title, _ in PAGES["Explore"]]
    return " · ".join([page.title, *([subject] if about_a_model else []), NAME])


def _choices() -> str:
    """The dataset and the model, in words, each of which opens a chooser; the one that the page is about."""
    dataset = _dataset()
    label = f"Data: {escape(dataset.name)}, {phrases.size_words(dataset)}"
    with st.popover(label, icon=":material/database:", width="stretch", wrap=True):
        names = loaders.dataset_names()
        _chooser("Dataset", names, dataset.dataset_id, "choose_dataset", state.select_dataset)
        st.caption(dataset.about.get("source", ""))
        if not classroom.on() and visitor.may(Action.IMPORT):
            elements.page_link("datasets", "Bring your own", "upload_file")
    summaries = loaders.runs_of(state.dataset_id())
    chosen = next((summary for summary in summaries if summary.run_id == state.run_id()), None)
    label = f"Model: {model_names.run_words(chosen)}" if chosen else "Model: none yet"
    with st.popover(label, icon=":material/model_training:", width="stretch", wrap=True):
        _choose_run(state.without_trials(summaries, but=state.run_id()), chosen)
    if chosen and (part := chosen.origin.provenance.get("part")):
        st.caption(escape(part))
    return model_names.model_words(chosen.config) if chosen else dataset.name


def _dataset() -> Ratings:
    """The selected dataset; where it cannot be read, that is said, and the bundled one takes its place."""
    try:
        return loaders.ratings(state.dataset_id())
    except ExplorerError as error:
        state.report_error(error)
        state.select_dataset(data.BUNDLED)
        return loaders.ratings(data.BUNDLED)


def _choose_run(summaries: list[RunSummary], chosen: RunSummary | None) -> None:
    if chosen is None:
        st.write("No model has been trained on this data yet.")
        if elements.allowed(Action.TRAIN):
            elements.page_link("train", "Train one", "model_training")
        return
    words = model_names.distinct_run_words(summaries)  # a browser answers with the words, not with the id
    _chooser("Model", words, chosen.run_id, "choose_run", state.select_run)


def _chooser(label: str, words: Mapping[str, str], chosen: str, name: str, choose: Callable[[str], None]) -> None:
    """A field in a popover that follows a choice made elsewhere: by a link, by Back, by a training that ends.

    It is a field of its own for each choice. A browser keeps what the field of a closed popover said last, and would
    choose that again with the next thing that somebody does.
    """
    key = f"{name}_{chosen}"
    st.selectbox(
        label,
        list(words),
        index=list(words).index(chosen),
        format_func=words.__getitem__,
        key=key,
        on_change=lambda: choose(st.session_state[key]),
    )


def _job_tray(page: str) -> None:
    """Draw the tray; it looks again every second, and is empty while nothing happens."""
    st.session_state[_WHOLE] = True
    _tray(page)


@st.fragment(run_every=1.0)
def _tray(page: str) -> None:
    uploader.report_refusal()
    if not st.session_state.pop(_WHOLE, False):
        memory.settle(page)  # the page has been there to be seen for a second
        if state.problems_wait():
            dialogs.rerun()  # a part of the page alone was drawn, and what could not be done is said above it
    state.confirm_link()
    link.confirm()
    jobs = loaders.asked_for()
    active = [job for job in jobs if job.active]
    seen: set[str] = st.session_state.setdefault("_tray_seen", set())
    seen.update(job.job_id for job in active)
    ended = [job for job in jobs if job.job_id in seen and not job.active]
    if not active and not ended:
        return
    for job in active[:TRAY_LINES]:
        _active_job(job)
    if len(active) > TRAY_LINES:
        st.caption(f"and {phrases.count(len(active) - TRAY_LINES, 'more job')}")
    for job in ended[-TRAY_LINES:]:
        _ended_job(job)
    if ended:
        st.button("Clear the list", key="tray_clear", type="tertiary", on_click=seen.clear)


def _active_job(job: Job) -> None:
    words = "stopping" if job.canceling else "waiting" if job.state == "queued" else f"{job.progress:.0%}"
    st.progress(job.progress, text=f":small[{escape(job.title)}: {words}]")
    if job.kind == "train":
        trainings.link_to(job)


def _ended_job(job: Job) -> None:
    """A job that made something leads to that; other ends lead to the job."""
    st.markdown(f":small[{escape(job.title)}: {phrases.JOB_STATES[job.state].lower()}]")
    if job.state == "done":
        from dashboard.jobs import every_kind  # what there is to see of each kind: nobody comes for it first

        every_kind.link_to_result(job)
    else:
        elements.page_link("jobs", "See why", "error" if job.state == "failed" else "stop_circle", job=job.job_id)


_TOKEN = "administrators_token"  # noqa: S105 - the name of a field


def _administration() -> None:
    """Where a setting names administrators: the form, or that the visitor is one and the way back."""
    if not access.administrators_are_named():
        return
    administrator = visitor.current().administrator
    label = "You are an administrator" if administrator else "Administration"
    icon = ":material/shield_person:" if administrator else ":material/lock:"
    key = "leave" if administrator else "enter"  # one that was open closes: it would stand where the form stood
    with st.popover(label, icon=icon, type="tertiary", width="stretch", key=f"administration_{key}"):
        if administrator:
            st.caption("You may delete, rename, import and publish, and stop everybody's jobs.")
            st.button("Leave administration", icon=":material/logout:", key="leave_administration", on_click=_leave)
        else:
            _log_in_form()


def _log_in_form() -> None:
    st.caption(f"For whoever runs this explorer. A log-in is of this browser and lasts {HOURS} hours.")
    if access.has_token():
        with st.form("administration", border=False):
            st.text_input("Administrators' token", type="password", key=_TOKEN, autocomplete="current-password")
            st.form_submit_button("Log in", icon=":material/login:", on_click=_enter)
    if hasattr(st.user, "is_logged_in"):  # as where OpenID Connect is configured
        st.button("Log in with your account", icon=":material/login:", key="log_in_by_account", on_click=st.login)


@state.reporting
def _enter() -> None:
    """Log in with what the field holds, which is emptied; a callback."""
    attempt, st.session_state[_TOKEN] = str(st.session_state.get(_TOKEN) or ""), ""
    log_ins().log_in(attempt, visitor.current())


def _leave() -> None:
    """Be a visitor again; a callback."""
    log_ins().log_out(visitor.current().owner)
    if visitor.is_listed():
        st.logout()
