"""What a link to the Maps page must hold so that it shows a study."""

from collections.abc import Mapping
from typing import Any

from dashboard.maps import settings

GROUPS = {"n_clusters": "group_number", "min_size": "group_size"}
"""Fields of the groups' settings by name, and the keys of their widgets."""

KMEANS, HDBSCAN = "k-means", "HDBSCAN"
GROUP_METHODS = {KMEANS: "kmeans", HDBSCAN: "hdbscan"}


def map_parameters(values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows a map made with these settings."""
    numbers = ("perplexity", "iterations", "seed", "neighbors", "min_dist")
    return {f"map_{name}": str(values[name]) for name in numbers} | {
        "map_perplexity": f"{values['perplexity']:.0f}",
        "map_method": _label(settings.METHODS, values["method"]),
        "map_metric": _label(settings.METRICS, values["metric"]),
        "map_view": settings.SPACE if values["dimensions"] == 3 else settings.FLAT,
        "map_centered": str(values["centered"]).lower(),
        "map_min": _min_ratings(values),
    }


def group_parameters(values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows groups made with these settings."""
    return {key: str(values[name]) for name, key in GROUPS.items()} | {
        "group_method": _label(GROUP_METHODS, values["method"]),
        "group_metric": _label(settings.METRICS, values["metric"]),
        "map_color": "Group",
        "map_min": _min_ratings(values),
    }


def _min_ratings(values: Mapping[str, Any]) -> str:
    return str(max(1, values["min_ratings"]))


def _label(labels: Mapping[str, str], value: str) -> str:
    return next(label for label, meant in labels.items() if meant == value)
