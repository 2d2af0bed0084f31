"""For you: rate a few, and see what you would like, where you are among all people, and why."""

import streamlit as st

from dashboard.cache import analyses, loaders
from dashboard.for_you import listing, own_ratings, position, rate, waterfall, why_dialog, words
from dashboard.principal_components import naming
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


def explanation() -> None:
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
known = analyses.newcomers(run.run_id)
rows = loaders.item_rows(run.run_id)
entry = analyses.rating_entry(ratings.dataset_id)
person = known.place(own_ratings.own(ratings.dataset_id).given)
guesses = listing.Guesses(known.guesses(person), known.sureness(person))
result = analyses.item_pca(run.run_id, centered=False, min_ratings=0)
noise = analyses.item_noise(run.run_id, centered=False, min_ratings=0) if run.config.embedding_dim > 1 else None
labels = naming.look_up(run.run_id, result, naming.How(False, 0)).labels(noise)
standing = position.standing(known, person)
ends = position.ends_of(known, labels[: standing.among.scores.shape[1]])
named = waterfall.Naming(labels, ends)
left, right = st.columns([5, 7], gap="large")
with left:
    rate.panel(known, rows, entry)
with right:
    listing.panel(known, rows, entry, guesses, lambda row: why_dialog.dialog(known, rows, person, named, row))
position.section(known, person, standing, labels, ends)
why_dialog.section(known, rows, person, named, int(analyses.first_items(run.run_id)[0]))
explanation()
