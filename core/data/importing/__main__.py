"""Entry of the reading process; see `core.data.importing.child`."""

import sys
from pathlib import Path

from core.data.importing.child import main

main(Path(sys.argv[1]))
