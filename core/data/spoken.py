"""Titles as people say them: "The Godfather (1972)" where a catalog files it as "Godfather, The (1972)".

Only what is read on a screen is said so: files and the command line keep the titles of the data.
"""

import re
from collections.abc import Container, Sequence

from core.data.own.titles import plain

_ARTICLES = "The|An?|Les?|La|L['’]|Une?|Una|Der|Die|Das|Eine?|El|Los|Las|Il|Lo|Gli|Det|Den"
"""Their capitals count: "Los Angeles, LA" ends in none. Italian "I" would take English titles along."""

_BEHIND = re.compile(rf"^((?:a\.?k\.?a\.? )?)(.*\S), ({_ARTICLES})((?:: .*)?)$", re.DOTALL)
_IN_FRONT = re.compile(rf"^(?:{_ARTICLES})(?: |(?<=['’]))")
_BEHIND_BRACKETS = re.compile(rf"^(.*\)), ({_ARTICLES})(?= \(|$)", re.DOTALL)
_BRACKETS = re.compile(r"(\s*\([^()]*\)\s*)")
_BRACKETED = re.compile(r"(?<=\()[^()]+(?=\))")
_ELIDED = ("'", "’")


def spoken_titles(titles: Sequence[str]) -> list[str]:
    """The titles of one dataset as people say them, each as it is where the data does not file articles behind.

    It does where more titles end with an article than begin with one. Elsewhere, a comma and "The" at the end are part
    of a title.
    """
    said = [spoken(title) if ", " in title else title for title in titles]
    behind = sum(new is not title and new != title for new, title in zip(said, titles, strict=True))
    if not behind:
        return said
    in_front = sum(_IN_FRONT.match(title) is not None for title in titles)
    return said if behind > in_front else list(titles)


def spoken(title: str) -> str:
    """A title with each article behind a comma in front, in second titles in brackets, too.

    "City of Lost Children, The (Cité des enfants perdus, La) (1995)" is
    "The City of Lost Children (La Cité des enfants perdus) (1995)".
    """
    if ", " not in title:
        return title
    title = _BEHIND_BRACKETS.sub(lambda found: _joined(found[2], found[1]), title)
    parts = _BRACKETS.split(title)  # every second one is a pair of brackets
    parts[::2] = [_BEHIND.sub(_in_front, part) for part in parts[::2]]
    parts[1::2] = [_BRACKETED.sub(lambda found: _BEHIND.sub(_in_front, found[0]), part) for part in parts[1::2]]
    return "".join(parts)


def _in_front(found: re.Match[str]) -> str:
    known_as, words, article, rest = found.groups()
    return f"{known_as}{_joined(article, words)}{rest}"


def _joined(article: str, words: str) -> str:
    return f"{article}{'' if article.endswith(_ELIDED) else ' '}{words}"


def said(title: str, names: Container[str]) -> str:
    """A title as people say it, if that is one of the names; else as it is."""
    new = spoken(title)
    return new if new in names and title not in names else title


def named(text: str, names: Sequence[str]) -> str | None:
    """The name that somebody means who types a text: said in either way, in part, without accents or capitals.

    It is the text itself if that is a name, such as a title with its year; else the shortest name with all its words,
    else the shortest with all of them as beginnings of words; None where there is none.
    """
    wanted = said(text.strip(), names)
    if wanted in names:
        return wanted
    words = set(plain(spoken(wanted)).split()) if wanted else set()
    if not words:
        return None
    whole, begun = [], []
    for name in names:
        there = set(plain(name).split())
        if words <= there:
            whole.append(name)
        elif all(any(one.startswith(word) for one in there) for word in words):
            begun.append(name)
    return min(whole or begun, key=len, default=None)
