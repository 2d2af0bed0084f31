"""How the page of components is computed, folded away: formulas and sources."""

from core.analysis.components.chance import CLEAR, MOST_ROWS, ROTATIONS
from core.analysis.components.examined import ALIKE
from core.analysis.components.hints import CLEAR_EFFECT, CLEAR_EFFECT_FIRST, CLEAR_Z, CLEAR_Z_FIRST, FEWEST_NAMED
from core.analysis.components.proof import FEWEST_EPOCHS, PROVEN, SIGNAL
from core.data.nouns import with_article
from dashboard.shared.elements import show_method
from dashboard.shared.matrix_rows import Rows


def explanation(rows: Rows, dimensions: int) -> None:
    """Draw the fold; of vectors from elsewhere without what is about ratings."""
    parts = [
        *([_predictions(rows)] if _may_predict(rows) else []),
        _matrix(rows, dimensions),
        _tests() if rows.scorer.trained_here else _chance(),
    ]
    show_method("\n\n".join([*parts, _reading(rows)]))


def _may_predict(rows: Rows) -> bool:
    return rows.scorer.guesses_ratings or rows.scorer.trained_here


def _predictions(rows: Rows) -> str:
    noun, nouns = rows.noun, rows.nouns
    return (
        f"**What it predicts.** Measured from the average person $\\bar u$ and the average {noun} $\\bar v$, each "
        "counting as often as they have a training rating, a score is a constant, a bias of the person, a bias of the "
        f"{noun}, and taste: $a \\cdot b$ with $a = u - \\bar u$ and $b = v - \\bar v$. The tastes of everybody for "
        "everything are the matrix $A B^\\top$. Its singular value decomposition $A B^\\top = P S Q^\\top$, with "
        "$P^\\top W_u P = Q^\\top W_v Q = 1$ for the weights $W$ of the training ratings, gives the components: "
        f"independent of each other for people and for {nouns} alike "
        "([Golub and Kahan 1965](https://doi.org/10.1137/0702016)). The score of "
        f"{with_article(noun)} is its row of $Q S$: how much more than the average person somebody one standard "
        "deviation out along the component likes it. Component $k$ carries the share $s_k^2 / \\sum_j s_j^2$ of the "
        "variance of predicted taste. Turning the vectors, rescaling one side against the other or moving numbers "
        "between biases and vectors changes no prediction, and none of this."
    )


def _matrix(rows: Rows, dimensions: int) -> str:
    noun, nouns = rows.noun, rows.nouns
    heading, article, changing = "Components", "", ""
    if _may_predict(rows):
        heading, article = "The item matrix, as in the article", "as the article computes it with R's `prcomp`, "
        changing = " These components change where the numbers do, also where all predictions stay the same."
    largest = "the largest loading is positive"
    sign = (
        f"of what it predicts the furthest {noun}, counted by its ratings, lies at the high end; of the item matrix "
        f"{largest}"
        if _may_predict(rows)
        else largest
    )
    return (
        f"**{heading}.** The {noun} matrix $X$ has one row of {dimensions} numbers "
        f"{with_article(noun)}. Its singular value decomposition $X = U S V^\\top$ gives the components, the rows of "
        "$V^\\top$, and the scores $X V$. Without centering, "
        f"{article}the total is the mean squared length of a row, not a variance, and the first "
        "component often points from zero to the middle of all rows. *Centered* subtracts the mean of each dimension "
        f"first.{changing}\n\n"
        f"A component and its mirror image are the same finding. The sign is fixed: {sign}. "
        f"Which end is called high has no meaning. {nouns.capitalize()} that do not shape the components are placed on "
        "them all the same, by the same projection."
    )


def _chance() -> str:
    return (
        "**Above chance.** Parallel analysis ([Horn 1965](https://doi.org/10.1007/BF02289447)) against random "
        f"rotations: for one component after the other, what the larger ones say is taken out of every row, each row "
        f"is turned into a direction drawn by chance in the space that is left, its length kept, {ROTATIONS} times, "
        f"and the component has to carry more than the largest of such rows by {CLEAR:g} standard deviations. Of more "
        f"than {MOST_ROWS:,} rows as many are drawn. No rotation or shift of all vectors changes that."
    )


