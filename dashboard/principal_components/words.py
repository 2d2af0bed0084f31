"""What the pictures of principal components show, in sentences made from their numbers (Markdown)."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.analysis.components.chance import AboveChance
from core.analysis.components.extremes import Ends
from core.analysis.components.hints import Standing
from core.analysis.components.pca import Pca
from core.analysis.components.proof import FEWEST_EPOCHS, PROVEN, SIGNAL, Cost, Proof
from core.analysis.components.stability import Stability
from core.analysis.questions.probes import rank_correlation
from core.data.nouns import verb, with_article
from core.data.ratings import Ratings
from core.model.run import Run
from dashboard.charts.points import Classes, Coloring
from dashboard.embeddings.words import signed
from dashboard.principal_components.label import Label
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count, guessed, plural, sentence

CLEAR = 0.2
"""Rank correlations, and differences in standard deviations, below this are not worth a sentence."""

BY_CHANCE = 4.0
"""Standard errors that the mean of a class can be off by chance, of many classes."""


def introduction(run: Run) -> tuple[str, str]:
    """The title of the page, and what is to be seen on it."""
    nouns = escape(plural(run.dataset.noun))
    if not run.scorer.guesses_ratings:
        return "Along which directions do they differ?", (
            f"A component is a direction along which the {nouns} differ, the strongest first. Look at the {nouns} at "
            "both ends: what sets them apart is what the vectors tell apart, and it is yours to name."
        )
    first = (
        "The first picture says which of them hold on ratings that the model has not seen; then look"
        if run.scorer.is_bilinear and run.scorer.trained_here
        else "Look"
    )
    return "Which tastes did it find?", (
        f"A component is a direction along which tastes differ, the strongest first. {first} at the {nouns} at both "
        "ends: what sets them apart is what the model learned to tell apart, and it is yours to name."
    )


def untested(run: Run, why_not: str) -> str:
    """Why held-out ratings cannot say which components hold; `why_not` is why none of predictions can be made."""
    if not run.scorer.guesses_ratings:
        return (
            "Which of these are more than chance is not known: the test needs guesses of ratings, and this model makes "
            "none."
        )
    return sentence(
        "These are components of the item matrix, and untested. A test on unseen ratings needs components of what the "
        f"model predicts: {why_not}"
    )


UNTESTABLE = (
    "Which of these hold on ratings that the model has not seen cannot be tested: it was trained elsewhere, and may "
    "have learned from all that are here."
)


def above_chance(found: AboveChance, rows: Rows, n: int, *, tested: bool) -> str:
    """How many of n components of vectors stand above chance, and what that does not say.

    `tested`: whether those on the screen are those that were, the ones around the middle.
    """
    if not found.count:
        text = f"**None of {count(n, 'component')} stands above chance**"
    else:
        first = "The first" if found.count == 1 else f"The first {found.count}"
        text = f"**{first} of {count(n, 'component')} {verb(found.count, 'stands', 'stand')} above chance**"
    drawn = "" if found.rows == len(rows) else f", tested on {found.rows:,} of them"
    text += (
        f": rows as long as these {rows.nouns}, but in directions drawn by chance, differ less along any{drawn}. That "
        "is not to say what a component is about, or that it is of use for anything: there are no answers here to test "
        "it on."
    )
    return text if tested else f"{text} Tested are the components around the middle: see *Centered*."


def scree(result: Pca, component: int) -> str:
    """How the total is divided among the components; `component` counts from 0."""
    ratio, n = result.variance_ratio, len(result.variance_ratio)
    if n == 1:
        return "There is one dimension, so there is one component, and it carries everything."
    half = int(np.searchsorted(result.cumulative, 0.5) + 1)
    verb = "carries" if half == 1 else "carry"
    return (
        f"{count(half, 'component')} of {n} {verb} half of everything; shared out evenly, each would carry "
        f"{1 / n:.1%}. **Component {component + 1} carries {ratio[component]:.1%}**."
    )


def known(scores: np.ndarray, std: np.ndarray, nouns: str) -> str:
    """How far apart the items lie along a component, beside how well their scores are known."""
    apart, typical = float(scores.std()), float(np.sqrt(np.mean(np.square(std, dtype=np.float64))))
    verdict = "a score says where one lies" if apart > 2 * typical else "a single score says little"
    if apart <= typical:
        verdict = "a single score says next to nothing"
    return f"Along it {nouns} lie {apart:.2f} from their middle, and are known to ±{typical:.2f}: {verdict}."


RETURNS = ((0.9, "almost as it was"), (0.7, "recognizably"), (0.4, "only in part"))
"""From which matched |r| another start ends at a component how nearly; below the last, it does not."""


def returning(r: float) -> str:
    """How a component comes back: "recognizably (r = 0.71)"."""
    words = next((words for limit, words in RETURNS if r >= limit), "not at all: another one takes its place")
    return f"{words} (r = {r:.2f})"


def returns(stability: Stability, component: int) -> str:
    """Whether the chosen component comes back from other seeds, and how many do; `component` counts from 0."""
    others = count(len(stability.r), "other seed")
    sure, partly = (int((stability.median_r >= limit).sum()) for limit, _ in RETURNS[:2])
    r = float(stability.median_r[component])
    return (
        f"Trained again from {others}, **component {component + 1} comes back {returning(r)}**. "
        f"Of {len(stability.median_r)}, {sure} {'comes' if sure == 1 else 'come'} back almost as "
        f"{'it was' if sure == 1 else 'they were'} (0.9 or more) and {partly - sure} more recognizably (0.7 or more). "
        "That is no proof: other starts fit the same chance in the same ratings. Where a component does not come back, "
        "its name is a name for this training alone. The thin lines span the single trainings."
    )


def cost(error: Cost, component: int, *, biases: bool, whole: bool, unit: str) -> str:
    """How many components the predictions need, and what the chosen one adds; `component` counts from 0."""
    n, enough = len(error.rmse) - 1, error.enough()
    last = "the whole model" if whole else f"all {n}"
    start = "Biases alone" if biases else "Without taste, predictions"
    need = (
        f"already as good as {last} to within 0.001 {unit}: the vectors add nothing"
        if enough == 0
        else f"**the first {enough} of {n}** {verb(enough, 'is', 'are')} as good as {last}, to within 0.001 {unit}"
    )
    change = float(error.rmse[component + 1] - error.rmse[component])
    adds = f"lowers the error by {-change:.4f}" if change < 0 else f"raises the error by {change:.4f}"
    added = ", added to those before it," if component else " alone"
    return (
        f"{start} are off by {error.rmse[0]:.3f} {unit}, {last} by {error.rmse[-1]:.3f}; {need}. Component "
        f"{component + 1}{added} {adds}. Measured on {error.n_ratings:,} validation ratings."
    )


def end(hint: str, standing: Standing, nouns: str) -> str:
    """What the items at one end tend to be, from the words of the hints, which may be empty."""
    if not standing.tested:
        return "Whether there is more to it than chance was not tested, so nothing is said about this end."
    if not standing.carries_signal:
        return "Held-out ratings do not confirm that tastes differ along it, so nothing is said about this end."
    if not hint:
        return f"Nothing that is known about the {nouns} stands out at this end."
    return f"Toward this end: **{escape(hint)}**."


def consensus(label: Label, noun: str, nouns: str) -> str:
    """What is said of a component that is mostly what everybody likes and knows, before anything else."""
    return (
        f"**Mostly consensus and popularity.** Component {label.number} follows how liked and how well "
        f"known {with_article(noun)} is, and most of what it is worth is that some people go with that more than "
        f"others. It says little of what the {nouns} are about."
    )


def ends(ratings: Ratings, rows: Rows, both: Ends) -> str:
    """What sets the two ends of a component apart, as far as ratings and years tell; empty with an empty end."""
    if not len(both.top) or not len(both.bottom):
        return ""
    low, high = (escape(rows.labels[end[0]]) for end in (both.bottom, both.top))
    text = f"From **{low}** at the low end to **{high}** at the high end."
    parts = []
    means = [ratings.item_mean[end] for end in (both.bottom, both.top)]
    if not np.isnan(np.concatenate(means)).any():
        scale = ratings.min_rating, ratings.max_rating
        first, second = (guessed(mean.mean(), scale) for mean in means)
        parts.append(f"rated {first} and {second} on average")
    years = [ratings.item_table["year"].to_numpy()[end] for end in (both.bottom, both.top)]
    if all(np.count_nonzero(~np.isnan(year)) for year in years):
        parts.append(f"from around {np.nanmedian(years[0]):.0f} and {np.nanmedian(years[1]):.0f}")
    numbers = f"The {len(both.bottom)} lowest and the {len(both.top)} highest are {', '.join(parts)}." if parts else ""
    return f"{text} {numbers}".strip()


def scatter(scores: np.ndarray, axes: Sequence[Label], drawn: np.ndarray, color: Coloring | Classes) -> str:
    """How the color goes together with the axes."""
    if isinstance(color, Classes):
        return _classes_apart(scores, axes, drawn, color)
    places = {_component_in_words(axis): scores[drawn, axis.number - 1] for axis in axes}
    return rises_and_falls(color, color.values[drawn], places, "components")


def rises_and_falls(color: Coloring, values: np.ndarray, axes: Mapping[str, np.ndarray], nouns: str) -> str:
    """Along which axes, (n,) by name, the number behind a color, (n,), rises or falls, the closest link first."""
    links = [(rank_correlation(values, places), axis) for axis, places in axes.items()]
    clear = sorted((link for link in links if abs(link[0]) >= CLEAR), key=lambda link: -abs(link[0]))
    name = color.label[0].lower() + color.label[1:]
    if not clear:
        return f"The {name} has little to do with these {nouns} (rank correlations below {CLEAR})."
    text = " and ".join(
        f"{'rises' if r > 0 else 'falls'} along {axis} (rank correlation {signed(r)})" for r, axis in clear
    )
    return f"The {name} {text}."


def _component_in_words(component: Label) -> str:
    """A component in a sentence: its number, and the names of its ends where it has any."""
    return f"component {component.number}" + (f" “{escape(component.ends)}”" if component.named else "")


def _classes_apart(scores: np.ndarray, axes: Sequence[Label], drawn: np.ndarray, color: Classes) -> str:
    """For each axis the class whose mean is furthest out, in standard deviations of all that is drawn.

    Of those alone that lie further out than the mean of as many drawn by chance would.
    """
    member, parts = color.member[drawn], []
    for axis in axes:
        values = scores[drawn, axis.number - 1]
        sd = values.std()
        groups = [(name, values[member == place]) for place, name in enumerate(color.names)]
        means = [
            (shift, name)
            for name, group in groups
            if len(group) >= 5 and sd > 0
            if abs(shift := (group.mean() - values.mean()) / sd) >= max(CLEAR, BY_CHANCE / np.sqrt(len(group)))
        ]
        if means:
            shift, name = max(means, key=lambda pair: abs(pair[0]))
            side = "high" if shift > 0 else "low"
            parts.append(
                f"along {_component_in_words(axis)} **{escape(name)}** lies furthest toward the {side} end, "
                f"{abs(shift):.1f} standard deviations from the middle on average"
            )
    if not len(color.names):
        return ""
    if not parts:
        return f"No class of “{escape(color.label)}” lies apart from the others along these components."
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def verdict(found: Proof, *, has_biases: bool, unit: str, slopes: float | None = None) -> str:
    """How many components earn their place, and what all are worth, beside the error of averages with two `slopes`."""
    n, start, whole = len(found.worth), found.rmse[0], found.rmse[-1]
    without = "Biases alone" if has_biases else "Without taste, predictions"
    bring = "bring that to" if whole < start else "make that"
    beside = "" if slopes is None else f" Consensus and popularity alone, without any taste of one's own: {slopes:.3f}."
    return (
        f"{_how_many(found, n)} On {_tested_on(found)}: {without.lower()} are off by {start:.3f} {unit}, "
        f"all components {bring} {whole:.3f}.{beside}"
    )


def _tested_on(found: Proof) -> str:
    """Which ratings they were tested on: of several splits the same rating may come twice, each time unseen."""
    if found.n_splits == 1:
        return f"{count(found.n_ratings, 'rating')} that the model has not seen"
    splits = {2: "two", 3: "three", 4: "four", 5: "five"}.get(found.n_splits, str(found.n_splits))
    return f"{splits} splits, each of {splits} models tested on what it has not seen ({found.n_ratings:,} tests in all)"


def _how_many(found: Proof, n: int) -> str:
    if not found.enough_people:
        return f"**No component can be tested**: {count(found.n_people, 'person')} say too little of others."
    if found.proven == 0:
        text = f"**None of {count(n, 'component')} earns its place**"
    elif found.proven == 1:
        text = f"**The first of {count(n, 'component')} earns its place**"
    else:
        text = f"**The first {found.proven} of {count(n, 'component')} earn their place**"
    more = found.signal - found.proven
    if more and found.proven:
        text += f", and {more} more {verb(more, 'carries', 'carry')} some signal"
    elif more:
        text += f", but {f'the first {more} carry' if more > 1 else 'the first carries'} some signal"
    if not found.counts_signal:
        return f"{text}; after fewer than {FEWEST_EPOCHS} epochs nothing weaker can be told from chance."
    return f"{text}; the rest may be chance." if 0 < max(found.proven, found.signal) < n else f"{text}."


def chosen(found: Proof, component: int, *, unit: str) -> str:
    """Where a component stands, from 0; empty for one that was not tested."""
    if component >= len(found.worth):
        return ""
    worth, z = float(found.worth[component]), found.score_z if found.counts_score else found.z
    name = "score z" if found.counts_score else "gain z"
    size = f"{abs(worth):.4f}" if abs(worth) >= 0.00005 else "less than 0.0001"
    change = f"{'lowers' if worth > 0 else 'raises'} the error by {size} {unit}"
    text = f"**Component {component + 1}** {change} ({name} = {z[component]:.1f})"
    if not found.enough_people:
        return f"{text}."
    if component < found.proven:
        return f"{text}: it earns its place."
    if component < found.signal:
        z_words = f"score z = {found.score_z[component]:.1f}"
        return (
            f"{text}. It carries **some signal** ({z_words}): guesses move the right way, if not by the right amount."
        )
    if z[component] > (SIGNAL if found.counts_score else PROVEN):
        return f"{text}. A stronger one before it fails the test, so it is not counted: **unproven**."
    return f"{text}. It is **unproven**: its ends may mean nothing."


def without_taste(n_twins: int) -> str:
    """What the dotted line in the picture of shares is."""
    return (
        f"Dotted: what as many components carry on average in {count(n_twins, 'model')} of the same data without taste."
    )
