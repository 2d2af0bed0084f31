"""The section that leads the page: which components hold on unseen ratings, and what each is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.analysis.components.bases import How
from core.analysis.components.chance import AboveChance
from core.analysis.components.proof import Proof
from core.errors import ExplorerError
from core.jobs import study_jobs
from core.model.run import Run
from core.studies.proofs import PROOF, ProofSettings, proof_of
from core.studies.twins import is_twin
from dashboard.cache import component_analyses, loaders
from dashboard.charts.components import proof as chart
from dashboard.jobs import studies
from dashboard.principal_components import words
from dashboard.principal_components.label import Label
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

START_SECONDS = 3.0
"""What a worker needs before the first of the trainings."""


@dataclass(frozen=True, eq=False)
class Tested:
    """What held-out ratings say of the components of what a model predicts.

    From the study on several splits where there is one, else from the run's own; or `why_not`, in words. `chance`
    is of vectors from elsewhere, which have no ratings to be tested on.
    """

    proof: Proof | None
    why_not: str = ""
    chance: AboveChance | None = None

    def signal(self, how: How) -> int | None:
        """How many of these carry some signal, or stand above chance; None where that is not known of them."""
        if self.chance is not None:
            return self.chance.count if how.centered and not how.min_ratings else None
        return self.proof.signal if self.proof is not None and how.basis == "predictions" else None


def tested(run_id: str) -> Tested:
    """What held-out ratings say of the components of a run's predictions, or chance of those of vectors."""
    if loaders.run(run_id).origin.kind == "imported":
        return Tested(None, chance=component_analyses.above_chance_of(run_id))
    try:
        return Tested(_pooled(run_id) or component_analyses.proof(run_id))
    except ExplorerError as error:
        return Tested(None, str(error))


def _pooled(run_id: str) -> Proof | None:
    """The proof on several splits, where that has been studied; a twin has no studies."""
    settings = None if is_twin(run_id) else PROOF.latest(run_id)
    stored = None if settings is None else loaders.study(PROOF.key(run_id, settings))
    return None if stored is None else proof_of(stored)


def verdict(run: Run, found: Tested) -> None:
    """Say how many components hold, or why that cannot be said."""
    if found.proof is None:
        st.info(escape(phrases.sentence(found.why_not)), icon=":material/info:")
        return
    slopes = run.started.slopes_rmse if found.proof.n_splits == 1 and not is_twin(run.run_id) else None
    unit, has_biases = phrases.unit(run.dataset), run.scorer.has_biases
    st.markdown(words.verdict(found.proof, has_biases=has_biases, unit=unit, slopes=slopes))


def section(run: Run, how: How, found: Tested, labels: Sequence[Label], component: int) -> None:
    """Draw what each component is worth; a click chooses one, where these are the components of the page."""
    if found.proof is None:
        return
    unit, same = phrases.unit(run.dataset), how.basis == "predictions"
    n = len(found.proof.worth)
    if not same:
        labels = [Label(number, unproven=number > found.proof.signal) for number in range(1, n + 1)]
    figure = chart(found.proof, chosen=component if same else None, labels=labels[:n], unit=unit)
    alt = f"By how much each of {n} components lowers the error on ratings that the model has not seen."
    if same:
        text = words.chosen(found.proof, component, unit=unit)
        elements.clickable_chart(figure, "proof", partial(choose, len(labels), "proof"), alt, text)
    else:
        st.plotly_chart(figure, key="proof", config=phrases.CHART_CONFIG, alt=alt)


def choose(n: int, chart: str) -> None:
    """A click on a bar or point chooses its component; a callback."""
    points = elements.selected_points(chart, n + 1, "x")
    if points and points[0] > 0:
        st.session_state.component = points[0]


def offer(run: Run, found: Tested) -> None:
    """The study on several splits, folded away until somebody asks; nothing where it cannot be, or is there."""
    if found.proof is None or found.proof.n_splits > 1 or is_twin(run.run_id):
        return
    settings = ProofSettings()
    job = studies.newest_job(study_jobs.KIND, PROOF.key(run.run_id, settings))
    with st.expander(
        "Do they hold on other splits?", icon=":material/fact_check:", expanded=job is not None and job.active
    ):
        try:
            PROOF.check_run(run, settings)
        except ExplorerError as error:
            st.caption(escape(phrases.sentence(str(error))))
            return
        others = settings.splits - 1
        studies.study(
            PROOF,
            run,
            settings,
            title=f"The same model on {settings.splits} splits",
            button=f"Train it {phrases.count(others, 'more time')}",
            about_seconds=START_SECONDS + others * run.outcome.train_seconds,
            words="One split tests components on one fifth of the ratings, and a weak one passes on some splits and "
            f"not on others. Train the model on {others} other splits too and pool what all held-out ratings say.",
        )
