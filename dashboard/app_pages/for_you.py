"""For you: rate a few, and see what you would like, where you are among all people, and why."""

import streamlit as st

from dashboard import analyses, copy, loaders
from dashboard.components import naming
from dashboard.for_you import apart, listing, own, rate, where, why, words
from dashboard.markup import escape
from dashboard.needs_run import require_run

run = require_run()
noun, nouns = run.dataset.noun, copy.plural(run.dataset.noun)


def say() -> None:
    """What a link or a file held, once."""
    said = own.take_said()
    if said is None:
        return
    if said.code:
        st.error(escape(said.text), icon=":material/error:", title=copy.error_title(said.code))
    else:
        st.toast(escape(said.text), icon=":material/check:")


def explanation() -> None:
    """What the benchmark found, formulas and sources."""
    with st.expander("How good are these guesses?", icon=":material/verified:"):
        st.markdown(words.measured())
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(words.foldin(run, nouns))
        st.markdown(why.explanation(run, noun))


st.title("What would you like?")
st.markdown(
    f"Rate some {nouns}, and the model guesses what you would give all others. It is not trained again: what it "
    f"knows of the {nouns} stays, and only your own numbers are fitted."
)
ratings = loaders.ratings(run.dataset.dataset_id)
own.adopt_link(ratings)
own.write_link(ratings.dataset_id)
say()
known = analyses.newcomers(run.run_id)
rows = loaders.item_rows(run.run_id)
entry = analyses.rating_entry(ratings.dataset_id)
person = known.place(own.own(ratings.dataset_id).given)
guesses = listing.Guesses(known.guesses(person), known.sureness(person))
result = analyses.item_pca(run.run_id, centered=False, min_ratings=0)
noise = analyses.item_noise(run.run_id, centered=False, min_ratings=0) if run.config.embedding_dim > 1 else None
labels = naming.look_up(run.run_id, result, naming.How(False, 0)).labels(noise)
standing = where.standing(known, person)
ends = where.ends_of(known, labels[: standing.among.scores.shape[1]])
named = apart.Naming(labels, ends)
left, right = st.columns([5, 7], gap="large")
with left:
    rate.panel(known, rows, entry)
with right:
    listing.panel(known, rows, entry, guesses, lambda row: why.dialog(known, rows, person, named, row))
where.section(known, person, standing, labels, ends)
why.section(known, rows, person, named, int(analyses.first_items(run.run_id)[0]))
explanation()
