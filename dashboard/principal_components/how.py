"""How components come about, on all pages alike: chosen on one of them, kept in the session, and in the address."""

import streamlit as st

from core.analysis.components.bases import PREDICTIONS, How
from core.analysis.components.pca import Basis
from dashboard.cache import component_analyses, loaders
from dashboard.session import address_bar
from dashboard.shared import elements, glossary
from dashboard.shared.matrix_rows import Rows

BASIS = "basis"
"""What the address calls the choice."""
LABELS: dict[Basis, str] = {"predictions": "What it predicts", "pca": "The item matrix, as in the article"}

_MIDDLE, _MIDDLE_SWITCH = "_components_middle", "middle"
_CHOSEN, _SHAPE, _PAGE, _SWITCH = "_components_basis", "_components_shape", "_components_page", "basis_switch"


def adopt_link() -> None:
    """Take the basis from the address when somebody opened a link or went back."""
    said = address_bar.news(BASIS)
    if said in LABELS:
        st.session_state[_CHOSEN] = said
    elif said == "":
        st.session_state.pop(_CHOSEN, None)
    elif said:
        address_bar.ignore(BASIS, said, " or ".join(LABELS))
    elif _CHOSEN not in st.session_state and {"centered", "shaped"} & set(st.query_params):
        st.session_state[_CHOSEN] = "pca"  # a link from when there was no other: only that has these choices


def write_link() -> None:
    """Show in the address what somebody has chosen, so that a copied link opens the same view."""
    address_bar.put(**{BASIS: st.session_state.get(_CHOSEN)})


def parameters() -> dict[str, str]:
    """Query parameters with which a page shows these components."""
    return {BASIS: st.session_state[_CHOSEN]} if _CHOSEN in st.session_state else {}


def current(run_id: str) -> How:
    """How a run's components come about: as chosen, else of its predictions, or of its matrix if it makes none."""
    if _chosen() == "predictions" and not component_analyses.no_predictions(run_id):
        return PREDICTIONS
    if _imported(run_id):
        return How("pca", st.session_state.get(_MIDDLE, True))
    centered, min_ratings = st.session_state.get(_SHAPE, (False, 0))
    # Ten for each end, as in the article; of other data fewer.
    most = elements.most_asked_for(loaders.item_rows(run_id).count, 20)  # of other data fewer can be asked for
    return How("pca", centered, min(min_ratings, most))


def _imported(run_id: str) -> bool:
    """Whether these are vectors from elsewhere: looked at around their middle until somebody says otherwise."""
    return loaders.run(run_id).origin.kind == "imported"


def _chosen() -> Basis:
    chosen: Basis = st.session_state.get(_CHOSEN, "predictions")
    return chosen


def choose(page: str, run_id: str, rows: Rows, shaping: int) -> How:
    """The switches, for a line of controls; an item with `shaping` ratings may shape components, if not all do."""
    choose_basis(run_id)
    if current(run_id).basis == "predictions":
        return PREDICTIONS
    meaning = (
        f"{glossary.meaning('Centered')} Off, the first component also holds what all {rows.nouns} have in common."
    )
    came, st.session_state[_PAGE] = st.session_state.get(_PAGE) != page, page
    if _imported(run_id):
        if (came or _MIDDLE_SWITCH not in st.session_state) and _MIDDLE_SWITCH not in st.query_params:
            st.session_state[_MIDDLE_SWITCH] = st.session_state.get(_MIDDLE, True)
        st.session_state[_MIDDLE] = elements.toggle("Centered", _MIDDLE_SWITCH, meaning, first=True)
        return current(run_id)
    centered, min_ratings = st.session_state.get(_SHAPE, (False, 0))
    for key, on in (("shaped", min_ratings > 0), ("centered", centered)):
        if (came or key not in st.session_state) and key not in st.query_params:
            st.session_state[key] = on  # as it was left on another page, whose switch Streamlit forgets
    shaped = elements.toggle(
        f"Shaped by those with at least {shaping}",
        "shaped",
        f"Off: all {len(rows):,} {rows.nouns} take part in the analysis. On: only those with so many ratings do.",
    )
    centered = elements.toggle("Centered", "centered", meaning)
    st.session_state[_SHAPE] = centered, shaping if shaped else 0
    return current(run_id)


def shaping(otherwise: int) -> int:
    """With how many ratings an item may shape components, as it was on another page; `otherwise` at first."""
    _, min_ratings = st.session_state.get(_SHAPE, (False, 0))
    return min_ratings or otherwise


def choose_basis(run_id: str) -> None:
    """The switch alone; nothing where the model has no components of what it predicts."""
    if component_analyses.no_predictions(run_id):
        return
    elements.hold(_SWITCH, _chosen())
    st.segmented_control(
        "Components of",
        list(LABELS),
        format_func=LABELS.__getitem__,
        required=True,
        key=_SWITCH,
        on_change=_keep,
        help="What it predicts: directions along which predicted tastes differ, the same however the model's numbers "
        "are turned, rescaled or shifted. The item matrix: directions of its numbers as they are, which change with "
        "all three.",
        wrap=True,
    )


def _keep() -> None:
    """A callback."""
    if st.session_state[_SWITCH] in LABELS:
        st.session_state[_CHOSEN] = st.session_state[_SWITCH]
