"""What a component of a page has in the browser: its program, and data in parts that are fetched once.

Programs and parts are addressed by their content. Whoever does not have it cannot name it, and one that the browser has
is never sent again, whatever else changes on the page.
"""

import base64
import hashlib
from typing import Any

import streamlit as st
from streamlit import runtime

from core.export.living_map import packing

INLINE = 4096
"""Bytes of a part that travel in the component's message; a larger one is fetched."""

LOADER = """
const programs = new Map();

async function load(address, tries = 3) {
  try {
    return await import(new URL(tries < 3 ? `${address}?again=${tries}` : address, document.baseURI));
  } catch (error) {
    if (tries === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 400));
    return load(address, tries - 1);
  }
}

const ahead = (globalThis.partsAhead ??= new Map());

export default async function (component) {
  const [data] = component.data;
  const address = data.program;
  if (!programs.has(address)) {
    programs.set(address, load(address));
    for (const [name, part] of Object.entries(data)) {
      const at = part?.at;
      if (typeof at !== "string" || name === "values") continue; // which nobody asks for before they point at something
      if (!ahead.has(at)) ahead.set(at, fetch(new URL(at, document.baseURI), { headers: { Range: "bytes=0-" } }));
    }
  }
  return (await programs.get(address)).mount({ ...component, data });
}
"""
"""The script of a component; `data.program` is the address of what it runs. Parts come meanwhile."""


def told(data: dict[str, Any]) -> tuple[dict[str, Any]]:
    """What a component is told, as it travels: in a row of one, in which Streamlit looks for no tables of pandas."""
    return (data,)


def part(key: str, name: str, data: bytes | None, *, inline: bool = False) -> dict[str, str] | None:
    """A part of a component's data as the browser takes it: what is small, or `inline`, as text, else as an address.

    Another part of the same name takes its place.
    """
    if data is None:
        return None
    if inline or len(data) <= INLINE:
        return {"text": base64.b64encode(data).decode()}
    return {"at": address(key, name, data, "application/octet-stream")}


def address(key: str, name: str, data: bytes, mimetype: str) -> str:
    """Where the browser finds these bytes for as long as they are on the page; the same bytes, the same address."""
    place = runtime.get_instance().media_file_mgr.add(data, mimetype, f"{key}.{name}")
    return place.lstrip("/")


def compressed(words: bytes) -> bytes:
    """The same as gzip has it; made anew only where the words are others."""
    return _compressed(digest(words), words)


@st.cache_resource(max_entries=8, show_spinner=False)
def _compressed(content: str, _words: bytes) -> bytes:
    del content  # tells one from another
    return packing.compressed(_words)


def digest(data: bytes) -> str:
    """A short text that tells these bytes from others."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()
