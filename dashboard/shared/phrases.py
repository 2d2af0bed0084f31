"""The words people read that more than one place needs."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from core.config import RunConfig
from core.data import DatasetInfo
from core.data.nouns import count, plural, with_article
from core.data.ratings import DatasetRef, Ratings
from core.model.metrics import RMSE, Metric

__all__ = ["count", "plural"]  # of the core's, which pages read here with the other words

PRESET_WORDS = {
    "default": "Fast and good",
    "large": "Millions of ratings",
    "any-scale": "Any scale",
    "best-ratings": "Best from ratings alone",
    "best": "Best guesses",
    "article-simple-dot": "Article: dot product",
    "article-dot-with-bias": "Article: with biases",
    "article-simple-dot-diy": "Article: hand-written layer",
}

PAGE_HELP = {
    "start": "What an embedding is, the data at a glance, and one button that trains a first model.",
    "missions": "Short guided tours over the pages, which see by themselves when a step is done.",
    "under_the_hood": "What an embedding layer does, in eight small steps on live numbers, down to its code.",
    "questions": "What embeddings bring over one-hot vectors, what the task changes, and what an autoencoder finds.",
    "train": "Choose a model and its settings, watch it learn, stop it, and compare with earlier runs.",
    "embeddings": "The learned numbers themselves: every row one thing, every column a dimension.",
    "components": "The main directions in the embedding, and what lies at both ends of each.",
    "maps": "All items on one picture, how far to trust it, groups of them, and axes of your own.",
    "neighbors": "What lies closest to what, by three measures that do not always agree.",
    "biases": "How liked something, or how generous somebody is before anything else, beside the plain averages.",
    "compare": "Two to six models beside each other: settings, curves, results, and what two of them agree on.",
    "for_you": "Rate a few, and see what you would like, where you are among all people, and why.",
    "runs": "All models with their settings and results; open, compare or delete them.",
    "datasets": "The data at hand; bring your own ratings or vectors, or fetch a MovieLens release.",
    "jobs": "Trainings, imports and studies that wait, run or have ended, with their logs.",
}

HEADLINE = "Train an embedding on {noun} ratings, then look inside what it learned"

HEADLINE_OF_VECTORS = "What another program learned about {nouns}"

WHAT_IS_AN_EMBEDDING = (
    "An embedding describes every {noun} by a short list of numbers, and every person by another list as long. "
    "Nobody chooses these numbers: training adjusts them until the two lists together guess how the person rated "
    "the {noun}. "
    "What comes out is a map on which {nouns} that please the same people lie close together, for you to walk through."
)

WHERE_TO_GO = (
    (
        "train",
        "model_training",
        "Watch one learn",
        "Choose a model and its settings, and see the curve move while it trains.",
    ),
    ("embeddings", "grid_on", "See the numbers", "Every {noun} a row, every dimension a column: the matrix itself."),
    (
        "components",
        "insights",
        "Name the tastes",
        "The main directions of the map, and the {nouns} at both ends of each.",
    ),
    (
        "compare",
        "compare_arrows",
        "Compare models",
        "Two trainings side by side: who guesses better, which neighbors stay, and what moves.",
    ),
)
"""Page, icon, title and words of the cards on the start page."""

WHERE_TO_GO_WITH_VECTORS = (
    WHERE_TO_GO[1],
    ("components", "insights", "Name the directions", WHERE_TO_GO[2][3]),
    ("neighbors", "near_me", "See what is alike", "The nearest of each {noun}, and arithmetic with {nouns}."),
    (
        "compare",
        "compare_arrows",
        "Compare two spaces",
        "This one beside another with the same {nouns}: which neighbors stay, and what moves.",
    ),
)
"""The same where there are vectors from elsewhere and no ratings."""

TRAIN_INTRODUCTION = (
    "Press Train and watch two errors fall: on the ratings it learns from, and on ratings it has never seen. "
    "The second one counts."
)

MANY_SETTINGS = (
    "Off: one model with the settings that you choose. On: a sweep, the same model with many settings, to see which of "
    "them matter."
)

TRAIN_CLOSED = (
    "Two errors fall while a model learns: on the ratings it learns from, and on ratings it has never seen. The second "
    "one counts."
)

BEFORE_TRAINING = (
    "Nothing is trained with these settings yet. The dashed lines are what guessing without any embedding reaches: "
    "a model that is worth its numbers goes below them."
)

HOW_SURE = (
    "Every person and every {noun} gets a short list of numbers, and one more for how generous the person or how liked "
    "the {noun} is; multiplied and added up, they come near the ratings. "
    "But no number is a single value: each is a range, narrow where many ratings speak about it, and wide, around "
    "nothing special, where few do. "
    "What is guessed is the average over everything within the ranges, so that hardly anything is learned by heart, "
    "and each guess knows how sure it is. "
    "{told}"
)
"""The factorization with uncertainty, for somebody who never programmed; `told` is one of the next two."""

HOW_SURE_TOLD = (
    "What is known of {a_noun} beside its ratings ({known}) has numbers too, which are added to its own: so one that "
    "nobody rated still has a place."
)

HOW_SURE_ALONE = "Of {a_noun} that nobody rated it knows nothing: it has only the ratings to go by."


def curve_help(metric: Metric, *, within: bool) -> str:
    """What the learning curve shows and how to look closer; `within` where training measures its loss in epochs too."""
    line = (
        "The thin line is the loss that training works on within its epochs; it counts dropout and penalty too, so it "
        "lies higher. "
    )
    judged = (
        "RMSE is the root mean squared error: how far the guesses are off, in the unit of the ratings, large misses "
        "counting more."
        if metric is RMSE
        else f"{metric.title} {metric.meaning}; {metric.direction}."
    )
    return (
        f"{judged} {line if within else ''}Drag to move the picture, pinch or hold Ctrl and scroll to zoom, "
        "double-click to go back."
    )


AFTER_TRAINING = (
    ("components", "insights", "Components"),
    ("embeddings", "grid_on", "Embeddings"),
    ("runs", "inventory_2", "All models"),
)
"""Page, icon and label of the links under a finished training."""

WITHOUT_VECTORS = (("biases", "thumbs_up_down", "Biases"), AFTER_TRAINING[2])
"""The same of a model without vectors."""

FOR_VECTORS = (*AFTER_TRAINING[:2], ("maps", "map", "Maps"), ("neighbors", "near_me", "Neighbors"))
"""The same of the pages that vectors from elsewhere are looked at on."""

CHART_CONFIG = {"displaylogo": False, "displayModeBar": False}
"""Of small charts; large ones keep Plotly's tools."""


