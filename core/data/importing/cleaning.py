"""A text table as a stream of UTF-8 in which no quote and no byte spoils more than its own line.

Other encodings are turned into it. A file that is UTF-8 but for a few bytes is read with a mark in place of each; one
of which many lines are not UTF-8 is in another encoding, which somebody has to name.
"""

import codecs
import io
import re
import sys
from dataclasses import dataclass, replace

import numpy as np

from core.data.importing.quotes import Mender, count_lines, without_backslashes
from core.data.importing.sources import CountedReader
from core.data.text import SPOILED
from core.errors import BadFormatError

_UNDECODED = re.compile("[\udc80-\udcff]+")
_MANY, _SOME = 0.02, 0.001
_ACCENTS = 10
_LEADING = 0xC0  # From here on bytes begin a letter in UTF-8, and are letters in Latin-1


@dataclass
class Spoiled:
    """How much of a text is not UTF-8."""

    lines: int = 0  # All lines; 0 while nobody has counted them
    bad: int = 0  # Lines with a byte that is not UTF-8
    accents: int = 0  # Such lines in which each of these bytes is a letter in Latin-1
    good: int = 0  # Letters beyond ASCII that are UTF-8

    @property
    def is_another_encoding(self) -> bool:
        """Whether so many lines are no accident: one in fifty, or ten and one in a thousand that all show accents.

        A single line, or two, must show accents, so that one spoiled byte does not cost a short file. Nothing is
        another encoding where UTF-8 is as frequent.
        """
        if self.good >= self.bad:
            return False
        all_accents = self.accents == self.bad > 0
        if self.bad > _MANY * self.lines:
            return all_accents or self.bad > 2
        return all_accents and self.bad >= _ACCENTS and self.bad > _SOME * self.lines

    def marked(self, text: str) -> str:
        """A text decoded with `surrogateescape`, counted and with a mark in place of each spoiled part."""
        if not _UNDECODED.search(text):
            return text
        for line in text.splitlines():
            if parts := _UNDECODED.findall(line):
                self.bad += 1
                self.accents += all(len(part) == 1 and _is_letter(part) for part in parts)
                self.good -= sum(byte >= _LEADING for part in parts for byte in part.encode("utf-8", "surrogateescape"))
        return _UNDECODED.sub(SPOILED, text)


class Decoder:
    """Blocks of bytes as UTF-8; `spoiled` counts what is none. Only what should be UTF-8 itself is mended."""

    def __init__(self, encoding: str) -> None:
        self.spoiled = Spoiled()
        self._is_utf8 = encoding == "utf-8"
        errors = "surrogateescape" if self._is_utf8 else "strict"
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if self._is_utf8 else encoding)(errors)
        self._begun = False

    def decode(self, block: bytes, *, last: bool) -> bytes:
        """A block as UTF-8, without the letter that it ends amid; raises UnicodeDecodeError where nothing is mended."""
        if self._is_utf8 and self._begun and block.isascii() and not self._decoder.getstate()[0]:
            return block
        self._begun = True
        if self._is_utf8:
            self.spoiled.good += int(np.count_nonzero(np.frombuffer(block, np.uint8) >= _LEADING))
        text = self._decoder.decode(block, last)
        return self.spoiled.marked(text).encode("utf-8", "surrogatepass")


def judged(head: bytes) -> Spoiled:
    """How much of the beginning of a text is not UTF-8."""
    decoder = Decoder("utf-8")
    decoder.decode(head, last=False)
    return replace(decoder.spoiled, lines=count_lines(head))


def _is_letter(part: str) -> bool:
    byte = ord(part) - 0xDC00
    return byte >= _LEADING and byte not in (0xD7, 0xF7, 0xFF)


MAX_ROW_BYTES = 2**23
_PIECE = 2**18  # Small enough for memory that is used again: each larger block is asked of the system anew


class CleanText(io.BufferedIOBase):
    """Reads a stream of bytes in an encoding as whole rows in UTF-8.

    The mender takes stray quotes out; it is None where quotes enclose nothing. With `backslashes` one before a quote
    makes it a part of its field.
    """

    def __init__(
        self, name: str, stream: CountedReader, encoding: str, mender: Mender | None, *, backslashes: bool
    ) -> None:
        super().__init__()
        self.name, self._stream, self._mender = name, stream, mender
        self._backslashes, self._held = backslashes, b""
        self._decoder = Decoder(encoding)
        self._rest = self._ready = b""
        self._lines, self._last = 0, False

    @property
    def spoiled(self) -> Spoiled:
        """How much was not UTF-8 so far."""
        lines = self._mender.lines if self._mender else self._lines
        return replace(self._decoder.spoiled, lines=lines)

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer at the end; raises what the source raises, UnicodeDecodeError where the encoding is
        another and not UTF-8, and BadFormatError for a row of more than 8 MiB."""
        wanted = sys.maxsize if size is None or size < 0 else size
        parts, length = [self._ready], len(self._ready)
        while length < wanted and not self._last:
            parts.append(self._next())
            length += len(parts[-1])
        over = max(0, length - wanted)
        cut = len(parts[-1]) - over
        parts[-1], self._ready = parts[-1][:cut], parts[-1][cut:]
        return b"".join(parts)

    read1 = read

    def _next(self) -> bytes:
        block = self._stream.read(_PIECE)
        self._last = not block
        text = self._decoder.decode(block, last=self._last)
        if self._mender is None:
            self._lines += count_lines(text)
            return text
        if self._backslashes:
            text = self._held + text
            whole = text if self._last else text.rstrip(b"\\")  # what follows them is in the next block
            self._held, text = text[len(whole) :], without_backslashes(whole)
        rows, self._rest = self._mender.mend(self._rest + text, last=self._last)
        if len(self._rest) > MAX_ROW_BYTES:
            raise too_long_a_row(self.name)
        return rows


def too_long_a_row(name: str) -> BadFormatError:
    """The error for a text without line ends."""
    return BadFormatError(f"{name}: a row is longer than {MAX_ROW_BYTES // 2**20} MiB, or this is no table; mend it")
