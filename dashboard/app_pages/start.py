"""Start: what an embedding is, the ratings at a glance, and one button that trains a first model."""

import numpy as np
import streamlit as st

from core.analysis.components.bases import How
from core.data.nouns import with_article
from core.data.ratings import Ratings
from dashboard.cache import component_analyses, loaders
from dashboard.charts import data as charts
from dashboard.datasets.overview import filled_share, overview
from dashboard.jobs import trainings
from dashboard.principal_components.how import current
from dashboard.session import state
from dashboard.shared import phrases, told

WELL_KNOWN = 21
"""Movies on the small map have at least this many ratings."""

ratings = loaders.ratings(state.dataset_id())
noun, nouns = ratings.noun, phrases.plural(ratings.noun)
run_id = state.run_id()
map_of = run_id if run_id is not None and loaders.run(run_id).config.dimensions > 1 else None


def picture() -> None:
    """The map of the selected model; where there is none, what every model starts from."""
    if map_of is None:
        alt = f"Ratings of the best-known {nouns} by people from the most to the least active, with many gaps"
        st.plotly_chart(charts.rating_matrix(ratings), key="start_matrix", config=phrases.CHART_CONFIG, alt=alt)
        return
    kept = np.flatnonzero(ratings.item_count >= WELL_KNOWN)
    if len(kept) < 2:
        kept = np.arange(len(ratings.items))
    components = component_analyses.components(map_of, current(map_of))
    if len(components.components) < 2:
        components = component_analyses.components(map_of, How())
    scores = components.scores[kept]
    titles = ratings.item_table["title"].to_numpy()[kept]
    figure = charts.small_map(scores, titles, ratings.item_count[kept], noun=noun)
    alt = f"Map of {len(kept):,} {nouns} along the first two components of the model, well-known ones named"
    st.plotly_chart(figure, key="start_map", config=phrases.CHART_CONFIG, alt=alt)


def introduction() -> None:
    """Three sentences and the one button."""
    st.markdown(phrases.WHAT_IS_AN_EMBEDDING.format(**phrases.nouns(noun)))
    if run_id is None:
        st.caption(
            "The table shows where it starts: ratings with gaps between them. Even for the best-known it has many, "
            f"and over all {nouns} {1 - filled_share(ratings):.1%} of it is empty. A model learns to fill the gaps."
        )
        trainings.offer(trainings.first_config(), label="Train your first model", lead_to="app_pages/components.py")
        return
    summary = next(summary for summary in loaders.runs() if summary.run_id == run_id)
    learned = told.sentence(loaders.run(run_id), f"No one told it what {with_article(noun)} is about.")
    beside = "The map comes from your model" if map_of else "One number is no map, but there is a model"
    st.caption(f"{beside}: {phrases.run_words(summary)}. {learned}")
    if st.button("Open the components", type="primary", icon=":material/insights:"):
        st.switch_page("app_pages/components.py")


def data_in_numbers(ratings: Ratings) -> None:
    """The dataset at a glance, and how much of it a model can learn from."""
    st.header("The data")
    overview(ratings, "start")
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
        for page, icon, title, words in phrases.WHERE_TO_GO:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**:material/{icon}: {title}**")
                st.caption(words.format(**phrases.nouns(noun)))
                st.space("stretch")
                st.page_link(
                    f"app_pages/{page}.py", label="Open", icon=":material/arrow_forward:", icon_position="right"
                )


def about_the_data(ratings: Ratings) -> None:
    """Source, licence and citation."""
    with st.expander("Source, licence and citation of the data", icon=":material/gavel:"):
        for key, title in (("source", "Source"), ("licence", "Licence"), ("citation", "Please cite")):
            if key in ratings.about:
                st.markdown(f"**{title}.** {ratings.about[key]}")


st.title(phrases.HEADLINE.format(noun=noun))
left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
place = left.container()  # filled last: the first map of a model takes a moment
with right:
    introduction()
data_in_numbers(ratings)
where_to_go()
about_the_data(ratings)
with place.skeleton(height=400), place:
    picture()
