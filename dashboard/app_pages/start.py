"""Start: a map that learns before one's eyes, what can be done on it, the ratings at a glance, and the way on."""

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from core.jobs.job_folder import Job
from dashboard.cache import loaders
from dashboard.datasets.overview import overview
from dashboard.jobs import trainings
from dashboard.missions import begun
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.shell.needs_run import GONE
from dashboard.start import stage

WELL_KNOWN = 21
"""Ratings from which on a model can learn more than a little about an item."""

ratings = loaders.ratings(state.dataset_id())
noun, nouns = ratings.noun, phrases.plural(ratings.noun)
begins_anew = False
if begun.concerned():
    from dashboard.missions import progress  # see `begun`

    begins_anew = progress.waits_for_first()
run_id = None if begins_anew else state.run_id()


def lead(job: Job | None) -> None:
    """The one primary button: it trains the first model, and afterwards leads on."""
    if job is not None and job.active:
        trainings.stop_button(job)
    elif run_id is None and not len(ratings):
        elements.page_link("datasets", "Bring the vectors again", "upload_file", section="Open vectors")
    elif run_id is None:
        trainings.ask(trainings.first_config(), job, label="Train your first model")
    else:
        page, icon, label = phrases.first_look(loaders.run(run_id).config)
        if st.button(label, type="primary", icon=f":material/{icon}:"):
            st.switch_page(f"app_pages/{page}.py")


def followed() -> Job | None:
    """The training that is watched here; without a model also one that somebody else has just asked for.

    None at the first step of a mission: whoever is there has asked for none yet.
    """
    if begins_anew:
        return None
    job = trainings.watched()
    if run_id is None and (job is None or not job.active):
        return trainings.running(trainings.first_config()) or job
    return job


def data_in_numbers(ratings: Ratings) -> None:
    """The dataset at a glance, and how much of it a model can learn from."""
    st.header("The data")
    overview(ratings)
    if not len(ratings):
        return
    text = f"The middle rating is {np.median(ratings.rating):g} {phrases.unit(ratings)}."
    if len(ratings.users) >= WELL_KNOWN:  # among fewer people nothing can have so many ratings
        few = np.count_nonzero(ratings.item_count < WELL_KNOWN) / len(ratings.items)
        text += (
            f" {few:.0%} of the {nouns} have {WELL_KNOWN - 1} ratings or fewer: about those a model can learn little, "
            "and the pages say so where it matters."
        )
    st.caption(text)


def where_to_go() -> None:
    """Four cards that lead on."""
    st.header("Where to go")
    with st.grid(4, min_column_width=180):
        for page, icon, title, words in phrases.WHERE_TO_GO if len(ratings) else phrases.WHERE_TO_GO_WITH_VECTORS:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**:material/{icon}: {title}**")
                st.caption(words.format(**phrases.nouns(noun)))
                st.space("stretch")
                st.page_link(
                    f"app_pages/{page}.py", label="Open", icon=":material/arrow_forward:", icon_position="right"
                )


def about_the_data(ratings: Ratings) -> None:
    """Source, licence and citation, as far as the data says them."""
    if not {"source", "licence", "citation"} & set(ratings.about):
        return
    with st.expander("Source, licence and citation of the data", icon=":material/gavel:"):
        for key, title in (("source", "Source"), ("licence", "Licence"), ("citation", "Please cite")):
            if key in ratings.about:
                st.markdown(f"**{title}.** {ratings.about[key]}")


job = followed()
with st.container(horizontal=True, vertical_alignment="center", key="lead"):  # what is below stays
    headline = phrases.HEADLINE if len(ratings) else phrases.HEADLINE_OF_VECTORS
    st.title(headline.format(**phrases.nouns(noun)), width="stretch")
    lead(job)
if run_id is None and not len(ratings):
    st.info(GONE.format(**phrases.nouns(noun)), icon=":material/info:")
else:
    stage.show(run_id, job)
data_in_numbers(ratings)
where_to_go()
about_the_data(ratings)
