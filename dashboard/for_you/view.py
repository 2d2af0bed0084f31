"""What the page For you draws from: the model, the person in front of the screen, and what components are called."""

from dataclasses import dataclass

from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.model import NewUserModel
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.for_you import own_ratings, position
from dashboard.for_you.waterfall import Naming
from dashboard.principal_components import naming
from dashboard.principal_components.how import current
from dashboard.principal_components.proofs import tested
from dashboard.shared.matrix_rows import Rows

NAMED = 5
"""Components whose ends are told in words."""


@dataclass(frozen=True, eq=False)
class View:
    """One person, fitted to their own ratings, before one model; no `naming` where that has no vectors."""

    model: NewUserModel
    rows: Rows
    person: NewUser
    naming: Naming


def load_view(run_id: str) -> View:
    """The person of this session before the model with this id, everything else looked up."""
    model = analyses.new_user_model(run_id)
    given = own_ratings.own(model.ratings.dataset_id).given
    return View(model, loaders.item_rows(run_id), model.place(given), _naming(model))


def _naming(model: NewUserModel) -> Naming:
    run = model.run
    if not run.scorer.has_vectors:
        return Naming([], [])
    how = current(run.run_id)
    names = naming.look_up(run.run_id, component_analyses.components(run.run_id, how), how)
    labels = names.labels(tested(run.run_id).signal(how))
    return Naming(labels, position.ends_of(model, labels[:NAMED]))
