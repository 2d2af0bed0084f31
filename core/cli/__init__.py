"""The command line: everything the dashboard shows, without the dashboard.

Exit status 0: done. 2: the person can mend it; one line `error: CODE: message` on stderr. 1: a bug, with its traceback.
With `--json` stdout holds one JSON document and nothing else; progress and remarks go to stderr.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence

from core.errors import CanceledError, ExplorerError

_INTERRUPTED = CanceledError("interrupted; nothing was stored")


def main(arguments: Sequence[str] | None = None, *, program: str = "python -m core", more: str | None = None) -> int:
    """Run one call; the exit status.

    Args:
        arguments: Those of the process unless given.
        program: What was typed before them, for the help.
        more: A sentence at the end of the help.
    """
    try:
        with _interrupt_ends():
            from core.cli.parser import build_parser

            called = build_parser(program, more).parse_args(arguments)  # imports what this call needs
            from core.disk.upkeep import check_usable, sweep_home
        if called.writes:  # before the work, not after it
            check_usable()
            sweep_home()
        answer = called.command(called)
        text = json.dumps(answer.document, allow_nan=False) if getattr(called, "json", False) else answer.text
        print(text, flush=True)
    except ExplorerError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return _refuse(_INTERRUPTED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@contextlib.contextmanager
def _interrupt_ends() -> Iterator[None]:
    """While modules are read Ctrl-C ends the process at once: an import may swallow the exception, and go on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: os._exit(_refuse(_INTERRUPTED)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _refuse(error: ExplorerError) -> int:
    message = " ".join(str(error).split())  # one line, whatever the data's own text held
    print(f"error: {error.code}: {message}", file=sys.stderr, flush=True)
    return 2
