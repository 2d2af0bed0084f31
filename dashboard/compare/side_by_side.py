"""Two models side by side: how alike they are, both maps, and which items keep their neighbors."""

import streamlit as st

from core.errors import UnknownRunError
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.maps import maps
from dashboard.compare.neighbors import kept_neighbors
from dashboard.compare.pair import Names, Pair


@st.fragment
def side_by_side(names: Names) -> None:
    """Everything about the two; a selection redraws this part alone."""
    try:
        of = compare_pair.load_pair(names)
    except UnknownRunError:
        of = None
    if of is None:  # a model, or the study that compared them, was deleted meanwhile: the page shows what is left
        st.rerun()
    _measures(of)
    st.markdown(compare_words.alike(*of.letters, of.comparison, of.noun))
    maps(of)
    kept_neighbors(of)


def _measures(of: Pair) -> None:
    """The three measures, each with what chance would give."""
    measured, overlap = of.comparison.measured, of.comparison.overlap
    with st.grid(3, min_column_width=200):
        st.metric(
            f"Neighbors kept, of {overlap.k}",
            compare_words.number(measured.kept),
            f"by chance {measured.kept_by_chance:.2f}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=f"Of the {overlap.k} nearest by cosine in one model, how many are also among the {overlap.k} nearest "
            f"in the other, on average. As Jaccard overlap {measured.overlap:.3f}.",
        )
        st.metric(
            "Linear CKA",
            f"{measured.cka:.3f}",
            f"by chance {measured.cka_by_chance:.3f}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="1: the same space but for rotation and size. Few items in many dimensions look alike by chance.",
        )
        st.metric(
            "Procrustes distance",
            f"{measured.distance:.3f}",
            f"by chance {measured.distance_by_chance:.3f}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="0: the same but for rotation, reflection, size and place. Otherwise the share of the spread that "
            "alignment leaves unexplained.",
        )
