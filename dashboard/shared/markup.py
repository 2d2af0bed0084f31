"""Other people's words (titles, names, ids, messages that quote them) where Streamlit reads Markdown."""

import re

_JOINER = "\u2060"  # no width, no line break: it only keeps what stands beside it from being read together
_MARKUP = re.compile(r"[\\`*_\[\]<>$~&]")
_READ_LATER = re.compile(r"(:)(?=\S)|(www)(?=\.)|(@)(?=\w)", re.IGNORECASE)
_BLOCK = re.compile(r"^(\d*)([-+=#.)])")


def escape(text: str) -> str:
    """Text that Markdown shows as it stands: no link, image, formula, icon, list or heading comes of it.

    Web addresses, mail addresses, icons and emoji are found after backslashes
    are gone, so those are taken apart by a character that nobody sees.
    """
    escaped = _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
    return _BLOCK.sub(r"\1\\\2", _READ_LATER.sub(rf"\g<0>{_JOINER}", escaped))


def spoken(text: str) -> str:
    """A sentence in Markdown as plain words, for those who hear a picture described."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*\*", "", text)).replace(_JOINER, "").strip()
