"""The sentences of the page Start (Markdown)."""

from collections.abc import Sequence

from core.analysis.compare.score import SplitScore
from core.data.nouns import with_article
from core.data.ratings import Ratings
from core.model.run import Outcome, Run
from dashboard.shared import phrases, score_words
from dashboard.shared.markup import escape
from dashboard.train import curve

said = escape
"""A name that somebody has given, as text."""


BESIDE_THE_ERROR = (
    "The error on ratings that it has never seen, beside guesses without any embedding. It is the root mean squared "
    "error: two guesses in three or so are off by less."
)

NO_FILM = "No film was taken of this training; the page Train can make one."

MAP_ALT = "The best-known ones are named; the list beside the map says what lies near."


def beginning(ratings: Ratings, filled: float) -> str:
    """What the first picture shows.

    Args:
        ratings: The data.
        filled: Share of all pairs of a person and an item that have a rating.
    """
    one = with_article(ratings.noun)
    return (
        f"Here every dot is {one}, and its place is **drawn by chance**: nothing has been learned. What there is to "
        f"learn from are {phrases.count(len(ratings), 'rating')}, with gaps between them: of all pairs of a person and "
        f"{one}, {1 - filled:.1%} have none."
    )


def done(outcome: Outcome, unit: str, score: SplitScore | None, *, just_now: bool) -> str:
    """What came of a training, in one sentence: how long it took where somebody has waited for it, and how well."""
    who = "it" if just_now else "This model"
    well = (
        curve.guess(outcome.metric, unit)
        if outcome.val_rmse is None
        else score_words.how_often(outcome.val_rmse, unit, score, who=who)
    )
    return f"**{f'Done in {phrases.duration(outcome.train_seconds)}: ' if just_now else ''}{well}.**"


def opened(run: Run) -> str:
    """What vectors from elsewhere are, in a sentence or two."""
    many = phrases.count(run.dataset.items, run.dataset.noun)
    source = run.origin.provenance.get("file", "")
    came = f", from {escape(source)}" if source else ""
    return (
        f"**{many}, {phrases.count(run.config.dimensions, 'number')} each**{came}: learned by another program, and "
        "only looked at here. The map lays them along the two directions in which they differ most."
    )


def neighbors(title: str, nearest: Sequence[str]) -> str:
    """Who lies nearest to what was looked for."""
    names = phrases.together([f"**{escape(name)}**" for name in nearest])
    return f"Nearest to **{escape(title)}** {'is' if len(nearest) == 1 else 'are'} {names}."


def listed(lines: Sequence[tuple[str, str]]) -> str:
    """Titles with a number each, one a line."""
    return "\n".join(f"- {escape(title)} :small[:gray[{number}]]" for title, number in lines)


def star(n: int, nouns: str) -> str:
    """What the place of somebody's star means."""
    few = "With so few ratings it lies near the middle, where everybody begins. " if n < 3 else ""
    return f"{few}The {nouns} that lie in your direction from the middle are those whose taste is guessed to be yours."


def guessed(titles: Sequence[str]) -> str:
    """What is guessed highest for somebody."""
    return f"Guessed highest for you: {phrases.together([f'**{escape(title)}**' for title in titles])}."


def end(name: str, titles: Sequence[str]) -> str:
    """What lies at an end of an axis."""
    return f"Furthest toward {escape(name)}: {phrases.together([f'**{escape(title)}**' for title in titles])}."
