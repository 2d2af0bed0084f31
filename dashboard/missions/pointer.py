"""Leads the eye to what a step is about: scrolls it into view, once, and draws a line around it."""

import streamlit as st

_SCRIPT = """
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const HANDS = ["wheel", "touchmove", "keydown", "pointerdown"];
const ROOM = '[data-testid="stBottomBlockContainer"] { padding-block: 4px 8px; }';  // the page needs it more
let shown = "", waiting = null;

function reveal(element) {
  const room = document.querySelector('[data-testid="stBottom"]')?.getBoundingClientRect().height ?? 0;
  const {top, bottom, height} = element.getBoundingClientRect();
  const high = 72, low = innerHeight - room;
  if (top >= high && bottom <= low) return;
  element.style.scrollMarginTop = `${high}px`;
  element.style.scrollMarginBottom = `${room + 16}px`;
  element.scrollIntoView({block: height > low - high || top < high ? "start" : "end", behavior: "auto"});
}

// What is above may still grow, so it is looked for again for a while, unless somebody scrolls or types.
function follow(place) {
  waiting?.abort();
  waiting = new AbortController();
  const {signal} = waiting;
  for (const kind of HANDS) addEventListener(kind, () => waiting.abort(), {signal, capture: true, passive: true});
  const look = () => {
    const there = [...document.querySelectorAll(place)].find((element) => element.getClientRects().length > 0);
    if (there) reveal(there);
  };
  const observer = new ResizeObserver(look);
  signal.addEventListener("abort", () => observer.disconnect());
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (main) observer.observe(main);
  look();
  setTimeout(() => !signal.aborted && waiting.abort(), 8000);
}

export default function ({data}) {
  const {place, step, color} = data;
  const line = place ? `${place} { outline: 3px solid ${color}; outline-offset: 3px; border-radius: 4px; }` : "";
  sheet.replaceSync(ROOM + line);
  if (place && step !== shown) follow(place);
  shown = step;
  return () => sheet.replaceSync("");
}
"""

_mount = st.components.v2.component("mission_pointer", js=_SCRIPT)

COLOR = "#c2410c"
"""Seen on the light and on the dark background, and no color of the charts."""


def point(place: str, step: str) -> None:
    """Point at the place of a CSS selector, or at nothing; with another name of a step it is scrolled into view."""
    _mount(key="mission_pointer", data={"place": place, "step": step, "color": COLOR}, height=0)
