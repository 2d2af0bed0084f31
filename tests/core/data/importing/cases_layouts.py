"""Files whose layout has to be made out: no header, lines above it, people by things; each with its exact outcome."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core.data import ColumnMapping, ImportOptions
from tests.core.data.importing.case import Case, one

FILES = Path(__file__).parent / "files"
ALL = 96
"""Ratings in most of the files: twelve people, eight things."""


def kept(name: str) -> dict[str, bytes]:
    """A file, or all files of a folder, as they lie among the tests."""
    place = FILES / name
    paths = sorted(place.iterdir()) if place.is_dir() else [place]
    return {path.name: path.read_bytes() for path in paths}


def ratings(
    person: Callable[[int], object] = lambda at: f"p{at + 1}",
    thing: Callable[[int], object] = lambda at: f"t{at}",
    rating: Callable[[int, int], object] = lambda at, of: (at * 3 + of * 2) % 5 + 1,
) -> list[tuple[object, object, object, int]]:
    """Twelve people's ratings of eight things, with times."""
    return [(person(p), thing(t), rating(p, t), 1_600_000_000 + 8 * p + t) for p in range(12) for t in range(8)]


def lines(rows: Iterable[Sequence[object]], delimiter: str = ",", above: str = "", end: str = "\n") -> str:
    return above + "".join(delimiter.join(map(str, row)) + end for row in rows)


def wide(
    corner: str, things: Sequence[str], cell: Callable[[int, int], object], *, people: int = 12, first: str = "p{}"
) -> str:
    """One row a person, one column a thing."""
    body = [[first.format(p + 1), *(cell(p, t) for t in range(len(things)))] for p in range(people)]
    return lines([[corner, *things], *body])


def some(p: int, t: int) -> object:
    """A rating, or nothing in every fourth cell."""
    return "" if (p + t) % 4 == 3 else (p * 3 + t * 2) % 5 + 1


ROWS = ratings()
SHORT = [row[:3] for row in ROWS]
THINGS = [f"Thing {at}" for at in range(8)]
FIRST_TWO = ColumnMapping(user="column 1", item="column 2")
RESHAPED = ImportOptions(reshape="proposed")
ITEMS = lines((f"{1_234_000 + at}", f"Title {at} ({1990 + at})", "Crime|Drama") for at in range(8))
MOVIES_DAT = ITEMS.replace(",", "::")


def survey(more: str = "", comments: bool = False) -> str:
    """What a form gives: when, who, a question for each thing, and a comment."""
    questions = [f'"How do you rate these, {at % 2}? [{name}]"' for at, name in enumerate(THINGS)]
    head = ["Timestamp", "Name", *questions, *(["Any comments?"] if comments else [])]
    body = [
        [f"2024-03-{p + 1:02d} 10:00:00", f"Person {p}", *(some(p, t) for t in range(8))]
        + ([f'"Fine, {p}"' if p % 3 else ""] if comments else [])
        for p in range(12)
    ]
    return lines([head, *body]) + more


GIVEN = [
    Case("given: scale to ten", kept("movielens-columns-scale-to-ten"), ALL, scale=(1, 10)),
    Case("given: four numbers", kept("four-numbers-are-not-movielens.tsv"), ALL, mapping=FIRST_TWO),
    Case("given: no header, comma", kept("no-header-comma.csv"), ALL, mapping=FIRST_TWO),
    Case("given: no header, space", kept("no-header-space.txt"), ALL, mapping=FIRST_TWO),
    Case("given: no header, in parts", kept("no-header-in-parts"), ALL, mapping=FIRST_TWO),
    Case("given: movietweetings", kept("movietweetings"), ALL, scale=(0, 10)),
    Case("given: json array", kept("json-array.json"), ALL),
    Case("given: row names", kept("header-shorter-by-row-names.txt"), ALL),
    Case("given: sep line", kept("excel-sep-line.csv"), ALL, scale=(1, 6)),
    Case("given: recbole", kept("recbole.inter"), ALL),
    Case("given: netflix", kept("netflix-prize.txt"), ALL),
    Case("given: wide", kept("wide-people-by-items.csv"), 72, options=RESHAPED),
    Case("given: jester", kept("wide-jester-99.csv"), 64, scale=(-10, 10), options=RESHAPED),
]

