"""The film of a training as one file that any browser plays, with the program of the map and all that it shows inside.

Nothing is fetched, and the file itself forbids it (Content-Security-Policy). Titles are anybody's words: they stand in
the file as data that holds no sign of HTML, and the program writes them as text.
"""

import base64
import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any

from core.analysis.film import Film, packed, shown
from core.data.nouns import count, plural
from core.data.ratings import Ratings
from core.data.spoken import spoken_titles
from core.export.living_map import packing
from core.export.living_map.packing import as_text
from core.export.living_map.program import PLAYER, program
from core.model.families import family_of
from core.model.run import Run
from core.studies.films import axes_of

_PAGE = Path(__file__).with_name("film.html")
CIVIDIS = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"]
"""Colors of the mean rating, from low to high."""
_HEIGHT = 600
_KEYS = (
    "The button under the picture plays the film. Drag to move the map, zoom with Ctrl and the wheel or with two "
    "fingers, and point at what you want to know. With the keyboard, the arrows go from neighbor to neighbor."
)


def film_page(run: Run, ratings: Ratings, film: Film) -> str:
    """An HTML document that shows a film of the training of a model, and where its items were."""
    told, noun = _told(run, ratings, film), ratings.noun
    script = program(PLAYER)
    words = {
        "title": told["title"],
        "heading": f"A model learns what its {plural(noun)} have in common",
        "sentence": f"{_moves(run, noun)} The color is the mean rating.",
        "keys": _KEYS,
    }
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        {name: html.escape(text) for name, text in words.items()},
        source="\n".join(f"<p>{html.escape(line)}</p>" for line in _source(run, ratings)),
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        told=_inert(told),
        program=script,
    )


def _told(run: Run, ratings: Ratings, film: Film) -> dict[str, Any]:
    """What the map is told, as `dashboard.map_view.component.show` tells it on a page."""
    seen = shown(film.rows, ratings.item_count)
    rows = film.rows[seen]
    steps, bounds = packed(film.places[:, seen])
    means, counts = ratings.item_mean[rows], ratings.item_count[rows]
    low, high = packing.span(means, around_zero=False)
    said = spoken_titles(ratings.item_table["title"].astype(str).tolist())
    titles = [said[row] for row in rows.tolist()]
    notes = [f"rated {mean:,.2f} by {n:,}" for mean, n in zip(means.tolist(), counts.tolist(), strict=True)]
    title = f"How {count(len(rows), ratings.noun)} found their places"
    return {
        "key": "film",
        "revision": run.run_id,
        "items": run.run_id,
        "title": title,
        "remark": "",
        "alt": f"{title}, to the map where the model ended, colored by mean rating.",
        "height": _HEIGHT,
        "n": len(rows),
        "axes": axes_of(run),
        "equal": True,
        "color": {
            "kind": "scale",
            "label": "Mean rating",
            "colors": CIVIDIS,
            "ticks": packing.ticks(low, high),
            "plus": False,
            "digits": 0,
        },
        "colors": as_text(packing.scaled(means, low, high)),
        "weight": as_text(packing.weight(counts)),
        "names": as_text(packing.names(titles, notes)),
        "frames": as_text(steps.astype("<u2").tobytes()),
        "film": {
            "count": len(film.at),
            "at": film.at.tolist(),
            "unit": "Epoch",
            "digits": 1,
            "bounds": bounds.ravel().tolist(),
        },
        "found": [],
        "near": [],
        "outlines": [],
        "named": [],
    }


def _inert(document: Any) -> str:
    """JSON without any sign that means something in HTML or in a script."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _moves(run: Run, noun: str) -> str:
    if not run.scorer.has_vectors:
        return f"Each point is a {noun}: its bias across, and how often it is rated up."
    return (
        f"Each point is a {noun}. It begins at a place drawn by chance and moves with each step of the training, until "
        f"{plural(noun)} that please the same people lie close together. The axes are those where the model ended."
    )


def _source(run: Run, ratings: Ratings) -> list[str]:
    """The model and the data, a line each, and what has to be said with the data wherever it goes."""
    config, outcome = run.config, run.outcome
    size = f", {count(config.dimensions, 'dimension')}" if config.dimensions else ""
    measured = outcome.metric
    judged = f", with {measured.metric.title} {measured.value:,.3f} on what it has never seen" if measured else ""
    model = f"Model: {family_of(config).title}{size}; the weights of epoch {outcome.kept_epoch}{judged}."
    data = (
        f"Data: {ratings.name}, {count(len(ratings.rating), 'rating')} of {count(len(ratings.items), ratings.noun)} by "
        f"{len(ratings.users):,} people."
    )
    said = [ratings.about[name] for name in ("source", "citation", "licence") if ratings.about.get(name)]
    return [model, " ".join([data, *said]), f"Made with Embedding Explorer from run {run.run_id}."]
