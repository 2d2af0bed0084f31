"""What a map on a page was told to draw."""

import base64
import gzip
import json
from typing import Any

import numpy as np
from streamlit import runtime
from streamlit.testing.v1 import AppTest


def maps_of(app: AppTest) -> list[dict[str, Any]]:
    """The data that were sent to the maps of a page."""
    components = [element.proto for element in app.get("bidi_component")]
    return [json.loads(sent.json)[0] for sent in components if sent.component_name == "embedding_map"]


def map_of(app: AppTest, key: str = "item_map") -> dict[str, Any]:
    """The data that were sent to the map with this key."""
    (found,) = [data for data in maps_of(app) if data["key"] == key]
    assert len(found["alt"]) > 20
    return found


def titles_of(drawn: dict[str, Any]) -> list[str]:
    """What the points of a map are called."""
    return _words(drawn)[: drawn["n"]]


def notes_of(drawn: dict[str, Any]) -> list[str]:
    """What is said under their titles."""
    return _words(drawn)[drawn["n"] :]


def _words(drawn: dict[str, Any]) -> list[str]:
    return gzip.decompress(numbers_of(drawn["names"], "u1").tobytes()).decode().split("\0")


def found_on(drawn: dict[str, Any]) -> list[str]:
    """The titles that are ringed on a map."""
    titles = titles_of(drawn)
    return [titles[item] for item in drawn["found"]]


def chosen_on(drawn: dict[str, Any]) -> list[int]:
    """The points that are lit on a map while the others are dimmed; none where all are alike."""
    part = drawn["selected"]
    return [] if part is None else np.flatnonzero(np.unpackbits(numbers_of(part, "u1"))).tolist()


def numbers_of(part: dict[str, str], kind: str) -> np.ndarray:
    """The numbers of a part that is small enough to travel as text, or that the server keeps."""
    if "text" in part:
        return np.frombuffer(base64.b64decode(part["text"]), kind)
    file = runtime.get_instance().media_file_mgr.read_file(part["at"].split("/")[-1].split(".")[0])
    return np.frombuffer(file.content, kind)
