"""Every line of a text is in a number: stray quotes, rows over several lines, spoiled bytes, line ends of all kinds."""

import json
from pathlib import Path

import pytest

from core.data import ImportOptions, ImportReport, load
from core.data.importing import quotes
from core.errors import BadEncodingError
from tests.core.data.importing import made
from tests.core.data.importing.bringing import bring, brought

FILES = Path(__file__).parent / "files"
HEADER, COUNT = "user,item,rating,comment", 400
ROWS = [f"u{at // 20},i{at % 20},{at % 5 + 1},fine" for at in range(COUNT)]
OPEN = 'u1,i1,5,"he said'


def lines_with(changes: dict[int, str], end: str = "\n", header: str = HEADER) -> str:
    """The table with other rows at some places, from 0."""
    rows = [changes.get(at, row) for at, row in enumerate(ROWS)]
    return end.join([header, *rows]) + end


def accounted(report: ImportReport) -> int:
    return (
        report.dataset.ratings
        + report.rejected_total
        + report.dropped_duplicates
        + report.dropped_rare.ratings
        + report.lines_without_rows
    )


@pytest.mark.parametrize("place", [0, 1, 100, COUNT - 1], ids=["first", "second", "amid", "last"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "mac"])
@pytest.mark.parametrize("pack", [str.encode, made.gzipped, lambda text: made.zipped({"r.csv": text})])
def test_an_open_quote_costs_no_row(place: int, end: str, pack: object, tmp_path: Path) -> None:
    changed = ROWS[place].replace("fine", '"he said')
    report = bring(tmp_path, pack(lines_with({place: changed}, end)))  # type: ignore[operator]
    assert (report.dataset.ratings, report.rejected_total, report.rows) == (COUNT, 0, COUNT)
    assert report.lines_without_rows == 1
    assert f"Lines: 1 (line {place + 2:,})." in report.notes[0]


@pytest.mark.parametrize(
    "changes",
    [
        {100: OPEN, 300: "u9,i9,5,so she said"},
        {100: OPEN, 300: 'u15,i0,1,"so she said'},
        {100: OPEN, 300: 'u15,i0,1,so she said"'},
        {100: OPEN, 101: 'u5,i1,2,so she said"'},
        {100: '"u5,i0,1,fine'},
        {100: 'u5,"i0,1,fine', 102: 'u5,i2",3,fine'},
        {100: 'u5,i0,1,"', 101: '",i1,1,fine'},
        {at: ROWS[at].replace("fine", '"fine') for at in range(0, COUNT, 3)},
    ],
    ids=["one", "two open", "balanced", "balanced nearby", "user", "item, balanced", "alone", "a third of all"],
)
@pytest.mark.parametrize("last", ["\n", ""], ids=["line end at the end", "none"])
def test_stray_quotes_cost_no_other_row(changes: dict[int, str], last: str, tmp_path: Path) -> None:
    report = bring(tmp_path, lines_with(changes).removesuffix("\n") + last)
    assert report.rows == COUNT
    assert report.lines_without_rows == 1
    assert accounted(report) == COUNT + 1
    assert report.dataset.ratings + report.dropped_duplicates >= COUNT - 1


@pytest.mark.parametrize("header", ['"user,item,rating,comment', 'user,item,rating,"comment'])
def test_an_open_quote_in_the_header_costs_no_row(header: str, tmp_path: Path) -> None:
    assert bring(tmp_path, lines_with({}, header=header)).dataset.ratings == COUNT


def test_a_quote_far_below_costs_its_line_alone(tmp_path: Path) -> None:
    rows = [f"u{at % 500},i{at // 500},{at % 5 + 1},fine" for at in range(40_000)]
    rows[30_000] = rows[30_000].replace("fine", '"he said')
    rows[20_000] = 'u0,i40,1,"she, too'
    report = bring(tmp_path, "\n".join([HEADER, *rows]))
    assert report.dataset.ratings == 39_999
    assert [(row.line, row.reason) for row in report.rejected] == [
        (20_002, "wrong number of columns: 5 instead of 4"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        "so{end}so",
        'she said ""no"", and{end}{end}then, in the end, ""yes""{end}',
        "{end}" * 700,
        "a long one, {end}" * 900,
        "1,2,3{end}4,5,6",
    ],
    ids=["two lines", "doubled quotes", "blank lines", "a long text", "numbers"],
)
def test_a_text_over_several_lines_is_one_row(text: str, end: str, tmp_path: Path) -> None:
    text = text.replace("{end}", end)
    content = lines_with({5: f'u0,i5,1,"{text}"', 9: "u0,i9,x,fine"}, end)
    report = bring(tmp_path, content)
    assert (report.dataset.ratings, report.rows) == (COUNT - 1, COUNT)
    assert report.lines_without_rows == 1 + text.count(end)
    assert [row.line for row in report.rejected] == [11 + text.count(end)]
    assert report.notes == ()


