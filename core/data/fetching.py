"""From the name of a release to a dataset: the archive is fetched, then imported as any other."""

from collections.abc import Callable

from core.data.download import download
from core.data.importing.importer import import_ratings
from core.data.importing.isolation import Reporter
from core.data.importing.request import ImportOptions, ImportReport
from core.data.releases import RELEASES

_FETCHING = 0.5
"""Share of the progress that is the transfer."""


def fetch(
    release_id: str,
    *,
    accepted: bool,
    reporter: Reporter = lambda progress, text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Make a dataset of an official release.

    Args:
        release_id: A name in `core.data.releases.RELEASES`.
        accepted: That the person has seen the release's licence and accepts it.
        reporter: Hears progress (0-1) and what is being done.
        should_stop: Asked several times a second.

    Raises:
        LimitError, DownloadFailedError, CanceledError, DiskFullError: As `download` says.
        DatasetError: As `import_ratings` says.
    """
    archive = download(
        release_id, accepted=accepted, reporter=lambda at, text: reporter(_FETCHING * at, text), should_stop=should_stop
    )
    return import_ratings(
        [archive.path],
        options=ImportOptions(name=RELEASES[release_id].title),
        reporter=lambda at, text: reporter(_FETCHING + (1 - _FETCHING) * at, text),
        should_stop=should_stop,
    )
