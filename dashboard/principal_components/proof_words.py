"""What held-out ratings say of components, in sentences made from numbers (Markdown)."""

from core.analysis.components.proof import FEWEST_EPOCHS, PROVEN, SIGNAL, Proof
from core.data.nouns import verb
from dashboard.shared.phrases import count


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
    splits = _number(found.n_splits)
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


def _number(splits: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(splits, str(splits))


def without_taste(n_twins: int) -> str:
    """What the dotted line in the picture of shares is."""
    return (
        f"Dotted: what as many components carry on average in {count(n_twins, 'model')} of the same data without taste."
    )