_ITEM = re.compile(r"\b[Ii]tems?\b")

_ERROR_TITLES = {
    "LIMIT": "This is outside what is allowed",
    "UNKNOWN_DATASET": "There is no such dataset",
    "UNKNOWN_RUN": "This model is not here",
    "CORRUPT_RUN": "This model's files are damaged",
    "UNKNOWN_ITEM": "This id is not in the data",
    "BUSY": "Too much is going on at once",
    "QUOTA": "There is no room for this now",
    "DIVERGED": "The training went out of bounds",
    "DISK_FULL": "The disk is full",
    "OUT_OF_MEMORY": "There was not enough memory",
    "WORKER_DIED": "The training process ended unexpectedly",
    "CANCELED": "Stopped",
    "UNKNOWN_JOB": "This job is not here",
    "READ_ONLY": "This is for looking around",
    "NOT_ALLOWED": "This is for administrators",
    "NOT_APPLICABLE": "This does not apply here",
    "USAGE": "This does not go together",
    "UNKNOWN_MISSION": "There is no such mission",
    "BAD_LINK": "Part of the link was left out",
    "BAD_SCHEMA": "This dataset cannot be read",
    "EMPTY_FILE": "The file is empty",
    "NO_ROWS": "There are no rows",
    "WRONG_DELIMITER": "The file does not fall into columns",
    "BAD_ENCODING": "The text cannot be read",
    "MISSING_COLUMN": "A column has to be named",
    "BAD_FORMAT": "This is no table of ratings",
    "TOO_SMALL": "This is too little to learn from",
    "TOO_LARGE": "This is more than is allowed",
    "ARCHIVE_UNSAFE": "This archive is not safe to open",
    "ARCHIVE_RATIO": "This archive unfolds too far",
    "BAD_VECTORS": "These are no vectors that can be opened",
    "NO_GOOD_ROWS": "No row is a usable rating",
    "DOWNLOAD_FAILED": "The download did not succeed",
    "UNKNOWN_ENTRY": "This is no longer in the trash",
    "PLACE_TAKEN": "Its place is taken",
    "ENGINE_MISSING": "An engine is missing",
    "INTERNAL": "A fault in the program",
}

