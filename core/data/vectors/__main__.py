"""Entry of the reading process; see `core.data.vectors.building`."""

import sys
from pathlib import Path

from core.data.importing.isolation import main
from core.data.vectors.building import work

main(Path(sys.argv[1]), work)
