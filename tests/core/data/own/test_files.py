"""Files of own ratings as services export them and people write them: every row is an entry, unrated or rejected."""

import io
import json
import random
import zipfile

import pytest

from core.data.own import files
from core.data.own.files import MOST_BYTES, Entry, OwnFile, read
from core.errors import (
    ArchiveRatioError,
    ArchiveUnsafeError,
    BadEncodingError,
    BadFormatError,
    EmptyFileError,
    ExplorerError,
    MissingColumnError,
    NoRowsError,
    TooLargeError,
)

LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating"
REVIEWS = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date"
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,"
    "Release Date,Directors"
)
GOODREADS = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,"
    "Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,My Review"
)


def entry(title: str, year: int | None, rating: float) -> Entry:
    return Entry((title,), () if year is None else (year,), rating)


def whole(file: OwnFile) -> OwnFile:
    """The file, of which no row is in no number."""
    assert file.rows == len(file.entries) + file.unrated + file.rejected_total
    return file


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def letterboxd(*rows: str) -> bytes:
    return "\n".join((LETTERBOXD, *rows)).encode()


HEAT = "2024-01-02,Heat,1995,https://boxd.it/x1,4"


def test_letterboxd():
    file = whole(
        read(letterboxd(HEAT, '2024-01-03,"Good, the Bad, The",1966,u,0.5', "2024-01-04,Alien,,u,", "d,Up,2009,u,6"))
    )
    assert (file.source, file.scale, file.detected) == ("Letterboxd", (0.5, 5), False)
    assert file.entries == (entry("Heat", 1995, 4), entry("Good, the Bad, The", 1966, 0.5))
    assert (file.unrated, file.rejected_total) == (1, 1)
    assert file.rejected[0].line == 5
    assert "outside 0.5 to 5" in file.rejected[0].reason


def test_the_whole_zip_of_letterboxd_is_its_ratings():
    watched = b"Date,Name,Year,Letterboxd URI\n2024-01-01,Up,2009,u\n"
    members = {
        "letterboxd-me/deleted/ratings.csv": letterboxd("d,Jaws,1975,u,1"),
        "letterboxd-me/watched.csv": watched,
        "letterboxd-me/reviews.csv": f"{REVIEWS}\nd,Heat,1995,u,4,,Long,,d\n".encode(),
        "letterboxd-me/ratings.csv": letterboxd(HEAT),
        "letterboxd-me/diary.csv": watched,
    }
    assert read(zipped(**members)).entries == (entry("Heat", 1995, 4),)


def test_imdb_has_two_titles_and_ratings_to_ten():
    rows = (
        "tt1,8,2020-01-01,Amélie,Le fabuleux destin d'Amélie Poulain,u,Movie,8.3,122,2001,Comedy,1,2001-04-25,J",
        "tt2,,2020-01-01,Up,Up,u,Movie,8.3,96,2009,Animation,1,2009-05-28,P",
    )
    file = whole(read("\r\n".join((IMDB, *rows)).encode()))
    assert (file.source, file.scale, file.unrated) == ("IMDb", (1, 10), 1)
    assert file.entries == (Entry(("Amélie", "Le fabuleux destin d'Amélie Poulain"), (2001,), 8),)


def test_an_export_in_windows_letters_is_read():
    row = "tt1,8,2020-01-01,Amélie,Amélie,u,Movie,8.3,122,2001,Comedy,1,2001-04-25,J"
    assert read(f"{IMDB}\n{row}".encode("cp1252")).entries[0].titles == ("Amélie",)
    assert read(f"{IMDB}\n{row}".encode("utf-16")).entries[0].titles == ("Amélie",)
    assert read(f"{IMDB}\n{row}".encode("utf-8-sig")).entries[0].titles == ("Amélie",)


def test_goodreads_zero_is_unrated_and_the_original_year_counts():
    rows = (
        '1,"The Hunger Games (The Hunger Games, #1)",Collins,"C, S",,"=""04""",,5,4.3,S,H,374,2009,2008,,d,read,',
        '2,Dune,Herbert,"H, F",,,,0,4.2,A,P,604,2006,1965,,d,to-read,',
        '3,Emma,Austen,"A, J",,,,4,4.0,P,P,474,2003,,,d,read,"Fine\nand long, ""really"""',
    )
    file = whole(read("\n".join((GOODREADS, *rows)).encode()))
    assert (file.source, file.scale, file.rows, file.unrated) == ("Goodreads", (1, 5), 3, 1)
    assert file.entries[0] == Entry(("The Hunger Games (The Hunger Games, #1)",), (2008,), 5)
    assert file.entries[1] == Entry(("Emma",), (2003,), 4)


