"""What the page of components is about: one analysis of one model, and the component that somebody chose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.bases import How
from core.analysis.components.pca import Pca
from core.data.ratings import Ratings
from core.model.run import Run
from dashboard.cache import component_analyses, loaders
from dashboard.principal_components import naming
from dashboard.principal_components.label import Label
from dashboard.principal_components.naming import Naming
from dashboard.principal_components.proofs import Tested, tested
from dashboard.shared.matrix_rows import Rows


@dataclass(frozen=True, eq=False)
class View:
    """Everything that the sections of the page draw from.

    Attributes:
        run, ratings: The model and the data it learned from.
        rows: Its items.
        how: How the components came about.
        result: The components, with scores for all items.
        std: How well each score is known, (n_items, n_components); None where the model does not know.
        component: The chosen one, from 0.
        listed: Boolean array, (n_items,), items with enough ratings.
        min_listed: How many that is.
        tested: What held-out ratings say of the components of what the model predicts.
        names: What people called them.
        labels: What each component is called, (n_components,).
    """

    run: Run
    ratings: Ratings
    rows: Rows
    how: How
    result: Pca
    std: np.ndarray | None
    component: int
    listed: np.ndarray
    min_listed: int
    tested: Tested
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
    def score_std(self) -> np.ndarray | None:
        """How well the scores along the chosen component are known, (n_items,)."""
        return None if self.std is None else self.std[:, self.component]


def load_view(run_id: str, component: int, min_listed: int, how: How) -> View:
    """Everything about one component of a model, from 0; what is listed has `min_listed` ratings."""
    run, rows = loaders.run(run_id), loaders.item_rows(run_id)
    result, found = component_analyses.components(run_id, how), tested(run_id)
    names = naming.look_up(run_id, result, how)
    return View(
        run=run,
        ratings=loaders.ratings_of(run_id),
        rows=rows,
        how=how,
        result=result,
        std=component_analyses.score_std(run_id, how),
        component=component,
        listed=rows.count >= min_listed,
        min_listed=min_listed,
        tested=found,
        names=names,
        labels=names.labels(found.signal(how)),
    )
