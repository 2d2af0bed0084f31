"""Step 5: what one step of training does to two rows, and that it leaves all others alone."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lesson.step import TrainingStep, training_step
from dashboard.charts import lesson as charts
from dashboard.lesson.example import Example
from dashboard.lesson.wording import Question, ask, fixed
from dashboard.shared import phrases

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
FIRST_RATE = 0.1


def stepping(example: Example) -> None:
    """The slope of the loss, the step against it, and what it changes."""
    st.markdown(
        "Training repeats one small step. It looks at a rating, guesses it, and asks of every number: if you were a "
        "little larger, how fast would the error grow? That slope is the **gradient**. Then each number moves a little "
        "the other way. Here is such a step on the finished model, and only on paper: nothing is saved."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.select_slider(
            "Learning rate: how far to go", RATES, FIRST_RATE, key="lesson_rate", bind="query-params", width=420
        )
        weight = example.run.config.l2
        penalized = weight > 0 and st.toggle(
            f"With this model's penalty, {weight:g}",
            key="lesson_penalty",
            bind="query-params",
            help="The penalty adds the squared lengths of both rows to what training makes small, and so pulls every "
            "number towards zero. Biases are not penalized.",
        )
    l2 = weight if penalized else 0.0
    found = take(example, rate, l2)
    st.markdown(stepping_words(example, found, rate))
    rows = st.columns(2, gap="medium")
    for place, who, name, of in zip(rows, ("user", "item"), ("person", example.noun), ("person", "item"), strict=True):
        before, gradient, after = (getattr(pair, who) for pair in (found.before, found.gradient, found.after))
        place.plotly_chart(
            charts.before_after(before, gradient, after, title=f"The {name}'s row"),
            key=f"lesson_{of}_step",
            config=phrases.CHART_CONFIG,
            alt=f"The {name}'s row before and after the step; the largest change is "
            f"{fixed(float(np.abs(after - before).max()))}",
        )
    _numbers(example, found)
    _by_rate(example, found, rate, l2)
    _formulas(example)
    ask(_question(example, l2))


def take(example: Example, rate: float, l2: float) -> TrainingStep:
    """One step on the rating that the lesson follows."""
    return training_step(example.pair, example.rating, learning_rate=rate, l2=l2)


def stepping_words(example: Example, found: TrainingStep, rate: float) -> str:
    """What the step did, and to whom it did nothing."""
    before, after = found.predicted_before.rating, found.predicted_after.rating
    said = (
        f"{example.person} gave {example.title} {found.rating:g} {example.unit}. The guess was {fixed(before)}, "
        f"{_off(before, example)}. After one step with learning rate {rate:g} it is **{fixed(after)}**, "
        f"{_off(after, example)}. "
    )
    if abs(after - found.rating) > abs(before - found.rating):
        said += "That is worse than before: the step went too far, or the penalty pulled more than the error. "
    return (
        f"{said}The other {len(example.users) - 1:,} people and {len(example.items) - 1:,} {example.nouns} have no "
        "part in this guess. Their slopes are exactly zero: their rows stay as they are."
    )


def _off(guessed: float, example: Example) -> str:
    distance = guessed - example.rating
    return f"{fixed(abs(distance))} {example.unit} too {'high' if distance > 0 else 'low'}"


def _numbers(example: Example, found: TrainingStep) -> None:
    """All numbers that the step moves."""
    parts = []
    for who, name in (("user", example.users.labels[example.user]), ("item", example.items.labels[example.item])):
        values = {
            column: getattr(pair, who)
            for column, pair in (("Before", found.before), ("Slope", found.gradient), ("After", found.after))
        }
        parts.append(pd.DataFrame({"Row": name, "Number": [str(d) for d in range(1, example.dims + 1)], **values}))
        if found.before.has_biases:
            biases = [[getattr(pair, f"{who}_bias")] for pair in (found.before, found.gradient, found.after)]
            parts.append(
                pd.DataFrame(
                    {"Row": name, "Number": "bias", **dict(zip(("Before", "Slope", "After"), biases, strict=True))}
                )
            )
    with st.expander("Every number that moves", icon=":material/table_rows:"):
        st.dataframe(
            pd.concat(parts, ignore_index=True),
            hide_index=True,
            height=300,
            column_config=dict.fromkeys(("Before", "Slope", "After"), st.column_config.NumberColumn(format="%.5f")),
            alt="Both rows and biases: before the step, the slope, and after it",
        )


def _by_rate(example: Example, found: TrainingStep, rate: float, l2: float) -> None:
    """The same step with every learning rate on the slider."""
    error = errors_by_rate(example, l2)
    st.plotly_chart(
        charts.by_rate(
            np.array(RATES),
            error,
            RATES.index(rate),
            now=abs(found.predicted_before.rating - found.rating),
            unit=example.unit,
        ),
        key="lesson_rates",
        config=phrases.CHART_CONFIG,
        alt=f"How far off the guess is after one step, by learning rate; the best is {RATES[error.argmin()]:g}",
    )


def errors_by_rate(example: Example, l2: float) -> np.ndarray:
    """Distance between guess and rating after one step with each of `RATES`, (n_rates,)."""
    return np.array([abs(take(example, rate, l2).predicted_after.rating - example.rating) for rate in RATES])


def _formulas(example: Example) -> None:
    """The gradient, and what this run's training did beyond it."""
    config = example.run.config
    pair, latex = example.pair, example.run.scorer.score_latex
    inner = (
        rf"g = 2\,(\hat r - r)\,(\max - \min)\,s\,(1 - s), \qquad s = {pair.scale.latex(latex)}"
        if pair.scale.sigmoid
        else r"g = 2\,(\hat r - r)"
    )
    moves = r"u \leftarrow u - \eta\,g\,v, \qquad v \leftarrow v - \eta\,g\,u"
    moves += r", \qquad b_u \leftarrow b_u - \eta\,g, \qquad b_v \leftarrow b_v - \eta\,g" if pair.has_biases else ""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"The loss is the squared error of one guess, $(\\hat r - r)^2$. Its slope follows from the chain rule:\n\n"
            f"$${inner}$$\n\n$${moves}$$\n\n"
            "with learning rate $\\eta$. The person's row moves along the other's row, and the other way round: that "
            "is how people and what they like come to point the same way. With a penalty of weight $\\lambda$, "
            "$2 \\lambda u$ is added to the slope of $u$ and $2 \\lambda v$ to that of $v$.\n\n"
            "This is plain gradient descent on one rating. "
            f"The model you see was trained with batches of {config.batch_size:,} ratings, whose slopes are averaged, "
            "and with the optimizer Adam ([Kingma and Ba 2015](https://arxiv.org/abs/1412.6980)). Adam keeps a running "
            "mean of each number's slope and of its square and moves by their ratio: about the learning rate in "
            "each step, however steep the slope. Because the running mean fades slowly, a row still moves a little for "
            "some steps after its last rating."
            + (f" Its penalty was {config.l2:g}." if config.l2 else " It had no penalty.")
        )


def _question(example: Example, l2: float) -> Question:
    error = errors_by_rate(example, l2)
    best = int(error.argmin())
    if best < len(RATES) - 1:
        answer = (
            f"Beyond {RATES[best]:g} the guess gets worse again. The slope is true only where the numbers are now; a "
            "long step walks past the lowest point and up the other side. In training such steps make the loss "
            "explode, and that is why the learning rate has an upper limit."
        )
    else:
        answer = (
            "Here it only gets better, since the guess cannot leave the scale and the rating lies at its end. With "
            "most ratings a long step goes past the lowest point and up the other side. One rating fitted so well "
            "would also spoil the guesses for all others that share these rows: training goes in small steps for their "
            "sake."
        )
    return Question("Push the learning rate to its right end. Is a longer step always a better one?", answer)
