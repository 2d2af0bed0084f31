"""Names and titles as they are kept: one line, of what can be seen."""

import re
import unicodedata

MAX_TITLE = 300  # Characters of a title or label that are kept
SPOILED, REPLACEMENT = "\ufffe", "\ufffd"
"""What stands for bytes that are not UTF-8 while a file is read, a character that no text holds on purpose; and what
people see in its place."""

# Controls, and the marks that turn the direction of everything after them.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]+"
)


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """`text` as one line without unseen characters, at most `limit` long; markup stays as text."""
    text = text[: 8 * limit].replace(SPOILED, REPLACEMENT)
    if UNSEEN.search(text):
        text = " ".join(UNSEEN.sub(" ", text).split())
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def unbroken(text: str) -> str:
    """Text of any length without tabs, line ends and other control characters."""
    if text.isalnum():
        return text
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())


def noun_of(text: str) -> str:
    """A noun as pages can say it: lower-case letters, digits, spaces, dashes and apostrophes, at most 30."""
    plain = re.sub(r"[^\w' -]|_", " ", text[:300])
    return " ".join(plain.split()).lower()[:30].strip()


def slug(name: str) -> str:
    """`name` in lower-case ASCII letters, digits and dashes, at most 40; "ratings" where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "ratings"


# With the full-width forms that Excel accepts too.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what would be one; numbers stay.

    One goes before those that were there already, too, so that `as_meant` knows the text again.
    """
    is_formula = _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def as_meant(text: str) -> str:
    """The text that `inert` was given."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text
