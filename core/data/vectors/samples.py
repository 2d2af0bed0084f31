"""Two small sets of vectors that come with the program; `scripts/make_samples.py` has made them."""

from dataclasses import dataclass
from pathlib import Path

from core.data.vectors.request import VectorOptions

FOLDER = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True)
class Sample:
    """A set of vectors, and what a person should know of it before it is opened."""

    # As it is called when it has been opened.
    name: str
    noun: str
    words: str  # What it is, in two sentences
    licence: str  # Under which conditions it may be used, and whose work it is
    run_id: str  # Of the run that it is when it has been opened: the id is that of its content

    @property
    def options(self) -> VectorOptions:
        """What is said when it is opened."""
        return VectorOptions(name=self.name, noun=self.noun)


SAMPLES = {
    "words": Sample(
        name="Jane Austen's words",
        noun="word",
        words="5,895 words of six novels, 50 numbers each. They were learned from nothing but which words stand near "
        "which, and nobody said what any of them means.",
        licence="Public domain: the novels, by way of the R package janeaustenr (MIT), and the numbers (CC0).",
        run_id="cbaa8079f253a678",
    ),
    "digits": Sample(
        name="Handwritten digits",
        noun="image",
        words="1,797 images as the hidden layer of a small net sees them, 32 numbers each. It learned which digit is "
        "which from half of them; the table says which half.",
        licence="CC BY 4.0: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI.",
        run_id="718ab95a5efb4262",
    ),
}
"""By the name of the file, without its ending."""


def path(sample: str) -> Path:
    """The file of a sample."""
    return FOLDER / f"{sample}.parquet"
