"""What the film of a training costs: processor seconds beside the same training without one, and bytes.

    python -m benchmarks.film
    python -m benchmarks.film --preset default --rounds 5

The two kinds of training take turns, in this process alone, so that both meet the same machine.
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.browser import verdict
from benchmarks.common import own_home
from core import data
from core.export.living_map.film_file import film_page
from core.model.families import PRESETS
from core.studies.films import FILM, FilmSettings, film_of, train_filmed
from core.training.camera import Camera
from core.training.trainer import fit

SHARE, MEGABYTES = 0.05, 5.0
"""Budgets: of the processor seconds of a training, and of what a run keeps of its film; the file has the same."""


def main() -> None:
    parser = argparse.ArgumentParser(description="What the film of a training costs.")
    parser.add_argument("--preset", default="best", choices=sorted(PRESETS), help="what is trained (default best)")
    parser.add_argument("--rounds", type=int, default=7, help="trainings with and without (default 7)")
    options = parser.parse_args()
    ratings, config = data.load(), PRESETS[options.preset]
    fit(config, ratings)  # imports and compiling are no part of either
    plain, filmed = [], []
    for _ in range(options.rounds):
        plain.append(_seconds(lambda: fit(config, ratings)))
        filmed.append(_seconds(lambda: fit(config, ratings, camera=Camera())))
    without, with_film = np.median(plain), np.median(filmed)
    print(f"{'processor seconds without and with a camera':44}{without:>9.3f}{with_film:>9.3f}")
    within = [verdict("share of the training", with_film / without - 1, SHARE, "")]
    with own_home() as folder:
        run = train_filmed(config, ratings, on_event=lambda event: None, should_stop=lambda: False)
        stored = FILM.load(run.run_id, FilmSettings())
        assert stored is not None
        film = film_of(stored)
        print(f"{'frames and items':44}{len(film.at):>9,}{len(film.rows):>9,}")
        files = [path for path in folder.rglob("*") if path.is_file() and FILM.name in str(path.relative_to(folder))]
        kept = sum(path.stat().st_size for path in files)
        within.append(verdict("kept beside the run", kept / 1e6, MEGABYTES, "MB"))
        within.append(verdict("as a file", len(film_page(run, ratings, film).encode()) / 1e6, MEGABYTES, "MB"))
    sys.exit(0 if all(within) else 1)


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


if __name__ == "__main__":
    main()