def _tests() -> str:
    return (
        "**What each is worth.** Held-out ratings are guessed by the biases and the first $k$ components, for every "
        "$k$, inside the scale. With $e_k$ the error then and $x_k$ what component $k$ changes in the guess, its gain "
        "is the mean of $e_{k-1}^2 - e_k^2$ and its score the mean of $e_{k-1} x_k$. Their standard errors are "
        "clustered, for ratings of one person are not independent "
        "([Liang and Zeger 1986](https://doi.org/10.1093/biomet/73.1.13)): "
        "$\\mathrm{SE}^2 = \\sum_u (\\sum_{i \\in u} (d_i - \\bar d))^2 / n^2$. A component earns its place while "
        f"gain/SE is above {PROVEN:g}, and so for all before it; it carries some signal while score/SE, by people and "
        f"by items, is above {SIGNAL:g}, provided that training went on for {FEWEST_EPOCHS} epochs. In a model that "
        "knows how sure it is components are larger than is best for prediction one by one, so there the score counts. "
        "The bars are differences of the root mean squared error, their lines two standard errors. On several splits "
        "all held-out ratings are pooled, component by component in order, and a person in several of them is one "
        "cluster.\n\n"
        "Of more than 100,000 held-out ratings as many are drawn. For the item matrix the error with only the first "
        "components is measured likewise.\n\n"
        "**Without taste.** Each rating is replaced by the averages of its item and person and somebody's shuffled "
        "rest, from other fifths of the data, and the model is trained again, as long as it was. What its components "
        "carry is what learning alone gives. It says how much is too little, not how many are real: that is for "
        "unseen ratings to say.\n\n"
        "**Another start.** The same analysis of models trained from other seeds, components matched one to one "
        "([Kuhn 1955](https://doi.org/10.1002/nav.3800020109)) so that the sum of $|r|$ is largest, with $r$ the "
        "Pearson correlation of the scores of the trained items. The bar is the median over the other seeds. All of "
        "them learned from the same ratings, chance included."
    )


def _reading(rows: Rows) -> str:
    nouns = rows.nouns
    sure = (
        ""
        if rows.variance is None
        else "**How sure.** The posterior of a score $v \\cdot c$ is a normal distribution with the variance "
        "$\\sum_j c_j^2 s_j$, where $s_j$ is that of the number in dimension $j$.\n\n"
    )
    if rows.scorer.trained_here:
        looked_at = f"The hints look at the {nouns} with enough ratings. "
        other_basis = (
            f", or, from one basis to the other, at the one that orders the {nouns} alike (correlation of at least "
            "0.95, each counting as often as it was rated)"
        )
        confirmed = (
            f"a component that held-out ratings confirm, or that follows one of them ($|r|$ of at least {ALIKE}), and "
            "only for "
        )
        chance = "Data without taste"
    else:  # the columns are no part of what the vectors were made from: a test of the two needs no other
        looked_at, other_basis, confirmed, chance = "", "", "", "Columns that have nothing to do with the vectors"
    return (
        f"{sure}A name you give belongs to the direction: it stands at the component that points the same way under "
        f"other settings (cosine of at least 0.95){other_basis}, its ends swapped where the sign is.\n\n"
        f"{looked_at}For a number the effect is Spearman's correlation "
        "with the score; for a category 2 AUC − 1, how much more often one of its members lies above one of the "
        "others than below; p is corrected after "
        "[Benjamini and Hochberg (1995)](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). Words appear only "
        f"for {confirmed}effects at least {CLEAR_Z} times their standard error ({CLEAR_Z_FIRST} for the "
        f"first component); a category also needs {FEWEST_NAMED} {nouns} and an effect of at least {CLEAR_EFFECT} "
        f"({CLEAR_EFFECT_FIRST} for the first). {chance} hardly ever give such a hint. They go together "
        "with the component; that it is about them is for you to judge.\n\n"
        "Number colors span the middle 90% of what is drawn; values beyond have the color of the nearest end. A "
        "correlation named under the map is Spearman's, over the ranks of what is drawn.\n\n"
        "I. T. Jolliffe (2002), *Principal Component Analysis*, 2nd edition, Springer, "
        "[doi:10.1007/b98835](https://doi.org/10.1007/b98835) · "
        "[R documentation of prcomp](https://stat.ethz.ch/R-manual/R-devel/library/stats/html/prcomp.html)"
    )
