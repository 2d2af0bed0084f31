"""What sets an autoencoder and a factorization apart, in sentences made from its numbers (Markdown)."""

import numpy as np

from core.analysis.compare.comparison import Comparison
from core.analysis.compare.paired import Paired
from core.analysis.questions.one_hot import BySupport, group_names
from core.analysis.questions.spectra import Angles, autoencoder_keeps, factorization_keeps
from core.data.nouns import with_article
from dashboard.shared import phrases


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
        f"{text} Of the {phrases.plural(noun)} rated least ({low} training ratings) {_closer(low_gain, unit)}; of "
        f"those rated most ({high}) {_closer(high_gain, unit)}."
    )


def _closer(gain: float, unit: str) -> str:
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


def moved(found: Comparison, rows: np.ndarray, count: np.ndarray, noun: str) -> str:
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
