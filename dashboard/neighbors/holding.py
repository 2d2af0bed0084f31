"""Neighbors that hold: which of those listed are more than chance, and which are in everybody's list."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.neighbors.all_neighbors import MANY
from core.analysis.neighbors.of_one import METRICS
from core.model.run import Run
from core.studies.neighbors import NEIGHBORS, PREDICTIONS, VECTORS, NeighborSettings, support_of, thresholds_of
from core.studies.study import MIN_RATINGS
from core.studies.twins import is_twin
from dashboard.cache import analyses, loaders
from dashboard.jobs.studies import study
from dashboard.neighbors import words
from dashboard.shared import elements, phrases
from dashboard.shared.sides import Side
from dashboard.shared.twin import START_SECONDS

QUICK = 3000
"""Rows up to which a page counts by itself in whose lists each one is: a quarter of a second."""


@dataclass(frozen=True, eq=False)
class Held:
    """How well each listed neighbor holds: its mean similarity in other trainings, -1 … 1, (n,).

    Its mark is 1 where one in twenty neighbors without taste has as much, 2 where one in a hundred, else 0.
    """

    support: np.ndarray
    marks: np.ndarray
    trainings: int


def can_be_studied(run: Run, side: Side) -> bool:
    """Whether there is a study of this: of items, of a model that can be trained again on other splits."""
    return not (side.users or is_twin(run.run_id)) and (
        run.scorer.is_bilinear and run.origin.kind == "trained" and run.config.split_kind == "random"
    )


def held(run: Run, side: Side, row: int, near: np.ndarray, *, predictions: bool) -> Held | None:
    """How well the nearest of a row hold, by the newest study; None where there is none."""
    if not can_be_studied(run, side) or (settings := NEIGHBORS.latest(run.run_id)) is None:
        return None
    stored = loaders.study(NEIGHBORS.key(run.run_id, settings))
    if stored is None:
        return None
    measure = PREDICTIONS if predictions else VECTORS
    found = support_of(stored, row, near, measure)
    return Held(found, thresholds_of(stored, measure).marks(found), len(stored.arrays["matrix"]))


def offer(run: Run, side: Side, least: int) -> None:
    """Offer the study that says which neighbors hold, where there can be one; why none is marked, on a twin."""
    if is_twin(run.run_id) and not side.users:
        st.caption(words.UNMARKED.format(nouns=side.nouns))
    if not can_be_studied(run, side):
        return
    settings = NeighborSettings(min_ratings=min(MIN_RATINGS, least))
    trainings = 2 * settings.trainings + 1
    study(
        NEIGHBORS,
        run,
        settings,
        title="Which of these neighbors hold?",
        button="Train it again",
        about_seconds=START_SECONDS + trainings * run.outcome.train_seconds,
        words=f"Any model has neighbors, also one of ratings without taste. This trains the same model "
        f"{phrases.count(settings.trainings, 'time')} on other parts of the ratings, and as often on ratings without "
        f"taste: a pair that stays closer than chance brings there is marked.",
    )


def everybodys(run: Run, side: Side, listed: np.ndarray, least: int, *, predictions: bool) -> None:
    """Name the hubs: rows that are in the lists of very many others; of many rows where somebody asks for it."""
    n = int(np.count_nonzero(listed))
    if n <= MANY:
        return
    if n > QUICK and not elements.toggle(
        f"Count in whose lists each of the {n:,} is", "hubs", "Takes a second for every few thousand."
    ):
        return
    counts = analyses.lists_of_all(run.run_id, users=side.users, least=least, predictions=predictions)
    names = words.measures(predictions)
    sentences = [words.hubs(side.rows, counts[metric], n, names[metric].inside) for metric in METRICS]
    if any(sentences):
        st.markdown(f"{' '.join(filter(None, sentences))} {words.HUBS}")
