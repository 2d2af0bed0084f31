"""Which item of a dataset a title means, whoever wrote it: articles, accents, numerals and second titles aside."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from core.data.ratings import Ratings

_ARTICLES = (
    "the|a|an|le|la|les|l'?|un|une|der|die|das|ein|eine|el|los|las|una|il|lo|gli|i|o|os|as|den|det|de|het|een|en|ett"
)
_ENGLISH = "the|a|an"
_BEHIND = re.compile(rf"^(.*\S)\s*,\s*({_ARTICLES})$", re.IGNORECASE)
_IN_FRONT = re.compile(rf"^(?:{_ENGLISH}) (?=.)")
_ANY_IN_FRONT = re.compile(rf"^(?:{_ARTICLES}) (?=.)")
_YEAR = re.compile(r"\s*\([0-9]{4}[^()]*\)\s*$")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_SECOND_HALF = re.compile(r":| - | – | or[ :]")
_KNOWN_AS = re.compile(r"^(a\.?\s?k\.?\s?a\.?|also known as|or)\s+", re.IGNORECASE)
_ELIDED = re.compile("^([Ll])['’](?=.)")
_APOSTROPHE = re.compile("['’`´]")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "&": " and "}
)
_TWO_AND_MORE = ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"]
_NUMERALS = {numeral: f"{n}" for n, numeral in enumerate(_TWO_AND_MORE, 2)}

NEAR_IN_YEAR, NEAR = 0.45, 0.65
"""Least likeness of the nearest title, from 0 to 1: of one from the same year or one beside it, and of any other."""
_AT_A_TIME = 32


@lru_cache(maxsize=32)  # all kinds of keys of one title are made of the same few texts
def plain(title: str) -> str:
    """Words of a title in small letters without accents and punctuation, an article behind a comma in front."""
    title = title.strip()
    if behind := _BEHIND.match(title):
        title = f"{behind[2]} {behind[1]}"
    title = _ELIDED.sub(r"\1 ", title)
    letters = title.casefold().translate(_LETTERS)
    if not letters.isascii():
        apart = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(_APOSTROPHE.sub("", letters))) or title.casefold()


def exact_keys(title: str) -> set[str]:
    """How the title itself can be written: with what stands in brackets in it, and without."""
    title = _YEAR.sub("", title)
    return {plain(title), plain(_outside(title))}


def loose_keys(title: str) -> set[str]:
    """How else the same can be written: second titles in brackets, no "the", digits for numerals, no spaces."""
    title = _YEAR.sub("", title)
    return outer_keys(title) | {_squeezed(plain(text)) for text in _inside(title)}


def outer_keys(title: str) -> set[str]:
    """The same but for second titles in brackets, which may say something else about what somebody rated."""
    title = _YEAR.sub("", title)
    return {_squeezed(plain(text)) for text in (title, _outside(title)) if text.strip()}


def weak_keys(title: str) -> set[str]:
    """What a title may be, too, which nobody can be certain of: without what may be an article of any language."""
    title = _YEAR.sub("", title)
    texts = [text for text in (title, _outside(title), *_inside(title)) if text.strip()]
    return loose_keys(title) | {_squeezed(_ANY_IN_FRONT.sub("", plain(text))) for text in texts}


def head_keys(title: str) -> set[str]:
    """How a title can be written that is cut where its second half begins: "Borat" for "Borat: Cultural …"."""
    title = _outside(_YEAR.sub("", title))
    head = _SECOND_HALF.split(title, maxsplit=1)[0].strip(" ,")
    return {_squeezed(plain(head))} if head and head != title else set()


def _outside(title: str) -> str:
    """What stands outside brackets; the whole where nothing does."""
    return _BRACKETS.sub(" ", title).strip() or title


def _inside(title: str) -> list[str]:
    """Second titles in brackets."""
    texts = (_KNOWN_AS.sub("", text.strip()) for text in _BRACKETS.findall(title) if "#" not in text)
    return [text for text in texts if text.strip()]


def _squeezed(words: str) -> str:
    """Words without "the" in front and without spaces; a numeral counts behind a word only: alone, "X" is a title."""
    first, *others = _IN_FRONT.sub("", words).split() or [""]
    return first + "".join(_NUMERALS.get(word, word) for word in others)


@dataclass(frozen=True)
class Hit:
    """Which item a title means."""

    row: int | None = None  # Row of the item; None where it is none for certain
    nearest: int | None = None  # Row of the item to ask about, where `row` is None; None where there is none


class TitleIndex:
    """The items of one dataset by their titles; about 1 kB an item."""

    def __init__(self, ratings: Ratings) -> None:
        self._titles: list[str] = ratings.item_table["title"].astype(str).tolist()
        self._year = ratings.item_table["year"].to_numpy(np.float64)
        self._count = ratings.item_count
        kinds = (exact_keys, loose_keys, weak_keys, head_keys)
        self._exact, self._loose, self._weak, self._heads = _by_keys(kinds, self._titles)

    def find(self, titles: Sequence[str], years: Sequence[int]) -> Hit:
        """The item that has one of the titles, and is from one of the years where both sides say one.

        Where several do, where the year is another, where only an article or a title in brackets agrees, or where one
        title is the first half of the other, the likeliest is the nearest: the closest in time, and of these the most
        rated.
        """
        elsewhere: set[int] = set()
        for table, keys in ((self._exact, exact_keys), (self._loose, outer_keys)):
            rows = _rows(table, titles, keys)
            fitting = {row for row in rows if self._year[row] in years} or {
                row for row in rows if self._open(row, years)
            }
            if len(fitting) == 1:
                return Hit(row=fitting.pop())
            if fitting:
                return Hit(nearest=self._likeliest(fitting, years))
            elsewhere |= rows
        elsewhere |= _rows(self._weak, titles, weak_keys)
        halves = _rows(self._heads, titles, loose_keys) | _rows(self._loose, titles, head_keys)
        beside = {row for row in elsewhere if self._years_off(row, years) <= 1}
        in_year = {row for row in halves if self._years_off(row, years) == 0}
        near = beside or in_year or elsewhere
        return Hit(nearest=self._likeliest(near, years) if near else None)

    def _open(self, row: int, years: Sequence[int]) -> bool:
        """Whether one side does not say its year."""
        return not years or bool(np.isnan(self._year[row]))

    def _likeliest(self, rows: Iterable[int], years: Sequence[int]) -> int:
        return min(rows, key=lambda row: (self._years_off(row, years), -self._count[row], row))

    def is_called(self, row: int, titles: Iterable[str]) -> bool:
        """Whether one of the titles may be that of an item, the year aside."""
        own = weak_keys(self._titles[row])
        return any(not own.isdisjoint(weak_keys(title)) for title in titles)

    def _years_off(self, row: int, years: Sequence[int]) -> float:
        return 0 if self._open(row, years) else min(abs(self._year[row] - year) for year in years)

    def nearest(self, wanted: Sequence[tuple[str, Sequence[int]]]) -> list[int | None]:
        """For each title and its years the item whose title is written most alike, or None where none is near.

        Likeness is the cosine of TF-IDF weights of pairs and triples of letters; those from the year itself or one
        beside it come first.
        """
        vectorizer, matrix = self._letters
        rows: list[int | None] = []
        for start in range(0, len(wanted), _AT_A_TIME):
            some = wanted[start : start + _AT_A_TIME]
            alike = (vectorizer.transform([_letters_of(title) for title, _ in some]) @ matrix).toarray()
            rows += [self._nearest(one, years) for one, (_, years) in zip(alike, some, strict=True)]
        return rows

    def _nearest(self, alike: np.ndarray, years: Sequence[int]) -> int | None:
        """Row of the item with the highest likeness, (n_items,), if that is high enough."""
        beside = np.zeros(len(alike), bool)
        for year in years:
            beside |= np.abs(self._year - year) <= 1
        in_year = np.where(beside, alike, 0)
        best, best_in_year = int(alike.argmax()), int(in_year.argmax())
        if in_year[best_in_year] >= NEAR_IN_YEAR:
            return best_in_year
        return best if alike[best] >= NEAR else None

    @cached_property
    def _letters(self) -> tuple[Any, Any]:
        """What turns titles into weights of letters, and these weights of all items, sparse, (n_weights, n_items)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), dtype=np.float32, lowercase=False)
        matrix = vectorizer.fit_transform(map(_letters_of, self._titles))
        return vectorizer, matrix.T.tocsr()


def _letters_of(title: str) -> str:
    return plain(_outside(_YEAR.sub("", title)))


def _rows(table: Mapping[str, list[int]], titles: Iterable[str], keys: Callable[[str], set[str]]) -> set[int]:
    """Rows of a table that one of the titles leads to."""
    return {row for title in titles for key in keys(title) for row in table.get(key, ())}


def _by_keys(kinds: Sequence[Callable[[str], set[str]]], titles: Iterable[str]) -> list[dict[str, list[int]]]:
    """For each kind of keys, the rows of the titles that have a key of that kind."""
    tables: list[dict[str, list[int]]] = [{} for _ in kinds]
    for row, title in enumerate(titles):
        for table, keys in zip(tables, kinds, strict=True):
            for key in keys(title):
                table.setdefault(key, []).append(row)
    return tables
