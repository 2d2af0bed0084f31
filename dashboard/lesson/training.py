"""Steps 5 and 7: what one step of training does to two rows, leaving all others alone, and what dropout hides."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lesson.step import Dropped, TrainingStep, dropout, dropped_products, training_step
from core.config import GradientConfig, RunConfig
from dashboard.charts import lesson as charts
from dashboard.lesson.article import ask
from dashboard.lesson.example import Example
from dashboard.shared import elements, phrases, told
from dashboard.shared.elements import show_chart, show_method
from dashboard.shared.phrases import fixed

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
COLUMNS = ("Before", "Slope", "After")
DRAWS = 1_000


def stepping(example: Example) -> None:
    """The slope of the loss, the step against it, and what it changes."""
    st.markdown(
        "Training repeats one small step. It looks at a rating, guesses it, and asks of every number: if you were a "
        "little larger, how fast would the error grow? That slope is the **gradient**. Then each number moves a little "
        "the other way. Here is such a step on the finished model, and only on paper: nothing is saved."
        + own_steps(example)
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.select_slider(
            "Learning rate: how far to go", RATES, 0.1, key="lesson_rate", bind="query-params", width=420
        )
        config = example.run.config
        weight = config.l2 if isinstance(config, GradientConfig) else 0.0
        penalized = weight > 0 and st.toggle(
            f"With this model's penalty, {weight:g}",
            key="lesson_penalty",
            bind="query-params",
            help="The penalty adds the squared lengths of both rows to what training makes small, and so pulls every "
            "number towards zero. Biases are not penalized.",
        )
    l2 = weight if penalized else 0.0
    step = take(example, rate, l2)
    st.markdown(stepping_words(example, step, rate))
    left, right = st.columns(2, gap="medium")
    for place, who, name, key in ((left, "user", "person", "person"), (right, "item", example.noun, "item")):
        before, gradient, after = (getattr(pair, who) for pair in (step.before, step.gradient, step.after))
        change = fixed(float(np.abs(after - before).max()))
        alt = f"The {name}'s row before and after the step; the largest change is {change}"
        picture = charts.before_after(before, gradient, after, title=f"The {name}'s row")
        show_chart(picture, f"lesson_{key}_step", alt, place=place)
    _numbers(example, step)
    _by_rate(example, step, rate, l2)
    _formulas(example)
    _ask_for_longer_steps(example, l2)


def own_steps(example: Example) -> str:
    """In what the training of this very model differed from single steps; nothing where it is made of those."""
    if isinstance(example.run.config, GradientConfig):
        return ""
    known = told.columns(example.run)
    shared = (
        f" There one rating also moves the numbers of {known}, and with them all {example.nouns} that share them; the "
        "step below moves two rows alone."
    )
    return (
        " This model looked at **all its ratings in each step**, so it has no batches; and how hard each number is "
        f"held back it found by itself, so it has no penalty to choose.{shared if known else ''}"
    )


def take(example: Example, rate: float, l2: float) -> TrainingStep:
    """One step on the rating that the lesson follows."""
    return training_step(example.pair, example.rating, learning_rate=rate, l2=l2)


def stepping_words(example: Example, step: TrainingStep, rate: float) -> str:
    """What the step did, and to whom it did nothing."""
    before, after = step.predicted_before.rating, step.predicted_after.rating
    text = (
        f"{example.person} gave {example.title} {step.rating:g} {example.unit}. The guess was {fixed(before)}, "
        f"{_off(before, example)}. After one step with learning rate {rate:g} it is **{fixed(after)}**, "
        f"{_off(after, example)}. "
    )
    if abs(after - step.rating) > abs(before - step.rating):
        text += "That is worse than before: the step went too far, or the penalty pulled more than the error. "
    return (
        f"{text}The other {len(example.users) - 1:,} people and {len(example.items) - 1:,} {example.nouns} have no "
        "part in this guess. Their slopes are exactly zero: their rows stay as they are."
    )


def _off(guessed: float, example: Example) -> str:
    distance = guessed - example.rating
    return f"{fixed(abs(distance))} {example.unit} too {'high' if distance > 0 else 'low'}"


def _numbers(example: Example, step: TrainingStep) -> None:
    """All numbers that the step moves."""
    parts, columns = [], dict(zip(COLUMNS, (step.before, step.gradient, step.after), strict=True))
    dimensions = [str(number) for number in range(1, example.dims + 1)]
    for who, name in (("user", example.users.labels[example.user]), ("item", example.items.labels[example.item])):
        vectors = {column: getattr(pair, who) for column, pair in columns.items()}
        parts.append(pd.DataFrame({"Row": name, "Number": dimensions, **vectors}))
        if step.before.has_biases:
            biases = {column: [getattr(pair, f"{who}_bias")] for column, pair in columns.items()}
            parts.append(pd.DataFrame({"Row": name, "Number": "bias", **biases}))
    with st.expander("Every number that moves", icon=":material/table_rows:"):
        elements.table(
            pd.concat(parts, ignore_index=True),
            height=300,
            column_config=dict.fromkeys(COLUMNS, st.column_config.NumberColumn(format="%.5f")),
            alt="Both rows and biases: before the step, the slope, and after it",
        )


def _by_rate(example: Example, step: TrainingStep, rate: float, l2: float) -> None:
    """The same step with every learning rate on the slider."""
    error, before = errors_by_rate(example, l2), abs(step.predicted_before.rating - step.rating)
    picture = charts.by_rate(np.array(RATES), error, RATES.index(rate), now=before, unit=example.unit)
    alt = f"How far off the guess is after one step, by learning rate; the best is {RATES[error.argmin()]:g}"
    show_chart(picture, "lesson_rates", alt)


def errors_by_rate(example: Example, l2: float) -> np.ndarray:
    """Distance between guess and rating after one step with each of `RATES`, (n_rates,)."""
    return np.array([abs(take(example, rate, l2).predicted_after.rating - example.rating) for rate in RATES])


def _formulas(example: Example) -> None:
    """The gradient, and what this run's training did beyond it."""
    pair, latex = example.pair, example.run.scorer.score_latex
    inner = (
        rf"g = 2\,(\hat r - r)\,(\max - \min)\,s\,(1 - s), \qquad s = {pair.scale.latex(latex)}"
        if pair.scale.sigmoid
        else r"g = 2\,(\hat r - r)"
    )
    moves = r"u \leftarrow u - \eta\,g\,v, \qquad v \leftarrow v - \eta\,g\,u"
    moves += r", \qquad b_u \leftarrow b_u - \eta\,g, \qquad b_v \leftarrow b_v - \eta\,g" if pair.has_biases else ""
    show_method(
        f"The loss is the squared error of one guess, $(\\hat r - r)^2$. Its slope follows from the chain rule:\n\n"
        f"$${inner}$$\n\n$${moves}$$\n\n"
        "with learning rate $\\eta$. The person's row moves along the other's row, and the other way round: that "
        "is how people and what they like come to point the same way. With a penalty of weight $\\lambda$, "
        "$2 \\lambda u$ is added to the slope of $u$ and $2 \\lambda v$ to that of $v$.\n\n"
        "This is plain gradient descent on one rating. " + _real_training(example.run.config)
    )


