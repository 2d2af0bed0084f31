"""A text table as a stream of UTF-8 in which no quote and no byte spoils more than its own line."""

import io

from core.data.importing.letters import Decoder, Spoiled
from core.data.importing.quotes import Mender, without_backslashes
from core.data.importing.sources import CountedReader
from core.errors import BadFormatError

MAX_ROW_BYTES = 2**23
_PIECE = 2**20


class CleanText(io.RawIOBase):
    """Reads a source as whole rows in UTF-8.

    Args:
        stream: The bytes as they lie in the file.
        encoding: Python's name of it.
        mender: Takes stray quotes out; None where quotes enclose nothing.
        backslashes: Whether one before a quote makes it a part of its field.
    """

    def __init__(
        self, name: str, stream: CountedReader, encoding: str, mender: Mender | None, *, backslashes: bool
    ) -> None:
        super().__init__()
        self._name, self._stream, self._mender = name, stream, mender
        self._backslashes, self._held = backslashes, b""
        self._decoder = Decoder(encoding)
        self._rest, self._ready, self._last = b"", bytearray(), False

    @property
    def spoiled(self) -> Spoiled:
        """How much was not UTF-8 so far."""
        return self._decoder.spoiled

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as in CountedReader
        """Raises UnicodeDecodeError, BadFormatError for a row of more than 8 MiB, and what the source raises."""
        while len(self._ready) < len(buffer) and not self._last:
            self._fill()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        del self._ready[:size]
        return size

    def _fill(self) -> None:
        block = self._stream.read(_PIECE)
        self._last = not block
        text = self._decoder.decode(block, last=self._last)
        if self._mender is None:
            self._ready += text
            return
        if self._backslashes:
            text = self._held + text
            whole = text if self._last else text.rstrip(b"\\")  # what follows them is in the next block
            self._held, text = text[len(whole) :], without_backslashes(whole)
        rows, self._rest = self._mender.mend(self._rest + text, last=self._last)
        self._ready += rows
        if len(self._rest) > MAX_ROW_BYTES:
            raise too_long_a_row(self._name)


def too_long_a_row(name: str) -> BadFormatError:
    """The error for a text without line ends."""
    return BadFormatError(f"{name}: a row is longer than {MAX_ROW_BYTES // 2**20} MiB, or this is no table; mend it")
