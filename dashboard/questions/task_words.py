"""What models of several tasks share and what their vectors tell, in sentences and tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.compare.comparison import Comparison
from core.analysis.questions.probes import Summary, Told
from core.data.nouns import with_article
from dashboard.lesson.wording import fixed
from dashboard.shared import phrases
from dashboard.shared.markup import escape
from dashboard.shared.trait_words import called

Pair = tuple[str, str, Comparison]
"""What two models are called, and how alike they are."""

KEPT, KEPT_BY_CHANCE, CKA, CKA_BY_CHANCE = "Neighbors kept", "by chance", "CKA", "CKA by chance"

COLUMNS = {
    KEPT: st.column_config.NumberColumn(format="%.2f", help="Of the ten nearest in one, how many are so in the other."),
    KEPT_BY_CHANCE: st.column_config.NumberColumn(format="%.2f"),
    CKA: st.column_config.NumberColumn(format="%.3f"),
    CKA_BY_CHANCE: st.column_config.NumberColumn(format="%.3f"),
}


def table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Every two models with their measures."""
    measured = [pair[2].measured for pair in pairs]
    return pd.DataFrame(
        {
            "One": [pair[0] for pair in pairs],
            "Other": [pair[1] for pair in pairs],
            KEPT: [one.kept for one in measured],
            KEPT_BY_CHANCE: [one.kept_by_chance for one in measured],
            CKA: [one.cka for one in measured],
            CKA_BY_CHANCE: [one.cka_by_chance for one in measured],
        }
    )


def agreement(pairs: Sequence[Pair], twins: Sequence[Pair], noun: str) -> str:
    """Which two tasks agree most and least, beside chance and the twin."""
    most, least = (pick(pairs, key=lambda pair: pair[2].measured.kept) for pick in (max, min))
    k, chance = most[2].overlap.k, most[2].measured.kept_by_chance
    text = (
        f"**Of the {k} nearest neighbors of a {noun}, “{most[0]}” and “{most[1]}” share "
        f"{most[2].measured.kept:.1f}** on average; by chance it would be {chance:.1f}."
    )
    if least is not most:
        text += f" “{least[0]}” and “{least[1]}” share least, {least[2].measured.kept:.1f}."
    if twins:
        beside = max(twins[1:] or twins, key=lambda pair: pair[2].measured.kept)
        text += (
            f" A model of ratings without taste shares up to {beside[2].measured.kept:.1f} with another task "
            f"(“{beside[1]}”): so much follows from who rated what alone."
        )
    return text


def moved(title: str, comparison: Comparison | None, rows: np.ndarray, labels: Sequence[str]) -> str:
    """Who moves furthest from the places of the first task."""
    if comparison is None:
        return f"These are the places by “{title}”. Choose another task, and every point moves to its place there."
    furthest = rows[np.argsort(-comparison.moved, kind="stable")[:3]]
    names = phrases.together([f"**{escape(labels[row])}**" for row in furthest.tolist()])
    return f"From the first task to “{title}” these move furthest, in all dimensions: {names}."


def told_words(found: Mapping[str, Mapping[str, Summary]], noun: str, told: Mapping[str, str]) -> str:
    """Which task tells most of each thing, and which least; `told` is what each was given in training, or empty."""
    things = dict.fromkeys(thing for every in found.values() for thing in every)
    sentences = []
    for thing in things:
        scores = {title: every[thing].score for title, every in found.items() if thing in every}
        best, worst = max(scores, key=scores.__getitem__), min(scores, key=scores.__getitem__)
        chance = np.mean([every[thing].chance for every in found.values() if thing in every])
        sentences.append(
            f"{thing.capitalize()}: most by “{best}” ({fixed(scores[best], 2)}), least by “{worst}” "
            f"({fixed(scores[worst], 2)}), by chance {fixed(float(chance), 2)}."
        )
    given = phrases.together([f"“{title}” was given {words}" for title, words in told.items() if words])
    known = f" In training, {given}." if given else ""
    return (
        f"0: the numbers of {with_article(noun)} tell nothing of it. 1: they tell it without a mistake. "
        f"{' '.join(sentences)}{known} All else they found in the ratings."
    )


def told_table(found: Mapping[str, Sequence[Told]]) -> pd.DataFrame:
    """Each genre and number with the score of each task as in the picture: 2 AUC - 1, or a rank correlation."""
    columns: dict[str, dict[str, float]] = {}
    for title, every in found.items():
        for one in every:
            columns.setdefault(called(one.name), {})[title] = one.score if one.kind == "number" else 2 * one.score - 1
    lines = [{"What": name} | scores for name, scores in columns.items()]
    return pd.DataFrame(lines)
