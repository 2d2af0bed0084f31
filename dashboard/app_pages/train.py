"""Train: choose a model and its settings, and watch it learn."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Action
from core.config import RunConfig
from core.errors import LimitError, NotApplicableError
from core.jobs.job_folder import Job
from core.model.families import FAMILIES
from dashboard.cache import analyses, loaders
from dashboard.jobs import sweeps, trainings
from dashboard.session import classroom, state, visitor
from dashboard.shared import elements, model_names, phrases, told
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import require_ratings
from dashboard.sweep import all_models
from dashboard.sweep import view as swept
from dashboard.train import board, form, link

FORM, BOARD = 1, 2.7
"""How the width is shared."""


def settings_changed() -> None:
    """A finished job leaves the screen when the settings are no longer its own; a running one stays."""
    job = trainings.watched()
    if job is not None and not job.active:
        state.watch(None)


def settings_form(noun: str) -> None:
    """Everything a person can choose, the plain things first; `noun` is what is rated."""
    form.begin()
    above = st.container()
    form.model(settings_changed)
    explanation(noun)
    plain = [name for name in form.PLAIN if name in form.fields()]
    with st.grid(2, min_column_width=84, gap="xsmall", vertical_alignment="bottom"):  # pixels that one of two needs
        for name in filter(form.is_number, plain):
            with st.container(gap="xxsmall"):
                form.setting(name, noun, settings_changed)
    with st.container(gap="xsmall"):
        for name in plain:
            if not form.is_number(name):
                form.setting(name, noun, settings_changed)
    if not classroom.on():
        with st.expander("All settings", icon=":material/tune:"):
            for name in form.folded():
                form.setting(name, noun, settings_changed)
    with above:  # drawn last: the chosen one is that of the settings, which a link may have filled in
        form.presets(trainings.suitable_preset(), settings_changed)
    form.drawn()


def explanation(noun: str) -> None:
    """The chosen model in four sentences, where it is an unusual one."""
    settings = form.settings()
    if not FAMILIES[settings["model"]].has_uncertainty:
        return
    groups = analyses.item_features(state.dataset_id()) if settings["item_columns"] else ()
    words = phrases.nouns(noun) | {"known": told.in_words([group.name for group in groups])}
    last = phrases.HOW_SURE_TOLD if groups else phrases.HOW_SURE_ALONE
    with st.expander("What this model does", icon=":material/help:"):
        st.markdown(phrases.HOW_SURE.format(told=last.format(**words), **words))


def config_of_form() -> RunConfig | None:
    """What the form says; None where that cannot be trained on the selected data, which is said."""
    if refused := form.out_of_range(loaders.ratings(state.dataset_id()).noun):
        elements.error(LimitError.code, "; ".join(refused))
        return None
    try:
        config = form.current()
        loaders.expected(state.dataset_id(), config)
    except (LimitError, NotApplicableError) as error:
        elements.error(error.code, str(error))
        return None
    return config


def button(config: RunConfig | None, job: Job | None, stored: set[str]) -> None:
    """The one button: Train, which becomes Stop while `job` runs, and the way to what is trained already."""
    if job is not None and job.active:
        asked = loaders.job_config(job)
        said = phrases.sentence(f"In training: {model_names.config_words(asked, form.START)}") if asked else ""
        st.markdown(f":small[{escape(said)}]", width="stretch")
        trainings.stop_button(job)
        return
    key = None if config is None else trainings.key(config)
    words = phrases.sentence(
        "These settings cannot be trained" if config is None else model_names.config_words(config, form.START)
    )
    if config is not None and key in stored:
        just_now = job is not None and job.key == key
        come = "Training is done." if just_now else "From the store."
        st.markdown(f":small[{escape(words)} :material/check_circle: {come}]", width="stretch")
        page, icon, label = phrases.first_look(config)
        label = label if just_now else "Trained before: open"
        if st.button(label, type="primary", icon=f":material/{icon}:", key="open_trained"):
            state.select_run(key)
            st.switch_page(f"app_pages/{page}.py")
        return
    st.markdown(f":small[{escape(words)}]", width="stretch")
    disabled = config is None or not visitor.may(Action.TRAIN)
    elements.button("Train", "play_arrow", "start_training", trainings.start, config, primary=True, disabled=disabled)
    elements.allowed(Action.TRAIN)


def places() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where the form, the board, and what is said of it go: on a phone the form is folded, under the board."""
    if visitor.on_phone():
        shown = st.container()
        folded = st.container(key="folded_form").expander("Settings", icon=":material/tune:")
        return folded, shown, st.container()
    narrow, wide = st.columns([FORM, BOARD], gap="small")
    return narrow.container(key="train_form"), wide.container(), wide.container()


