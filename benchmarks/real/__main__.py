"""Whether the program tells taste from chance.

    python -m benchmarks.real proofs       components proven on simulated ratings, the bundled ones and their twins
    python -m benchmarks.real hints        how often hints are said of twins, and which ones the bundled ratings keep
    python -m benchmarks.real neighbors    how many neighbors are marked on twins, and on the bundled ratings

With `--presets NAME …` and, for the proofs, `--only CELL …` a part of it; with `--splits 5` proofs are also pooled over
five splits. Answers are kept in a folder (`--folder`) and taken from there the next time.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import header, line
from benchmarks.real.hints import Component, hinted
from benchmarks.real.neighbors import LISTED, MEASURES, Trainings, trained
from benchmarks.real.proofs import BUNDLED, CELLS, CHOSEN, REPORTED, SEEDS, TWIN, Answer, answered, kept
from benchmarks.real.sets import KINDS
from benchmarks.stored import stored
from core import data
from core.analysis.neighbors.all_neighbors import MANY, listed, nearest
from core.analysis.neighbors.of_one import METRICS
from core.analysis.neighbors.support import mean_square, thresholds
from core.model.families import PRESETS


def main() -> None:
    parser = argparse.ArgumentParser(description="Whether the program tells taste from chance.")
    parser.add_argument("part", choices=["proofs", "hints", "neighbors"])
    parser.add_argument("--only", nargs="+", choices=CELLS, default=list(CELLS), help="cells of the proofs")
    parser.add_argument("--presets", nargs="+", default=["default", "best"], help="presets (default: default best)")
    parser.add_argument("--sets", type=int, default=10, help="sets a cell (default: 10; 9 of the bundled ratings)")
    parser.add_argument("--splits", type=int, default=1, help="splits that proofs are pooled over (default: 1, none)")
    parser.add_argument("--retrained", type=int, default=4, help="trainings on other splits, for neighbors")
    parser.add_argument("--choosing", action="store_true", help="other sets and splits, for choosing a rule")
    parser.add_argument("--kept", action="store_true", help="print the proofs of all sets in the folder, train nothing")
    parser.add_argument("--folder", type=Path, default=Path("real-answers"), help="where answers are kept")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(options.folder.absolute() / "home")
    {"proofs": print_proofs, "hints": print_hints, "neighbors": print_neighbors}[options.part](options)


def print_proofs(options: argparse.Namespace) -> None:
    """One row a preset and cell: what is proven by the gain and by the score, beside the old instrument."""
    ratings = data.load()
    ways = [way for by in ("gain", "score", "gain, pooled", "score, pooled") for way in (f"{by}: any", by)]
    header("preset", "ratings", "sets", *ways, "noise band")
    for preset in options.presets:
        for cell in options.only:
            sets = min(options.sets, SEEDS * SEEDS) if cell == BUNDLED else options.sets
            answers = kept(options.folder, preset, cell, splits=options.splits)
            if not options.kept:
                numbers = _numbers(options, sets)
                answers = list(answered(options.folder, preset, cell, numbers, ratings, splits=options.splits))
            title = KINDS[cell].title if cell in KINDS else cell
            counts = [_counted(answers, pooled, by) for pooled in (False, True) for by in (False, True)]
            band = np.mean([answer.band for answer in answers])
            line(preset, title, len(answers), *counts, f"{band:.1f}")


def _numbers(options: argparse.Namespace, sets: int) -> range:
    first = CHOSEN if options.choosing else REPORTED
    return range(first, first + sets)


def _counted(answers: Sequence[Answer], pooled: bool, by_score: bool) -> str:
    """Share of sets with any proven component, and their mean and range."""
    if pooled and not answers[0].pooled_z:
        return "– | –"
    proven = np.array([answer.proof(pooled=pooled, by_score=by_score).proven for answer in answers])
    return f"{(proven > 0).mean():.0%} | {proven.mean():.1f} ({proven.min()}–{proven.max()})"


def print_hints(options: argparse.Namespace) -> None:
    """Shares of twin components that get words, with and without the proof; then the words of the bundled ratings."""
    ratings = data.load()
    header("preset", "twins", "components", "first: some |z| > 3", "others", "words, were it proven", "words")
    for preset in options.presets:
        numbers = _numbers(options, options.sets)
        models = [hinted(options.folder, preset, TWIN, number, ratings) for number in numbers]
        every = [one for components in models for one in components]
        shares = [
            _share([one.is_loud for one in every if one.place == 0]),
            _share([one.is_loud for one in every if one.place]),
            *(_share([bool(one.said(proof=proof).top) for one in every]) for proof in (False, True)),
        ]
        line(preset, len(models), len(every), *shares)
    for preset in options.presets:
        print(f"\n{preset}")
        header("component", "split", "confirmed", "high end", "low end")
        splits = [hinted(options.folder, preset, BUNDLED, number, ratings) for number in _numbers(options, 9)[::SEEDS]]
        for components in zip(*(one[:8] for one in splits), strict=True):
            for split, one in enumerate(components):
                _print_words(one, split)


def _print_words(one: Component, split: int) -> None:
    said = one.said()
    confirmed = "yes" if one.carries_signal else "no"
    line(one.place + 1, split, confirmed, said.top or "–", said.bottom or "–")


def _share(values: Sequence[bool]) -> str:
    return f"{np.mean(values):.1%}"


def print_neighbors(options: argparse.Namespace) -> None:
    """What the thresholds of one twin mark of another one's neighbors, and of those of the bundled ratings."""
    ratings, first, n = data.load(), CHOSEN if options.choosing else REPORTED, 1 + options.retrained
    level = "threshold", "twins: all", "well-known", "bundled: all", "well-known"
    header("preset", "similarity of", f"at 5%: {level[0]}", *level[1:], f"at 1%: {level[0]}", *level[1:])
    for preset in options.presets:
        real = trained(options.folder, preset, BUNDLED, first, ratings, first=first, n=n)
        numbers = _numbers(options, options.sets)
        twins = [trained(options.folder, preset, TWIN, number, ratings, first=first, n=n) for number in numbers]
        for measure, floored in (*((one, False) for one in MEASURES), ("predictions", True)):
            name = f"{measure}, with a floor" if floored else measure
            line(preset, name, *_marked(real, twins, measure, floored=floored))
    header("preset", "metric", "most lists an item is in", "ratings of that item", "items in 100 lists or more")
    for preset in options.presets:
        scorer = stored(PRESETS[preset].model_copy(update={"split_seed": first}), ratings).scorer
        for metric in METRICS:
            count = listed(nearest(scorer.item_embedding, LISTED, metric=metric), len(ratings.items))
            top, hubs = count.argmax(), np.count_nonzero(count >= MANY * LISTED)
            line(preset, metric, count[top], ratings.item_count[top], hubs)


def _marked(real: Trainings, twins: Sequence[Trainings], measure: str, *, floored: bool) -> list[str]:
    """The thresholds of one twin at both levels, and the shares they mark of the next twin's and of the bundled
    neighbors: of all items and of the well-known ones."""
    limits, null, found = [], [], []
    for number, twin in enumerate(twins):
        floor = mean_square(getattr(twin, measure)) if floored else 0.0
        limits.append(thresholds(twin.support(measure, floor)))
        null.append(limits[-1].marks(twins[(number + 1) % len(twins)].support(measure, floor)))
        found.append(limits[-1].marks(real.support(measure, floor)))
    texts = []
    for level, limit in ((1, [one.likely for one in limits]), (2, [one.sure for one in limits])):
        shares = [
            np.mean([marks[rows] >= level for marks in every])
            for every in (null, found)
            for rows in (slice(None), real.asked)
        ]
        texts += [f"{np.mean(limit):.3f}", *(f"{share:.1%}" for share in shares)]
    return texts


if __name__ == "__main__":
    main()
