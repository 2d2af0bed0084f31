"""How the numbers of the page For you come about, and how good they were in a measurement (Markdown)."""

from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.uncertainty import ROUGH, SURE


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
        f"trained on, $s$ = {model.run.outcome.val_rmse:,.3f} its error on ratings it had not seen. With few ratings "
        "you stay close to $m$, most of all in directions in which people hardly differ."
    )


def _sure(model: NewUserModel, nouns: str) -> str:
    """What ± is, and what each word means, with its share of this run's validation ratings."""
    sure = model.validation_sureness
    shares = {word: f"{share:.0%}" for word, share in sure.shares().items()}
    source = (
        "Its square is the sum of three: how little your ratings say about you, how little is known of what is "
        "guessed, and the noise of your own ratings, which is everybody's noise until yours say more. It is less "
        "near the ends of the scale, beyond which nobody can rate. About two ratings in three are that close."
        if model.run.scorer.has_uncertainty
        else f"Its square is the sum of two: how far the model's guesses of {nouns} with as many ratings missed in its "
        "test, and how little your ratings say about this one (the variance that the fit leaves, carried through the "
        "slope of the guess)."
    )
    return (
        f"*±* is how far the guess is probably off. {source} Somebody who knows neither you nor the {nouns}, and "
        f"always guesses the mean, is off by {model.spread:,.2f}. *Fairly sure* is at least {SURE:.0%} narrower than "
        f"that (so are {shares['fairly sure']} of the guesses that this model was tested on, for people it knows), *a "
        f"rough guess* at least {ROUGH:.0%} ({shares['a rough guess']}), and the rest is *little more than a guess* "
        f"({shares['little more than a guess']})."
    )


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


def measured() -> str:
    """What the benchmark of fold-in found, on the bundled ratings (Markdown)."""
    return (
        "Measured on the bundled movie ratings with the default model: five groups of people were kept out of training "
        "in turn, a few of their ratings revealed, and the rest of theirs guessed. RMSE by the number revealed:\n\n"
        "| | 1 | 3 | 5 | 10 | 20 |\n|---|---|---|---|---|---|\n"
        "| the movie's mean | 1.002 | 1.002 | 1.002 | 1.002 | 1.002 |\n"
        "| averages of the movie and the person | 0.968 | 0.954 | 0.942 | 0.924 | 0.913 |\n"
        "| **this page** | **0.962** | **0.945** | **0.931** | **0.913** | **0.900** |\n"
        "| trained anew with the revealed ratings | 1.042 | 1.000 | 0.977 | 0.941 | 0.919 |\n\n"
        "With so few ratings, fitting you alone does better than training everything anew. It also puts a person's "
        "own favorites in order better than popularity does (NDCG@10 with 10 revealed: 0.867 against "
        "0.839). What people watch at all is another question: there popularity is ahead (0.313 against 0.266 among "
        "all movies). What is said behind ± holds: the guesses called surest do miss least, and all miss a little less "
        "than promised."
    )
