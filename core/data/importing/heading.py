"""Where a table of text begins: the lines above it, whether its first row names the columns, and the names."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from core.data.importing.naming import names_rows
from core.data.importing.rating_cells import is_unrated, rating_of
from core.data.importing.values import number
from core.data.text import one_line

ROW_NAMES = "row names"  # The column that R writes before the first one that it names
HEADING = r"[^,;:\s]+:"  # A line that names the item of the ratings below it, as the Netflix Prize has them: `1:`

_SEPARATOR = re.compile(r'"?sep=(?P<sign>[^"])"?\s*', re.IGNORECASE)
_COMMENT = ("#", "%")
_MOST_ABOVE = 100  # Lines above a table that are looked at
_RECBOLE = re.compile(r"(?P<name>.+):(?:token|float)(?:_seq)?")

Split = Callable[[str], Sequence[str]]  # Divides a line into cells


def declared_delimiter(lines: Sequence[str]) -> tuple[int, str]:
    """Blank lines and Excel's `sep=;` at the top: how many lines they are, and the character, "" for none."""
    at = _blanks(lines, 0)
    if at < len(lines) and (separator := _SEPARATOR.fullmatch(lines[at])):
        return _blanks(lines, at + 1), separator["sign"]
    return at, ""


def below_headings(lines: Sequence[str], split: Split) -> list[list[str]]:
    """The heading and the cells of each line below a first line that is a heading; none where lines do not fit."""
    rows, item = list[list[str]](), ""
    for line in filter(None, map(str.strip, lines)):
        if re.fullmatch(HEADING, line):
            item = line[:-1]
        elif not item:
            return []
        else:
            rows.append([item, *split(line)])
    fit = [row for row in rows if len(row) == 4 and number(row[2]) is not None]
    return fit if 2 * len(fit) > len(rows) else []


def comments(lines: Sequence[str], start: int) -> int:
    """The first line from `start` that is no comment: comments begin with # or %, and something follows them."""
    at = start
    while at < min(len(lines), start + _MOST_ABOVE) and (lines[at].startswith(_COMMENT) or not lines[at].strip()):
        at += 1
    return at if at < len(lines) and not lines[at].startswith(_COMMENT) else start


def commented_header(line: str, split: Split, width: int) -> tuple[list[str], bool]:
    """Names of so many columns in a comment right above the rows, and whether the line is a row by itself.

    `#,user,item,rating` has a column named "#"; `# user item rating` is a comment that names the columns.
    """
    inner = [cell.strip() for cell in split(line.lstrip("#% \t"))]
    if len(split(line.rstrip("\r\n"))) == width and not line[1:2].isspace():
        return [], True
    named = len(inner) == width and all(inner) and not any(number(cell) is not None for cell in inner)
    return (inner, False) if named else ([], False)


def titles(lines: Sequence[str], start: int, split: Split, width: int) -> int:
    """The first line from `start` that belongs to a table of so many columns. Free text above it fills one cell, or
    fewer than the table has and is no header."""
    for at in range(start, min(len(lines), start + _MOST_ABOVE)):
        open_quote = lines[at].count('"') % 2  # of a header whose names go over several lines, perhaps
        row = "".join(lines[at : at + _MOST_ABOVE]) if open_quote else lines[at]
        cells = [cell.strip() for cell in split(row)] if row.strip() else []
        filled = sum(map(bool, cells))
        if filled > 1 and (len(cells) >= width or (len(cells) == width - 1 and not _words_follow(lines, at, split))):
            return at
    return start


def _words_follow(lines: Sequence[str], at: int, split: Split) -> bool:
    """Whether the next line that is not blank has no number in it: it is the header, and the line before a title."""
    after = next((line for line in lines[at + 1 :] if line.strip()), "")
    return bool(after) and not any(number(cell) is not None for cell in split(after))


def body_width(rows: Sequence[Sequence[str]]) -> int:
    """The number of columns that most rows below the first have."""
    return Counter(map(len, rows[1:] if len(rows) > 2 else rows)).most_common(1)[0][0]


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first row names columns: words that do not come again below it, or things over a wide table."""
    cells = [cell.strip() for cell in rows[0]]
    body = [[cell.strip() for cell in row] for row in rows[1:] if len(row) == len(cells)]
    if 2 * sum(map(bool, cells)) <= len(cells):
        return False
    if _names_ids(cells, body):
        return True
    pairs = (pair for row in body if row != cells for pair in zip(cells, row, strict=True))
    again = sum(cell != "" and cell == other for cell, other in pairs)
    if again > 1:
        return False
    return all(map(_may_be_a_name, cells)) or _names_things(cells, body)


def _may_be_a_name(cell: str) -> bool:
    """Whether a cell has a letter, or at least no digit."""
    return (any(map(str.isalpha, cell)) and rating_of(cell) is None) or not any(map(str.isdigit, cell))


def _names_ids(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether cells are a pivot table's: the name of its rows, and ids that may well come again as ratings below."""
    ids = [value for cell in cells[1:] if (value := number(cell)) is not None]
    if len(ids) < 3 or len(set(ids)) < len(ids) or len(set(cells)) < len(cells):
        return False
    if names_rows(cells[0]):
        return all(row[0] != cells[0] for row in body)
    ascending = len(ids) == len(cells) - 1 and ids == sorted(ids)
    over_numbers = all(number(row[0]) is not None for row in body)
    return ascending and (not cells[0] or over_numbers) and _names_things(cells, body)


def _names_things(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether cells with numbers among them are the ids or titles of things, above one row of ratings for a person."""
    above = [value for cell in cells[1:] if (value := number(cell)) is not None]
    below = [rating_of(cell) for row in body for cell in row[1:] if not is_unrated(cell)]
    values = [value for value in below if value is not None]
    if len(cells) < 4 or number(cells[0]) is not None or len(set(cells)) < len(cells) or len(body) < 2:
        return False
    one_row_each = len({row[0] for row in body}) == len(body)
    if not one_row_each or len(values) < len(below) or not values or max(map(abs, values)) > 100:
        return False
    ascending = len(above) >= 4 and above == sorted(above)
    return ascending or not all(min(values) <= value <= max(values) for value in above)


def column_names(header: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Distinct names of the columns of some rows below a header.

    A header that is one short leaves out R's row names, or a delimiter at the end of the rows; one that ends with a
    delimiter of its own is one too long. RecBole's `user_id:token` is `user_id`.
    """
    names = [one_line(cell, 100) for cell in header]
    width = Counter(map(len, body)).most_common(1)[0][0] if body else len(names)
    if width == len(names) + 1 and all(names):
        ends_blank = all(not row[-1].strip() for row in body if len(row) == width)
        names = [*names, ""] if ends_blank else [ROW_NAMES, *names]
    elif width == len(names) - 1 and not names[-1]:
        names = names[:-1]
    typed = [_RECBOLE.fullmatch(name) for name in names]
    return distinct([match["name"] for match in typed if match] if all(typed) else names)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, a number added to one that comes again; "column 1" … where there is none."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        fresh, again = name or f"column {place}", 2
        while fresh in seen:
            fresh, again = f"{name or 'column'} ({again})", again + 1
        seen[fresh] = place
    return tuple(seen)


def _blanks(lines: Sequence[str], at: int) -> int:
    return next((place for place in range(at, len(lines)) if lines[place].strip()), at)
