"""For you: rate a few, and see what you would like, where you are among all people, and why."""

import streamlit as st

from dashboard.cache import analyses, loaders
from dashboard.for_you import listing, own_ratings, position, rate, why_dialog, words
from dashboard.for_you.view import load_view
from dashboard.shared import phrases
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import require_run

run = require_run()
noun, nouns = run.dataset.noun, phrases.plural(run.dataset.noun)


def say() -> None:
    """What a link or a file held, once."""
    said = own_ratings.take_said()
    if said is None:
        return
    if said.code:
        st.error(escape(said.text), icon=":material/error:", title=phrases.error_title(said.code))
    else:
        st.toast(escape(said.text), icon=":material/check:")


def how_computed() -> None:
    """What the benchmark found, formulas and sources."""
    with st.expander("How good are these guesses?", icon=":material/verified:"):
        st.markdown(words.measured())
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(words.foldin(run, nouns))
        st.markdown(why_dialog.explanation(run, noun))


st.title("What would you like?")
st.markdown(
    f"Rate some {nouns}, and the model guesses what you would give all others. It is not trained again: what it "
    f"knows of the {nouns} stays, and only your own numbers are fitted."
)
ratings = loaders.ratings(run.dataset.dataset_id)
own_ratings.adopt_link(ratings)
own_ratings.write_link(ratings.dataset_id)
say()
view = load_view(run.run_id)
known, rows, person = view.known, view.rows, view.person
entry = analyses.rating_entry(ratings.dataset_id)
predictions = listing.Predictions(known.predictions(person), known.sureness(person))
left, right = st.columns([5, 7], gap="large")
with left:
    rate.panel(known, rows, entry)
with right:
    listing.panel(known, rows, entry, predictions, lambda row: why_dialog.dialog(run.run_id, row))
position.section(view.known, person, view.naming.labels, view.naming.ends)
why_dialog.section(view, int(analyses.first_items(run.run_id)[0]))
how_computed()
