"""Tables whose rows are not ratings yet, read as if they were: headings above ratings, and people by things."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing import reading
from core.data.importing.heading import HEADING
from core.data.importing.reading import Batch, Malformed, blank_rows
from core.data.importing.sniffing import Headed, Table
from core.data.importing.wide import Melted, ratings_in

EMPTY_CELLS, HEADINGS = "Empty cells, which are no ratings", "Lines that name the item of the lines below them"
AGGREGATES = "Cells in rows of averages or totals, which are no ratings"
NUMBERED = "Rows with the name of a row above, which got a number, such as (2), because each row is one person or item"
_WHOLE_LINE = "\x1f"
_CELLS = 2**20  # Cells of a wide table that become ratings at once: they bound the memory


def batches(
    table: Table,
    columns: list[str],
    malformed: Malformed,
    on_bytes: Callable[[int], None] = lambda packed: None,
) -> Iterator[Batch]:
    """All ratings of a table, whatever its shape; arguments and errors as `reading.batches` has them."""
    if isinstance(table, Headed):
        yield from _below_headings(table, columns, malformed, on_bytes)
    elif isinstance(table, Melted):
        yield from _melted(table, malformed, on_bytes)
    else:
        yield from reading.batches(table, columns, malformed, on_bytes)


def _below_headings(
    table: Headed, columns: list[str], malformed: Malformed, on_bytes: Callable[[int], None]
) -> Iterator[Batch]:
    whole = Table(table.source, "text", table.encoding, _WHOLE_LINE, 0, ("line",), (), quoting=False)
    width, last = len(table.columns) - 1, pa.scalar("")
    lines_read = Malformed(0)  # by itself: it numbers the lines of the batches
    for batch in reading.batches(whole, ["line"], lines_read, on_bytes):
        lines = pc.utf8_trim_whitespace(batch.columns["line"])
        cells = pc.split_pattern(lines, table.delimiter)
        widths, is_blank = pc.list_value_length(cells), pc.equal(lines, "")
        is_heading = pc.match_substring_regex(lines, f"^(?:{HEADING})$")
        is_broken = pc.and_(pc.equal(widths, 1), pc.invert(is_blank))  # nobody knows what is rated below it
        named = pc.if_else(is_broken, pa.scalar(""), pa.scalar(None, pa.string()))
        named = pc.if_else(is_heading, pc.utf8_rtrim(lines, ":"), named)
        items = pc.fill_null(pc.fill_null_forward(named), last)
        last = items[-1]
        masks = (is_blank, is_heading, pc.equal(widths, width))
        blank, heading, fits = (mask.to_numpy(zero_copy_only=False) for mask in masks)
        malformed.aside[HEADINGS] += int(np.count_nonzero(heading))
        malformed.without_rows += int(np.count_nonzero(blank | heading))
        for place in np.flatnonzero(~(fits | blank | heading)).tolist():
            number = int(batch.numbers(np.array([place]))[0])
            malformed.add(number, f"wrong number of columns: {len(cells[place])} instead of {width}")
        rows = np.flatnonzero(fits)
        kept = cells.take(pa.array(rows))
        texts = {table.columns[0]: items.take(pa.array(rows))}
        texts |= {name: pc.list_element(kept, at) for at, name in enumerate(table.columns[1:])}
        yield Batch({name: texts[name] for name in columns}, _numbers(batch, rows))
    malformed.numbers.extend(lines_read.numbers)
    malformed.spoiled = lines_read.spoiled


def _melted(table: Melted, malformed: Malformed, on_bytes: Callable[[int], None]) -> Iterator[Batch]:
    own = [name for name in (table.row_id, table.timestamp) if name]
    names = Counter[str]()
    step = max(1, _CELLS // len(table.cells))
    for batch in reading.batches(table.original, [*own, *table.cells], malformed, on_bytes):
        filled = np.flatnonzero(~blank_rows(list(batch.columns.values())))
        malformed.without_rows += len(next(iter(batch.columns.values()))) - len(filled)
        for start in range(0, len(filled), step):
            rows = filled[start : start + step]
            part = {name: cells.take(pa.array(rows)) for name, cells in batch.columns.items()}
            ratings = ratings_in(table, part, batch.numbers(rows) - table.header_rows, names)
            malformed.aside[EMPTY_CELLS] += ratings.empty
            malformed.aside[f"Cells with {table.missing or 0:g}, which stands for no rating"] += ratings.missing
            malformed.aside[AGGREGATES] += ratings.aggregates
            malformed.aside[NUMBERED] += ratings.repeated
            yield Batch(ratings.texts, _numbers(batch, rows[ratings.rows]))


def _numbers(batch: Batch, rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda places: batch.numbers(rows[places])