def test_a_review_with_an_open_quote_hides_no_row():
    rows = [
        'd,Heat,1995,u,4,,"he said,,d',
        "d,Alien,1979,u,5,,Good,,d",
        'd,Up,2009,u,3,,"two\nlines",,d',
        'd,"Jaws,1975,u,2,,,,d',
    ]
    file = whole(read("\n".join((REVIEWS, *rows)).encode()))
    assert [one.titles[0] for one in file.entries] == ["Heat", "Alien", "Up", "Jaws"]
    assert file.rows == 4


def test_two_stray_quotes_glue_no_rows_together():
    file = whole(read(letterboxd('d,"Heat,1995,u,4', "d,Alien,1979,u,5", 'd,Up",2009,u,3')))
    assert file.rows == 3
    assert [one.rating for one in file.entries] == [4, 5, 3]


LISTS = {
    "header": "title,year,rating\nHeat,1995,4\nAlien,1979,5\n",
    "no header": "Heat,1995,4\nAlien,1979,5\n",
    "rating first": "4,Heat,1995\n5,Alien,1979\n",
    "year first": "1995;Heat;4\n1979;Alien;5\n",
    "tabs": "Heat\t1995\t4\nAlien\t1979\t5",
    "bars": "Heat|1995|4\nAlien|1979|5",
    "year in the title": "Heat (1995),4\nAlien (1979),5\n",
    "year in the title, rating first": "rating;film\n4;Heat (1995)\n5;Alien (1979)\n",
    "out of five": "Heat,1995,4/5\nAlien,1979,5/5\n",
    "stars": "Heat,1995,★★★★\nAlien,1979,★★★★★\n",
    "words": "Name,Year,Stars\nHeat,1995,4 stars\nAlien,1979,5 stars\n",
    "years in brackets": "Heat,(1995),4\nAlien,(1979),5\n",
    "sep": "sep=;\nHeat;1995;4,0\nAlien;1979;5,0\n",
    "json": '[{"title": "Heat", "year": 1995, "rating": 4}, {"title": "Alien", "year": 1979, "rating": 5.0}]',
    "more columns": "title,seen,year,rating,note\nHeat,x,1995,4,\nAlien,y,1979,5,fine\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_plain_list(text: str):
    file = whole(read(text.encode()))
    assert [(one.titles[0], one.years, one.rating) for one in file.entries] == [
        ("Heat", (1995,), 4),
        ("Alien", (1979,), 5),
    ]
    assert (file.scale, file.detected, file.source) == (None, True, "")


def test_ids_stand_for_titles():
    file = whole(read(b"movieId,rating\n260,5\n1,4\n"))
    assert file.entries == (Entry(("260",), (), 5, "260"), Entry(("1",), (), 4, "1"))


def test_titles_that_are_numbers_and_titles_with_commas():
    file = whole(read(b"300,2006,3\n1917,2019,4\n2012,2009,3\nMatrix, The,1999,5\nUp,2009,4\n"))
    assert [one.titles[0] for one in file.entries] == ["300", "1917", "2012", "Matrix, The", "Up"]
    assert [one.rating for one in file.entries] == [3, 4, 3, 5, 4]


def test_rows_of_a_list_that_say_nothing_are_counted():
    file = whole(read(b"title,year,rating\nHeat,1995,4\n,1990,3\nAlien,1979,\nUp,2009,great\nshort\n\nJaws,1975,5\n"))
    assert [one.titles[0] for one in file.entries] == ["Heat", "Jaws"]
    assert (file.rows, file.unrated) == (6, 1)
    assert [(one.line, one.reason) for one in file.rejected] == [
        (3, "no title"),
        (5, "'great' is no rating"),
        (6, "wrong number of columns: 1 instead of 3"),
    ]


def test_the_dashboards_own_file():
    document = {
        "scale": [0.5, 5],
        "ratings": [{"item_id": "7", "title": "Heat (1995)", "rating": 4.5}, {"item_id": "x"}],
    }
    file = whole(read(json.dumps(document).encode()))
    assert file.scale == (0.5, 5)
    assert file.entries == (Entry(("Heat",), (1995,), 4.5, "7"),)
    assert file.unrated == 1
    del document["scale"]
    assert read(json.dumps(document).encode()).scale is None


@pytest.mark.parametrize("rating", ["NaN", "Infinity", "1e999", "true", '"many"', "[]", "1" * 400, "99"])
def test_what_is_no_rating_is_rejected(rating: str):
    file = whole(read(f'{{"scale": [1, 5], "ratings": [{{"item_id": "7", "rating": {rating}}}]}}'.encode()))
    assert file.rejected_total == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFileError),
        (b" \n\n", EmptyFileError),
        (b'"', EmptyFileError),
        (b"\x89PNG\r\n\x1a\n\x00\x00", BadEncodingError),
        (LETTERBOXD.encode(), NoRowsError),
        (b"Date,Name,Year,Letterboxd URI\n2024-01-01,Up,2009,u\n", MissingColumnError),
        (b"just a text\nof two lines\n", MissingColumnError),
        (b"a,b,c,d,e\n1,2,3,4,5\n", MissingColumnError),
        (b"userId,movieId,rating\n1,2,3\n2,2,4\n", BadFormatError),
        (b"{}", BadFormatError),
        (b'{"ratings": 5}', BadFormatError),
        (b'{"ratings": [1]}', BadFormatError),
        (b'{"ratings": []}', NoRowsError),
        (b"[" * 100_000, BadFormatError),
        (b'{"ratings": [' + b"9" * 5000 + b"]}", BadFormatError),
        (b"PK\x03\x04 no zip", BadFormatError),
        (zipped(**{"watched.csv": b"a", "notes.csv": b"b"}), BadFormatError),
        (zipped(**{"photo.jpg": b"a"}), BadFormatError),
        (b" " * (MOST_BYTES + 1), TooLargeError),
        (b"Heat,4\n" * 20_002, TooLargeError),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, error: type[ExplorerError]):
    with pytest.raises(error):
        read(content)


