"""How the numbers of the page For you come about, and how good they were in a measurement (Markdown)."""

from collections.abc import Mapping, Sequence

from core import data
from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.uncertainty import ROUGH, SURE
from core.model.families import PRESETS
from dashboard.shared.phrases import PRESET_WORDS


def text(model: NewUserModel, nouns: str) -> str:
    """How a newcomer is fitted, what "sure" means, and where the lists come from."""
    return f"{_fit(model, nouns)}\n\n{_sure(model, nouns)}\n\n{_taste(model, nouns)}{_LISTS}"


def _fit(model: NewUserModel, nouns: str) -> str:
    scorer = model.run.scorer
    parts = [("vector", "u")] * scorer.has_vectors + [("bias", "b_u")] * scorer.has_biases
    names, letters = " and ".join(name for name, _ in parts), ", ".join(letter for _, letter in parts)
    yours = f"your {names} $x = {f'({letters})' if len(parts) > 1 else letters}$"
    lead = f"A guess follows from the formula {scorer.rating_latex()}. The {nouns} stay as training left them; {yours} "
    if scorer.has_uncertainty:
        return (
            f"{lead}are fitted by Bayesian linear regression: they minimize\n\n"
            "$$\\sum_{\\text{your ratings}} \\left[ (r - \\text{guess}(x))^2 + x^\\top S x \\right] + "
            "\\sigma^2 \\, x^\\top \\Lambda x,$$\n\n"
            "where $\\Lambda$ is how far people differ and $\\sigma$ the noise of a rating, both as the model found "
            f"them (here $\\sigma$ = {model.prior.noise**0.5:,.2f}), and $S$ how uncertain the vector of what you "
            "rated is. What is left unknown of $x$ after your ratings is a normal distribution, and exact."
        )
    return (
        f"{lead}minimizes\n\n"
        "$$\\sum_{\\text{your ratings}} (r - \\text{guess}(x))^2 + s^2 \\, (x - m)^\\top C^{-1} (x - m),$$\n\n"
        "ridge regression toward the typical person: $m$ and $C$ are mean and covariance of the people the model was "
        f"trained on, $s$ = {model.error:,.3f} its error on {_tested_on(model)}. With few ratings "
        "you stay close to $m$, most of all in directions in which people hardly differ."
    )


def _tested_on(model: NewUserModel) -> str:
    """The ratings that a model's misses are known of."""
    return "ratings it had not seen" if model.run.scorer.trained_here else "the ratings here, which it may have seen"


def _sure(model: NewUserModel, nouns: str) -> str:
    """What ± is, and what each word means, with its share of this run's validation ratings."""
    sure = model.validation_sureness
    tested = "that this model was tested on" if model.run.scorer.trained_here else f"of {_tested_on(model)}"
    shares = {word: f"{share:.0%}" for word, share in sure.shares().items()}
    source = (
        "Its square is the sum of three: how little your ratings say about you, how little is known of what is "
        "guessed, and the noise of your own ratings, which is everybody's noise until yours say more. It is less "
        "near the ends of the scale, beyond which nobody can rate. About two ratings in three are that close."
        if model.run.scorer.has_uncertainty
        else f"Its square is the sum of two: how far the model's guesses of {nouns} with as many ratings missed on "
        f"{_tested_on(model)}, and how little your ratings say about this one (the variance that the fit leaves, "
        "carried through the slope of the guess)."
    )
    return (
        f"*±* is how far the guess is probably off. {source} Somebody who knows neither you nor the {nouns}, and "
        f"always guesses the mean, is off by {model.spread:,.2f}. *Fairly sure* is at least {SURE:.0%} narrower than "
        f"that (so are {shares['fairly sure']} of the guesses {tested}, for people it knows), *a "
        f"rough guess* at least {ROUGH:.0%} ({shares['a rough guess']}), and the rest is *little more than a guess* "
        f"({shares['little more than a guess']}).\n\n{_rising(model)}"
    )


