"""Inputs in which it matters what a cell means: times, texts for ratings, codes, counts."""

from collections.abc import Callable, Sequence
from pathlib import Path

from core.data import NO_COLUMN, ColumnMapping, ImportOptions
from core.data.importing.request import STATED
from tests.core.data.importing import made
from tests.core.data.importing.case import FULL, Case, one, scaled

FILES = Path(__file__).parent / "files"
OF_A_CASE = 96


def given(name: str) -> Callable[[], dict[str, str | bytes]]:
    """One of the files in `files`, or all of a folder there."""

    def read() -> dict[str, str | bytes]:
        place = FILES / name
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        return {file.name: file.read_bytes() for file in files}

    return read


def dated(*times: object) -> dict[str, str | bytes]:
    """The thirty ratings with some times, again and again; fields are quoted."""
    return one(made.table([(u, i, r, f'"{times[at % len(times)]}"') for at, (u, i, r, _) in enumerate(made.ROWS)]))


def written(*ratings: str) -> dict[str, str | bytes]:
    """Thirty ratings as some texts, again and again."""
    rows = [(u, i, f'"{ratings[at % len(ratings)]}"') for at, (u, i, *_) in enumerate(made.ROWS)]
    return one(made.table(rows, "userId,itemId,rating"))


def often(counts: dict[object, int]) -> dict[str, str | bytes]:
    """Ratings of which each occurs so often."""
    values = [value for value, count in counts.items() for _ in range(count)]
    return one(made.table([(at % 12, at // 12, value) for at, value in enumerate(values)], "userId,itemId,rating"))


ZERO, MINUS = ImportOptions(no_rating=(0,)), ImportOptions(no_rating=(-1,))
PLAIN: dict[object, int] = dict.fromkeys(range(1, 6), 16)
OTHER_UNIT = "rating is in another unit"
WEIGHT = ColumnMapping(rating="weight")

TIMES = [
    Case("time-month-day-year", given("time-month-day-year.csv"), OF_A_CASE),
    Case("time-amazon-reviewTime", given("time-amazon-reviewTime.csv"), OF_A_CASE),
    Case("time-sometimes-empty", given("time-sometimes-empty.csv"), OF_A_CASE),
    Case("days first with points", dated("14.03.2023", "1.2.2023"), FULL),
    Case("month names", dated("Mar 5, 2021", "14 March 2023", "May 5th, 2020"), FULL),
    Case("half days", dated("3/14/2023 1:05 PM", "3/4/2023 12:00 AM"), FULL),
    Case("dates whose order nothing tells", dated("1/2/2023", "3/4/2023"), FULL),
    Case("dates that contradict each other", dated("13/1/2023", "1/13/2023", "1/2/2023"), FULL),
    Case("a word among times", dated("yesterday", *range(10**9, 10**9 + 29)), FULL),
    Case("epoch and dates", dated("2020-01-02", 1_600_000_000, "3"), FULL),
    Case("no readable time at all", dated("soon"), FULL),
    Case("days that do not exist", dated("2/30/2023", "31.4.2023", "2023-02-29"), FULL),
    Case("times all empty", dated(""), FULL),
    Case("eight digits", dated(20230314, 20210131), FULL),
]

TEXTS = [
    Case("rating-n-stars", given("rating-n-stars.csv"), OF_A_CASE),
    Case("rating-star-signs", given("rating-star-signs.csv"), OF_A_CASE),
    Case("rating-like-dislike", given("rating-like-dislike.csv"), OF_A_CASE, scale=(0, 1)),
    Case("eight of ten", written("8/10", "3/10"), FULL, scale=(1, 10)),
    Case("out of five stars", written("2.0 out of 5 stars", "4.0 out of 5 stars"), FULL),
    Case("per cent", written("80%", "35 %"), FULL, scale=(0, 100)),
    Case("halves of stars", written("★★★½", "½", "★★★★★"), FULL, scale=(0.5, 5)),
    Case("empty star signs", written("★★☆☆☆", "☆☆☆☆☆", "★★★☆☆"), 20, {"no rating": 10}),
    Case("emoji stars", written("⭐⭐⭐", "⭐️"), FULL),
    Case("truth", written("true", "FALSE"), FULL, scale=(0, 1)),
    Case("yes and no", written("Yes", "no", "1", "0"), FULL, scale=(0, 1)),
    Case("thumbs in words", written("thumbs up", "Thumbs Down"), FULL, scale=(0, 1)),
    Case("recommended", written("Recommended", "Not Recommended"), FULL, scale=(0, 1)),
    Case("two units", written("8/10", "8/10", "4/5"), 20, {"rating is in another unit": 10}, scale=(1, 10)),
    Case(
        "more than there is", written("8/10", "3/10", "11/10"), 20, {"rating is outside the scale": 10}, scale=(1, 10)
    ),
    Case("words for nothing", written("4", "NaN", "not rated", "2", "3", "5"), 20, {"no rating": 10}),
    Case("a few likes among numbers", often({"like": 16, **PLAIN}), 80, {OTHER_UNIT: 16}),
    Case("one per cent among numbers", often({"80%": 1, **PLAIN}), 80, {OTHER_UNIT: 1}),
    Case("a few numbers among likes", often({"like": 30, "dislike": 30, 4: 9}), 60, {OTHER_UNIT: 9}, scale=(0, 1)),
    Case("true, false, 1 and 5", often({"True": 9, "False": 9, 1: 9, 5: 9}), 27, {OTHER_UNIT: 9}, scale=(0, 1)),
    Case("of five, of ten, and numbers", often({"4/5": 9, 4: 9, 5: 9, "3/5": 9, "8/10": 9}), 36, {OTHER_UNIT: 9}),
    Case("a few of ten among numbers to ten", often({"8/10": 5, 1: 20, 7: 20, 10: 20}), 65, scale=(1, 10)),
    Case("the first of another unit", often({"90%": 1, "4/5": 9, "2/5": 9, "1/5": 9}), 27, {OTHER_UNIT: 1}),
    Case("numbers above what signs tell", often({"★★☆☆☆": 20, 7: 20, 10: 20}), 60, scale=(1, 10)),
    Case("six points", often(dict.fromkeys(range(1, 7), 12)), 72, scale=(1, 6)),
    Case("some words", written("4", "2", "great"), 20, {"rating is not a number": 10}),
]

CODES = [
    Case("minus one stays without a word", given("minus-one-means-watched-unrated"), OF_A_CASE, scale=(-10, 10)),
    Case("minus one", given("minus-one-means-watched-unrated"), 77, {STATED: 19}, scale=(1, 10), options=MINUS),
    Case(
        "ninety-nine",
        given("ninety-nine-means-missing.csv"),
        72,
        {STATED: 24},
        scale=(-10, 10),
        options=ImportOptions(no_rating=(99,)),
    ),
    Case("zeros", often({0: 58, 4: 8, 7: 10, 9: 10, 10: 10}), 38, {STATED: 58}, scale=(1, 10), options=ZERO),
    Case(
        "two codes",
        often({98: 10, 99: 12, 1: 20, 3: 20, 5: 20}),
        60,
        {STATED: 22},
        options=ImportOptions(no_rating=(98, 99)),
    ),
    Case("a code that does not occur", one(scaled(1, 5)), FULL, options=MINUS),
]

COUNTS = [
    Case("plays as they are", given("play-counts.tsv"), OF_A_CASE, scale=(7, 16902), mapping=WEIGHT),
    Case("plays as ranks", given("play-counts.tsv"), OF_A_CASE, options=ImportOptions(counts="ranks"), mapping=WEIGHT),
    Case(
        "counts from 1 to 7 as logarithms",
        one(scaled(1, 3, 7)),
        FULL,
        scale=(1, 3),
        options=ImportOptions(counts="log"),
    ),
    Case(
        "no negative counts",
        one(scaled(10, -1, 30)),
        20,
        {"rating is outside the scale": 10},
        options=ImportOptions(counts="ranks"),
    ),
    Case("thousands of values", often({0.5 + at / 7: 1 for at in range(1500)}), 1500, scale=(0.5, 0.5 + 1499 / 7)),
]

ITEMS = [
    Case("items-keyed-by-id-with-video-column", given("items-keyed-by-id-with-video-column"), OF_A_CASE),
    Case("items-keyed-by-parent-asin", given("items-keyed-by-parent-asin"), OF_A_CASE),
    Case("ids-as-decimals-do-not-join", given("ids-as-decimals-do-not-join"), OF_A_CASE),
    Case(
        "bookcrossing-backslash-quotes",
        given("bookcrossing-backslash-quotes"),
        OF_A_CASE,
        scale=(1, 10),
        options=ImportOptions(encoding="latin-1"),
    ),
    Case("no item table is wanted", one(made.table()), FULL, mapping=ColumnMapping(timestamp=NO_COLUMN)),
]

VALUES: Sequence[Case] = [*TIMES, *TEXTS, *CODES, *COUNTS, *ITEMS]
