"""Entry of the reading process; see `core.data.vectors.isolation`."""

import sys
from pathlib import Path

from core.data.importing.isolation import main
from core.data.vectors.isolation import work

main(Path(sys.argv[1]), work)
