"""Files that people bring, made small."""

import gzip
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

USERS, ITEMS = 6, 5
ROWS = [
    (f"u{user}", f"i{item}", (user * item) % 5 + 1, 900_000_000 + 10 * user + item)
    for user in range(USERS)
    for item in range(ITEMS)
]
"""Thirty ratings from 1 to 5, every user and item with several."""


def table(
    rows: Iterable[Sequence[object]] = ROWS,
    header: str | None = "userId,itemId,rating,timestamp",
    delimiter: str = ",",
    end: str = "\n",
) -> str:
    """Rows as text."""
    lines = [] if header is None else [header.replace(",", delimiter)]
    return end.join([*lines, *(delimiter.join(map(str, row)) for row in rows)]) + end


def with_rows(*more: str) -> str:
    """The thirty ratings and further lines below them."""
    return table() + "".join(line + "\n" for line in more)


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheets: Mapping[str, Iterable[Sequence[object]]], first_row: int = 1) -> bytes:
    """An Excel workbook; a `date` has a style of its own, None is no cell."""
    return zipped(workbook_parts(sheets, first_row))


def workbook_parts(sheets: Mapping[str, Iterable[Sequence[object]]], first_row: int = 1) -> dict[str, str]:
    """The files in it."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="r{at}"/>' for at, name in zip(numbers, sheets, strict=True)
    )
    leading = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/{at}.xml"/>' for at in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="w" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_NAMESPACE} xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{leading}</Relationships>',
        "xl/styles.xml": f'<styleSheet {_NAMESPACE}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
    }
    for at, rows in zip(numbers, sheets.values(), strict=True):
        lines = "".join(
            f'<row r="{number}">{"".join(_cell(place, number, value) for place, value in enumerate(row))}</row>'
            for number, row in enumerate(rows, first_row)
        )
        parts[f"xl/worksheets/{at}.xml"] = f"<worksheet {_NAMESPACE}><sheetData>{lines}</sheetData></worksheet>"
    return parts


def _cell(place: int, row: int, value: object) -> str:
    name = f"{chr(ord('A') + place)}{row}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{name}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{name}"><v>{value}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def zipped_entry(change: Mapping[str, object], content: str = table()) -> bytes:
    """A zip file whose one member's entry has other values."""
    out = io.BytesIO()
    entry = zipfile.ZipInfo("ratings.csv")
    for name, value in change.items():
        setattr(entry, name, value)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, content)
    return out.getvalue()


def encrypted_zip() -> bytes:
    """A zip file that says its member is encrypted."""
    data = bytearray(zipped({"ratings.csv": table()}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature) + place
        data[at : at + 2] = struct.pack("<H", struct.unpack_from("<H", data, at)[0] | 1)
    return bytes(data)


def overlapping_zip() -> bytes:
    """A zip file whose two entries point at the same bytes."""
    data = bytearray(zipped({"a.csv": table(), "b.csv": table()}))
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    struct.pack_into("<I", data, second + 42, struct.unpack_from("<I", data, first + 42)[0])
    return bytes(data)


def lying_zip() -> bytes:
    """A zip file that claims fewer bytes than its member unfolds to."""
    data = bytearray(zipped({"ratings.csv": table()}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(signature) + place, 100)
    return bytes(data)


def bomb(size: int = 30_000_000) -> str:
    """Text that packs to a thousandth."""
    return "userId,itemId,rating\n" + "u1,i1,5\n" * (size // 8)


def parquet(columns: Mapping[str, object], **options: object) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def rating_columns(rows: Sequence[Sequence[object]] = ROWS) -> dict[str, list[object]]:
    """Rows as columns."""
    return {name: [row[at] for row in rows] for at, name in enumerate(("userId", "itemId", "rating", "timestamp"))}


def json_lines(rows: Iterable[Sequence[object]] = ROWS) -> str:
    """Rows as JSON lines."""
    quoted = (f'{{"userId": "{u}", "itemId": "{i}", "rating": {r}, "timestamp": {t}}}' for u, i, r, t in rows)
    return "\n".join(quoted) + "\n"


def hundred_thousand(latin: bool = True) -> dict[str, bytes]:
    """The files of ml-100k, with thirty ratings."""
    ratings = "".join(f"{u[1:]}0\t{i[1:]}7\t{r}\t{t}\n" for u, i, r, t in ROWS)
    flags = ["0"] * 19
    titles = ["Amélie (2001)", "Heat (1995)", "Se7en (1995)", "unknown", "Alien: The Return (1979)"]
    items = ""
    for item in range(ITEMS):
        own = flags.copy()
        own[item + 1] = own[8] = "1"
        items += (
            "|".join([f"{item}7", titles[item], "01-Jan-1995", "", "http://us.imdb.com/M/title-exact?x", *own]) + "\n"
        )
    return {
        "ml-100k/u.data": ratings.encode(),
        "ml-100k/u1.base": ratings[: len(ratings) // 2].encode(),
        "ml-100k/u.item": items.encode("latin-1" if latin else "utf-8"),
        "ml-100k/u.user": b"".join(f"{user}0|24|M|technician|85711\n".encode() for user in range(USERS)),
        "ml-100k/u.genre": b"unknown|0\nAction|1\n\n",
        "ml-100k/README": b"SUMMARY\n=======\n\nThese files, and so on.\n",
    }


def double_colons(halves: bool = False) -> dict[str, bytes]:
    """The files of ml-1m, or of ml-10M100K with its half stars."""
    ratings = "".join(f"{u[1:]}1::{i[1:]}7::{r - 0.5 if halves else r}::{t}\n" for u, i, r, t in ROWS)
    titles = [
        "Amélie (2001)",
        "Star Wars: A New Hope (1977)",
        'One "quoted" (1999)',
        "Face/Off (1997)",
        "City :  Life (1995)",
    ]
    movies = "".join(f"{item}7::{titles[item]}::Drama|Film-Noir\n" for item in range(ITEMS))
    files = {"x/movies.dat": movies.encode("utf-8" if halves else "latin-1"), "x/ratings.dat": ratings.encode()}
    if halves:
        return files | {"x/tags.dat": b"11::07::a tag::1215184630\n" * 30}
    return files | {"x/users.dat": b"1::F::1::10::48067\n" * 30}


def latest() -> dict[str, bytes]:
    """The files of ml-latest-small."""
    ratings = "userId,movieId,rating,timestamp\n" + "".join(f"{u[1:]}1,{i[1:]}7,{r - 0.5},{t}\n" for u, i, r, t in ROWS)
    movies = (
        'movieId,title,genres\n7,"American President, The (1995)",Comedy|Drama\n17,Heat (1995),(no genres listed)\n'
    )
    tags = "userId,movieId,tag,timestamp\n11,17,good,1139045764\n"
    return {
        "ml-latest-small/ratings.csv": ratings.replace(",07,", ",7,").encode(),
        "ml-latest-small/movies.csv": movies.encode(),
        "ml-latest-small/tags.csv": tags.encode(),
        "ml-latest-small/links.csv": b"movieId,imdbId,tmdbId\n7,0112346,9087\n",
        "ml-latest-small/README.txt": b"Summary\n=======\n",
    }


def gzipped(text: str | bytes) -> bytes:
    """A gzip file."""
    return gzip.compress(text if isinstance(text, bytes) else text.encode())


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
