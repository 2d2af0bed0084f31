"""What a link to the Maps page must hold so that it shows a study."""

from collections.abc import Mapping
from typing import Any

from dashboard.maps import settings

GROUPS = {"n_clusters": "group_number", "min_size": "group_size"}
"""Fields of the groups' settings by name, and the keys of their widgets."""

KMEANS, HDBSCAN = "k-means", "HDBSCAN"
GROUP_METHODS = {KMEANS: "kmeans", HDBSCAN: "hdbscan"}


def parameters(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters with which the page shows a map or groups made with these settings."""
    if kind == "map":
        said = {
            f"map_{name}": str(given[name]) for name in ("perplexity", "iterations", "seed", "neighbors", "min_dist")
        }
        said["map_perplexity"] = f"{given['perplexity']:.0f}"
        said["map_method"] = _label(settings.METHODS, given["method"])
        said["map_metric"] = _label(settings.METRICS, given["metric"])
        said["map_view"] = settings.SPACE if given["dimensions"] == 3 else settings.FLAT
        said["map_centered"] = str(given["centered"]).lower()
    elif kind == "clusters":
        said = {key: str(given[name]) for name, key in GROUPS.items()}
        said["group_method"] = _label(GROUP_METHODS, given["method"])
        said["group_metric"] = _label(settings.METRICS, given["metric"])
        said["map_color"] = "Group"
    else:
        return {}
    return said | {"map_min": str(max(1, given["min_ratings"]))}


def _label(labels: Mapping[str, str], value: str) -> str:
    return next(label for label, meant in labels.items() if meant == value)
