"""The field's words and what they mean: one text for everybody, in a fold on each page that uses them."""

import streamlit as st

TERMS = {
    "RMSE": "How far guesses are off, in the unit of the ratings, large misses counting more: the root of the mean of "
    "the squared errors (root mean squared error). Lower is better.",
    "MAE": "How far guesses are off on average, every miss counting as it is (mean absolute error).",
    "Training and validation": "A model learns from the training ratings. The validation ratings are kept aside, and "
    "only the error on them says what it has understood.",
    "Epoch": "One pass over all training ratings.",
    "Embedding": "A short list of numbers for each thing and each person, which training adjusts until two of them "
    "together guess a rating.",
    "One-hot vector": "A list of zeros with a single one, as long as there are things: the place of the one says which "
    "thing is meant. Any two things are equally unlike in it.",
    "Autoencoder": "A model that presses a whole row of ratings into a few numbers and unfolds them again: what these "
    "have to keep is an embedding.",
    "Dimension": "One of the numbers in each of these lists. A single one rarely means anything by itself.",
    "Embedding units": "What the learned numbers are counted in. They have no unit of the world: only which are "
    "larger, and by how much, says something.",
    "Bias": "What is added to every guess for one person or one thing: how generous somebody is, how liked something "
    "is, whatever the taste.",
    "Penalty": "A price on large numbers while a model learns, so that it learns less by heart (L2 regularization). "
    "No penalty: numbers may grow as they like.",
    "Dropout": "Numbers left out at random while a model learns, so that it relies on none of them alone.",
    "Seed": "The number that chance starts from. Two trainings that differ only in it show how much of a result is "
    "chance.",
    "Component": "A direction in which the things differ most: everything can be ordered along it, from one end to "
    "the other. The first tells most apart, the next most of what is left (principal component analysis).",
    "Centered": "The average is taken away first, so that components say how things differ from it, and not what all "
    "have in common.",
    "Hatched": "Bars with stripes: components that do not guess ratings better which were kept aside, so that they may "
    "be chance.",
    "Explained variance": "The share of all differences that lies along a component.",
    "Rank correlation": "Whether two orders agree: 1 where they are the same, 0 where one says nothing about the "
    "other, −1 where one is the other turned around.",
    "Cosine": "How alike two lists of numbers point, however long they are: 1 the same way, 0 across, −1 the opposite "
    "way.",
    "Dot product": "Two lists multiplied number by number and added up: it grows with how alike they point, and with "
    "how long they are.",
    "Euclidean distance": "How far apart two points are, as a ruler measures it, in all dimensions.",
    "k-means": "A way to find groups: it is told how many, and moves their middles until each point belongs to the "
    "nearest one.",
    "HDBSCAN": "A way to find groups: where points lie dense together there is one, however many that makes; points "
    "in between belong to none.",
    "Trustworthiness": "Whether what lies close together on a flat map is close in all dimensions, too: 1 where it "
    "always is, about a half where a map is chance.",
    "CKA": "How alike two models arrange the same things, whichever way they are turned: 1 the same, near 0 unlike "
    "(centered kernel alignment).",
    "Procrustes": "One model is turned and scaled until it lies as well as it can on the other; what is left is how "
    "different they are.",
}
"""Each word as the pages write it, with one or two plain sentences."""

MEASURES = {"cosine": "Cosine", "dot": "Dot product", "euclidean": "Euclidean distance"}
"""The word for each measure of closeness."""

_TRAINED = ("RMSE", "Training and validation", "Epoch", "Dimension", "Penalty", "Dropout", "Seed")

ON_PAGE = {
    "": ("Embedding", "RMSE", "Training and validation", "Epoch", "Component"),
    "train": (*_TRAINED, "Bias"),
    "under_the_hood": ("Embedding", "Dimension", "Dot product", "Bias", "Epoch", "RMSE"),
    "questions": ("One-hot vector", "Embedding", "RMSE", "Component", "CKA", "Cosine", "Autoencoder"),
    "embeddings": ("Embedding", "Dimension", "Embedding units"),
    "components": (
        "Component",
        "Centered",
        "Explained variance",
        "Hatched",
        "Embedding units",
        "Rank correlation",
        "Training and validation",
    ),
    "maps": ("Component", "Embedding units", "Trustworthiness", "k-means", "HDBSCAN", "Rank correlation"),
    "neighbors": ("Cosine", "Dot product", "Euclidean distance", "Embedding units", "Rank correlation"),
    "biases": ("Bias", "Rank correlation", "Penalty"),
    "compare": (*_TRAINED, "MAE", "Cosine", "CKA", "Procrustes"),
    "for_you": ("Component", "Embedding units", "Cosine", "Bias"),
    "runs": (*_TRAINED, "MAE"),
    "jobs": ("RMSE", "Epoch", "Penalty"),
}
"""The words of each page by its path, in the order in which it uses them."""


def meaning(*terms: str) -> str:
    """What words mean, for what is said on hovering (Markdown)."""
    return "\n\n".join(f"**{term}**: {TERMS[term]}" for term in terms)


ABOUT_RATINGS = {
    "RMSE",
    "MAE",
    "Training and validation",
    "Epoch",
    "Embedding",
    "Bias",
    "Penalty",
    "Dropout",
    "Hatched",
}
"""Words that mean nothing where nobody rated anything: the pages use none of them there."""

NOT_WITHOUT = {"train", "under_the_hood", "questions", "biases", "for_you"}
"""Pages that have nothing to say without ratings."""


def fold(page: str, *, rated: bool) -> None:
    """The words of a page, by its path, with their meanings, folded away; nothing where it uses none."""
    there = () if page in NOT_WITHOUT and not rated else ON_PAGE.get(page, ())
    if terms := [term for term in there if rated or term not in ABOUT_RATINGS]:
        with st.expander("Words on this page", icon=":material/dictionary:"):
            st.markdown(meaning(*terms))