MADE = [
    Case("comments with #", one(lines(ROWS, above="# made up\n# 96 rows, 4 columns\nuser,item,rating,time\n")), ALL),
    Case("comments with %", one(lines(SHORT, "\t", "% made up\n%\nuser\titem\trating\n")), ALL),
    Case("comments between bars", one(lines(SHORT, "|", "# a|b\n\n# c\nuser|item|rating\n")), ALL),
    Case("a header in a comment", one(lines(ROWS, " ", "# user item rating time\n")), ALL),
    Case(
        "a column named #", one(lines([(at, *row) for at, row in enumerate(SHORT)], above="#,user,item,rating\n")), ALL
    ),
    Case("a title and a blank line", one(lines(SHORT, above="Ratings of our club\n\nuser,item,rating\n")), ALL),
    Case(
        "no header, words for nothing",
        one(lines((u, i, r if at % 5 else "NA", t if at % 4 else "NULL") for at, (u, i, r, t) in enumerate(ROWS))),
        76,
        {"no rating": 20},
        mapping=FIRST_TWO,
    ),
    Case("a title with an open quote", one(lines(SHORT, above='Our "club\nuser,item,rating\n')), ALL),
    Case("a title over two lines", one(lines(SHORT, above='"Our\nclub"\nuser,item,rating\n')), ALL),
    Case(
        "no header, likes",
        one(lines((u, i, "like" if r > 2 else "dislike") for u, i, r in SHORT)),
        ALL,
        scale=(0, 1),
        mapping=FIRST_TWO,
    ),
    Case("a title as wide as the table", one(lines(SHORT, above="Our club,,\n,,\nuser,item,rating\n")), ALL),
    Case("a title with a comma", one(lines(SHORT, above='"Our ""club"", 2024",May\nuser,item,rating\n')), ALL),
    Case("sep and a blank line", one(lines(SHORT, "|", "sep=|\r\n\r\nuser|item|rating\r\n", "\r\n")), ALL),
    Case("sep in quotes", one(lines(SHORT, "\t", '"sep=\t"\nuser\titem\trating\n')), ALL),
    Case("sep alone tells", one(lines(SHORT, "^", "sep=^\nuser^item^rating\n")), ALL),
    Case(
        "row names between commas",
        one(lines(((at, *row) for at, row in enumerate(SHORT, 1)), above="user,item,rating\n")),
        ALL,
    ),
    Case("tabs at the ends of rows", one(lines(SHORT, "\t", "user\titem\trating\n", "\t\n")), ALL),
    Case("tabs at the ends of all lines", one(lines(SHORT, "\t", "user\titem\trating\t\n", "\t\n")), ALL),
    Case("a tab at the end of the header", one(lines(SHORT, "\t", "user\titem\trating\t\n")), ALL),
    Case(
        "spaces and quotes",
        one(lines(((f'"{u} x"', f'"{i}, y"', r) for u, i, r in SHORT), " ", '"user" "item" "rating"\n')),
        ALL,
    ),
    Case(
        "recbole with a sequence",
        one(
            lines(
                ((*row, "a b") for row in SHORT), "\t", "user_id:token\titem_id:token\trating:float\ttags:token_seq\n"
            )
        ),
        ALL,
    ),
    Case(
        "bad rows below skipped lines",
        one(lines([*SHORT, ("p1", "x"), ("p1", "y", "?")], above="# one\n# two\n\nuser,item,rating\n")),
        ALL,
        {"wrong number of columns": 1, "rating is not a number": 1},
    ),
    Case(
        "netflix in two files",
        {
            "mv_1.txt": lines([("1:",), *((100 + p, p % 5 + 1, "2005-01-02") for p in range(12))]),
            "mv_2.txt": lines([("2:",), *((100 + p, 5 - p % 5, "2005-01-03") for p in range(12)), ("2:",), (100, 5)]),
        },
        24,
        {"wrong number of columns": 1},
    ),
    Case(
        "no header, dates",
        one(lines((*row[:3], f"2020-01-{at % 28 + 1:02d}") for at, row in enumerate(ROWS))),
        ALL,
        mapping=FIRST_TWO,
    ),
    Case(
        "no header, thing first",
        one(lines((i, u, r) for u, i, r in SHORT)),
        ALL,
        mapping=ColumnMapping(user="column 2", item="column 1"),
    ),
    Case("no header, one side told", one(lines(ROWS, ";")), ALL, mapping=ColumnMapping(user="column 1")),
    Case(
        "no header, all equal",
        one(lines(row[:3] for row in ratings(lambda p: p + 1, lambda t: t + 1, lambda p, t: 3))),
        ALL,
        mapping=FIRST_TWO,
    ),
    Case(
        "no header, halves",
        one(lines(ratings(lambda p: p, lambda t: t, lambda p, t: (p + t) % 10 / 2 + 0.5), "\t")),
        ALL,
        scale=(0.5, 5),
        mapping=FIRST_TWO,
    ),
    Case(
        "no header, ids like ratings",
        one(lines(row[:3] for row in ratings(lambda p: p + 1, lambda t: t + 1))),
        ALL,
        mapping=FIRST_TWO,
    ),
    Case(
        "no header, numbered rows",
        one(lines((at, *row) for at, row in enumerate(SHORT))),
        ALL,
        mapping=ColumnMapping(user="column 2", item="column 3"),
    ),
    Case(
        "no header, items tell",
        {
            "r.csv": lines(ratings(thing=lambda t: 1_234_000 + t)),
            "m.csv": "id,title\n" + lines((1_234_000 + t, f"Film {t}") for t in range(8)),
        },
        ALL,
    ),
    Case(
        "no header, items without one tell",
        {"r.csv": lines(ratings(thing=lambda t: 1_234_000 + t)), "m.csv": ITEMS},
        ALL,
    ),
    Case(
        "double colons to five, genres of others",
        {
            "ratings.dat": lines(ratings(lambda p: p + 1, lambda t: 1_234_000 + t), "::"),
            "movies.dat": MOVIES_DAT.replace("Crime", "Biography"),
        },
        ALL,
    ),
    Case(
        "wide with ids of things",
        one(wide("userId", [*map(str, range(101, 109))], some, first="{}")),
        72,
        options=RESHAPED,
    ),
    *(
        Case(
            f"wide, ids from 1 under {corner!r}",
            one(wide(corner, [*map(str, range(1, 9))], lambda p, t: (p * 3 + t * 2) % 5 + 1, first=first)),
            ALL,
            options=RESHAPED,
        )
        for corner, first in (("userId", "{}"), ("name", "p{}"), ("movie", "Film {}"), ("", "{}"), ("Schüler", "{}"))
    ),
    Case(
        "wide, a first person who rates in ascending order",
        one(lines((f"p{p}", *((p + t) % 5 + 1 for t in range(5))) for p in range(12))),
        60,
        options=RESHAPED,
    ),
    Case("wide, people are numbers", one(wide("", THINGS, some, first="{}")), 72, options=RESHAPED),
    Case("wide, things are years", one(wide("name", ["1917", "Dune", "300", "2012"], some)), 36, options=RESHAPED),
    Case("wide, things by people", one(wide("title", THINGS, some, first="Film {}")), 72, options=RESHAPED),
    Case("wide, NA for nothing", one(wide("person", THINGS, lambda p, t: some(p, t) or "NA")), 72, options=RESHAPED),
    Case(
        "wide, a bad cell and a short row",
        one(wide("person", THINGS, some) + "p13,1,two,,,,,,\np14,3\n"),
        73,
        {"rating is not a number": 1, "wrong number of columns": 1},
        options=RESHAPED,
    ),
    Case("wide, a name twice", one(wide("person", THINGS, some) + "p1,5,,,,,,,\n"), 73, options=RESHAPED),
    Case(
        "wide, an id twice",
        one(wide("userId", THINGS, some) + "p1,5,,,,,,,\n"),
        72,
        duplicates=1,
        options=RESHAPED,
    ),
    Case("wide, nobody's name", one(wide("Timestamp", THINGS, some, first="2024-01-{:02d}")), 72, options=RESHAPED),
    Case(
        "wide, no header",
        one(lines([*map(str, (f"p{p}", *(some(p, t) for t in range(8))))] for p in range(12))),
        72,
        options=RESHAPED,
    ),
    Case(
        "wide in parts",
        {"a.csv": wide("name", THINGS, some, people=6), "b.csv": wide("name", THINGS, some, people=6, first="q{}")},
        72,
        options=RESHAPED,
    ),
    Case("wide below a title", one("Our class\n\n" + wide("name", THINGS, some)), 72, options=RESHAPED),
    Case("survey", one(survey(comments=True)), 72, options=RESHAPED),
    Case(
        "wide in JSON lines",
        one("".join(f'{{"name": "p{p}", "A": {p % 5 + 1}, "B": 2, "C": null, "D": 4}}\n' for p in range(12))),
        36,
        options=RESHAPED,
    ),
    Case(
        "comments above unnamed columns",
        one(lines(ratings(lambda p: p + 1, lambda t: t + 1), " ", "% bip weighted\n% 96 12 8\n")),
        ALL,
        mapping=FIRST_TWO,
    ),
    Case(
        "no header, ISBNs",
        one(lines((u, 9_780_000_000_000 + int(str(i)[1:]), r) for u, i, r in SHORT)),
        ALL,
        mapping=FIRST_TWO,
    ),
    Case(
        "an index without a name",
        one(lines(((at, *row) for at, row in enumerate(SHORT)), above=",user,item,rating\n")),
        ALL,
    ),
]

