"""What every page draws with comes with the page itself: its style, and parts of Streamlit's program."""

from pathlib import Path

import streamlit

PARTS = ("Html", "purify.es", "BidiComponent", "serialization", "recordbatch", "_arrayReduce", "Button", "Progress")
"""What the components, the buttons and the tray of the frame need, by the names of the files."""

_FOLDER = Path(streamlit.__file__).parent / "static" / "static" / "js"

_STYLE = Path(__file__).parents[1] / "shell" / "page.css"


def style() -> str:
    """The style of the pages, for the end of the body: behind Streamlit's own, of which it mends some.

    As an element it would come with the first part that has to be fetched, and things would move when it does.
    """
    return f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n"


def links() -> str:
    """Links for the head of a page.

    Without them a browser hears of each part with the first element that needs it, one after the other, and draws
    nothing behind it until it has come. With them it has the parts before the server has imported the pages.
    """
    files = [path.name for part in PARTS for path in sorted(_FOLDER.glob(f"{part}.*.js"))]
    return "".join(f'<link rel="modulepreload" href="./static/js/{name}" />\n' for name in files)
