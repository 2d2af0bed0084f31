"""What the pictures of an embedding matrix show, in sentences made from its numbers (Markdown)."""

import numpy as np

from core.analysis.values import Values
from core.data.nouns import with_article
from core.model.run import Run
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count
from dashboard.shared.told import task as task_of


def introduction(run: Run, described_by: str) -> str:
    """What the page shows, and where the numbers come from."""
    noun, dim = run.dataset.noun, run.config.dimensions
    if run.origin.kind == "imported":
        return (
            f"Every {escape(noun)} is a row of {dim} numbers, learned by another program. Nobody decided what a single "
            "one means: rows with similar colors are what that program found alike."
        )
    task = task_of(run)
    return (
        f"Every {escape(noun)} became a row of {dim} numbers. Nobody told the model what they should mean: it turned "
        f"them up and down until {task.until}.{told(described_by, noun)} Rows with similar colors stand for what "
        f"{task.alike}."
    )


def nobody_else(rows: Rows) -> str:
    """Why a row has no neighbors."""
    if not rows.rated:
        return f"No other {escape(rows.noun)} has a direction to compare with."
    return f"No other {escape(rows.noun)} has that many ratings. Lower the number above."


def picture(rows: Rows, visible: np.ndarray) -> str:
    """The strongest number on the heatmap, and the two rows that are most alike."""
    values = rows.matrix[visible]
    place, dimension = np.unravel_index(np.argmax(np.abs(values)), values.shape)
    text = (
        f"The strongest number here is **{signed(values[place, dimension])}**, "
        f"**{escape(rows.labels[visible[place]])}** in dimension {dimension + 1}."
    )
    if len(visible) < 2:
        return text
    length = np.linalg.norm(values, axis=1, keepdims=True)
    direction = np.divide(values, length, out=np.zeros_like(values), where=length > 0)
    one, other = np.triu_indices(len(visible), 1)
    cosine = (direction @ direction.T)[one, other]
    closest = np.argmax(cosine)
    return (
        f"{text} Most alike are **{escape(rows.labels[visible[one[closest]]])}** and "
        f"**{escape(rows.labels[visible[other[closest]]])}** (cosine {signed(cosine[closest])})."
    )


def told(described_by: str, noun: str) -> str:
    """What a row is the sum of, of a model that was told more than ratings; empty for others."""
    if not described_by:
        return ""
    return (
        f" This model knows {escape(described_by)} too: a {escape(noun)}'s row is the sum of rows of these, of one of "
        f"who rated it, and of one of its own."
    )


def features(rows: Rows, noun: str) -> str:
    """What rows of features are, and how many are left out."""
    left_out = int(np.count_nonzero(~rows.placed))
    text = (
        f"Features are what the model was told of every {escape(noun)}, such as a genre or five years. A row here is "
        f"what it adds to the numbers of {with_article(noun)} that has this alone; of two genres, "
        "or other things of one kind, both count less (1/√2 each)."
    )
    if not left_out:
        return text
    verb, its = ("is", "its row is") if left_out == 1 else ("are", "their rows are")
    return f"{text} {left_out:,} of {len(rows):,} {verb} left out: {its} not clearly different from nothing."


def untrained(rows: Rows) -> str:
    """How many rows training never moved; empty where there are none."""
    n = int(np.count_nonzero(~rows.trained))
    if n == 0:
        return ""
    verb, still = ("has", "its") if n == 1 else ("have", "their")
    text = f"{count(n, rows.noun)} of {len(rows):,} {verb} no rating in the training part: {still} numbers were "
    if rows.features is None:
        return f"{text}never learned, and mean nothing."
    nothing = int(np.count_nonzero(~rows.placed))
    without = f" {nothing:,} of which nothing is known lie where chance has put them." if nothing else ""
    return f"{text}placed by {escape(rows.described_by)} alone.{without}"


def distribution(values: Values) -> str:
    """Where the numbers of a matrix lie, and the shape of their distribution."""
    low, high = values.middle_half
    outermost = max(abs(values.min), abs(values.max))
    return (
        f"The middle half (shaded) lies between **{signed(low)}** and **{signed(high)}**, none is further from zero "
        f"than {outermost:.2f}, and {values.near_zero:.0%} are next to nothing. {_shape(values.excess_kurtosis)}"
    )


def _shape(excess_kurtosis: float) -> str:
    if np.isnan(excess_kurtosis):
        return "All numbers are the same."
    if excess_kurtosis < -0.8:
        return "They are spread almost evenly, the way initial values are drawn."
    if excess_kurtosis < -0.3:
        return "They form a broad hill, flatter on top than a bell."
    if excess_kurtosis < 0.5:
        return "They are spread like a bell, with few extremes."
    return "Most stay close to the middle, and a few are far out: those few carry what the model is sure about."


def pair(rows: Rows, row: int, other: int, cosine: float) -> str:
    """How one row and its neighbor agree."""
    first, second = rows.matrix[row], rows.matrix[other]
    same = int(np.count_nonzero(np.sign(first) == np.sign(second)))
    apart = int(np.argmax(np.abs(first - second)))
    return (
        f"**{escape(rows.labels[row])}** and **{escape(rows.labels[other])}** have a cosine of "
        f"**{signed(cosine)}** (1 is the same direction, 0 unrelated). They agree in sign on {same} of {len(first)} "
        f"dimensions and differ most in dimension {apart + 1}: {signed(first[apart])} beside {signed(second[apart])}."
    )


def bias(rows: Rows, row: int) -> str:
    """The bias of one row among all that training moved; empty where the model has none."""
    if not rows.scorer.has_biases:
        return ""
    others = rows.bias[rows.trained]
    below = float(np.mean(others < rows.bias[row]))
    side = "up" if rows.bias[row] > 0 else "down"
    return (
        f"Its bias is **{signed(rows.bias[row])}**, higher than {_share(below)} of the {rows.nouns} the model "
        f"was trained on: before any taste is compared, it moves the guess {side} from that of the average one."
    )


def _share(fraction: float) -> str:
    """A share in percent that says 0% and 100% only where it is so."""
    if 0 < fraction < 0.01:
        return "less than 1%"
    if 0.99 < fraction < 1:
        return "more than 99%"
    return f"{fraction:.0%}"


def signed(value: float) -> str:
    """A number with two digits and a real minus sign; never "−0.00"."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")
