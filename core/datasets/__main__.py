"""Entry of the reading process; see `core.datasets.child`."""

import sys
from pathlib import Path

from core.datasets.child import main

main(Path(sys.argv[1]))
