"""When did it learn this? Movies that are followed through a film, and when they became neighbors."""

from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from core.analysis.film import STANDS, stood_since, telling_pair
from core.studies.moments import MOMENTS, Moments, MomentsSettings, moments_of
from dashboard.cache import loaders
from dashboard.jobs import studies
from dashboard.session import address_bar
from dashboard.shared import finding, phrases
from dashboard.shared.markup import escape
from dashboard.train import curve, film
from dashboard.train.film import Reel

MOST_FOLLOWED = 6
KEY = "followed"
"""Of the widget, and of what the address says: the items' ids, unless nobody has chosen others than were there."""


def followed(reel: Reel) -> list[int]:
    """Rows of the items to follow: those that somebody has chosen, else two that the model places together."""
    labels, telling = loaders.item_rows(reel.run.run_id).labels, _telling(reel.run.run_id, reel)
    linked = _linked(reel)
    if linked is not None or KEY not in st.session_state:
        st.session_state[KEY] = [labels[row] for row in linked or telling]
    rows = {labels[row]: row for row in reel.film.rows.tolist()}
    chosen = [rows[label] for label in st.session_state[KEY] if label in rows]
    ids = loaders.ratings_of(reel.run.run_id).items.ids
    address_bar.put(**{KEY: ",".join(quote(ids[row], safe="") for row in chosen if chosen != [*telling]) or None})
    return chosen


def _linked(reel: Reel) -> list[int] | None:
    """Rows of the items that a link names, as far as the film shows them; None where no link is news."""
    value = address_bar.news(KEY)
    if value is None:
        return None
    ids = loaders.ratings_of(reel.run.run_id).items.ids
    rows = {ids[row]: row for row in reel.film.rows.tolist()}
    named = [unquote(item) for item in value.split(",") if item]
    if strange := [item for item in named if item not in rows] or named[MOST_FOLLOWED:]:
        address_bar.ignore(KEY, strange, f"at most {MOST_FOLLOWED} ids of what the film shows")
    return list(dict.fromkeys(rows[item] for item in named if item in rows))[:MOST_FOLLOWED]


@st.cache_data(max_entries=16, show_spinner=False)
def _telling(run_id: str, _reel: Reel) -> tuple[int, ...]:
    rows = _reel.film.rows
    if len(rows) < 2 or not _reel.run.scorer.has_vectors:
        return ()
    items = loaders.item_rows(run_id)
    chosen = telling_pair(_reel.run.scorer.item_embedding[rows], items.count[rows], [items.labels[row] for row in rows])
    return tuple(rows[list(chosen)].tolist())


def section(reel: Reel, rows: list[int]) -> None:
    """Whom to follow, `followed` rows, and when the model learned what it says of them."""
    run, noun = reel.run, reel.run.dataset.noun
    nouns, labels = phrases.plural(noun), loaders.item_rows(run.run_id).labels
    st.header("When did it learn this?")
    names, now = [labels[row] for row in reel.film.rows.tolist()], st.session_state[KEY]
    label = f"Follow {nouns} on their way"
    with st.container(gap="xxsmall"):
        finding.field(
            label,
            names,
            key=f"{KEY}_field",
            on_choose=finding.add,
            args=(KEY, tuple(now), MOST_FOLLOWED, names),
            words=f"Their ways are drawn in the film. When others became neighbors of the first {noun} is told below.",
        )
        finding.found(label, now, key=KEY, most=MOST_FOLLOWED, persist_state="session")
    if curve.dimensions_used(run.scorer) == 0:
        st.markdown(
            "It found no taste in these ratings that it could be sure of: there is nothing that it has learned."
        )
        return
    st.markdown(
        axis_words(stood_since(reel.film.places[:, :, 0]), reel.film.at, nouns, biases=not run.scorer.has_vectors)
    )
    if not run.scorer.has_vectors or len(rows) < 2:
        return
    found = studies.study(
        MOMENTS,
        run,
        MomentsSettings(),
        title="When did these become neighbors?",
        button="Find out",
        # What it takes to find the neighbors in a hundred frames of as many items as a film shows.
        about_seconds=film.START_SECONDS + run.outcome.train_seconds + 4,
        words="The film keeps two numbers of each place, and neighbors are told by all of them: the same training runs "
        "once more, and its neighbors are looked up at every moment.",
    )
    if found is None:
        return
    moments = moments_of(found)
    for other in rows[1:]:
        st.markdown(neighbor_words(moments, rows[0], other, labels, nouns))
    st.caption(f"{settled_words(moments)} Nearest by the cosine, among the {len(moments.rows):,} {nouns} of the film.")


def axis_words(since: int | None, at: np.ndarray, nouns: str, *, biases: bool) -> str:
    """When the first axis of a film stood: the one of `biases`, as a model without vectors has it, or another."""
    axis = "The order of the biases" if biases else "Component 1"
    rule = f"correlation at least {STANDS:g}"
    if since is None:
        return f"{axis} never stood: the places of the {nouns} along it were still others in the last picture but one."
    if since == 0:
        return f"{axis} stood in the first picture already ({rule})."
    return f"{axis} stood at epoch {at[since]:.1f}: from there on the {nouns} lie along it as in the end ({rule})."


def neighbor_words(moments: Moments, one: int, other: int, labels: list[str], nouns: str) -> str:
    """When one item became a neighbor of another and remained it, in a sentence (Markdown)."""
    since, k = moments.neighbor_since(one, other), moments.near.shape[1]
    first, second = (f"“{escape(labels[row])}”" for row in (one, other))
    if since is None:
        return f"{second} is none of the {k} {nouns} nearest to {first} in the finished model: it has not learned that."
    among = f"{second} is among the {k} {nouns} nearest to {first}"
    if since == 0:
        return f"{among} from the first picture on: numbers drawn by chance put it there."
    if since == len(moments.at) - 1:
        return f"{among} in the last picture alone, at epoch {moments.at[since]:.1f}: nobody saw whether it stays."
    return f"From epoch {moments.at[since]:.1f} on, {among}, and it stayed."


def settled_words(moments: Moments) -> str:
    """When half of all neighbors had become so; that they had not before the end where that is so."""
    half = int(np.median(moments.since))
    if half >= len(moments.at) - 2:
        return "More than half of all neighbors of this model were others until the end: it had not settled."
    return f"Half of all neighbors of this model were there to stay by epoch {moments.at[half]:.1f}."
