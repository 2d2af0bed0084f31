"""The call that reckons with vectors: a - b + c."""

import argparse

from core.analysis.features import placed_items
from core.analysis.neighbors.analogies import analogy
from core.cli.common import Answer, add_count, entry, listing, load
from core.data.splits import trained_rows
from core.errors import UsageError
from core.model.scoring import require_vectors


def add_flags(call: argparse.ArgumentParser) -> None:
    """Which three items, and how many answers."""
    text = "Id of an item whose vector is added; give it twice, for a and for c."
    call.add_argument("--plus", metavar="ID", action="append", default=[], help=text)
    call.add_argument("--minus", metavar="ID", required=True, help="Id of the item whose vector is taken away, b.")
    add_count(call, "--top", 10, "How many answers (default 10).", minimum=1)


def show(arguments: argparse.Namespace) -> Answer:
    """The items closest to a - b + c, and how much more than c's own neighbors they are."""
    if len(arguments.plus) != 2:
        raise UsageError(f"--plus was given {len(arguments.plus)} times; a - b + c needs it twice, for a and for c")
    run, ratings = load(arguments.run_id)
    scorer = require_vectors(run.scorer)
    rows = [ratings.items.index(item) for item in (arguments.plus[0], arguments.minus, arguments.plus[1])]
    placed = placed_items(scorer, ratings, trained_rows(ratings, run.config.split))
    found = analogy(scorer.item_embedding, *rows, top=arguments.top, eligible=placed)
    answers = [
        entry(ratings, row) | {"similarity": float(similarity)}
        for row, similarity in zip(found.answers.index, found.answers.similarity, strict=True)
    ]
    document = {"answers": answers, "from_c": found.from_c, "shared_with_c": found.shared_with_c}
    a, b, c = (entry(ratings, row)["title"] for row in rows)
    honest = (
        f"{a} - {b} + {c} is itself as close to {c} as {found.from_c:.3f}, and {found.shared_with_c:.0%} of the "
        f"answers are among the nearest of {c} anyway"
    )
    headings = {"item_id": "item", "title": "title", "similarity": "cosine"}
    return Answer(document, f"{listing(answers, headings)}\n\n{honest}")
