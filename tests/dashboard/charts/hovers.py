"""What is shown over the points of figures in tests."""

from collections.abc import Sequence

import numpy as np

from dashboard.charts.points import Hover


def hovers(names: Sequence[str], fact: str = "rated 3.45 by 2,345") -> Hover:
    """These names, and the same fact below each."""
    return Hover(np.array(names, object), np.array([fact] * len(names), object))
