"""The call that scores runs on several splits of the ratings."""

import argparse
import sys
from typing import Any

from core import access
from core.access import COMMAND_LINE, Action
from core.analysis.compare.score import Pair, Row, pairs
from core.cli.answer import Answer, attributes, listing, table
from core.cli.common import Percent
from core.cli.train import interrupt_asks_to_stop
from core.data import ratings_of
from core.store.runs import RunStore
from core.studies import scoreboard


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `score` can be told."""
    call.add_argument(
        "run_ids", metavar="RUN", nargs="+", help="Ids of runs, 16 hex digits each, as `runs` shows them."
    )
    text = (
        f"How many splits, {scoreboard.FEWEST} to {scoreboard.MOST}: those of split seed 0, 1, … "
        f"(default {scoreboard.SPLITS})."
    )
    call.add_argument("--splits", type=int, default=scoreboard.SPLITS, metavar="K", help=text)


def show(arguments: argparse.Namespace) -> Answer:
    """The error of the runs' settings on each split, the means, and what sets every two apart."""
    runs = [RunStore().load(name) for name in dict.fromkeys(arguments.run_ids)]
    scoreboard.check(runs, arguments.splits)
    ratings = ratings_of(runs[0].dataset)
    if scoreboard.missing(runs, arguments.splits):
        access.check(Action.TRAIN, COMMAND_LINE)
        print("training on the splits that are missing", file=sys.stderr)
    with interrupt_asks_to_stop() as should_stop:
        scoreboard.train_missing(runs, ratings, arguments.splits, on_progress=Percent(), should_stop=should_stop)
    rows = scoreboard.rows(runs, arguments.splits, lambda name: scoreboard.score_stored(name, ratings))
    document = {"runs": [_row(row) for row in rows], "pairs": [_pair(pair) for pair in pairs(rows)]}
    return Answer(document, _text(rows, document))


def _row(row: Row) -> dict[str, Any]:
    figures = ("val_rmse", "warm_rmse", "cold_rmse", "raw_rmse")
    splits = [{"split_seed": seed} | attributes(split, figures) for seed, split in enumerate(row.splits)]
    return {"run_id": row.run_id, "mean": row.pooled.mean, "se": row.pooled.se, "splits": splits}


def _pair(pair: Pair) -> dict[str, Any]:
    return {"a": pair.a, "b": pair.b, "difference": pair.difference.mean, "se": pair.difference.se}


def _text(rows: tuple[Row, ...], document: dict[str, Any]) -> str:
    means = [(row.run_id, row.pooled.mean, row.pooled.se, row.own.val_rmse, row.luck) for row in rows]
    splits = [{"run_id": run["run_id"]} | split for run in document["runs"] for split in run["splits"]]
    parts = [
        table(("run", "mean", "standard error", "its own split", "better there by"), means),
        listing(splits, {name: name for name in ("run_id", *document["runs"][0]["splits"][0])}),
    ]
    if document["pairs"]:
        parts.append(listing(document["pairs"], {"a": "a", "b": "b", "difference": "a - b", "se": "standard error"}))
    return "\n\n".join(parts)
