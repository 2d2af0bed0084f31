"""The models that a question is answered with: those that are there, and one button that trains the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.access import Action
from core.config import RunConfig, SplitConfig
from core.data.ratings import NO_TIME, Ratings
from core.errors import LimitError
from core.jobs import queue
from core.model.autoencoder import Autoencoder
from core.model.families import family_of, parse_config
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.train import curve

RATING = "rating"
"""The task of guessing ratings, beside those that are named as their family is."""

TASKS = {
    RATING: "Guess the rating",
    "ranking": "Seen or not",
    "labels": "Which genres",
    "item2vec": "What is watched next",
}
"""What vectors of items can be trained on."""


@dataclass(frozen=True)
class Model:
    """A model that a question needs: one of `TASKS` or of a family, its title beside others, its run if it is there."""

    task: str
    title: str
    config: RunConfig
    run_id: str | None


def rating_run(run: Run) -> Run | None:
    """The selected run where it guesses ratings with vectors that it was trained for; else the best there is, or None.

    A model that was trained elsewhere cannot be trained again on another task.
    """

    def fits(config: RunConfig) -> bool:
        family = family_of(config)
        sums = family.guesses_ratings and family.is_bilinear and family.has_vectors
        return family.trained_here and sums and not issubclass(family, Autoencoder)

    if fits(run.config):
        return run
    others = [one for one in state.one_of_each(loaders.runs_of(run.dataset.dataset_id)) if fits(one.config)]
    best = min(others, key=lambda one: one.outcome.guess_error, default=None)
    return None if best is None else loaders.run(best.run_id)


def beside(run: Run, family: str, title: str) -> Model:
    """A model of a family on the split of a run, or on its own where it has to be: the newest, or usual settings."""
    parts = {name: getattr(run.config, name) for name in SplitConfig.model_fields}
    try:
        usual = parse_config({"model": family} | parts)
    except LimitError:
        usual = parse_config({"model": family})
    for one in loaders.runs_of(run.dataset.dataset_id):
        if one.config.model == family and one.config.split == usual.split:
            return Model(family, title, one.config, one.run_id)
    return Model(family, title, usual, None)


def tasks(run: Run, lacks: Mapping[str, str]) -> list[Model]:
    """The models of all tasks but those that the data lack something for, the run that guesses ratings first."""
    others = [beside(run, name, title) for name, title in TASKS.items() if name != RATING and name not in lacks]
    return [Model(RATING, TASKS[RATING], run.config, run.run_id), *others]


def lacks(ratings: Ratings) -> dict[str, str]:
    """What the data do not say, by the task that would need it; for a sentence that begins with "these data"."""
    genres = {genre for of_item in ratings.item_table["genres"] for genre in of_item}
    missing = {"labels": f"say no genres of their {phrases.plural(ratings.noun)}"} if len(genres) < 2 else {}
    timed = ratings.timestamp is not None and (ratings.timestamp != NO_TIME).any()
    return missing | ({} if timed else {"item2vec": "do not say when something was rated"})


def offer(models: Sequence[Model]) -> None:
    """A box with a button that trains what is not there, one job each, and follows them."""
    missing = [model for model in models if model.run_id is None]
    keys = {trainings.key(model.config): model for model in missing}
    newest = {job.key: job for job in loaders.jobs_now() if job.kind == "train" and job.key in keys}
    with st.container(border=True):
        titles = [phrases.with_noun(model.title, loaders.ratings(state.dataset_id()).noun) for model in missing]
        st.markdown(f"**Not trained yet: {phrases.together(titles)}**")
        if active := [job for job in newest.values() if job.active]:
            _follow(tuple(job.job_id for job in active), tuple(keys[job.key].title for job in active))
            return
        for job in newest.values():
            if job.state != "done":
                trainings.explain_end(job)
        if not elements.allowed(Action.TRAIN):
            st.markdown("These commands make them:" if len(missing) > 1 else "This command makes it:")
            st.code("\n".join(trainings.command(model.config) for model in missing), language=None, wrap_lines=True)
            return
        label = "Train them" if len(missing) > 1 else "Train it"
        elements.button(label, "play_arrow", "train_for_question", start, [model.config for model in missing])
        goes_on = "goes on when you leave the page, and the model is kept."
        st.caption(f"Each is a job of its own: it {goes_on}" if len(missing) > 1 else f"It {goes_on}")


@state.reporting
def start(configs: list[RunConfig]) -> None:
    """Train these on the selected data, one job each; a callback."""
    for config in configs:
        trainings.submit(config, state.dataset_id())


@st.fragment(run_every=trainings.POLL)
def _follow(job_ids: tuple[str, ...], titles: tuple[str, ...]) -> None:
    """How far several trainings are; when one has ended, the whole page runs again."""
    for job_id, title in zip(job_ids, titles, strict=True):
        job = trainings.going_on(job_id)
        st.progress(
            job.progress, text=f"{title}. {trainings.progress_words(job, curve.of_events(queue.events(job.job_id)))}"
        )
        trainings.stop_button(job, f"stop_{job_id}")
