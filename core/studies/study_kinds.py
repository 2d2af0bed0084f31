"""All studies there are. A new one is a file like those beside this one, a line here, and a view that shows it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.errors import LimitError
from core.studies.clusters import CLUSTERS
from core.studies.films import FILM
from core.studies.maps import MAP
from core.studies.moments import MOMENTS
from core.studies.neighbors import NEIGHBORS
from core.studies.one_hot import ONE_HOT
from core.studies.overlap import OVERLAP
from core.studies.proofs import PROOF
from core.studies.stability import STABILITY
from core.studies.study import Study
from core.studies.twins import TWINS

STUDIES: Mapping[str, Study[Any]] = MappingProxyType(
    {
        study.name: study
        for study in (MAP, CLUSTERS, STABILITY, OVERLAP, FILM, MOMENTS, PROOF, TWINS, NEIGHBORS, ONE_HOT)
    }
)
"""By name."""


def study_named(name: str) -> Study[Any]:
    """The study with this name; raises LimitError where there is none."""
    if name not in STUDIES:
        raise LimitError(f"there is no study {name!r:.40}; there are: {', '.join(STUDIES)}")
    return STUDIES[name]
