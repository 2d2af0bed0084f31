"""How a map is drawn and of what: the controls, what they mean, how long it will take, and links that hold them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.analysis.maps.faithfulness import MOST_COMPARED
from core.analysis.maps.projections import umap_installed
from core.analysis.neighbors.all_neighbors import MANY_ROWS, SAMPLE
from core.studies.maps import MapStudySettings
from core.studies.study import FEWEST_ITEMS
from core.studies.twins import is_twin
from dashboard.principal_components import how
from dashboard.shared import elements, phrases
from dashboard.shared.matrix_rows import Rows

PCA, TSNE, UMAP = "PCA", "t-SNE", "UMAP"
METHODS = {PCA: "pca", TSNE: "tsne", UMAP: "umap"}
METRICS = {"Cosine": "cosine", "Euclidean": "euclidean"}
FLAT, SPACE = "2D", "3D"

KMEANS, HDBSCAN = "k-means", "HDBSCAN"
GROUP_METHODS = {KMEANS: "kmeans", HDBSCAN: "hdbscan"}

GROUP_KEYS = {"n_clusters": "group_number", "min_size": "group_size"}
"""Fields of the groups' settings by name, and the keys of their widgets."""


def choose(run_id: str, rows: Rows) -> MapStudySettings:
    """The controls of the method and of which items take part, for a line of them; of a model, or of its twin."""
    method = elements.segments(
        "Method", [PCA, TSNE] + ([UMAP] if umap_installed() else []), "map_method", _method_help(rows.noun)
    )
    min_ratings = enough(rows)
    given: dict[str, object] = {"method": METHODS[method], "min_ratings": min_ratings, "twin": is_twin(run_id)}
    if method == PCA:
        view = elements.segments("View", [FLAT, SPACE], "map_view")
        chosen = how.choose("maps", run_id, rows, how.shaping(min_ratings))
        given |= {"dimensions": 3 if view == SPACE else 2, "basis": chosen.basis, "centered": chosen.centered}
        given |= {"fit_min_ratings": chosen.min_ratings}
    else:
        with st.popover(f"Settings of {method}", icon=":material/tune:"):
            n = int(np.count_nonzero(rows.placed & (rows.count >= min_ratings)))
            given |= _tsne(n) if method == TSNE else _umap(n)
    return MapStudySettings.model_validate(given)


def enough(rows: Rows) -> int:
    """A field for the ratings that an item needs."""
    seen = " that training has seen" if rows.scorer.trained_here else ""
    return elements.enough_ratings(
        rows.count,
        leaving=25,  # items that the highest number of ratings still leaves on a map
        key="map_min",
        words=f"Only {rows.nouns} with this many ratings are on the map; 1 takes all{seen}. With few ratings, a place "
        "is mostly chance.",
    )


SECONDS_TO_PLACE = 1e-4
"""For each row that is placed among a sample of SAMPLE."""


def about_seconds(settings: MapStudySettings, n: int) -> float:
    """How long a map of n items takes, from what 9,066 items took on one core, starting included."""
    measuring = 2 * (min(n, MOST_COMPARED) / 9066) ** 1.5
    if n > MANY_ROWS:
        measuring += n * SECONDS_TO_PLACE
        n = SAMPLE
    if settings.method == "tsne":
        return 3 + 45 * (n / 9066) ** 1.1 * settings.iterations / 750 + measuring
    if settings.method == "umap":
        return 25 + 40 * n / 9066 + measuring
    return 2 + measuring


def problem(settings: MapStudySettings, n: int, noun: str) -> str:
    """Why these settings draw no map of n items; empty where they do."""
    items = phrases.count(n, noun)
    if n < FEWEST_ITEMS:
        more = "Lower the number above." if settings.min_ratings > 1 else "This data has no more."
        enough = " with that many ratings" if settings.min_ratings else ""
        return f"{items}{enough}; a map needs {FEWEST_ITEMS}. {more}"
    if settings.method == "tsne" and settings.perplexity >= n:
        return f"Perplexity is {settings.perplexity:g}; with {items} it must be below {n}."
    if settings.method == "umap" and settings.neighbors >= n:
        return f"Each of {items} can stay close to at most {n - 1} neighbors; {settings.neighbors} are asked for."
    return ""


