"""Vectors as text, and word2vec's binary form: a row a line, with its id before the numbers or without."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.importing.reading import Malformed, batches, blank_rows
from core.data.importing.sniffing import HEAD_BYTES, Table
from core.data.importing.sources import Source
from core.data.importing.values import to_float
from core.data.text import REPLACEMENT, SPOILED
from core.data.vectors.gathering import Block, Matrix, OnBytes, check_dim, rows_a_block
from core.errors import BadVectorsError

ID = "id"
NO_LIST = "wrong number of columns: no list of {} numbers"
_BETWEEN = re.compile(r"\s*[,;|]\s*|\s+")
_WORD2VEC = re.compile(rb"([0-9]{1,12})[ \t]+([0-9]{1,6})[ \t]*\r?\n")
_WHOLE = re.compile("[0-9]+")
_LONGEST_WORD = 10_000
_SIGNS = (" ", "\t", ",", ";")
_SAMPLE = 200
_MOST_ALIKE = 0.5  # Share of the first lines that have to be numbers, and as many, for the file to be a matrix


def word2vec(source: Source, head: bytes) -> Matrix | None:
    """The vectors of a file that says first how many there are, and how long: word2vec's or fastText's. BadVectorsError
    where it goes on otherwise."""
    header = _WORD2VEC.match(head)
    if header is None:
        return None
    rows, dim = int(header[1]), int(header[2])
    body = head[header.end() :]
    first = body.partition(b"\n")[0].rstrip().split(b" ")
    if len(first) == dim + 1 and all(_is_number(text.decode("latin-1")) for text in first[1:]):
        check_dim(source.name, dim)
        ends = body.partition(b"\n")[0].rstrip(b"\r").endswith(b" ")  # as the first program of that name wrote lines
        table = _table(source, " ", dim + 1 + ends, body.decode("utf-8", "replace"), named=True, skipped=1)
        matrix = of_table(table, table.columns[1 : dim + 1], ID, "word2vec or fastText, text")
        return replace(matrix, rows=rows)
    word, space, _ = body[:_LONGEST_WORD].lstrip(b"\n").partition(b" ")
    if not (space and word) or (len(head) < HEAD_BYTES and len(body) < 4 * dim):
        return None
    check_dim(source.name, dim)
    samples = ((word.decode("utf-8", "replace"),),)
    blocks = _Binary(source, rows, dim)
    return Matrix(source, "", "word2vec, binary", dim, rows, blocks, (ID,), ID, samples)


def bare(source: Source, head: bytes) -> Matrix | None:
    """The vectors of a text without a header: numbers alone, or a word and numbers, as GloVe has them."""
    text = head.decode("utf-8-sig", "replace")
    lines = [line for line in text.splitlines()[: _SAMPLE + 1] if line.strip()]
    if len(head) == HEAD_BYTES:
        lines = lines[:-1]
    for sign in _SIGNS:
        rows = [line.rstrip("\r\n").split(sign) for line in lines]
        if not rows:
            return None
        width, often = Counter(map(len, rows)).most_common(1)[0]
        alike = [row for row in rows if len(row) == width]
        ends = all(row[-1] == "" for row in alike)
        cells = [row[: width - ends] for row in alike]
        if width - ends < 3 - (sign == "\t") or often < _MOST_ALIKE * len(rows) or len(rows[0]) != width:
            continue
        if not all(map(_is_number, cells[0][1:])) or (sign == " " and "\t" in cells[0][0]):
            continue  # names, or no vectors at all
        if looks_like_ratings(cells):
            return None
        if sum(all(map(_is_number, row[1:])) for row in cells) < _MOST_ALIKE * len(cells):
            continue
        named = _are_ids(cells)
        if width - ends - named < 2:
            continue
        table = _table(source, sign, width, text, named=named)
        dims = table.columns[named : width - ends]
        kind = "GloVe, or words and numbers" if named and sign == " " else "numbers as text"
        return of_table(table, dims, ID if named else None, kind)
    return None


def _are_ids(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells name rows: most are no numbers, or they count and the others do not."""
    first = [row[0] for row in rows]
    if 2 * sum(map(_is_number, first)) < len(first):
        return True
    counts = all(map(_WHOLE.fullmatch, first)) and len(set(first)) == len(first)
    return counts and not all(_WHOLE.fullmatch(cell) for row in rows for cell in row[1:])


