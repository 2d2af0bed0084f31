"""A map in a file of its own, without a server: what it is told, and its page."""

import base64
import json
from typing import Any

from playwright.sync_api import Page

from core.export.living_map.program import ALONE, program
from dashboard.map_view import packing

TITLES = ["one", "<b>two</b>", "three"]


def text(data: bytes) -> dict[str, str]:
    """A part that travels with the map."""
    return {"text": base64.b64encode(data).decode()}


def told(**more: Any) -> dict[str, Any]:
    """What a map of three items is told."""
    color = {"kind": "classes", "label": "Class", "names": ["a", "b"], "colors": ["#e69f00", "#56b4e9"], "rest": ""}
    return {
        "key": "k",
        "revision": "",
        "title": "Three",
        "remark": "",
        "alt": "Three items",
        "height": 400,
        "n": 3,
        "items": "i",
        "axes": ["x", "y"],
        "equal": True,
        "color": color,
        "colors": text(bytes([1, 1, 2])),
        "weight": text(bytes([9, 5, 1])),
        "names": text(packing.names(TITLES, ["n"] * 3)),
        "found": [],
        "near": [],
        "fly": True,
        "outlines": [],
        "named": [],
        **more,
    }


def blank(page: Page) -> Page:
    """The window at no place of a server, whose policy would hold for what is put into it."""
    if page.url != "about:blank":
        page.goto("about:blank")
    return page


def opened(page: Page, spec: dict[str, Any]) -> None:
    """The map in a file of its own."""
    blank(page).set_content('<!doctype html><meta charset="utf-8"><div id="map" style="width: 800px"></div>')
    start = f'window.begin = begin; window.map = begin(document.getElementById("map")); map.show({json.dumps(spec)});'
    page.add_script_tag(type="module", content=f"{program(ALONE)}\n{start}")
    page.wait_for_function("() => window.map?.drawn && window.map.titles")