def test_titles_over_several_lines_keep_their_quotes(tmp_path: Path) -> None:
    items = 'itemId,title\ni0,"The ""Big""\nOne, again"\ni1,"Dune\n'
    titles = brought(tmp_path, {"r.csv": made.table().encode(), "t.csv": items.encode()}).item_table.title
    assert titles[:3].tolist() == ['The "Big" One, again', "Dune", "i2"]


def test_backslashes_before_quotes(tmp_path: Path) -> None:
    items = r"""itemId;title
"i0";"The Real \"J. Amber\" Rides; Again"
"i1";"C:\\"
"i2";"\"Twice\""
"""
    titles = brought(tmp_path, {"r.csv": made.table().encode(), "t.csv": items.encode()}).item_table.title
    assert titles[:3].tolist() == ['The Real "J. Amber" Rides; Again', "C:\\", '"Twice"']


def test_between_tabs_a_lone_quote_is_a_letter(tmp_path: Path) -> None:
    ratings = brought(tmp_path, (FILES / "stray-quote-swallows-rows.tsv").read_bytes(), "r.tsv")
    assert len(ratings) == 96
    assert {"Dune House", '"Dune House'} <= set(ratings.items.ids)


@pytest.mark.parametrize("far", [0, 2000])
def test_between_tabs_quotes_that_enclose_are_no_letters(far: int, tmp_path: Path) -> None:
    rows = [(f"u{at % 50}", f"i{at // 50}", at % 5 + 1, "fine") for at in range(far)]
    rows += [(u, f'"a ""b"" {i}"', r, '"c\td\n"') for u, i, r, _ in made.ROWS]
    report = bring(tmp_path, made.table(rows, "user,item,rating,comment", "\t"))
    assert (report.dataset.items, report.rejected_total) == (far // 50 + 5, 0)
    assert 'a "b" i0' in load(report.dataset.dataset_id).items.ids


def test_between_tabs_quotes_around_some_words_are_letters(tmp_path: Path) -> None:
    rows = [(f"u{at % 50}", f"i{at // 50}", at % 5 + 1) for at in range(5000)]
    rows[4000] = ("u0", '"Weird Al" Yankovic', 4)
    ratings = brought(tmp_path, made.table(rows, "user,item,rating", "\t"))
    assert '"Weird Al" Yankovic' in ratings.items.ids
    assert len(ratings) == 5000


@pytest.mark.parametrize("place", [3, COUNT - 2])
@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        (b"fine", b"f\xffne", {}),
        (b"fine", b"f\xe2\x82", {}),
        (b"fine", b"f\0ne", {}),
        (b"u", b"u\xff", {"user id has a byte that is not UTF-8": 1}),
        (b",i", b",\x80i", {"item id has a byte that is not UTF-8": 1}),
        (b",i", b",\0i", {"item id has control characters": 1}),
        (b",fine", b"\xff,fine", {"rating is not a number": 1}),
    ],
)
def test_a_spoiled_byte_costs_its_row_at_most(
    place: int, old: bytes, new: bytes, reasons: dict[str, int], tmp_path: Path
) -> None:
    rows = [row.encode() for row in ROWS]
    rows[place] = rows[place].replace(old, new, 1)
    report = bring(tmp_path, b"\n".join([HEADER.encode(), *rows]))
    assert dict(report.rejected_by_reason) == reasons
    assert report.dataset.ratings == COUNT - len(reasons)
    assert [row.line for row in report.rejected] == [place + 2] * len(reasons)
    assert [note for note in report.notes if "not UTF-8" in note] == ([] if b"\0" in new else list(report.notes))
    assert len(report.notes) == (b"\0" not in new)


def test_a_spoiled_rating_is_shown_with_a_replacement(tmp_path: Path) -> None:
    report = bring(tmp_path, made.table().encode() + b"u0,x,4\xff,1\n")
    assert report.rejected[0].reason == "rating is not a number: '4\N{REPLACEMENT CHARACTER}'"


def test_a_spoiled_title_is_kept_with_a_replacement(tmp_path: Path) -> None:
    items = "itemId,title\n" + "".join(f"i{at},Töne {at}\n" for at in range(5))
    files = {"r.csv": made.table().encode(), "t.csv": items.encode().replace("Töne 3".encode(), b"T\xf6ne 3")}
    report = bring(tmp_path, files)
    assert load(report.dataset.dataset_id).item_table.title.tolist()[2:4] == [
        "Töne 2",
        "T\N{REPLACEMENT CHARACTER}ne 3",
    ]
    assert any("t.csv" in note and "not UTF-8" in note and "Lines: 1" in note for note in report.notes)


