"""The command `embedding-explorer` of the installed package: the calls of `python -m core`, and `serve`."""

import sys
from collections.abc import Sequence

from core import cli

PROGRAM = "embedding-explorer"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call; the exit status. `arguments` are those of the process unless given."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["serve"]:
        from dashboard.serve import serve  # brings Streamlit, which no other call waits for

        serve.main(given[1:], prog_name=f"{PROGRAM} serve")
    more = f"{PROGRAM} serve starts the dashboard; {PROGRAM} serve --help lists the options of its server."
    return cli.main(given, program=PROGRAM, more=more)
