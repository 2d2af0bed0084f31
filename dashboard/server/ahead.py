"""Parts of Streamlit's program that every page draws with, asked for with the page and not when they are missing."""

from pathlib import Path

import streamlit

PARTS = ("Html", "purify.es", "BidiComponent", "serialization", "recordbatch", "_arrayReduce", "Button", "Progress")
"""What the style, the components, the buttons and the tray of the frame need, by the names of the files."""

_FOLDER = Path(streamlit.__file__).parent / "static" / "static" / "js"


def links() -> str:
    """Links for the head of a page.

    Without them a browser hears of each part with the first element that needs it, one after the other, and draws
    nothing behind it until it has come. With them it has the parts before the server has imported the pages.
    """
    files = [path.name for part in PARTS for path in sorted(_FOLDER.glob(f"{part}.*.js"))]
    return "".join(f'<link rel="modulepreload" href="./static/js/{name}" />\n' for name in files)