def test_text_in_another_encoding_is_not_taken_for_spoiled(tmp_path: Path) -> None:
    """It begins as ASCII, and its accents stand below the part that is looked at first."""
    rows = [f"u{at % 100},i{at // 100},{at % 5 + 1},{'x' * 200}" for at in range(2000)]
    accents = [f"José{at},i{at},3,fine" for at in range(100)]
    content = "\n".join([HEADER, *rows, *accents]).encode("latin-1")
    with pytest.raises(BadEncodingError, match="100 of 2,101 lines"):
        bring(tmp_path, content)
    assert brought(tmp_path, content, options=ImportOptions(encoding="latin-1")).users.ids[-1] == "José99"
    stated = bring(tmp_path, content, options=ImportOptions(encoding="utf-8"))
    assert dict(stated.rejected_by_reason) == {"user id has a byte that is not UTF-8": 100}


ARRAY = json.dumps([dict(zip(("user", "item", "rating", "time"), row, strict=True)) for row in made.ROWS])


@pytest.mark.parametrize(
    "content",
    [
        ARRAY,
        ARRAY + "\n",
        "\ufeff \n" + ARRAY,
        ARRAY.replace("}, {", "},\r\n{"),
        json.dumps(json.loads(ARRAY), indent=2),
        json.dumps(json.loads(ARRAY), indent="\t").replace("\n", "\r"),
        ARRAY.encode("utf-16"),
    ],
)
def test_one_json_array_is_read_as_lines_are(content: str | bytes, tmp_path: Path) -> None:
    report = bring(tmp_path, content, "r.json")
    assert (report.dataset.ratings, report.rejected_total) == (len(made.ROWS), 0)
    assert report.dataset.digest == bring(tmp_path / "b", made.table()).dataset.digest


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("}, {", "}, x{", 30),
        ("}, {", "}{", 30),
        ("}, {", ", {", 29),
        ("}, {", "}, ", 29),
        ('"u0"', '"u0', 29),
        ('"u0"', '{"a": [{}, {}]', 29),
        ("}, {", "}, null, 5, [1, 2], {", 30),
        ('"u0"', "[" * 5000, 29),
        ('"u0"', '"' + "a" * 2**21 + '"', 29),
    ],
)
def test_a_broken_element_costs_no_other_one(old: str, new: str, kept: int, tmp_path: Path) -> None:
    broken = ARRAY.replace(old, "OLD", 8).replace("OLD", old, 3).replace("OLD", new, 1).replace("OLD", old)
    report = bring(tmp_path, broken)
    assert report.dataset.ratings == kept
    assert report.rows - kept == report.rejected_total >= 30 - kept


def test_a_long_array_is_read_in_pieces(tmp_path: Path) -> None:
    rows = [{"user": 2**60 + at % 500, "item": 0.1 + at // 500, "rating": 0.5 + at % 9 / 2} for at in range(20_000)]
    ratings = brought(tmp_path, json.dumps(rows))
    assert len(ratings) == 20_000
    assert str(2**60 + 499) in ratings.users.ids


def test_floats_of_half_the_digits_are_written_short(tmp_path: Path) -> None:
    ids = ["0.10000000149011612", "0.1", "0.30000000000000004", "2.0", "1e3", "0.333251953125", "1e300"]
    rows = [f'{{"user": {user}, "item": {item}, "rating": 3}}' for user in ids for item in range(20)]
    users = set(brought(tmp_path, "\n".join(rows)).users.ids)
    assert users == {"0.1", "0.30000000000000004", "2", "1000", "0.333251953125", "1e+300"}


def test_a_row_over_more_lines_than_a_text_has_is_none(tmp_path: Path) -> None:
    content = lines_with({5: 'u0,i5,1,"' + "so\n" * (quotes.MAX_LINES + 1) + '"'})
    report = bring(tmp_path, content)
    assert report.dataset.ratings == COUNT
    assert accounted(report) == content.count("\n")
    assert report.rejected_by_reason == {"wrong number of columns": quotes.MAX_LINES}


def test_between_tabs_a_stray_quote_leaves_the_quotes_that_are_needed(tmp_path: Path) -> None:
    titles = ['"Dune', '"Heroes"', "Heroes", '"a ""b"""', '"c\td"']
    rows = [(f"u{at // 5}", at % 5 + 1, titles[at % 5], "x") for at in range(50)]
    report = bring(tmp_path, made.table(rows, "user,rating,item,comment", "\t"))
    assert dict(report.rejected_by_reason) == {"item id has control characters": 10}
    assert set(load(report.dataset.dataset_id).items.ids) == {'"Dune', '"Heroes"', "Heroes", 'a "b"'}


def test_a_line_of_nothing_but_a_quote_is_no_part_of_the_line_end_before_it(tmp_path: Path) -> None:
    content = made.table(end="\r").encode().replace(b"\ru2,i1", b'\r"\nu2,i1')
    report = bring(tmp_path, content)
    assert (report.rows, report.lines_without_rows) == (30, 2)
