"""What the open questions find, in sentences made from numbers (Markdown)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.compare.comparison import Comparison
from core.analysis.compare.score import Paired
from core.analysis.questions.one_hot import BySupport, Cost, group_names
from core.analysis.questions.probes import Summary, Told
from core.analysis.questions.spectra import Angles, autoencoder_keeps, factorization_keeps
from core.data.nouns import with_article
from core.store.study_store import Stored
from dashboard.shared import phrases
from dashboard.shared.markup import escape
from dashboard.shared.phrases import fixed, short_time
from dashboard.shared.selection import called


def brings(stored: Stored, place: int, noun: str, unit: str) -> str:
    """What vectors of one size bring over one-hot vectors, and whether that is more than luck."""
    gain, se, dim = (
        float(stored.arrays["brings"][place]),
        float(stored.arrays["se"][place]),
        stored.facts["dims"][place],
    )
    numbers = f"With {phrases.count(dim, 'number')} for each {noun} and each person"
    sure = f"± {se:.3f}, one standard error over people"
    if abs(gain) <= 2 * se:
        return (
            f"{numbers} guesses are as far off as with one-hot vectors alone: the difference of {fixed(gain, 3)} "
            f"{unit} ({sure}) is no more than the luck of who was asked."
        )
    if gain > 0:
        return f"**{numbers} a guess is {gain:.3f} {unit} closer** than with one-hot vectors alone ({sure})."
    return (
        f"**{numbers} a guess is {-gain:.3f} {unit} further off** than with one-hot vectors alone ({sure}): so many "
        "numbers learn these ratings by heart."
    )


def best_size(errors: BySupport, dims: list[int]) -> str:
    """Which size guesses best on the ratings kept aside."""
    place = int(errors.rmse[1:].argmin())
    return f"Of the sizes tried, {phrases.count(dims[place], 'number')} came closest, {errors.rmse[place + 1]:.3f} off."


def without_taste(stored: Stored, unit: str) -> str:
    """What the same does where nobody has taste."""
    one_hot, embedding = stored.arrays["twin"].tolist()
    dim = phrases.count(stored.facts["twin_dim"], "number")
    return (
        "Is that taste? The same on ratings from which all taste was shuffled away: one-hot vectors are "
        f"{one_hot:.3f} {unit} off, an embedding of {dim} {embedding:.3f}. There it brings "
        f"{fixed(one_hot - embedding, 3)}."
    )


def by_ratings(errors: BySupport, place: int, noun: str, unit: str) -> str:
    """Where an embedding helps most, and where least, among groups with enough ratings to tell."""
    gain = errors.by_group[0] - errors.by_group[place + 1]
    enough = np.flatnonzero(errors.n >= max(20, errors.n.sum() // 100))
    if len(enough) < 2:
        return f"There are too few ratings to tell seldom rated {phrases.plural(noun)} from those rated often."
    best, worst = enough[gain[enough].argmax()], enough[gain[enough].argmin()]
    names, nouns = group_names(), phrases.plural(noun)
    return (
        f"The embedding helps most where {nouns} have {names[best]} training ratings: guesses there are "
        f"{_closer(gain[best], unit)}. It helps least where they have {names[worst]}: {_closer(gain[worst], unit)}."
    )


def _closer(gain: float, unit: str) -> str:
    return f"{abs(gain):.3f} {unit} {'closer' if gain > 0 else 'further off'}"


def costs(measured: tuple[Cost, ...], noun: str) -> str:
    """How both ways grow."""
    few, many = measured[0], measured[-1]
    times = many.seconds.product / many.seconds.look_up
    return (
        f"With {few.rows:,} {phrases.plural(noun)} both take a moment. With {many.rows:,} the product makes "
        f"{many.multiplications:,} multiplications and took {short_time(many.seconds.product)}; the look-up reads one "
        f"row, wherever it stands, and took {short_time(many.seconds.look_up)}: "
        f"{float(f'{times:.1g}'):,.0f} times less."
    )


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


def shrunk(values: np.ndarray, penalty: float) -> str:
    """How much each keeps of the first direction and of the rest."""
    kept = {"factorization": factorization_keeps(values, penalty), "autoencoder": autoencoder_keeps(values, penalty)}
    gone = int(np.count_nonzero(kept["factorization"] == 0))
    shares = {name: one.sum() / values.sum() for name, one in kept.items()}
    return (
        f"Under a penalty of {penalty:.1f} the factorization keeps {kept['factorization'][0] / values[0]:.0%} of the "
        f"strongest direction and nothing at all of {gone:,} of the {len(values):,}. The autoencoder keeps "
        f"{kept['autoencoder'][0] / values[0]:.0%} of the strongest, and some of each. Of all strength together: "
        f"{shares['factorization']:.0%} and {shares['autoencoder']:.0%}."
    )


def errors(found: BySupport, apart: Paired, noun: str, unit: str) -> str:
    """Who is further off, and where most."""
    first = "autoencoder" if apart.difference < 0 else "factorization"
    size = f"{abs(apart.difference):.3f} {unit} ± {apart.se:.3f}"
    text = (
        f"**The {first} is closer, by {size}**, on the same ratings."
        if apart.clear
        else f"Both are about equally far off: the difference, {size}, is no more than the luck of who was asked."
    )
    gain = found.by_group[1] - found.by_group[0]
    enough = np.flatnonzero(found.n >= max(20, found.n.sum() // 100))
    if len(enough) < 2:
        return text
    (low, low_gain), (high, high_gain) = ((group_names()[place], gain[place]) for place in (enough[0], enough[-1]))
    return (
        f"{text} Of the {phrases.plural(noun)} rated least ({low} training ratings) {_who_is_closer(low_gain, unit)}; "
        f"of those rated most ({high}) {_who_is_closer(high_gain, unit)}."
    )


def _who_is_closer(gain: float, unit: str) -> str:
    return f"the {'factorization' if gain > 0 else 'autoencoder'} is closer by {abs(gain):.3f} {unit}"


def directions(found: Angles, beside: Angles | None, many: int) -> str:
    """How much of the space of the strongest directions both share."""
    text = (
        f"**Of the space of their {phrases.count(many, 'strongest direction')} they share {found.shared:.0%}**; by "
        f"chance it would be {found.shared_by_chance:.0%}."
    )
    if beside is not None:
        text += (
            f" With a factorization of ratings without taste the autoencoder shares {beside.shared:.0%}: so much "
            "follows from who rated what alone."
        )
    return text


def who_moved(found: Comparison, rows: np.ndarray, count: np.ndarray, noun: str) -> str:
    """Whether the seldom rated moved further, and keep fewer neighbors, than those rated often."""
    order = np.argsort(count[rows], kind="stable")
    third = max(1, len(rows) // 3)
    rare, known = order[:third], order[-third:]
    k, nouns = found.overlap.k, phrases.plural(noun)
    kept = [float(found.overlap.kept[part].mean()) for part in (rare, known)]
    far = [float(found.moved[part].mean()) for part in (rare, known)]
    return (
        f"The third of the {nouns} that is rated least ({int(count[rows][rare].max()):,} ratings at most) keeps "
        f"{kept[0]:.1f} of {k} neighbors from one model to the other, the third that is rated most {kept[1]:.1f}; by "
        f"chance {with_article(noun)} would keep {found.measured.kept_by_chance:.1f}. On average they are {far[0]:.2f} "
        f"and {far[1]:.2f} from their place in the other model."
    )
