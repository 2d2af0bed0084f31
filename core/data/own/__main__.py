"""Entry of the reading process; see `core.data.own.isolation`."""

import sys

from core.data.own.isolation import work

work(sys.stdin.buffer, sys.stdout)