def test_a_zip_that_unfolds_too_far_is_refused():
    bomb = zipped(**{"ratings.csv": b"x" * (MOST_BYTES * 2)})
    assert len(bomb) < 100_000
    with pytest.raises(ArchiveRatioError, match="unfolds to"):
        read(bomb)


def test_an_encrypted_zip_is_named(monkeypatch: pytest.MonkeyPatch):
    packed = bytearray(zipped(**{"ratings.csv": letterboxd(HEAT)}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveUnsafeError, match="encrypted"):
        read(bytes(packed))
    monkeypatch.setattr(files, "_MOST_MEMBERS", 1)
    with pytest.raises(ArchiveUnsafeError, match="2 files"):
        read(zipped(**{"ratings.csv": b"a", "b": b""}))


def test_no_edit_of_a_byte_loses_a_row():
    random.seed(0)
    rows = [
        f'2024-01-0{place},"Film, {place}",19{place}5,https://boxd.it/{place},{place / 2 or 1}' for place in range(1, 9)
    ]
    content = letterboxd(*rows)
    read_some = 0
    for _ in range(400):
        place, edited = random.randrange(len(content)), bytearray(content)
        edited[place] = random.choice(b'",;\n\r\t|x\xff0 (')
        try:
            file = whole(read(bytes(edited)))
        except ExplorerError:
            continue
        read_some += 1
        lines = [line for line in bytes(edited).replace(b"\r", b"\n").split(b"\n") if line.strip()]
        inside = edited[place] in b"\r\n"  # of a title, which then goes over two lines
        assert len(lines) - 1 - inside <= file.rows <= len(lines)
    assert read_some > 300


def entries(text: str) -> list[tuple[str, float]]:
    """Titles and ratings of a list, of which no row is in no number."""
    return [(one.titles[0], one.rating) for one in whole(read(text.encode())).entries]


TWO = [("Heat", 4), ("Alien", 5)]


@pytest.mark.parametrize(
    "text",
    [
        "Title,Rating\nHeat,4,\nAlien,5,",
        "Title,Rating,\nHeat,4,\nAlien,5,",
        "Heat,4,\nAlien,5,\n",
        "Heat;4;;\nAlien;5;;\n",
        "title,year,rating\nHeat,1995,4,,\nAlien,1979,5,\n",
    ],
)
def test_empty_cells_at_the_end_are_no_part_of_the_title(text: str):
    assert entries(text) == TWO


def test_lines_above_a_list_are_rejected_and_hide_nothing():
    assert entries("My ratings\nHeat,4\nAlien,5") == TWO
    file = read(b"My ratings\nas of today\ntitle,rating\nHeat,4\nAlien,5")
    assert [one.titles[0] for one in file.entries] == ["Heat", "Alien"]
    assert [one.line for one in file.rejected] == [1, 2]
    assert file.rows == 4


@pytest.mark.parametrize("unrated", ["", "n/a", "-"])
def test_a_first_row_without_a_rating_is_no_header(unrated: str):
    file = whole(read(f"Heat,{unrated}\nAlien,4\nBig,3".encode()))
    assert (file.rows, file.unrated, [one.titles[0] for one in file.entries]) == (3, 1, ["Alien", "Big"])
    assert read(b"Film,Mark\nAlien,4\nBig,3").rows == 2


def test_a_broken_zip_is_named():
    packed = bytearray(zipped(**{"ratings.csv": letterboxd(*[HEAT] * 50)}))
    start = packed.index(b"ratings.csv") + len("ratings.csv")
    packed[start : start + 40] = b"\xff" * 40
    with pytest.raises(BadFormatError, match="cannot be unpacked"):
        read(bytes(packed))


def test_of_a_zip_the_table_is_read_before_the_text():
    assert entries_of(zipped(**{"a.txt": b"Read me", "b.csv": b"title,rating\nHeat,4\nAlien,5\n"})) == TWO
    with pytest.raises(BadFormatError, match="holds no file"):
        read(zipped())
    with pytest.raises(BadFormatError, match=r"no ratings\.csv but a\.csv, b\.csv"):
        read(zipped(**{"a.csv": b"Heat,4", "b.csv": b"Heat,4"}))


def entries_of(content: bytes) -> list[tuple[str, float]]:
    return [(one.titles[0], one.rating) for one in whole(read(content)).entries]


@pytest.mark.parametrize("heading", ["Jahr", "Année", "Release Date", "released", "year"])
@pytest.mark.parametrize("cell", ["1995", "1995-12-15", "15.12.1995", "15 Dec 1995", "(1995)"])
def test_years_and_dates_are_years(heading: str, cell: str):
    (one,) = read(f"Title,{heading},Rating\nHeat,{cell},4\n".encode()).entries
    assert (one.years, one.doubt) == ((1995,), "")


@pytest.mark.parametrize("cell", ["95", "soon", "1995 or 1996"])
def test_a_year_that_is_not_understood_leaves_doubt(cell: str):
    one, other = read(f"Title,Year,Rating\nHeat,{cell},4\nAlien,,5\n".encode()).entries
    assert (one.years, one.doubt) == ((), f"{cell!r} is no year")
    assert other.doubt == ""


def test_an_episode_or_a_game_leaves_doubt():
    rows = [
        f"tt{kind},8,2020-01-01,Heat,Heat,u,{kind},8.3,122,1995,Crime,1,d,M"
        for kind in ("Movie", "TV Series", "TV Mini Series", "tvMovie", "Short", "", "TV Episode", "Video Game")
    ]
    file = read("\n".join((IMDB, *rows)).encode())
    assert [bool(one.doubt) for one in file.entries] == [False] * 6 + [True] * 2


def test_no_list_of_odd_cells_is_more_than_refused():
    random.seed(1)
    parts = [
        "Heat",
        "4",
        "5",
        ",",
        ",",
        "\n",
        "\n",
        "1995",
        "title",
        "rating",
        "n/a",
        "like",
        "★★",
        "4/5",
        ";",
        '"',
        "/10",
    ]
    read_some = 0
    for _ in range(3000):
        try:
            whole(read("".join(random.choices(parts, k=random.randrange(1, 25))).encode()))
        except ExplorerError:
            continue
        read_some += 1
    assert read_some > 300
