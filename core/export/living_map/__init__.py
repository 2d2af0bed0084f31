"""The map that is drawn in a browser: its program, what it is told, and a film of it as a file (docs/map.md)."""
