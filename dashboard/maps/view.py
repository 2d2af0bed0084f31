"""The map: where every item lies, by which method, in which colors, and how far to trust it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.analysis.maps.projections import umap_installed
from core.analysis.neighbors.all_neighbors import fitting_k
from core.analysis.neighbors.of_one import neighbors
from core.data.nouns import count, with_article
from core.data.ratings import Ratings
from core.model.run import Run
from core.store import study_store
from core.store.study_store import Stored
from core.studies.maps import MAP, K, MapStudySettings
from core.studies.twins import is_twin, real_id
from dashboard.cache import component_analyses
from dashboard.charts import maps as charts
from dashboard.charts.components import axis_title
from dashboard.charts.points import Classes, Coloring
from dashboard.jobs.studies import study
from dashboard.map_view import component as map_view
from dashboard.maps import groups, settings, words
from dashboard.maps.drawn import (
    GROUP,
    KEPT,
    QUICK,
    DrawnMap,
    Sureness,
    choose_color,
    choose_faint,
    choose_landmarks,
    color_of,
    drawn_map,
    ellipses,
    regions,
    rows_of,
    sureness,
)
from dashboard.principal_components.naming import kept_labels
from dashboard.principal_components.proofs import tested
from dashboard.session import chosen_items
from dashboard.shared import coloring, elements, finding, glossary, selection
from dashboard.shared.markup import escape, spoken
from dashboard.shared.matrix_rows import Rows

CHART = "item_map"
"""Key of the chart."""

INTRODUCTION = (
    "A map flattens the {dimensions} numbers of every {noun} to two, so that the eye can walk through them. No flat "
    "picture keeps all neighbors together: this one says how many it has kept."
)


def show(run: Run, ratings: Ratings, rows: Rows, line: DeltaGenerator) -> None:
    """Draw the controls into `line`, then the map, the selection and the groups."""
    with line:
        chosen = settings.choose(run.run_id, rows)
        _earlier(run)
    n = len(rows_of(rows, chosen.min_ratings))
    picture = st.container()  # its colors may be the groups, which are chosen below it
    clusters = groups.section(run, rows, chosen, n)
    with picture:
        if problem := settings.problem(chosen, n, rows.noun):
            st.info(problem, icon=":material/info:")
            return
        drawn = drawn_map(run, chosen) or _made(run, rows, chosen, n)
        if drawn is not None:
            _picture(run, ratings, rows, drawn, clusters)


def _earlier(run: Run) -> None:
    """The maps of this model that are in the store, each a link; nothing where there is none."""
    methods = {"tsne", "umap"} if umap_installed() else {"tsne"}
    twin, all_maps = is_twin(run.run_id), study_store.listing(real_id(run.run_id), MAP.name)
    earlier = [given for given in all_maps if given["method"] in methods and given.get("twin", False) == twin]
    if not earlier:
        return
    with st.popover(f"Earlier maps ({len(earlier)})", icon=":material/history:"):
        for given in earlier[:12]:  # earlier maps that are offered, the newest
            st.page_link(
                "app_pages/maps.py",
                label=words.earlier(given, rated=run.dataset.ratings > 0),
                query_params=settings.map_parameters(given),
            )


def _made(run: Run, rows: Rows, chosen: MapStudySettings, n: int) -> DrawnMap | None:
    """Offer the study that a map needs; the map, where it has just been finished."""
    words = (
        f"Starts from the principal components and pulls {rows.nouns} together that are neighbors in the model, then "
        "measures how many neighbors the picture has kept."
    )
    title = f"A map of {count(n, rows.noun)} by {settings.label_of(settings.METHODS, chosen.method)}"
    return drawn_map(run, chosen) if _offer(run, chosen, n, title, "Draw this map", words) else None


def _measure(run: Run, rows: Rows, drawn: DrawnMap) -> None:
    """Offer to measure how faithful a large shadow is."""
    n = len(drawn.rows)
    words = (
        f"Compares the neighbors of all {count(n, rows.noun)} in the model with those on the map. Above "
        f"{QUICK:,} that takes too long for a page."
    )
    _offer(run, drawn.settings, n, "How far can this picture be trusted?", "Measure it", words)


def _offer(run: Run, chosen: MapStudySettings, n: int, title: str, button: str, words: str) -> bool:
    """Offer the study of a map with n items; whether it is there."""
    seconds = settings.about_seconds(chosen, n)
    return study(MAP, run, chosen, title=title, button=button, about_seconds=seconds, words=words) is not None


def _picture(run: Run, ratings: Ratings, rows: Rows, drawn: DrawnMap, clusters: Stored | None) -> None:
    flat = drawn.points.shape[1] == 2
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = choose_color(ratings, rows)
        words_of_size = "The area of a point grows with its number of ratings."
        sized = rows.rated and elements.toggle("Size by ratings", "map_size", words_of_size)
        shadow = (
            component_analyses.components(run.run_id, drawn.settings.how) if drawn.settings.method == "pca" else None
        )
        axes = drawn.points.shape[1]
        sure = sureness(rows, drawn.rows, drawn.points, None if shadow is None else shadow.components[:axes])
        faint = sure is not None and flat and choose_faint()
        landmarks = choose_landmarks(rows, drawn, shadow)
        searched = finding.several(f"Find {rows.nouns}", rows.offered, key="map_find")
    genres = coloring.choose_genres(ratings, "map_genres") if choice == coloring.GENRE else []
    color = color_of(choice, ratings, rows, drawn, clusters, genres)
    near = _true_neighbors(run, rows, drawn, searched)
    outlines = ellipses(sure, drawn.rows, drawn.points, searched) if sure is not None else []
    text = _sentences(rows, drawn, color, clusters, choice, searched, near)
    trusted = words.trust(drawn.trust, rows.noun) if drawn.trust else ""
    looks = map_view.Looks(
        sizes=rows.count if sized else None,
        known=rows.count,
        opacity=sure.opacity if sure is not None and faint else None,
    )
    groups_named = regions(drawn, color) if choice == GROUP and isinstance(color, Classes) else None
    marks = map_view.Marks(searched, near, outlines, landmarks, groups_named)
    _draw(run, ratings, rows, drawn, color, looks, marks, f"{trusted} {text}")
    st.markdown(
        f"{trusted} {text}".strip() or f"{with_article(rows.noun).capitalize()} lies where the model puts it.",
        help=glossary.meaning("Trustworthiness") if trusted else None,
    )
    if sure is not None:
        method = drawn.settings.method
        st.caption(words.sure(rows, sure, method=method, flat=flat, faint=faint, outlined=len(outlines)))
    if landmarks is not None:
        st.caption(words.landmarks(rows, landmarks))
    if drawn.trust is None:
        _measure(run, rows, drawn)
    selection.show(CHART, run.run_id, rows, drawn.rows, _columns(rows, drawn, sure), file="map-selection.csv")


def _draw(
    run: Run,
    ratings: Ratings,
    rows: Rows,
    drawn: DrawnMap,
    color: Coloring | Classes,
    looks: map_view.Looks,
    marks: map_view.Marks,
    text: str,
) -> None:
    """The map alone, flat or in space; `text` is said of it below, and to those who do not see it."""
    title, revision = f"{len(drawn.rows):,} {rows.nouns} by {_method(drawn)}", drawn.settings.model_dump_json()
    remark = words.in_short(drawn.trust, drawn.laid_out)
    alt = spoken(
        f"{len(drawn.rows):,} {rows.nouns} on a map by {_method(drawn)}, colored by {color.label.lower()}. {text}"
    )
    places = map_view.places(run.run_id, drawn.rows, drawn.points, _axes(run, drawn), ids=ratings.items.ids)
    if drawn.points.shape[1] == 2:
        map_view.show(
            places,
            color,
            key=CHART,
            title=title,
            alt=alt,
            remark=remark,
            looks=looks,
            marks=marks,
            selected=chosen_items.rows(ratings),
            on_select=partial(chosen_items.choose, ratings.dataset_id),
            revision=revision,
        )
        return
    places, looks, remark = map_view.thinned(places, looks, remark, map_view.MOST_PLAIN, keep=marks.found)
    figure = charts.item_map(
        places,
        color,
        title=title,
        remark=remark,
        found=marks.found,
        near=marks.near,
        sizes=looks.sizes,
        landmarks=marks.landmarks,
        revision=revision,
    )
    st.plotly_chart(figure, key=f"{CHART}_3d", config=elements.chart_tools() | {"scrollZoom": False}, alt=alt)


def _method(drawn: DrawnMap) -> str:
    name = settings.label_of(settings.METHODS, drawn.settings.method)
    if drawn.settings.method == "pca" and drawn.settings.how.basis == "predictions":
        name = f"{name} of what it predicts"
    return f"{name} in 3D" if drawn.points.shape[1] == 3 else name


def _axes(run: Run, drawn: DrawnMap) -> list[str]:
    """Titles of the axes: components have names, those of the other maps mean nothing by themselves."""
    if drawn.settings.method != "pca":
        return ["", ""]
    how = drawn.settings.how
    labels = kept_labels(run.run_id, component_analyses.components(run.run_id, how), tested(run.run_id).signal(how))
    return [axis_title(label) for label in labels[: drawn.points.shape[1]]]


def _true_neighbors(run: Run, rows: Rows, drawn: DrawnMap, searched: Sequence[int]) -> np.ndarray | None:
    """The nearest in the model of the only searched item, by the map's own measure; None for none or several."""
    if len(searched) != 1 or searched[0] not in drawn.rows:
        return None
    eligible = np.zeros(len(rows), bool)
    eligible[drawn.rows] = True
    k = drawn.trust.k if drawn.trust else fitting_k(len(drawn.rows), K)
    return neighbors(rows.matrix, searched[0], metric=drawn.settings.metric, top=k, eligible=eligible).index


