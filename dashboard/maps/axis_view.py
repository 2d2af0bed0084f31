"""An axis of one's own: all items between two poles that somebody chooses, names and keeps with the model."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Action
from core.analysis.components.extremes import Ends, ends
from core.analysis.components.hints import words
from core.analysis.maps.axes import Axis, closest_component, combine
from core.analysis.posterior import std_along
from core.data.ratings import Ratings
from core.errors import ExplorerError, LimitError
from core.model.run import Run
from core.studies import saved_axes
from core.studies.saved_axes import OwnAxis
from core.studies.twins import is_twin
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts import maps as charts
from dashboard.charts.base import plain
from dashboard.embeddings.words import signed
from dashboard.map_view import component as map_view
from dashboard.maps import settings
from dashboard.maps import words as map_words
from dashboard.maps.drawn import choose_faint, ellipses, sureness
from dashboard.maps.poles import choose_poles, offered
from dashboard.principal_components import words as component_words
from dashboard.principal_components.how import current, parameters
from dashboard.principal_components.label import Label
from dashboard.principal_components.naming import kept_labels
from dashboard.session import chosen_items, state, visitor
from dashboard.shared import coloring, elements, finding, phrases, selection, tables, twin
from dashboard.shared.markup import escape, spoken
from dashboard.shared.matrix_rows import Rows

TOP, NAMED = 10, 3
"""Items in the table of each end, and named on the picture."""

PLACE, SURE_TO = "Place", "±"
CROSS_CHART = "axes_map"

INTRODUCTION = (
    "Choose {nouns} for two poles and name them. The axis runs from the middle of the one to the middle of the other, "
    "and every {noun} has its place on it. Whether the model knows the difference you mean shows at the ends."
)


def show(run: Run, ratings: Ratings, rows: Rows, line: DeltaGenerator) -> None:
    """Draw the controls, the first of them into `line`, then the axis, both ends and the map of two axes."""
    with line:
        min_ratings = settings.enough(rows)
    axis = choose_poles(run.run_id, ratings, rows)
    try:
        projected = _project(axis, rows, ratings)
    except LimitError as error:
        st.info(escape(phrases.sentence(str(error))), icon=":material/info:")
        _kept_axes(run, None)
        return
    listed = rows.placed & (rows.count >= min_ratings)
    _picture(run, ratings, rows, axis, projected, listed)
    kept = _kept_axes(run, axis)
    _ends(run, ratings, rows, axis, projected, listed, min_ratings)
    _cross(run, ratings, rows, axis, projected, kept, listed)


def _project(axis: OwnAxis, rows: Rows, ratings: Ratings) -> Axis:
    return saved_axes.project(axis, rows.matrix, ratings.items, rows.features)


def _picture(run: Run, ratings: Ratings, rows: Rows, axis: OwnAxis, projected: Axis, listed: np.ndarray) -> None:
    outermost = ends(projected.positions, listed, NAMED)
    chosen = charts.Poles(_rows_of(ratings, axis.low), _rows_of(ratings, axis.high), axis.low_name, axis.high_name)
    nouns = rows.nouns
    label, closest = _closest(run, projected)
    middles = "The dotted lines are the middles of the poles, at −1 and 1."
    text = " ".join(filter(None, [_reach(rows, axis, projected, outermost), middles, closest]))
    figure = charts.axis_strip(projected.positions, listed, outermost, chosen, titles=rows.labels, noun=nouns)
    poles = f"from {axis.low_name or 'low'} to {axis.high_name or 'high'}"
    alt = f"{nouns.capitalize()} along an axis {poles}. {spoken(text)}"
    st.plotly_chart(figure, key="axis_strip", config=phrases.CHART_CONFIG, alt=alt)
    st.markdown(text)
    number = str(label.number)
    link = twin.link(run) | {"component": number} | parameters()
    elements.page_link("components", f"Look at component {number}", "insights", **link)


def _reach(rows: Rows, axis: OwnAxis, projected: Axis, outermost: Ends) -> str:
    """Who lies furthest out."""
    if not len(outermost.top) or not len(outermost.bottom):
        return ""
    low, high = (
        f"{escape(name) or end} lies **{escape(rows.labels[row])}** ({signed(projected.positions[row])})"
        for end, name, row in (("low", axis.low_name, outermost.bottom[0]), ("high", axis.high_name, outermost.top[0]))
    )
    return f"Furthest toward {low}, toward {high}."


def _closest(run: Run, projected: Axis) -> tuple[Label, str]:
    """The component that runs most nearly the same way, of those that the page Components shows."""
    components = component_analyses.components(run.run_id, current(run.run_id))
    by_places = components.basis == "predictions"
    covariance = component_analyses.item_covariance(run.run_id) if by_places else None
    near = closest_component(projected.direction, components, covariance)
    label = kept_labels(run.run_id, components)[near.index]
    return label, map_words.closest(near, label, "correlation" if by_places else "cosine")


def _ends(
    run: Run, ratings: Ratings, rows: Rows, axis: OwnAxis, projected: Axis, listed: np.ndarray, min_ratings: int
) -> None:
    """Both ends as tables that face each other, with what is known to go together with the axis."""
    both, nouns = ends(projected.positions, listed, TOP), rows.nouns
    standing = analyses.axis_standing(run.run_id, axis)
    hint_texts = words(analyses.axis_hints(run.run_id, axis, least=min_ratings), standing)
    sides = (
        (axis.low_name or "low", both.bottom, hint_texts.bottom),
        (axis.high_name or "high", both.top, hint_texts.top),
    )
    std = None
    if rows.variance is not None:
        std = std_along(rows.variance, projected.slope[None])[:, 0]
        st.caption("± says how well the model knows each place; two times in three it is off by less.")
    place = tables.facing()
    for name, there, hint in sides:
        with place, st.container():
            st.header(f"Toward {escape(name)}")
            st.markdown(component_words.end(hint, standing, nouns))
            numbers = {PLACE: projected.positions[there]} | ({} if std is None else {SURE_TO: std[there]})
            elements.table(
                tables.unsigned_zeros(tables.items(ratings, rows, there, numbers)),
                column_order=(shown := [tables.TITLE, *numbers, *tables.known(ratings)]),
                column_config=tables.beside(tables.columns(ratings) | tables.number(*numbers), shown),
                alt=f"The {len(there)} {nouns} furthest toward {name}",
            )
    tables.download(
        f"Download all {int(listed.sum()):,} along this axis as CSV",
        partial(_file, run.run_id, axis, min_ratings),
        file="axis.csv",
    )


def _file(run_id: str, axis: OwnAxis, min_ratings: int) -> bytes:
    rows, ratings = loaders.item_rows(run_id), loaders.ratings_of(run_id)
    projected = _project(axis, rows, ratings)
    return tables.along(ratings, rows, rows.placed & (rows.count >= min_ratings), PLACE, projected.positions)


def _cross(
    run: Run, ratings: Ratings, rows: Rows, axis: OwnAxis, projected: Axis, kept: Sequence[OwnAxis], listed: np.ndarray
) -> None:
    """A map of this axis and a kept one."""
    st.header("Two axes as a map")
    others = {other.axis_id: other for other in kept if other.axis_id != axis.axis_id}
    if not others:
        st.caption("Keep an axis, then choose other poles: the two can be laid across each other.")
        return
    chosen = st.selectbox(
        "Across this axis", list(others), format_func=lambda axis_id: others[axis_id].title, key="axis_cross", width=420
    )
    other = others[chosen]
    pair = combine(projected, _project(other, rows, ratings))
    at, text = np.flatnonzero(listed), map_words.angle(pair)
    places = pair.positions[at]
    sure = sureness(rows, at, places, pair.slopes)
    faint, searched = False, list[int]()
    if sure is not None:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            faint = choose_faint("axes_faint")
            searched = finding.several(f"Find {rows.nouns}", rows.offered, key="axes_find")
    outlines = ellipses(sure, at, places, searched) if sure is not None else []
    title = f"{phrases.count(len(at), rows.noun)} on two axes"
    map_view.show(
        map_view.places(run.run_id, at, places, [_axis_title(axis), _axis_title(other)], ids=ratings.items.ids),
        coloring.first(ratings),
        key=CROSS_CHART,
        title=title,
        alt=spoken(f"{title}: {axis.title} and {other.title}. {text}"),
        looks=map_view.Looks(known=rows.count, opacity=sure.opacity if sure is not None and faint else None),
        marks=map_view.Marks(searched, outlines=outlines),
        selected=chosen_items.rows(ratings),
        on_select=partial(chosen_items.choose, ratings.dataset_id),
        revision=f"{axis.axis_id} {other.axis_id}",
    )
    st.markdown(text)
    if sure is not None:
        st.caption(map_words.sure(rows, sure, method="pca", flat=True, faint=faint, outlined=len(outlines)))
    across = other.title if other.title != axis.title else f"{other.title} (across)"
    numbers = {axis.title: pair.positions[:, 0], across: pair.positions[:, 1]}
    selection.show(CROSS_CHART, run.run_id, rows, at, numbers, file="axes-selection.csv")


def _axis_title(axis: OwnAxis) -> str:
    return f"{plain(axis.low_name or 'low', 30)} ← → {plain(axis.high_name or 'high', 30)}"


def _kept_axes(run: Run, axis: OwnAxis | None) -> tuple[OwnAxis, ...]:
    """Draw what is kept with the model, and the button that keeps the axis on the screen; the kept ones."""
    if is_twin(run.run_id):
        st.caption("An axis of a model without taste is not kept.")
        return ()
    try:
        saved = saved_axes.saved(run.run_id, by=visitor.current())
    except ExplorerError as error:
        st.warning(escape(phrases.sentence(str(error))), icon=":material/warning:")
        return ()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if axis is not None:
            kept = next((other for other in saved if other == axis), None)
            there = kept is not None and not (kept.own and visitor.may(Action.PUBLISH))
            label, icon = ("Kept", "bookmark_added") if there else ("Keep", "bookmark_add")
            label = "Show to everybody" if kept is not None and not there else f"{label} with this model"
            disabled = there or not visitor.may(Action.NAME)
            elements.button(label, icon, "axis_keep", _keep, run.run_id, axis, disabled=disabled)
            if not visitor.may(Action.PUBLISH) and elements.allowed(Action.NAME):
                st.caption("Only you see the axes that you keep.")
        if saved:
            with st.popover(f"Kept axes ({len(saved)})", icon=":material/bookmarks:"):
                for other in saved:
                    _kept_axis(run, other)
    return saved


def _kept_axis(run: Run, axis: OwnAxis) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(escape(axis.title), width="stretch")
        args, key = (run.run_id, axis.axis_id), axis.axis_id
        st.button("Open", on_click=_open, args=args, key=f"axis_open_{key}")
        if not visitor.may(Action.NAME if axis.own else Action.PUBLISH):
            return
        icon = ":material/delete:"
        st.button("Delete", icon=icon, on_click=_delete, args=args, key=f"axis_delete_{key}", type="tertiary")


@state.reporting
def _keep(run_id: str, axis: OwnAxis) -> None:
    saved_axes.save(run_id, axis, by=visitor.current())


@state.reporting
def _delete(run_id: str, axis_id: str) -> None:
    saved_axes.delete(run_id, axis_id, by=visitor.current())


@state.reporting
def _open(run_id: str, axis_id: str) -> None:
    """Put a kept axis into the fields; a callback."""
    axis = next((axis for axis in saved_axes.saved(run_id, by=visitor.current()) if axis.axis_id == axis_id), None)
    if axis is None:  # deleted meanwhile
        return
    ratings, rows, missing = loaders.ratings_of(run_id), loaders.item_rows(run_id), 0
    choice = offered(rows)
    poles = (
        ("low", axis.low, axis.low_features, axis.low_name),
        ("high", axis.high, axis.high_features, axis.high_name),
    )
    for end, ids, features, name in poles:
        labels = [rows.labels[ratings.items.index(item)] for item in ids if item in ratings.items]
        there = [label for label in (*features, *labels) if label in choice]
        missing += len(ids) + len(features) - len(there)
        st.session_state[f"pole_{end}"] = there
        st.session_state[f"pole_{end}_name"] = name
    if missing:
        state.report(
            "UNKNOWN_ITEM",
            f"{phrases.count(missing, rows.noun)} of this axis cannot be chosen here: this model and its data do not "
            "know them.",
        )


def _rows_of(ratings: Ratings, ids: tuple[str, ...]) -> list[int]:
    """Rows of items by id."""
    return [ratings.items.index(item) for item in ids]
