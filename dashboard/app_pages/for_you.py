"""For you: rate a few, and see what you would like, where you are among all people, and why."""

import streamlit as st

from core.analysis.new_user.model import NewUserModel
from dashboard.cache import analyses, loaders
from dashboard.for_you import bring, listing, method, own_ratings, position, rate, why_dialog
from dashboard.for_you.waterfall import load_view
from dashboard.shared import phrases
from dashboard.shared.elements import show_method
from dashboard.shared.markup import escape
from dashboard.shell.needs_run import require_ratings, require_run

STARS = 300
"""Pixels that five stars need beside each other."""

require_ratings(
    "For you",
    "Nothing in this data says who likes what, so nobody can say what you would like.",
)
run = require_run("guesses_ratings")
noun, nouns = run.dataset.noun, phrases.plural(run.dataset.noun)


def show_message() -> None:
    """What a link or a file held, once."""
    message = own_ratings.take_message()
    if message is None:
        return
    if message.code:
        st.error(escape(message.text), icon=":material/error:", title=phrases.error_title(message.code))
    else:
        st.toast(escape(message.text), icon=":material/check:")


def how_computed(model: NewUserModel) -> None:
    """How good the guesses were in a measurement, and formulas and sources, folded away."""
    with st.expander("How good are these guesses?", icon=":material/verified:"):
        st.markdown(method.measured(method.measured_preset(model)))
    show_method(f"{method.text(model, nouns)}\n\n{why_dialog.explanation(run, noun)}")


st.title("What would you like?")
st.markdown(
    f"Rate some {nouns}, and the model guesses what you would give all others. It is not trained again: what it "
    f"knows of the {nouns} stays, and only your own numbers are fitted."
)
ratings = loaders.ratings(run.dataset.dataset_id)
own_ratings.adopt_link(ratings)
own_ratings.write_link(ratings.dataset_id)
show_message()
bring.section(ratings)
view = load_view(run.run_id)
model, rows, person = view.model, view.rows, view.person
entry = analyses.rating_entry(ratings.dataset_id)
predictions = listing.Predictions(model.predictions(person), model.sureness(person), model.personal(person))
with st.grid(2, min_column_width=STARS, gap="medium"):
    with st.container(key="own_rating"):
        rate.heading(ratings)
        position.plane(model, person, view.naming.labels)
        rate.panel(model, rows, entry)
    with st.container(key="own_guesses"):
        listing.panel(model, rows, entry, predictions)
position.section(model, person, view.naming.labels, view.naming.ends)
why_dialog.section(view, int(analyses.first_items(run.run_id)[0]))
how_computed(model)
