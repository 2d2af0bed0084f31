"""The command line: everything the dashboard shows, without the dashboard.

Exit status 0: done. 2: the person can mend it; one line `error: CODE: message` on stderr. 1: a bug, with its traceback.
With `--json` stdout holds one JSON document and nothing else; progress and remarks go to stderr.
"""

import json
import os
import sys
from collections.abc import Sequence

from core.disk.upkeep import check_usable, sweep_home
from core.errors import CanceledError, ExplorerError


def main(arguments: Sequence[str] | None = None, *, program: str = "python -m core", more: str | None = None) -> int:
    """Run one call; the exit status.

    Args:
        arguments: Those of the process unless given.
        program: What was typed before them, for the help.
        more: A sentence at the end of the help.
    """
    from core.cli.parser import build_parser  # imports every call; the dashboard shows one's flags, and needs none

    try:
        called = build_parser(program, more).parse_args(arguments)
        if called.writes:  # before the work, not after it
            check_usable()
            sweep_home()
        answer = called.command(called)
        text = json.dumps(answer.document, allow_nan=False) if getattr(called, "json", False) else answer.text
        print(text, flush=True)
    except ExplorerError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return _refuse(CanceledError("interrupted; nothing was stored"))
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _refuse(error: ExplorerError) -> int:
    message = " ".join(str(error).split())  # one line, whatever the data's own text held
    print(f"error: {error.code}: {message}", file=sys.stderr)
    return 2
