"""Entry of the reading process; see `core.data.importing.isolation`."""

import sys
from pathlib import Path

import core.data.importing.building  # noqa: F401  what it needs is loaded before the limits hold
from core.data.importing.isolation import main

main(Path(sys.argv[1]))
