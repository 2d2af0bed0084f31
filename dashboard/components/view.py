"""What the page of components is about: one analysis of one model, and the component that somebody chose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.noise import Noise
from core.analysis.pca import Pca
from core.analysis.stability import Stability
from core.ratings import Ratings
from core.run import Run
from dashboard import copy
from dashboard.components.label import Label
from dashboard.components.naming import How, Naming
from dashboard.rows import Rows


@dataclass(frozen=True, eq=False)
class View:
    """Everything that the sections of the page draw from.

    Attributes:
        run, ratings: The model and the data it learned from.
        rows: Its items.
        how: How the components came about.
        result: The components, with scores for all items.
        component: The chosen one, from 0.
        listed: Boolean array, (n_items,), items with enough ratings.
        least: How many that is.
        noise: What chance would give; None for a single dimension.
        stability: How well each component comes back; None where that was not studied.
        names: What people called them.
        labels: What each component is called, (n_components,).
    """

    run: Run
    ratings: Ratings
    rows: Rows
    how: How
    result: Pca
    component: int
    listed: np.ndarray
    least: int
    noise: Noise | None
    stability: Stability | None
    names: Naming
    labels: Sequence[Label]

    @property
    def label(self) -> Label:
        """What the chosen component is called."""
        return self.labels[self.component]

    @property
    def scores(self) -> np.ndarray:
        """Scores of all items along the chosen component, (n_items,)."""
        return self.result.scores[:, self.component]

    @property
    def noun(self) -> str:
        """What an item is, singular."""
        return self.rows.noun

    @property
    def nouns(self) -> str:
        """What items are, plural."""
        return copy.plural(self.rows.noun)
