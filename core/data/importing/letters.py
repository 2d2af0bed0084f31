"""Bytes of a text file as UTF-8: other encodings are turned into it, and a few spoiled bytes do not cost the file.

A file that is UTF-8 but for a few bytes is read with a mark in place of each. A file of which many lines are not UTF-8
is in another encoding, which somebody has to name.
"""

import codecs
import re
from dataclasses import dataclass, replace

import numpy as np

from core.data.importing.quotes import count_lines
from core.data.text import SPOILED

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
