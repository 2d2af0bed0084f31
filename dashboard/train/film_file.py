"""The button that hands out a film as a file."""

from functools import partial

from core.errors import UsageError
from core.export.living_map.film_file import film_page
from core.studies.films import FILM, FilmSettings, film_of
from dashboard.cache import loaders
from dashboard.shared import tables


def button(run_id: str) -> None:
    """A button under the film of a run that hands it out as one file, which plays in any browser."""
    tables.download(
        "Save the film",
        partial(content, run_id),
        file=f"film-{run_id}.html",
        mime="text/html",
        more="One file that plays in any browser, without this program and without a network.",
    )


def content(run_id: str) -> bytes:
    """The file; UsageError where the film has been deleted since the page was drawn."""
    stored = loaders.study(FILM.key(run_id, FilmSettings()))
    if stored is None:
        raise UsageError(f"the film of run {run_id} is no longer there; open the page again")
    return film_page(loaders.run(run_id), loaders.ratings_of(run_id), film_of(stored)).encode()