def one_model(top: DeltaGenerator) -> None:
    """The form, and the training with these settings; the button stands in `top`."""
    job, run_id = trainings.watched(), state.run_id()
    run = None if run_id is None else loaders.run(run_id)
    selected = run.config if run is not None and run.origin.kind == "trained" else None
    anew = link.another_run(run_id) and (job is None or job.key != run_id)
    if anew and job is not None and not job.active:
        state.watch(None)
        job = None
    said = link.adopt(selected, anew=anew)
    if job is not None and st.session_state.get("_form_of_job") != job.job_id:
        st.session_state["_form_of_job"] = job.job_id
        job_config = loaders.job_config(job)
        if job_config is not None and not said:
            form.fill(job_config)
    noun = loaders.ratings(state.dataset_id()).noun
    form_place, board_place, below = places()
    with form_place:
        settings_form(noun)
    link.write(selected, run_id)
    with board_place:
        config = config_of_form()
        if config is not None and (job is None or not job.active):
            job = trainings.running(config) or job
        # what the job was asked for: the form may say something else by now, also what cannot be trained
        asked = (None if job is None else loaders.job_config(job)) or config or selected
        with top:
            button(config, job, {summary.run_id for summary in loaders.runs()})
        if asked is not None:
            course(asked, job, below)
            with below:
                all_models.fold(loaders.runs_of(state.dataset_id()), asked, noun)


def course(asked: RunConfig, job: Job | None, below: DeltaGenerator) -> None:
    """How a training with these settings goes, or went; `below` is for what is said of it."""
    references = loaders.expected(state.dataset_id(), asked)
    shown = st.container()
    key = trainings.key(asked)
    behind, behind_run = board.choose_behind(key)
    if job is not None and job.active:
        with shown:
            board.running(job.job_id, references, behind_run)
        return
    # A fragment draws into a container of its own. With one here too, every element keeps its place
    # in the tree when a training starts or ends: nothing is drawn twice, and the curve is not built anew.
    with shown, st.container():
        if any(summary.run_id == key for summary in loaders.runs()):
            if job is not None and trainings.select_result(job):
                st.rerun()  # the sidebar was drawn with the model before this one
            board.finished(loaders.run(key), behind, behind_run, below)
        else:
            board.not_trained(asked, references, behind, job if job is not None and job.state != "done" else None)


require_ratings(
    "Train a model",
    "These vectors were trained elsewhere, and of what they were trained on nothing came along. So there is nothing "
    "to train on here, and there is no curve and no film of how they were learned.",
)
introduction = phrases.TRAIN_INTRODUCTION if visitor.may(Action.TRAIN) else phrases.TRAIN_CLOSED
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    words = introduction.format(noun=loaders.ratings(state.dataset_id()).noun)
    st.title("Train a model", help=words, width="content")
    many = elements.toggle("Many settings", sweeps.VIEW, phrases.MANY_SETTINGS)
    # a narrow window has the words above the button: see shell/page.css
    top = st.container(horizontal=True, wrap=False, vertical_alignment="center", key="train_button")
if many:
    swept.show(config_of_form())
else:
    one_model(top)
