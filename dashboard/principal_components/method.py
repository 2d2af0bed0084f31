"""How what the page of components shows is computed: formulas and sources."""

import streamlit as st

from dashboard.shared.phrases import plural


def explanation(noun: str, dimensions: int) -> None:
    """Folded away, for those who want to know."""
    nouns = plural(noun)
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(
            f"The {noun} matrix $X$ has one row of {dimensions} numbers a {noun}. Its singular value "
            "decomposition $X = U S V^\\top$ gives the components, the rows of $V^\\top$, and the scores $X V$. "
            "Component $k$ carries the share $s_k^2 / \\sum_j s_j^2$ of the total. Without centering this is what the "
            "article computes with R's `prcomp(center = FALSE)`: the total is the mean squared length of a row, not a "
            "variance, and the first component often points from zero to the middle of all rows. *Centered* subtracts "
            "the mean of each dimension first.\n\n"
            "A component and its mirror image are the same finding. The sign is fixed so that its largest loading is "
            f"positive: which end is called high has no meaning. {nouns.capitalize()} that do not shape the components "
            "are placed on them all the same, by the same projection.\n\n"
            "The noise band is parallel analysis ([Horn 1965](https://doi.org/10.1007/BF02289447)): every column of "
            "the matrix is shuffled by itself, 20 times, and the band is the 95th percentile of what components carry "
            "then. Without centering, the part that all rows have in common is added to it. Above the band means more "
            "than chance in this matrix, not that another training would find the component again.\n\n"
            "Whether one would is measured by training again from other seeds: the same analysis of each of those "
            "matrices, and their components matched one to one ([Kuhn 1955](https://doi.org/10.1002/nav.3800020109)) "
            "so that the sum of $|r|$ is largest, with $r$ the Pearson correlation of the scores of the trained "
            f"{nouns} that shape the components. The bar is the median over the other seeds.\n\n"
            f"How many matter is measured by rebuilding every {noun}'s vector from its first $k$ components, "
            "$\\hat v = m + \\sum_{i \\le k} ((v - m) \\cdot c_i) \\, c_i$ with $m$ the mean vector where "
            "centered and else zero, and predicting validation ratings with it; biases stay as they are. Of more than "
            "100,000 validation ratings as many are drawn.\n\n"
            "A name you give belongs to the direction: with other settings it stands at the component that points the "
            "same way (cosine of at least 0.95), its ends swapped where the sign is.\n\n"
            f"The hints look at the {nouns} with enough ratings. For a number the effect is Spearman's correlation "
            "with the score; for a category 2 AUC − 1, how much more often one of its members lies above one of the "
            "others than below. The words name effects of at least 0.1 with p below 0.05 after the correction of "
            "[Benjamini and Hochberg (1995)](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). They go together "
            "with the component; that it is about them is for you to judge.\n\n"
            "Number colors span the middle 90% of what is drawn; values beyond have the color of the nearest end. A "
            "correlation named under the map is Spearman's, over the ranks of what is drawn.\n\n"
            "I. T. Jolliffe (2002), *Principal Component Analysis*, 2nd edition, Springer, "
            "[doi:10.1007/b98835](https://doi.org/10.1007/b98835) · "
            "[R documentation of prcomp](https://stat.ethz.ch/R-manual/R-devel/library/stats/html/prcomp.html)"
        )