def _real_training(config: RunConfig) -> str:
    """What the run's own training did beyond a single step."""
    if not isinstance(config, GradientConfig):
        return (
            "The model you see was trained with steps over all its ratings at once, each number with a variance of its "
            "own, and with a prior in place of a penalty, which it found by itself."
        )
    return (
        f"The model you see was trained with batches of {phrases.count(config.batch_size, 'rating')}, whose slopes "
        "are averaged, "
        "and with the optimizer Adam ([Kingma and Ba 2015](https://arxiv.org/abs/1412.6980)). Adam keeps a running "
        "mean of each number's slope and of its square and moves by their ratio: about the learning rate in "
        "each step, however steep the slope. Because the running mean fades slowly, a row still moves a little for "
        "some steps after its last rating."
        + (f" Its penalty was {config.l2:g}." if config.l2 else " It had no penalty.")
    )


def _ask_for_longer_steps(example: Example, l2: float) -> None:
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
    ask("Push the learning rate to its right end. Is a longer step always a better one?", answer)


def dropping(example: Example) -> None:
    """What dropout hides in one draw, and what the dot product comes to over many."""
    user_rate, item_rate = example.run.config.dropouts
    st.markdown(
        f"A model with {example.dims * (len(example.users) + len(example.items)):,} numbers could learn its training "
        "ratings by heart. **Dropout** makes that harder: in every step of training each number of a row is hidden "
        "with some probability, and the others are scaled up to make up for it. "
        + _dropped_here(example, user_rate, item_rate)
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.slider(
            "Share hidden, in both rows",
            0.0,
            0.9,
            item_rate if 0 < item_rate <= 0.9 else 0.6,  # the article's dropout on items
            0.1,
            key="lesson_hidden",
            bind="query-params",
            width=360,
        )
        seed = st.number_input("Draw", 0, 9999, 0, key="lesson_draw", bind="query-params", width=130)
    item = dropout(example.pair.item, rate, seed=seed)
    many = dropped_products(example.pair, user_rate=rate, item_rate=rate, draws=DRAWS, seed=seed)
    left, right = st.columns([3, 2], gap="medium")
    picture = charts.dropped(example.pair.item, item, title=f"The {example.noun}'s row in this draw")
    alt = f"The row as it is and with {int((~item.kept).sum())} of its {example.dims} numbers hidden"
    show_chart(picture, "lesson_dropped", alt, place=left)
    alt = f"Histogram of the dot product in {DRAWS:,} draws; their mean is {fixed(float(many.mean()))}, without "
    alt += f"dropout it is {fixed(example.predicted.dot)}"
    show_chart(charts.products(many, example.predicted.dot), "lesson_products", alt, place=right)
    st.markdown(dropping_words(example, item, many, rate))
    show_method(
        "With rate $p$ each number is kept with probability $1 - p$ and then divided by $1 - p$, so that its "
        "average over many draws is what it was. Person and item are drawn independently; so the average of the "
        "dot product is the dot product of the averages. In use, nothing is hidden and nothing is scaled.\n\n"
        "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014), "
        "[Dropout: a simple way to prevent neural networks from overfitting]"
        "(https://jmlr.org/papers/v15/srivastava14a.html)."
    )
    ask(
        "Once the model is trained nothing is hidden any more. Why need the rows not be scaled then?",
        "Because it was done in training already: what was kept was divided by the share kept, so each step saw, "
        "on average, the rows as they are. The rows can be used as they stand.",
    )


def _dropped_here(example: Example, user_rate: float, item_rate: float) -> str:
    if user_rate or item_rate:
        return f"This model was trained with {user_rate:.0%} hidden for people and {item_rate:.0%} for {example.nouns}."
    if example.run.scorer.has_uncertainty:
        return (
            "This model needs none: each number is a range, and a guess is the average over all that the ranges allow, "
            "which no single rating can bend far. Here is what dropout would do to it."
        )
    return "This model was trained without; here is what it would do."


def _worth(example: Example) -> str:
    """What dropout is good for, said of this model only where it was trained with some."""
    spread = "what it knows, and that carries over to ratings it has not seen"
    if any(example.run.config.dropouts):
        return f"As the model cannot count on any single number, it has to spread {spread}."
    return f"A model that is trained like this cannot count on any single number: it has to spread {spread}."


def dropping_words(example: Example, item: Dropped, many: np.ndarray, rate: float) -> str:
    """What this draw did, and what holds over many."""
    if rate == 0:
        return "With nothing hidden every step sees the rows as they are."
    hidden = int((~item.kept).sum())
    return (
        f"In this draw {hidden} of {phrases.count(example.dims, 'number')} are hidden, and the others are divided by "
        f"1 − {rate:g}, that is, times {1 / (1 - rate):.2f}. With both rows treated like that the dot product differs "
        f"from step to step, typically by {many.std():.2f}; over {DRAWS:,} draws its mean is "
        f"{fixed(float(many.mean()), 3)}, and without dropout it is {fixed(example.predicted.dot, 3)}. "
        f"{_worth(example)}"
    )