def _method_help(noun: str) -> str:
    text = (
        f"PCA is a shadow: what is far apart in it is far apart in the model, but {phrases.plural(noun)} that are far "
        "apart can fall on one spot. t-SNE bends space to keep neighbors together: clumps mean something, distances "
        "between them little."
    )
    if not umap_installed():
        text += " UMAP is a third way: run `pip install -r requirements-umap.txt` and start the program again."
    return text


def metric(key: str, words: str) -> str:
    """The choice of a measure, by its name in the settings."""
    return METRICS[elements.segments("Near means", list(METRICS), key, words)]


def _tsne(n: int) -> dict[str, object]:
    return {
        "metric": _map_metric(),
        "perplexity": _number(
            "perplexity", "Perplexity", "About how many neighbors each one tries to stay close to.", among=n
        ),
        "iterations": _number("iterations", "Steps", "More settle the picture further, and take longer."),
        "seed": _seed(),
    }


def _umap(n: int) -> dict[str, object]:
    packed = MapStudySettings.model_fields["min_dist"]
    return {
        "metric": _map_metric(),
        "neighbors": _number("neighbors", "Neighbors", "How many neighbors each one tries to stay close to.", among=n),
        "min_dist": st.number_input(
            "Packing",
            0.0,
            0.99,
            float(packed.default),
            0.05,
            key="map_min_dist",
            bind="query-params",
            help="How tightly points may be packed: 0 makes tight clumps.",
        ),
        "seed": _seed(),
    }


def _map_metric() -> str:
    return metric(
        "map_metric", "Cosine compares directions only, as on the Neighbors page. Euclidean counts lengths too."
    )


def _seed() -> int:
    return _number("seed", "Seed", "Another seed gives another picture of the same neighbors: look at two.")


def _number(name: str, label: str, words: str, *, among: int | None = None) -> int:
    """A whole number with the limits of the settings; `among` few items it begins at a third of them."""
    field = MapStudySettings.model_fields[name]
    minimum = next(int(limit.ge) for limit in field.metadata if hasattr(limit, "ge"))
    maximum = next(int(limit.le) for limit in field.metadata if hasattr(limit, "le"))
    first = int(field.default) if among is None else max(minimum, min(int(field.default), among // 3))
    return elements.whole_number(label, minimum, maximum, first, f"map_{name}", words=words)


def map_parameters(values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows a map made with these settings."""
    numbers = ("perplexity", "iterations", "seed", "neighbors", "min_dist")
    return {f"map_{name}": str(values[name]) for name in numbers} | {
        "map_perplexity": f"{values['perplexity']:.0f}",
        "map_method": label_of(METHODS, values["method"]),
        "map_metric": label_of(METRICS, values["metric"]),
        "map_view": SPACE if values["dimensions"] == 3 else FLAT,
        **_shared(values),
    }


def group_parameters(values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows groups made with these settings."""
    return {key: str(values[name]) for name, key in GROUP_KEYS.items()} | {
        "group_method": label_of(GROUP_METHODS, values["method"]),
        "group_metric": label_of(METRICS, values["metric"]),
        "map_color": "Group",
        **_shared(values),
    }


def _shared(values: Mapping[str, Any]) -> dict[str, str]:
    """What the settings of maps and of groups have in common."""
    of_twin = {"twin": "true"} if values.get("twin") else {}
    return {"map_min": str(max(1, values["min_ratings"]))} | of_twin


def label_of(labels: Mapping[str, str], value: str) -> str:
    """What a control calls the value of a setting."""
    return next(label for label, meant in labels.items() if meant == value)
