"""English nouns in sentences: their plural, their article, and a number in front of them.

The noun of a dataset is its owner's ("anime", "series", "person"), so every sentence that says it asks here. Rules for
the regular ones and short lists of the others: a library of inflections has more of both, and needs as many calls.
"""

import re
import unicodedata

_PLURALS = {
    "epoch": "epochs", "child": "children", "mouse": "mice", "goose": "geese", "foot": "feet", "tooth": "teeth",
    "hero": "heroes", "potato": "potatoes", "tomato": "tomatoes", "quiz": "quizzes", "life": "lives", "knife": "knives",
    "wife": "wives", "wolf": "wolves", "leaf": "leaves", "shelf": "shelves", "loaf": "loaves", "analysis": "analyses",
    "thesis": "theses", "lens": "lenses", "gas": "gases",
}  # fmt: skip
_UNCHANGED = {"anime", "manga", "manhwa", "sheep", "fish", "deer", "sushi", "aircraft"}
_BY_LETTER = re.compile(r"[^aeiouy\W\d]+\d*$")  # A word without a vowel is read letter by letter: tv, rpg, mp3
_CONSONANT_SOUND = re.compile(r"eu|ewe|one\b|once\b|uni(?![nm])|us[aeu]|uti|ura|uto|ufo|uku|u\b")
_SILENT_H = re.compile(r"hour|honest|honor|honour|heir")


def plural(noun: str) -> str:
    """More than one of a noun, by its last word: "movies", "short stories", "dishes"; "series" stays."""
    before, space, word = noun.rpartition(" ")
    return f"{before}{space}{_plural_word(word)}"


def _plural_word(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if word in _UNCHANGED or not _plain(word)[-1:].isascii():
        return word  # no rule of English for a word in another script
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    if word.endswith(("ss", "us", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith(("woman", "person", "man")) and not word.endswith("human"):
        return f"{word[:-2]}en" if word.endswith("man") else f"{word[:-6]}people"
    return word if word.endswith("s") else f"{word}s"


def with_article(noun: str) -> str:
    """A noun with its indefinite article, by how it sounds: "a movie", "an anime", "a user", "an hour", "an rpg"."""
    return f"{_article(_plain(noun))} {noun}"


def _article(noun: str) -> str:
    word = re.split(r"[ -]", noun, maxsplit=1)[0]
    if _BY_LETTER.match(word):
        return "an" if word[0] in "fhlmnrsx" else "a"
    if word[:1].isdigit():
        return "an" if re.match(r"8|1[18](?!\d)", word) else "a"
    vowel = word[:1] in tuple("aeiou") and not _CONSONANT_SOUND.match(word)
    return "an" if vowel or _SILENT_H.match(word) else "a"


def _plain(noun: str) -> str:
    """A noun without its accents, in lower case."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", noun.lower()) if not unicodedata.combining(sign))


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 epoch", "1,247 epochs"."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def verb(number: int, one: str, many: str) -> str:
    """The form of a verb, or of another word, that goes with so many: "1 row has", "2 rows have"."""
    return one if number == 1 else many
