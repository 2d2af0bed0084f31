"""The switch that shows a page as it would look if nobody had taste: the same model, trained on ratings without any."""

import streamlit as st

from core.model.run import Run
from core.studies.twins import TWINS, TwinSettings, is_twin, real_id, twin_id
from dashboard.cache import loaders
from dashboard.jobs import studies
from dashboard.shared import elements, phrases, told

KEY = "twin"
"""Of the switch, and of the parameter in the link."""
START_SECONDS = 4
"""What starting a study takes before the first training."""


def shown(run: Run) -> Run:
    """Draw the switch; the run that the page is to show: this one, or its twin where the switch is on.

    Where the twins are not trained yet, they are offered, and the page shows the run. What the twin is called, its
    ratings and all analyses of it follow from its id, as for any run.
    """
    if not run.scorer.is_bilinear or run.origin.kind != "trained":
        return run
    words = "Off: the model. On: the same training on ratings without taste, where all that can be found is chance."
    with st.container():
        if not elements.toggle("How would this look if nobody had taste?", KEY, words):
            return run
        if loaders.twins(run.run_id) is None:
            offer(run)
            return run
        st.warning(banner(run), icon=":material/shuffle:")
    return loaders.run(twin_id(run.run_id))


def link(run: Run) -> dict[str, str]:
    """Query parameters with which a page shows this run, or this twin."""
    return {"run": real_id(run.run_id)} | ({KEY: "true"} if is_twin(run.run_id) else {})


def offer(run: Run) -> None:
    """A box in which the twins of a run can be trained, or that follows their training."""
    settings = TwinSettings()
    studies.study(
        TWINS,
        run,
        settings,
        title="The same model without taste",
        button="Train it without taste",
        about_seconds=START_SECONDS + settings.twins * run.outcome.train_seconds,
        words=f"Shuffles what is left of each rating beyond the averages, and trains the same model "
        f"{phrases.count(settings.twins, 'time')} on that. The first of them is shown then in the place of this model.",
    )


def banner(run: Run) -> str:
    """What is on the screen instead of the model, in sentences."""
    noun, nouns = run.dataset.noun, phrases.plural(run.dataset.noun)
    known = phrases.together([told.columns(run), "who rated what" if getattr(run.config, "raters", False) else ""])
    also = f", or follows from {known}, which the model is told here too" if known else ""
    return (
        f"**Nobody has taste here.** The same people have rated the same {nouns}, each {noun} is as liked on average "
        "and each person as generous as in the data, and the rest of every rating was shuffled among that person's "
        f"ratings. The model was then trained in the same way. So whatever brings {nouns} together on this page is "
        f"chance{also}. What you name or select here is forgotten when you leave."
    )
