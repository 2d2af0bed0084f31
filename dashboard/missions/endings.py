"""What a finished mission comes to, in a sentence made of the person's own numbers (Markdown)."""

from core.analysis.components.proof import Proof
from core.studies.component_names import Name
from core.studies.twins import real_id
from dashboard.cache import loaders
from dashboard.missions.tours import NOISE, Mission
from dashboard.principal_components import naming
from dashboard.principal_components.proofs import tested
from dashboard.session import state
from dashboard.shared import phrases
from dashboard.shared.markup import escape

STILL = 0.00005
"""A change of the error below this is none to four digits, in rating units."""


def words(mission: Mission) -> str:
    """What came of a mission; empty where there is nothing of one's own to say."""
    named = naming.last_on_twin() if mission == NOISE else None
    if named is None:
        return ""
    run_id, name = named
    twin, real = tested(run_id).proof, tested(real_id(run_id)).proof
    if twin is None or real is None:
        return ""
    return of_noise(name, twin, real, phrases.unit(loaders.ratings(state.dataset_id())))


def of_noise(name: Name, twin: Proof, real: Proof, unit: str) -> str:
    """What unseen ratings say of the component that somebody named on a twin, and of the model's own.

    Args:
        name: The name, and which component it was given to.
        twin, real: The test of the twin's components, and of the model's.
        unit: What a rating is measured in, such as "stars".
    """
    k = name.component
    called = f"You called it **{' – '.join(escape(end) for end in (name.low, name.high) if end)}**"
    if name.basis != "predictions" or k >= min(len(twin.worth), len(real.worth)):
        whole, own = (float(proof.rmse[0] - proof.rmse[-1]) for proof in (twin, real))
        proven = f"{phrases.count(real.proven, 'component')} of it" if real.proven else "no component of it"
        return (
            f"{called}. On ratings that it has not seen, all that such a model learned {_change(whole, unit)}; "
            f"all taste of yours {_change(own, unit)}, and {proven} can be told from chance."
        )
    verdict = "earns its place" if k < real.proven else "cannot be told from chance either"
    passed = ", and passes the test by luck, as one twin in twenty may" if k < twin.proven else ""
    return (
        f"{called}. On ratings that it has not seen, this component {_change(float(twin.worth[k]), unit)}{passed}; "
        f"component {k + 1} of your model {_change(float(real.worth[k]), unit)}, and {verdict}."
    )


def _change(worth: float, unit: str) -> str:
    """What becomes of the error: "raises the error by 0.0008 stars"."""
    if abs(worth) < STILL:
        return "changes no guess worth speaking of"
    return f"{'lowers' if worth > 0 else 'raises'} the error by {abs(worth):.4f} {unit}"
