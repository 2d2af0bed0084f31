"""How components come about: of what, and from which items."""

from dataclasses import dataclass, replace

import numpy as np

from core.analysis.components.pca import Basis, Pca, item_covariance, pca
from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import centered
from core.data.ratings import Ratings
from core.data.splits import Split
from core.errors import ExplorerError
from core.model.run import Run
from core.model.scoring import require_bilinear, require_vectors


@dataclass(frozen=True)
class How:
    """The one description of how components come about.

    Raises ValueError: one of the two was chosen for what the model predicts.
    """

    basis: Basis = "pca"  # what they are components of
    centered: bool = False  # of the item matrix: whether the column means are subtracted first
    # of the item matrix: ratings an item needs to shape them. What the model predicts has neither choice: it is
    # centered, and every item counts as often as it was rated in training.
    min_ratings: int = 0

    def __post_init__(self) -> None:
        if self.basis == "predictions" and (self.centered or self.min_ratings):
            raise ValueError("components of what a model predicts are neither centered nor shaped by some items")


PREDICTIONS = How("predictions")


def components_of(run: Run, ratings: Ratings, parts: Split, how: How) -> Pca:
    """The components of a run that come about so, with scores for all its items.

    Raises NotApplicableError: the model has no vectors, or its score is no sum and predictions were asked for;
    AnalysisError: there is nothing to find components in.
    """
    scorer = require_vectors(run.scorer)
    if how.basis == "predictions":
        return predicted_components(
            centered(require_bilinear(scorer), parts.training_count(ratings, users=True), parts.training_count(ratings))
        )
    shaping = ratings.rated(how.min_ratings)
    if shaping.all():
        return pca(scorer.item_embedding, centered=how.centered)
    fitted = pca(scorer.item_embedding[shaping], centered=how.centered)
    return replace(fitted, scores=fitted.project(scorer.item_embedding))


def why_untested(run: Run, ratings: Ratings, parts: Split) -> str:
    """Why there is no test of the components of what a run predicts, where `examine` has found none, in words."""
    try:
        components_of(run, ratings, parts, PREDICTIONS)
    except ExplorerError as error:
        return str(error)
    return "it is not known which ratings this model learned from, so there are none to test its components on"


def names_covariance(run: Run, ratings: Ratings, parts: Split) -> np.ndarray:
    """What tells whether two directions order a run's items alike; see `core.studies.component_names`."""
    counts = parts.training_count(ratings) if len(ratings) else np.ones(len(ratings.items), np.int64)
    return item_covariance(require_vectors(run.scorer).item_embedding, counts)
