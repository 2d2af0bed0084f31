"""Groups of items that lie together in the model, with the words that tell each from the rest."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.neighbors.all_neighbors import MANY_ROWS, SAMPLE
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.clusters import CLUSTERS, ClusterSettings
from core.studies.maps import MapStudySettings
from core.studies.study import FEWEST_ITEMS
from core.studies.twins import real_id
from dashboard.cache import loaders
from dashboard.jobs.studies import study
from dashboard.maps import settings as controls
from dashboard.maps import words
from dashboard.maps.drawn import group_name
from dashboard.session import chosen_items
from dashboard.shared import elements, glossary, phrases
from dashboard.shared.matrix_rows import Rows

SECONDS_EACH = 2e-5
"""For looking for what tells groups from the rest, a row."""


def choose(of_map: MapStudySettings, n: int) -> ClusterSettings:
    """The controls, in one line; of the n items on the map there are fewer groups where they are few."""
    fields = ClusterSettings.model_fields
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = elements.segments(
            "Groups by",
            list(controls.GROUP_METHODS),
            "group_method",
            f"{glossary.meaning('k-means', 'HDBSCAN')} With many dimensions, that can be most of them.",
        )
        if method == controls.KMEANS:
            name, label, maximum, few, width = "n_clusters", "How many", min(40, n), n // 3, 130
        else:
            name, label, maximum, few, width = "min_size", "Smallest group", min(1000, n), n // 5, 150
        first = max(2, min(int(fields[name].default), few))
        number = elements.whole_number(label, 2, max(2, maximum), first, controls.GROUP_KEYS[name], width=width)
        metric = controls.metric("group_metric", "Cosine compares directions only. Euclidean counts lengths too.")
    shared = {"min_ratings": of_map.min_ratings, "twin": of_map.twin}
    return ClusterSettings.model_validate(
        {"method": controls.GROUP_METHODS[method], "metric": metric, name: number} | shared
    )


def about_seconds(settings: ClusterSettings, n: int) -> float:
    """How long grouping n items takes, from what 9,066 items took on one core, starting included."""
    found_on = n if n <= MANY_ROWS else SAMPLE
    if settings.method == "kmeans":
        return 4 + 5 * (min(n, MANY_ROWS) / 9066) ** 1.1 + n * SECONDS_EACH
    return 4 + 8 * (found_on / 9066) ** 2 + n * SECONDS_EACH + (n - found_on) * controls.SECONDS_TO_PLACE


def section(run: Run, rows: Rows, of_map: MapStudySettings, n: int) -> Stored | None:
    """Draw the section about groups of the n items that are on a map; the groups, or None while there are none."""
    nouns = rows.nouns
    st.header(f"Groups of {nouns}")
    st.markdown(
        f"Found among the model's own {run.config.dimensions} numbers, not on the picture; their names are what is "
        "much more common inside than elsewhere."
    )
    settings = choose(of_map, n)
    if n < FEWEST_ITEMS:
        return None
    clusters = study(
        CLUSTERS,
        run,
        settings,
        title=f"Which {nouns} lie together?",
        button="Find groups",
        about_seconds=about_seconds(settings, n),
        words=f"Groups {n:,} {nouns} and looks for what tells each group from the rest."
        f"{' Genres, decades and words of titles are looked at.' if rows.rated else ''}",
    )
    if clusters is not None:
        _table(run, rows, clusters, CLUSTERS.key(real_id(run.run_id), settings))
        of_other = settings.model_copy(update={"twin": not settings.twin})
        other = loaders.study(CLUSTERS.key(real_id(run.run_id), of_other))
        facts = None if other is None else other.facts
        st.markdown(words.repeated(clusters.facts, facts, rows.nouns, twin=settings.twin))
    return clusters


def _table(run: Run, rows: Rows, clusters: Stored, key: str) -> None:
    """The groups, each a row that can be picked; `key` is the name of their study."""
    groups: Sequence[Mapping[str, Any]] = clusters.facts["groups"]
    nouns = rows.nouns
    if not groups:
        st.info(f"No dense group was found among these {nouns}: all lie about equally far apart.")
        return
    signs = "Share inside the group, and among all others"
    columns = {
        "Group": st.column_config.TextColumn(width="medium", pinned=True),
        nouns.capitalize(): st.column_config.NumberColumn(format="localized", width=80),
        "What stands out": st.column_config.TextColumn(width="large", help=signs),
        "Nearest its middle": st.column_config.TextColumn(width="large"),
    }
    elements.table(
        table(rows, groups),
        on_select=partial(_pick, run.run_id, key),
        selection_mode="single-row",
        key="groups",
        column_config=columns,
        alt=f"{len(groups)} groups of {nouns} with their size, what stands out in them, and typical {nouns}",
    )
    if found_on := clusters.facts.get("found_on"):
        st.caption(words.found_on(found_on, nouns, clusters.facts["repeat"] is None))
    if clusters.facts["none"]:
        st.caption(f"{phrases.count(clusters.facts['none'], rows.noun).capitalize()} are in no group.")
    st.caption(f"Select a row and its {nouns} become the table of selected {nouns}, with a download.")


def _pick(run_id: str, key: str) -> None:
    """Choose the items of the picked group; a callback. `key` is the name of the groups' study."""
    clusters = loaders.study(key)
    if clusters is None:
        return
    picked = elements.selected_rows("groups", len(clusters.facts["groups"]))
    if picked:
        members = clusters.arrays["rows"][clusters.arrays["label"] == picked[0]]
        ratings = loaders.ratings_of(run_id)
        chosen_items.choose(ratings.dataset_id, ratings.items.ids[np.sort(members)].tolist())


def table(rows: Rows, groups: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a group, the largest first."""
    return pd.DataFrame(
        {
            "Group": [group_name(number, group) for number, group in enumerate(groups)],
            rows.nouns.capitalize(): [group["size"] for group in groups],
            "What stands out": [
                "; ".join(f"{sign['text']} {sign['inside']:.0%} ({sign['outside']:.0%})" for sign in group["signs"])
                for group in groups
            ],
            "Nearest its middle": [", ".join(rows.name(row) for row in group["typical"]) for group in groups],
        }
    )