ASKED = [
    *(
        Case(f"asked: {name}", kept(name), "MISSING_COLUMN")
        for name in (
            "four-numbers-are-not-movielens.tsv",
            "no-header-comma.csv",
            "no-header-space.txt",
            "no-header-in-parts",
            "wide-jester-99.csv",
            "wide-people-by-items.csv",
            "implicit-no-rating.csv",
            "own-letterboxd-ratings.csv",
        )
    ),
    Case(
        "asked: ids like ratings",
        one(lines(row[:3] for row in ratings(lambda p: p + 1, lambda t: t + 1))),
        "MISSING_COLUMN",
    ),
    Case(
        "asked: items that both sides fit",
        {
            "r.csv": lines(ratings(lambda p: p + 1, lambda t: t + 1)),
            "m.csv": lines((t, f"Film {t}") for t in range(1, 13)),
        },
        "MISSING_COLUMN",
    ),
    Case(
        "asked: double colons alone",
        one(lines(ratings(lambda p: p + 1, lambda t: t + 1), "::"), "ratings.dat"),
        "MISSING_COLUMN",
    ),
    Case("asked: survey", one(survey()), "MISSING_COLUMN"),
    Case("asked: taken, without a header", one(lines(row[:2] for row in ROWS)), "MISSING_COLUMN"),
    Case(
        "asked: imdb",
        one(
            "Const,Your Rating,Date Rated,Title,Year\n"
            + lines((f"tt{at}", at % 10 + 1, "2024-01-01", f"F {at}", 1990) for at in range(30))
        ),
        "MISSING_COLUMN",
    ),
    Case(
        "asked: an item table with numbers",
        one(
            "id,title,year,pages,price,mean\n"
            + lines((at, f"T {at}", 1950 + at, 100 + at, 9.5, 4.1) for at in range(30))
        ),
        "MISSING_COLUMN",
    ),
    Case(
        "prose", one("It was a dark night\nand the rain fell in torrents\nexcept now and then\n" * 9), "WRONG_DELIMITER"
    ),
    Case(
        "asked: three columns of small numbers",
        one(lines((row[:3] for row in ratings(lambda p: p + 1, lambda t: t + 1)), above="who,what,how\n")),
        "MISSING_COLUMN",
    ),
    Case(
        "asked: several marks for one rating",
        one(lines(((u, i, r, r, 3) for u, i, r in SHORT), above="user,beer,taste,look,smell\n")),
        "MISSING_COLUMN",
    ),
]