def _sentences(
    rows: Rows,
    drawn: DrawnMap,
    color: Coloring | Classes,
    clusters: Stored | None,
    choice: str,
    searched: Sequence[int],
    near: np.ndarray | None,
) -> str:
    """What the picture says beside how faithful it is, in sentences; may be empty."""
    sentences = []
    if isinstance(color, Coloring):
        sentences.append(words.spread(drawn, color))
    if choice == GROUP and clusters is None:
        sentences.append("There are no groups yet: find them below.")
    if choice == KEPT and drawn.trust is None:
        sentences.append("How faithful this map is has not been measured yet.")
    if near is not None:
        sentences.append(words.around_one(drawn, searched[0], escape(rows.labels[searched[0]]), len(near)))
    missing = [escape(rows.labels[row]) for row in searched if row not in drawn.rows]
    if missing:
        sentences.append(f"Not on this map, for too few ratings: {', '.join(missing)}.")
    return " ".join(filter(None, sentences))


def _columns(rows: Rows, drawn: DrawnMap, sure: Sureness | None) -> dict[str, np.ndarray]:
    """What a selection's table shows of each item beside what the data knows."""
    columns = {
        name: drawn.spread(drawn.points[:, axis], len(rows)) for axis, name in enumerate("xyz"[: drawn.points.shape[1]])
    }
    if sure is not None and sure.covariance is not None:
        columns["Known to ±"] = drawn.spread(sure.std, len(rows))
    if drawn.trust is not None:
        columns["Neighbors kept"] = drawn.spread(drawn.trust.kept * drawn.trust.k, len(rows))
    return columns
