"""Entry of the reading process; see `core.data.importing.isolation`."""

import sys
from pathlib import Path

from core.data.importing.isolation import main

main(Path(sys.argv[1]))
