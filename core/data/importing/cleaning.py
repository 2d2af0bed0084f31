"""A text table as a stream of UTF-8 in which no quote and no byte spoils more than its own line."""

import io
import sys
from dataclasses import replace

from core.data.importing.letters import Decoder, Spoiled
from core.data.importing.quotes import Mender, count_lines, without_backslashes
from core.data.importing.sources import CountedReader
from core.errors import BadFormatError

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
        """So many bytes, fewer at the end.

        Raises:
            UnicodeDecodeError: The text is not in its encoding, and that is not UTF-8.
            BadFormatError: A row has more than 8 MiB.
            ExplorerError: What the source raises.
        """
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