def _rising(model: NewUserModel) -> str:
    """Why one more rating can make a guess less sure."""
    ends = (
        "a guess that moves away from an end of the scale can miss on both sides of it"
        if model.run.scorer.has_uncertainty
        else "a guess that moves away from an end of the scale follows your numbers, and what is unknown of them, more "
        "closely"
        if model.run.scorer.scale.sigmoid
        else ""
    )
    noise = (
        "ratings that fit the model badly say that yours are noisier than everybody's"
        if model.run.scorer.has_uncertainty
        else ""
    )
    reasons = ", and ".join(filter(None, (noise, ends)))
    return f"One more rating mostly narrows ±, but it can widen it too: {reasons}." if reasons else ""


def _taste(model: NewUserModel, nouns: str) -> str:
    """What "for you" means; nothing where no guess can be taken apart so."""
    scorer = model.run.scorer
    if not (scorer.is_bilinear and scorer.has_vectors):
        return ""
    return (
        "*For you* is the part of the guess that comes of your taste alone: the sum of all components in the picture "
        "below. How much everybody likes it is left out, and so is how generous you are, because that is the same for "
        f"all {nouns} and no taste.\n\n"
    )


_LISTS = (
    "The first set is drawn from those with the most ratings, each as unlike those before it as can be "
    "(T. Gonzalez 1985, [doi:10.1016/0304-3975(85)90224-5](https://doi.org/10.1016/0304-3975(85)90224-5)). "
    "*Variety* is maximal marginal relevance (J. Carbonell and J. Goldstein 1998, "
    "[doi:10.1145/290941.291025](https://doi.org/10.1145/290941.291025)). *More like these* adds up to "
    "15% of the scale to the rank, not to the guess, by the cosine with what you name."
)


MEASURED: Mapping[str, Sequence[float]] = {
    "the movie's mean": (1.002, 1.002, 1.002, 1.002, 1.002),
    "averages of the movie and the person": (0.968, 0.954, 0.942, 0.924, 0.913),
    "default": (0.962, 0.945, 0.931, 0.913, 0.900),
    f"{PRESET_WORDS['default']}, trained anew with the revealed ratings": (1.042, 1.000, 0.977, 0.941, 0.919),
    "best": (0.951, 0.931, 0.916, 0.894, 0.877),
}
"""RMSE of newcomers by the number of ratings revealed, of `REVEALED`; `docs/findings.md` says how it was measured."""

REVEALED = (1, 3, 5, 10, 20)


def measured(preset: str | None) -> str:
    """What the benchmark of fold-in found on the bundled ratings, of a preset where it was measured (Markdown)."""
    head = f"| RMSE with so many ratings revealed | {' | '.join(map(str, REVEALED))} |\n|---|{'---|' * len(REVEALED)}\n"
    lines = "".join(
        f"| {_bold(PRESET_WORDS.get(name, name), name == preset)} | "
        f"{' | '.join(_bold(f'{value:.3f}', name == preset) for value in values)} |\n"
        for name, values in MEASURED.items()
    )
    whose = (
        f"The model on the screen is “{PRESET_WORDS[preset]}” (bold)."
        if preset
        else "The model on the screen is another one, and was not measured: take these as examples."
    )
    return (
        "Measured on the bundled movie ratings with two models: five groups of people were kept out of training "
        f"in turn, a few of their ratings revealed, and the rest of theirs guessed. {whose}\n\n{head}{lines}\n"
        "With so few ratings, fitting you alone does better than training everything anew. "
        f"“{PRESET_WORDS['default']}” also puts a person's own favorites in order better than popularity does (NDCG@10 "
        "with 10 revealed: 0.867 against 0.839). What people watch at all is another question: there popularity is "
        "ahead (0.313 against 0.266 among all movies).\n\n"
        "What is said behind ± roughly holds, and the guesses called surest do miss least. "
        f"“{PRESET_WORDS['default']}” misses a little less than it promises, “{PRESET_WORDS['best']}” a little more: "
        "with one rating of a newcomer by 0.95 where it promises 0.88, with 20 by 0.88 where it promises 0.85."
    )


def measured_preset(model: NewUserModel) -> str | None:
    """The preset of which the figures are that a model has been trained with, on the bundled data; None of others."""
    settings = model.run.config.model_copy(update={"seed": 0, "split_seed": 0})
    if model.ratings.dataset_id != data.BUNDLED:
        return None
    return next((name for name in MEASURED if name in PRESETS and PRESETS[name] == settings), None)


def _bold(text: str, on: bool) -> str:
    return f"**{text}**" if on else text