JOB_STATES = {"queued": "Waiting", "running": "Running", "done": "Done", "failed": "Failed", "canceled": "Stopped"}


def error_title(code: str) -> str:
    """What happened, in a few words, for an error code."""
    return f"{_ERROR_TITLES.get(code, 'Something is not as it should be')} ({code})"


def together(words: Sequence[str]) -> str:
    """Words in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def first_look(config: RunConfig) -> tuple[str, str, str]:
    """Page, icon and label of what there is to see first in a model: what its vectors, or else its biases tell."""
    page, icon, title = (AFTER_TRAINING if config.dimensions else WITHOUT_VECTORS)[0]
    return page, icon, f"Open the {title.lower()}"


def sentence(message: str) -> str:
    """An error's message as a sentence of its own: a capital at the start, but for a file's name, and a full stop."""
    if not message:
        return ""
    named = "." in message.split(maxsplit=1)[0].rstrip(".")
    end = "" if message.endswith("…") else "."
    return f"{message[0] if named else message[0].upper()}{message[1:].rstrip('.')}{end}"


def day(created_at: str) -> str:
    """A UTC time stamp as "today", "yesterday" or a date."""
    then = datetime.fromisoformat(created_at).date()
    days = (datetime.now(UTC).date() - then).days
    return {0: "today", 1: "yesterday"}.get(days, f"{then:%b} {then.day}, {then.year}")


def nouns(noun: str) -> dict[str, str]:
    """What is rated, for texts with {noun}, {nouns}, {a_noun} and, at the start of a sentence, {A_noun} in them."""
    article = with_article(noun)
    return {"noun": noun, "nouns": plural(noun), "a_noun": article, "A_noun": article.capitalize()}


def guessed(rating: float, scale: tuple[float, float]) -> str:
    """A guessed rating, or how far it is off, with the digits that the width of the scale deserves: "3.4", "12,345"."""
    width = scale[1] - scale[0]
    return f"{rating:,.{0 if width > 20 else 1 if width > 2 else 2}f}"


def with_noun(text: str, noun: str) -> str:
    """A text of the core, which speaks of items, in the words of the data: "Item dropout" is "Book dropout"."""
    words = {"item": noun, "items": plural(noun)}
    words |= {word.capitalize(): by.capitalize() for word, by in words.items()}
    return _ITEM.sub(lambda match: words[match[0]], text)


def size_words(data: DatasetRef | Ratings | DatasetInfo) -> str:
    """How much there is in a dataset: its ratings, or its rows where nobody rated them."""
    ratings, items = (len(data), len(data.items)) if isinstance(data, Ratings) else (data.ratings, data.items)
    return count(ratings, "rating") if ratings else count(items, data.noun)


def unit(data: DatasetRef | Ratings) -> str:
    """What the ratings of a dataset are counted in."""
    return unit_of(data.min_rating, data.max_rating)


def unit_of(low: float, high: float) -> str:
    """ "stars" on a scale that begins at zero, a half or one and ends at three, four or five; else "points"."""
    return "stars" if 0 <= low <= 1 and high in (3, 4, 5) else "points"


def size(number: int) -> str:
    """Bytes as a person reads them: "640 kB", "2.5 MB"."""
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"


def duration(seconds: float) -> str:
    """Seconds as a person reads them: "0.8 s", "1 min 5 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def roughly(seconds: float) -> str:
    """An estimate as a person says it: "a few seconds", "about 20 s", "about 3 min"."""
    if seconds < 7.5:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5)} s"
    return f"about {max(1, round(seconds / 60))} min"


MINUS = "−"


def fixed(value: float, digits: int = 4) -> str:
    """A number with its digits, a real minus sign, and no negative zero."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def summand(value: float, digits: int = 4) -> str:
    """A number to be added, with its sign in front: "+ 0.2100", "− 0.0300"."""
    text = fixed(value, digits)
    return f"{MINUS} {text[1:]}" if text.startswith(MINUS) else f"+ {text}"


def short_time(seconds: float) -> str:
    """A short time in the unit that suits it: "0.8 µs", "900 µs", "12 ms"."""
    number, unit = (seconds * 1e6, "µs") if seconds < 1e-3 else (seconds * 1e3, "ms")
    return f"{float(f'{number:.2g}'):,g} {unit}"  # of 900 two digits alone would be written 9e+02
