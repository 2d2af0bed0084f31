"""The map of many points: WebGL2 in the page itself, a component of Streamlit (docs/map.md)."""