def looks_like_ratings(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are three or four whole numbers, ids that come again among them: a rating table without a header."""
    if not rows or not 3 <= len(rows[0]) <= 4 or not all(_WHOLE.fullmatch(cell) for row in rows for cell in row[:2]):
        return False
    return all(len({row[place] for row in rows}) < len(rows) for place in (0, 2))


def _table(source: Source, sign: str, width: int, text: str, *, named: bool, skipped: int = 0) -> Table:
    """A text of rows between one sign, nothing of it in quotes."""
    names = [ID] if named else []
    columns = (*names, *(f"{number}" for number in range(1, width - named + 1)))
    rows = tuple(tuple(line.split(sign)) for line in text.splitlines()[:_SAMPLE])
    sampled = tuple(row for row in rows if len(row) == width)
    return Table(source, "text", "utf-8", sign, skipped, columns, sampled, quoting=False, skipped=skipped)


def list_in(text: str) -> np.ndarray:
    """The numbers of a list as text, float32: between blanks, commas, semicolons or |, in brackets or not; none where
    anything else stands there."""
    parts = _BETWEEN.split(text.strip().strip("[](){}").strip())
    found = [to_float(part) for part in parts] if len(parts) > 1 else []
    return np.array([] if None in found else found, np.float64).astype(np.float32)


def of_table(table: Table, dims: Sequence[str], id_column: str | None, kind: str, *, length: int = 0) -> Matrix:
    """The vectors in some columns of a table of text, or lists of `length` numbers in one, with the others beside."""
    dim = length or len(dims)
    check_dim(table.name, dim)
    others = tuple(name for name in table.columns if name not in set(dims) and not _is_filler(table, name))
    samples = tuple(
        tuple(row[table.columns.index(name)].replace(SPOILED, REPLACEMENT) for row in table.rows) for name in others
    )

    def blocks(on_bytes: OnBytes) -> Iterator[Block]:
        """Rows of the table, with those of another width among them."""
        malformed, told = Malformed(table.source.limits.max_rejected), 0
        for batch in batches(table, [*others, *dims], malformed, on_bytes):
            step = rows_a_block(dim)
            # A line end in quotes leaves a blank line.
            filled = np.flatnonzero(~blank_rows(list(batch.columns.values())))
            for start in range(0, len(filled), step):
                places = filled[start : start + step]
                some = {name: texts.take(pa.array(places)) for name, texts in batch.columns.items()}
                bad, told = _bad(malformed, told)
                numbers, beside = batch.numbers(places), {name: some[name] for name in others}
                if not length:
                    yield Block(numbers, np.column_stack([_numbers(some[name]) for name in dims]), beside, bad)
                    continue
                lists = [list_in(text or "") for text in some[dims[0]].to_pylist()]
                right = np.array([len(one) == dim for one in lists], bool)
                wrong = [(int(n), NO_LIST.format(dim)) for n in numbers[~right]]
                values = np.array([one for one in lists if len(one) == dim], np.float32).reshape(-1, dim)
                kept = {name: texts.filter(pa.array(right)) for name, texts in beside.items()}
                yield Block(numbers[right], values, kept, [*bad, *wrong])
        bad, _ = _bad(malformed, told)
        if bad:
            yield Block(np.zeros(0, np.int64), np.zeros((0, dim), np.float32), {}, bad)

    return Matrix(table.source, "", kind, dim, None, blocks, others, id_column, samples)


def _is_filler(table: Table, name: str) -> bool:
    """Whether a column is nothing but the end of lines that end with the sign between columns."""
    place = table.columns.index(name)
    return place == len(table.columns) - 1 and bool(table.rows) and all(row[place] == "" for row in table.rows)


def _bad(malformed: Malformed, told: int) -> tuple[list[tuple[int, str]], int]:
    """Rows of another width since the last time, and how many lines were looked at."""
    numbers, reasons = malformed.numbers[told:], dict(malformed.first)
    return [(n, reasons.get(n, "wrong number of columns")) for n in numbers if n > 0], told + len(numbers)


def _numbers(texts: pa.Array) -> np.ndarray:
    """A column as float32; NaN for what is no number."""
    texts = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    try:
        return np.asarray(pc.cast(texts, pa.float32()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        found = (to_float(text) for text in texts.to_pylist())
        with np.errstate(over="ignore"):
            return np.array([np.nan if value is None else value for value in found], np.float64).astype(np.float32)


def _is_number(text: str) -> bool:
    return to_float(text.strip()) is not None or text.strip().lower() in ("nan", "inf", "-inf")


@dataclass(frozen=True, eq=False)
class _Binary:
    """Reads word2vec's binary form: for each row the word, a space, and float32 numbers, little end first."""

    source: Source
    rows: int
    dim: int

    def __call__(self, on_bytes: OnBytes) -> Iterator[Block]:
        size, step = 4 * self.dim, rows_a_block(self.dim)
        with self.source.open(on_bytes) as raw:
            file: BinaryIO = io.BufferedReader(raw, 2**20)
            file.readline()
            for start in range(0, self.rows, step):
                rows = range(start, min(start + step, self.rows))
                words, data = [], bytearray()
                for row in rows:
                    words.append(self._read_word(file, row).decode("utf-8", "replace"))
                    data += self._exactly(file, size, row)
                values = np.frombuffer(bytes(data), "<f4").reshape(-1, self.dim)
                yield Block(np.arange(rows.start, rows.stop) + 1, values, {ID: pa.array(words, pa.string())})
            if file.read(2).strip():
                raise self._wrong(self.rows, "there is more behind the last vector")

    def _read_word(self, file: BinaryIO, row: int) -> bytes:
        word = bytearray()
        while (letter := file.read(1)) != b" ":
            if not letter or len(word) > _LONGEST_WORD:
                raise self._wrong(row, "it has no word")
            word += letter
        return bytes(word).lstrip(b"\r\n")

    def _exactly(self, file: BinaryIO, size: int, row: int) -> bytes:
        data = file.read(size)
        if len(data) < size:
            raise self._wrong(row, "the file ends inside it")
        return data

    def _wrong(self, row: int, why: str) -> BadVectorsError:
        return BadVectorsError(
            f"{self.source.name} says that it holds {self.rows:,} vectors of {self.dim:,} numbers, and is wrong at row "
            f"{row + 1:,}: {why}; download it again"
        )
