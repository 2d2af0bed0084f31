"""The call that writes the film of a training as one file."""

import argparse
import sys
from pathlib import Path

from core.analysis.film import shown
from core.cli.answer import Answer
from core.cli.common import Percent, load, target_file
from core.data.nouns import count
from core.disk.files import replace_text
from core.errors import UsageError
from core.export.living_map.film_file import film_page
from core.studies.films import FILM, FilmSettings, film_of

SUFFIX = ".html"


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `film` can be told."""
    text = f"The file to write, *{SUFFIX}; made new or replaced."
    call.add_argument("--to", required=True, metavar="FILE", help=text)


def write(arguments: argparse.Namespace) -> Answer:
    """The film of a run as a file; of a run without one the training is filmed anew."""
    path = Path(arguments.to)
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"--to is {arguments.to!r:.200}; a browser plays a file whose name ends in {SUFFIX}")
    run, ratings = load(arguments.run_id)
    settings = FilmSettings()
    if not FILM.exists(run.run_id, settings):
        FILM.check(run, settings)
        print("film: none was taken of this training; it is trained once more", file=sys.stderr)
    film = film_of(FILM.make(run, ratings, settings, on_progress=Percent()))
    page = film_page(run, ratings, film)
    with target_file(path):
        replace_text(path, page)
    frames, items = len(film.at), len(shown(film.rows, ratings.item_count))
    document = {"run_id": run.run_id, "files": [str(path)], "frames": frames, "items": items}
    megabytes = path.stat().st_size / 1e6
    text = f"{path}: {count(frames, 'frame')} of {count(items, ratings.noun)}, {megabytes:.1f} MB; any browser plays it"
    return Answer(document, text)
